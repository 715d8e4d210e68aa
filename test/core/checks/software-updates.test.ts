import check from '../../../shared/core/checks/software-updates.ts';
import { planOfGroups } from '../plans.ts';
import { table } from '../table.ts';

const ScheduleExpression = 'cron(0 6 ? * SUN *)';
const batches = (Value: number, Type = 'CAPACITY_PERCENTAGE') => ({ RollingUpdatePolicy: { MaximumBatchSize: { Type, Value } } });
const scheduled = (expression: string, DeploymentConfig?: object) =>
  planOfGroups({ ScheduledUpdateConfig: { ScheduleExpression: expression, DeploymentConfig } });
const failed = (resource: string) => [{ status: 'fail', level: 'recommended', group: 'workers', resource }] as const;
const passed = [{ status: 'pass', group: 'workers' }] as const;

table(check, [
  { name: 'does not apply without either', findings: [] },
  { name: 'passes a cron schedule', plan: scheduled(ScheduleExpression), findings: passed },
  { name: 'passes 100 percent', plan: scheduled(ScheduleExpression, batches(100)), findings: passed },
  { name: 'passes 101 nodes', plan: scheduled(ScheduleExpression, batches(101, 'INSTANCE_COUNT')), findings: passed },
  { name: 'fails for a rate', plan: scheduled('rate(1 day)'), findings: failed('ScheduledUpdateConfig'), says: ['rate(1 day)'] },
  ...['cron(00 06 1 */2 ? 2027)', 'cron(0 23 ? 1 7L *)', 'cron(0 6 ? * 1#3 *)'].map((expression) => ({
    name: `passes ${expression}`,
    plan: scheduled(expression),
    findings: passed,
  })),
  ...['cron(x)', 'cron(0 6 * * SUN)', 'cron(60 6 ? * SUN *)', 'cron(0 6 ? * MON-FRI *)', 'cron(0 6 ? * SUN *) '].map((expression) => ({
    name: `fails for "${expression}"`,
    plan: scheduled(expression),
    findings: failed('ScheduledUpdateConfig'),
    says: [`"${expression}"`, 'according to AWS documentation'],
  })),
  {
    name: 'fails above 100 percent',
    plan: scheduled(ScheduleExpression, batches(101)),
    findings: failed('ScheduledUpdateConfig'),
    says: ['MaximumBatchSize is 101 percent'],
  },
  {
    name: 'fails for a rollback above 100 percent',
    plan: scheduled(ScheduleExpression, {
      RollingUpdatePolicy: {
        MaximumBatchSize: { Type: 'INSTANCE_COUNT', Value: 1 },
        RollbackMaximumBatchSize: { Type: 'CAPACITY_PERCENTAGE', Value: 200 },
      },
    }),
    findings: failed('ScheduledUpdateConfig'),
    says: ['RollbackMaximumBatchSize is 200 percent'],
  },
  {
    name: 'passes patches when idle',
    plan: planOfGroups({ AutoPatchConfig: { PatchingStrategy: 'WhenIdle', IdleWaitWindowInSeconds: 3600 } }),
    findings: passed,
  },
  {
    name: 'passes a drain policy with DrainFirst',
    plan: planOfGroups({ AutoPatchConfig: { PatchingStrategy: 'DrainFirst', DrainPolicy: {} } }),
    findings: passed,
  },
  {
    name: 'fails for a drain policy with another strategy',
    plan: planOfGroups({ AutoPatchConfig: { PatchingStrategy: 'WhenIdle', DrainPolicy: {} } }),
    findings: failed('AutoPatchConfig'),
    says: ['DrainPolicy'],
  },
  {
    name: 'fails for a wait window with DrainFirst',
    plan: planOfGroups({ AutoPatchConfig: { PatchingStrategy: 'DrainFirst', IdleWaitWindowInSeconds: 3600 } }),
    findings: failed('AutoPatchConfig'),
    says: ['IdleWaitWindowInSeconds'],
  },
  {
    name: 'fails for batches of patches',
    plan: planOfGroups({ AutoPatchConfig: { PatchingStrategy: 'WhenIdle', DeploymentConfig: batches(150) } }),
    findings: failed('AutoPatchConfig'),
  },
]);
