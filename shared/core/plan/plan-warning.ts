/** A warning of a plan, and what the modules that find warnings share. */
import type { Warning, WarningCode } from '../evaluation/finding.ts';
import type { GroupRequest, PlannedCluster } from './plan.ts';
import { type PlanPath, pathText } from './plan-path.ts';

/** A warning that knows its place in the plan, not yet the file. */
export interface PlanWarning {
  readonly code: WarningCode;
  readonly message: string;
  readonly path: PlanPath;
  /** It belongs to the key, not to the value. */
  readonly atKey?: boolean;
  /** Line and column, where the path alone does not lead there. */
  readonly place?: { readonly line: number; readonly column: number };
}

/** A warning as the deployed auditor reports it, which has the plan without its file. */
export const withoutFile = ({ code, message, path }: PlanWarning): Warning => ({ code, message, path: pathText(path) });

/** So many warnings stand in a line of a log, which has a largest size. */
const mostLogged = 20;

/** The members of a log line for these warnings: none without warnings, and how many are left out. */
export function loggedWarnings(warnings: readonly Warning[]): { readonly warnings?: readonly Warning[]; readonly moreWarnings?: number } {
  const more = warnings.length - mostLogged;
  if (warnings.length === 0) return {};
  return { warnings: warnings.slice(0, mostLogged), ...(more > 0 && { moreWarnings: more }) };
}

/** ` (did you mean us-west-2?)`; empty without a suggestion. */
export const didYouMean = (near: string | undefined): string => (near === undefined ? '' : ` (did you mean ${near}?)`);

const groupKinds = ['InstanceGroups', 'RestrictedInstanceGroups'] as const;

/** The groups of a planned cluster, each with its path. */
export function groupsOf({ request }: PlannedCluster, at: PlanPath): readonly { readonly group: GroupRequest; readonly path: PlanPath }[] {
  return groupKinds.flatMap((kind) => (request[kind] ?? []).map((group, i) => ({ group, path: [...at, 'request', kind, i] })));
}

/** `${NAME}` and `{{ name }}`: what other tools expand before a file is read. */
export const variable = /\$\{[^{}\n]*\}|\{\{[^{}\n]*\}\}/;
