/** A fit over the wire: what is asked of AWS, what comes of it, and what it takes. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listNetworks } from '../../shared/aws/inventory/list-networks.ts';
import { grantedByAws } from '../../shared/aws/policies/auditor-policy.ts';
import { fitPolicy } from '../../shared/aws/policies/command-policies.ts';
import type { RequestedCluster } from '../../shared/core/fit/candidates.ts';
import type { FitResult, Placement } from '../../shared/core/fit/fit-result.ts';
import { supportedRegions } from '../../shared/core/plan/regions.ts';
import { planOfPlacement, requestOfPlacement } from '../../shared/plan/from-fit.ts';
import { parsePlan } from '../../shared/plan/parse.ts';
import { changeRegion } from '../../shared/sandbox/description.ts';
import { actionOf } from '../../shared/sandbox/faults.ts';
import { type Sandbox, startSandbox } from '../../shared/sandbox/server.ts';
import { storyAccount } from '../../shared/sandbox/story.ts';
import { type FitOptions, findPlaces } from '../../shared/workflows/fit.ts';
import { account, inSandbox, settingsOf } from '../aws/world.ts';

const wanted: RequestedCluster = { name: 'new', type: 'ml.p5.48xlarge', count: 16, orchestrator: 'slurm', spot: false, efa: false };
const identity = { account, partition: 'aws', alias: 'ml-prod' };
const places = ['us-west-2', 'us-east-1', 'eu-north-1'];
const look = (sandbox: Sandbox, of: Partial<RequestedCluster> = {}, more: Partial<FitOptions> = { regions: places }): Promise<FitResult> =>
  findPlaces({ requested: { ...wanted, ...of }, identity, toolVersion: '1.0.0', ...more }, settingsOf(sandbox));
const brief = (p: Placement) => [p.region, p.subnet ?? null, p.state, p.lacks.filter((l) => l.level === 'required').map((l) => l.words)];
const west = 'subnet-07473f8f9b086f87c';

let sandbox: Sandbox;
/** The plain fit in the story account, for the tests that only read it. */
let plain: FitResult;
beforeAll(async () => {
  sandbox = await startSandbox();
  plain = await look(sandbox);
});
afterAll(() => sandbox.close());

describe('in the story account', () => {
  test('sixteen P5 nodes on Slurm come up in one subnet, and the rest says what is missing and how far', () => {
    const result = plain;
    expect(result).toMatchObject({
      schemaVersion: 1,
      tool: { name: 'hyperpod-auditor', version: '1.0.0' },
      account,
      alias: 'ml-prod',
      wanted,
    });
    expect(result.regions.map((r) => [r.region, r.subnets, r.quota?.value])).toEqual([
      ['us-west-2', 2, 32],
      ['us-east-1', 3, 0],
      ['eu-north-1', 3, 0],
    ]);
    expect(result.placements.slice(0, 3).map(brief)).toEqual([
      ['us-west-2', west, 'READY', []],
      ['us-west-2', 'subnet-0fa5c4ed570287c36', 'BLOCKED', ['addresses for 7 of 16 nodes', 'route to S3 missing']],
      [
        'eu-north-1',
        'subnet-0f5ed5eee4b6e8da6',
        'BLOCKED',
        ['quota of the type short by 16 nodes', 'quota over all clusters short by 1 node'],
      ],
    ]);
    expect(result.placements).toHaveLength(8);
    expect(result.placements[0]?.securityGroups).toEqual(['sg-012a6acbf19810afe']);
  });

  test('on EKS only where there is an EKS cluster, by its own subnets and groups', async () => {
    const { placements } = await look(sandbox, { orchestrator: 'eks', count: 4 });
    const east = placements.filter((p) => p.region === 'us-east-1');
    expect(east.map((p) => p.eksCluster)).toEqual(Array(3).fill(`arn:aws:eks:us-east-1:${account}:cluster/llm-east`));
    expect(placements.filter((p) => p.region !== 'us-east-1').every((p) => p.lacks[0]?.words === 'needs an EKS cluster')).toBe(true);
    const named = await look(sandbox, { orchestrator: 'eks', count: 4, eksCluster: 'other' }, { regions: ['us-east-1', 'us-west-2'] });
    expect(named.placements.every((p) => p.lacks[0]?.words === 'needs an EKS cluster')).toBe(true);
  });

  test('the plan that is written is one, and says what is still to be filled in', async () => {
    const result = plain;
    for (const placement of result.placements) {
      const text = planOfPlacement(placement, result);
      const parsed = parsePlan(text, { file: 'plan.yaml', readRequest: () => ({ ok: false, reason: 'there is none' }) });
      expect(parsed.ok && parsed.plan.clusters).toMatchObject([{ region: placement.region, request: placement.request }]);
      expect(text).toContain('# Put your execution role in the place of YOUR-EXECUTION-ROLE.');
      expect(JSON.parse(requestOfPlacement(placement))).toEqual(placement.request);
    }
    const bare = await look(sandbox, { orchestrator: 'eks' }, { regions: ['eu-west-2'] });
    const [best] = bare.placements;
    const text = best ? planOfPlacement(best, bare) : '';
    expect(text).toContain('newVpc: true');
    expect(text).toContain('# Put the EKS cluster in the place of the one that is yet to be made.');
    expect(parsePlan(text, { file: 'plan.yaml', readRequest: () => ({ ok: false, reason: 'there is none' }) }).ok).toBe(true);
  });

  test('a role and scripts that are named are evaluated', async () => {
    const lifecycle = { uri: 's3://sagemaker-ml-prod-us-west-2/lifecycle', onCreate: 'on_create.sh' };
    const role = `arn:aws:iam::${account}:role/hyperpod-nodes`;
    const good = await look(sandbox, { role, lifecycle });
    expect(good.placements[0]).toMatchObject({ subnet: west, state: 'READY' });
    expect(good.placements.find((p) => p.region === 'eu-north-1')?.lacks.map((l) => l.check)).toContain('lifecycle-scripts');
    const bad = await look(sandbox, { role: `${role}-none`, lifecycle }, { regions: ['us-west-2'] });
    expect(bad.placements[0]?.lacks.map((l) => l.words)).toContain('execution role not usable');
  });
});

