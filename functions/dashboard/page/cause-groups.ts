/** Findings by cluster and cause, the worst first, so that one cause is one row however many resources it fails. Pure. */
import { levels } from '../../../shared/core/evaluation/finding.ts';
import type { FindingView } from '../../../shared/query/findings.ts';

/** Findings of a cluster with the same cause; at least one. */
export interface CauseGroup {
  readonly key: string;
  readonly first: FindingView;
  readonly findings: readonly FindingView[];
}

/** The causes of one cluster, or of a region for what belongs to none. */
export interface ClusterFindings {
  readonly key: string;
  readonly first: FindingView;
  readonly causes: readonly CauseGroup[];
}

/** Open failures by level, then what is muted, then what passes. */
export const urgencyOf = ({ open, status, level }: Pick<FindingView, 'open' | 'status' | 'level'>): number =>
  levels.indexOf(level) + (open ? 0 : status === 'fail' ? levels.length : 2 * levels.length);

const clusterKey = (f: FindingView): string => JSON.stringify([f.account, f.region, f.cluster]);

/** One check on several resources is one cause; so are several checks that the same command fixes. */
function causesOf(findings: readonly FindingView[]): readonly CauseGroup[] {
  const byCommand = new Map<string, string>();
  const groups = Map.groupBy(findings, (f) => {
    const own = JSON.stringify([urgencyOf(f), f.check]);
    const command = f.status === 'fail' ? f.remediation?.command : undefined;
    if (command === undefined) return own;
    const key = byCommand.get(`${urgencyOf(f)} ${command}`) ?? own;
    byCommand.set(`${urgencyOf(f)} ${command}`, key);
    return key;
  });
  return [...groups].flatMap(([key, of]) => (of[0] ? [{ key, first: of[0], findings: of }] : []));
}

const openOf = ({ causes }: ClusterFindings, level: FindingView['level']): number =>
  causes.reduce((n, { findings }) => n + findings.filter((f) => f.open && f.level === level).length, 0);

const compareClusters = (a: ClusterFindings, b: ClusterFindings): number =>
  levels.map((level) => openOf(b, level) - openOf(a, level)).find((difference) => difference !== 0) ?? 0;

/** Clusters with the most required failures first; in a cluster the strongest level first. */
export function byClusterAndCause(findings: readonly FindingView[]): readonly ClusterFindings[] {
  const sorted = findings.toSorted((a, b) => urgencyOf(a) - urgencyOf(b));
  return [...Map.groupBy(sorted, clusterKey)]
    .flatMap(([key, of]): ClusterFindings[] => (of[0] ? [{ key, first: of[0], causes: causesOf(of) }] : []))
    .toSorted(compareClusters);
}

/** `3 required, 1 recommended`: how many open failures a cluster has of each level. */
export const openWords = (group: ClusterFindings): string =>
  levels
    .map((level) => [openOf(group, level), level] as const)
    .filter(([n]) => n > 0)
    .map(([n, level]) => `${n.toLocaleString('en-US')} ${level}`)
    .join(', ');
