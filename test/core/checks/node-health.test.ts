import { expect } from 'vitest';
import check from '../../../shared/core/checks/node-health.ts';
import type { ClusterNodes } from '../../../shared/core/evaluation/cluster-spec.ts';
import { denied, ok, plan, running, runningGroup, withRunning } from '../healthy.ts';
import { table } from '../table.ts';

const cluster = running();
const withNodes = (workers: ClusterNodes['groups'][string], unhealthy: ClusterNodes['unhealthy'] = []) => ({
  ...withRunning(cluster),
  clusterNodes: { 'llm-train': ok({ groups: { workers }, unhealthy }) },
});
const failed = (id: string, message?: string) => ({ group: 'workers', id, status: 'Failure', ...(message !== undefined && { message }) });
const resource = 'Nodes';

table(check, [
  { name: 'does not apply to a cluster that does not run', findings: [] },
  { name: 'does not apply to a cluster that is being deleted', facts: withRunning(running({ status: 'Deleting' })), findings: [] },
  {
    name: 'passes nodes that run, of clusters that only run too',
    plan: { ...plan(), clusters: [] },
    facts: withRunning(cluster),
    findings: [{ status: 'pass', level: 'recommended', group: 'workers', resource, have: 4, need: 4, unit: 'nodes' }],
    says: ['4 nodes: 4 Running'],
  },
  {
    name: 'passes a single node',
    facts: withNodes({ Running: 1 }),
    findings: [{ status: 'pass', message: 'Group workers has 1 node: 1 Running.' }],
  },
  {
    name: 'passes nodes on their way up or down',
    facts: withNodes({ Running: 1, Pending: 2, DeepHealthCheckInProgress: 1, SystemUpdating: 1, ShuttingDown: 1 }),
    findings: [{ status: 'pass', have: 6, need: 6 }],
  },
  {
    name: 'passes a group without nodes: instance counts are what cluster-health evaluates',
    facts: {
      ...withRunning(running({ groups: [runningGroup({ current: 0 })] })),
      clusterNodes: { 'llm-train': ok({ groups: {}, unhealthy: [] }) },
    },
    findings: [{ status: 'pass', have: 0, need: 0 }],
    says: ['Group workers has no nodes.'],
  },
  {
    name: 'names nodes that failed, with what AWS says of them',
    facts: withNodes({ Running: 13, Failure: 2, NotFound: 1 }, [failed('i-0b', 'Lifecycle scripts\ndid not run'), failed('i-0a')]),
    findings: [
      {
        status: 'fail',
        level: 'recommended',
        group: 'workers',
        resource,
        have: 13,
        need: 16,
        remediation: {
          command: expect.stringContaining('--cluster-name llm-train --instance-group-name-contains workers'),
          console: expect.stringContaining('llm-train'),
        },
      },
    ],
    says: ['3 of 16 nodes of group workers are unhealthy: 2 Failure and 1 NotFound.', 'i-0a, i-0b "Lifecycle scripts did not run".'],
  },
  {
    name: 'names five at most, and counts the others that it knows',
    facts: withNodes(
      { Failure: 30 },
      ['1', '2', '3', '4', '5', '6', '7'].map((n) => failed(`i-${n}`)),
    ),
    findings: [{ status: 'fail', have: 0, need: 30 }],
    says: ['30 of 30 nodes', 'i-1, i-2, i-3, i-4, i-5 and 2 more.'],
  },
  {
    name: 'says which nodes of this group only',
    facts: withNodes({ Failure: 1 }, [{ group: 'others', id: 'i-0f', status: 'Failure' }]),
    findings: [{ status: 'fail', message: '1 of 1 nodes of group workers are unhealthy: 1 Failure.' }],
  },
  {
    name: 'a status that this version does not know: not evaluated',
    facts: withNodes({ Running: 3, Hibernating: 1 }),
    unevaluated: [{ group: 'workers', level: 'recommended', reason: expect.stringContaining('1 Hibernating') }],
  },
  {
    name: 'a failed node fails beside a status that this version does not know',
    facts: withNodes({ Failure: 1, Hibernating: 1 }),
    findings: [{ status: 'fail', have: 1, need: 2 }],
  },
  {
    name: 'nodes unread: not evaluated',
    facts: { ...withRunning(cluster), clusterNodes: { 'llm-train': denied('sagemaker:ListClusterNodes') } },
    unevaluated: [{ cluster: 'llm-train', group: 'workers', action: 'sagemaker:ListClusterNodes' }],
  },
  {
    name: 'a snapshot of an older version, without nodes: not evaluated',
    facts: { ...withRunning(cluster), clusterNodes: {} },
    unevaluated: [{ group: 'workers', reason: 'list of nodes of cluster llm-train was not read' }],
  },
  {
    name: 'the running cluster unread: not evaluated',
    facts: { clusterNames: ok(['llm-train']), runningClusters: { 'llm-train': denied('sagemaker:DescribeCluster') } },
    unevaluated: [{ cluster: 'llm-train', level: 'recommended', action: 'sagemaker:DescribeCluster' }],
  },
]);
