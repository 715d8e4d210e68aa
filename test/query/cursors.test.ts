/**
 * Cursors from outside: for any text as a cursor, the answer is a problem, or a page with nothing but what the filters allow.
 * The digest of a cursor can be computed by anyone, so the positions here come with a good one.
 */
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cursorAt } from '../../shared/query/page.ts';
import { readParameters } from '../../shared/query/parameters.ts';
import { routes } from '../../shared/query/routes.ts';
import { finding, planned, result, row } from '../core/results.ts';
import { examples } from '../helpers/examples.ts';
import { at, dev, devWest, east, fail, prod, startInventory, type TestInventory, west } from './inventory.ts';

const free = (resource: string, have: number) => finding({ check: 'subnet-free-ips', resource, have, need: 100, unit: 'addresses' });

let inventory: TestInventory;
beforeAll(async () => {
  inventory = await startInventory();
  for (const [n, place] of [west, east, devWest].entries())
    for (const hour of [6, 7, 8])
      await inventory.audit(
        place,
        at(hour + n / 10),
        result({
          findings: [
            hour % 2 ? fail({ resource: 'sg-1' }) : finding({ resource: 'sg-1' }),
            finding({ resource: `sg-${place.region}` }),
            free('subnet-1', 200 + hour),
            free('subnet-2', 300 - hour),
          ],
          rows: [row({ check: 'run-as-enabled' }), row({ check: 'vpc-dns', resource: `vpc-${hour}` })],
          clusters: [planned, { ...planned, cluster: `eval-${place.region}` }],
        }),
      );
  inventory.at(at(12));
}, 60_000);
afterAll(() => inventory.close());

const id = encodeURIComponent(finding({ resource: 'sg-1' }).id);
const one = `account=${prod}&region=us-west-2`;
/** Every question under filters that are keys, that are searched, and that lie in the past. Each has more than one page. */
const addresses = [
  '/readiness?',
  `/readiness?account=${prod}`,
  '/readiness?region=us-west-2',
  `/readiness?at=${at(9)}`,
  `/readiness?account=${prod}&at=${at(9)}`,
  `/readiness?region=us-west-2&at=${at(9)}`,
  '/findings?',
  `/findings?${one}`,
  `/findings?account=${prod}`,
  `/findings?account=${prod}&cluster=llm-train`,
  '/findings?region=us-west-2&check=efa-self-traffic',
  `/findings?account=${prod}&at=${at(9)}`,
  `/findings?${one}&at=${at(9)}`,
  '/coverage?',
  `/coverage?${one}`,
  `/coverage?account=${prod}&check=run-as-enabled`,
  `/coverage?account=${prod}&at=${at(9)}`,
  '/changes?',
  `/changes?${one}`,
  `/changes?account=${prod}`,
  `/changes?from=${at(7)}&to=${at(8)}`,
  `/changes?${one}&from=${at(7)}&to=${at(8)}&cause=account`,
  `/diff?from=${at(6.5)}`,
  `/diff?from=${at(6.5)}&account=${prod}`,
  `/diff?from=${at(6.5)}&${one}`,
  '/audits?',
  `/audits?account=${prod}`,
  `/audits?${one}`,
  `/audits?account=${prod}&from=${at(7)}&to=${at(9)}`,
  '/capacity?',
  `/capacity?account=${prod}`,
  `/capacity?${one}`,
  `/capacity?${one}&check=subnet-free-ips`,
  `/findings/${id}/history?${one}`,
];

const routeOf = (path: string) => routes.find((r) => r.path === path || (path.includes('/history') && r.name === 'history'));

/** A cursor for a position as the question itself would make it. */
function cursorFor(address: string, position: string): string {
  const [path = '', query = ''] = address.split('?');
  const route = routeOf(path);
  if (!route) throw new Error(`${path} is no question.`);
  const inPath = path.includes('/history') ? [['id', decodeURIComponent(id)] as const] : [];
  const asked = readParameters(route.parameters, [...inPath, ...new URLSearchParams(query)]);
  return cursorAt(route.path, asked, position).cursor ?? '';
}

interface Cursor {
  readonly address: string;
  readonly cursor: string;
  readonly position: string;
}
const positionIn = (cursor: string): string => JSON.parse(Buffer.from(cursor, 'base64url').toString())[0];

/** The cursors that a question gives, page by page of one item each. */
async function cursorsOf(address: string): Promise<readonly Cursor[]> {
  const cursors: Cursor[] = [];
  let cursor: string | undefined;
  do {
    cursor = (await inventory.page(`${address}&limit=1${cursor === undefined ? '' : `&cursor=${cursor}`}`)).cursor;
    if (cursor !== undefined) cursors.push({ address, cursor, position: positionIn(cursor) });
  } while (cursor !== undefined);
  return cursors;
}

let cursors: readonly Cursor[];
let allowed: ReadonlyMap<string, ReadonlySet<string>>;
beforeAll(async () => {
  cursors = (await Promise.all(addresses.map(cursorsOf))).flat();
  const whole = async (address: string) => [address, new Set((await inventory.pages(address)).map((i) => JSON.stringify(i)))] as const;
  allowed = new Map(await Promise.all(addresses.map(whole)));
}, 60_000);

