/** What triggered an audit, beside what it found changed. */
import { resourcesOfFinding } from '../events/named-resources.ts';
import { storedTriggers, type Trigger, type TriggerCall, type TriggeredBy } from '../events/triggers.ts';
import { type Change, type FindingChange, partsOf } from './log.ts';

const namedCalls = 3;
const mostResources = 20;

/** What a changed finding is about. */
export const resourcesOfChange = ({ id, after }: FindingChange): ReadonlySet<string> =>
  resourcesOfFinding({ ...partsOf(id), message: after?.finding.message });

const isBefore = (a: string, b: string): boolean => Date.parse(a) <= Date.parse(b);

function asOneCall(group: readonly Trigger[]): TriggerCall {
  const sorted = group.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
  const [{ id: _, ...first }, last] = [sorted[0] as Trigger, sorted.at(-1) as Trigger];
  const resources = [...new Set(sorted.flatMap((t) => t.resources))].slice(0, mostResources);
  return { ...first, resources, ...(group.length > 1 && { calls: group.length, ...(last.at !== first.at && { until: last.at }) }) };
}

/** Changes that calls in the account can have caused. */
const isOfAccount = (c: Change): boolean => c.cause === 'account' && c.kind !== 'carried' && c.kind !== 'seen';

/**
 * What of the triggers a commit names: calls that name the resource of a changed finding first, then the earliest. `undefined`
 * where there are none, and where nothing that changed can be of the account. A call after `factsAt` is one of a wrong clock.
 */
export function triggeredBy(triggers: readonly Trigger[], changes: readonly Change[], factsAt: string): TriggeredBy | undefined {
  const own = changes.filter(isOfAccount);
  const earlier = triggers.filter(({ at }) => isBefore(at, factsAt));
  if (own.length === 0 || earlier.length === 0) return undefined;
  const changed = new Set(own.flatMap((c) => (c.of === 'finding' ? [...resourcesOfChange(c)] : [])));
  const names = ({ resources }: TriggerCall): boolean => resources.some((r) => changed.has(r));
  const groups = Map.groupBy(earlier, ({ call, service, actor }) => JSON.stringify([service, call, actor]));
  const calls = [...groups.values()]
    .map(asOneCall)
    .toSorted((a, b) => Number(names(b)) - Number(names(a)) || Date.parse(a.at) - Date.parse(b.at))
    .slice(0, namedCalls);
  const more = earlier.length - callCount(calls);
  return { calls, ...(more > 0 && { more }) };
}

const callCount = (calls: readonly TriggerCall[]): number => calls.reduce((sum, { calls: n = 1 }) => sum + n, 0);

/** Whether the mark was full: then there can have been further calls. */
export const mayHaveMore = ({ calls, more = 0 }: TriggeredBy): boolean => callCount(calls) + more >= storedTriggers;

/** The calls that name the resource of a finding that changed; none where no call does. */
export function changedBy(change: Change, triggered: TriggeredBy | undefined): readonly TriggerCall[] {
  if (change.of !== 'finding' || !triggered || !isOfAccount(change)) return [];
  const resources = resourcesOfChange(change);
  return triggered.calls.filter((call) => call.resources.some((r) => resources.has(r)));
}

/** What triggered the audit that found a change, where the account can have caused it. */
export const triggersOfChange = (change: Change, triggered: TriggeredBy | undefined): TriggeredBy | undefined =>
  isOfAccount(change) ? triggered : undefined;
