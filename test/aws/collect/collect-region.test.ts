import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { defaultSettings } from '../../../shared/aws/client/settings.ts';
import { collectRegion } from '../../../shared/aws/collect/collect-region.ts';
import { collector } from '../../../shared/aws/collect/collector.ts';
import { collectors } from '../../../shared/aws/collect/facts/index.ts';
import type { FactName, Facts } from '../../../shared/core/evaluation/facts.ts';
import { emptyPlan } from '../../../shared/core/plan/plan.ts';
import { bigAccount } from '../../../shared/sandbox/big.ts';
import { actionOf } from '../../../shared/sandbox/faults.ts';
import { operations } from '../../../shared/sandbox/server.ts';
import { storyAccount } from '../../../shared/sandbox/story.ts';
import { defaultQuotas } from '../../../shared/sandbox/world.ts';
import { answerers } from '../../emulator/operations.ts';
import { sampleCalls } from '../../sandbox/calls.ts';
import {
  account,
  everything,
  ids,
  inSandbox,
  planOf,
  type Run,
  type RunOptions,
  readsOf,
  region,
  run,
  settingsOf,
  unreadPlaces,
  valueIn,
  world,
} from '../world.ts';

const kebab = (name: string) => name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);

/** One collection of everything, for the tests that only read what it gave. */
let whole: Run;
beforeAll(async () => {
  whole = await run();
});

describe('the collectors', () => {
  test('each fact has one, in the file of its name', () => {
    const folder = new URL('../../../shared/aws/collect/facts/', import.meta.url);
    const expected = Object.entries(collectors).map(([fact, c]) => {
      expect(c.fact).toBe(fact);
      return `${kebab(fact)}.ts`;
    });
    expect(existsSync(folder)).toBe(true);
    expect(readdirSync(folder).toSorted()).toEqual([...expected, 'index.ts'].toSorted());
  });

  // Names what a new fact still needs; see "Add a fact" in shared/core/checks/README.md.
  test('each fact has cases, and the sandbox answers its operations', () => {
    const cases = readFileSync(new URL('facts.test.ts', import.meta.url), 'utf8');
    const tested = new Set([...cases.matchAll(/collecting\(([^)]*)\)/g)].flatMap((m) => (m[1] ?? '').match(/\w+/g) ?? []));
    // Their cases are those of this file, and of the facts that depend on them.
    const elsewhere: readonly string[] = ['clusterNames', 'prefixLists', 'regionOptIn'];
    const places: readonly (readonly [operations: readonly string[], place: string])[] = [
      [operations, 'the operation in shared/sandbox/service'],
      [sampleCalls.map((c) => c.operation), 'a call in test/sandbox/calls.ts'],
      [Object.keys(answerers), 'a line in test/emulator/operations.ts'],
    ];
    const missing = Object.values(collectors).flatMap(({ fact, grants }) => [
      ...(tested.has(fact) || elsewhere.includes(fact)
        ? []
        : [`${fact}: add cases, collecting('${fact}'), in test/aws/collect/facts.test.ts`]),
      ...places.flatMap(([known, place]) => {
        const actions = new Set(known.map((operation) => actionOf(...(operation.split(':') as [string, string]))));
        return grants.filter((g) => !actions.has(g.action)).map((g) => `${g.action}: add ${place}`);
      }),
    ]);
    expect(missing).toEqual([]);
  });

  test('an action that a collector does not declare does not compile', () => {
    const made = collector({
      fact: 'zones',
      grants: [{ action: 'ec2:DescribeAvailabilityZones', why: 'zone ids' }],
      collect: async ({ call }) => {
        await call('ec2:DescribeAvailabilityZones', async () => undefined);
        // @ts-expect-error: it is not among the grants
        await call('ec2:DescribeVpcs', async () => undefined);
        return { ok: true, value: [] };
      },
    });
    expect(made.grants).toHaveLength(1);
  });
});

