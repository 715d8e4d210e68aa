/**
 * Triggers: the recorded API calls because of which a region was audited. An audit names them beside what changed: that one
 * follows the other does not say that it caused it. Only where a call names the resource of a finding, the finding was changed by it.
 */
import type { Actor } from './actor.ts';

/** A call as the region's mark stores it until the audit. */
export interface Trigger {
  /** EventBridge's id of the event. */
  readonly id: string;
  /** `RevokeSecurityGroupIngress`. */
  readonly call: string;
  /** `ec2.amazonaws.com`. */
  readonly service: string;
  readonly actor?: Actor;
  /** When the call was made, by CloudTrail. */
  readonly at: string;
  /** What it changes, as far as it names it. */
  readonly resources: readonly string[];
}

/** Calls of one name by one actor, as a commit stores them. */
export interface TriggerCall extends Omit<Trigger, 'id'> {
  /** The last of several calls; `at` is the first. */
  readonly until?: string;
  /** How many calls; absent: one. */
  readonly calls?: number;
}

/** What triggered an audit. */
export interface TriggeredBy {
  readonly calls: readonly TriggerCall[];
  /** Calls that are not named; absent: none. */
  readonly more?: number;
}

/** How many a mark holds: a deployment makes hundreds of calls, and one mark is one small item. */
export const storedTriggers = 8;
