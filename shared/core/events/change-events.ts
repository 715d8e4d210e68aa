/**
 * Changes of an account that make its findings old at once: the API calls that CloudTrail hands to EventBridge, and what
 * SageMaker says of HyperPod by itself. The deployed rules match exactly these; all other events are ignored.
 * https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-sagemaker.html
 */
import { isObject, textMember } from '../text/json.ts';
import { type CallSource, changeCalls } from './change-calls.ts';
import { triggerOf } from './recorded-call.ts';
import type { Trigger } from './triggers.ts';
import { changedResource } from './used-resources.ts';

/** Detail types under which CloudTrail's records come; AWS's own decision about a quota request is of the second. */
export const trailTypes = ['AWS API Call via CloudTrail', 'AWS Service Event via CloudTrail'] as const;

/** The one SSM document that matters here: `detail.requestParameters.name` of the SSM calls. */
export const sessionDocument = 'SSM-SessionManagerRunShell';

/** What SageMaker sends by itself, `source: aws.sagemaker`. Of the last only errors: `detail.EventDetails.EventLevel`. */
export const clusterEventTypes = [
  'SageMaker HyperPod Cluster State Change',
  'SageMaker HyperPod Cluster Node Health Event',
  'SageMaker HyperPod Cluster Event',
] as const;

/** Where AWS records what happens to IAM and its decisions on quota requests: for all regions of an account, so all are dirty. */
const everywhere: ReadonlySet<string> = new Set(['iam.amazonaws.com']);

export interface ChangeEvent {
  /** EventBridge's id: the same when the event is delivered twice. */
  readonly id: string;
  readonly account: string;
  readonly region: string;
  /** When it happened, UTC. */
  readonly at: string;
  /** It concerns every region of the account. */
  readonly everywhere: boolean;
  /** `ec2.amazonaws.com RevokeSecurityGroupEgress`, for the log. */
  readonly what: string;
  /** What of IAM or KMS it changes; absent: something else, or not known. */
  readonly resource?: string;
  /** Of an API call: who made it and what it names. */
  readonly trigger?: Trigger;
}

function whatOf(type: string, event: Readonly<Record<string, unknown>>): Pick<ChangeEvent, 'what' | 'everywhere' | 'resource'> | undefined {
  if ((clusterEventTypes as readonly string[]).includes(type))
    return event.source === 'aws.sagemaker' ? { what: type, everywhere: false } : undefined;
  if (!(trailTypes as readonly string[]).includes(type)) return undefined;
  const source = textMember(event.detail, 'eventSource') ?? '';
  const name = textMember(event.detail, 'eventName') ?? '';
  const known = Object.hasOwn(changeCalls, source) && (changeCalls[source as CallSource] as readonly string[]).includes(name);
  if (!known) return undefined;
  const resource = changedResource(source, isObject(event.detail) ? event.detail.requestParameters : undefined);
  // The status of a quota request is recorded in one region, whichever region the quota is of.
  return {
    what: `${source} ${name}`,
    everywhere: everywhere.has(source) || name === 'UpdateServiceQuotaIncreaseRequestStatus',
    ...(resource !== undefined && { resource }),
  };
}

/** An event as EventBridge delivers it, if it is one of these; `undefined` for any other. */
export function changeEventOf(event: unknown): ChangeEvent | undefined {
  if (!isObject(event)) return undefined;
  const type = textMember(event, 'detail-type');
  const [id, account, region, at] = ['id', 'account', 'region', 'time'].map((name) => textMember(event, name));
  if (type === undefined || id === undefined || account === undefined || region === undefined || at === undefined) return undefined;
  if (!/^\d{12}$/.test(account) || Number.isNaN(Date.parse(at))) return undefined;
  const what = whatOf(type, event);
  const trigger = what && triggerOf(id, event.detail, account);
  return what && { id, account, region, at, ...what, ...(trigger && { trigger }) };
}
