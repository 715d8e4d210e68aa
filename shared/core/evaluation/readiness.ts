/** Readiness of a cluster, and the exit code of a whole result. Mutes never matter here: they hide, they do not heal. */
import { type Finding, findingId, type Level, type Readiness, type Result, type Unevaluated } from './finding.ts';

const ids = (of: readonly (Finding | Unevaluated)[]): string[] => of.map((x) => findingId(x));

/**
 * BLOCKED: a required check fails. UNKNOWN: none fails, but a required one was not evaluated. AT_RISK: only recommended
 * checks fail or were not evaluated, because a failure of yesterday must not become READY when it cannot be read today.
 * READY: all of these were evaluated and pass. Advice decides nothing. Results of the region (no cluster) count for each cluster.
 */
export function readinessOf(
  of: Omit<Readiness, 'state' | 'because'>,
  findings: readonly Finding[],
  rows: readonly Unevaluated[],
): Readiness {
  const mine = (x: { readonly cluster?: string }) => x.cluster === undefined || x.cluster === of.cluster;
  const failed = (level: Level) => findings.filter((f) => mine(f) && f.status === 'fail' && f.level === level);
  const blocking = failed('required');
  if (blocking.length > 0) return { ...of, state: 'BLOCKED', because: ids(blocking) };
  const notEvaluated = (level: Level) => rows.filter((r) => mine(r) && r.level === level);
  const unknown = notEvaluated('required');
  if (unknown.length > 0) return { ...of, state: 'UNKNOWN', because: ids(unknown) };
  const risky = [...failed('recommended'), ...notEvaluated('recommended')];
  if (risky.length > 0) return { ...of, state: 'AT_RISK', because: ids(risky) };
  return { ...of, state: 'READY', because: [] };
}

/**
 * 0: nothing required fails and all required was evaluated. 1: something required fails, or a planned region is not
 * enabled. 2: nothing fails, but something required is unevaluated, a region failed, or something that was selected has no
 * answer. (3, every other ending, is the command line's own.) A region that is neither planned nor enabled is ignored.
 */
export function exitCode(result: Result, plannedRegions: readonly string[]): 0 | 1 | 2 {
  const regions = result.accounts.flatMap((a) => a.regions);
  const fails = regions.some(
    (r) =>
      (r.state === 'not-enabled' && plannedRegions.includes(r.region)) ||
      r.findings.some((f) => f.status === 'fail' && f.level === 'required'),
  );
  if (fails) return 1;
  if (result.selection && result.selection.unanswered.length > 0) return 2;
  return regions.some((r) => r.state === 'failed' || r.coverage.unevaluated.some((u) => u.level === 'required')) ? 2 : 0;
}
