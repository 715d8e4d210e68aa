import { expect } from 'vitest';
import check from '../../../shared/core/checks/volume-size-quota.ts';
import { broken, denied, groupRequest, ok, quota } from '../healthy.ts';
import { planOf } from '../plans.ts';
import { table } from '../table.ts';

const name = 'Maximum size of EBS volume in GB for a SageMaker HyperPod cluster instance';
const row = (value: number, more = {}) => quota('sagemaker', 'L-E13DF72A', name, value, more);
const sagemaker = (...rows: ReturnType<typeof row>[]) => ({ quotas: { sagemaker: ok(rows) } });
const volumes = (...gb: number[]) =>
  planOf({
    InstanceGroups: [groupRequest({ InstanceStorageConfigs: gb.map((VolumeSizeInGB) => ({ EbsVolumeConfig: { VolumeSizeInGB } })) })],
  });

table(check, [
  {
    name: 'passes at the healthy default',
    findings: [{ status: 'pass', level: 'required', have: 1024, need: 500, unit: 'GB', resource: name }],
  },
  { name: 'passes when the quota is exactly the need', facts: sagemaker(row(500)), findings: [{ status: 'pass', have: 500, need: 500 }] },
  {
    name: 'fails one GB below, with the request that would fix it',
    facts: sagemaker(row(499)),
    findings: [
      {
        status: 'fail',
        level: 'required',
        have: 499,
        need: 500,
        remediation: { command: expect.stringContaining('--quota-code L-E13DF72A --desired-value 500') },
      },
    ],
  },
  { name: 'takes the largest volume', plan: volumes(100, 2000, 300), findings: [{ status: 'fail', have: 1024, need: 2000 }] },
  { name: 'does not apply without a volume', plan: volumes(), findings: [] },
  {
    name: 'uses the default where nothing is applied',
    facts: sagemaker(row(0, { applied: undefined, default: 1024 })),
    findings: [{ status: 'pass', have: 1024 }],
  },
  {
    name: 'a missing row is another sentence than a value of 0',
    facts: sagemaker(),
    findings: [{ status: 'fail', need: 500 }],
    says: ['does not offer it in this region'],
  },
  {
    name: 'an open request stands beside the shortfall',
    facts: {
      ...sagemaker(row(0)),
      quotaRequests: {
        sagemaker: ok([
          {
            service: 'sagemaker',
            code: 'L-E13DF72A',
            name,
            desired: 1024,
            status: 'CASE_OPENED',
            caseId: '17',
            created: '2026-11-01T00:00:00Z',
          },
        ]),
      },
    },
    findings: [{ status: 'fail', have: 0 }],
    says: ['Increase to 1024 requested on 2026-11-01 (CASE_OPENED, case 17).'],
  },
  {
    name: 'unreadable requests do not hide the shortfall',
    facts: { ...sagemaker(row(0)), quotaRequests: { sagemaker: denied('x') } },
    findings: [{ status: 'fail', have: 0 }],
  },
  {
    name: 'a row with an error is unknown, never 0',
    facts: sagemaker(row(0, { applied: undefined, default: undefined, error: 'DEPENDENCY_THROTTLING_ERROR' })),
    unevaluated: [
      { level: 'required', cluster: 'llm-train', resource: name, reason: expect.stringContaining('DEPENDENCY_THROTTLING_ERROR') },
    ],
  },
  {
    name: 'quotas denied: unevaluated, with the action',
    facts: { quotas: { sagemaker: denied('servicequotas:ListServiceQuotas') } },
    unevaluated: [{ check: 'volume-size-quota', cluster: 'llm-train', action: 'servicequotas:ListServiceQuotas' }],
  },
  {
    name: 'quotas unreadable: unevaluated',
    facts: { quotas: { sagemaker: broken() } },
    unevaluated: [{ reason: 'the service did not answer in time' }],
  },
]);
