import type { Plan } from '../../shared/core/plan/plan.ts';
import type { ParsedPlan } from '../../shared/plan/parse.ts';
import type { PlanProblem } from '../../shared/plan/problem.ts';

/** Plan or problems alone, for comparisons: the function that finds places equals nothing. */
export const bare = (
  parsed: ParsedPlan,
): { readonly ok: true; readonly plan: Plan } | { readonly ok: false; readonly problems: readonly PlanProblem[] } =>
  parsed.ok ? { ok: true, plan: parsed.plan } : parsed;
