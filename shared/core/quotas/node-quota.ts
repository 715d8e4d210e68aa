/** Quotas of nodes: one for on-demand and one for Spot nodes, each evaluated where the cluster has such groups. */
import type { Case } from '../evaluation/check.ts';
import type { Cluster } from '../evaluation/cluster.ts';
import type { Facts } from '../evaluation/facts.ts';
import { clusterUse, evaluateQuota, notOffered, type QuotaUse } from './quota-usage.ts';
import { findQuota } from './quotas.ts';

export interface NodeQuota {
  readonly names: { readonly onDemand: string; readonly spot: string };
  /** Whose nodes count: "all clusters". */
  readonly of: string;
  /** What counts before the cluster's own nodes. */
  readonly others: (spot: boolean) => Pick<QuotaUse, 'held' | 'existing' | 'before'>;
}

export function* nodeQuotaCases(
  { facts, region }: { readonly facts: Pick<Facts, 'quotas' | 'quotaRequests'>; readonly region: string },
  cluster: Cluster,
  { names, of, others }: NodeQuota,
): Iterable<Case> {
  for (const spot of [false, true]) {
    if (!cluster.groups.some((g) => g.spot === spot)) continue;
    const name = spot ? names.spot : names.onDemand;
    yield {
      resource: name,
      evaluate: () => {
        const quota = findQuota(facts, 'sagemaker', [name]);
        if (!quota) return notOffered(name, region);
        const nodes = clusterUse(cluster, spot);
        const use = { ...others(spot), own: nodes.adds, nodes };
        return evaluateQuota({
          cluster,
          what: `${spot ? 'Spot' : 'on-demand'} instances of ${of}`,
          unit: 'nodes',
          use,
          quota,
          facts,
          region,
        });
      },
    };
  }
}
