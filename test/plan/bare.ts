import type { Plan } from '../../shared/core/plan/plan.ts';
import type { Parsed } from '../../shared/plan/parse.ts';
import type { Problem } from '../../shared/plan/problem.ts';

/** Plan or problems alone, for comparisons: the function that finds places equals nothing. */
export const bare = (
  parsed: Parsed,
): { readonly ok: true; readonly plan: Plan } | { readonly ok: false; readonly problems: readonly Problem[] } =>
  parsed.ok ? { ok: true, plan: parsed.plan } : parsed;
