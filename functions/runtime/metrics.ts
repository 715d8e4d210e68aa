/**
 * Metrics as CloudWatch takes them from a log: one JSON line says which of its own members are values (embedded metric
 * format). Each has its price, by region and month, so only those that operators act on are by region, and none is by
 * account: a thousand accounts would be eighteen thousand metrics.
 */
export const namespace = 'HyperpodAuditor';

const regional = {
  /** A repeated or outdated audit counts as well: the region was audited. */
  AuditsCompleted: 'Count',
  /** Required checks of resources that an audit did not evaluate. */
  UnevaluatedRequired: 'Count',
  /** Clusters by what an audit made of them; only where there are any. */
  ClustersBlocked: 'Count',
  ClustersUnknown: 'Count',
  ClustersAtRisk: 'Count',
  ClustersReady: 'Count',
  /** What is left of quotas and of free addresses, the least of a region, in percent of the need. Below 0 it is short. */
  QuotaHeadroom: 'Percent',
  AddressHeadroom: 'Percent',
} as const;

/** For one region these are in the log, with their audit. */
const overAll = {
  AuditDuration: 'Milliseconds',
  /** Calls to AWS of one audit. */
  Calls: 'Count',
  AuditsRequested: 'Count',
  /** Messages that the topics accepted. */
  AlertsPublished: 'Count',
  /** Commits that are still to be published, and how long the oldest waits. */
  PendingCommits: 'Count',
  PendingSeconds: 'Seconds',
  /** Planned routes that are pending or gone. */
  RoutesBroken: 'Count',
} as const;

const units = { ...regional, ...overAll };

export type MetricName = keyof typeof units;
export const metricNames = Object.keys(units) as readonly MetricName[];

export type Metrics = { readonly [name in MetricName]?: number };

/**
 * One line of metrics: over all, or of one region. `properties` are added for queries of the log and are no
 * dimensions.
 */
export function metricLine(
  metrics: Metrics,
  of: { readonly at: Date; readonly region?: string; readonly properties?: Readonly<Record<string, unknown>> },
): string {
  const { at, region, properties } = of;
  const names = Object.keys(metrics) as readonly MetricName[];
  const byRegion = (name: MetricName): boolean => region !== undefined && name in regional;
  const directive = (Dimensions: readonly (readonly string[])[], some: readonly MetricName[]) =>
    some.length === 0 ? [] : [{ Namespace: namespace, Dimensions, Metrics: some.map((Name) => ({ Name, Unit: units[Name] })) }];
  return JSON.stringify({
    _aws: {
      Timestamp: at.getTime(),
      CloudWatchMetrics: [
        // Over all as well: an alarm for a plan that names no region has only that to look at.
        ...directive([['Region'], []], names.filter(byRegion)),
        ...directive(
          [[]],
          names.filter((name) => !byRegion(name)),
        ),
      ],
    },
    ...properties,
    Region: region,
    ...metrics,
  });
}
