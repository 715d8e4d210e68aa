import { failedRequestRules } from '../../../shared/core/evaluation/evaluate-request.ts';
import { compareLevels, type Finding } from '../../../shared/core/evaluation/finding.ts';
import { flow } from '../../../shared/core/render/layout.ts';
import { warningLines } from '../../../shared/core/render/warnings.ts';
import { count } from '../../../shared/core/render/words.ts';
import { jsonText } from '../../../shared/core/text/json.ts';
import { printable } from '../../../shared/core/text/printable.ts';
import type { PlanSource } from '../../../shared/plan/parse.ts';
import type { PlanProblem } from '../../../shared/plan/problem.ts';
import { planSchema } from '../../../shared/plan/schema.ts';
import { noResult } from '../../process/exit.ts';
import { currentIo } from '../../process/io.ts';
import { emit } from '../../process/output.ts';
import { defaultPlan } from '../../process/package.ts';
import { parsePlanFile, readPlan, warningsOf } from '../../process/plan-file.ts';
import { screenOf } from '../screen.ts';

export interface ValidateOptions {
  readonly format: 'text' | 'json';
}

/** Ends with 3 for a plan with mistakes, with 1 where AWS would refuse a request of it, else with 0, whatever its warnings. */
export async function validatePlan(file: string = defaultPlan, { format }: ValidateOptions): Promise<number> {
  if (format === 'json') return validateAsData(file);
  const read = readPlan(file);
  const warnings = warningsOf(read);
  const said = warnings.length > 0 ? `, ${count(warnings.length, 'warning')}` : '';
  const failed = failedRequestRules(read.plan);
  const lines = [
    `${printable(file)} is a valid plan: ${holdings(read)}${said}.`,
    ...warningLines(printable(warnings), warnings.length),
    ...findingLines(printable(failed)),
  ];
  // Editors read a place and its message from one line, so lines are wrapped only for people.
  const { stdout, env } = currentIo();
  const width = stdout.isTTY || env.COLUMNS ? screenOf({}).width : Number.POSITIVE_INFINITY;
  await emit(`${lines.flatMap((line) => flow([line.trimStart()], { width, indent: /^ */.exec(line)?.[0] ?? '' })).join('\n')}\n`);
  return exitCodeOf(failed);
}

const exitCodeOf = (failed: readonly Finding[]): number => (failed.some((finding) => finding.level === 'required') ? 1 : 0);

/** The strongest level first, each with its fix. */
function findingLines(failed: readonly Finding[]): readonly string[] {
  const sorted = failed.toSorted((a, b) => compareLevels(a.level, b.level));
  return sorted.flatMap((finding) => [
    `${finding.level} ${finding.check} ${finding.cluster ?? ''}: ${finding.message}`,
    ...(finding.remediation ? [`  Fix: ${finding.remediation.text}`] : []),
  ]);
}

function holdings({ plan }: PlanSource): string {
  const groups = plan.clusters.reduce(
    (n, c) => n + (c.request.InstanceGroups?.length ?? 0) + (c.request.RestrictedInstanceGroups?.length ?? 0),
    0,
  );
  return `${count(plan.clusters.length, 'cluster')}, ${count(groups, 'instance group')}, ${count(plan.mutes.length, 'mute')}`;
}

async function validateAsData(file: string): Promise<number> {
  const read = parsePlanFile(file);
  const errors: readonly PlanProblem[] = read.ok ? [] : read.problems;
  const findings = read.ok ? failedRequestRules(read.plan) : [];
  const report = { schemaVersion: 1, file, valid: read.ok, errors, warnings: read.ok ? warningsOf(read) : [], findings };
  await emit(`${jsonText(report, 2)}\n`);
  return read.ok ? exitCodeOf(findings) : noResult;
}

export async function showSchema(options: { readonly output?: string }): Promise<number> {
  await emit(`${jsonText(planSchema(), 2)}\n`, options.output);
  return 0;
}
