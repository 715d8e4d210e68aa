import { describe, expect, test } from 'vitest';
import check from '../../../shared/core/checks/cluster-health.ts';
import { quotedFailure } from '../../../shared/core/evaluation/failure-message.ts';
import { at, broken, denied, ok, plan, planned, running, runningGroup, withRunning } from '../healthy.ts';
import { table } from '../table.ts';

const created = (hours: number) => new Date(Date.parse(at) - hours * 3_600_000).toISOString();
const creating = (hours: number) => withRunning(running({ status: 'Creating', created: created(hours) }));
const none = { ...plan(), clusters: [] };
const status = { resource: 'ClusterStatus' };
const group = { group: 'workers', resource: 'Status' };
const message = 'Failed to create Customer ENI\n\n\u202eREADY';
const groups = (more: object) => withRunning(running({ groups: [runningGroup(more)] }));

table(check, [
  { name: 'does not apply to a cluster that does not run', findings: [] },
  {
    name: 'passes a healthy cluster',
    plan: none,
    facts: withRunning(
      running({ groups: [runningGroup({ status: 'InService' })], autoScalingStatus: { status: 'InService' }, autoScaling: true }),
    ),
    findings: [
      { status: 'pass', level: 'required', ...status },
      { status: 'pass', ...group, have: 4, need: 4 },
      { status: 'pass', level: 'recommended', resource: 'AutoScaling' },
    ],
  },
  {
    name: 'says nothing of a group whose status was not collected',
    facts: withRunning(running()),
    findings: [{ status: 'pass', ...status }],
  },
  ...(['Creating', 'Updating', 'SystemUpdating'] as const).map((word) => ({
    name: `passes a cluster that is ${word}`,
    facts: withRunning(running({ status: word })),
    findings: [{ status: 'pass' as const, ...status }],
  })),
  {
    name: 'passes a cluster that is being created for less than a day',
    facts: creating(23.9),
    findings: [
      { status: 'pass', ...status },
      { status: 'pass', level: 'recommended', resource: 'CreationTime' },
    ],
  },
  {
    name: 'recommends that a creation ends within a day, of clusters that only run too',
    plan: none,
    facts: creating(30),
    findings: [
      { status: 'pass', ...status },
      {
        status: 'fail',
        level: 'recommended',
        resource: 'CreationTime',
        message: expect.stringContaining('has been Creating for 30 hours (since 2026-11-19T02:00:00.000Z), at most 24 hours expected.'),
        remediation: { command: 'aws sagemaker list-cluster-nodes --region us-west-2 --cluster-name llm-train' },
      },
    ],
  },
  {
    name: 'or within the hours that the plan names',
    plan: plan(planned({ operationHours: 48 })),
    facts: creating(30),
    findings: [
      { status: 'pass', ...status },
      { status: 'pass', resource: 'CreationTime' },
    ],
  },
  {
    name: 'the age of a cluster that is created decides nothing',
    facts: withRunning(running({ created: created(9999) })),
    findings: [{ status: 'pass', ...status }],
  },
  ...[none, plan()].map((of) => ({
    name: `fails a Failed cluster that ${of.clusters.length > 0 ? 'is planned' : 'only runs'}, and quotes the message on one line`,
    plan: of,
    facts: withRunning(running({ status: 'Failed', failureMessage: message })),
    findings: [
      {
        status: 'fail' as const,
        level: 'required' as const,
        ...status,
        remediation: {
          command: 'aws sagemaker delete-cluster --region us-west-2 --cluster-name llm-train',
          text: expect.stringContaining('subnet-free-ips, network-interface-quota and execution-role'),
          console: expect.stringContaining('cluster-management/llm-train'),
        },
      },
    ],
    says: ['AWS reports: "Failed to create Customer ENI \\u202eREADY".', 'its name is in use until it is deleted'],
  })),
  {
    name: 'fails one without a message',
    facts: withRunning(running({ status: 'Failed' })),
    findings: [{ status: 'fail', message: expect.not.stringContaining('reports') }],
  },
  {
    name: 'fails a cluster that rolls back',
    facts: withRunning(running({ status: 'RollingBack', failureMessage: 'Rollback initiated' })),
    findings: [{ status: 'fail', level: 'required', ...status }],
    says: ['"Rollback initiated"'],
  },
  {
    name: 'fails where the planned name is still in use by a cluster that is being deleted',
    facts: withRunning(running({ status: 'Deleting', groups: [runningGroup({ status: 'Failed' })] })),
    findings: [{ status: 'fail', level: 'required', ...status }],
  },
  {
    name: 'leaves out a cluster that is being deleted and not planned',
    plan: none,
    facts: withRunning(running({ status: 'Deleting' })),
    findings: [],
  },
  {
    name: 'fails a Failed group',
    facts: groups({ status: 'Failed', current: 0 }),
    findings: [
      { status: 'pass' },
      {
        status: 'fail',
        level: 'required',
        ...group,
        have: 0,
        need: 4,
        remediation: { command: expect.stringContaining('list-cluster-nodes') },
      },
    ],
  },
  {
    name: 'is softer about a Degraded group',
    facts: groups({ status: 'Degraded', current: 3 }),
    findings: [{ status: 'pass' }, { status: 'fail', level: 'recommended', ...group, have: 3, need: 4 }],
  },
  {
    name: 'is softer about a Degraded group that has just its MinCount',
    facts: groups({ status: 'Degraded', current: 2, min: 2 }),
    findings: [{ status: 'pass' }, { status: 'fail', level: 'recommended', have: 2, need: 4 }],
  },
  {
    name: 'requires MinCount of a Degraded group',
    facts: groups({ status: 'Degraded', current: 1, min: 2 }),
    findings: [
      { status: 'pass' },
      { status: 'fail', level: 'required', have: 1, need: 2, message: expect.stringContaining('at least 2 required (MinCount)') },
    ],
  },
  {
    name: 'passes a group below MinCount that is being created',
    facts: groups({ status: 'Creating', current: 1, min: 2 }),
    findings: [{ status: 'pass' }, { status: 'pass', have: 1, need: 4 }],
  },
  {
    name: 'passes a group with a status that is newer than this version',
    facts: groups({ status: 'Resting' }),
    findings: [{ status: 'pass' }, { status: 'pass', message: expect.stringContaining('Resting') }],
  },
  {
    name: 'recommends autoscaling that works',
    facts: withRunning(running({ autoScalingStatus: { status: 'Failed', failureMessage: 'no\u0007 role' } })),
    findings: [
      { status: 'pass' },
      { status: 'fail', level: 'recommended', resource: 'AutoScaling', message: expect.stringContaining('"no\\u0007 role"') },
    ],
  },
  {
    name: 'the running cluster unread: unevaluated',
    facts: { clusterNames: ok(['llm-train']), runningClusters: { 'llm-train': denied('sagemaker:DescribeCluster') } },
    unevaluated: [{ cluster: 'llm-train', level: 'required', action: 'sagemaker:DescribeCluster' }],
  },
  {
    name: 'clusters not listed: unevaluated',
    facts: { clusterNames: broken() },
    unevaluated: [{ cluster: 'llm-train', level: 'required' }, {}],
  },
]);

describe('a failure message', () => {
  test('is cut where it is long, between characters', () => {
    const quoted = quotedFailure(`${'a'.repeat(299)}😀${'b'.repeat(5000)}`);
    expect(quoted).toBe(`"${'a'.repeat(299)}😀…"`);
    expect(quotedFailure('b'.repeat(300))).toBe(`"${'b'.repeat(300)}"`);
  });
});