describe('a region where everything is there', () => {
  test('every fact is read, the snapshot is plain JSON, and says whose it is', () => {
    const { snapshot, facts } = whole;
    expect(unreadPlaces(facts)).toEqual([]);
    expect(Object.keys(facts).toSorted()).toEqual(Object.keys(collectors).toSorted());
    expect(JSON.parse(JSON.stringify(snapshot))).toEqual(snapshot);
    expect(snapshot).toMatchObject({ schemaVersion: 1, account, partition: 'aws', region });
    expect(snapshot.factsAt).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(snapshot.alias).toBeUndefined();
  });

  test.for([1, 2])('pages of %i say the same as one', async (pageSize) => {
    // All rows of quotas but a few: by pages of one they would be two thousand calls.
    const isLeftOut = (name: string) => !/ml\.p5\.48xlarge|HyperPod/.test(name);
    const description = world((r) => {
      const missing = defaultQuotas('sagemaker', region).flatMap(({ name }) => (isLeftOut(name) ? [name] : []));
      return { quotas: { ...r.quotas, sagemaker: { applied: {}, defaultOnly: [], broken: {}, more: [], ...r.quotas.sagemaker, missing } } };
    });
    const [unpaged, paged] = await Promise.all([run({ description }), run({ description, pageSize })]);
    expect(valueIn(unpaged.facts.quotas.sagemaker).length).toBeGreaterThan(5);
    expect(paged.facts).toEqual(unpaged.facts);
    expect(paged.arrived.length).toBeGreaterThan(unpaged.arrived.length);
  });

  test('each fact is reported once as it is settled', async () => {
    const progress: { readonly fact: FactName; readonly done: number; readonly total: number }[] = [];
    await inSandbox({}, (sandbox) =>
      collectRegion({
        account,
        alias: 'ml-prod',
        partition: 'aws',
        region,
        plan: everything,
        settings: settingsOf(sandbox),
        onProgress: (p) => progress.push(p),
      }),
    );
    expect(progress.map((t) => t.fact).toSorted()).toEqual(Object.keys(collectors).toSorted());
    expect(progress.map((t) => t.done)).toEqual(progress.map((_, i) => i + 1));
    expect(new Set(progress.map((t) => t.total))).toEqual(new Set([Object.keys(collectors).length]));
  });

  test('every call is on record, with its action, where it went and whether it was answered', () => {
    const { calls, arrived } = whole;
    expect(calls.length).toBe(arrived.length);
    // AWS answers by an error that an EKS cluster has no such add-on, a bucket no policy and no such object.
    expect(calls.filter((c) => !c.ok).map((c) => c.action)).toEqual(['eks:DescribeAddon', 's3:GetBucketPolicy', 's3:GetObject']);
    expect(calls.every((c) => Number.isInteger(c.ms) && c.ms >= 0)).toBe(true);
    expect(new Set(calls.filter((c) => c.region !== region).map((c) => `${c.action} ${c.region}`))).toEqual(
      new Set(['ec2:DescribeRegions us-east-1']),
    );
  });

  test('nothing is asked twice', () => {
    const { calls } = whole;
    const once = ['sagemaker:ListClusters', 'ec2:DescribeVpcEndpoints', 'ec2:DescribeRegions', 'ec2:DescribeManagedPrefixLists'];
    for (const action of once) expect(calls.filter((c) => c.action === action).length, action).toBe(1);
    // The script, and the Slurm topology next to it.
    expect(calls.filter((c) => c.action === 's3:GetObject').length).toBe(2);
    // The managed policy that two roles share is read once: that, one role's own, and its boundary.
    expect(calls.filter((c) => c.action === 'iam:GetPolicy').length).toBe(3);
  });
});

test("the SDK's own environment is enough: AWS_ENDPOINT_URL, AWS_REGION and keys", async () => {
  await inSandbox({}, async (sandbox) => {
    const environment = {
      AWS_ENDPOINT_URL: sandbox.endpoint,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: account,
      AWS_SECRET_ACCESS_KEY: 'sandbox',
      AWS_SESSION_TOKEN: undefined,
      AWS_PROFILE: undefined,
    };
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    try {
      const { snapshot } = await collectRegion({ account, partition: 'aws', region, plan: everything, settings: defaultSettings });
      expect(unreadPlaces(snapshot.facts)).toEqual([]);
    } finally {
      vi.unstubAllEnvs();
    }
  });
});

