/**
 * The collectors against moto, which knows nothing of this project: what they make of an account that someone else's idea
 * of AWS answers for. What moto cannot answer the sandbox answers beside it; operations.ts says what that is, and why.
 */
import * as ec2 from '@aws-sdk/client-ec2';
import * as eks from '@aws-sdk/client-eks';
import * as fsx from '@aws-sdk/client-fsx';
import * as iam from '@aws-sdk/client-iam';
import { ListGrantsCommand } from '@aws-sdk/client-kms';
import * as sagemaker from '@aws-sdk/client-sagemaker';
import * as quotas from '@aws-sdk/client-service-quotas';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { defaultSettings } from '../../shared/aws/client/settings.ts';
import { collectRegion } from '../../shared/aws/collect/collect-region.ts';
import type { QuotaMemory } from '../../shared/aws/quotas/quota-memory.ts';
import { evaluate } from '../../shared/core/evaluation/evaluate.ts';
import type { Facts, Snapshot } from '../../shared/core/evaluation/facts.ts';
import type { RegionResult } from '../../shared/core/evaluation/finding.ts';
import { emptyPlan, type Plan } from '../../shared/core/plan/plan.ts';
import { type Sandbox, sandboxCredentials, startSandbox } from '../../shared/sandbox/server.ts';
import { memoryOfQuotas, readsOf, run, unreadPlaces, valueIn } from '../aws/world.ts';
import { type Clients, clientsOf } from '../sandbox/clients.ts';
import { beside, image, trainingPlan } from './beside.ts';
import { answerers, byMoto, type InOnePage, neverSent, type SandboxOnly } from './operations.ts';
import { type Answered, type Router, startRouter } from './router.ts';
import {
  account,
  allow,
  bucket,
  bucketPolicy,
  endpointPolicy,
  fence,
  region,
  type Seeded,
  seed,
  sharedBucket,
  trust,
  vpcActions,
} from './seed.ts';
import { goneRole, missingScript, planOn, script, user } from './seeded-plan.ts';

const moto = inject('moto');
let on: Seeded;
let plan: Plan;
let sandbox: Sandbox;

interface Audited {
  readonly snapshot: Snapshot;
  readonly facts: Facts;
  readonly result: RegionResult;
  readonly answered: readonly Answered[];
}

/** Collects and judges a region whose operations are answered by whom `to` says. */
async function audit(to: (operation: string) => string, where = region, quotaMemory?: QuotaMemory, by: Plan = plan): Promise<Audited> {
  const router: Router = await startRouter(to);
  try {
    const settings = {
      ...defaultSettings,
      endpoint: router.endpoint,
      credentials: sandboxCredentials(account),
      homeRegion: region,
      maxAttempts: 2,
      requestTimeoutMs: 30_000,
    };
    const { snapshot } = await collectRegion({
      account,
      partition: 'aws',
      region: where,
      plan: by,
      settings,
      ...(quotaMemory && { quotaMemory }),
    });
    return { snapshot, facts: snapshot.facts, result: evaluate(by, snapshot), answered: [...router.answered] };
  } finally {
    await router.close();
  }
}

let whole: Audited;
/** The audit after it, which remembers quotas. */
let next: Audited;
let facts: Facts;
beforeAll(async () => {
  on = await seed(moto);
  plan = planOn(on);
  // In more pages than there are quotas of interest.
  sandbox = await startSandbox({ description: beside(on), pageSize: 25 });
  const both = (operation: string) => (byMoto(operation) ? moto : sandbox.endpoint);
  const quotaMemory = memoryOfQuotas();
  whole = await audit(both, region, quotaMemory);
  next = await audit(both, region, quotaMemory);
  facts = whole.facts;
});
afterAll(() => sandbox?.close());

const byId = <T extends { readonly id: string }>(rows: readonly T[]): { readonly [id: string]: T } =>
  Object.fromEntries(rows.map((row) => [row.id, row]));

describe('the table of operations', () => {
  const operations = Object.keys(answerers);

  test('has all that the collectors send for a plan that needs everything, and no more', async () => {
    const quotaMemory = memoryOfQuotas();
    const runs = [await run({ quotaMemory, pageSize: 25 }), await run({ quotaMemory, pageSize: 25 })];
    const sent = new Set(runs.flatMap((r) => r.arrived).map((c) => `${c.service}:${c.operation}`));
    expect([...sent].toSorted()).toEqual(operations.toSorted());
  });

  test('and this plan needs everything too', () => {
    const sent = new Set([...whole.answered, ...next.answered].map((a) => a.operation));
    expect([...sent].toSorted()).toEqual(operations.filter((operation) => !neverSent.includes(operation)).toSorted());
  });

  test.each(Object.entries(answerers).filter(([operation]) => !neverSent.includes(operation)))(
    '%s is answered by %s',
    (operation, answerer) => {
      const answers = [...whole.answered, ...next.answered].filter((a) => a.operation === operation);
      expect([...new Set(answers.map((a) => a.by))]).toEqual([answerer.startsWith('moto') ? moto : sandbox.endpoint]);
      expect(answers.some((a) => a.status < 300)).toBe(true);
    },
  );
});

