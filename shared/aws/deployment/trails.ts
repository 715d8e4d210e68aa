/**
 * Whether CloudTrail records changes, so that EventBridge hears of them: it passes on calls to AWS's APIs only where a
 * trail logs management events that write. Asked when the auditor is deployed, never by an audit.
 */
import {
  type AdvancedEventSelector,
  CloudTrailClient,
  DescribeTrailsCommand,
  type EventSelector,
  GetEventSelectorsCommand,
  type GetEventSelectorsCommandOutput,
  GetTrailStatusCommand,
  type Trail,
} from '@aws-sdk/client-cloudtrail';
import { changeCalls } from '../../core/events/change-calls.ts';
import { clientConfig } from '../client/client-config.ts';
import { AwsError, toUnread, tryRead } from '../client/errors.ts';
import type { AwsSettings } from '../client/settings.ts';
import { flag, list, text, unreadable } from '../collect/response.ts';

/** What becomes of the changes in one region. */
export type ChangeRecording =
  /** A trail logs every call that changes something. */
  | { readonly state: 'recorded'; readonly trail: string }
  /** A trail logs some of them: its selectors name or leave out services or calls. */
  | { readonly state: 'partly'; readonly trail: string }
  /** No trail that is switched on logs management events that write. */
  | { readonly state: 'none' }
  /** It could not be read; `action`: what is denied. */
  | { readonly state: 'unknown'; readonly reason: string; readonly action?: string };

type RecordedShare = 'all' | 'some' | 'none';

const ofEventSelector = ({ IncludeManagementEvents, ReadWriteType }: EventSelector): RecordedShare =>
  IncludeManagementEvents !== false && ReadWriteType !== 'ReadOnly' ? 'all' : 'none';

/**
 * Services whose changes have to be recorded; others that a trail leaves out change nothing here. Calls of KMS are many, so trails
 * often leave them out: a change of a key is then found by the schedule.
 */
const sources: ReadonlySet<string> = new Set(Object.keys(changeCalls).filter((source) => source !== 'kms.amazonaws.com'));

function ofAdvancedSelector({ FieldSelectors = [] }: AdvancedEventSelector): RecordedShare {
  const fields = new Map(FieldSelectors.map((f) => [f.Field, f]));
  if (!fields.get('eventCategory')?.Equals?.includes('Management')) return 'none';
  if (fields.get('readOnly')?.Equals?.includes('true')) return 'none';
  const harmless = ({ Field, NotEquals, ...rest }: (typeof FieldSelectors)[number]): boolean =>
    Field === 'eventCategory' ||
    Field === 'readOnly' ||
    (Field === 'eventSource' && Object.values(rest).every((v) => v === undefined) && !NotEquals?.some((s) => sources.has(s)));
  return FieldSelectors.every(harmless) ? 'all' : 'some';
}

/** What of the calls that change something the selectors of a trail let through. */
function scopeOf({ EventSelectors, AdvancedEventSelectors }: GetEventSelectorsCommandOutput): RecordedShare {
  if (!EventSelectors && !AdvancedEventSelectors) unreadable('EventSelectors');
  const scopes = [...(EventSelectors ?? []).map(ofEventSelector), ...(AdvancedEventSelectors ?? []).map(ofAdvancedSelector)];
  return scopes.includes('all') ? 'all' : scopes.includes('some') ? 'some' : 'none';
}

/**
 * For each region what becomes of its changes, in the order of the regions. A trail of the organization or of another
 * region that covers this one counts; of two trails the one that logs more does. Rejects for nothing that AWS answers.
 */
export async function recordingsOf(regions: readonly string[], settings: AwsSettings): Promise<ReadonlyMap<string, ChangeRecording>> {
  const clients = new Map<string, CloudTrailClient>();
  const at = (region: string): CloudTrailClient => {
    const client = clients.get(region) ?? new CloudTrailClient(clientConfig({ ...settings, maxAttempts: 3 }, region));
    clients.set(region, client);
    return client;
  };
  const ask = async <T>(action: string, send: () => Promise<T>): Promise<T> => {
    try {
      return await send();
    } catch (error) {
      throw new AwsError(toUnread(error, action), error);
    }
  };

  /** Asked once a trail, in the region that it was made in: elsewhere AWS shows a shadow of it. */
  const scopes = new Map<string, Promise<RecordedShare>>();
  const trailScope = (arn: string, home: string): Promise<RecordedShare> => {
    const asked = async (): Promise<RecordedShare> => {
      const { IsLogging } = await ask('cloudtrail:GetTrailStatus', () => at(home).send(new GetTrailStatusCommand({ Name: arn })));
      if (!flag(IsLogging, 'IsLogging')) return 'none';
      return scopeOf(await ask('cloudtrail:GetEventSelectors', () => at(home).send(new GetEventSelectorsCommand({ TrailName: arn }))));
    };
    const scope = scopes.get(arn) ?? asked();
    scopes.set(arn, scope);
    return scope;
  };

  const recordingOf = async (region: string): Promise<ChangeRecording> => {
    const trails = await tryRead(async () =>
      list(
        (await ask('cloudtrail:DescribeTrails', () => at(region).send(new DescribeTrailsCommand({ includeShadowTrails: true })))).trailList,
        'trailList',
      ),
    );
    if (!trails.ok) return { state: 'unknown', reason: trails.reason, ...(trails.action !== undefined && { action: trails.action }) };
    const read = await Promise.all(
      trails.value.map(async (trail: Trail) => ({
        name: trail.Name ?? trail.TrailARN ?? '',
        scope: await tryRead(() => trailScope(text(trail.TrailARN, 'TrailARN'), trail.HomeRegion ?? region)),
      })),
    );
    const of = (share: RecordedShare) => read.find(({ scope }) => scope.ok && scope.value === share)?.name;
    const whole = of('all');
    if (whole !== undefined) return { state: 'recorded', trail: whole };
    // A trail that could not be read may be the one.
    const unread = read.flatMap(({ scope }) => (scope.ok ? [] : [scope]))[0];
    if (unread) return { state: 'unknown', reason: unread.reason, ...(unread.action !== undefined && { action: unread.action }) };
    const part = of('some');
    return part === undefined ? { state: 'none' } : { state: 'partly', trail: part };
  };

  try {
    return new Map(await Promise.all(regions.map(async (region) => [region, await recordingOf(region)] as const)));
  } finally {
    for (const client of clients.values()) client.destroy();
  }
}
