/** The one event that starts every audit, from any requester. */
import { isObject } from '../text/json.ts';

export const auditSource = 'hyperpod-auditor';
export const auditRequested = 'AuditRequested';

/** `detail` of the event. */
export interface AuditRequest {
  readonly account: string;
  readonly region: string;
  /** The audit's identity: a completed one is never done again. */
  readonly auditId: string;
  /** How long after the event's `time` it is to begin, so that many regions do not ask AWS at once. */
  readonly delaySeconds: number;
}

/** A request with the time of its event. */
export interface TimedRequest extends AuditRequest {
  readonly requestedAt: string;
}

const prefixes = { schedule: 'schedule-', change: 'change-' } as const;

/** A scheduled audit is the one of that time, in every region, however often the schedule's event is delivered. */
export const scheduledId = (at: string): string => `${prefixes.schedule}${at}`;
/** An audit that a change asked for. `round`: the time of the last change, where an audit before came too early for it. */
export const changeId = (eventId: string, round?: string): string =>
  `${prefixes.change}${eventId}${round === undefined ? '' : `-${round}`}`;
export const isChangeId = (auditId: string): boolean => auditId.startsWith(prefixes.change);

const regionShape = /^[a-z]{2,4}(-[a-z]+)+-\d+$/;

/** The request in an event as EventBridge delivers it; `undefined` for an event that is not one. */
export function auditRequestOf(event: unknown): TimedRequest | undefined {
  if (!isObject(event) || event.source !== auditSource || event['detail-type'] !== auditRequested) return undefined;
  const { time, detail } = event;
  if (!isObject(detail) || typeof time !== 'string' || Number.isNaN(Date.parse(time))) return undefined;
  const { account, region, auditId, delaySeconds = 0 } = detail;
  if (typeof account !== 'string' || !/^\d{12}$/.test(account)) return undefined;
  if (typeof region !== 'string' || !regionShape.test(region)) return undefined;
  if (typeof auditId !== 'string' || auditId === '') return undefined;
  if (typeof delaySeconds !== 'number' || !(delaySeconds >= 0)) return undefined;
  return { account, region, auditId, delaySeconds, requestedAt: time };
}