describe('only what is needed', () => {
  test('nothing planned, nothing running: quotas, and what tells that', async () => {
    const { facts, calls } = await run({ plan: emptyPlan, description: storyAccount() });
    expect(new Set(calls.map((c) => c.action))).toEqual(
      new Set([
        'ec2:DescribeRegions',
        'ec2:DescribeAvailabilityZones',
        'sagemaker:ListClusters',
        'servicequotas:ListServiceQuotas',
        'servicequotas:ListRequestedServiceQuotaChangeHistory',
      ]),
    );
    expect(Object.keys(facts.quotas)).toEqual(['sagemaker']);
    expect(facts.subnets).toEqual({ ok: true, value: [] });
    expect(facts.newVpcUsage).toEqual({});
    // A count of nought would be a lie.
    expect(facts.interfaces).toMatchObject({ ok: false });
  });

  test('a cluster without a VPC asks for no network', async () => {
    const { calls, facts } = await run({ plan: planOf({}), description: storyAccount() });
    expect(calls.map((c) => c.action)).not.toContain('ec2:DescribeSubnets');
    expect(Object.keys(facts.quotas)).toEqual(['sagemaker']);
    expect(Object.keys(facts.roles)).toEqual([ids.role]);
  });

  test('what is being deleted names nothing', () => {
    const { facts } = whole;
    expect(valueIn(facts.clusterNames)).toEqual(['eval', 'old']);
    expect(Object.keys(valueIn(facts.instanceTypes))).not.toContain('g5.xlarge');
    expect(Object.keys(facts.roles).join()).not.toContain('role/gone');
  });

  test('a planned cluster of another region is none of this one', async () => {
    const plan = { clusters: everything.clusters.map((c) => ({ ...c, region: 'us-east-2' })) };
    const { facts } = await run({ plan, description: storyAccount() });
    expect(facts.roles).toEqual({});
  });
});

describe('only the facts that are asked for', () => {
  test('and those they depend on are read, as they would be among all; the others say that they were not requested', async () => {
    const requested = ['subnets', 'quotas'] as const;
    const progress: string[] = [];
    const some = await run({ facts: requested, onProgress: ({ fact, done, total }) => progress.push(`${fact} ${done}/${total}`) });
    const all = whole;
    for (const name of requested) expect(some.facts[name]).toEqual(all.facts[name]);
    // Subnets are found by what the clusters, their EKS clusters and file systems name.
    for (const name of ['runningClusters', 'eksClusters', 'fileSystems'] as const) expect(some.facts[name]).toEqual(all.facts[name]);
    for (const name of ['roles', 'zones', 'routeTables'] as const)
      expect(some.facts[name]).toEqual({ ok: false, reason: 'it was not requested' });
    expect(some.arrived.map((c) => c.operation)).not.toContain('GetRole');
    const last = progress.at(-1)?.split(' ')[1]?.split('/') ?? [];
    expect(last[0]).toBe(last[1]);
    expect(Object.keys(some.facts)).toEqual(Object.keys(all.facts));
  });
});

describe('a region that is not enabled', () => {
  const off = () => run({ in: 'ap-southeast-3', plan: planOf({}, { region: 'ap-southeast-3' }) });

  test('is asked about elsewhere, and nothing is sent to it', async () => {
    const { arrived } = await off();
    expect(arrived.map((c) => `${c.operation} ${c.region}`)).toEqual(['DescribeRegions us-east-1']);
  });

  test('fails every other read for that reason', async () => {
    const { facts } = await off();
    expect(facts.regionOptIn).toEqual({ ok: true, value: 'not-opted-in' });
    // Alarms are those that the plan names: none.
    const others = readsOf(facts).filter(({ place }) => !['regionOptIn', 'alarms'].includes(place));
    expect(others.length).toBeGreaterThan(15);
    for (const { place, read } of others) expect(read, place).toEqual({ ok: false, reason: 'the region is not enabled for this account' });
  });

  test("where the partition's home may not be asked the caller's own region is", async () => {
    const { facts, arrived } = await run({
      in: 'eu-west-1',
      plan: emptyPlan,
      faults: [{ on: 'ec2:DescribeRegions', kind: 'deny', region: 'us-east-1' }],
    });
    expect(facts.regionOptIn).toEqual({ ok: true, value: 'opt-in-not-required' });
    expect(arrived.filter((c) => c.operation === 'DescribeRegions').map((c) => c.region)).toEqual(['us-east-1', 'us-west-2']);
  });

  test('whether it is stays open if the caller may not ask; all else is tried', async () => {
    const { facts } = await run({ faults: [{ on: 'ec2:DescribeRegions', kind: 'deny' }] });
    expect(facts.regionOptIn).toEqual({ ok: false, reason: 'access denied', action: 'ec2:DescribeRegions' });
    expect(unreadPlaces(facts)).toEqual(['regionOptIn']);
  });

  test('without that knowledge its refusals are reported for what they are', async () => {
    const { facts } = await run({
      in: 'ap-southeast-3',
      plan: planOf({}, { region: 'ap-southeast-3' }),
      faults: [{ on: 'ec2:DescribeRegions', kind: 'deny' }],
    });
    expect(facts.clusterNames).toMatchObject({ ok: false, reason: expect.stringMatching(/not enabled.*UnrecognizedClientException/) });
    expect(facts.zones).toMatchObject({ ok: false, reason: expect.stringMatching(/not enabled.*AuthFailure/) });
  });

  test('a region that AWS does not list is not taken for one that is off', async () => {
    const { facts } = await run({ in: 'eu-nowhere-1', plan: emptyPlan });
    expect(facts.regionOptIn).toMatchObject({ ok: false, reason: expect.stringContaining('eu-nowhere-1') });
  });
});

