import { expect } from 'vitest';
import check from '../../../shared/core/checks/image-current.ts';
import { denied, ok, plan, running, runningGroup, withRunning } from '../healthy.ts';
import { table } from '../table.ts';

const images = (...statuses: readonly (string | undefined)[]) =>
  withRunning(
    running({ groups: statuses.map((imageStatus, n) => runningGroup({ name: `g${n}`, image: 'ami-0123456789abcdef0', imageStatus })) }),
  );
const resource = 'ImageVersionStatus';

table(check, [
  { name: 'does not apply to a cluster that does not run', findings: [] },
  { name: 'does not apply where AWS reports no status', facts: images(undefined), findings: [] },
  {
    name: 'does not apply to a cluster that is being deleted',
    facts: withRunning(running({ status: 'Deleting', groups: [runningGroup({ imageStatus: 'EndOfLife' })] })),
    findings: [],
  },
  {
    name: 'passes images that are current or have a newer version, of clusters that only run too',
    plan: { ...plan(), clusters: [] },
    facts: images('UpToDate', 'UpdateAvailable', 'Polished'),
    findings: [
      { status: 'pass', level: 'recommended', group: 'g0', resource },
      { status: 'pass', group: 'g1', resource },
      { status: 'pass', group: 'g2', resource },
    ],
  },
  {
    name: 'recommends an image that is supported',
    facts: images('EndOfLife'),
    findings: [
      {
        status: 'fail',
        level: 'recommended',
        group: 'g0',
        resource,
        remediation: {
          command: 'aws sagemaker update-cluster-software --region us-west-2 --cluster-name llm-train',
          console: expect.stringContaining('llm-train'),
        },
      },
    ],
    says: ['ami-0123456789abcdef0 of group g0 is EndOfLife', 'end of its support'],
  },
  {
    name: 'advises an image with its security updates',
    facts: images('UpToDate', 'SecurityUpdateRequired'),
    findings: [{ status: 'pass' }, { status: 'fail', level: 'advice', group: 'g1', message: expect.stringContaining('vulnerabilities') }],
  },
  {
    name: 'names a group whose image has no id',
    facts: withRunning(running({ groups: [runningGroup({ imageStatus: 'EndOfLife' })] })),
    findings: [{ status: 'fail' }],
    says: ['Image of group workers is EndOfLife.'],
  },
  {
    name: 'the running cluster unread: unevaluated',
    facts: { clusterNames: ok(['llm-train']), runningClusters: { 'llm-train': denied('sagemaker:DescribeCluster') } },
    unevaluated: [{ cluster: 'llm-train', level: 'recommended', action: 'sagemaker:DescribeCluster' }],
  },
]);
