import { clusterCheck, fail, pass } from '../evaluation/check.ts';
import { requireValue } from '../evaluation/facts.ts';
import { rollbackAlarms } from '../plan/provisioning.ts';
import { aws } from '../text/command-line.ts';
import { consolePage } from '../text/console-links.ts';

export default clusterCheck({
  id: 'update-alarms',
  level: 'recommended',
  title: 'The CloudWatch alarms that stop an update exist',
  rationale:
    'HyperPod rolls an update back when an alarm of AutoRollbackConfiguration goes off. An alarm that does not exist has no effect.',
  applies: 'groups of planned clusters with AutoRollbackConfiguration in ScheduledUpdateConfig or AutoPatchConfig',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeploymentConfiguration.html',
  needs: ['alarms'],
  *cases(context, { plan }) {
    const { facts, region } = context;
    for (const { group, alarm } of plan ? rollbackAlarms(plan.request) : [])
      yield {
        group,
        resource: alarm,
        evaluate: () => {
          if (requireValue(facts.alarms).includes(alarm)) return pass(`CloudWatch alarm ${alarm} of group ${group} exists.`);
          return fail(`CloudWatch alarm ${alarm} in AutoRollbackConfiguration of group ${group} does not exist in ${region}.`, {
            text: 'Create the alarm, or correct AlarmName.',
            command: aws(['cloudwatch', 'describe-alarms'], {
              'alarm-types': ['MetricAlarm', 'CompositeAlarm'],
              query: '[MetricAlarms,CompositeAlarms][].AlarmName',
              region,
            }),
            console: consolePage(context)`cloudwatch/home?region=${region}`,
          });
        },
      };
  },
});
