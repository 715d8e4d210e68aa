/** Reading quotas: by name, the applied value first; what is missing is unknown or not offered, never 0. */
import { describe, expect, test } from 'vitest';
import type { Quota, QuotaRequest } from '../../../shared/core/evaluation/facts.ts';
import {
  findQuota,
  isHyperPodQuota,
  isTypeQuota,
  quotaNames,
  quotaValue,
  raiseQuota,
  requestNote,
  requestsFor,
  typeQuotaName,
  typeQuotaNames,
} from '../../../shared/core/quotas/quotas.ts';
import { broken, denied, ok, quota } from '../healthy.ts';

const row = (more: Partial<Quota> = {}): Quota => ({ ...quota('sagemaker', 'L-1', 'ml.x.large for cluster usage', 8), ...more });

describe('names', () => {
  test('of a type, on-demand and Spot, as AWS writes them and as it once slipped', () => {
    expect(typeQuotaName('ml.p5.48xlarge', false)).toBe('ml.p5.48xlarge for cluster usage');
    expect(typeQuotaName('ml.p5.48xlarge', true)).toBe('ml.p5.48xlarge for cluster spot instance usage');
    expect(typeQuotaNames('ml.r7i.12xlarge', false)).toEqual([
      'ml.r7i.12xlarge for cluster usage',
      'cluster-ml-r7i-12xlarge for cluster usage',
    ]);
  });
  test.each([
    { name: 'ml.p5.48xlarge for cluster usage', type: true, hyperPod: true },
    { name: 'ml.p5.48xlarge for cluster spot instance usage', type: true, hyperPod: true },
    { name: 'cluster-ml-r7i-12xlarge for cluster usage', type: true, hyperPod: true },
    { name: 'ml.p5.48xlarge for training job usage', type: false, hyperPod: false },
    { name: 'ml.p5.48xlarge for cluster usage (old)', type: false, hyperPod: false },
    { name: 'Maximum number instances allowed per SageMaker HyperPod cluster', type: false, hyperPod: true },
    { name: 'Maximum number Spot instances allowed per SageMaker HyperPod cluster', type: false, hyperPod: true },
    { name: 'Total number of instances allowed across SageMaker HyperPod clusters', type: false, hyperPod: true },
    { name: 'Total number of Spot instances allowed across SageMaker HyperPod clusters', type: false, hyperPod: true },
    { name: 'Maximum size of EBS volume in GB for a SageMaker HyperPod cluster instance', type: false, hyperPod: true },
    {
      name: 'Maximum total FSx Lustre capacity in TiB across SageMaker HyperPod restricted instance groups',
      type: false,
      hyperPod: true,
    },
    { name: 'Number of training plans per Region', type: false, hyperPod: false },
    { name: 'Network interfaces per Region', type: false, hyperPod: false },
  ])('$name', ({ name, type, hyperPod }) => {
    expect([isTypeQuota(name), isHyperPodQuota(name)]).toEqual([type, hyperPod]);
  });
  test('of the quotas of other services', () => {
    expect([quotaNames.interfaces, quotaNames.vpcs, quotaNames.internetGateways, quotaNames.elasticIps]).toEqual([
      'Network interfaces per Region',
      'VPCs per Region',
      'Internet gateways per Region',
      'EC2-VPC Elastic IPs',
    ]);
  });
});

describe('the row of a quota', () => {
  const rows = [row({ name: 'a', code: 'L-a' }), row({ name: 'b', code: 'L-b' }), row({ name: 'a', code: 'L-a2' })];
  const quotas = { sagemaker: ok(rows), vpc: denied('servicequotas:ListServiceQuotas'), ec2: ok([]) };
  test.each([
    ['its name', ['a'], 'L-a'],
    ['the first name that has one', ['x', 'b', 'a'], 'L-b'],
    ['the order of the names, not of the rows', ['b', 'a'], 'L-b'],
    ['no name', ['x'], undefined],
    ['a name of every object', ['constructor'], undefined],
  ])('is found by %s', (_, names, code) => {
    expect(findQuota({ quotas }, 'sagemaker', names)?.code).toBe(code);
    // The second look is answered by what the first one learnt.
    expect(findQuota({ quotas }, 'sagemaker', names)?.code).toBe(code);
  });
  test('is missing where the service lists none', () => expect(findQuota({ quotas }, 'ec2', ['a'])).toBeUndefined());
  test('is unknown where the service was not read', () => {
    expect(() => findQuota({ quotas }, 'vpc', ['a'])).toThrow('access denied');
    expect(() => findQuota({ quotas }, 'eks', ['a'])).toThrow('quotas of eks was not read');
  });
});

