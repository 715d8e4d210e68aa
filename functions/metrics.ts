/**
 * Metrics as CloudWatch takes them from a log: one JSON line says which of its own members are values (embedded metric
 * format). By region and not by account: a thousand accounts would be eighteen thousand metrics, each with its price.
 */
export const namespace = 'HyperpodAuditor';

const units = {
  /** By region. A repeated or outdated audit counts as well: the region was looked at. */
  AuditsCompleted: 'Count',
  /** By region. */
  AuditDuration: 'Milliseconds',
  /** By region: calls to AWS of one audit. */
  Calls: 'Count',
  /** By region: required cases that an audit could not judge. */
  UnevaluatedRequired: 'Count',
  /** By region: clusters by what an audit made of them. */
  ClustersBlocked: 'Count',
  ClustersUnknown: 'Count',
  ClustersAtRisk: 'Count',
  ClustersReady: 'Count',
  /** By region: what is left of quotas and of free addresses, the least of a region, in percent of the need. Below 0 it is short. */
  QuotaHeadroom: 'Percent',
  AddressHeadroom: 'Percent',
  AuditsRequested: 'Count',
  /** Messages that the topics accepted. */
  AlertsPublished: 'Count',
  /** Commits that should have been told and could not be, and how long the oldest waits. */
  PendingCommits: 'Count',
  PendingSeconds: 'Seconds',
  /** Planned routes that are pending or gone. */
  RoutesBroken: 'Count',
} as const;

export type MetricName = keyof typeof units;
export const metricNames = Object.keys(units) as readonly MetricName[];

export type Metrics = { readonly [name in MetricName]?: number };

/**
 * One line of metrics: over all, or of one region. `properties` stand beside them for queries of the log and are no
 * dimensions.
 */
export function metricLine(
  metrics: Metrics,
  of: { readonly at: Date; readonly region?: string; readonly properties?: Readonly<Record<string, unknown>> },
): string {
  const { at, region, properties } = of;
  return JSON.stringify({
    _aws: {
      Timestamp: at.getTime(),
      CloudWatchMetrics: [
        {
          Namespace: namespace,
          // Of a region, and over all: an alarm for a plan that names no region has only the latter to look at.
          Dimensions: region === undefined ? [[]] : [['Region'], []],
          Metrics: Object.keys(metrics).map((Name) => ({ Name, Unit: units[Name as MetricName] })),
        },
      ],
    },
    ...properties,
    ...(region !== undefined && { Region: region }),
    ...metrics,
  });
}
