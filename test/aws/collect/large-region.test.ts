/** A region with as many clusters as a plan may have, all of them BLOCKED: every item fits, and what finds no room is said. */
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readinessFormat } from '../../../functions/cli/query-text.ts';
import { regionEntry } from '../../../shared/aws/findings/inventory.ts';
import { amountsInItem, packAmounts } from '../../../shared/aws/findings/packed-amounts.ts';
import { mostClusters } from '../../../shared/plan/cross-references.ts';
import { type Item, itemBytes } from '../../bench/item-size.ts';
import { finding, hour, result } from '../../core/results.ts';
import { startInventory, type TestInventory } from '../../query/inventory.ts';

let inventory: TestInventory;
beforeAll(async () => {
  inventory = await startInventory();
});
afterAll(() => inventory.close());

const place = { account: '111122223333', region: 'us-west-2' };
/** What DynamoDB takes. */
const mostBytes = 400 * 1024;

/** Names as long as SageMaker takes them. */
const names = Array.from({ length: mostClusters }, (_, n) => `${String(n).padStart(4, '0')}-${'llm-train-'.repeat(6)}`.slice(0, 63));
const clusters = names.map((cluster) => ({ cluster, planned: true, running: true }));
const failing = (cluster: string, more: object) => finding({ cluster, status: 'fail', group: 'accelerated-workers', ...more });
const blocked = (have: number) =>
  result({
    clusters,
    findings: names.flatMap((cluster) => [
      failing(cluster, { check: 'efa-self-traffic', resource: 'sg-0123456789abcdef0' }),
      failing(cluster, { check: 'instance-type-quota', resource: 'ml.p5.48xlarge for cluster usage', have, need: 100 }),
    ]),
  });

async function sizes(): Promise<ReadonlyMap<string, number>> {
  const largest = new Map<string, number>();
  for (const partition of [`${place.account}#${place.region}`, 'fleet'])
    for (const stored of (await inventory.store.query<object>({ partition, now: 0 })).items) {
      const item = marshall(stored) as unknown as Item;
      const kind = String(item.sk?.S).split('#')[0] ?? '';
      largest.set(kind, Math.max(largest.get(kind) ?? 0, itemBytes(item)));
    }
  return largest;
}

test('is audited, again and again, and every cluster reads as it is', async () => {
  await inventory.audit(place, hour(8), blocked(0));
  await inventory.audit(place, hour(9), blocked(1), { planHash: 'plan-2' });
  // Another plan: a checkpoint.
  await inventory.audit(place, hour(10), result({ clusters, findings: blocked(2).findings.slice(1) }), { planHash: 'plan-3' });

  const largest = await sizes();
  for (const kind of ['HEAD', 'AUDIT', 'DAY', 'LOG', 'PART', 'CHECKPOINT', 'REGION', 'F', 'H'])
    expect(largest.get(kind), kind).toBeLessThan(mostBytes);
  // As many amounts as are kept in one item, of seven digits, would still find room beside so many clusters.
  const amounts = packAmounts(Array.from({ length: amountsInItem }, (_, n) => ({ id: `finding-${n}`, have: 1e6 + n, need: 9_999_999 })));
  for (const kind of ['HEAD', 'AUDIT']) expect((largest.get(kind) ?? 0) + amounts.length, kind).toBeLessThan(mostBytes);

  for (const address of ['/readiness', `/readiness?account=${place.account}&region=${place.region}`]) {
    const [row] = (await inventory.page(address)).items;
    const seen = row.clusters as readonly { state: string; cluster: string; reasons: number; because: readonly { text: string }[] }[];
    expect(seen.map((c) => c.cluster)).toEqual(names);
    expect(new Set(seen.map((c) => c.state))).toEqual(new Set(['BLOCKED']));
    expect(seen.map((c) => c.reasons)).toEqual(names.map((_, n) => (n === 0 ? 1 : 2)));
    const full = seen.filter((c) => c.because.length === c.reasons);
    expect(full.length).toBeGreaterThan(100);
    expect(full[1]?.because.map((b) => b.text)).toEqual([
      'efa-self-traffic fails: sg-0123456789abcdef0',
      'instance-type-quota fails: ml.p5.48xlarge for cluster usage',
    ]);
    expect(seen.filter((c) => c.because.length === 0)).toHaveLength(names.length - full.length);
    const query = `account=${place.account}&region=${place.region}`;
    expect(row.omitted).toEqual({
      clusters: names.length - full.length,
      where: `/findings?${query}&status=fail has what fails, /coverage?${query} what was not evaluated.`,
    });
    expect((await inventory.page(`/findings?${query}&status=fail`)).items).toHaveLength(50);
    // Of what is asked for, and as people read it.
    const last = names.at(-1) ?? '';
    const [one] = (await inventory.page(`${address}${address.includes('?') ? '&' : '?'}cluster=${last}`)).items;
    expect(one).toMatchObject({ clusters: [{ cluster: last, because: [], reasons: 2 }], omitted: { clusters: 1 } });
    const text = readinessFormat.text([one], { paint: (_, words) => words, width: 100, now: new Date(hour(10)) }).join('\n');
    expect(text).toMatch(/UTC\s+2 reasons/);
    expect(text).toContain('The reasons of 1 cluster are not shown.');
    expect(text).toContain(`hyperpod-auditor findings --account ${place.account} --region ${place.region} --status fail\n`);
    const [first] = (await inventory.page(`/readiness?${query}&cluster=${names[0]}`)).items;
    expect(first.omitted).toBeUndefined();
  }
});

test('says the reasons of the worst first', () => {
  const bad = 'zzzz';
  const seen = result({
    clusters: [...clusters, { cluster: bad, planned: true, running: false }],
    findings: [...blocked(0).findings.map((f) => ({ ...f, level: 'recommended' as const })), failing(bad, { resource: 'sg-1' })],
  });
  const audit = { regionState: seen.state, coverage: { evaluated: 0, unevaluated: 0, required: 0 } };
  const { clusters: shown } = regionEntry(
    audit,
    seen,
    seen.readiness.map(({ because, ...r }) => ({ ...r, since: hour(8) })),
  );
  expect(shown.at(-1)).toMatchObject({ cluster: bad, state: 'BLOCKED', because: [{ text: 'efa-self-traffic fails: sg-1' }] });
  expect(shown.at(-2)).toMatchObject({ state: 'AT_RISK', because: [], reasons: 2 });
});

test('of a handful of clusters no reason is left out', () => {
  const [cluster = ''] = names;
  const long = (n: number) => failing(cluster, { resource: `${n}-${'x'.repeat(1000)}` });
  const seen = result({ clusters: clusters.slice(0, 1), findings: [long(1), long(2), long(3)] });
  const audit = { regionState: seen.state, coverage: { evaluated: 3, unevaluated: 0, required: 0 } };
  expect(
    regionEntry(audit, seen, [{ ...clusters[0], cluster, planned: true, running: true, state: 'BLOCKED', since: hour(8) }]),
  ).toMatchObject({
    clusters: [{ because: [{ id: long(1).id }, { id: long(2).id }], reasons: 3 }],
  });
});
