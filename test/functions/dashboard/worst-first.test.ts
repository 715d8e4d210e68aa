/** The order of findings: what has to be fixed first, first, with any filters. */
import { expect, test } from 'vitest';
import type { QuestionParameters } from '../../../functions/dashboard/page/questions.ts';
import { worstFirst } from '../../../functions/dashboard/page/worst-first.ts';
import { QueryError } from '../../../shared/query/problem.ts';

const required = { open: 'true', level: 'required' };
const recommended = { open: 'true', level: 'recommended' };
const advice = { open: 'true', level: 'advice' };
const rest = { open: 'false' };

/** Follows the pages; each question that is asked is its own item, and has two pages. */
async function asked(filters: QuestionParameters): Promise<readonly QuestionParameters[]> {
  const ask = worstFirst<QuestionParameters>(async ({ cursor, ...given }) => ({
    items: [{ ...given, ...(cursor !== undefined && { cursor }) }],
    scanned: 1,
    keys: [],
    ...(cursor === undefined && { cursor: 'second' }),
  }));
  const items: QuestionParameters[] = [];
  let cursor: string | undefined;
  do {
    const page = await ask({ ...filters, cursor });
    items.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return items;
}
const pagesOf = (...parts: readonly QuestionParameters[]) => parts.flatMap((part) => [part, { ...part, cursor: 'second' }]);

test.each<[string, QuestionParameters, readonly QuestionParameters[]]>([
  ['everything', {}, [required, recommended, advice, rest]],
  ['an account', { account: '1' }, [required, recommended, advice, rest].map((part) => ({ ...part, account: '1' }))],
  ['what is open', { open: 'true' }, [required, recommended, advice]],
  ['what is not', { open: 'false' }, [rest]],
  ['a level', { level: 'recommended' }, [recommended, { ...rest, level: 'recommended' }]],
  ['advice', { level: 'advice' }, [advice, { ...rest, level: 'advice' }]],
  ['a level of what is open', { open: 'true', level: 'required' }, [required]],
  ['what passes', { status: 'pass' }, [{ ...rest, status: 'pass' }]],
  ['what is muted', { muted: 'true' }, [{ ...rest, muted: 'true' }]],
  ['what cannot be', { open: 'true', status: 'pass' }, [{ open: 'true', status: 'pass' }]],
  ['what is no filter', { open: 'ajar' }, [{ open: 'ajar' }]],
  ['an empty filter', { open: '' }, [required, recommended, advice, rest]],
])('of %s', async (_, filters, parts) => {
  expect(await asked(filters)).toEqual(pagesOf(...parts));
});

test('what does not occur is asked once', async () => {
  let times = 0;
  const page = await worstFirst(async () => {
    times += 1;
    return { items: [], scanned: 1, keys: [], known: false as const, detail: 'No finding is stored for cluster x.', unknown: [] };
  })({ cluster: 'x' });
  expect(page.cursor).toBeUndefined();
  expect([page.known, times]).toEqual([false, 1]);
});

test('a refusal stays one', async () => {
  const ask = worstFirst(async () => {
    throw new QueryError('parameters', 'level takes one of required, recommended, advice, not "grave".');
  });
  await expect(ask({ level: 'grave' })).rejects.toThrow('level takes one of');
});
