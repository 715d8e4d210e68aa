/** Quotas read with the help of what is remembered, against a full list of the same account. */
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { AwsError } from '../../../shared/aws/client/errors.ts';
import { isCurrent, type QuotaList, type QuotaListKey, type QuotaMemory } from '../../../shared/aws/quotas/quota-memory.ts';
import { type QuotaNeeds, type QuotaSource, quotasByMemory } from '../../../shared/aws/quotas/quota-reading.ts';
import { codesOfInterest } from '../../../shared/aws/quotas/quota-service.ts';
import { specOf } from '../../../shared/core/evaluation/cluster.ts';
import type { ClusterSpec } from '../../../shared/core/evaluation/cluster-spec.ts';
import { evaluate } from '../../../shared/core/evaluation/evaluate.ts';
import type { Quota, QuotaRequest, Snapshot } from '../../../shared/core/evaluation/facts.ts';
import type { Plan } from '../../../shared/core/plan/plan.ts';
import { isHyperPodQuota, quotaNames, typeQuotaNames } from '../../../shared/core/quotas/quotas.ts';
import { account, groupRequest, ok, planned, region, request } from '../../core/healthy.ts';
import { plans, worlds } from '../../core/worlds.ts';
import { examples } from '../../helpers/examples.ts';

const place = { account, region };

/** One quota as AWS has it: the account's own value, an error in its place, or neither; and perhaps a default. */
interface Row {
  readonly code: string;
  readonly name: string;
  readonly own?: number | 'broken';
  readonly default?: number;
}
type Rows = readonly Row[];

const exists = (r: Row): boolean => r.own !== undefined || r.default !== undefined;
const base = (r: Row) => ({ service: 'sagemaker', code: r.code, name: r.name, adjustable: true });
const ownOf = (r: Row): Quota | null =>
  r.own === undefined
    ? null
    : { ...base(r), level: 'ACCOUNT', ...(r.own === 'broken' ? { error: 'DEPENDENCY_SERVICE_ERROR' } : { applied: r.own }) };

interface Counted extends QuotaSource {
  readonly calls: { own: number; defaults: number; one: number };
}

/** Service Quotas as the collector asks it. */
function serviceOf(rows: Rows, pages = 16): Counted {
  const calls = { own: 0, defaults: 0, one: 0 };
  return {
    calls,
    own: async () => {
      calls.own += 1;
      return { quotas: rows.flatMap((r) => ownOf(r) ?? []), pages };
    },
    defaults: async () => {
      calls.defaults += 1;
      return { quotas: rows.flatMap((r) => (r.default === undefined ? [] : [{ ...base(r), default: r.default }])), pages };
    },
    one: async (code) => {
      calls.one += 1;
      const row = rows.find((r) => r.code === code);
      return row ? ownOf(row) : null;
    },
  };
}

const tableDown = () => new AwsError({ ok: false, reason: 'access denied', action: 'dynamodb:GetItem' });

/** A memory that keeps what a database would. */
function memoryOf() {
  const kept = new Map<string, string>();
  const keyOf = (shelf: QuotaListKey) => JSON.stringify(shelf);
  const fails = { recall: false, keep: false };
  const writes: QuotaListKey[] = [];
  const memory: QuotaMemory = {
    recall: async (shelf) => {
      if (fails.recall) throw tableDown();
      const text = kept.get(keyOf(shelf));
      return text === undefined ? undefined : JSON.parse(text);
    },
    store: async (shelf, list) => {
      if (fails.keep) throw tableDown();
      writes.push(shelf);
      kept.set(keyOf(shelf), JSON.stringify(list));
    },
  };
  const list = (shelf: QuotaListKey): QuotaList => JSON.parse(kept.get(keyOf(shelf)) ?? 'null');
  return { ...memory, fails, writes, list };
}

