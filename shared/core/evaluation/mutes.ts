/** Mutes: what someone decided not to hear of, until a date. They hide from alerts and lists; readiness and exit code never see them. */

import type { Mute } from '../plan/plan.ts';
import type { Finding, RegionResult } from './finding.ts';

/** Whether text matches a pattern in which `*` stands for any text, none included. Everything else is literal. */
export function matchesPattern(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first) || text.length < first.length + last.length || !text.endsWith(last)) return false;
  let from = first.length;
  const end = text.length - last.length;
  for (const part of rest) {
    const found = text.indexOf(part, from);
    if (found < 0 || found + part.length > end) return false;
    from = found + part.length;
  }
  return true;
}

/** A mute that names no cluster is for all findings, one that names a cluster only for findings of a cluster. */
const matchesOptional = (pattern: string | undefined, text: string | undefined): boolean =>
  pattern === undefined || (text !== undefined && matchesPattern(pattern, text));

/** Whether a mute still holds at a UTC time: to 23:59:59 of its last day. */
export const isInForce = (mute: Mute, at: string): boolean => at.slice(0, 10) <= mute.until;

/** Whether a mute, in force or not, names a finding. */
export const muteMatches = (mute: Mute, finding: Finding, place: { readonly account: string; readonly region: string }): boolean =>
  matchesPattern(mute.check, finding.check) &&
  matchesOptional(mute.cluster, finding.cluster) &&
  matchesOptional(mute.resource, finding.resource) &&
  matchesOptional(mute.region, place.region) &&
  matchesOptional(mute.account, place.account);

/** The result with `muted` on every finding that a mute in force at `at` (UTC) names; of several, the one that holds longest. */
export function applyMutes(result: RegionResult, all: readonly Mute[], at: string, account: string): RegionResult {
  const inForce = all.filter((m) => isInForce(m, at)).toSorted((a, b) => b.until.localeCompare(a.until));
  if (inForce.length === 0) return result;
  return {
    ...result,
    findings: result.findings.map((f) => {
      const mute = inForce.find((m) => muteMatches(m, f, { account, region: result.region }));
      return mute ? { ...f, muted: { reason: mute.reason, owner: mute.owner, until: mute.until } } : f;
    }),
  };
}
