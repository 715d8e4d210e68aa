import { expect } from 'vitest';
import check from '../../../shared/core/checks/update-alarms.ts';
import { denied, ok } from '../healthy.ts';
import { planOfGroups } from '../plans.ts';
import { table } from '../table.ts';

const deployment = (...names: readonly string[]) => ({
  DeploymentConfig: { AutoRollbackConfiguration: names.map((AlarmName) => ({ AlarmName })) },
});
const scheduled = (...names: readonly string[]) => ({
  ScheduledUpdateConfig: { ScheduleExpression: 'cron(0 6 ? * SUN *)', ...deployment(...names) },
});

table(check, [
  { name: 'does not apply without alarms' },
  {
    name: 'an alarm that exists',
    plan: planOfGroups(scheduled('node errors')),
    facts: { alarms: ok(['node errors']) },
    findings: [{ status: 'pass', level: 'recommended', group: 'workers', resource: 'node errors' }],
  },
  {
    name: 'one of two does not exist',
    plan: planOfGroups(scheduled('node errors', 'gone')),
    facts: { alarms: ok(['node errors']) },
    findings: [
      { status: 'pass', resource: 'node errors' },
      {
        status: 'fail',
        level: 'recommended',
        resource: 'gone',
        message: expect.stringContaining('does not exist in us-west-2'),
        remediation: { command: expect.stringMatching(/^aws cloudwatch describe-alarms /) },
      },
    ],
  },
  {
    name: 'alarms of patches count too, each once for a group',
    plan: planOfGroups({
      ...scheduled('gone'),
      AutoPatchConfig: { PatchingStrategy: 'WhenIdle', ...deployment('gone') },
    }),
    findings: [{ status: 'fail', resource: 'gone' }],
  },
  {
    name: 'denied: unevaluated, with the action',
    plan: planOfGroups(scheduled('node errors')),
    facts: { alarms: denied('cloudwatch:DescribeAlarms') },
    unevaluated: [{ level: 'recommended', group: 'workers', resource: 'node errors', action: 'cloudwatch:DescribeAlarms' }],
  },
]);