describe('facts', () => {
  test('all are read', () => {
    expect(unreadPlaces(facts)).toEqual([]);
  });

  test('regionOptIn, zones', () => {
    expect(valueIn(facts.regionOptIn)).toBe('opt-in-not-required');
    // Not in the order of the ids: what is named "a" in this account is not az1.
    expect(valueIn(facts.zones)).toEqual([
      { id: 'usw2-az1', name: 'us-west-2b', state: 'available' },
      { id: 'usw2-az2', name: 'us-west-2a', state: 'available' },
      { id: 'usw2-az3', name: 'us-west-2c', state: 'available' },
      { id: 'usw2-az4', name: 'us-west-2d', state: 'available' },
    ]);
  });

  test('instanceTypes, offerings', () => {
    expect(valueIn(facts.instanceTypes)).toEqual({
      'p5.48xlarge': {
        networkCards: 32,
        ipv4PerInterface: 50,
        efa: true,
        maxEfa: 32,
        accelerated: true,
        validThreads: [1, 2],
        architectures: ['x86_64'],
      },
    });
    expect(valueIn(facts.offerings)).toEqual({ 'p5.48xlarge': ['usw2-az1', 'usw2-az2', 'usw2-az3', 'usw2-az4'] });
  });

  test('vpcs, vpcDns', () => {
    expect(valueIn(facts.vpcs)).toEqual([
      { id: on.vpc, owner: account, state: 'available', ipv4: ['10.1.0.0/16', '100.64.0.0/16'], ipv6: [on.ipv6], dhcpOptions: on.dhcp },
    ]);
    expect(facts.vpcDns).toEqual({ [on.vpc]: { ok: true, value: { support: true, hostnames: true } } });
  });

  test('subnets: free addresses are those that interfaces left', () => {
    const subnet = (id: string, zone: string, ipv4: string, freeIpv4: number) => ({
      id,
      arn: `arn:aws:ec2:${region}:${account}:subnet/${id}`,
      vpc: on.vpc,
      owner: account,
      zone,
      state: 'available',
      ipv4,
      freeIpv4,
      ipv6: [],
      ipv6Native: false,
    });
    expect(byId(valueIn(facts.subnets))).toEqual({
      // Two interfaces and the endpoint's.
      [on.nodes]: subnet(on.nodes, 'usw2-az1', '10.1.0.0/24', 248),
      [on.pods]: subnet(on.pods, 'usw2-az2', '10.1.4.0/22', 1018),
      // The NAT gateway's; no cluster names this subnet, it is in the same VPC.
      [on.open]: subnet(on.open, 'usw2-az1', '10.1.2.0/28', 10),
    });
  });

  test('routeTables: what each holds for and where it leads', () => {
    const s3 = valueIn(facts.prefixLists).find((l) => l.name === `com.amazonaws.${region}.s3`)?.id;
    const tables = valueIn(facts.routeTables);
    const main = tables.filter((t) => t.main);
    expect(main).toMatchObject([{ vpc: on.vpc, subnets: [] }]);
    const local = [
      { cidr: '10.1.0.0/16', target: 'local', state: 'active' },
      { cidr: '100.64.0.0/16', target: 'local', state: 'active' },
      { cidr: on.ipv6, target: 'local', state: 'active' },
    ];
    const of = (id: string) => {
      const table = tables.find((t) => t.id === id);
      return { main: table?.main, subnets: new Set(table?.subnets), routes: new Set(table?.routes) };
    };
    expect(tables).toHaveLength(3);
    expect(new Set(main[0]?.routes)).toEqual(new Set(local));
    expect(of(on.closedTable)).toEqual({
      main: false,
      subnets: new Set([on.nodes, on.pods]),
      routes: new Set([
        ...local,
        { cidr: '0.0.0.0/0', target: on.nat, state: 'active' },
        { prefixList: s3, target: on.s3Endpoint, state: 'active' },
      ]),
    });
    expect(of(on.openTable)).toEqual({
      main: false,
      subnets: new Set([on.open]),
      routes: new Set([...local, { cidr: '0.0.0.0/0', target: on.gateway, state: 'active' }]),
    });
  });

  test('dhcpOptions: those of the VPC, with their DNS servers', () => {
    expect(valueIn(facts.dhcpOptions)).toEqual([{ id: on.dhcp, dnsServers: ['AmazonProvidedDNS', '10.1.0.53'] }]);
  });

  test('natGateways: the one that a route leads to', () => {
    const gateways = valueIn(facts.natGateways);
    expect(gateways).toMatchObject([{ id: on.nat, vpc: on.vpc, state: 'available', connectivity: 'public', subnet: on.open }]);
    expect(gateways[0]?.addresses).toEqual([expect.stringMatching(/^\d+\.\d+\.\d+\.\d+$/)]);
  });

  test('networkAcls: the one that was made, and the default for the other subnets', () => {
    const acls = valueIn(facts.networkAcls);
    const entry = (number: number, egress: boolean, allow: boolean) => ({ number, egress, allow, protocol: '-1', cidr: '0.0.0.0/0' });
    const made = acls.find((a) => a.id === on.acl);
    expect(made).toMatchObject({ vpc: on.vpc, default: false, subnets: [on.pods] });
    expect(new Set(made?.entries)).toEqual(
      new Set([
        entry(100, false, true),
        entry(100, true, true),
        { number: 90, egress: false, allow: false, protocol: '6', cidr: '203.0.113.0/24', ports: { from: 22, to: 22 } },
      ]),
    );
    const others = acls.filter((a) => a.id !== on.acl);
    expect(others).toMatchObject([{ vpc: on.vpc, default: true }]);
    expect(new Set(others[0]?.subnets)).toEqual(new Set([on.nodes, on.open]));
    expect(new Set(others[0]?.entries)).toEqual(
      new Set([entry(100, false, true), entry(100, true, true), entry(32767, false, false), entry(32767, true, false)]),
    );
  });

  test('securityGroups: of nodes, file system and endpoint, with peers by group, block and prefix list', () => {
    const none = { ipv4: [], ipv6: [], prefixLists: [], groups: [] };
    const group = (id: string, name: string, rules: readonly object[]) => ({
      id,
      name,
      vpc: on.vpc,
      owner: account,
      rules: new Set(rules),
    });
    const peers = (...ids: readonly string[]) => ({ groups: ids.map((id) => ({ id, account })) });
    const openEgress = { ...none, egress: true, protocol: '-1', ipv4: ['0.0.0.0/0'], ipv6: ['::/0'] };
    const found = valueIn(facts.securityGroups).map((g) => ({ ...g, rules: new Set(g.rules) }));
    expect(byId(found)).toEqual({
      [on.nodeGroup]: group(on.nodeGroup, 'nodes', [
        { ...none, egress: false, protocol: '-1', ...peers(on.nodeGroup) },
        { ...none, egress: true, protocol: '-1', ...peers(on.nodeGroup) },
        { ...none, egress: false, protocol: 'tcp', ports: { from: 22, to: 22 }, prefixLists: [on.offices] },
        { ...none, egress: true, protocol: 'tcp', ports: { from: 443, to: 443 }, ipv4: ['0.0.0.0/0'], ipv6: ['::/0'] },
      ]),
      [on.lustreGroup]: group(on.lustreGroup, 'lustre', [
        { ...none, egress: false, protocol: 'tcp', ports: { from: 988, to: 988 }, ...peers(on.nodeGroup, on.lustreGroup) },
        { ...none, egress: false, protocol: 'tcp', ports: { from: 1018, to: 1023 }, ...peers(on.nodeGroup, on.lustreGroup) },
        openEgress,
      ]),
      [on.endpointGroup]: group(on.endpointGroup, 'endpoints', [openEgress]),
    });
  });

  test('prefixLists, prefixListEntries', () => {
    const lists = valueIn(facts.prefixLists);
    const s3 = lists.find((l) => l.name === `com.amazonaws.${region}.s3`)?.id ?? '';
    expect(lists).toContainEqual({ id: on.offices, name: 'offices' });
    expect(Object.keys(facts.prefixListEntries).toSorted()).toEqual([s3, on.offices].toSorted());
    expect(valueIn(facts.prefixListEntries[on.offices])).toEqual(['192.0.2.0/24', '198.51.100.0/24']);
    expect(valueIn(facts.prefixListEntries[s3])).toContain('52.216.0.0/15');
  });

  test('endpoints: of the gateway kind and of the interface kind', () => {
    const found = byId(valueIn(facts.endpoints));
    expect(Object.keys(found).toSorted()).toEqual([on.s3Endpoint, on.ssmEndpoint].toSorted());
    const gateway = found[on.s3Endpoint];
    expect(gateway).toMatchObject({
      vpc: on.vpc,
      owner: account,
      service: `com.amazonaws.${region}.s3`,
      type: 'Gateway',
      state: 'available',
      routeTables: [on.closedTable],
      subnets: [],
      groups: [],
    });
    expect(JSON.parse(gateway?.policy ?? '')).toEqual(endpointPolicy);
    expect(found[on.ssmEndpoint]).toMatchObject({
      vpc: on.vpc,
      owner: account,
      service: `com.amazonaws.${region}.ssm`,
      type: 'Interface',
      state: 'available',
      routeTables: [],
      subnets: [on.nodes],
      groups: [on.endpointGroup],
      privateDns: true,
      privateDnsOnlyForInbound: false,
    });
  });

  test('interfaces: by zone id, though moto names zones only', () => {
    expect(valueIn(facts.interfaces)).toEqual({ total: 5, byZone: { 'usw2-az1': 4, 'usw2-az2': 1 } });
  });

  test('newVpcUsage: the default VPC counts too', () => {
    expect(facts.newVpcUsage).toEqual({
      vpcs: { ok: true, value: 2 },
      'internet-gateways': { ok: true, value: 1 },
      'elastic-ips': { ok: true, value: 1 },
    });
  });

  test('clusterNames, runningClusters', () => {
    expect(valueIn(facts.clusterNames)).toEqual(['bare', 'eval']);
    const cluster = (name: string, arn: string, count: number, more: object) => ({
      name,
      arn,
      orchestrator: 'slurm',
      autoScaling: false,
      status: 'InService',
      groups: [
        {
          name: 'workers',
          restricted: false,
          types: ['ml.p5.48xlarge'],
          spot: false,
          role: on.role,
          volumesGb: [500],
          fsxLustre: [],
          lifecycle: { uri: `s3://${bucket}/life cycle`, onCreate: 'on_create.sh' },
          current: count,
          target: count,
        },
      ],
      ...more,
    });
    // Of the members that only say how a cluster does, and of its request, moto has some.
    expect(valueIn(facts.runningClusters.bare).network).toBeUndefined();
    expect(facts.runningClusters).toMatchObject({
      bare: { ok: true, value: cluster('bare', on.bareCluster, 1, { request: { ClusterName: 'bare' } }) },
      eval: { ok: true, value: cluster('eval', on.evalCluster, 2, { network: { subnets: [on.nodes], securityGroups: [on.nodeGroup] } }) },
    });
  });

  test('clusterEvents: none, because moto forgets the provisioning mode', () => {
    expect(facts.clusterEvents).toEqual({});
  });

  test('clusterNodes: of every cluster that runs', () => {
    const nodes = (count: number) => ({ ok: true, value: { groups: { workers: { Running: count } }, unhealthy: [] } });
    expect(facts.clusterNodes).toEqual({ bare: nodes(1), eval: nodes(2) });
  });

  test('fileSystemGroups: the sandbox says the interface, moto its groups', () => {
    expect(valueIn(facts.fileSystems[on.fileSystem])).toMatchObject({ vpc: on.vpc, interfaces: [on.lustreFace], mountName: 'abcdefgh' });
    expect(facts.fileSystemGroups).toEqual({ [on.fileSystem]: { ok: true, value: [on.lustreGroup] } });
  });

  test('eksClusters and what belongs to them, trainingPlans', () => {
    expect(valueIn(facts.eksClusters[on.eks])).toMatchObject({
      vpc: on.vpc,
      authenticationMode: 'API',
      clusterSecurityGroup: on.nodeGroup,
      endpoint: { privateAccess: true, publicCidrs: ['0.0.0.0/0'] },
    });
    expect(facts.cniAddons).toEqual({ [on.eks]: { ok: true, value: { version: 'v1.20.4-eksbuild.1', status: 'ACTIVE' } } });
    expect(facts.instanceStoreAddons).toEqual({ [on.eks]: { ok: true, value: null } });
    expect(facts.accessEntries).toEqual({ [on.eks]: { ok: true, value: [{ principal: on.role, type: 'HYPERPOD_LINUX' }] } });
    expect(facts.nodeGroups).toEqual({ [on.eks]: { ok: true, value: [{ name: 'system', role: on.plainRole }] } });
    expect(valueIn(facts.kubernetesVersions).map((v) => v.version)).toContain('1.33');
    // Moto has no parameters of HyperPod.
    expect(facts.imageVersions).toEqual({ ok: true, value: [] });
    // The sandbox gives a zone's name alone, and moto says which that is in this account.
    expect(valueIn(facts.trainingPlans[trainingPlan])?.capacities).toEqual([
      { type: 'ml.p5.48xlarge', zone: 'usw2-az1', count: 8, status: 'Active' },
    ]);
  });

  test('alarms: one that exists', () => {
    expect(facts.alarms).toEqual({ ok: true, value: ['node errors'] });
  });

  test('quotas, quotaRequests', () => {
    expect(Object.keys(facts.quotas)).toEqual(['sagemaker', 'vpc', 'ec2']);
    expect(valueIn(facts.quotas.sagemaker)).toContainEqual({
      service: 'sagemaker',
      code: 'L-8762A75F',
      name: 'ml.p5.48xlarge for cluster usage',
      applied: 8,
      default: 0,
      adjustable: true,
      level: 'ACCOUNT',
    });
    expect(valueIn(facts.quotaRequests.sagemaker)).toMatchObject([{ code: 'L-8762A75F', desired: 16, status: 'PENDING' }]);
  });

  test('sessionDocuments: one that is there, one that is not', () => {
    expect(facts.sessionDocuments).toEqual({
      'SSM-SessionManagerRunShell': { ok: true, value: { runAs: true, defaultUser: 'ubuntu' } },
      'SSM-SessionManagerRunShellAsUbuntu': { ok: true, value: null },
    });
  });

  test('principals: tags of a role and of a user', () => {
    expect(facts.principals).toEqual({
      [on.role]: { ok: true, value: { runAs: 'ubuntu' } },
      [user]: { ok: true, value: { runAs: 'ada' } },
    });
  });

  test('roles: policies of AWS, of the account in the version in force, and inline; the boundary; one without any; none', () => {
    const role = valueIn(facts.roles[on.role]);
    const document = (name: string): unknown => JSON.parse(role?.policies.find((p) => p.name === name)?.document ?? 'null');
    expect(role?.arn).toBe(on.role);
    expect(JSON.parse(role?.trust ?? '')).toEqual(trust);
    expect(role?.policies.map((p) => p.name)).toEqual(['AmazonSageMakerClusterInstanceRolePolicy', 'a+b=c,d@e', 'metrics', 'nodes']);
    expect(JSON.stringify(document('AmazonSageMakerClusterInstanceRolePolicy'))).toContain('"ssmmessages:OpenDataChannel"');
    expect(document('a+b=c,d@e')).toEqual(vpcActions);
    expect(document('metrics')).toEqual(allow('cloudwatch:PutMetricData'));
    expect(document('nodes')).toEqual(allow('logs:*'));
    expect(role?.boundary?.name).toBe('fence');
    expect(JSON.parse(role?.boundary?.document ?? '')).toEqual(fence);
    expect(valueIn(facts.roles[on.plainRole])).toMatchObject({ policies: [] });
    expect(valueIn(facts.roles[on.plainRole])?.boundary).toBeUndefined();
    expect(facts.roles[goneRole]).toEqual({ ok: true, value: null });
    expect(Object.keys(facts.roles)).toHaveLength(3);
  });

  test('lifecycleObjects, buckets: one that is there, one without, one that is not', () => {
    expect(facts.lifecycleObjects).toEqual({
      [script]: { ok: true, value: { bytes: 22, crlf: true, shebang: true, key: null } },
      [missingScript]: { ok: true, value: null },
      's3://sagemaker-nowhere/x.sh': { ok: true, value: null },
    });
    const own = valueIn(facts.buckets[bucket]);
    expect(own?.region).toBe(region);
    expect(JSON.parse(own?.policy ? (valueIn(own.policy) ?? '') : '')).toEqual(bucketPolicy);
    expect(facts.buckets[sharedBucket]).toEqual({ ok: true, value: { region, policy: { ok: true, value: null } } });
    expect(facts.buckets['sagemaker-nowhere']).toEqual({ ok: true, value: null });
  });

  test('lifecycleObjects of a cluster that the plan does not name: moto lists the one object', async () => {
    const { facts: unplanned } = await audit((operation) => (byMoto(operation) ? moto : sandbox.endpoint), region, undefined, emptyPlan);
    expect(unplanned.lifecycleObjects).toEqual({ [script]: { ok: true, value: { bytes: 22, isOnlyListed: true } } });
  });

  test('kmsKeys: moto answers with the grants of every role', () => {
    const grant = (grantee: string) => ({ grantee, operations: ['CreateGrant', 'DescribeKey'], constrained: false });
    const key = valueIn(facts.kmsKeys[on.key]);
    expect(key).toMatchObject({ state: 'Enabled', usage: 'ENCRYPT_DECRYPT', spec: 'SYMMETRIC_DEFAULT' });
    expect(key?.policy.ok && key.policy.value).toContain(`arn:aws:iam::${account}:root`);
    expect(key && valueIn(key.grants)).toEqual([grant(on.role), grant(on.plainRole)]);
    expect(whole.result.findings.filter((f) => f.check === 'kms-keys').map((f) => f.status)).toEqual(['pass', 'pass']);
  });

  test('secrets: one that exists', () => {
    expect(facts.secrets).toEqual({ [on.secret]: { ok: true, value: {} } });
  });

  test('images: the sandbox says the image and the key of its snapshot', () => {
    expect(facts.images).toEqual({
      [image]: {
        ok: true,
        value: {
          state: 'available',
          owner: account,
          architecture: 'x86_64',
          volumes: [{ encrypted: true, key: { ok: true, value: on.key } }],
        },
      },
    });
    expect(whole.result.findings.filter((f) => f.check === 'custom-image').map((f) => f.status)).toEqual(['pass', 'pass']);
  });

  test('slurmParameters: none', () => {
    expect(Object.values(facts.slurmParameters)).toEqual([
      { ok: true, value: null },
      { ok: true, value: null },
    ]);
  });

  test('organizations: the one of the account', () => {
    expect(facts.organizations).toEqual({ [account]: { ok: true, value: on.organization } });
  });

  test('there are no others', () => {
    expect(Object.keys(facts).toSorted()).toEqual([
      'accessEntries',
      'alarms',
      'buckets',
      'clusterEvents',
      'clusterNames',
      'clusterNodes',
      'cniAddons',
      'dhcpOptions',
      'eksClusters',
      'endpoints',
      'fileSystemGroups',
      'fileSystems',
      'imageVersions',
      'images',
      'instanceStoreAddons',
      'instanceTypes',
      'interfaces',
      'kmsKeys',
      'kubernetesVersions',
      'lifecycleObjects',
      'natGateways',
      'networkAcls',
      'newVpcUsage',
      'nodeGroups',
      'offerings',
      'organizations',
      'prefixListEntries',
      'prefixLists',
      'principals',
      'quotaRequests',
      'quotas',
      'regionOptIn',
      'roles',
      'routeTables',
      'runningClusters',
      'secrets',
      'securityGroups',
      'sessionDocuments',
      'slurmParameters',
      'subnets',
      'trainingPlans',
      'vpcBlockPublicAccess',
      'vpcDns',
      'vpcs',
      'zones',
    ]);
  });
});

