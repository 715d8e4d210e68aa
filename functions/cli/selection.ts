/** `--account`, `--region` and `--cluster`: what a command is narrowed to. */

import type { Selection } from '../../shared/core/evaluation/scope.ts';
import type { Plan } from '../../shared/core/plan/plan.ts';
import { regionsOf } from '../../shared/core/plan/regions.ts';
import { wrongValue } from '../process/wrong-value.ts';
import { checkRegionNames } from './region-names.ts';

export interface SelectionOptions {
  readonly account?: readonly string[];
  /** Names, or `all`. */
  readonly region?: readonly string[];
  readonly cluster?: readonly string[];
}

export interface SelectedScope {
  readonly selection: Selection;
  /** `--region all`: the regions of the plan and every enabled one. */
  readonly everyRegion: boolean;
}

/** Checks the options. A cluster is not checked here: whether one of that name runs is known only after reading. */
export function selectedBy({ account, region, cluster }: SelectionOptions, plan: Plan): SelectedScope {
  const bad = account?.find((id) => !/^\d{12}$/.test(id));
  if (bad !== undefined) throw wrongValue('--account', 'an account id of 12 digits', bad);
  const regions = region?.filter((name) => name !== 'all');
  const everyRegion = region !== undefined && regions?.length !== region.length;
  checkRegionNames('--region', regions ?? [], regionsOf(plan), 'the name of a region, such as us-west-2, or all');
  return {
    selection: {
      ...(account && { accounts: [...new Set(account)] }),
      ...(regions && !everyRegion && { regions: [...new Set(regions)] }),
      ...(cluster && { clusters: [...new Set(cluster)] }),
    },
    everyRegion,
  };
}