describe('the deadline', () => {
  const reached = (seconds: number) => ({ ok: false, reason: `the audit's deadline of ${seconds} s was reached` });

  /** The deadline comes once all facts but so many are there: nothing waits for it, and on a slow machine it is not too early. */
  async function runUntilLeft(left: number, options: RunOptions): Promise<Run> {
    const deadlineMs = 10_000;
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      return await run({
        ...options,
        settings: { ...options.settings, deadlineMs },
        onProgress: ({ done, total }) => {
          if (done === total - left) vi.advanceTimersByTime(deadlineMs);
        },
      });
    } finally {
      vi.useRealTimers();
    }
  }

  test('ends a region that never answers: every read says so', async () => {
    const { facts } = await run({ faults: [{ on: '*', kind: 'hang' }], settings: { deadlineMs: 500 } });
    const reads = readsOf(facts);
    expect(reads.length).toBeGreaterThan(15);
    for (const { place, read } of reads) expect(read, place).toEqual(reached(0.5));
  });

  test('keeps what was read before it, by key', async () => {
    const { facts } = await runUntilLeft(3, {
      faults: [
        { on: 'ssm:GetDocument', kind: 'hang' },
        { on: 'iam:GetRolePolicy', kind: 'hang' },
      ],
    });
    const unread = readsOf(facts).filter(({ read }) => !read.ok);
    expect(new Set(unread.map(({ place }) => place.replace(/\[.*/, '')))).toEqual(new Set(['sessionDocuments', 'roles', 'organizations']));
    for (const { read } of unread) expect(read).toEqual(reached(10));
    expect(Object.keys(facts.roles)).toEqual([ids.role, ids.boundRole]);
  });

  test('ends calls that wait for their turn', async () => {
    const { facts, calls } = await runUntilLeft(3, {
      faults: [{ on: 'iam:*', kind: 'hang' }],
      settings: { inFlight: { default: 25, iam: 1 } },
    });
    expect(valueIn(facts.zones).length).toBe(4);
    expect(Object.values(facts.principals)).toEqual([reached(10), reached(10), reached(10)]);
    expect(calls.filter((c) => c.action.startsWith('iam:')).length).toBeLessThanOrEqual(1);
  });
});

describe('limits', () => {
  test('no more calls of a service are under way than the settings say', async () => {
    const { facts } = await run({ latencyMs: 5, settings: { inFlight: { default: 1 } } });
    expect(unreadPlaces(facts)).toEqual([]);
  });

  test('ten thousand interfaces are counted, and two thousand quotas sifted', async () => {
    const { facts } = await run({
      description: bigAccount(),
      facts: ['interfaces', 'quotas'],
      plan: planOf({ VpcConfig: { SecurityGroupIds: [ids.group], Subnets: [ids.subnet] } }),
    });
    const { total, byZone } = valueIn(facts.interfaces);
    expect(total).toBe(10_000);
    expect(Object.values(byZone).reduce((a, b) => a + b, 0)).toBe(total);
    expect(Object.keys(byZone)).toEqual(['usw2-az1', 'usw2-az2', 'usw2-az3', 'usw2-az4']);
    expect(valueIn(facts.quotas.sagemaker).filter((q) => q.name.startsWith('Further quota'))).toEqual([]);
  });
});

