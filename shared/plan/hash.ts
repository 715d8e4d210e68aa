/** One short name for what a plan says. */
import { createHash } from 'node:crypto';
import type { Plan } from '../core/plan/plan.ts';

/** JSON with the keys of every mapping in order, so that equal values are equal texts. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : part,
  );
}

/**
 * SHA-256, in hex, of what the plan says: the same whatever the order of keys, the comments and the layout. The order of
 * lists counts, for clusters compete in it.
 */
export function planHash(plan: Plan): string {
  return createHash('sha256').update(canonical(plan)).digest('hex');
}
