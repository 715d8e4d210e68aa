/** What triggered an audit, in words: `RevokeSecurityGroupIngress by role NetAdmin, 14:02 UTC`. */
import type { Actor } from '../events/actor.ts';
import type { TriggerCall, TriggeredBy } from '../events/triggers.ts';
import { mayHaveMore } from '../history/change-triggers.ts';
import { some, timeWords } from '../text/words.ts';
import { count } from './words.ts';

/** Roles of IAM Identity Center: https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html */
const permissionSet = /^AWSReservedSSO_(.+)_[0-9a-f]{16}$/;

/** How a medium shows a name: chats as code, so that none is read as a mention or an address. */
type ShowName = (name: string) => string;
const asItIs: ShowName = (name) => name;

function roleWords({ name = '', session }: Actor, show: ShowName): string {
  const set = permissionSet.exec(name)?.[1];
  if (set !== undefined && session !== undefined) return `${show(session)} (permission set ${show(set)})`;
  return `role ${show(name)}${session === undefined ? '' : ` (session ${show(session)})`}`;
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
export function actorWords(actor: Actor | undefined, show: ShowName = asItIs): string {
  if (!actor) return 'an unknown caller';
  const { kind, name, account, through } = actor;
  const who = kind === 'role' ? roleWords(actor, show) : `${kindWords[kind]}${name === undefined ? '' : ` ${show(name)}`}`;
  return `${who}${account === undefined ? '' : ` of account ${account}`}${through === undefined ? '' : ` through ${show(through)}`}`;
}

/** `14:02 UTC`; with the date where that is not the one of the audit. */
function clockWords(at: string, auditedAt: string): string {
  return at.slice(0, 10) === auditedAt.slice(0, 10) ? `${at.slice(11, 16)} UTC` : timeWords(at);
}

interface CallDisplay {
  readonly show?: ShowName;
  /** The resources to name, of those that the call changes. */
  readonly on?: readonly string[];
}

/** One call, or several of one name by one actor. */
export function callWords({ call, actor, at, until = at, calls = 1 }: TriggerCall, auditedAt: string, display: CallDisplay = {}): string {
  const { show = asItIs, on = [] } = display;
  const [first, last] = [at, until].map((time) => clockWords(time, auditedAt));
  const what = `${calls > 1 ? `${calls} × ` : ''}${show(call)}${on.length > 0 ? ` on ${some(on.map(show), 3)}` : ''}`;
  return `${what} by ${actorWords(actor, show)}, ${first === last ? first : `${first?.replace(' UTC', '')} to ${last}`}`;
}

/** Several calls; empty where there are none. */
export const callsWords = (calls: readonly TriggerCall[], auditedAt: string): string =>
  calls.map((call) => callWords(call, auditedAt)).join('; ');

/** The calls that are named, or these of them, and how many are not named. Empty where there are neither. */
export function triggersWords(triggered: TriggeredBy, auditedAt: string, named = triggered.calls, show?: ShowName): string {
  const { more = 0 } = triggered;
  const and = named.length > 0 ? 'and ' : '';
  const isPartial = mayHaveMore(triggered);
  const rest =
    more > 0 ? `${and}${isPartial ? 'at least ' : ''}${count(more, 'more call')}` : isPartial && and !== '' ? 'possibly more calls' : '';
  return [...named.map((call) => callWords(call, auditedAt, show && { show })), rest].filter((part) => part !== '').join('; ');
}