/** Hours after which the day of both lists begins: from then on there is a day's worth of audits. */
const dawn = (() => {
  const hour = (n: number) => new Date(Date.UTC(2026, 10, 20, n)).toISOString();
  const lasts = (n: number) => [place, { region }].every((shelf) => isCurrent(shelf, hour(n), hour(n + 8)));
  return Array.from({ length: 48 }, (_, n) => n).find(lasts) ?? expect.fail('Some eight hours of a day lie in one turn of both.');
})();
const at = (hour: number): string => new Date(Date.UTC(2026, 10, 20, dawn + hour)).toISOString();

const needsOf = (hour: number, clusters: readonly ClusterSpec[], requests: readonly QuotaRequest[] | null = []): QuotaNeeds => ({
  place,
  at: at(hour),
  clusters: async () => clusters,
  requests: async () => (requests ? ok(requests) : { ok: false, reason: 'access denied' }),
});

const types = ['ml.p5.48xlarge', 'ml.p4d.24xlarge', 'ml.g5.8xlarge', 'ml.m5.xlarge', 'ml.trn1.32xlarge', 'ml.g6e.12xlarge', 'ml.c5.large'];
const names = [
  ...types.flatMap((type) => [true, false].map((spot) => typeQuotaNames(type, spot)[type === 'ml.c5.large' ? 1 : 0] ?? '')),
  ...[quotaNames.cluster, quotaNames.clusterSpot, quotaNames.total, quotaNames.totalSpot, quotaNames.volume, quotaNames.restrictedLustre],
  'Number of training plans per Region',
];
const codeOf = (name: string): string => `L-${names.indexOf(name)}`;
const standardOf = (name: string): number => (name === quotaNames.cluster || name === quotaNames.clusterSpot ? 20 : 0);

const ownValue = fc.oneof({ weight: 5, arbitrary: fc.constantFrom(0, 20) }, { weight: 2, arbitrary: fc.constantFrom(1, 4, 16, 64, 1000) });
const own = fc.oneof({ weight: 8, arbitrary: ownValue }, fc.constant('broken' as const), fc.constant(undefined));
const rowOf = (name: string): fc.Arbitrary<Row> =>
  fc.record({ own, standard: fc.constantFrom(true, true, true, true, false) }).map((r) => ({
    code: codeOf(name),
    name,
    ...(r.own !== undefined && { own: r.own }),
    ...(r.standard && { default: standardOf(name) }),
  }));
const accounts = fc.tuple(...names.map(rowOf)) as fc.Arbitrary<Row[]>;

const requestOf = (name: string): QuotaRequest => ({
  service: 'sagemaker',
  code: codeOf(name),
  name,
  desired: 128,
  status: 'CASE_OPENED',
  created: '2026-11-01T00:00:00Z',
});
const requests = fc.oneof(
  { weight: 8, arbitrary: fc.subarray(names, { maxLength: 3 }).map((some) => some.map(requestOf)) },
  { weight: 1, arbitrary: fc.constant(null) },
);

interface Step {
  readonly plan: Plan;
  readonly world: Snapshot;
  readonly next: Rows;
  /** Where the row of that name is as it was. */
  readonly keeps: readonly boolean[];
  readonly requests: readonly QuotaRequest[] | null;
  readonly recall: boolean;
  readonly keep: boolean;
}
const mostly = fc.constantFrom(true, true, true, true, true, true, true, false);
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    plan: plans,
    world: worlds,
    next: accounts,
    keeps: fc.array(fc.constantFrom(true, true, true, true, true, true, true, true, false), {
      minLength: names.length,
      maxLength: names.length,
    }),
    requests,
    recall: mostly,
    keep: mostly,
  }),
  { minLength: 1, maxLength: 4 },
);

const clustersOf = ({ plan, world }: Pick<Step, 'plan' | 'world'>): readonly ClusterSpec[] => [
  ...plan.clusters.map((c) => specOf(c.request)),
  ...Object.values(world.facts.runningClusters).flatMap((c) => (c.ok && c.value.status !== 'Deleting' ? [c.value] : [])),
];

/**
 * The account an hour later. What is not used, requested or ever granted stays: what AWS changes there by itself is known
 * within a day. So does whether there is a default at all, unless nothing was there before or the account's own value goes.
 */
