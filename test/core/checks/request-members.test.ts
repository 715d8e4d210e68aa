import check from '../../../shared/core/checks/request-members.ts';
import { plan, planned } from '../healthy.ts';
import { table } from '../table.ts';

table(check, [
  { name: 'does not apply where every member is known', findings: [] },
  {
    name: 'does not evaluate what is unknown',
    plan: plan(planned({ unknownParts: ['InstanceGroups[0].DrainMode', 'Placement'] })),
    unevaluated: [
      {
        level: 'recommended',
        resource: 'InstanceGroups[0].DrainMode',
        reason: 'this version does not know InstanceGroups[0].DrainMode. Update the auditor',
      },
      { level: 'recommended', resource: 'Placement' },
    ],
  },
]);
