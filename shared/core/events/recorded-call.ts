/** The trigger in an event with a record of CloudTrail. */
import { isObject, textMember } from '../text/json.ts';
import { actorOf } from './actor.ts';
import { resourcesOfCall } from './call-resources.ts';
import { type CallSource, changeCalls } from './change-calls.ts';
import type { Trigger } from './triggers.ts';

const instantShape = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?Z$/;

/** The trigger in the detail of an event; `undefined` where that is no API call of change-events.ts. */
export function triggerOf(id: string, detail: unknown, account: string): Trigger | undefined {
  const [service = '', call = '', at = ''] = ['eventSource', 'eventName', 'eventTime'].map((name) => textMember(detail, name));
  if (!Object.hasOwn(changeCalls, service) || !isObject(detail)) return undefined;
  const source = service as CallSource;
  if (!(changeCalls[source] as readonly string[]).includes(call) || !instantShape.test(at) || Number.isNaN(Date.parse(at)))
    return undefined;
  const actor = actorOf(detail.userIdentity, account);
  return { id: id.slice(0, 64), call, service, ...(actor && { actor }), at, resources: resourcesOfCall(source, call, detail) };
}
