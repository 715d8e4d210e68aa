/** The auditor about itself: a topic of its own, and an alarm for every way in which it could fall silent. */
import { Aws, Duration, Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type MetricName, namespace } from '../../functions/runtime/metrics.ts';
import { longestGapMinutes } from '../../shared/core/events/schedule.ts';
import type { Plan } from '../../shared/core/plan/plan.ts';
import { regionsOf } from '../../shared/core/plan/regions.ts';
import { installedCommand } from '../../shared/core/text/own-command.ts';
import { twoGaps } from './alarm-window.ts';
import type { FunctionName } from './functions.ts';

export interface OperationsProps {
  readonly plan: Plan;
  readonly undelivered: IQueue;
}

interface AlarmOptions {
  readonly metric: IMetric;
  readonly says: string;
  readonly above?: number;
  readonly periods?: number;
  /** So many of the periods; default: each. */
  readonly datapoints?: number;
  /** Without data the alarm keeps its last state. */
  readonly lasting?: true;
  /** Fewer than this, or no data at all, is alarming. */
  readonly below?: number;
}

/** A metric of the auditor's own; by region where the audits are. */
export const own = (name: MetricName, statistic: string, period: Duration, region?: string): Metric =>
  new Metric({ namespace, metricName: name, statistic, period, ...(region !== undefined && { dimensionsMap: { Region: region } }) });

const fiveMinutes = Duration.minutes(5);
/** What sweeps say, which come every five minutes: each stretch holds two at least, so that no alarm comes and goes between them. */
const overSweeps = Duration.minutes(15);

export class Operations extends Construct {
  readonly topic: Topic;
  readonly alarms: Alarm[] = [];
  private readonly plan: Plan;

  constructor(scope: Construct, id: string, { plan, undelivered }: OperationsProps) {
    super(scope, id);
    this.plan = plan;
    // In the clear: CloudWatch cannot publish to a topic under SNS's own key, and alarms name nothing but the auditor's parts.
    this.topic = new Topic(this, 'Topic', { displayName: 'HyperPod auditor operations', enforceSSL: true });
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'Alarms',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    );
    for (const address of plan.alerts.email ?? [])
      this.topic.addSubscription(new EmailSubscription(address, { deadLetterQueue: undelivered }));
  }

  /** A command that asks this deployment: alarms are read elsewhere than where it was deployed from. */
  private command(name: string, options = ''): string {
    const { stackName, region } = Stack.of(this);
    return `${installedCommand} ${name} --stack ${stackName} --home ${region}${options === '' ? '' : ` ${options}`}`;
  }

  private watch(id: string, { metric, says, above = 0, periods = 1, datapoints, lasting, below }: AlarmOptions): void {
    const missing = lasting ? TreatMissingData.IGNORE : TreatMissingData.NOT_BREACHING;
    const alarm = new Alarm(this, id, {
      alarmDescription: says,
      metric,
      threshold: below ?? above,
      comparisonOperator: below === undefined ? ComparisonOperator.GREATER_THAN_THRESHOLD : ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: periods,
      datapointsToAlarm: datapoints,
      treatMissingData: below === undefined ? missing : TreatMissingData.BREACHING,
    });
    const action = new SnsAction(this.topic);
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
    this.alarms.push(alarm);
  }

  watchDeadLetters(queues: { readonly [name: string]: IQueue }): void {
    for (const [name, queue] of Object.entries(queues))
      this.watch(`${name}DeadLetters`, {
        metric: queue.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum', period: fiveMinutes }),
        // SQS counts a queue for six hours after it was last touched; the messages are there for longer.
        lasting: true,
        says: `Something could not be done and lies in the dead-letter queue ${name}: look at its messages and at the functions' logs.`,
      });
  }

  watchFunctions(functions: ReadonlyMap<FunctionName, LambdaFunction>): void {
    for (const [name, of] of functions) {
      this.watch(`${name}Errors`, {
        metric: of.metricErrors({ statistic: 'Sum', period: fiveMinutes }),
        says: `The function ${name} failed: its log says why.`,
      });
      this.watch(`${name}Throttles`, {
        metric: of.metricThrottles({ statistic: 'Sum', period: fiveMinutes }),
        says: `The function ${name} was throttled: the account has too few concurrent executions.`,
        periods: 3,
      });
    }
    const notify = functions.get('notify');
    if (notify)
      this.watch('StreamAge', {
        metric: notify.metric('IteratorAge', { statistic: 'Maximum', period: fiveMinutes }),
        // Half an hour, of the day that a stream keeps.
        above: 30 * 60_000,
        says: 'Commits wait for half an hour to be published: notify is too slow or fails repeatedly.',
      });
  }

  /** Audits that stop, and audits that cannot see. False where the schedule is silent for longer than an alarm looks back. */
  watchAudits(): boolean {
    const gap = longestGapMinutes(this.plan.schedule);
    const window = gap === undefined ? undefined : twoGaps(gap);
    const regions: readonly (string | undefined)[] = regionsOf(this.plan) ?? [undefined];
    for (const region of regions) {
      const where = region === undefined ? 'any region' : region;
      const suffix = region === undefined ? '' : `-${region}`;
      if (window)
        this.watch(`NoAudits${suffix}`, {
          metric: own('AuditsCompleted', 'Sum', Duration.seconds(window.periodSeconds), region),
          below: 1,
          periods: window.periods,
          says: `No audit of ${where} was completed for two periods of the schedule: what is shown of it is old. \`${this.command('readiness')}\` shows the last ones.`,
        });
      const { periodSeconds, periods } = window ?? { periodSeconds: 86_400, periods: 1 };
      this.watch(`Unevaluated${suffix}`, {
        metric: own('UnevaluatedRequired', 'Maximum', Duration.seconds(periodSeconds), region),
        periods,
        // Between two audits there may be stretches without one.
        datapoints: Math.min(2, periods),
        says: `Two audits of ${where} in a row did not evaluate required checks. \`${this.command('coverage', `--level required${region === undefined ? '' : ` --region ${region}`}`)}\` shows which, and what access is missing.`,
      });
    }
    return window !== undefined;
  }

  /** Alerts that do not arrive. */
  watchAlerts(topics: { readonly [name: string]: ITopic }): void {
    this.watch('AlertsPending', {
      metric: own('PendingSeconds', 'Maximum', overSweeps),
      above: 15 * 60,
      says: 'An alert waits for more than 15 minutes to be published.',
    });
    // Sweeps come every ten minutes: an hour without their metric is an hour without a sweep.
    this.watch('NoSweeps', {
      metric: own('PendingCommits', 'SampleCount', Duration.hours(1)),
      below: 1,
      says: 'No sweep for pending alerts ran for an hour: dispatch does not run.',
    });
    this.watch('RoutesBroken', {
      metric: own('RoutesBroken', 'Maximum', overSweeps),
      says: `A planned route of alerts was never confirmed or is gone, so it carries no alerts. \`${this.command('readiness')}\` says which, and how to fix it.`,
    });
    for (const [name, topic] of Object.entries(topics))
      this.watch(`${name}Failed`, {
        metric: topic.metricNumberOfNotificationsFailed({ statistic: 'Sum', period: fiveMinutes }),
        says: `SNS could not deliver messages of the topic ${name}.`,
      });
  }
}