/** What makes a cluster what it is, as `check resource`. */
const because = (result: RegionResult, cluster: string) => {
  const found = result.readiness.find((r) => r.cluster === cluster);
  const named = (id: string) => {
    const [check = '', , , ...resource] = id.split('/').map(decodeURIComponent);
    return `${check} ${resource.join('/')}`;
  };
  return { state: found?.state, because: found?.because.map(named).toSorted() };
};

describe('verdicts', () => {
  test('everything is evaluated', () => {
    expect(whole.result.state).toBe('audited');
    expect(whole.result.coverage.unevaluated).toEqual([]);
  });

  test('a cluster that does not fit: its addresses, its ports to the file system, its role', () => {
    expect(because(whole.result, 'on-eks')).toEqual({
      state: 'BLOCKED',
      because: ['cluster-placement VpcConfig', `execution-role ${on.role}`, `fsx-ports ${on.fileSystem} ${on.nodeGroup}`].toSorted(),
    });
    expect(whole.result.findings.find((f) => f.check === 'subnet-free-ips' && f.resource === on.nodes)).toMatchObject({
      status: 'fail',
      have: 248,
      need: 324,
    });
  });

  test('a cluster of which little is there', () => {
    expect(because(whole.result, 'quick')).toEqual({
      state: 'BLOCKED',
      because: [
        `execution-role ${goneRole}`,
        `execution-role ${on.plainRole}`,
        'instance-type-quota ml.p5.48xlarge for cluster usage',
        `lifecycle-scripts ${on.plainRole}`,
        'lifecycle-scripts s3://sagemaker-nowhere',
        `lifecycle-scripts ${missingScript}`,
      ].toSorted(),
    });
  });

  test('a cluster that runs, and is ready once its script is fixed', () => {
    expect(because(whole.result, 'bare')).toEqual({ state: 'AT_RISK', because: [`lifecycle-scripts ${script}`] });
    const { state, because: reasons } = because(whole.result, 'eval');
    expect(state).toBe('AT_RISK');
    expect(reasons).toEqual([`egress-reaches-services ${on.nodeGroup} ${on.ssmEndpoint}`, `lifecycle-scripts ${script}`].toSorted());
    const passed = whole.result.findings.filter((f) => f.cluster === 'eval' && f.status === 'pass').map((f) => f.check);
    expect(passed).toEqual(
      expect.arrayContaining([
        'network-resources',
        's3-reachable',
        's3-access-allowed',
        'efa-self-traffic',
        'execution-role',
        'network-acl',
      ]),
    );
  });
});

