import { expect } from 'vitest';
import check from '../../../shared/core/checks/restricted-storage-quota.ts';
import type { PlannedCluster } from '../../../shared/core/plan/plan.ts';
import { broken, denied, groupRequest, ok, plan, planned, quota, request, running, runningGroup, withRunning } from '../healthy.ts';
import { planOf } from '../plans.ts';
import { table } from '../table.ts';

const name = 'Maximum total FSx Lustre capacity in TiB across SageMaker HyperPod restricted instance groups';
const value = (tib: number) => ({ quotas: { sagemaker: ok([quota('sagemaker', 'L-FC4D7F52', name, tib)]) } });
const rig = (gib: number, InstanceGroupName = 'rig') =>
  groupRequest({ InstanceGroupName, EnvironmentConfig: { FSxLustreConfig: { SizeInGiB: gib, PerUnitStorageThroughput: 125 } } });
const cluster = (ClusterName: string, gib: readonly number[], shared?: number, more: Partial<PlannedCluster> = {}) =>
  planned({
    request: request({
      ClusterName,
      InstanceGroups: [],
      RestrictedInstanceGroups: gib.map((g, i) => rig(g, `rig${i}`)),
      ...(shared !== undefined && {
        RestrictedInstanceGroupsConfig: { SharedEnvironmentConfig: { FSxLustreConfig: { SizeInGiB: shared } } },
      }),
    }),
    ...more,
  });
const runs = (name: string, lustreGib: number, more = {}) =>
  running({
    name,
    groups: [runningGroup({ name: 'rig0', restricted: true, lustreGib }), runningGroup({ name: 'plain', lustreGib: 9999 })],
    ...more,
  });

table(check, [
  { name: 'does not apply without restricted groups', findings: [] },
  {
    name: 'adds up the groups and what they share, in TiB, and passes at exactly the quota',
    plan: plan(cluster('a', [1024, 2048], 1024)),
    facts: value(4),
    findings: [{ status: 'pass', level: 'required', have: 4, need: 4, unit: 'TiB', resource: name }],
  },
  {
    name: 'fails a little above, with the request that would fix it in whole TiB',
    plan: plan(cluster('a', [1200])),
    facts: value(1),
    findings: [
      {
        status: 'fail',
        level: 'required',
        have: 1,
        need: 1.171875,
        remediation: { command: expect.stringContaining('--desired-value 2') },
      },
    ],
    says: ['1.172 planned for a'],
  },
  {
    name: 'the default of 0 fails',
    plan: plan(cluster('a', [1200])),
    facts: value(0),
    findings: [{ status: 'fail', have: 0 }],
  },
  {
    name: 'adds what runs, unless it is being deleted, and of a planned cluster only what is missing',
    plan: plan(cluster('a', [2048, 1024], 3072)),
    facts: {
      ...value(10),
      ...withRunning(runs('a', 1024, { sharedLustreGib: 1024 }), runs('b', 4096), runs('c', 9999, { status: 'Deleting' })),
    },
    findings: [
      { cluster: 'a', status: 'pass', need: 10 },
      { cluster: 'b', status: 'pass', need: 6 },
    ],
  },
  {
    name: 'counts all of a planned cluster whose namesake is being deleted',
    plan: plan(cluster('a', [2048])),
    facts: { ...value(1), ...withRunning(runs('a', 2048, { status: 'Deleting' })) },
    findings: [{ status: 'fail', need: 2 }],
  },
  {
    name: 'planned clusters compete in plan order, alternatives do not',
    plan: plan(cluster('a', [2048]), cluster('b', [3072], undefined, { alternativeTo: 'a' }), cluster('c', [1024])),
    facts: value(3),
    findings: [
      { cluster: 'a', status: 'pass', need: 2 },
      { cluster: 'b', status: 'pass', need: 3 },
      { cluster: 'c', status: 'fail', need: 4, message: expect.stringContaining('3 planned earlier for a and b') },
    ],
  },
  {
    name: 'is softer where only headroom does not fit',
    plan: plan(cluster('a', [2048], undefined, { headroom: 25 })),
    facts: value(2),
    findings: [{ status: 'fail', level: 'recommended', have: 2, need: 2.5 }],
  },
  {
    name: 'passes a restricted group that brings no storage',
    plan: planOf({ InstanceGroups: [], RestrictedInstanceGroups: [groupRequest()] }),
    findings: [{ status: 'pass', need: 0 }],
  },
  {
    name: 'a missing row',
    plan: plan(cluster('a', [1200])),
    facts: { quotas: { sagemaker: ok([]) } },
    findings: [{ status: 'fail' }],
    says: ['does not offer'],
  },
  {
    name: 'a running cluster unread: unevaluated',
    plan: plan(cluster('a', [1200])),
    facts: { clusterNames: ok(['b']), runningClusters: { b: denied('sagemaker:DescribeCluster') } },
    unevaluated: [{ cluster: 'a', level: 'required', resource: name, action: 'sagemaker:DescribeCluster' }, { cluster: 'b' }],
  },
  {
    name: 'quotas unreadable: unevaluated',
    plan: plan(cluster('a', [1200])),
    facts: { quotas: { sagemaker: broken() } },
    unevaluated: [{ resource: name }],
  },
]);
