/** A plan → YAML. */
import { stringify } from 'yaml';
import type { Plan } from '../core/plan/plan.ts';

/** YAML of a value on as many lines as it takes: no folding, no aliases, what has to be quoted quoted. */
export function yaml(value: unknown): string {
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false, singleQuote: true });
}

/** The plan as YAML, defaults included and requests inline: parsing it gives the very plan again. */
export function printPlan(plan: Plan): string {
  return yaml({ ...plan, clusters: plan.clusters.map(({ unknownParts: _, ...cluster }) => cluster) });
}