describe('a region that is not enabled', () => {
  test('is reported by moto in another region, and receives no calls', async () => {
    const { facts: off, answered, result } = await audit(() => moto, 'ap-east-1');
    expect(off.regionOptIn).toEqual({ ok: true, value: 'not-opted-in' });
    expect(answered.map((a) => a.operation)).toEqual(['ec2:DescribeRegions']);
    expect(result.state).toBe('not-enabled');
  });
});

const clients = (): Clients => clientsOf(moto, region, sandboxCredentials(account), 60_000);

describe('what moto cannot', () => {
  const page = async (c: Clients, send: (c: Clients) => Promise<unknown>) => {
    await expect(send(c)).rejects.toMatchObject({ $metadata: {} });
    expect(c.bodies.at(-1)).toMatch(/^<!doctype html>/);
  };
  const ByVpc = [{ Name: 'attachment.vpc-id', Values: ['vpc-1'] }];
  /** Each fails as soon as moto learned what it is said not to know, and the operation is moto's from then on. */
  const tries: { readonly [O in SandboxOnly]: (c: Clients) => Promise<void> } = {
    'ec2:DescribeInternetGateways': async (c) => {
      await page(c, () => c.ec2.send(new ec2.DescribeInternetGatewaysCommand({ Filters: [{ Name: 'owner-id', Values: [account] }] })));
      await c.ec2.send(new ec2.DescribeInternetGatewaysCommand({ Filters: ByVpc }));
    },
    'ec2:DescribeVpcBlockPublicAccessExclusions': (c) =>
      page(c, () => c.ec2.send(new ec2.DescribeVpcBlockPublicAccessExclusionsCommand({}))),
    'ec2:DescribeVpcBlockPublicAccessOptions': (c) => page(c, () => c.ec2.send(new ec2.DescribeVpcBlockPublicAccessOptionsCommand({}))),
    'eks:DescribeAccessEntry': (c) =>
      page(c, () => c.eks.send(new eks.DescribeAccessEntryCommand({ clusterName: 'llm', principalArn: on.role }))),
    'eks:DescribeClusterVersions': (c) => page(c, () => c.eks.send(new eks.DescribeClusterVersionsCommand({}))),
    'eks:ListAccessEntries': (c) => page(c, () => c.eks.send(new eks.ListAccessEntriesCommand({ clusterName: 'llm' }))),
    'eks:DescribeAddon': (c) => page(c, () => c.eks.send(new eks.DescribeAddonCommand({ clusterName: 'llm', addonName: 'vpc-cni' }))),
    'eks:DescribeCluster': async (c) => {
      const { cluster } = await c.eks.send(new eks.DescribeClusterCommand({ name: 'llm' }));
      expect(cluster?.resourcesVpcConfig).toEqual({ subnetIds: [on.nodes, on.pods], securityGroupIds: [on.endpointGroup] });
      expect(cluster?.accessConfig).toBeUndefined();
    },
    'ec2:DescribeImages': async (c) => {
      const { Images } = await c.ec2.send(new ec2.DescribeImagesCommand({ Owners: ['amazon'] }));
      expect(Images?.length).toBeGreaterThan(1);
      expect(Images?.flatMap((i) => i.BlockDeviceMappings ?? []).filter((m) => m.Ebs?.Encrypted)).toEqual([]);
    },
    'ec2:DescribeSnapshots': async (c) => {
      const { Snapshots } = await c.ec2.send(new ec2.DescribeSnapshotsCommand({}));
      expect(Snapshots?.filter((s) => s.Encrypted)).toEqual([]);
    },
    'fsx:DescribeFileSystems': async (c) => {
      const { FileSystems } = await c.fsx.send(new fsx.DescribeFileSystemsCommand({ FileSystemIds: [on.fileSystem] }));
      expect(FileSystems).toHaveLength(1);
      for (const member of ['Lifecycle', 'VpcId', 'NetworkInterfaceIds']) expect(FileSystems?.[0]).not.toHaveProperty(member);
      expect(FileSystems?.[0]?.LustreConfiguration?.MountName).toBeUndefined();
      const unknown = await c.fsx.send(new fsx.DescribeFileSystemsCommand({ FileSystemIds: ['fs-01234567'] }));
      expect(unknown.FileSystems).toEqual([]);
    },
    'sagemaker:DescribeTrainingPlan': (c) =>
      page(c, () => c.sagemaker.send(new sagemaker.DescribeTrainingPlanCommand({ TrainingPlanName: 'p5-winter' }))),
    'sagemaker:DescribeClusterEvent': (c) =>
      page(c, () => c.sagemaker.send(new sagemaker.DescribeClusterEventCommand({ ClusterName: 'eval', EventId: 'e' }))),
    'sagemaker:ListClusterEvents': (c) => page(c, () => c.sagemaker.send(new sagemaker.ListClusterEventsCommand({ ClusterName: 'eval' }))),
    'servicequotas:GetServiceQuota': async (c) => {
      const p5 = { ServiceCode: 'sagemaker', QuotaCode: 'L-8762A75F' };
      await expect(c.quotas.send(new quotas.GetServiceQuotaCommand(p5))).rejects.toMatchObject({ name: 'NoSuchResourceException' });
    },
    'servicequotas:ListAWSDefaultServiceQuotas': async (c) => {
      const vpc = await c.quotas.send(new quotas.ListAWSDefaultServiceQuotasCommand({ ServiceCode: 'vpc', MaxResults: 1 }));
      expect(vpc.Quotas).toHaveLength(25);
      for (const ServiceCode of ['sagemaker', 'ec2'])
        await expect(c.quotas.send(new quotas.ListAWSDefaultServiceQuotasCommand({ ServiceCode }))).rejects.toMatchObject({
          name: 'NoSuchResourceException',
        });
    },
    'servicequotas:ListRequestedServiceQuotaChangeHistory': (c) =>
      page(c, () => c.quotas.send(new quotas.ListRequestedServiceQuotaChangeHistoryCommand({ ServiceCode: 'vpc' }))),
    'servicequotas:ListServiceQuotas': (c) => page(c, () => c.quotas.send(new quotas.ListServiceQuotasCommand({ ServiceCode: 'vpc' }))),
  };
  test.each(Object.entries(tries))('%s', async (_, attempt) => {
    await attempt(clients());
  });

  const one = { MaxResults: 1 };
  const p5 = [{ Name: 'instance-type', Values: ['p5.48xlarge', 'p5en.48xlarge'] }];
  interface Page {
    readonly rows: number;
    readonly next: string | undefined;
  }
  const pageOf = (rows: readonly unknown[] | undefined, next: string | undefined): Page => ({ rows: rows?.length ?? 0, next });
  /** Asked for one row each, moto gives all. */
  const onePage: { readonly [O in InOnePage]: (c: Clients) => Promise<Page> } = {
    'ec2:DescribeInstanceTypeOfferings': (c) =>
      c.ec2
        .send(new ec2.DescribeInstanceTypeOfferingsCommand({ ...one, Filters: p5 }))
        .then((a) => pageOf(a.InstanceTypeOfferings, a.NextToken)),
    'ec2:DescribeInstanceTypes': (c) =>
      c.ec2.send(new ec2.DescribeInstanceTypesCommand({ ...one, Filters: p5 })).then((a) => pageOf(a.InstanceTypes, a.NextToken)),
    'ec2:DescribeManagedPrefixLists': (c) =>
      c.ec2.send(new ec2.DescribeManagedPrefixListsCommand(one)).then((a) => pageOf(a.PrefixLists, a.NextToken)),
    'ec2:DescribeNetworkAcls': (c) => c.ec2.send(new ec2.DescribeNetworkAclsCommand(one)).then((a) => pageOf(a.NetworkAcls, a.NextToken)),
    'ec2:DescribeNetworkInterfaces': (c) =>
      c.ec2.send(new ec2.DescribeNetworkInterfacesCommand(one)).then((a) => pageOf(a.NetworkInterfaces, a.NextToken)),
    'ec2:DescribeRouteTables': (c) => c.ec2.send(new ec2.DescribeRouteTablesCommand(one)).then((a) => pageOf(a.RouteTables, a.NextToken)),
    'ec2:DescribeSecurityGroups': (c) =>
      c.ec2.send(new ec2.DescribeSecurityGroupsCommand(one)).then((a) => pageOf(a.SecurityGroups, a.NextToken)),
    'ec2:DescribeSubnets': (c) => c.ec2.send(new ec2.DescribeSubnetsCommand(one)).then((a) => pageOf(a.Subnets, a.NextToken)),
    'ec2:DescribeVpcEndpoints': (c) =>
      c.ec2.send(new ec2.DescribeVpcEndpointsCommand(one)).then((a) => pageOf(a.VpcEndpoints, a.NextToken)),
    'ec2:DescribeVpcs': (c) => c.ec2.send(new ec2.DescribeVpcsCommand(one)).then((a) => pageOf(a.Vpcs, a.NextToken)),
    'ec2:GetManagedPrefixListEntries': (c) =>
      c.ec2
        .send(new ec2.GetManagedPrefixListEntriesCommand({ PrefixListId: on.offices, ...one }))
        .then((a) => pageOf(a.Entries, a.NextToken)),
    'iam:ListRolePolicies': (c) =>
      c.iam.send(new iam.ListRolePoliciesCommand({ RoleName: 'nodes', MaxItems: 1 })).then((a) => pageOf(a.PolicyNames, a.Marker)),
    'kms:ListGrants': (c) => c.kms.send(new ListGrantsCommand({ KeyId: on.key, Limit: 1 })).then((a) => pageOf(a.Grants, a.NextMarker)),
    'iam:ListUserTags': (c) =>
      c.iam.send(new iam.ListUserTagsCommand({ UserName: 'ada', MaxItems: 1 })).then((a) => pageOf(a.Tags, a.Marker)),
  };
  test.each(Object.entries(onePage))('pages of %s', async (_, ask) => {
    const { rows, next } = await ask(clients());
    expect(rows).toBeGreaterThan(1);
    expect(next).toBeUndefined();
  });

  test('while these come page by page', async () => {
    const c = clients();
    const attached = await c.iam.send(new iam.ListAttachedRolePoliciesCommand({ RoleName: 'nodes', MaxItems: 1 }));
    expect([attached.AttachedPolicies?.length, attached.IsTruncated]).toEqual([1, true]);
    const tags = await c.iam.send(new iam.ListRoleTagsCommand({ RoleName: 'nodes', MaxItems: 1 }));
    expect([tags.Tags?.length, tags.IsTruncated]).toEqual([1, true]);
    const clusters = await c.sagemaker.send(new sagemaker.ListClustersCommand(one));
    expect([clusters.ClusterSummaries?.length, typeof clusters.NextToken]).toEqual([1, 'string']);
    const nodes = await c.sagemaker.send(new sagemaker.ListClusterNodesCommand({ ClusterName: 'eval', ...one }));
    expect([nodes.ClusterNodeSummaries?.length, typeof nodes.NextToken]).toEqual([1, 'string']);
  });
});