/** The answer is the problem of a cursor, or nothing but items that the filters allow. */
async function isHarmless(address: string, cursor: string): Promise<'refused' | 'answered'> {
  const { status, body } = await inventory.ask(`${address}&limit=200&cursor=${encodeURIComponent(cursor)}`);
  if (status === 400) {
    expect(body).toMatchObject({ type: expect.stringMatching(/:(cursor|parameters)$/), detail: expect.stringMatching(/^\S.*\.$/s) });
    return 'refused';
  }
  expect(status).toBe(200);
  const { items } = body as { readonly items: readonly unknown[] };
  for (const item of items) expect(allowed.get(address)?.has(JSON.stringify(item)), `${address} ${cursor}`).toBe(true);
  return 'answered';
}

test.each(addresses)('%s is asked in more than one page, and every cursor it gives is taken', async (address) => {
  const own = cursors.filter((c) => c.address === address);
  expect(own.length).toBeGreaterThan(0);
  for (const { cursor, position } of own) {
    expect(await isHarmless(address, cursor)).toBe('answered');
    // The test makes cursors as the question does.
    expect(cursorFor(address, position)).toBe(cursor);
  }
});

describe('refused', () => {
  const position = (address: string): string => cursors.find((c) => c.address === address)?.position ?? '';
  const other: Readonly<Record<string, string>> = { [prod]: dev, 'us-west-2': 'us-east-1' };
  const moved = (text: string) => text.replaceAll(/111122223333|us-west-2/g, (found) => other[found] ?? found);

  test.each(addresses.filter((a) => a.includes(one)))('%s: a position in another account or region', async (address) => {
    // A finding's history is that of one region by its key: its position names none.
    if (address.includes('/history')) return;
    expect(moved(position(address))).not.toBe(position(address));
    expect(await isHarmless(address, cursorFor(address, moved(position(address))))).toBe('refused');
  });

  test.each([
    [`/readiness?account=${prod}`, `REGION#${dev}#us-west-2`],
    [`/readiness?account=${prod}`, `REGION#${prod}#`],
    [`/readiness?account=${prod}`, 'REGION#'],
    ['/readiness?', 'REGION#'],
    ['/readiness?', 'A'],
    ['/readiness?', 'ZZZ'],
    [`/readiness?${one}`, `REGION#${prod}#us-west-2`],
    [`/readiness?account=${prod}&at=${at(9)}`, `${dev}#us-west-2`],
    ['/findings?', `U#${at(6)}#${prod}#us-west-2#a/b/-/c`],
    ['/findings?', 'A'],
    ['/findings?', 'F#'],
    ['/findings?', `F#${at(6)}#${prod}#us-west-2#${'x'.repeat(1200)}`],
    ['/findings?', `F#${at(6)}#${prod}#us-west-2#a/\ud800/-/c`],
    ['/coverage?', `F#${at(6)}#${prod}#us-west-2#a/b/-/c`],
    ['/audits?', 'A'],
    ['/audits?', `${at(13)}#${prod}#us-west-2#audit`],
    [`/audits?account=${prod}&from=${at(7)}&to=${at(9)}`, `${at(6)}#${prod}#us-west-2#audit`],
    ['/changes?', 'A'],
    ['/changes?', `${at(7)}#${prod}#us-west-2#0000000001 -1`],
    ['/changes?', `${at(7)}#${prod}#us-west-2#0000000001 NaN`],
    [`/changes?from=${at(7)}&to=${at(8)}`, `${at(6)}#${prod}#us-west-2#0000000001`],
    [`/changes?from=${at(7)}&to=${at(8)}`, `${at(9)}#${prod}#us-west-2#0000000001`],
    ['/capacity?', 'A'],
    ['/capacity?', '[1,2,3]'],
    ['/capacity?', 'null'],
    ['/capacity?', '{"0":"a"}'],
    ['/capacity?', JSON.stringify([prod, 'us-west-2', 'U#x'])],
    ['/capacity?', JSON.stringify([prod, 'us-west-2', ['F#x']])],
    ['/capacity?', JSON.stringify([prod, 'us-west-2', '', ''])],
    [`/capacity?account=${prod}`, JSON.stringify([dev, 'us-west-2', ''])],
    [`/capacity?${one}&check=subnet-free-ips`, JSON.stringify([prod, 'us-west-2', 'F#efa-self-traffic/x'])],
    [`/diff?from=${at(6.5)}&account=${prod}`, `${dev}#us-west-2#1#x`],
    [`/findings/${id}/history?${one}`, '0'],
    [`/findings/${id}/history?${one}`, '99999999999'],
    [`/findings/${id}/history?${one}`, '1e3'],
    [`/findings/${id}/history?${one}`, Buffer.from(JSON.stringify({ pk: `${dev}#us-west-2`, sk: 'H#' })).toString('base64url')],
  ])('%s: the position %s', async (address, position) => {
    expect(await isHarmless(address, cursorFor(address, position))).toBe('refused');
  });

  test('cursors that are no text, not of this encoding, too long, or of another question', async () => {
    const whole = cursors.find((c) => c.address === '/findings?')?.cursor ?? '';
    const content = Buffer.from(whole, 'base64url');
    const of = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    for (const cursor of [
      '',
      whole.slice(1),
      whole.slice(0, -1),
      `${whole}=`,
      `${whole}A`,
      content.toString('base64'),
      content.toString('hex'),
      Buffer.from(` ${content}`).toString('base64url'),
      of(null),
      of([]),
      of({ position: 'F#', digest: '' }),
      of([1, 2]),
      of([['F#'], 'x']),
      of(JSON.parse(content.toString()).toReversed()),
      of([...JSON.parse(content.toString()), 1]),
      'x'.repeat(5000),
      'ü',
      '\u202e',
    ])
      for (const address of ['/findings?', '/changes?', '/capacity?', '/audits?', '/readiness?', `/findings/${id}/history?${one}`])
        expect(await isHarmless(address, cursor), `${address} ${cursor}`).toBe('refused');
    for (const { address, cursor } of cursors)
      for (const elsewhere of addresses) if (elsewhere !== address) expect(await isHarmless(elsewhere, cursor)).toBe('refused');
  });
});

