/** Reads the plan, or ends with every mistake in it. */
import { checks } from '../../shared/core/checks/index.ts';
import type { Plan } from '../../shared/core/plan.ts';
import { planHash } from '../../shared/plan/hash.ts';
import { loadPlan } from '../../shared/plan/load.ts';
import { formatProblems } from '../../shared/plan/problem.ts';
import { Ending } from './ending.ts';
import { defaultPlan } from './package.ts';

export interface PlanFile {
  readonly plan: Plan;
  readonly planFile: string;
  readonly planHash: string;
}

export function readPlan(file: string = defaultPlan): PlanFile {
  const read = loadPlan(file, { checkIds: checks.map((c) => c.id) });
  if (read.ok) return { plan: read.plan, planFile: file, planHash: planHash(read.plan) };
  const n = read.problems.length;
  throw new Ending(`${n === 1 ? 'the plan has a mistake' : `the plan has ${n} mistakes`}:\n${formatProblems(read.problems)}`);
}