describe('the value of a quota', () => {
  test.each<[string, Partial<Quota>, number]>([
    ['what is applied', { applied: 8, default: 0 }, 8],
    ['what is applied, be it 0', { applied: 0, default: 5 }, 0],
    ['the default where nothing is', { applied: undefined as never, default: 5 }, 5],
    ['a default of 0', { applied: undefined as never, default: 0 }, 0],
    ['what is applied, whatever else went wrong', { applied: 8, error: 'DEPENDENCY_SERVICE_ERROR' }, 8],
  ])('is %s', (_, more, value) => {
    expect(quotaValue(row(more))).toBe(value);
  });
  test.each<[string, Partial<Quota>, string]>([
    ['without any', { applied: undefined as never, default: undefined as never }, 'reports no value for "ml.x.large for cluster usage"'],
    [
      'with an error instead of it: the default need not hold',
      { applied: undefined as never, default: 5, error: 'SERVICE_QUOTA_NOT_AVAILABLE_ERROR' },
      'reports no value for "ml.x.large for cluster usage" (SERVICE_QUOTA_NOT_AVAILABLE_ERROR)',
    ],
  ])('is unknown %s', (_, more, reason) => {
    expect(() => quotaValue(row(more))).toThrow(reason);
  });
});

describe('requests beside a shortfall', () => {
  const asked = (more: Partial<QuotaRequest> = {}): QuotaRequest => ({
    service: 'sagemaker',
    code: 'L-1',
    name: row().name,
    desired: 64,
    status: 'CASE_OPENED',
    created: '2026-11-01T09:30:00.000Z',
    ...more,
  });
  const facts = (...requests: readonly QuotaRequest[]) => ({ quotaRequests: { sagemaker: ok(requests) } });

  test('are those for the quota, newest first, in one order however they came', () => {
    const all = [
      asked({ desired: 1 }),
      asked({ desired: 2, created: '2026-11-05T00:00:00.000Z' }),
      asked({ desired: 3, code: 'L-2' }),
      asked({ desired: 4, updated: '2026-11-02T00:00:00.000Z' }),
      asked({ desired: 5, updated: '2026-11-02T00:00:00.000Z', caseId: '17' }),
      asked({ desired: 6, status: 'DENIED' }),
    ];
    const order = (requests: readonly QuotaRequest[]) => requestsFor(facts(...requests), row()).map((r) => r.desired);
    expect(order(all)).toEqual(order(all.toReversed()));
    expect(order(all)[0]).toBe(2);
    expect(order(all).toSorted()).toEqual([1, 2, 4, 5, 6]);
    expect(order(all).indexOf(5)).toBeLessThan(order(all).indexOf(4));
  });
  test.each<[string, readonly QuotaRequest[], string]>([
    ['nothing without one', [], ''],
    ['nothing of another quota', [asked({ code: 'L-2' })], ''],
    ['an open one', [asked()], ' Increase to 64 requested on 2026-11-01 (CASE_OPENED).'],
    ['its case', [asked({ caseId: '17' })], ' Increase to 64 requested on 2026-11-01 (CASE_OPENED, case 17).'],
    ['a refusal', [asked({ status: 'DENIED' })], ' Increase to 64 requested on 2026-11-01 (DENIED).'],
    ['nothing of one that was granted: the value says it', [asked({ status: 'APPROVED' })], ''],
    [
      'the newest alone',
      [asked({ status: 'DENIED' }), asked({ desired: 32, created: '2026-11-09T00:00:00.000Z', status: 'PENDING' })],
      ' Increase to 32 requested on 2026-11-09 (PENDING).',
    ],
    [
      'nothing of a refusal before a grant',
      [asked({ status: 'DENIED' }), asked({ created: '2026-11-09T00:00:00.000Z', status: 'APPROVED' })],
      '',
    ],
  ])('say %s', (_, requests, says) => {
    expect(requestNote(facts(...requests), row())).toBe(says);
  });
  test('that were not read hide no shortfall', () => {
    const note = ' Increase requests could not be read.';
    expect(requestNote({ quotaRequests: { sagemaker: broken() } }, row())).toBe(note);
    expect(requestNote({ quotaRequests: {} }, row())).toBe(note);
    expect(() => requestsFor({ quotaRequests: { sagemaker: broken() } }, row())).toThrow('did not answer');
  });
});

test('the fix is a request with the real ids, or none where the quota cannot be raised', () => {
  expect(raiseQuota(row(), 64, 'eu-north-1')).toEqual({
    text: expect.stringContaining('"ml.x.large for cluster usage" to at least 64'),
    command:
      'aws service-quotas request-service-quota-increase --region eu-north-1 --service-code sagemaker --quota-code L-1 --desired-value 64',
    console: 'https://eu-north-1.console.aws.amazon.com/servicequotas/home/services/sagemaker/quotas/L-1',
  });
  expect(raiseQuota(row({ adjustable: false }), 64, 'eu-north-1')).toEqual({
    text: 'AWS does not raise "ml.x.large for cluster usage". Plan for no more than its value.',
  });
});
