/** The item that each region has in the inventory's partition: when it is written, and what never overwrites it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { finding, result } from '../../core/results.ts';
import { save, startInventory, type TestInventory } from '../../query/inventory.ts';
import { type StoreCall, storeThrough } from './store-through.ts';

let inventory: TestInventory;
beforeAll(async () => {
  inventory = await startInventory();
});
afterAll(() => inventory.close());

let accounts = 0;
const newPlace = () => {
  accounts += 1;
  return { account: String(200_000_000_000 + accounts), region: 'us-west-2' };
};
type TestRegion = ReturnType<typeof newPlace>;
const at = (hour: number): string => new Date(Date.UTC(2026, 10, 20) + hour * 3_600_000).toISOString();

const itemOf = async ({ account, region }: TestRegion) => {
  return inventory.store.get({ pk: 'fleet', sk: `REGION#${account}#${region}` });
};
/** Counts what goes into the inventory's partition. */
function counting(before?: (call: StoreCall) => Promise<void>) {
  let writes = 0;
  const store = storeThrough(inventory.store, async (send, call) => {
    if (call.operation === 'put' && call.keys[0]?.pk === 'fleet') writes += 1;
    if (call.operation === 'put') await before?.(call);
    return send();
  });
  return { table: inventory.portsOn(store).table, writes: () => writes };
}
const good = result({ findings: [finding({ have: 5, need: 3 })] });
const moved = result({ findings: [finding({ have: 4, need: 3 })] });
const bad = result({ findings: [finding({ status: 'fail' })] });

test('is written when something about the region changes, and once a day', async () => {
  const place = newPlace();
  const { table, writes } = counting();
  const audits = [
    { at: at(8), seen: good, writes: 1 },
    { at: at(9), seen: good, writes: 1 },
    // What only moves an amount says nothing new of the region.
    { at: at(10), seen: moved, writes: 1 },
    { at: at(11), seen: bad, writes: 2 },
    { at: at(12), seen: bad, writes: 2 },
    { at: at(24), seen: bad, writes: 3 },
    { at: at(25), seen: bad, writes: 3 },
    { at: at(26), seen: good, writes: 4 },
  ];
  for (const audit of audits) {
    await save(table, place, audit.at, audit.seen);
    expect(writes(), audit.at).toBe(audit.writes);
  }
  expect(await itemOf(place)).toMatchObject({ seq: 3, factsAt: at(26), clusters: [{ cluster: 'llm-train', state: 'READY', because: [] }] });
});

test('is not overwritten by an audit that is slow and saw less', async () => {
  const place = newPlace();
  inventory.at(at(32));
  await save(inventory.ports.table, place, at(8), good);
  // A slow one is held up just before it writes the item; meanwhile the next day's first audit comes and goes.
  const slow = counting(async ({ keys }) => {
    if (keys[0]?.pk !== 'fleet') return;
    await save(inventory.ports.table, place, at(31), good);
  });
  await save(slow.table, place, at(30), good);
  expect(slow.writes()).toBe(1);
  expect(await itemOf(place)).toMatchObject({ seq: 1, factsAt: at(31) });
});

test('is written by the next audit where one died between its commit and the item', async () => {
  const place = newPlace();
  await save(inventory.ports.table, place, at(8), good);
  const dying = counting(async ({ keys }) => {
    if (keys[0]?.pk === 'fleet') throw new Error('The process died.');
  });
  await expect(save(dying.table, place, at(9), bad)).rejects.toThrow('died');
  expect(await itemOf(place)).toMatchObject({ seq: 1, clusters: [{ state: 'READY' }] });
  const next = await save(inventory.ports.table, place, at(10), bad);
  expect(next.changes).toEqual([]);
  expect(await itemOf(place)).toMatchObject({ seq: 2, factsAt: at(10), clusters: [{ state: 'BLOCKED' }] });
});

test('of a wrong clock does not stay until that time comes', async () => {
  const place = newPlace();
  inventory.at(at(8));
  await save(inventory.ports.table, place, '2031-01-01T00:00:00.000Z', good);
  await save(inventory.ports.table, place, at(8), good);
  expect(await itemOf(place)).toMatchObject({ factsAt: at(8) });
});

test('is forgotten 35 days after the last audit', async () => {
  const place = newPlace();
  await inventory.audit(place, at(8), good);
  inventory.at(at(8 + 34 * 24));
  expect((await inventory.page(`/readiness?account=${place.account}`)).items).toMatchObject([{ late: true }]);
  inventory.at(at(9 + 35 * 24));
  expect((await inventory.page(`/readiness?account=${place.account}`)).items).toEqual([]);
  expect((await inventory.page(`/readiness?account=${place.account}&region=us-west-2`)).items).toMatchObject([
    { late: true, clusters: [{ state: 'UNKNOWN' }] },
  ]);
});