describe('moto alone', () => {
  let alone: Audited;
  beforeAll(async () => {
    alone = await audit(() => moto);
  });

  test('fails exactly the reads that rest on what it cannot, each for its reason', () => {
    const failed = { ok: false, reason: 'the service failed (HTTP 500) in 2 attempts' };
    const unreadable = { ok: false, reason: 'the answer could not be read (HTTP 404)' };
    const without = (member: string) => ({ ok: false, reason: `the answer could not be read: it has no usable ${member}` });
    const unread = Object.fromEntries(readsOf(alone.facts).flatMap(({ place, read }) => (read.ok ? [] : [[place, read]])));
    expect(unread).toEqual({
      'quotas[sagemaker]': failed,
      'quotas[vpc]': failed,
      'quotas[ec2]': failed,
      'quotaRequests[sagemaker]': failed,
      'quotaRequests[vpc]': failed,
      'quotaRequests[ec2]': failed,
      'newVpcUsage[internet-gateways]': failed,
      [`eksClusters[${on.eks}]`]: without('vpcId'),
      [`cniAddons[${on.eks}]`]: unreadable,
      [`instanceStoreAddons[${on.eks}]`]: unreadable,
      [`accessEntries[${on.eks}]`]: unreadable,
      kubernetesVersions: unreadable,
      [`fileSystems[${on.fileSystem}]`]: without('Lifecycle'),
      [`fileSystemGroups[${on.fileSystem}]`]: without('Lifecycle'),
      [`trainingPlans[${trainingPlan}]`]: failed,
      vpcBlockPublicAccess: failed,
    });
  });

  test('gives no verdict that is not also given by all sight, and calls nothing safe', () => {
    const seen = new Map(whole.result.findings.map((f) => [f.id, f.status]));
    expect(alone.result.findings.length).toBeGreaterThan(50);
    // The image is in the sandbox alone, so that moto says for certain that it does not exist.
    const shared = alone.result.findings.filter(({ check }) => check !== 'custom-image');
    for (const { id, status } of shared) expect([id, status]).toEqual([id, seen.get(id)]);
    expect(alone.result.findings.length).toBeLessThan(whole.result.findings.length);
    expect(Object.fromEntries(alone.result.readiness.map((r) => [r.cluster, r.state]))).toEqual({
      'on-eks': 'BLOCKED',
      quick: 'BLOCKED',
      bare: 'UNKNOWN',
      eval: 'UNKNOWN',
    });
  });
});
