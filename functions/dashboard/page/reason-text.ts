/** Why a cluster is in its state, in numbers where a finding has them. Pure. */
import { count } from '../../../shared/core/render/words.ts';
import type { FindingView } from '../../../shared/query/findings.ts';
import type { ClusterRow } from './cluster-rows.ts';

/** Open findings by place and id. */
export type OpenFindings = ReadonlyMap<string, FindingView>;

const keyOf = ({ account, region }: Pick<FindingView, 'account' | 'region'>, id: string): string => `${account}/${region}/${id}`;

export const openFindings = (findings: readonly FindingView[]): OpenFindings => new Map(findings.map((f) => [keyOf(f, f.id), f]));

/**
 * What is stored with a cluster names check and resource alone, so that it changes with the state and not with every amount.
 * The message of a finding begins with its amounts; one that has some is preferred.
 */
export function reasonText({ cluster: { state, because, reasons }, ...place }: ClusterRow, findings: OpenFindings): string {
  const found = because.flatMap(({ id }) => findings.get(keyOf(place, id)) ?? []);
  const shown = found.find((f) => f.need !== undefined) ?? found[0];
  if (shown) return `${shown.check}: ${shown.message}`;
  if (because[0]) return because[0].text;
  if (reasons > 0) return `${count(reasons, 'reason')}, listed under Findings`;
  return state === 'READY' ? 'Every check was evaluated, none fails' : '';
}

const longest = 200;

/** Longer texts would make rows of many lines; the findings have all of it. A number is never cut: `6…` may be 65. */
export const shortened = (text: string): string => (text.length <= longest ? text : `${text.slice(0, longest).replace(/\s*\S*$/, '')} …`);
