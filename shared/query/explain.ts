/** `GET /explain`: why a cluster failed or is degraded, by what AWS reported, the last audit and the log. */
import * as z from 'zod/mini';
import type { RegionKey } from '../aws/findings/keys.ts';
import type { Finding, RegionResult } from '../core/evaluation/finding.ts';
import {
  type ExplainedCheck,
  type ExplainedFailure,
  explainFailures,
  failuresOf,
  passedChecks,
  timesNeeded,
} from '../core/explain/explain-cluster.ts';
import { resultOf } from '../core/history/state-result.ts';
import { pageOf } from './page.ts';
import { type ParameterValues, parameter, required } from './parameters.ts';
import type { QueryPorts } from './query-sources.ts';
import { question } from './question.ts';
import { level, list, place, readinessState, time } from './response-schemas.ts';

const checkStatus = z.enum(['fail', 'not evaluated', 'pass', 'not applicable']);

const failingFinding = () =>
  z.object({
    id: z.string(),
    level,
    resource: z.string(),
    message: z.string(),
    remediation: z.optional(z.object({ text: z.string(), command: z.optional(z.string()), console: z.optional(z.string()) })),
  });

const explainedCheck = () =>
  z.object({
    check: z.string(),
    /** By the last audit. */
    now: checkStatus,
    /** When the failure was first reported; absent where that time is not stored. */
    before: z.optional(checkStatus),
    /** The first findings that fail now. */
    failing: list(failingFinding()),
    /** How many more fail. */
    more: z.optional(z.int().check(z.gte(1))),
    /** Why it was not evaluated. */
    reasons: list(z.string()),
  });

export const explainedCluster = () =>
  z.object({
    ...place,
    cluster: z.string(),
    /** Readiness by the last audit; absent where that does not know the cluster. */
    state: z.optional(readinessState),
    /** When the facts of the last audit were read. */
    factsAt: time,
    /** ClusterStatus when the failures were reported. */
    status: z.optional(z.string()),
    /** When the facts were read that first reported exactly these failures. */
    reportedAt: z.optional(time),
    /** The oldest first; what has no time is last. */
    failures: list(
      z.object({
        of: z.enum(['event', 'cluster', 'autoscaling']),
        from: z.optional(time),
        to: z.optional(time),
        times: z.int(),
        group: z.optional(z.string()),
        nodes: list(z.string()),
        text: z.string(),
        cause: z.optional(z.string()),
        /** Absent: a message that this version does not know. */
        explanation: z.optional(
          z.object({ meaning: z.string(), otherwise: z.string(), source: z.string(), isGeneral: z.optional(z.literal(true)) }),
        ),
        checks: list(explainedCheck()),
      }),
    ),
    /** Older events of the last seven days were not read. */
    partial: z.optional(z.literal(true)),
    /** Why events, or the causes of some, could not be read. */
    unread: z.optional(z.string()),
    /** Checks of this cluster that pass by the last audit. */
    passed: list(z.string()),
  });
export type ExplainedClusterView = z.output<ReturnType<typeof explainedCluster>>;
type FailureView = ExplainedClusterView['failures'][number];

export const explainParameters = {
  account: required(parameter.account),
  region: required(parameter.region),
  cluster: required(parameter.cluster),
} as const;

const mostFailing = 5;

const findingView = ({ id, level: own, resource, message, remediation }: Finding) => ({
  id,
  level: own,
  resource,
  message,
  ...(remediation && { remediation }),
});

const checkView = ({ check, now = 'not applicable', before, failing, reasons }: ExplainedCheck): FailureView['checks'][number] => ({
  check,
  now,
  ...(before && { before }),
  failing: failing.slice(0, mostFailing).map(findingView),
  ...(failing.length > mostFailing && { more: failing.length - mostFailing }),
  reasons,
});

const failureView = ({ of, checks, ...failure }: ExplainedFailure): readonly FailureView[] =>
  of === 'message' ? [] : [{ ...failure, of, checks: checks.map(checkView) }];

/** What was stored at each time; a time that is not stored has nothing. */
async function resultsAt(region: RegionKey, times: readonly string[], { table }: QueryPorts): Promise<ReadonlyMap<string, RegionResult>> {
  const states = await Promise.all(times.map(async (moment) => ({ moment, state: await table.stateAt(region, moment) })));
  return new Map(states.flatMap(({ moment, state }) => ('seq' in state ? [[moment, resultOf(state, region.region)] as const] : [])));
}

async function explained({ cluster, ...region }: ParameterValues<typeof explainParameters>, ports: QueryPorts) {
  const [state, report] = await Promise.all([ports.table.currentState(region), ports.table.clusterReport(region, cluster)]);
  if (!state) return undefined;
  const now = resultOf(state, region.region);
  const readiness = state.readiness.get(cluster);
  if (!readiness && !report) return undefined;
  const failures = report ? failuresOf(report) : [];
  const before = await resultsAt(region, timesNeeded(failures), ports);
  const unread = report?.unread ?? report?.causesUnread;
  return {
    ...region,
    cluster,
    ...(readiness && { state: readiness.state }),
    factsAt: state.audit.factsAt,
    ...(report?.status !== undefined && { status: report.status }),
    ...(report && { reportedAt: report.factsAt }),
    failures: explainFailures({ cluster, failures, now, at: (moment) => before.get(moment) }).flatMap(failureView),
    ...(report?.partial && { partial: report.partial }),
    ...(unread !== undefined && { unread }),
    passed: passedChecks(now, cluster),
  };
}

export const explain = question({
  name: 'explain',
  path: '/explain',
  summary: 'Why a cluster failed or is degraded',
  description:
    'FailureMessage and Error events of the cluster, each with the checks that evaluate its cause, their results now and when it was first reported, and the fix. One item; none where the cluster is not known. Reports are stored for 35 days. The key is `account`, `region` and `cluster`.',
  parameters: explainParameters,
  result: () => pageOf(explainedCluster()),
  async ask(asked, ports) {
    const item = await explained(asked, ports);
    return { items: item ? [item] : [], scanned: item ? 1 : 0, keys: ['account', 'region', 'cluster'] };
  },
});
