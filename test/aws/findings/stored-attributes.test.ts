/** Items as they are written have the attributes that stored-attributes.ts lists, and items of the first form are readable. */
import { expect, test } from 'vitest';
import { inventoryReader, recordPartitions } from '../../../shared/aws/findings/inventory-reader.ts';
import type { ItemStore } from '../../../shared/aws/findings/item-store.ts';
import { type Key, partitionsOfMonth } from '../../../shared/aws/findings/keys.ts';
import { openMemoryStore } from '../../../shared/aws/findings/local/local-store.ts';
import { markersTable } from '../../../shared/aws/findings/markers.ts';
import { scheduledRuns } from '../../../shared/aws/findings/scheduled-runs.ts';
import { storePlaces } from '../../../shared/aws/findings/stored-places.ts';
import { findingsTable } from '../../../shared/aws/findings/table.ts';
import { addInventoryItem, upgradedItem } from '../../../shared/aws/findings/upgrade-items.ts';
import { finding, hour, planned, result, row } from '../../core/results.ts';
import { save } from '../../query/inventory.ts';
import { storeThrough } from './store-through.ts';
import { attributes, audit, inFirstForm, readiness, typeOf } from './stored-attributes.ts';

type Item = Key & Readonly<Record<string, unknown>>;

const region = { account: '111122223333', region: 'us-west-2' };
const now = () => new Date(hour(12));
const long = Array.from({ length: 5 }, (_, n) => finding({ resource: `sg-${n + 10}`, message: `${n}`.repeat(80_000) }));
const seen = [
  result({
    findings: [finding({ status: 'fail' }), finding({ check: 'vpc-dns', resource: 'vpc-1', have: 5, need: 3 })],
    rows: [row({ check: 'ipv6-pods' })],
    clusters: [planned],
  }),
  result({ findings: [finding(), ...long], rows: [row({ check: 'vpc-dns' })], clusters: [planned] }),
  result({ findings: [finding({ status: 'fail', have: 4, need: 3 })], clusters: [planned] }),
];

/** Saves audits and markers that together use every type of item, and returns the items. */
async function storedItems(): Promise<readonly Item[]> {
  const { store, close } = await openMemoryStore({ now });
  const keys = new Map<string, Key>();
  const watched = storeThrough(store, (send, call) => {
    if (call.isWrite) for (const { pk, sk } of call.keys) keys.set(`${pk} ${sk}`, { pk, sk });
    return send();
  });
  const table = findingsTable({ store: watched, retentionDays: 400, now });
  const options = { alias: 'ml-prod', gapMinutes: 2_000 };
  for (const [n, of] of seen.entries()) await save(table, region, hour(8 + n), of, { ...options, planHash: `plan-${n}` });
  await table.markAccepted(region, 2, ['chat']);
  await table.markNotified(region, 3);
  await table.confirmNotified(region, 1);
  const waiting = { ...region, seq: 2, group: 'rules', at: hour(9) };
  const entry = { ...region, seq: 2, factsAt: hour(9), states: {}, clusters: [], worse: 0, better: 0 };
  await table.waiting.add(waiting, { entry, of: 'now', whole: false });
  await table.waiting.claim('rules', new Date(hour(9)), new Date(hour(10)));
  await table.waiting.saveProgress('rules', { upTo: hour(9), done: 1 });
  await table.sent.reserve('alerts', new Date(hour(9)), 20);
  await table.markSummed(region, 3);
  const markers = markersTable({ store: watched });
  await markers.markDirty(region, hour(9), { id: 'e-1', call: 'DeleteSubnet', service: 'ec2.amazonaws.com', at: hour(9), resources: [] });
  await markers.markQueued(region, hour(9));
  await markers.markAgain(region);
  await scheduledRuns({ store: watched }).start(hour(9));
  await markers.expectedSince(region, hour(9));
  await storePlaces(watched, { of: 'plan', at: hour(9), groups: [{ accounts: [region.account], regions: [region.region] }] });
  await markers.saveReminded(region, { 'llm-train': hour(9) });
  await markers.saveImported(region, 2);
  await markers.saveRoutes({ at: hour(9), broken: [], weak: [] });
  const items = await store.getAll<Item>([...keys.values()]);
  close();
  return items.map((item) => item ?? expect.fail('an item was deleted'));
}

