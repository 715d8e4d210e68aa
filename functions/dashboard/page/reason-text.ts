/** Why a cluster is in its state, in numbers where a finding has them. Pure. */
import { amountWords, count } from '../../../shared/core/render/words.ts';
import type { FindingView } from '../../../shared/query/findings.ts';
import type { ClusterRow } from './cluster-rows.ts';

/** Open findings by place and id. */
export type OpenFindings = ReadonlyMap<string, FindingView>;

const keyOf = ({ account, region }: Pick<FindingView, 'account' | 'region'>, id: string): string => `${account}/${region}/${id}`;

export const openFindings = (findings: readonly FindingView[]): OpenFindings => new Map(findings.map((f) => [keyOf(f, f.id), f]));

/**
 * What is stored with a cluster names check and resource alone, so that it changes with the state and not with every amount.
 * The finding has the amount, where it was read.
 */
export function reasonText({ cluster: { state, because, reasons }, ...place }: ClusterRow, findings: OpenFindings): string {
  const found = because.flatMap(({ id }) => findings.get(keyOf(place, id)) ?? []);
  const counted = found.find((f) => f.need !== undefined);
  if (counted) return `${counted.check} ${counted.resource}: ${amountWords(counted)}`;
  if (found[0]) return `${found[0].check}: ${found[0].message}`;
  if (because[0]) return because[0].text;
  if (reasons > 0) return `${count(reasons, 'reason')}, listed under Findings`;
  return state === 'READY' ? 'Every check was evaluated, none fails' : '';
}
