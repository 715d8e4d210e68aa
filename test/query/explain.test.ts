/** Why a cluster failed: what AWS reported is stored by the audit and explained by the last audit and by the log. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ClusterEvents } from '../../shared/core/evaluation/finding.ts';
import { type ExplainedClusterView, explain } from '../../shared/query/explain.ts';
import { storeThrough } from '../aws/findings/store-through.ts';
import { finding, planned, result, row, running } from '../core/results.ts';
import { at, east, fail, save, startInventory, type TestInventory, west } from './inventory.ts';

const efa = '"EFA health checks did not run successfully"';
const created = '"Instance creation in Cluster llm-train and InstanceGroup workers failed"';
const reported = (more: Partial<ClusterEvents> = {}): ClusterEvents => ({
  cluster: 'llm-train',
  status: 'Failed',
  failure: efa,
  errors: [{ time: at(9), group: 'workers', node: 'i-0391f86fa0fe0d465', text: created, cause: efa }],
  ...more,
});
const seen = (findings: Parameters<typeof result>[0], events?: readonly ClusterEvents[]) => ({
  ...result(findings),
  ...(events && { events }),
});

let inventory: TestInventory;
beforeAll(async () => {
  inventory = await startInventory();
  await inventory.audit(west, at(8), seen({ findings: [fail(), finding({ check: 'vpc-dns' })], clusters: [planned] }));
  await inventory.audit(west, at(10), seen({ findings: [fail()], clusters: [{ ...running, planned: true }] }, [reported()]));
  await inventory.audit(west, at(11), seen({ findings: [finding()], rows: [row({ check: 'network-acl' })], clusters: [planned] }));
}, 60_000);
afterAll(() => inventory.close());

const address = `/explain?account=${west.account}&region=us-west-2&cluster=`;
const explained = async (of = inventory, cluster = 'llm-train'): Promise<ExplainedClusterView | undefined> =>
  (await of.page(`${address}${cluster}`)).items[0];

describe('a failed creation', () => {
  test('is explained after the cluster is gone: results then and now, in order', async () => {
    const item = await explained();
    expect(item).toMatchObject({ ...west, cluster: 'llm-train', state: 'UNKNOWN', factsAt: at(11), status: 'Failed', reportedAt: at(10) });
    expect(item?.failures.map((f) => [f.of, f.from, f.explanation?.meaning])).toEqual([
      ['event', at(9), 'The nodes could not exchange EFA traffic with each other.'],
      ['cluster', undefined, 'The nodes could not exchange EFA traffic with each other.'],
    ]);
    expect(item?.failures[0]?.checks.slice(0, 2)).toEqual([
      { check: 'efa-self-traffic', now: 'pass', before: 'fail', failing: [], reasons: [] },
      { check: 'network-acl', now: 'not evaluated', before: 'not applicable', failing: [], reasons: ['access denied'] },
    ]);
    expect(item?.failures[1]?.checks[0]).not.toHaveProperty('before');
    expect(item?.passed).toEqual(['efa-self-traffic']);
  });

  test('of a cluster that nothing is reported of has no failures; an unknown one has no item', async () => {
    await inventory.audit(east, at(8), seen({ findings: [finding()], clusters: [planned] }));
    const { items } = await inventory.page(`/explain?account=${east.account}&region=us-east-1&cluster=llm-train`);
    expect(items).toMatchObject([{ cluster: 'llm-train', state: 'READY', failures: [], passed: ['efa-self-traffic'] }]);
    expect(items[0]).not.toHaveProperty('reportedAt');
    expect(await explained(inventory, 'other')).toBeUndefined();
    // Not asked for by name, only those of which something is reported.
    expect((await inventory.pages('/explain')).map((item) => [item.region, item.cluster])).toEqual([['us-west-2', 'llm-train']]);
  });

  test('is one of many: they come by region and name, page by page', async () => {
    const of = await startInventory();
    const all = ['c', 'a', 'b'].map((cluster) => reported({ cluster }));
    const clusters = all.map(({ cluster }) => ({ ...running, cluster }));
    for (const place of [west, east]) await of.audit(place, at(10), seen({ clusters }, all));
    const names = (items: readonly ExplainedClusterView[]) => items.map((item) => `${item.region} ${item.cluster}`);
    const expected = ['us-east-1', 'us-west-2'].flatMap((region) => ['a', 'b', 'c'].map((cluster) => `${region} ${cluster}`));
    for (const limit of [1, 2, 3, 6, 50]) expect(names(await of.pages(`/explain?limit=${limit}`)), String(limit)).toEqual(expected);
    expect(names(await of.pages('/explain?cluster=b&limit=1'))).toEqual(['us-east-1 b', 'us-west-2 b']);
    await of.close();
  });

  test('shows at most five findings of a check, and says how many more fail', async () => {
    const many = Array.from({ length: 7 }, (_, n) => fail({ resource: `sg-${n}`, remediation: { text: 'Add the rule.', command: 'aws' } }));
    const of = await startInventory();
    await of.audit(west, at(10), seen({ findings: many }, [reported()]));
    const check = (await explained(of))?.failures[0]?.checks[0];
    expect(check).toMatchObject({ check: 'efa-self-traffic', now: 'fail', failing: { length: 5 }, more: 2 });
    expect(check?.failing[0]).toMatchObject({ message: 'sg-0 was read.', remediation: { text: 'Add the rule.', command: 'aws' } });
    await of.close();
  });
});

test('a time of a region is read once for all of its clusters', async () => {
  const of = await startInventory();
  const all = ['a', 'b', 'c'].map((cluster) => reported({ cluster }));
  await of.audit(west, at(10), seen({ clusters: all.map(({ cluster }) => ({ ...running, cluster })) }, all));
  const moments: string[] = [];
  const { table } = of.ports;
  const stateAt: typeof table.stateAt = (place, moment) => {
    moments.push(moment);
    return table.stateAt(place, moment);
  };
  const { items } = await explain.ask({}, { ...of.ports, table: { ...table, stateAt } });
  expect([items.length, moments]).toEqual([3, [at(9)]]);
  await of.close();
});

describe('a report', () => {
  const factsOf = async (of: TestInventory) => (await of.ports.table.clusterReports(west, 'llm-train'))[0]?.factsAt;

  test('that says the same is not written again, until it is about to expire', async () => {
    const of = await startInventory();
    const writes: string[] = [];
    const store = storeThrough(of.store, (send, call) => {
      if (call.isWrite) writes.push(...call.keys.map(({ sk }) => sk).filter((sk) => sk.startsWith('REPORT#')));
      return send();
    });
    const audit = async (hour: number, events: readonly ClusterEvents[]) => {
      of.at(at(hour));
      await save(of.portsOn(store).table, west, at(hour), seen({}, events));
    };
    await audit(0, [reported()]);
    await audit(1, [reported()]);
    expect([writes.length, await factsOf(of)]).toEqual([1, at(0)]);
    await audit(2, [reported({ failure: '"another"' })]);
    expect([writes.length, await factsOf(of)]).toEqual([2, at(2)]);
    await audit(29 * 24, [reported({ failure: '"another"' })]);
    expect([writes.length, await factsOf(of)]).toEqual([3, at(2)]);
    of.at(at(29 * 24 + 34 * 24));
    expect(await factsOf(of)).toBe(at(2));
    of.at(at(29 * 24 + 36 * 24));
    expect(await factsOf(of)).toBeUndefined();
    await of.close();
  });

  test('keeps the events that were read where they cannot be read any more, and says so until they can', async () => {
    const of = await startInventory();
    const runs = { clusters: [running] };
    await of.audit(west, at(8), seen(runs, [reported()]));
    await of.audit(west, at(9), seen(runs, [{ cluster: 'llm-train', status: 'Failed', errors: [], unread: 'access denied' }]));
    expect(await explained(of)).toMatchObject({ failures: [{ text: created }], unread: 'access denied' });
    await of.audit(west, at(10), seen(runs));
    expect(await explained(of)).toMatchObject({ failures: [{ text: created }] });
    expect(await explained(of)).not.toHaveProperty('unread');
    await of.close();
  });

  test('of a cluster with nothing but unread events is gone when they are read and there are none', async () => {
    const of = await startInventory();
    await of.audit(west, at(8), seen({ clusters: [running] }, [{ cluster: 'llm-train', errors: [], unread: 'access denied' }]));
    expect(await of.pages('/explain')).toMatchObject([{ cluster: 'llm-train', failures: [], unread: 'access denied' }]);
    await of.audit(west, at(9), seen({ clusters: [running] }));
    of.at(at(9.1));
    expect(await of.pages('/explain')).toEqual([]);
    await of.close();
  });

  test.each([
    ['is being deleted', reported({ status: 'Deleting', errors: [] })],
    ['failed longer ago than AWS lists events', reported({ errors: [] })],
    [
      'has events whose details cannot be read now',
      reported({ errors: [{ time: at(9), group: 'workers', node: 'i-0391f86fa0fe0d465', text: created }], causesUnread: 'throttled' }),
    ],
  ])('of a cluster that %s keeps events and causes', async (_, later) => {
    const of = await startInventory();
    await of.audit(west, at(10), seen({ clusters: [running] }, [reported()]));
    await of.audit(west, at(11), seen({ clusters: [running] }, [later]));
    expect(await explained(of)).toMatchObject({ status: later.status, failures: [{ text: created, cause: efa }, { text: efa }] });
    await of.close();
  });

  test('has at most the 20 newest events', async () => {
    const of = await startInventory();
    const event = (n: number) => ({ time: at(n / 60), text: `"failure ${String.fromCodePoint(97 + n)}"` });
    const events = (from: number, to: number) =>
      reported({ errors: Array.from({ length: to - from }, (_, n) => event(from + n)).toReversed() });
    await of.audit(west, at(8), seen({ clusters: [running] }, [events(0, 15)]));
    await of.audit(west, at(9), seen({ clusters: [running] }, [events(10, 25)]));
    expect((await explained(of))?.failures.map((f) => f.text)).toEqual([...Array.from({ length: 20 }, (_, n) => event(5 + n).text), efa]);
    await of.close();
  });
});