describe('what rests on something unread', () => {
  const denied = (on: string) => run({ faults: [{ on, kind: 'deny' }] });

  test('clusters cannot be listed: what the plan names is read all the same', async () => {
    const { facts } = await denied('sagemaker:ListClusters');
    expect(facts.clusterNames).toEqual({ ok: false, reason: 'access denied', action: 'sagemaker:ListClusters' });
    expect(facts.runningClusters).toEqual({});
    expect(unreadPlaces(facts)).toEqual(['clusterNames']);
    expect(Object.keys(valueIn(facts.instanceTypes))).toEqual(['p5.48xlarge']);
    expect(Object.keys(facts.roles)).toEqual([ids.role, ids.boundRole]);
    expect(Object.keys(facts.quotas)).toEqual(['sagemaker', 'vpc', 'ec2']);
  });

  test('clusters cannot be listed and nothing is planned: what is used is unknown', async () => {
    const { facts } = await run({ plan: emptyPlan, faults: [{ on: 'sagemaker:ListClusters', kind: 'deny' }] });
    const unread: readonly (keyof Facts)[] = [
      'subnets',
      'vpcs',
      'securityGroups',
      'endpoints',
      'instanceTypes',
      'interfaces',
      'prefixLists',
    ];
    for (const fact of unread) expect(facts[fact], fact).toEqual({ ok: false, reason: 'access denied', action: 'sagemaker:ListClusters' });
    expect(facts.roles).toEqual({});
  });

  test('one cluster cannot be described: the others decide', async () => {
    const { facts } = await denied('sagemaker:DescribeCluster');
    expect(facts.runningClusters.eval).toEqual({ ok: false, reason: 'access denied', action: 'sagemaker:DescribeCluster' });
    expect(valueIn(facts.subnets).length).toBe(2);
  });

  test('subnets cannot be read: their VPC is known from the EKS cluster', async () => {
    const { facts } = await denied('ec2:DescribeSubnets');
    expect(valueIn(facts.vpcs).map((v) => v.id)).toEqual([ids.vpc]);
    expect(unreadPlaces(facts)).toEqual(['subnets']);
  });

  test('neither: what hangs on the VPC fails for that reason', async () => {
    const { facts } = await run({
      faults: ['ec2:DescribeSubnets', 'eks:DescribeCluster'].map((on) => ({ on, kind: 'deny' })),
    });
    for (const fact of ['vpcs', 'routeTables', 'networkAcls', 'endpoints', 'prefixLists'] as const)
      expect(facts[fact], fact).toEqual({ ok: false, reason: 'access denied', action: 'ec2:DescribeSubnets' });
    expect(facts.vpcDns).toEqual({});
    // Those the clusters name are known whatever the rest.
    expect(valueIn(facts.securityGroups).map((g) => g.id)).toEqual([ids.group, 'sg-0ff040d4884fb8bcd']);
  });

  test('a file system cannot be read: neither can its groups', async () => {
    const { facts } = await denied('fsx:DescribeFileSystems');
    const read = { ok: false, reason: 'access denied', action: 'fsx:DescribeFileSystems' };
    expect(facts.fileSystems[ids.fs]).toEqual(read);
    expect(facts.fileSystemGroups[ids.fs]).toEqual(read);
  });

  test("a bucket's region cannot be read: its script is read here", async () => {
    const { facts } = await denied('s3:HeadBucket');
    expect(facts.buckets[ids.bucket]).toEqual({ ok: false, reason: 'access denied', action: 's3:ListBucket' });
    expect(Object.values(facts.lifecycleObjects).every((r) => r.ok)).toBe(true);
  });

  test('defaults of quotas that the account has no value of cannot be read: no quota is taken for missing', async () => {
    const { facts } = await denied('servicequotas:ListAWSDefaultServiceQuotas');
    expect(facts.quotas.sagemaker).toEqual({
      ok: false,
      reason: 'access denied',
      action: 'servicequotas:ListAWSDefaultServiceQuotas',
    });
    expect(facts.quotas.vpc?.ok).toBe(true);
  });
});

test('a defect leaves the facts that it touches unread and ends no collection', async () => {
  const broken = { clusters: [{ region, request: undefined }] } as unknown as typeof everything;
  const { facts } = await run({ plan: broken });
  const reasons = readsOf(facts).flatMap(({ read }) => (read.ok ? [] : [read.reason]));
  expect(reasons.length).toBeGreaterThan(0);
  for (const reason of reasons) expect(reason).toMatch(/^this version cannot use the answer \(.+\); please report it$/);
  expect(facts.zones.ok).toBe(true);
});
