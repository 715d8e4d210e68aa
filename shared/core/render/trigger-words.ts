/** What triggered an audit, in words: `RevokeSecurityGroupIngress by role NetAdmin, 14:02 UTC`. */
import type { Actor } from '../events/actor.ts';
import type { TriggerCall, TriggeredBy } from '../events/triggers.ts';
import { mayHaveMore } from '../history/change-triggers.ts';
import { timeWords } from '../text/words.ts';
import { count } from './words.ts';

/** Roles of IAM Identity Center: https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html */
const permissionSet = /^AWSReservedSSO_(.+)_[0-9a-f]{16}$/;

function roleWords({ name = '', session }: Actor): string {
  const set = permissionSet.exec(name)?.[1];
  if (set !== undefined && session !== undefined) return `${session} (permission set ${set})`;
  return `role ${name}${session === undefined ? '' : ` (session ${session})`}`;
}

const kindWords: { readonly [kind in Exclude<Actor['kind'], 'role'>]: string } = {
  user: 'user',
  root: 'the root user',
  federated: 'federated user',
  'identity-center': 'IAM Identity Center user',
  service: 'service',
  account: 'account',
};

/** Who made a call, in words. */
export function actorWords(actor: Actor | undefined): string {
  if (!actor) return 'an unknown caller';
  const who = actor.kind === 'role' ? roleWords(actor) : [kindWords[actor.kind], actor.name].filter(Boolean).join(' ');
  const of = actor.account === undefined ? '' : ` of account ${actor.account}`;
  return `${who}${of}${actor.through === undefined ? '' : ` through ${actor.through}`}`;
}

/** `14:02 UTC`; with the date where that is not the one of the audit. */
function clockWords(at: string, auditedAt: string): string {
  return at.slice(0, 10) === auditedAt.slice(0, 10) ? `${at.slice(11, 16)} UTC` : timeWords(at);
}

/** One call, or several of one name by one actor. */
export function callWords({ call, actor, at, until = at, calls = 1 }: TriggerCall, auditedAt: string): string {
  const [first, last] = [at, until].map((time) => clockWords(time, auditedAt));
  return `${calls > 1 ? `${calls} × ` : ''}${call} by ${actorWords(actor)}, ${first === last ? first : `${first} to ${last}`}`;
}

/** Several calls; empty where there are none. */
export const callsWords = (calls: readonly TriggerCall[], auditedAt: string): string =>
  calls.map((call) => callWords(call, auditedAt)).join('; ');

/** All calls that are named, and how many are not. */
export function triggersWords(triggered: TriggeredBy, auditedAt: string): string {
  const { calls, more = 0 } = triggered;
  const isPartial = mayHaveMore(triggered);
  const rest = more > 0 ? [`and ${isPartial ? 'at least ' : ''}${count(more, 'more call')}`] : isPartial ? ['possibly more calls'] : [];
  return [...calls.map((call) => callWords(call, auditedAt)), ...rest].join('; ');
}
