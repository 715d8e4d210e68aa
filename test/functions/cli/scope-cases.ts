import fc from 'fast-check';
import type { SelectionOptions } from '../../../functions/cli/selection.ts';
import { type Snapshot, unreadSnapshot } from '../../../shared/core/evaluation/facts.ts';
import { emptyPlan, type Plan } from '../../../shared/core/plan/plan.ts';
import { at, broken, ok, planned, request, snapshot, withRunning } from '../../core/healthy.ts';
import type { Named } from './named.ts';

export const accounts = ['111122223333', '444455556666', '999999999999'] as const;
export const regions = ['us-west-2', 'us-east-1', 'us-east-2', 'eu-north-1'] as const;
export const names = ['llm-train', 'eval', 'llm-train-east'] as const;

/** What a place of a snapshot holds. */
export const kinds = ['healthy', 'partly', 'closed', 'off', 'short'] as const;
export function held(account: string, region: string, kind: (typeof kinds)[number]): Snapshot {
  const place = { account, partition: 'aws', region, factsAt: at };
  if (kind === 'closed') return unreadSnapshot(place, { reason: 'the role could not be entered: access denied', action: 'sts:AssumeRole' });
  const more = {
    healthy: {},
    partly: { securityGroups: broken() },
    off: { regionOptIn: ok('not-opted-in' as const) },
    short: { quotas: { sagemaker: ok([]), vpc: ok([]), ec2: ok([]) }, ...withRunning() },
  }[kind];
  return { ...snapshot(more), ...place };
}

export const plans: fc.Arbitrary<Plan> = fc
  .record({
    where: fc.uniqueArray(fc.record({ name: fc.constantFrom(...names), region: fc.constantFrom(...regions) }), {
      maxLength: 3,
      selector: (c) => c.name,
    }),
    listed: fc.option(fc.subarray([...regions], { minLength: 1 }), { nil: undefined }),
    accounts: fc.oneof(fc.constantFrom<Plan['accounts']>(undefined, 'organization'), fc.subarray([...accounts], { minLength: 1 })),
  })
  .map(({ where, listed, accounts: ids }) => ({
    ...emptyPlan,
    clusters: where.map(({ name, region }) => planned({ region, request: request({ ClusterName: name }) })),
    // A plan that lists regions has to list those of its clusters.
    ...(listed && { regions: [...new Set([...listed, ...where.map((c) => c.region)])] }),
    ...(ids && { accounts: ids }),
  }));

export const snapshots: fc.Arbitrary<readonly Snapshot[]> = fc
  .uniqueArray(fc.record({ account: fc.constantFrom(...accounts), region: fc.constantFrom(...regions), kind: fc.constantFrom(...kinds) }), {
    minLength: 1,
    maxLength: 6,
    selector: (p) => `${p.account} ${p.region}`,
  })
  .map((places) => places.map(({ account, region, kind }) => held(account, region, kind)));

export const part = (values: readonly string[]) => fc.option(fc.subarray([...values], { minLength: 1, maxLength: 2 }), { nil: undefined });
export const selections: fc.Arbitrary<SelectionOptions> = fc
  .record({ account: part(accounts), region: part(regions), cluster: part(names) })
  .map(({ account, region, cluster }) => ({ ...(account && { account }), ...(region && { region }), ...(cluster && { cluster }) }));

export const isIn = (chosen: readonly string[] | undefined, value: string) => chosen === undefined || chosen.includes(value);

/** The planned clusters inside a selection, in the accounts the plan is for. */
export function dueOf(plan: Plan, selection: SelectionOptions, known: readonly string[]): readonly Omit<Named, 'state'>[] {
  const ids = Array.isArray(plan.accounts) ? plan.accounts : [...new Set(known)];
  return plan.clusters
    .flatMap(({ region, request: { ClusterName: cluster } }) => ids.map((account: string) => ({ account, region, cluster })))
    .filter((p) => isIn(selection.account, p.account) && isIn(selection.region, p.region) && isIn(selection.cluster, p.cluster));
}