/** What each reader answers, without the attributes that came after the first form. */
async function answersOf(store: ItemStore): Promise<unknown> {
  const table = findingsTable({ store, retentionDays: 400, now });
  const reader = inventoryReader({ store, now });
  const markers = markersTable({ store });
  const answers = [
    await table.currentState(region),
    await table.regionHead(region),
    await Promise.all([8, 9, 10].map((n) => table.stateAt(region, hour(n)))),
    await table.summary(region),
    await table.summaries([region]),
    await Promise.all([1, 2, 3].map((seq) => table.commit(region, seq))),
    await table.changesBetween(region, {}),
    await table.pendingCommits(),
    await table.historyOf(region, finding().id),
    await table.audits(region),
    await table.days(region),
    await Promise.all(recordPartitions('cluster', 'llm-train').map((partition) => reader.findings(partition, undefined, 50))),
    await reader.rows({ of: 'region', place: region }, undefined, 50),
    await Promise.all(partitionsOfMonth('2026-11').map((partition) => reader.commits({ partition }, { from: '', below: '9' }, 50))),
    await reader.log(region, 1, 3),
    await reader.regions(undefined, undefined, 50),
    await markers.markDirty(region, hour(10)),
    (await markers.reminded([region]))[0],
    await markers.imported(region),
    await markers.routes(),
  ];
  const later = ['rules', 'alias', 'gapMinutes', 'notReadySince', 'told', 'accepted', 'summed', 'again', 'failures'];
  const plain = (value: unknown): unknown => (value instanceof Map ? [...value] : value instanceof Set ? [...value] : value);
  return JSON.parse(JSON.stringify(answers, (name, value) => (later.includes(name) ? undefined : plain(value))));
}

test('items have the attributes that are listed, all that are never absent, and there is an item of every type', async () => {
  const written = new Set<string>();
  for (const { pk, sk, ...item } of await storedItems()) {
    const type = typeOf({ pk, sk });
    const rules: Readonly<Record<string, { readonly absent: string }>> = attributes[type];
    expect(Object.keys(rules), sk).toEqual(expect.arrayContaining(Object.keys(item)));
    const required = Object.entries(rules).filter(([, { absent }]) => absent === 'never');
    expect(Object.keys(item), sk).toEqual(expect.arrayContaining(required.map(([name]) => name)));
    written.add(type);
  }
  expect([...written].toSorted()).toEqual(Object.keys(attributes).toSorted());
});

test('items of the first form are answered like those of the present one, and the next audit continues after them', async () => {
  const items = await storedItems();
  const [present, older] = [await openMemoryStore({ now }), await openMemoryStore({ now })];
  await present.store.putAll(items);
  const first = items.flatMap((item) => inFirstForm(item) ?? []);
  expect(first.length).toBeLessThan(items.length);
  for (const name of ['logOrder', 'order', 'fleet', 'told', 'rules', 'gapMinutes']) expect(first.some((item) => name in item)).toBe(false);
  await older.store.putAll(first.map(upgradedItem));
  await addInventoryItem(older.store, region, now());
  const routes = items.find(({ sk }) => sk === 'ROUTES');
  if (routes) await older.store.put(routes);
  expect(await answersOf(older.store)).toEqual(await answersOf(present.store));
  expect(await save(older.table, region, hour(11), result({ findings: [finding()] }))).toMatchObject({ commit: 4 });
  present.close();
  older.close();
});

test('nested objects have the attributes that are listed', async () => {
  const items = await storedItems();
  for (const { audit: of, readiness: clusters } of items) {
    if (of) expect(Object.keys(audit)).toEqual(expect.arrayContaining(Object.keys(of)));
    if (Array.isArray(clusters)) for (const c of clusters) expect(Object.keys(readiness)).toEqual(expect.arrayContaining(Object.keys(c)));
  }
});
