/**
 * Metrics as CloudWatch takes them from a log: one JSON line says which of its own members are values (embedded metric
 * format). Each has its price by the month, so there are only those that an alarm watches, and none has a dimension:
 * a metric for each region or account would cost as much again for each of them. Everything else is in the log, which
 * the dashboard queries.
 */
import { defaultDeploymentName } from '../../shared/core/plan/plan.ts';

const defaultNamespace = 'HyperpodAuditor';

/** Namespace of a deployment, which has its own where it has a name: two in an account and region would add up. */
export const namespaceOf = (stack: string): string => (stack === defaultDeploymentName ? defaultNamespace : stack);

const units = {
  /** Accounts and regions whose audits have stopped. */
  RegionsLate: 'Count',
  /**
   * Required checks of an audit that it and the one before could not evaluate, and the one before that could. Sent only
   * where there are any, so what is not evaluated for good is counted once.
   */
  CoverageLost: 'Count',
  /** How long the oldest commit waits that is still to be published; 0 where there is none. Each sweep sends it. */
  PendingSeconds: 'Seconds',
  /** Planned routes that are pending or gone. */
  RoutesBroken: 'Count',
} as const;

export type MetricName = keyof typeof units;
export const metricNames = Object.keys(units) as readonly MetricName[];

export type Metrics = { readonly [name in MetricName]?: number };

/** One line of metrics. `properties` are added for queries of the log and are no dimensions. */
export function metricLine(
  metrics: Metrics,
  { at, properties }: { readonly at: Date; readonly properties?: Readonly<Record<string, unknown>> },
): string {
  return JSON.stringify({
    _aws: {
      Timestamp: at.getTime(),
      CloudWatchMetrics: [
        {
          Namespace: process.env.METRICS_NAMESPACE ?? defaultNamespace,
          Dimensions: [[]],
          Metrics: (Object.keys(metrics) as MetricName[]).map((Name) => ({ Name, Unit: units[Name] })),
        },
      ],
    },
    ...properties,
    ...metrics,
  });
}
