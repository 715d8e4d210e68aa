/**
 * The auditor about itself: a topic of its own, and an alarm for every cause of which it could fall silent. Alarms are charged
 * by the metrics they look at, so there is one for each kind and none for each region: its message names the command that
 * shows where. https://aws.amazon.com/cloudwatch/pricing/
 */
import { Aws, Duration, Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, MathExpression, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct, type IConstruct } from 'constructs';
import { type MetricName, namespaceOf } from '../../functions/runtime/metrics.ts';
import type { Plan } from '../../shared/core/plan/plan.ts';
import { installedCommand } from '../../shared/core/text/own-command.ts';
import type { FunctionName } from './functions.ts';

export interface OperationsProps {
  readonly plan: Plan;
  readonly undelivered: IQueue;
  /** The key of the plan. */
  readonly key?: IKey;
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
  /** Its end says nothing, and is not sent. */
  readonly silentEnd?: true;
}

/** A metric of the auditor's own. */
export const own = (scope: IConstruct, name: MetricName, statistic: string, period: Duration): Metric =>
  new Metric({ namespace: namespaceOf(Stack.of(scope).stackName), metricName: name, statistic, period });

const fiveMinutes = Duration.minutes(5);
/** What sweeps say, which come every five minutes: each stretch holds two at least, so that no alarm comes and goes between them. */
const overSweeps = Duration.minutes(15);

/**
 * 1 where the queue has data and no sweep ran. An alarm that took missing data for a breach would ring from the moment it is made,
 * before the first sweep. The queue's own metric begins with Lambda's polling and does not end. FILL gives the other one 0 where
 * it has no data; where it has none at all, the comparison counts what is missing as 0. A sweep counts a thousand: the queue has one
 * sample a minute. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html#metric-math-syntax-functions-list
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html#metric-math-syntax-operators
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
 */
const withoutSweep = (queue: IQueue): IMetric =>
  new MathExpression({
    expression: 'FILL(sweeps, 0) * 1000 < queue',
    usingMetrics: {
      sweeps: own(queue, 'PendingSeconds', 'SampleCount', overSweeps),
      queue: queue.metricApproximateNumberOfMessagesVisible({ statistic: 'SampleCount', period: overSweeps }),
    },
    label: 'stretches without a sweep',
    period: overSweeps,
  });

export class Operations extends Construct {
  readonly topic: Topic;
  readonly alarms: Alarm[] = [];

  constructor(scope: Construct, id: string, { plan, undelivered, key }: OperationsProps) {
    super(scope, id);
    // Without a key of the plan in the clear: CloudWatch cannot publish to a topic under SNS's own key, and alarms name nothing but the
    // auditor's parts. https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
    this.topic = new Topic(this, 'Topic', { displayName: 'HyperPod auditor operations', enforceSSL: true, masterKey: key });
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
    return `${installedCommand} ${name} --stack ${stackName} --stack-region ${region}${options === '' ? '' : ` ${options}`}`;
  }

  private watch(id: string, { metric, says, above = 0, periods = 1, datapoints, lasting, silentEnd }: AlarmOptions): void {
    const alarm = new Alarm(this, id, {
      alarmDescription: says,
      metric,
      threshold: above,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: periods,
      datapointsToAlarm: datapoints,
      treatMissingData: lasting ? TreatMissingData.IGNORE : TreatMissingData.NOT_BREACHING,
    });
    const action = new SnsAction(this.topic);
    alarm.addAlarmAction(action);
    if (!silentEnd) alarm.addOkAction(action);
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

  /** Audits that stop, and audits that lose what they could read before. */
  watchAudits(): void {
    this.watch('RegionsLate', {
      // An hour of sweeps looks at every account once. The hour before counts too, or the alarm would end with each hour.
      metric: own(this, 'RegionsLate', 'Sum', Duration.hours(1)),
      periods: 2,
      datapoints: 1,
      says: `Audits of some accounts or regions have stopped: the last one of each is older than two periods of the schedule, and what is shown of it is old. \`${this.command('readiness')}\` lists these first.`,
    });
    this.watch('CoverageLost', {
      metric: own(this, 'CoverageLost', 'Sum', Duration.hours(1)),
      // The metric comes once for each loss, and ends whether or not it is repaired.
      silentEnd: true,
      says: `Two audits in a row did not evaluate required checks that were evaluated before, or in a region that is new. \`${this.command('coverage', '--level required')}\` shows which, and what access is missing. This alarm ends by itself; the weekly digest shows what is still not evaluated.`,
    });
  }

  /** Alerts that do not arrive. */
  watchAlerts(queue: IQueue, topics: { readonly [name: string]: ITopic }): void {
    this.watch('AlertsPending', {
      metric: own(this, 'PendingSeconds', 'Maximum', overSweeps),
      above: 15 * 60,
      says: 'An alert waits for more than 15 minutes to be published.',
    });
    this.watch('NoSweeps', {
      metric: withoutSweep(queue),
      periods: 4,
      says: 'No sweep for pending alerts ran for an hour: dispatch does not run.',
    });
    this.watch('RoutesBroken', {
      metric: own(this, 'RoutesBroken', 'Maximum', overSweeps),
      says: `A planned route of alerts was never confirmed or is gone, so it carries no alerts. \`${this.command('readiness')}\` says which, and how to fix it.`,
    });
    for (const [name, topic] of Object.entries(topics))
      this.watch(`${name}Failed`, {
        metric: topic.metricNumberOfNotificationsFailed({ statistic: 'Sum', period: fiveMinutes }),
        says: `SNS could not deliver messages of the topic ${name}.`,
      });
  }
}
