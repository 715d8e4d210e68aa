/** Who made what a notification reports: `Changed by` where a call names the resource of a finding, else `Triggered by`. */
import type { TriggeredBy } from '../events/triggers.ts';
import { resourcesOfChange, triggersOfChange } from '../history/change-triggers.ts';
import type { Change, Commit } from '../history/log.ts';
import { callWords, triggersWords } from '../render/trigger-words.ts';

/** What triggered the audit, where the account can have caused one of the changes that a message reports. */
export const triggersOf = ({ triggeredBy }: Pick<Commit, 'triggeredBy'>, notified: readonly Change[]): TriggeredBy | undefined =>
  notified.some((c) => triggersOfChange(c, triggeredBy) !== undefined) ? triggeredBy : undefined;

/** At most four sentences. `show`: how the medium shows names. */
export function triggerSentences(
  commit: Pick<Commit, 'triggeredBy' | 'factsAt'>,
  notified: readonly Change[],
  show?: (name: string) => string,
): readonly string[] {
  const triggered = triggersOf(commit, notified);
  if (!triggered) return [];
  const own = notified.filter((c) => c.of === 'finding').filter((c) => triggersOfChange(c, triggered) !== undefined);
  const resources = new Set(own.flatMap((c) => [...resourcesOfChange(c)]));
  const calls = triggered.calls.map((call) => ({ call, on: call.resources.filter((r) => resources.has(r)) }));
  const others = calls.flatMap(({ call, on }) => (on.length > 0 ? [] : [call]));
  const rest = triggersWords(triggered, commit.factsAt, others, show);
  return [
    ...calls.flatMap(({ call, on }) =>
      on.length > 0 ? [`Changed by ${callWords(call, commit.factsAt, { on, ...(show && { show }) })}.`] : [],
    ),
    ...(rest === '' ? [] : [`Triggered by ${rest}.`]),
  ];
}
