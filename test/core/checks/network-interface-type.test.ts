import check from '../../../shared/core/checks/network-interface-type.ts';
import { denied } from '../healthy.ts';
import { planOfGroups } from '../plans.ts';
import { table } from '../table.ts';

const NetworkInterface = { InterfaceType: 'efa-only' };

table(check, [
  { name: 'does not apply without an interface type', findings: [] },
  {
    name: 'does not apply to a type that this version does not know',
    plan: planOfGroups({ NetworkInterface: { InterfaceType: 'ena-express' } }),
    findings: [],
  },
  { name: 'passes on a type with EFA', plan: planOfGroups({ NetworkInterface }), findings: [{ status: 'pass', group: 'workers' }] },
  {
    name: 'fails on a type without',
    plan: planOfGroups({ InstanceType: 'ml.m5.xlarge', NetworkInterface }),
    findings: [{ status: 'fail', level: 'required' }],
    says: ['ml.m5.xlarge has no EFA'],
  },
  {
    name: 'does not evaluate an unknown instance type',
    plan: planOfGroups({ InstanceType: 'ml.z9.xlarge', NetworkInterface }),
    unevaluated: [{ level: 'required' }],
  },
  {
    name: 'does not evaluate types that could not be read',
    plan: planOfGroups({ NetworkInterface }),
    facts: { instanceTypes: denied('ec2:DescribeInstanceTypes') },
    unevaluated: [{ action: 'ec2:DescribeInstanceTypes' }],
  },
]);