describe('regions', () => {
  test('without any named, the enabled ones that AWS lists for HyperPod', async () => {
    const { regions, placements } = await look(sandbox, {}, {});
    expect(regions.length).toBeGreaterThan(10);
    for (const { region } of regions) expect(supportedRegions.names).toContain(region);
    expect(regions.map((r) => r.region)).not.toContain('ap-southeast-3');
    const empty = placements.filter((p) => p.subnet === undefined);
    expect(empty.length).toBe(regions.length - 3);
    expect(new Set(empty.flatMap((p) => p.lacks.map((l) => l.words)))).toContain('needs a VPC');
    // A region without a subnet still has its quotas and offers.
    expect(regions.find((r) => r.region === 'eu-west-2')).toMatchObject({
      quota: { value: 0 },
      zones: ['euw2-az1', 'euw2-az2', 'euw2-az3'],
    });
    expect(placements.map((p) => p.state === 'READY').lastIndexOf(true)).toBe(0);
  });

  test('one that is not enabled is last, and said to be off', async () => {
    const { regions, placements } = await look(sandbox, {}, { regions: ['ap-southeast-3', ...places, 'us-west-2'] });
    expect(regions.map((r) => r.region)).toEqual(['ap-southeast-3', ...places]);
    expect(regions[0]).toMatchObject({ state: 'not-enabled', subnets: 0 });
    expect(placements.at(-1)).toMatchObject({ region: 'ap-southeast-3', state: 'BLOCKED', lacks: [{ words: 'region not enabled' }] });
  });

  test('all are reported as they are finished', async () => {
    const reported: string[] = [];
    await look(
      sandbox,
      {},
      {
        regions: places,
        onProgress: ({ region, what, finished, done, total }) => reported.push(`${done}/${total} ${region} ${what}${finished ? '.' : ''}`),
      },
    );
    expect(reported.some((t) => t.startsWith('3/3 '))).toBe(true);
    expect(reported.filter((t) => t.endsWith('.')).every((t) => /READY|BLOCKED/.test(t))).toBe(true);
    expect(reported.filter((t) => t.endsWith('.'))).toHaveLength(3);
  });
});