function later(before: Rows, step: Step): Rows {
  const groups = clustersOf(step).flatMap((c) => c.groups);
  const used = new Set([
    ...groups.flatMap((g) => g.types.flatMap((t) => typeQuotaNames(t, g.spot))),
    ...groups.flatMap((g) => (g.spot ? [quotaNames.clusterSpot, quotaNames.totalSpot] : [quotaNames.cluster, quotaNames.total])),
    ...groups.flatMap((g) => (g.volumesGb.length > 0 ? [quotaNames.volume] : [])),
    ...(step.requests ?? []).map((r) => r.name).filter(isHyperPodQuota),
  ]);
  return before.map((row, i) => {
    const next = step.next[i] ?? row;
    const watched = used.has(row.name) || (isHyperPodQuota(row.name) && row.own !== undefined && row.own !== (row.default ?? 0));
    if (step.keeps[i] || !watched) return row;
    if (!exists(row) || (row.own !== undefined && !exists(next))) return next;
    const { default: _, ...rest } = next;
    return { ...rest, ...(row.default !== undefined && { default: row.default }) };
  });
}

const judged = (step: Step, quotas: readonly Quota[]) => {
  const { facts } = step.world;
  return evaluate(step.plan, {
    ...step.world,
    facts: {
      ...facts,
      quotas: { ...facts.quotas, sagemaker: ok(quotas) },
      quotaRequests: {
        ...facts.quotaRequests,
        sagemaker: step.requests ? ok(step.requests) : { ok: false, reason: 'access denied' },
      },
    },
  });
};

test('for every account: what checks find is what they find by a full list, however often something is remembered', async () => {
  let short = 0;
  let full = 0;
  await fc.assert(
    fc.asyncProperty(accounts, steps, async (first, all) => {
      const memory = memoryOf();
      let rows: Rows = first;
      await quotasByMemory(serviceOf(rows), memory, needsOf(0, []));
      for (const [i, step] of all.entries()) {
        rows = later(rows, step);
        // What was seen and could not be kept is unknown to the audits after it, until the next list.
        Object.assign(memory.fails, { recall: !step.recall, keep: !step.keep && i === all.length - 1 });
        const service = serviceOf(rows);
        const needs = needsOf(i + 1, clustersOf(step), step.requests);
        const read = await quotasByMemory(service, memory, needs);
        const listed = await quotasByMemory(serviceOf(rows), memoryOf(), needs);
        expect(judged(step, read.quotas), read.how).toEqual(judged(step, listed.quotas));
        expect(service.calls.one, 'never more calls than a list takes').toBeLessThanOrEqual(16);
        if (service.calls.own === 0) short += 1;
        else full += 1;
      }
    }),
    { numRuns: examples(100) },
  );
  expect(Math.min(short, full), `${short} read in part, ${full} listed`).toBeGreaterThan(examples(20));
});

const p5 = 'ml.p5.48xlarge for cluster usage';
const trn1 = 'ml.trn1.32xlarge for cluster usage';
const g6e = 'ml.g6e.12xlarge for cluster usage';
/** The account has AWS's values, but for trn1, which was raised. */
const plain: Rows = names.map((name) => ({
  code: codeOf(name),
  name,
  own: name === trn1 ? 8 : standardOf(name),
  default: standardOf(name),
}));
const withRow = (rows: Rows, name: string, more: Partial<Row> | null): Rows =>
  rows.flatMap((r) => (r.name !== name ? [r] : more === null ? [] : [{ code: r.code, name, ...more }]));
const planOf = (...types: readonly string[]): readonly ClusterSpec[] => [
  specOf(
    planned({
      request: { ...request(), InstanceGroups: types.map((InstanceType, i) => groupRequest({ InstanceGroupName: `g${i}`, InstanceType })) },
    }).request,
  ),
];
const onP5 = planOf('ml.p5.48xlarge');
const found = (quotas: readonly Quota[], name: string) => quotas.find((q) => q.name === name);

