import check from '../../../shared/core/checks/request-members.ts';
import { groupRequest, plan, planned, running, withRunning } from '../healthy.ts';
import { planOf, planOfGroups } from '../plans.ts';
import { table } from '../table.ts';

table(check, [
  { name: 'does not apply where every member is known', findings: [] },
  {
    name: 'does not evaluate what is unknown',
    plan: plan(planned({ unknownParts: ['InstanceGroups[0].DrainMode', 'Placement'] })),
    unevaluated: [
      { level: 'recommended', resource: 'InstanceGroups[0].DrainMode', reason: 'InstanceGroups[0].DrainMode is unknown to this version' },
      { level: 'recommended', resource: 'Placement' },
    ],
  },
  {
    name: 'does not evaluate an accounting database',
    plan: planOf({
      Orchestrator: {
        Slurm: { AccountingDatabase: { Endpoint: 'db.example.com', SecretArn: 'arn:aws:secretsmanager:us-west-2:111122223333:secret:s' } },
      },
    }),
    unevaluated: [{ resource: 'arn:aws:secretsmanager:us-west-2:111122223333:secret:s' }],
  },
  {
    name: 'what a running cluster uses was accepted',
    plan: planOfGroups({ ImageId: 'ami-0123456789abcdef0' }),
    facts: withRunning(running({ request: { ClusterName: 'llm-train', InstanceGroups: [groupRequest()] } })),
    findings: [],
  },
]);
