import check from '../../../shared/core/checks/node-recovery.ts';
import { onEks } from '../healthy.ts';
import { planOf } from '../plans.ts';
import { table } from '../table.ts';

table(check, [
  { name: 'does not apply where the request leaves it out', findings: [] },
  { name: 'passes with Automatic', plan: planOf({ NodeRecovery: 'Automatic' }), findings: [{ status: 'pass' }] },
  {
    name: 'fails with None',
    plan: planOf({ NodeRecovery: 'None' }),
    findings: [{ status: 'fail', level: 'recommended', resource: 'NodeRecovery' }],
  },
  {
    name: 'leaves None with autoscaling to autoscaling-settings',
    plan: planOf({ ...onEks, AutoScaling: { Mode: 'Enable' }, NodeRecovery: 'None' }),
    findings: [],
  },
]);