let memory: ReturnType<typeof memoryOf>;
/** Audits an hour apart on one memory. */
async function audit(hour: number, rows: Rows, needs: Partial<{ clusters: readonly ClusterSpec[]; requests: QuotaRequest[] | null }> = {}) {
  const service = serviceOf(rows);
  const { clusters = onP5, requests: asked = [] } = needs;
  const { quotas, how } = await quotasByMemory(service, memory, needsOf(hour, clusters, asked));
  return { quotas, how, calls: service.calls };
}
beforeEach(async () => {
  memory = memoryOf();
  await audit(0, plain, { clusters: [] });
});

describe('between two lists', () => {
  test('what is used and what was raised is read, nothing else, and nothing is written', async () => {
    expect(memory.writes).toEqual([place, { region }]);
    const { calls, how, quotas } = await audit(1, plain);
    // p5, the two of every cluster, that of volumes, and trn1.
    expect(calls).toEqual({ own: 0, defaults: 0, one: 5 });
    expect(how).toBe(`5 read, the others as listed at ${at(0)}`);
    expect(quotas).toHaveLength(plain.length);
    expect(memory.writes).toHaveLength(2);
  });

  test('a region where nothing is used or raised asks for nothing', async () => {
    memory = memoryOf();
    const idle = withRow(plain, trn1, { own: 0, default: 0 });
    await audit(0, idle, { clusters: [] });
    expect((await audit(1, idle, { clusters: [] })).calls).toEqual({ own: 0, defaults: 0, one: 0 });
  });

  test.each([
    ['a value that a cluster uses', p5, { own: 4, default: 0 }],
    ['a raised value that AWS lowers', trn1, { own: 0, default: 0 }],
    ['a value that can no longer be read', p5, { own: 'broken' as const, default: 0 }],
  ])('%s is the new one, and is remembered', async (_, name, more) => {
    const changed = withRow(plain, name, more);
    const { calls, quotas } = await audit(1, changed);
    expect(calls.own).toBe(0);
    expect(found(quotas, name)?.applied).toBe(more.own === 'broken' ? undefined : more.own);
    expect(memory.writes).toHaveLength(3);
    expect(found(memory.list(place).quotas, name)).toEqual(ownOf(changed.find((r) => r.name === name) as Row));
    expect(memory.list(place).listedAt).toBe(at(0));
    expect((await audit(2, changed)).calls.own).toBe(0);
    expect(memory.writes).toHaveLength(3);
  });

  test('what was raised is still read when it is no longer used', async () => {
    const raised = withRow(plain, p5, { own: 16, default: 0 });
    await audit(1, raised);
    const lowered = withRow(plain, p5, { own: 8, default: 0 });
    expect(found((await audit(2, lowered, { clusters: [] })).quotas, p5)?.applied).toBe(8);
  });

  test('whatever an increase was asked for is read', async () => {
    const { calls, quotas } = await audit(1, withRow(plain, g6e, { own: 2, default: 0 }), { clusters: [], requests: [requestOf(g6e)] });
    expect(calls).toEqual({ own: 0, defaults: 0, one: 2 });
    expect(found(quotas, g6e)?.applied).toBe(2);
  });

  test('a quota of which the account has no value of its own stands with its default', async () => {
    memory = memoryOf();
    const without = withRow(plain, p5, { default: 0 });
    await audit(0, without);
    const { calls, quotas } = await audit(1, without);
    expect(calls).toEqual({ own: 0, defaults: 0, one: 5 });
    expect(found(quotas, p5)).toEqual({ service: 'sagemaker', code: codeOf(p5), name: p5, default: 0, adjustable: true });
  });

  test('what AWS raises by itself and is not used is known when the next list is due', async () => {
    const raised = withRow(plain, g6e, { own: 4, default: 0 });
    expect(found((await audit(1, raised)).quotas, g6e)?.applied).toBe(0);
    expect(found((await audit(25, raised)).quotas, g6e)?.applied).toBe(4);
  });
});