describe('never more than the filters allow, never an error', () => {
  const seed = Number(process.env.CURSOR_SEED ?? 20261120);
  const runs = { seed, numRuns: examples(1500) };
  const anyAddress = fc.constantFrom(...addresses);

  test('cursors with bits flipped, cut, repeated, or with other signs in them', async () => {
    const chosen = fc.nat().map((n) => cursors[n % cursors.length] as Cursor);
    const mutation = fc.oneof(
      fc.record({ flip: fc.nat(4000) }),
      fc.record({ cut: fc.nat(400) }),
      fc.record({ insert: fc.string({ unit: 'binary', minLength: 1, maxLength: 6 }), at: fc.nat(400) }),
      fc.record({ twice: fc.constant(true) }),
    );
    await fc.assert(
      fc.asyncProperty(chosen, mutation, fc.boolean(), async ({ address, cursor }, change, inside) => {
        const bytes = inside ? Buffer.from(cursor, 'base64url') : Buffer.from(cursor);
        const mutated = (() => {
          if ('flip' in change) {
            const bit = change.flip % (bytes.length * 8);
            bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
            return bytes;
          }
          if ('cut' in change) return bytes.subarray(0, change.cut % bytes.length);
          if ('twice' in change) return Buffer.concat([bytes, bytes]);
          const place = change.at % bytes.length;
          return Buffer.concat([bytes.subarray(0, place), Buffer.from(change.insert.toWellFormed()), bytes.subarray(place)]);
        })();
        await isHarmless(address, inside ? mutated.toString('base64url') : mutated.toString('latin1'));
      }),
      runs,
    );
  }, 120_000);

  test('positions that were made up, with a digest that fits', async () => {
    const real = fc.nat().map((n) => cursors[n % cursors.length]?.position ?? '');
    const piece = fc.constantFrom(
      ...['', '#', '~', ' ', '/', 'F#', 'U#', 'REGION#', 'AUDIT#', 'LOG#', prod, dev, 'us-west-2', 'us-east-1', 'us-east-9'],
      ...[at(0), at(6), at(7), at(8), at(13), '2026-11-20T08:00:00Z', '1999-12-31T00:00:00Z', '0000000001', '9999999999', '-1', '1e9'],
      ...['\uffff', '\ud800', '\u0000', 'ü', '"', '[', ']', '[]', 'null', '{}', 'x'.repeat(1100)],
    );
    const spliced = fc
      .tuple(real, fc.nat(60), fc.nat(60), fc.oneof(piece, fc.string({ unit: 'binary', maxLength: 8 })))
      .map(([text, from, removed, added]) => {
        const start = from % (text.length + 1);
        return text.slice(0, start) + added + text.slice(start + removed);
      });
    const swapped = fc
      .tuple(real, fc.constantFrom([prod, dev], ['us-west-2', 'us-east-1'], ['2026', '2025'], ['T0', 'T1']))
      .map(([text, [from = '', to = '']]) => text.replaceAll(from, to));
    const joined = fc.array(piece, { minLength: 1, maxLength: 8 }).map((pieces) => pieces.join(''));
    const json = fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.stringify(value));
    const triple = fc.tuple(piece, piece, fc.oneof(piece, fc.jsonValue())).map((parts) => JSON.stringify(parts));
    const position = fc.oneof(real, spliced, swapped, joined, json, triple, fc.string({ unit: 'binary', maxLength: 40 }));
    let answered = 0;
    await fc.assert(
      fc.asyncProperty(anyAddress, position, async (address, made) => {
        if ((await isHarmless(address, cursorFor(address, made))) === 'answered') answered += 1;
      }),
      { ...runs, numRuns: examples(4000) },
    );
    // Otherwise the test would only show that everything is refused.
    expect(answered).toBeGreaterThan(examples(50));
  }, 240_000);
});
