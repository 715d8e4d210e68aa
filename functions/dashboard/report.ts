/** The report: all answers in one file, that opens from disk and asks nobody for anything. */
import { count } from '../../shared/core/render/words.ts';
import type { Page } from '../../shared/query/page.ts';
import { problem } from '../../shared/query/problem.ts';
import type { About, Report } from './report-data.ts';

/** Answers a question of `shared/query`: its path and its query, both percent-encoded. */
export type Ask = (path: string, query: string) => Promise<{ readonly status: number; readonly body: unknown }>;

/** So many of a kind a browser still shows at once; whoever has more asks with filters. */
const most = { readiness: 5000, findings: 5000, changes: 2000, coverage: 2000, capacity: 500 } as const;
type Kind = keyof typeof most;

const words: { readonly [kind in Kind]: (n: number) => string } = {
  readiness: (n) => `The report stops after ${count(n, 'region')}.`,
  findings: (n) => `The report stops after ${count(n, 'finding')}; those that fail and are required come first.`,
  changes: (n) => `The report stops after the last ${count(n, 'change')}.`,
  coverage: (n) => `The report stops after ${count(n, 'case')} that could not be judged.`,
  capacity: (n) => `The report stops after ${count(n, 'amount')}.`,
};

interface Read<T> {
  readonly items: readonly T[];
  readonly whole: boolean;
}

/** Pages of one question until there are no more, or enough. Throws with the problem's sentence. */
async function readAll<T>(ask: Ask, path: string, asked: Readonly<Record<string, string>>, enough: number): Promise<Read<T>> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const query = new URLSearchParams({ ...asked, limit: '200', ...(cursor !== undefined && { cursor }) });
    const { status, body } = await ask(path, query.toString());
    const refused = problem.safeParse(body);
    if (status !== 200) throw new Error(refused.success ? refused.data.detail : `${path} was answered with the status ${status}.`);
    const page = body as Page<T>;
    items.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== undefined && items.length < enough);
  return { items: items.slice(0, enough), whole: cursor === undefined && items.length <= enough };
}

type Finding = Report['findings'][number];

/**
 * Every finding, those first that somebody has to mend: what is cut off at the end, where there are too many, is what
 * passes.
 */
async function findings(ask: Ask, asked: Readonly<Record<string, string>>): Promise<Read<Finding>> {
  const parts: readonly Readonly<Record<string, string>>[] = [
    { open: 'true', level: 'required' },
    { open: 'true', level: 'recommended' },
    { open: 'false' },
  ];
  const items: Finding[] = [];
  let whole = true;
  for (const part of parts) {
    const left = most.findings - items.length;
    if (left === 0) return { items, whole: false };
    const read = await readAll<Finding>(ask, '/findings', { ...asked, ...part }, left);
    items.push(...read.items);
    whole &&= read.whole;
  }
  return { items, whole };
}

/** Asks everything. `filters`: the same for each question, such as an account. */
export async function gatherReport(
  ask: Ask,
  about: Omit<About, 'live' | 'leftOut'>,
  filters: Readonly<Record<string, string>> = {},
): Promise<Report> {
  const of = <K extends Exclude<Kind, 'findings'>>(kind: K) => readAll<Report[K][number]>(ask, `/${kind}`, filters, most[kind]);
  const [readiness, found, changes, coverage, capacity] = await Promise.all([
    of('readiness'),
    findings(ask, filters),
    of('changes'),
    of('coverage'),
    of('capacity'),
  ]);
  const all = { readiness, findings: found, changes, coverage, capacity };
  const leftOut = (Object.keys(all) as Kind[])
    .filter((kind) => !all[kind].whole)
    .map((kind) => ({ of: kind, words: words[kind](all[kind].items.length) }));
  return {
    about: { ...about, live: false, leftOut },
    readiness: readiness.items,
    findings: found.items,
    changes: changes.items,
    coverage: coverage.items,
    capacity: capacity.items,
  };
}
