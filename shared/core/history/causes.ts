/** What caused a change, and which changes are deferred. */
import type { Rules } from '../evaluation/rules.ts';
import type { Cause, RegionState } from './log.ts';

export interface DriftContext {
  readonly planHash: string;
  /** The rules that the result was evaluated by. */
  readonly rules: Rules;
  /** Minutes between scheduled audits: how long a change of a flapping amount is deferred. Default: an hour. */
  readonly periodMinutes?: number;
}

/** Checks whose amounts come and go with ordinary work, as pods and nodes do: notified only if still so a period later. */
export const flapping: ReadonlySet<string> = new Set(['subnet-free-ips', 'network-interface-quota']);

/**
 * Whether the previous audit evaluated a check by other rules; without `check`, by other shared rules. True where its rules
 * are unknown (older versions stored none): effects of new rules must never be reported as changes of the account.
 */
function hasNewRules({ audit, rules: before }: RegionState, { rules }: DriftContext, check: string | undefined): boolean {
  if (audit.rules === rules.hash) return false;
  if (before === undefined || before.shared !== rules.shared) return true;
  return check !== undefined && before.checks[check] !== rules.checks[check];
}

/** What caused a difference: the plan if it was edited, else new rules of the check. `check`: absent where no single check decides. */
export function causeOf(previous: RegionState, context: DriftContext, check?: string): Cause {
  if (previous.audit.planHash !== context.planHash) return 'plan';
  return hasNewRules(previous, context, check) ? 'auditor' : 'account';
}

export const later = (at: string, minutes: number): string => new Date(Date.parse(at) + minutes * 60_000).toISOString();