describe('on bad days', () => {
  test.each([
    ['ec2:DescribeSubnets', 'ec2:DescribeSubnets'],
    ['ec2:DescribeSecurityGroups', 'ec2:DescribeSecurityGroups'],
    ['ec2:DescribeRouteTables', 'ec2:DescribeRouteTables'],
    ['servicequotas:ListServiceQuotas', 'servicequotas:ListServiceQuotas'],
    ['sagemaker:ListClusters', 'sagemaker:ListClusters'],
  ] as const)('without %s nowhere is ready', (on, action) =>
    inSandbox({ description: storyAccount(), faults: [{ on, kind: 'deny' }] }, async (partial) => {
      const { placements } = await look(partial, {}, { regions: ['us-west-2'] });
      expect(placements.length).toBeGreaterThan(0);
      for (const p of placements) {
        expect(['UNKNOWN', 'BLOCKED']).toContain(p.state);
        expect(p.unseen.map((u) => u.action)).toContain(action);
      }
    }),
  );

  test('a region of which nothing could be read is unknown, never ready, and keeps no other from being judged', () =>
    inSandbox({ description: storyAccount(), faults: [{ on: '*', kind: 'reset', region: 'us-east-1' }] }, async (partial) => {
      const { placements } = await look(partial);
      expect(placements.find((p) => p.region === 'us-east-1')?.state).toBe('UNKNOWN');
      expect(placements[0]).toMatchObject({ subnet: west, state: 'READY' });
    }));

  test('pages of what is listed are followed', () =>
    inSandbox({ description: storyAccount(), pageSize: 1 }, async (paged) => {
      const whole = await listNetworks('us-east-1', true, settingsOf(sandbox));
      expect([whole.subnets, whole.securityGroups].map((r) => r.ok && r.value.length)).toEqual([3, 3]);
      expect(await listNetworks('us-east-1', true, settingsOf(paged))).toEqual(whole);
      expect(paged.calls.map((c) => c.operation).filter((o) => o === 'DescribeSubnets')).toHaveLength(3);
    }));

  test('an answer that holds nothing is no list without rows', () =>
    inSandbox({ description: storyAccount(), faults: [{ on: 'eks:ListClusters', kind: 'malformed' }] }, async (partial) => {
      const { placements } = await look(partial, { orchestrator: 'eks' }, { regions: ['us-west-2'] });
      expect(placements[0]).toMatchObject({
        state: 'UNKNOWN',
        unseen: [{ check: 'eks-cluster', reason: expect.stringContaining('could not be read') }],
      });
    }));

  test('a cluster that runs under the name of a placement is not taken for it', () => {
    const description = changeRegion(storyAccount(), account, 'us-west-2', () => ({
      clusters: [
        {
          ClusterArn: `arn:aws:sagemaker:us-west-2:${account}:cluster/aaaa1111bbbb`,
          ClusterName: 'fit-1',
          ClusterStatus: 'InService',
          CreationTime: '2026-08-11T06:45:00.000Z',
          VpcConfig: { SecurityGroupIds: ['sg-012a6acbf19810afe'], Subnets: [west] },
          InstanceGroups: [
            {
              InstanceGroupName: 'workers',
              InstanceType: 'ml.p5.48xlarge',
              CurrentCount: 20,
              TargetCount: 20,
              ExecutionRole: `arn:aws:iam::${account}:role/hyperpod-nodes`,
            },
          ],
        },
      ],
    }));
    return inSandbox({ description }, async (busy) => {
      const { placements } = await look(busy, {}, { regions: ['us-west-2'] });
      expect(placements[0]?.lacks.map((l) => l.words)).toContain('quota of the type short by 4 nodes');
    });
  });
});

describe('the policy of it', () => {
  const at = { partition: 'aws', account };
  const granted = (asked: Parameters<typeof fitPolicy>[0]) => fitPolicy(asked, at).Statement.flatMap((s) => s.Action);

  test('reads only, and nothing of roles and buckets unless they are asked for', () => {
    for (const action of granted({})) expect(action).toMatch(/^[a-z0-9]+:(Describe|Get|List)[A-Za-z]+$/);
    expect(granted({}).filter((a) => /^(iam:(?!ListAccountAliases)|s3:)/.test(a))).toEqual([]);
    expect(granted({ role: `arn:aws:iam::${account}:role/r` })).toContain('iam:GetRole');
  });

  test.each([
    ['alone', {}],
    [
      'with role and scripts',
      {
        role: `arn:aws:iam::${account}:role/hyperpod-nodes`,
        lifecycle: { uri: 's3://sagemaker-ml-prod-us-west-2/lifecycle', onCreate: 'on_create.sh' },
      },
    ],
  ])('has what is called, both ways: %s', (_, asked) =>
    inSandbox({}, async (own) => {
      await look(own, { ...asked, orchestrator: 'eks' }, { regions: ['us-west-2'] });
      await look(own, { ...asked }, { regions: ['eu-west-2'] });
      const called = new Set(own.calls.map((c) => actionOf(c.service, c.operation)).filter((a) => !grantedByAws.includes(a)));
      // The alias is asked for beside it; the next only where prefix lists of one's own are in the rules, or a default is needed;
      // those of KMS where a customer managed key encrypts a script; the organization where a policy compares with its id.
      const seldom = [
        'iam:ListAccountAliases',
        'servicequotas:ListAWSDefaultServiceQuotas',
        'ec2:DescribeAvailabilityZones',
        ...('role' in asked ? ['organizations:DescribeOrganization'] : []),
        ...('lifecycle' in asked ? ['kms:DescribeKey', 'kms:GetKeyPolicy', 'kms:ListGrants'] : []),
      ];
      for (const action of called) expect(granted(asked), action).toContain(action);
      expect(granted(asked).filter((a) => !called.has(a) && !seldom.includes(a))).toEqual([]);
    }),
  );
});
