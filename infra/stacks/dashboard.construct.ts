/** What an operator looks at: readiness, headroom, coverage, durations and calls by region, how the auditor itself is, and what it costs. */
import { Duration } from 'aws-cdk-lib';
import { AlarmStatusWidget, Dashboard, GraphWidget, type IAlarm, type IMetric, MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type MetricName, namespace } from '../../functions/runtime/metrics.ts';
import { indexes } from '../../shared/aws/findings/keys.ts';
import { prices, pricesOf } from '../cost/prices.ts';
import { type FunctionName, functionSizes } from './functions.ts';
import { own } from './operations.construct.ts';

export interface OverviewProps {
  readonly functions: ReadonlyMap<FunctionName, LambdaFunction>;
  readonly tableName: string;
  readonly queue: IQueue;
  readonly dead: readonly IQueue[];
  readonly alarms: readonly IAlarm[];
}

const hour = Duration.hours(1);

/** One line for each region there is, named in the plan or not. */
const byRegion = (name: MetricName, statistic: string): IMetric =>
  new MathExpression({
    expression: `SEARCH('{${namespace},Region} MetricName="${name}"', '${statistic}', 3600)`,
    usingMetrics: {},
    label: '',
    period: hour,
  });

/** From an hour to a month, and from prices of a million to those of one. */
const scale = '*730/1000000';

/** What the functions cost a month if every hour were like this one: time by memory, and calls. */
function functionsCost(functions: OverviewProps['functions']): IMetric {
  const used = [...functions].map(([name, of]) => ({
    name,
    // Durations come in milliseconds.
    factor: (functionSizes[name].memoryMb / 1024 / 1000) * prices.lambdaGbSeconds.usd,
    duration: of.metricDuration({ statistic: 'Sum', period: hour }),
    calls: of.metricInvocations({ statistic: 'Sum', period: hour }),
  }));
  const terms = used.map((u) => `FILL(${u.name}Time,0)*${u.factor.toFixed(8)}+FILL(${u.name}Calls,0)*${prices.lambdaRequests.usd}`);
  return new MathExpression({
    expression: `(${terms.join('+')})${scale}`,
    usingMetrics: Object.fromEntries(
      used.flatMap((u) => [
        [`${u.name}Time`, u.duration],
        [`${u.name}Calls`, u.calls],
      ]),
    ),
    label: 'Lambda',
    period: hour,
  });
}

/** What reads and writes of the table and its indexes cost a month if every hour were like this one. */
function tableCost(tableName: string): IMetric {
  const units = [
    { of: 'Write', price: prices.dynamoWriteUnits.usd },
    { of: 'Read', price: prices.dynamoReadUnits.usd },
  ].flatMap(({ of, price }) =>
    [undefined, ...Object.values(indexes)].map((index) => ({
      id: `${of.toLowerCase()}${index ?? 'table'}`,
      price,
      metric: new Metric({
        namespace: 'AWS/DynamoDB',
        metricName: `Consumed${of}CapacityUnits`,
        dimensionsMap: { TableName: tableName, ...(index !== undefined && { GlobalSecondaryIndexName: index }) },
        statistic: 'Sum',
        period: hour,
      }),
    })),
  );
  return new MathExpression({
    expression: `(${units.map((u) => `FILL(${u.id},0)*${u.price}`).join('+')})${scale}`,
    usingMetrics: Object.fromEntries(units.map((u) => [u.id, u.metric])),
    label: 'DynamoDB',
    period: hour,
  });
}

export class Overview extends Construct {
  readonly dashboardName: string;

  constructor(scope: Construct, id: string, { functions, tableName, queue, dead, alarms }: OverviewProps) {
    super(scope, id);
    const all = [...functions.values()];
    const graph = (title: string, left: readonly IMetric[]) => new GraphWidget({ title, width: 12, height: 6, left: [...left] });
    const regions = (title: string, name: MetricName, statistic: string) => graph(title, [byRegion(name, statistic)]);
    const dashboard = new Dashboard(this, 'Dashboard', {
      widgets: [
        [new AlarmStatusWidget({ title: 'The auditor itself', width: 24, height: 4, alarms: [...alarms] })],
        [regions('Clusters BLOCKED', 'ClustersBlocked', 'Maximum'), regions('Clusters UNKNOWN', 'ClustersUnknown', 'Maximum')],
        [regions('Clusters AT_RISK', 'ClustersAtRisk', 'Maximum'), regions('Clusters READY', 'ClustersReady', 'Maximum')],
        [
          regions('Least headroom of quotas, % of the need (below 0: short)', 'QuotaHeadroom', 'Minimum'),
          regions('Least headroom of free addresses, % of the need (below 0: short)', 'AddressHeadroom', 'Minimum'),
        ],
        [
          regions('Coverage: required cases that were not evaluated', 'UnevaluatedRequired', 'Maximum'),
          regions('Completed audits an hour', 'AuditsCompleted', 'Sum'),
        ],
        [
          graph('Duration of an audit', [
            own('AuditDuration', 'p50', hour),
            own('AuditDuration', 'p90', hour),
            own('AuditDuration', 'Maximum', hour),
          ]),
          graph('Calls to AWS of an audit', [own('Calls', 'Average', hour), own('Calls', 'Maximum', hour)]),
        ],
        [
          graph('Alerts', [
            own('AlertsPublished', 'Sum', hour),
            own('PendingCommits', 'Maximum', hour),
            own('RoutesBroken', 'Maximum', hour),
          ]),
          graph('Queue and dead letters', [
            queue.metricApproximateNumberOfMessagesVisible({ label: 'audits waiting' }),
            ...dead.map((d) => d.metricApproximateNumberOfMessagesVisible({ label: d.node.path.split('/').slice(-2).join(' ') })),
          ]),
        ],
        [
          graph(
            'Errors',
            all.map((f) => f.metricErrors({ statistic: 'Sum', period: hour })),
          ),
          new GraphWidget({
            title: `Estimated dollars a month at each hour's rate (list prices of us-east-1, ${pricesOf.asOf})`,
            width: 12,
            height: 6,
            left: [functionsCost(functions), tableCost(tableName)],
            stacked: true,
          }),
        ],
      ],
    });
    dashboard.node.addDependency(...alarms);
    this.dashboardName = dashboard.dashboardName;
  }
}
