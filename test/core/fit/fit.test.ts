/** What is said of a place, and which place is the better one. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checks } from '../../../shared/core/checks/index.ts';
import { evaluate } from '../../../shared/core/evaluation/evaluate.ts';
import type { Facts, GroupRule, Snapshot } from '../../../shared/core/evaluation/facts.ts';
import type { ReadinessState, Unevaluated } from '../../../shared/core/evaluation/finding.ts';
import { type CandidateNetworks, candidatesOf, plannedOf, type RequestedCluster } from '../../../shared/core/fit/candidates.ts';
import { fitRegion } from '../../../shared/core/fit/fit.ts';
import { fitChecks, fitFacts, uncheckedParts } from '../../../shared/core/fit/fit-checks.ts';
import { fitExit, type Placement } from '../../../shared/core/fit/fit-result.ts';
import type { Obstacle } from '../../../shared/core/fit/obstacles.ts';
import { comparePlacements, distance, rankPlacements } from '../../../shared/core/fit/ranking.ts';
import { emptyPlan } from '../../../shared/core/plan/plan.ts';
import { fitText, missingLine } from '../../../shared/core/render/fit.ts';
import {
  account,
  allTraffic,
  broken,
  denied,
  facts,
  ids,
  ok,
  quota,
  region,
  running,
  runningGroup,
  securityGroup,
  snapshot,
  subnet,
  withRunning,
} from '../healthy.ts';
import { worlds } from '../worlds.ts';

const requested: RequestedCluster = { name: 'new', type: 'ml.p5.48xlarge', count: 4, orchestrator: 'slurm', spot: false, efa: false };
const at = { account, partition: 'aws', region };
const eksCluster = facts().eksClusters[ids.eks];
if (!eksCluster) throw new Error('the healthy account has an EKS cluster');
const ground = (more: Partial<CandidateNetworks> = {}): CandidateNetworks => ({
  subnets: ok([subnet()]),
  securityGroups: ok([securityGroup()]),
  eksNames: ok(['train']),
  eksClusters: { train: eksCluster },
  ...more,
});
const judged = (of: Partial<RequestedCluster> = {}, more: Partial<Facts> = {}, on: Partial<CandidateNetworks> = {}) => {
  const want = { ...requested, ...of };
  return fitRegion(want, candidatesOf(want, ground(on), at), snapshot(more));
};
const best = (...of: Parameters<typeof judged>): Placement => {
  const [first] = rankPlacements(judged(...of).placements);
  if (!first) throw new Error('every region has a placement');
  return first;
};
const words = (p: Placement) => [p.state, ...p.lacks.map((l) => `${l.level === 'required' ? '' : '~'}${l.kind}: ${l.words}`)];
const applied = (name: string, value: number, more = {}): Partial<Facts> => {
  const { quotas } = facts();
  const rows = quotas.sagemaker?.ok ? quotas.sagemaker.value : [];
  return { quotas: { ...quotas, sagemaker: ok(rows.map((q) => (q.name === name ? { ...q, applied: value, ...more } : q))) } };
};
const p5 = 'ml.p5.48xlarge for cluster usage';
const noRoutes = { routeTables: ok([{ id: 'rtb-1', vpc: ids.vpc, main: true, subnets: [], routes: [] }]) };

describe('what is missing at a place', () => {
  test.each<[string, Parameters<typeof judged>, readonly string[]]>([
    ['nothing', [], ['READY']],
    ['nothing, on EKS', [{ orchestrator: 'eks' }], ['READY']],
    ['quota of the type', [{}, applied(p5, 1)], ['BLOCKED', 'quota: quota of the type short by 3 nodes']],
    [
      'what runs counts too',
      [{}, withRunning(running({ name: 'eval', groups: [runningGroup({ current: 14, target: 14 })] }))],
      ['BLOCKED', 'quota: quota of the type short by 2 nodes'],
    ],
    [
      'never more nodes than were asked for',
      [{}, { ...applied(p5, 1), ...withRunning(running({ name: 'eval', groups: [runningGroup({ current: 14, target: 14 })] })) }],
      ['BLOCKED', 'quota: quota of the type short by 4 nodes'],
    ],
    ['a quota that cannot be raised', [{}, applied(p5, 1, { adjustable: false })], ['BLOCKED', 'impossible: quota of the type fixed at 1']],
    [
      'a type that is not offered',
      [{ type: 'ml.trn1.32xlarge' }],
      ['BLOCKED', 'impossible: ml.trn1.32xlarge not offered to clusters here'],
    ],
    [
      'both quotas of more nodes',
      [{ count: 31 }],
      [
        'BLOCKED',
        'quota: quota of the type short by 15 nodes',
        'quota: quota per cluster short by 11 nodes',
        'quota: quota over all clusters short by 1 node',
      ],
    ],
    ['addresses', [{}, { subnets: ok([subnet({ freeIpv4: 70 })]) }], ['BLOCKED', 'addresses: addresses for 2 of 4 nodes']],
    [
      'a zone that does not offer an accelerator',
      [{}, { offerings: ok({ 'p5.48xlarge': ['usw2-az2'] }) }],
      ['BLOCKED', 'impossible: zone does not offer ml.p5.48xlarge'],
    ],
    [
      'interfaces of the zone',
      [{}, { interfaces: ok({ total: 4900, byZone: { 'usw2-az1': 4900 } }) }],
      ['BLOCKED', 'quota: network interfaces for 3 of 4 nodes'],
    ],
    ['no route to S3', [{}, noRoutes], ['BLOCKED', 'setting: route to S3 missing', '~setting: endpoints missing']],
    [
      'EFA rules',
      [{}, { securityGroups: ok([securityGroup({ rules: [] })]) }],
      ['BLOCKED', 'setting: EFA rules of the security group missing', 'setting: egress to services closed'],
    ],
    [
      'Run As',
      [{}, { sessionDocuments: { 'SSM-SessionManagerRunShell': ok(null), 'SSM-SessionManagerRunShellAsUbuntu': ok(null) } }],
      ['READY', '~setting: Run As off'],
    ],
    ['a region that is not enabled', [{}, { regionOptIn: ok('not-opted-in') }], ['BLOCKED', 'impossible: region not enabled']],
    [
      'a VPC',
      [{}, { newVpcUsage: { vpcs: ok(1), 'internet-gateways': ok(1), 'elastic-ips': ok(0) } }, { subnets: ok([]) }],
      ['BLOCKED', 'addresses: needs a VPC'],
    ],
    [
      'a VPC, where no more can be made',
      [{}, { newVpcUsage: { vpcs: ok(5), 'internet-gateways': ok(1), 'elastic-ips': ok(0) } }, { subnets: ok([]) }],
      ['BLOCKED', 'addresses: needs a VPC', 'quota: quota of VPCs used up'],
    ],
    ['an EKS cluster', [{ orchestrator: 'eks' }, {}, { eksNames: ok([]) }], ['BLOCKED', 'setting: needs an EKS cluster']],
    ['a security group', [{}, {}, { securityGroups: ok([]) }], ['BLOCKED', 'setting: needs a security group']],
  ])('%s', (_, of, expected) => {
    const place = best(...of);
    expect(words(place)).toEqual(expected);
    for (const { message, remediation } of place.lacks) {
      expect(message).toMatch(/\.$/);
      expect(JSON.stringify([message, remediation])).not.toMatch(/undefined|NaN|fit-\d/);
    }
  });

  test('amounts are in nodes, and beside them as they were counted', () => {
    expect(best({}, { subnets: ok([subnet({ freeIpv4: 70 })]) }).lacks[0]).toMatchObject({
      nodes: 2,
      have: 70,
      need: 128,
      unit: 'addresses',
    });
    expect(best({}, applied(p5, 1)).lacks[0]).toMatchObject({ nodes: 3, have: 1, need: 4, unit: 'nodes' });
  });

  test('the request is the one that was judged, under the name that was asked for', () => {
    expect(best().request).toEqual({
      ClusterName: 'new',
      InstanceGroups: [
        {
          InstanceGroupName: 'workers',
          InstanceType: 'ml.p5.48xlarge',
          InstanceCount: 4,
          ExecutionRole: `arn:aws:iam::${account}:role/YOUR-EXECUTION-ROLE`,
        },
      ],
      VpcConfig: { SecurityGroupIds: [ids.group], Subnets: [ids.subnet] },
    });
  });

  test('of several sets of security groups the best is reported', () => {
    const groups = [securityGroup({ id: 'sg-1', rules: [] }), securityGroup()];
    const on = { securityGroups: ok(groups) };
    expect(judged({}, { securityGroups: ok(groups) }, on).placements.map((p) => [p.subnet, p.securityGroups, p.state])).toEqual([
      [ids.subnet, [ids.group], 'READY'],
    ]);
  });
});

describe('what is asked', () => {
  test('neither role nor scripts unless they are named; then they decide', () => {
    const bad = { roles: { [ids.role]: ok(null) } };
    expect(best({}, bad).state).toBe('READY');
    expect(words(best({ role: ids.role }, bad))).toEqual(['BLOCKED', 'setting: execution role not usable']);
    const gone = { lifecycleObjects: { [ids.script]: ok(null) } };
    const lifecycle = { uri: `s3://${ids.bucket}/scripts`, onCreate: 'on_create.sh' };
    expect(best({ role: ids.role }, gone).state).toBe('READY');
    expect(words(best({ role: ids.role, lifecycle }, gone))).toEqual(['BLOCKED', 'setting: lifecycle scripts not readable']);
  });

  test('what is left out is said, and named as a check that there is', () => {
    const left = uncheckedParts(requested);
    expect(left.map((n) => n.what)).toEqual([
      'the execution role',
      'lifecycle scripts',
      'file systems',
      'training plans',
      'autoscaling',
      'keys of volumes',
      'custom images',
      'a controller group in addition to the nodes',
      'an accounting database',
      'principals that open sessions',
      'whether instances are free',
    ]);
    expect(
      uncheckedParts({ orchestrator: 'eks', role: ids.role, lifecycle: { uri: 's3://a', onCreate: 'b' } })
        .map((n) => n.option)
        .filter((o) => o !== undefined),
    ).toEqual([]);
    const asked = fitChecks(requested).map((c) => c.id);
    for (const check of left.flatMap((n) => n.checks)) expect(asked).not.toContain(check);
    expect(new Set([...asked, ...left.flatMap((n) => n.checks), 'applied-quotas', 'node-health', 'replacement', 'threads'])).toEqual(
      new Set(checks.map((c) => c.id)),
    );
  });

  test('facts of roles and buckets are read only then', () => {
    expect(fitFacts(requested).filter((f) => ['roles', 'buckets', 'lifecycleObjects', 'principals', 'trainingPlans'].includes(f))).toEqual(
      [],
    );
    expect(fitFacts({ ...requested, role: ids.role })).toContain('roles');
  });
});

describe('what could not be seen', () => {
  test.each<[string, Parameters<typeof judged>, ReadinessState]>([
    ['a required fact', [{}, { routeTables: denied('ec2:DescribeRouteTables') }], 'UNKNOWN'],
    ['a recommended fact', [{ orchestrator: 'eks' }, { cniAddons: { [ids.eks]: broken() } }], 'AT_RISK'],
    [
      'a fact of advice',
      [{}, { sessionDocuments: { 'SSM-SessionManagerRunShell': broken(), 'SSM-SessionManagerRunShellAsUbuntu': ok(null) } }],
      'READY',
    ],
    ['beside what blocks', [{}, { ...applied(p5, 0), routeTables: broken() }], 'BLOCKED'],
    [
      'the subnets',
      [{}, { newVpcUsage: { vpcs: ok(1), 'internet-gateways': ok(1), 'elastic-ips': ok(0) } }, { subnets: denied('ec2:DescribeSubnets') }],
      'UNKNOWN',
    ],
    ['the security groups', [{}, {}, { securityGroups: broken() }], 'UNKNOWN'],
    ['the EKS clusters', [{ orchestrator: 'eks' }, {}, { eksNames: denied('eks:ListClusters') }], 'UNKNOWN'],
    ['which clusters run', [{}, { clusterNames: denied('sagemaker:ListClusters') }], 'UNKNOWN'],
  ])('%s', (_, of, expected) => {
    const place = best(...of);
    expect(place.state).toBe(expected);
    if (expected !== 'READY') expect(place.lacks.length + place.unseen.length).toBeGreaterThan(0);
  });

  test('names the action that was denied', () => {
    expect(best({ orchestrator: 'eks' }, {}, { eksNames: denied('eks:ListClusters') }).unseen[0]).toEqual({
      check: 'eks-cluster',
      level: 'required',
      reason: 'access denied',
      action: 'eks:ListClusters',
    });
  });

  test('is reported once, by the check that stands for it, and for its own place', () => {
    const unread = { securityGroups: broken() };
    expect(best({}, unread, unread).unseen.map((u) => u.check)).toEqual(['network-resources']);
    const noEks = { eksNames: denied('eks:ListClusters') };
    const ofEks = ['eks-cluster', 'vpc-cni-version', 'ipv6-pods', 'security-group-internal-traffic'];
    expect(
      best({ orchestrator: 'eks' }, {}, noEks)
        .unseen.map((u) => u.check)
        .filter((check) => ofEks.includes(check)),
    ).toEqual(['eks-cluster']);
    const dark = { routeTables: denied('ec2:DescribeRouteTables') };
    const both = ok([subnet(), subnet({ id: ids.subnet2 })]);
    const { placements } = judged({}, { ...dark, subnets: both }, { subnets: both });
    expect(placements.map((p) => new Set(p.unseen.flatMap((u) => u.cluster ?? [])).size)).toEqual([1, 1]);
  });

  test('a place is in the state an audit would give the same request, whatever the account', () => {
    fc.assert(
      fc.property(worlds, fc.constantFrom('eks', 'slurm') as fc.Arbitrary<'eks' | 'slurm'>, (world: Snapshot, orchestrator) => {
        const want = { ...requested, orchestrator };
        const found = candidatesOf(want, ground(), at);
        const names = found.candidates.map((_, i) => `as-${i}`);
        const audit = evaluate({ ...emptyPlan, clusters: plannedOf(want, found.candidates, region, names) }, world, fitChecks(want));
        const order = ['READY', 'AT_RISK', 'UNKNOWN', 'BLOCKED'];
        const states = audit.readiness.filter((r) => r.planned).map((r) => order.indexOf(r.state));
        const { placements } = fitRegion(want, found, world);
        expect(placements.map((p) => order.indexOf(p.state))).toEqual([Math.min(...states)]);
      }),
      { numRuns: 60 },
    );
  });
});

const lack = (more: Partial<Obstacle> = {}): Obstacle => ({ kind: 'setting', level: 'required', words: 'w', message: 'M.', ...more });
const row = (level: Unevaluated['level']): Unevaluated => ({ check: 'c', level, reason: 'r' });
const place = (state: ReadinessState, more: Partial<Placement> = {}): Placement => ({
  region,
  securityGroups: [],
  state,
  lacks: [],
  unseen: [],
  request: { ClusterName: 'new' },
  ...more,
});

describe('the order of places', () => {
  const soft = lack({ level: 'recommended' });
  const table: readonly (readonly [string, Placement, Placement])[] = [
    ['ready before at risk', place('READY'), place('AT_RISK', { lacks: [soft] })],
    [
      'all that was seen to be fine before what was not seen, however little that is',
      place('AT_RISK', { lacks: Array(9).fill(soft) }),
      place('UNKNOWN', { unseen: [row('required')] }),
    ],
    [
      'unknown before what is known not to come up',
      place('UNKNOWN', { unseen: Array(9).fill(row('required')) }),
      place('BLOCKED', { lacks: [lack()] }),
    ],
    [
      'what can be fixed before what cannot',
      place('BLOCKED', { lacks: [lack({ kind: 'quota', nodes: 99 })] }),
      place('BLOCKED', { lacks: [lack({ kind: 'impossible' })] }),
    ],
    [
      'fewer nodes short of quota',
      place('BLOCKED', { lacks: [lack({ kind: 'quota', nodes: 3 }), lack(), lack()] }),
      place('BLOCKED', { lacks: [lack({ kind: 'quota', nodes: 4 })] }),
    ],
    [
      'a setting before any quota',
      place('BLOCKED', { lacks: [lack(), lack(), lack()] }),
      place('BLOCKED', { lacks: [lack({ kind: 'quota', nodes: 1 })] }),
    ],
    [
      'addresses before quota',
      place('BLOCKED', { lacks: [lack({ kind: 'addresses', nodes: 32 })] }),
      place('BLOCKED', { lacks: [lack({ kind: 'quota', nodes: 1 })] }),
    ],
    [
      'fewer nodes without addresses',
      place('BLOCKED', { lacks: [lack({ kind: 'addresses', nodes: 2 }), lack()] }),
      place('BLOCKED', { lacks: [lack({ kind: 'addresses', nodes: 3 })] }),
    ],
    ['fewer required things', place('BLOCKED', { lacks: [lack(), soft, soft] }), place('BLOCKED', { lacks: [lack(), lack()] })],
    [
      'fewer not evaluated required things',
      place('UNKNOWN', { unseen: [row('required')], lacks: [soft] }),
      place('UNKNOWN', { unseen: [row('required'), row('required')] }),
    ],
    ['fewer recommended things', place('AT_RISK', { lacks: [soft] }), place('AT_RISK', { lacks: [soft, soft] })],
    [
      'what is short as recommended does not weigh as what is required',
      place('AT_RISK', { lacks: [lack({ kind: 'quota', nodes: 50, level: 'recommended' })] }),
      place('AT_RISK', { lacks: [soft, soft] }),
    ],
    [
      'what is impossible as recommended does not weigh as what is required',
      place('AT_RISK', { lacks: [lack({ kind: 'impossible', level: 'recommended' })] }),
      place('AT_RISK', { lacks: [soft, soft] }),
    ],
    [
      'recommended things that are not evaluated last',
      place('UNKNOWN', { unseen: [row('required'), row('recommended'), row('recommended')] }),
      place('UNKNOWN', { unseen: [row('required')], lacks: [soft] }),
    ],
    ['by zone before subnet', place('READY', { zone: 'a', subnet: 'subnet-2' }), place('READY', { zone: 'b', subnet: 'subnet-1' })],
    [
      'by EKS cluster before security group',
      place('READY', { eksCluster: 'a', securityGroups: ['sg-2'] }),
      place('READY', { eksCluster: 'b', securityGroups: ['sg-1'] }),
    ],
    ['fewer security groups', place('READY', { securityGroups: ['sg-9'] }), place('READY', { securityGroups: ['sg-1', 'sg-2'] })],
    ['by name in the end', place('READY', { subnet: 'subnet-1' }), place('READY', { subnet: 'subnet-2' })],
  ];
  test.each(table)('%s', (_, first, second) => {
    expect(rankPlacements([second, first])).toEqual([first, second]);
    expect([comparePlacements(first, second) < 0, comparePlacements(second, first) > 0]).toEqual([true, true]);
  });

  const states: readonly ReadinessState[] = ['READY', 'AT_RISK', 'UNKNOWN', 'BLOCKED'];
  const anyLack = fc
    .record({
      kind: fc.constantFrom('impossible', 'quota', 'addresses', 'setting'),
      level: fc.constantFrom('required', 'recommended'),
      nodes: fc.nat({ max: 40 }),
    })
    .map((more) => lack(more as Partial<Obstacle>));
  const anyPlace = fc
    .record({
      state: fc.constantFrom(...states),
      lacks: fc.array(anyLack, { maxLength: 4 }),
      unseen: fc.array(fc.constantFrom(row('required'), row('recommended')), { maxLength: 3 }),
      subnet: fc.string(),
    })
    .map(({ state, ...more }) => place(state, more));

  test('is one, whatever order they come in, and never puts a worse state first', () => {
    fc.assert(
      fc.property(fc.array(anyPlace, { maxLength: 12 }), (places) => {
        const sorted = rankPlacements(places);
        expect(rankPlacements(places.toReversed()).map(distance)).toEqual(sorted.map(distance));
        const order = sorted.map((p) => states.indexOf(p.state));
        expect(order).toEqual(order.toSorted((a, b) => a - b));
      }),
    );
  });

  test.each<[readonly ReadinessState[], number]>([
    [['BLOCKED', 'AT_RISK'], 0],
    [['READY'], 0],
    [['BLOCKED', 'UNKNOWN'], 2],
    [['BLOCKED'], 1],
    [[], 1],
  ])('places %j end with %i', (of, code) => {
    expect(fitExit({ placements: of.map((s) => place(s)) })).toBe(code);
  });
});

describe('the region', () => {
  test('tells what holds wherever the cluster is put', () => {
    expect(judged().region).toEqual({
      region,
      state: 'audited',
      zones: ['usw2-az1', 'usw2-az2'],
      quota: { name: p5, value: 16 },
      offered: true,
      subnets: 1,
      leftOut: 0,
      untried: [],
    });
    expect(judged({ spot: true }).region.quota?.name).toBe('ml.p5.48xlarge for cluster spot instance usage');
  });
  test('a type it does not offer is another thing than one no one could look up', () => {
    expect(judged({ type: 'ml.trn1.32xlarge' }).region).toMatchObject({ offered: false });
    const unread = judged({}, { quotas: { sagemaker: broken() }, offerings: broken() }).region;
    expect([unread.zones, unread.quota, unread.offered]).toEqual([undefined, undefined, undefined]);
  });
  test('a quota without a value of its own has its default', () => {
    const row = quota('sagemaker', 'L-1', p5, 0, { applied: undefined, default: 7 });
    expect(judged({}, { quotas: { sagemaker: ok([row]) } }).region.quota).toEqual({ name: p5, value: 7 });
  });
});

describe('in words', () => {
  test.each<[Placement, string]>([
    [place('READY'), 'nothing'],
    [place('AT_RISK', { lacks: [lack({ level: 'recommended', words: 'Run As off' })] }), 'Run As off'],
    [
      place('BLOCKED', { lacks: [lack({ words: 'a' }), lack({ words: 'a' }), lack({ words: 'b' }), lack({ level: 'recommended' })] }),
      'a, b, 1 recommended',
    ],
    [place('UNKNOWN', { unseen: [row('required'), row('required')] }), '1 check not evaluated'],
    [place('READY', { lacks: [lack({ level: 'advice', words: 'Run As off' })] }), '1 advice'],
    [place('AT_RISK', { lacks: [lack({ level: 'recommended', words: 'a' }), lack({ level: 'advice' })] }), 'a, 1 advice'],
  ])('%#: one line', (p, expected) => {
    expect(missingLine(p)).toBe(expected);
  });

  test('a table, the regions, the fix of the best few, and what was not evaluated', () => {
    const { region: as, placements } = judged(
      {},
      { ...applied(p5, 1), subnets: ok([subnet(), subnet({ id: ids.subnet2, freeIpv4: 70 })]) },
      { subnets: ok([subnet(), subnet({ id: ids.subnet2, freeIpv4: 70 })]) },
    );
    const text = fitText(
      {
        schemaVersion: 1,
        tool: { name: 'hyperpod-auditor', version: '1.0.0' },
        account,
        at: '2026-11-20T08:00:00.000Z',
        wanted: requested,
        notLookedAt: uncheckedParts(requested),
        regions: [as],
        placements: rankPlacements(placements),
      },
      { paint: (_, t) => t, width: 140, rows: 1, steps: 1 },
    );
    expect(text).toContain('Where 4 × ml.p5.48xlarge on Slurm would come up in account 111122223333, 2026-11-20 08:00 UTC');
    expect(text).toContain(`BLOCKED    us-west-2  usw2-az1  ${ids.subnet}  ${ids.group}  quota of the type short by 3 nodes`);
    expect(text).toContain('… and 1 more placement; --format json has them all.');
    expect(text).toContain('us-west-2  offered in usw2-az1, usw2-az2  quota 1  2 subnets');
    expect(text).toContain(
      '$ aws service-quotas request-service-quota-increase --region us-west-2 --service-code sagemaker --quota-code L-8762A75F --desired-value 4',
    );
    expect(text).toMatch(/Not checked: the execution role \(--role\), lifecycle scripts \(--lifecycle\)/);
    expect(text).not.toContain(`${ids.subnet2}  BLOCKED`);
  });
});

describe('what a placement says nothing of', () => {
  const always = [
    { what: 'file systems', checks: ['fsx-available', 'fsx-same-vpc', 'fsx-ports', 'fsx-same-zone', 'openzfs'] },
    { what: 'training plans', checks: ['training-plan', 'training-plan-end'] },
    { what: 'autoscaling', checks: ['autoscaling'] },
    { what: 'keys of volumes', checks: ['kms-keys'] },
    { what: 'custom images', checks: ['custom-image'] },
  ];
  const last = [
    { what: 'principals that open sessions', checks: ['run-as-user-mapped'] },
    { what: 'whether instances are free', checks: [] },
  ];
  test('with a role and scripts, on EKS', () => {
    expect(
      uncheckedParts({ role: ids.role, lifecycle: { uri: `s3://${ids.bucket}/scripts`, onCreate: 'on_create.sh' }, orchestrator: 'eks' }),
    ).toEqual([...always, ...last]);
  });
  test('without them, on Slurm', () => {
    expect(uncheckedParts({ orchestrator: 'slurm' })).toEqual([
      { what: 'the execution role', checks: ['execution-role', 'eks-node-roles'], option: '--role' },
      {
        what: 'lifecycle scripts',
        checks: ['lifecycle-scripts', 'lifecycle-script-keys', 's3-access-allowed', 's3-restricted-to-vpc'],
        option: '--lifecycle',
      },
      ...always,
      { what: 'a controller group in addition to the nodes', checks: ['slurm-configuration', 'slurm-parameters'] },
      { what: 'an accounting database', checks: ['accounting-database'] },
      ...last,
    ]);
  });
});

describe('what a placement names', () => {
  test('the EKS cluster where there is one', () => {
    expect(best({ orchestrator: 'eks' }).eksCluster).toBe(ids.eks);
    expect(best()).not.toHaveProperty('eksCluster');
    const missing = best({ orchestrator: 'eks' }, {}, { eksNames: ok([]), eksClusters: {} });
    expect(missing).not.toHaveProperty('eksCluster');
    expect(missing.lacks).toContainEqual({
      kind: 'setting',
      level: 'required',
      words: 'needs an EKS cluster',
      message: expect.any(String),
      remediation: { text: expect.stringContaining('Create an EKS cluster in the VPC') },
    });
  });
  test('amounts and the way to more of them', () => {
    const [lack] = best({}, applied(p5, 1)).lacks;
    expect(lack).toMatchObject({ nodes: 3, have: 1, need: 4, unit: 'nodes', check: 'instance-type-quota' });
    expect(lack?.remediation?.text).toEqual(expect.any(String));
  });
  test('why a region has no answer', () => {
    expect(judged({}, { regionOptIn: ok('not-opted-in') }).region.reason).toBe('the region is not enabled for this account');
    expect(judged().region).not.toHaveProperty('reason');
  });
  test('the quota of the type, where it could be read', () => {
    expect(judged().region).toMatchObject({ offered: true, quota: { name: p5, value: 16 } });
    const unread = judged({}, { quotas: { sagemaker: denied('servicequotas:ListServiceQuotas') } }).region;
    expect(unread).not.toHaveProperty('offered');
    expect(unread).not.toHaveProperty('quota');
    expect(judged({}, { quotas: {} }).region).not.toHaveProperty('offered');
    expect(judged({}, applied(p5, 0, { applied: undefined, default: undefined })).region).not.toHaveProperty('quota');
  });
});

describe('the security group that is tried first', () => {
  const self = (more: Pick<GroupRule, 'egress'> & Partial<GroupRule>): GroupRule => ({ ...allTraffic, ...more });
  const open = (id: string, name: string, rules: Parameters<typeof securityGroup>[0] = {}) => securityGroup({ id, name, ...rules });
  const both = (id: string) => [self({ egress: false, groups: [{ id, account }] }), self({ egress: true, groups: [{ id, account }] })];
  const first = (...groups: readonly ReturnType<typeof securityGroup>[]) =>
    candidatesOf(requested, ground({ securityGroups: ok(groups) }), at).candidates[0]?.securityGroups;

  test.each<[string, readonly ReturnType<typeof securityGroup>[]]>([
    ['one whose members may talk both ways', [open('sg-a', 'x', { rules: [] }), open('sg-b', 'x', { rules: both('sg-b') })]],
    [
      'one that lets out',
      [
        open('sg-a', 'x', { rules: both('sg-a') }),
        open('sg-b', 'x', { rules: [...both('sg-b'), self({ egress: true, ipv4: ['0.0.0.0/0'] })] }),
      ],
    ],
    [
      'one that lets out to a prefix list',
      [
        open('sg-a', 'x', { rules: both('sg-a') }),
        open('sg-b', 'x', { rules: [...both('sg-b'), self({ egress: true, prefixLists: [ids.s3] })] }),
      ],
    ],
    [
      'not one that lets in from everywhere',
      [
        open('sg-a', 'x', { rules: [...both('sg-a'), self({ egress: false, ipv4: ['0.0.0.0/0'] })] }),
        open('sg-b', 'efa', { rules: both('sg-b') }),
      ],
    ],
    [
      'not one whose members may only send',
      [
        open('sg-a', 'x', { rules: [self({ egress: true, groups: [{ id: 'sg-a', account }] })] }),
        open('sg-b', 'x', { rules: both('sg-b') }),
      ],
    ],
    ['one with efa between hyphens', [open('sg-a', 'x'), open('sg-b', 'my-efa-nodes')]],
    ['one named efa', [open('sg-a', 'x'), open('sg-b', 'efa')]],
    ['one with efa as a part of its name', [open('sg-a', 'default'), open('sg-b', 'my-efa-nodes')]],
    ['not one whose name only holds these letters', [open('sg-a', 'defaults'), open('sg-b', 'EFA group')]],
    ['not the default one', [open('sg-a', 'default'), open('sg-b', 'x')]],
  ])('%s', (_, groups) => {
    expect(first(...groups)).toEqual(['sg-b']);
    expect(first(...groups.toReversed())).toEqual(['sg-b']);
  });
});