describe('the list is read in full', () => {
  const gone = withRow(plain, p5, null);
  test.each<[string, Rows, Parameters<typeof audit>[2], { readonly own: number; readonly defaults: number; readonly one: number }, string]>(
    [
      [
        'where requests cannot be read',
        plain,
        { requests: null },
        { own: 1, defaults: 0, one: 0 },
        'increase requests could not be read: access denied',
      ],
      [
        'where a type is used that is in no list: an old list does not show that it is not offered',
        plain,
        { clusters: planOf('ml.p99.48xlarge') },
        { own: 1, defaults: 1, one: 0 },
        'nothing is remembered of "ml.p99.48xlarge for cluster usage"; defaults listed: they show whether a type is offered here',
      ],
      [
        'where an increase is asked for of something that is in no list',
        plain,
        { requests: [{ ...requestOf(p5), code: 'L-NEW', name: 'ml.p99.48xlarge for cluster usage' }] },
        { own: 1, defaults: 1, one: 0 },
        'nothing is remembered of "ml.p99.48xlarge for cluster usage"; defaults listed: they show whether a type is offered here',
      ],
      [
        'where a value is gone, with the defaults',
        gone,
        {},
        { own: 1, defaults: 1, one: 1 },
        `the account has no value of "${p5}" any more; defaults listed: they show whether a type is offered here`,
      ],
      [
        'where a code stands for something else',
        plain.map((r) => (r.name === p5 ? { ...r, name: 'ml.p5.96xlarge for cluster usage' } : r)),
        {},
        { own: 1, defaults: 1, one: 1 },
        `"${p5}" is called "ml.p5.96xlarge for cluster usage" now; defaults listed: they show whether a type is offered here`,
      ],
    ],
  )('%s', async (_, rows, needs, calls, why) => {
    const read = await audit(1, rows, needs);
    expect(read.how).toBe(`listed: ${why}`);
    expect(read.calls).toEqual(calls);
  });

  test('where that takes fewer calls than the values of interest', async () => {
    const service = serviceOf(plain, 3);
    memory = memoryOf();
    await quotasByMemory(service, memory, needsOf(0, onP5));
    const read = await quotasByMemory(service, memory, needsOf(1, onP5));
    expect(read.how).toBe('listed: 5 values are of interest, the list takes 3 calls');
    expect(service.calls).toEqual({ own: 2, defaults: 1, one: 0 });
  });

  test('where a single value cannot be read, and the first such ends it', async () => {
    const service: QuotaSource = {
      ...serviceOf(plain),
      one: async () => {
        throw new AwsError({ ok: false, reason: 'access denied', action: 'servicequotas:GetServiceQuota' });
      },
    };
    const { how } = await quotasByMemory(service, memory, needsOf(1, onP5));
    expect(how).toBe('listed: servicequotas:GetServiceQuota: access denied');
  });

  test.each([
    ['a day later', 24],
    ['weeks later', 24 * 40],
    ['by a clock that jumped back', -1],
  ])('%s', async (_, hour) => {
    const { how, calls } = await audit(hour, plain);
    expect(how).toBe('listed: the day is over; defaults listed: the day is over');
    expect(calls).toEqual({ own: 1, defaults: 1, one: 0 });
    expect(memory.list(place).listedAt).toBe(at(hour));
  });

  test('a type that is new here is found at once', async () => {
    memory = memoryOf();
    await audit(0, gone, { clusters: [] });
    const { quotas, how } = await audit(1, withRow(plain, p5, { own: 2, default: 0 }));
    expect(found(quotas, p5)?.applied).toBe(2);
    expect(how).toContain(`nothing is remembered of "${p5}"`);
  });

  test('one that is not offered is not there, by lists of now; nothing is written for it', async () => {
    memory = memoryOf();
    await audit(0, gone);
    const writes = memory.writes.length;
    const { quotas, calls } = await audit(1, gone);
    expect(found(quotas, p5)).toBeUndefined();
    expect(calls).toEqual({ own: 1, defaults: 1, one: 0 });
    expect(memory.writes).toHaveLength(writes);
  });
});

