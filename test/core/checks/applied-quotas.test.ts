import { expect } from 'vitest';
import check from '../../../shared/core/checks/applied-quotas.ts';
import type { QuotaRequest } from '../../../shared/core/evaluation/facts.ts';
import { broken, denied, groupRequest, ok, plan, quota, running, runningGroup, withRunning } from '../healthy.ts';
import { planOf } from '../plans.ts';
import { table } from '../table.ts';

const none = { ...plan(), clusters: [] };
const p4d = 'ml.p4d.24xlarge for cluster usage';
const rows = (...of: [string, number | undefined, object?][]) => ({
  quotas: { sagemaker: ok(of.map(([name, applied, more]) => quota('sagemaker', `L-${name}`, name, 0, { applied, ...more }))) },
});
const requests = (...of: Partial<QuotaRequest>[]) => ({
  quotaRequests: {
    sagemaker: ok(
      of.map((r) => ({
        service: 'sagemaker',
        code: `L-${p4d}`,
        name: p4d,
        desired: 32,
        status: 'CASE_OPENED' as const,
        created: '2026-11-01T00:00:00Z',
        ...r,
      })),
    ),
  },
});
const perCluster = 'Maximum number instances allowed per SageMaker HyperPod cluster';

table(check, [
  {
    name: 'watches what is raised and what the plan uses, in the order of the names',
    facts: rows(
      [p4d, 16],
      ['ml.p5.48xlarge for cluster usage', 0],
      ['ml.g5.xlarge for cluster usage', 0],
      [perCluster, 20, { default: 20 }],
    ),
    findings: [
      { status: 'pass', level: 'recommended', resource: perCluster, have: 20, watched: 'value=20' },
      { resource: p4d, watched: 'value=16' },
      { resource: 'ml.p5.48xlarge for cluster usage', watched: 'value=0' },
    ],
  },
  {
    name: 'without clusters only what is raised or asked for: by request, with its status',
    plan: none,
    facts: { ...rows([p4d, 0], ['ml.g5.xlarge for cluster usage', 0], [perCluster, 20, { default: 20 }]), ...requests({ caseId: '17' }) },
    findings: [{ resource: p4d, have: 0, watched: 'value=0 request=CASE_OPENED:32' }],
    says: ['32 requested on 2026-11-01 (CASE_OPENED, case 17)'],
  },
  {
    name: 'the newest request counts, in whatever order they come',
    plan: none,
    facts: {
      ...rows([p4d, 16]),
      ...requests(
        { desired: 64, status: 'DENIED', created: '2026-11-10T00:00:00Z', updated: '2026-11-11T00:00:00Z' },
        { desired: 48, created: '2026-11-10T00:00:00Z', updated: '2026-11-12T00:00:00Z' },
        { desired: 16, status: 'APPROVED' },
      ),
    },
    findings: [{ watched: 'value=16 request=CASE_OPENED:48' }],
  },
  {
    name: 'other quotas of SageMaker are none of ours',
    plan: none,
    facts: rows(['ml.p5.48xlarge for training job usage', 8], ['Number of training plans per Region', 99]),
    findings: [],
  },
  {
    name: 'the default where nothing is applied',
    facts: rows(['ml.p5.48xlarge for cluster usage', undefined, { default: 3 }]),
    findings: [{ watched: 'value=3' }],
  },
  {
    name: 'what a running cluster uses: Spot, volumes, restricted groups, a flexible group, the misnamed row',
    plan: none,
    facts: {
      ...withRunning(
        running({ groups: [runningGroup({ spot: true, types: ['ml.r7i.12xlarge', 'ml.g5.xlarge'], volumesGb: [], restricted: true })] }),
      ),
      ...rows(
        ['ml.g5.xlarge for cluster usage', 0],
        ['ml.g5.xlarge for cluster spot instance usage', 0],
        ['cluster-ml-r7i-12xlarge for cluster spot instance usage', 0],
        ['Total number of Spot instances allowed across SageMaker HyperPod clusters', 0],
        ['Total number of instances allowed across SageMaker HyperPod clusters', 0],
        ['Maximum size of EBS volume in GB for a SageMaker HyperPod cluster instance', 0],
        ['Maximum total FSx Lustre capacity in TiB across SageMaker HyperPod restricted instance groups', 0],
      ),
    },
    findings: [
      { resource: 'Maximum total FSx Lustre capacity in TiB across SageMaker HyperPod restricted instance groups' },
      { resource: 'Total number of Spot instances allowed across SageMaker HyperPod clusters' },
      { resource: 'cluster-ml-r7i-12xlarge for cluster spot instance usage' },
      { resource: 'ml.g5.xlarge for cluster spot instance usage' },
    ],
  },
  {
    name: 'volumes of the plan',
    plan: planOf({ InstanceGroups: [groupRequest({ InstanceType: 'ml.g5.xlarge' })] }),
    facts: rows(['Maximum size of EBS volume in GB for a SageMaker HyperPod cluster instance', 0]),
    findings: [{ watched: 'value=0' }],
  },
  {
    name: 'a used row without a value is unevaluated, the others are not',
    facts: rows([p4d, 16], ['ml.p5.48xlarge for cluster usage', undefined, { default: undefined, error: 'DEPENDENCY_THROTTLING_ERROR' }]),
    findings: [{ resource: p4d }],
    unevaluated: [{ level: 'recommended', resource: 'ml.p5.48xlarge for cluster usage', reason: expect.stringContaining('THROTTLING') }],
  },
  {
    name: 'requests denied: nothing is reported of any quota',
    facts: { quotaRequests: { sagemaker: denied('servicequotas:ListRequestedServiceQuotaChangeHistory') } },
    unevaluated: [{ level: 'recommended', action: 'servicequotas:ListRequestedServiceQuotaChangeHistory' }],
  },
  {
    name: 'quotas unreadable',
    facts: { quotas: { sagemaker: broken() } },
    unevaluated: [{ check: 'applied-quotas', level: 'recommended' }],
  },
  {
    name: 'a running cluster unread: what it uses is unknown, the rest is reported',
    plan: none,
    facts: { ...rows([p4d, 16]), clusterNames: ok(['b']), runningClusters: { b: denied('sagemaker:DescribeCluster') } },
    findings: [{ resource: p4d }],
    unevaluated: [{ action: 'sagemaker:DescribeCluster' }],
  },
  {
    name: 'clusters not listed',
    plan: none,
    facts: { ...rows([p4d, 16]), clusterNames: denied('sagemaker:ListClusters') },
    findings: [{ resource: p4d }],
    unevaluated: [{ action: 'sagemaker:ListClusters' }],
  },
]);
