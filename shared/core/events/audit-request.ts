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
}

const prefixes = { schedule: 'schedule-', change: 'change-' } as const;

/** A scheduled audit is the one of that time, in every region, however often the schedule's event is delivered. */
export const scheduledId = (at: string): string => `${prefixes.schedule}${at}`;
/** An audit that a change asked for: by the change's event, or by the region and the time where it is asked for again. */
export const changeId = (event: string): string => `${prefixes.change}${event}`;
export const isChangeId = (auditId: string): boolean => auditId.startsWith(prefixes.change);

const regionShape = /^[a-z]{2,4}(-[a-z]+)+-\d+$/;

/**
 * The request in an event as EventBridge delivers it; `undefined` for an event that is not one. Earlier versions also sent
 * `delaySeconds` and put a request back until then; what is left of these is audited when it arrives, under the same id.
 */
export function auditRequestOf(event: unknown): AuditRequest | undefined {
  if (!isObject(event) || event.source !== auditSource || event['detail-type'] !== auditRequested) return undefined;
  const { time, detail } = event;
  if (!isObject(detail) || typeof time !== 'string' || Number.isNaN(Date.parse(time))) return undefined;
  const { account, region, auditId } = detail;
  if (typeof account !== 'string' || !/^\d{12}$/.test(account)) return undefined;
  if (typeof region !== 'string' || !regionShape.test(region)) return undefined;
  if (typeof auditId !== 'string' || auditId === '') return undefined;
  return { account, region, auditId };
}
