import check from '../../../shared/core/checks/instance-groups.ts';
import { groupRequest, onEks, plan, running, withRunning } from '../healthy.ts';
import { planOf } from '../plans.ts';
import { table } from '../table.ts';

const groups = (count: number) => Array.from({ length: count }, (_, i) => groupRequest({ InstanceGroupName: `g${i}` }));

table(check, [
  { name: 'does not apply to a cluster that only runs', plan: { ...plan(), clusters: [] }, facts: withRunning(running()), findings: [] },
  { name: 'passes one group', findings: [{ status: 'pass', need: 1, have: 100 }] },
  { name: 'passes 100 groups on Slurm', plan: planOf({ InstanceGroups: groups(100) }), findings: [{ status: 'pass' }] },
  {
    name: 'passes 20 groups on EKS',
    plan: planOf({ ...onEks, InstanceGroups: groups(20) }),
    findings: [{ status: 'pass', need: 20, have: 20 }],
  },
  {
    name: 'recommends fewer than 21 on EKS',
    plan: planOf({ ...onEks, InstanceGroups: groups(21) }),
    findings: [{ status: 'fail', level: 'recommended', need: 21, have: 20 }],
  },
  {
    name: 'counts restricted groups',
    plan: planOf({ ...onEks, InstanceGroups: groups(20), RestrictedInstanceGroups: [groupRequest({ InstanceGroupName: 'rig' })] }),
    findings: [{ status: 'fail' }],
  },
  {
    name: 'is never READY without a group',
    plan: planOf({ InstanceGroups: undefined }),
    findings: [{ status: 'fail', level: 'recommended', resource: 'InstanceGroups' }],
    says: ['0 instance groups'],
  },
]);
