import type { CfnAlarm } from 'aws-cdk-lib/aws-cloudwatch';

/**
 * What MiniStack's CloudFormation cannot make. The context flag `emulator=true` leaves exactly these out of the stack,
 * so that everything else is deployed there as it is deployed to AWS.
 */
export const lackingOnEmulator: { readonly [type: string]: string } = {
  'AWS::Events::EventBusPolicy': 'no policies of event buses, so no other account could forward its events',
  'AWS::Chatbot::MicrosoftTeamsChannelConfiguration': 'no chat service; the topic that it listens to is there',
  'AWS::Chatbot::SlackChannelConfiguration': 'no chat service; the topic that it listens to is there',
};

/** MiniStack has no metric math: there an alarm over an expression becomes one over the first metric of it. */
export function withoutMetricMath(alarm: CfnAlarm): void {
  const queries = Array.isArray(alarm.metrics) ? (alarm.metrics as readonly CfnAlarm.MetricDataQueryProperty[]) : [];
  const stat = queries.map((query) => query.metricStat).find((found) => found !== undefined) as CfnAlarm.MetricStatProperty | undefined;
  if (!stat) return;
  const { namespace, metricName, dimensions } = stat.metric as CfnAlarm.MetricProperty;
  Object.assign(alarm, { metrics: undefined, namespace, metricName, dimensions, period: stat.period, statistic: stat.stat });
}
