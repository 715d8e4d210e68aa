/** What an operator looks at: readiness, coverage, durations and calls by region, and how the auditor itself is. */
import { Duration } from 'aws-cdk-lib';
import { AlarmStatusWidget, Dashboard, GraphWidget, type IAlarm, type IMetric, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type MetricName, namespace } from '../functions/metrics.ts';
import type { FunctionName } from './functions.ts';
import { own } from './operations.construct.ts';

export interface OverviewProps {
  readonly functions: ReadonlyMap<FunctionName, LambdaFunction>;
  readonly queue: IQueue;
  readonly dead: readonly IQueue[];
  readonly alarms: readonly IAlarm[];
}

const hour = Duration.hours(1);

/** One line for each region there is, whatever the plan names. */
const byRegion = (name: MetricName, statistic: string): IMetric =>
  new MathExpression({
    expression: `SEARCH('{${namespace},Region} MetricName="${name}"', '${statistic}', 3600)`,
    usingMetrics: {},
    label: '',
    period: hour,
  });

export class Overview extends Construct {
  constructor(scope: Construct, id: string, { functions, queue, dead, alarms }: OverviewProps) {
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
          regions('Coverage: required cases that could not be judged', 'UnevaluatedRequired', 'Maximum'),
          regions('Completed audits an hour', 'AuditsCompleted', 'Sum'),
        ],
        [regions('Duration of an audit', 'AuditDuration', 'p90'), regions('Calls to AWS of an audit', 'Calls', 'Average')],
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
          graph(
            'Cost: seconds that functions ran',
            all.map((f) => f.metricDuration({ statistic: 'Sum', period: hour })),
          ),
        ],
      ],
    });
    dashboard.node.addDependency(...alarms);
  }
}
