/**
 * The workflow of a fit: list what a cluster could be put on in each region, read the facts once, evaluate every placement,
 * rank them all. Reads only, keeps nothing; the command line and a server call it alike.
 */
import pLimit from 'p-limit';
import type { AwsSettings } from '../aws/client/settings.ts';
import { collectRegion } from '../aws/collect/collect-region.ts';
import type { Identity } from '../aws/credentials/identity.ts';
import { listNetworks } from '../aws/inventory/list-networks.ts';
import { enabledRegions } from '../aws/inventory/regions.ts';
import { rules } from '../core/evaluation/rules.ts';
import { candidatesOf, plannedOf, type RequestedCluster } from '../core/fit/candidates.ts';
import { fitRegion } from '../core/fit/fit.ts';
import { fitFacts, uncheckedParts } from '../core/fit/fit-checks.ts';
import type { FitResult } from '../core/fit/fit-result.ts';
import { rankPlacements } from '../core/fit/ranking.ts';
import { supportedRegions } from '../core/plan/regions.ts';

export interface FitProgress {
  readonly region: string;
  /** What is under way there, or the state of its best place once it is finished. */
  readonly what: string;
  readonly finished: boolean;
  /** Regions that are finished, of so many. */
  readonly done: number;
  readonly total: number;
}

export interface FitOptions {
  readonly requested: RequestedCluster;
  /** Absent: the enabled ones among those that AWS lists for HyperPod. `all`: every enabled one. */
  readonly regions?: readonly string[] | 'all';
  readonly identity: Pick<Identity, 'account' | 'partition' | 'alias'>;
  readonly toolVersion: string;
  readonly onProgress?: (progress: FitProgress) => void;
}

const regionsAtOnce = 6;

async function regionsToTry(regions: FitOptions['regions'], settings: AwsSettings): Promise<readonly string[]> {
  if (regions !== undefined && regions !== 'all') return [...new Set(regions)];
  const enabled = await enabledRegions(settings);
  if (regions === 'all') return enabled;
  const supported: readonly string[] = supportedRegions.names;
  const both = enabled.filter((r) => supported.includes(r));
  // Another partition has none of those names.
  return both.length > 0 ? both : enabled;
}

/** Rejects with `NoRegionsError` where the regions are to be listed and cannot be; else only for a defect of this program. */
export async function findPlaces(
  { requested: wanted, regions, identity, toolVersion, onProgress }: FitOptions,
  settings: AwsSettings,
): Promise<FitResult> {
  const { account, partition, alias } = identity;
  const names = await regionsToTry(regions, settings);
  const eks = wanted.orchestrator === 'eks' && (wanted.eksCluster ?? true);
  const limit = pLimit(regionsAtOnce);
  let done = 0;
  const evaluated = await Promise.all(
    names.map((region) =>
      limit(async () => {
        const report = (what: string, finished = false) => onProgress?.({ region, what, finished, done, total: names.length });
        report('listing subnets and security groups');
        const found = candidatesOf(wanted, await listNetworks(region, eks, settings), { account, partition, region });
        // The names distinguish the placements; none is the name of a running cluster.
        const clusters = plannedOf(
          wanted,
          found.candidates,
          region,
          found.candidates.map((_, i) => `fit-${i}`),
        );
        const { snapshot } = await collectRegion({
          account,
          partition,
          region,
          plan: { clusters },
          settings,
          facts: fitFacts(wanted),
          onProgress: ({ fact, done: read, total }) => report(`${read} of ${total} facts read (${fact})`),
        });
        const { region: as, placements } = fitRegion(wanted, found, snapshot);
        done += 1;
        report(rankPlacements(placements)[0]?.state ?? as.state, true);
        return { as, placements, at: snapshot.factsAt };
      }),
    ),
  );
  return {
    schemaVersion: 1,
    tool: { name: 'hyperpod-auditor', version: toolVersion, rules: rules.hash },
    account,
    ...(alias !== undefined && { alias }),
    at: evaluated.map((j) => j.at).toSorted()[0] ?? new Date().toISOString(),
    wanted,
    notLookedAt: uncheckedParts(wanted),
    regions: evaluated.map((j) => j.as),
    placements: rankPlacements(evaluated.flatMap((j) => j.placements)),
  };
}
