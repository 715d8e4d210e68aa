import { expect, test } from 'vitest';
import check from '../../../shared/core/checks/region-enabled.ts';
import { evaluate } from '../../../shared/core/evaluation/evaluate.ts';
import { broken, denied, ok, plan, quota, region, running, snapshot, withRunning } from '../healthy.ts';
import { table } from '../table.ts';

const none = { ...plan(), clusters: [] };
const rows = (...names: string[]) => ({ quotas: { sagemaker: ok(names.map((n) => quota('sagemaker', `L-${n}`, n, 0))) } });

table(check, [
  { name: 'passes at the healthy default', findings: [{ status: 'pass', level: 'required', resource: region }] },
  { name: 'passes where the account opted in', facts: { regionOptIn: ok('opted-in') }, findings: [{ status: 'pass' }], says: ['opted-in'] },
  {
    name: 'fails where it has not, whatever else cannot be read',
    facts: { regionOptIn: ok('not-opted-in'), quotas: { sagemaker: broken() } },
    findings: [
      {
        status: 'fail',
        level: 'required',
        remediation: { command: 'aws account enable-region --region-name us-west-2 --region us-east-1', console: expect.any(String) },
      },
    ],
  },
  {
    name: 'warns of a region that is off and that no cluster is planned for',
    plan: none,
    facts: { regionOptIn: ok('not-opted-in') },
    findings: [{ status: 'fail', level: 'recommended' }],
  },
  { name: 'has nothing to say of a region that is on and without clusters', plan: none, facts: rows(), findings: [] },
  { name: 'applies to a region where a cluster runs', plan: none, facts: withRunning(running()), findings: [{ status: 'pass' }] },
  {
    name: 'fails where no type is listed for cluster usage: HyperPod is not offered',
    facts: rows('ml.p5.48xlarge for training job usage', 'Total number of instances allowed across SageMaker HyperPod clusters'),
    findings: [{ status: 'fail', level: 'required', remediation: { text: expect.any(String) } }],
    says: ['not offered'],
  },
  { name: 'one row is enough, be it Spot', facts: rows('ml.p5.48xlarge for cluster spot instance usage'), findings: [{ status: 'pass' }] },
  {
    name: 'the opt-in status denied: unevaluated',
    facts: { regionOptIn: denied('ec2:DescribeRegions') },
    unevaluated: [{ level: 'required', resource: region, action: 'ec2:DescribeRegions' }],
  },
  {
    name: 'the opt-in status denied where nothing is planned: only recommended',
    plan: none,
    facts: { regionOptIn: denied('ec2:DescribeRegions') },
    unevaluated: [{ level: 'recommended' }],
  },
  {
    name: 'quotas denied: unevaluated',
    facts: { quotas: { sagemaker: denied('servicequotas:ListServiceQuotas') } },
    unevaluated: [{ level: 'required', resource: region, action: 'servicequotas:ListServiceQuotas' }],
  },
]);

test('other partitions get no line for an endpoint that they do not have', () => {
  const result = evaluate(plan(), { ...snapshot({ regionOptIn: ok('not-opted-in') }), partition: 'aws-cn' }, [check]);
  expect(result.findings[0]?.remediation).toEqual({ text: expect.stringContaining('us-west-2') });
});
