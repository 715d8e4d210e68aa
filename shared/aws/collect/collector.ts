/**
 * What a collector is: it contains the calls that read a fact and the IAM actions that they require. One fact, one
 * file in `collect/facts`; the policy of the auditor is derived from these grants.
 */
import type { FactName, Facts } from '../../core/evaluation/facts.ts';
import type { Plan, PlannedCluster } from '../../core/plan/plan.ts';
import type { Action, CallAws } from '../client/calls.ts';
import type { QuotaMemory } from '../quotas/quota-memory.ts';

export interface PolicyPlace {
  readonly partition: string;
  readonly account: string;
}

/** Operators of a policy's condition, each with condition keys and their values. */
export interface PolicyConditions {
  readonly [operator: string]: { readonly [key: string]: string | readonly string[] };
}

export interface Grant<A extends Action = Action> {
  readonly action: A;
  /** ARNs it is needed for; absent: IAM knows no resources for this action, so every one. */
  readonly resources?: (plan: Plan, at: PolicyPlace) => readonly string[];
  /** Under which conditions it is granted; absent: always. */
  readonly conditions?: (plan: Plan, at: PolicyPlace) => PolicyConditions;
  /** Whether this plan needs it; absent: every plan does, since what runs is audited too. */
  readonly needed?: (plan: Plan) => boolean;
  /** Called only by deployed audits, which remember quotas. */
  readonly deployed?: true;
  /** What it is read for. */
  readonly why: string;
}

/** What a collector works with. */
export interface CollectorScope<A extends Action = Action> {
  readonly account: string;
  readonly partition: string;
  readonly region: string;
  /** The region that the caller's own configuration names, if it does. */
  readonly homeRegion?: string;
  /** The plan's clusters of this region. */
  readonly planned: readonly PlannedCluster[];
  /** Whether the content of scripts may be read that only running clusters have. */
  readonly readsRunningScripts: boolean;
  /** When the collection began. */
  readonly factsAt: string;
  /** What is remembered of quotas from the audits before; absent: nothing ever is. */
  readonly quotaMemory?: QuotaMemory;
  /** Logs how a value was read. It says nothing about the account. */
  readonly note: (about: string, how: string) => void;
  /** The only way to send, and only for the actions that the collector declares. */
  readonly call: CallAws<A>;
  /** Another fact; each is collected once, when it is first asked for. */
  readonly fact: <N extends FactName>(name: N) => Promise<Facts[N]>;
}

export interface Collector<F extends FactName = FactName, A extends Action = Action> {
  readonly fact: F;
  readonly grants: readonly Grant<A>[];
  /** Never rejects because of AWS: a failed call is part of the fact. A method, so that one list can hold all collectors. */
  collect(scope: CollectorScope<A>): Promise<Facts[F]>;
}

/** Names a collector's actions in its type: `scope.call` takes no others. */
export const collector = <const F extends FactName, const A extends Action>(of: Collector<F, A>): Collector<F, A> => of;
