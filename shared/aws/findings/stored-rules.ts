/** Sets of rules by hash. They do not expire: a region may be audited again after years. */
import type { Rules } from '../../core/evaluation/rules.ts';
import type { RegionState } from '../../core/history/log.ts';
import { deploymentPartition, type Key, sortKeys } from './keys.ts';
import type { StoreContext } from './store-context.ts';

export type RulesItem = Key & Rules;

const rulesKey = (hash: string): Key => ({ pk: deploymentPartition, sk: sortKeys.rules(hash) });

/** The state with the rules of its audit where they differ from the present ones: the comparison needs them then. */
export async function withRules({ store }: StoreContext, state: RegionState, present: Rules): Promise<RegionState> {
  const hash = state.audit.rules;
  if (hash === undefined || hash === present.hash) return state;
  const item = await store.get<RulesItem>(rulesKey(hash));
  return item ? { ...state, rules: { hash, shared: item.shared, checks: item.checks } } : state;
}

export async function storeRules({ store }: StoreContext, rules: Rules): Promise<void> {
  const item: RulesItem = { ...rulesKey(rules.hash), ...rules };
  await store.put(item, { when: ['absent', 'pk'] });
}
