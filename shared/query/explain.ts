/** `GET /explain`: why a cluster failed or is degraded, by what AWS reported, the last audit and the log. */
import * as z from 'zod/mini';
import type { ClusterReport } from '../aws/findings/cluster-reports.ts';
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
import type { RegionState } from '../core/history/log.ts';
import { resultOf } from '../core/history/state-result.ts';
import { cursorAt, pageOf, positionIn } from './page.ts';
import { defaultPage, type ParameterValues, paging, parameter } from './parameters.ts';
import { fewPlaces, placeKeys } from './places.ts';
import { clusterPosition } from './positions.ts';
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
export type ExplainedFailureView = ExplainedClusterView['failures'][number];

export const explainParameters = { account: parameter.account, region: parameter.region, cluster: parameter.cluster, ...paging } as const;
type ExplainQuery = ParameterValues<typeof explainParameters>;

const mostFailing = 5;

const findingView = ({ id, level: own, resource, message, remediation }: Finding) => ({
  id,
  level: own,
  resource,
  message,
  ...(remediation && { remediation }),
});

const checkView = ({
  check,
  now = 'not applicable',
  before,
  failing,
  reasons,
}: ExplainedCheck): ExplainedFailureView['checks'][number] => ({
  check,
  now,
  ...(before && { before }),
  failing: failing.slice(0, mostFailing).map(findingView),
  ...(failing.length > mostFailing && { more: failing.length - mostFailing }),
  reasons,
});

const failureView = ({ of, checks, ...failure }: ExplainedFailure): readonly ExplainedFailureView[] =>
  of === 'message' ? [] : [{ ...failure, of, checks: checks.map(checkView) }];

/** A region: its last audit, and what was stored at a time, read once for all of its clusters. */
interface RegionHistory {
  readonly state: RegionState;
  readonly now: RegionResult;
  /** `undefined`: that time is not stored. */
  readonly at: (moment: string) => Promise<RegionResult | undefined>;
}

function historyOf(region: RegionKey, state: RegionState, { table }: QueryPorts): RegionHistory {
  const read = new Map<string, Promise<RegionResult | undefined>>();
  const stored = async (moment: string) => {
    const then = await table.stateAt(region, moment);
    return 'seq' in then ? resultOf(then, region.region) : undefined;
  };
  const at = (moment: string) => {
    const known = read.get(moment) ?? stored(moment);
    read.set(moment, known);
    return known;
  };
  return { state, now: resultOf(state, region.region), at };
}

/** A cluster that is known in a region, with what AWS reported of it, if anything. */
interface KnownCluster {
  readonly cluster: string;
  readonly report?: ClusterReport;
}

/** The cluster that is asked for, where it is known; else all of which AWS reported something, by name. */
async function clustersIn(region: RegionKey, asked: ExplainQuery, { table, reader }: QueryPorts): Promise<readonly KnownCluster[]> {
  const reports = await table.clusterReports(region, asked.cluster);
  const found = reports.map((report): KnownCluster => ({ cluster: report.cluster, report }));
  if (asked.cluster === undefined || found.length > 0) return found.toSorted((a, b) => (a.cluster < b.cluster ? -1 : 1));
  const entry = await reader.region(region);
  return entry?.clusters.some((c) => c.cluster === asked.cluster) ? [{ cluster: asked.cluster }] : [];
}

async function explained(
  region: RegionKey,
  { cluster, report }: KnownCluster,
  { state, now, at }: RegionHistory,
): Promise<ExplainedClusterView> {
  const readiness = state.readiness.get(cluster);
  const failures = report ? failuresOf(report) : [];
  const before = new Map(await Promise.all(timesNeeded(failures).map(async (moment) => [moment, await at(moment)] as const)));
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

const path = '/explain';
const orderOfCluster = ({ account, region }: RegionKey, cluster: string): string => `${account}#${region}#${cluster}`;

export const explain = question({
  name: 'explain',
  path,
  summary: 'Why clusters failed or are degraded',
  description:
    'FailureMessage and Error events of a cluster, each with the checks that evaluate its cause, their results now and when it was first reported, and the fix. Without `cluster`: every cluster of which AWS reported a failure in the last 35 days, also those that are gone. By account, region and name. Of at most 40 regions at once: where there are more, name an account.',
  parameters: explainParameters,
  result: () => pageOf(explainedCluster()),
  async ask(asked, ports) {
    const { limit = defaultPage } = asked;
    const after = positionIn(path, asked, clusterPosition(asked));
    const { places, scanned } = await fewPlaces(asked, ports.reader);
    const items: ExplainedClusterView[] = [];
    const page = { keys: [...placeKeys(asked), ...(asked.cluster === undefined ? [] : ['cluster'])] };
    let read = scanned;
    for (const place of places) {
      const clusters = await clustersIn(place, asked, ports);
      read += clusters.length;
      const left = clusters.filter(({ cluster }) => after === undefined || orderOfCluster(place, cluster) > after);
      const state = left.length > 0 ? await ports.table.currentState(place) : undefined;
      if (!state) continue;
      const history = historyOf(place, state, ports);
      for (const known of left) {
        const last = items.at(-1);
        if (items.length === limit && last)
          return { items, ...page, ...cursorAt(path, asked, orderOfCluster(last, last.cluster)), scanned: read };
        items.push(await explained(place, known, history));
      }
    }
    return { items, ...page, scanned: read };
  },
});
