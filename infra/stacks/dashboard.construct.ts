/** What an operator looks at: readiness, headroom, coverage, durations and calls by region, how the auditor itself is, and what it costs. */
import { Duration } from 'aws-cdk-lib';
import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IAlarm,
  type IMetric,
  LogQueryVisualizationType,
  LogQueryWidget,
  MathExpression,
  Metric,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { indexes } from '../../shared/aws/findings/keys.ts';
import { prices, pricesOf } from '../cost/prices.ts';
import { type FunctionName, functionSizes } from './functions.ts';
import { own } from './operations.construct.ts';

export interface OverviewProps {
  readonly functions: ReadonlyMap<FunctionName, LambdaFunction>;
  /** The log of the function audit. */
  readonly audits: ILogGroup;
  readonly tableName: string;
  readonly queue: IQueue;
  readonly dead: readonly IQueue[];
  readonly alarms: readonly IAlarm[];
}

const hour = Duration.hours(1);

/**
 * Queries of the audits' lines in the log, which cost by what they read when someone looks; custom metrics of each region would
 * cost by the month. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Stats.html
 */
const auditLines = 'filter message = "audited"';
const queries = {
  regions: [
    `${auditLines} and ispresent(unevaluated)`,
    `stats ${['blocked', 'unknown', 'atRisk', 'ready', 'unevaluated', 'quotaHeadroom', 'addressHeadroom'].map((f) => `latest(${f}) as ${f}_`).join(', ')}, count(*) as audits by account, region`,
    'sort blocked_ desc, unknown_ desc, unevaluated_ desc',
    'limit 200',
  ],
  durations: [auditLines, 'stats pct(durationMs, 50) as p50, pct(durationMs, 90) as p90, max(durationMs) as longest by bin(1h)'],
  calls: [auditLines, 'stats avg(calls) as average, max(calls) as most, count(*) as audits by bin(1h)'],
} as const;

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

  constructor(scope: Construct, id: string, { functions, audits, tableName, queue, dead, alarms }: OverviewProps) {
    super(scope, id);
    const all = [...functions.values()];
    const graph = (title: string, left: readonly IMetric[]) => new GraphWidget({ title, width: 12, height: 6, left: [...left] });
    const log = (title: string, queryLines: readonly string[], view: LogQueryVisualizationType, size = { width: 12, height: 6 }) =>
      new LogQueryWidget({ title, logGroupNames: [audits.logGroupName], queryLines: [...queryLines], view, ...size });
    const dashboard = new Dashboard(this, 'Dashboard', {
      widgets: [
        [new AlarmStatusWidget({ title: 'The auditor itself', width: 24, height: 4, alarms: [...alarms] })],
        [
          log(
            'Clusters by state, required checks not evaluated, and headroom in % of the need, as of the last audit of each region',
            queries.regions,
            LogQueryVisualizationType.TABLE,
            { width: 24, height: 10 },
          ),
        ],
        [
          log('Duration of an audit, ms', queries.durations, LogQueryVisualizationType.LINE),
          log('Calls to AWS of an audit, and audits an hour', queries.calls, LogQueryVisualizationType.LINE),
        ],
        [
          graph('Seconds that the oldest alert waits, broken routes, late regions, lost coverage', [
            own(this, 'PendingSeconds', 'Maximum', hour),
            own(this, 'RoutesBroken', 'Maximum', hour),
            own(this, 'RegionsLate', 'Sum', hour),
            own(this, 'CoverageLost', 'Sum', hour),
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
