/** Reads the plan, or ends with every mistake in it. */
import { checks } from '../../shared/core/checks/index.ts';
import type { Warning } from '../../shared/core/evaluation/finding.ts';
import { planWarnings } from '../../shared/core/plan/plan-warnings.ts';
import type { DeclaredAt } from '../../shared/core/render/sarif.ts';
import { warningLines } from '../../shared/core/render/warnings.ts';
import { printable } from '../../shared/core/text/printable.ts';
import { planHash } from '../../shared/plan/hash.ts';
import { loadPlan } from '../../shared/plan/load.ts';
import type { ParsedPlan, PlanSource } from '../../shared/plan/parse.ts';
import { formatProblems } from '../../shared/plan/problem.ts';
import { NoResultError } from './exit.ts';
import { sayLine, timestamp } from './io.ts';
import { defaultPlan } from './package.ts';

export interface PlanFile extends PlanSource {
  readonly planFile: string;
  readonly planHash: string;
}

/** The plan, or every mistake in it. */
export const parsePlanFile = (file: string): ParsedPlan => loadPlan(file, { checkIds: checks.map((c) => c.id) });

export function readPlan(file: string = defaultPlan): PlanFile {
  const read = parsePlanFile(file);
  if (read.ok) return { plan: read.plan, locate: read.locate, placeOf: read.placeOf, planFile: file, planHash: planHash(read.plan) };
  const n = read.problems.length;
  throw new NoResultError(`${n === 1 ? 'the plan has a mistake' : `the plan has ${n} mistakes`}:\n${formatProblems(read.problems)}`);
}

/** What the plan alone shows to be unintended, now. */
export const warningsOf = ({ plan, locate }: PlanSource): readonly Warning[] => locate(planWarnings(plan, timestamp()));

/** Warnings on stderr, for output that has no place for them. */
export function sayWarnings(warnings: readonly Warning[]): void {
  for (const line of warningLines(printable(warnings))) sayLine(`warning: ${line}`);
}

/** Where the plan declares a group or a cluster; `undefined`: it does not. */
export const declaredIn =
  ({ plan, placeOf }: PlanSource): DeclaredAt =>
  ({ region, cluster, group }) => {
    const at = plan.clusters.findIndex((c) => c.region === region && c.request.ClusterName === cluster);
    const request = plan.clusters[at]?.request;
    if (!request) return undefined;
    for (const member of ['InstanceGroups', 'RestrictedInstanceGroups'] as const) {
      const n = request[member]?.findIndex((g) => g.InstanceGroupName === group) ?? -1;
      if (n >= 0) return placeOf(['clusters', at, 'request', member, n]);
    }
    return placeOf(['clusters', at]);
  };
