import check from '../../../shared/core/checks/health-checks.ts';
import { denied } from '../healthy.ts';
import { planOfGroups } from '../plans.ts';
import { table } from '../table.ts';

const OnStartDeepHealthChecks = ['InstanceStress', 'InstanceConnectivity'];

table(check, [
  { name: 'does not apply without deep health checks', findings: [] },
  {
    name: 'passes on GPUs',
    plan: planOfGroups({ OnStartDeepHealthChecks }),
    findings: [{ status: 'pass', group: 'workers' }],
    says: ['InstanceStress and InstanceConnectivity'],
  },
  {
    name: 'fails on a type without accelerators',
    plan: planOfGroups({ InstanceType: 'ml.m5.xlarge', OnStartDeepHealthChecks }),
    findings: [{ status: 'fail', level: 'required' }],
    says: ['ml.m5.xlarge has no GPU or Trainium'],
  },
  {
    name: 'fails if one type of a flexible group has none',
    plan: planOfGroups({
      InstanceType: undefined,
      InstanceRequirements: { InstanceTypes: ['ml.p5.48xlarge', 'ml.m5.xlarge'] },
      OnStartDeepHealthChecks,
    }),
    findings: [{ status: 'fail' }],
  },
  {
    name: 'fails for a check that is named twice, whatever the types',
    plan: planOfGroups({ OnStartDeepHealthChecks: ['InstanceStress', 'InstanceConnectivity', 'InstanceStress'] }),
    facts: { instanceTypes: denied('ec2:DescribeInstanceTypes') },
    findings: [{ status: 'fail', level: 'required', group: 'workers', resource: 'OnStartDeepHealthChecks' }],
    says: ['names InstanceStress more than once', 'according to AWS documentation'],
  },
  {
    name: 'does not evaluate an unknown type',
    plan: planOfGroups({ InstanceType: 'ml.z9.xlarge', OnStartDeepHealthChecks }),
    unevaluated: [{ reason: 'instance type ml.z9.xlarge is unknown in this region' }],
  },
  {
    name: 'does not evaluate types that could not be read',
    plan: planOfGroups({ OnStartDeepHealthChecks }),
    facts: { instanceTypes: denied('ec2:DescribeInstanceTypes') },
    unevaluated: [{ level: 'required', action: 'ec2:DescribeInstanceTypes' }],
  },
]);
