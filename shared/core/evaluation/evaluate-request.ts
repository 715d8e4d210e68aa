/** The rules that need nothing but the request, without an account. */
import { checks } from '../checks/index.ts';
import type { Plan } from '../plan/plan.ts';
import { partitionOfRegion } from '../plan/regions.ts';
import { evaluate } from './evaluate.ts';
import { type FactName, type Snapshot, unreadSnapshot } from './facts.ts';
import type { Finding } from './finding.ts';

/** What runs is known where no account is read: nothing. */
const known: readonly FactName[] = ['clusterNames', 'runningClusters'];
const ownChecks = checks.filter((check) => check.needs.every((fact) => known.includes(fact)));

/** What fails in the requests of a plan whatever the account contains, cluster by cluster in plan order. */
export function failedRequestRules(plan: Plan): readonly Finding[] {
  const regions = [...new Set(plan.clusters.map((cluster) => cluster.region))];
  return regions
    .flatMap((region) => evaluate(plan, emptyRegion(region), ownChecks).findings)
    .filter((finding) => finding.status === 'fail')
    .map(({ remediation, ...finding }) => ({
      ...finding,
      // Without an account there is no console to link to.
      ...(remediation && { remediation: { ...remediation, console: undefined } }),
    }));
}

/** A region of which only is known that no cluster runs in it. */
function emptyRegion(region: string): Snapshot {
  const place = { account: '000000000000', partition: partitionOfRegion(region), region, factsAt: '1970-01-01T00:00:00.000Z' };
  const unread = unreadSnapshot(place, { reason: 'no account was read' });
  return { ...unread, facts: { ...unread.facts, clusterNames: { ok: true, value: [] } } };
}