describe('defaults', () => {
  test('are listed once for all accounts of a region', async () => {
    const other = { ...needsOf(1, onP5), place: { account: '444455556666', region } };
    const service = serviceOf(plain);
    await quotasByMemory(service, memory, other);
    expect(service.calls).toEqual({ own: 1, defaults: 0, one: 0 });
    const elsewhere = { ...other, place: { account, region: 'eu-north-1' } };
    await quotasByMemory(service, memory, elsewhere);
    expect(service.calls).toEqual({ own: 2, defaults: 1, one: 0 });
  });

  const noDefaults = (rows: Rows): QuotaSource => ({
    ...serviceOf(rows),
    defaults: async () => {
      throw new AwsError({ ok: false, reason: 'access denied', action: 'servicequotas:ListAWSDefaultServiceQuotas' });
    },
  });

  test('that cannot be read are missed where nothing needed has only one', async () => {
    memory = memoryOf();
    const { quotas, how } = await quotasByMemory(noDefaults(plain), memory, needsOf(0, onP5));
    expect(found(quotas, p5)).toMatchObject({ applied: 0 });
    expect(how).toBe('listed: nothing is remembered; without defaults: access denied');
  });

  test('that cannot be read again are why what went from the list is unread: an old default does not say that it is still there', async () => {
    await audit(1, plain);
    await expect(quotasByMemory(noDefaults(withRow(plain, p5, null)), memory, needsOf(2, onP5))).rejects.toThrow('access denied');
    const unused = await quotasByMemory(noDefaults(withRow(plain, trn1, null)), memory, needsOf(2, onP5));
    expect(unused.how).toBe(`listed: the account has no value of "${trn1}" any more`);
  });

  test('that cannot be read are why something needed is unread: it is not taken for missing', async () => {
    memory = memoryOf();
    await expect(quotasByMemory(noDefaults(withRow(plain, p5, null)), memory, needsOf(0, onP5))).rejects.toMatchObject({
      read: { ok: false, reason: 'access denied', action: 'servicequotas:ListAWSDefaultServiceQuotas' },
    });
  });
});

describe('a memory that fails', () => {
  test('to be read: the list is read in full, and the log says why', async () => {
    memory.fails.recall = true;
    const { calls, how } = await audit(1, plain);
    expect(calls).toEqual({ own: 1, defaults: 1, one: 0 });
    expect(how).toBe(
      'listed: what is remembered could not be read: dynamodb:GetItem: access denied; defaults listed: what is remembered could not be read: dynamodb:GetItem: access denied',
    );
  });

  test('to be written: nothing is lost but the saving, and the log says so', async () => {
    memory = memoryOf();
    memory.fails.keep = true;
    const { quotas, how } = await audit(1, plain);
    expect(found(quotas, p5)?.applied).toBe(0);
    expect(how).toContain('not stored: dynamodb:GetItem: access denied');
  });

  test('by a defect of ours is no memory that fails', async () => {
    const broken = { ...memory, recall: () => Promise.reject(new TypeError('no')) };
    await expect(quotasByMemory(serviceOf(plain), broken, needsOf(1, onP5))).rejects.toThrow(TypeError);
  });
});

describe('which values are of interest', () => {
  const quotas = plain.map((r) => ({ ...base(r), applied: r.own as number, default: r.default as number }));
  test('of flexible groups those of every type; of either name that AWS gives a type', () => {
    const flexible = planOf('ml.c5.large', 'ml.p5.48xlarge');
    const read = codesOfInterest(quotas, flexible, []);
    const [, misnamed = ''] = typeQuotaNames('ml.c5.large', false);
    expect(read).toEqual({ codes: [p5, trn1, misnamed, quotaNames.cluster, quotaNames.total, quotaNames.volume].map(codeOf).toSorted() });
  });

  test('none of training plans, whatever their value or requests', () => {
    const training = 'Number of training plans per Region';
    const raised = quotas.map((q) => (q.name === training ? { ...q, applied: 99 } : q));
    expect(codesOfInterest(raised, [], [requestOf(training)])).toEqual({ codes: [codeOf(trn1)] });
  });

  test('a restricted group brings the quota of its storage', () => {
    const { InstanceGroups: _, ...rest } = request();
    const restricted = specOf({ ...rest, RestrictedInstanceGroups: [groupRequest()] });
    const read = codesOfInterest(quotas, [restricted], []);
    expect('codes' in read && read.codes).toContain(codeOf(quotaNames.restrictedLustre));
  });
});
