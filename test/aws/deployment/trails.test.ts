/** Whether a trail records changes, over the wire: never "there is one" where that was not seen. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { defaultSettings } from '../../../shared/aws/client/settings.ts';
import { bootstrapVersion } from '../../../shared/aws/deployment/bootstrap.ts';
import { type ChangeRecording, recordingsOf } from '../../../shared/aws/deployment/trails.ts';
import { answering } from '../quotas/parameter-stub.ts';
import { type StubTrail, startTrailStub, type TrailStub } from './trail-stub.ts';

let stub: TrailStub;
beforeAll(async () => {
  stub = await startTrailStub();
});
afterAll(() => stub.close());
afterEach(() => {
  stub.setDenied([]);
  stub.setBroken([]);
});

const credentials = { accessKeyId: '111122223333', secretAccessKey: 'x' };
const asked = (...regions: readonly string[]) => recordingsOf(regions, { ...defaultSettings, endpoint: stub.endpoint, credentials });
const one = async (...trails: readonly StubTrail[]): Promise<ChangeRecording | undefined> => {
  stub.setTrails(trails);
  return (await asked('us-west-2')).get('us-west-2');
};

const management = { ReadWriteType: 'All', IncludeManagementEvents: true };
const trail = (change: Partial<StubTrail> = {}): StubTrail => ({
  name: 'org',
  home: 'us-east-1',
  logging: true,
  selectors: [management],
  ...change,
});
const advanced = (...fields: readonly object[]) => ({
  selectors: [],
  advanced: [{ FieldSelectors: [{ Field: 'eventCategory', Equals: ['Management'] }, ...fields] }],
});

describe('a trail', () => {
  test.each<readonly [string, Partial<StubTrail>, ChangeRecording['state']]>([
    ['that logs management events', {}, 'recorded'],
    ['that logs those that write', { selectors: [{ ...management, ReadWriteType: 'WriteOnly' }] }, 'recorded'],
    ['that logs those that read', { selectors: [{ ...management, ReadWriteType: 'ReadOnly' }] }, 'none'],
    ['for data alone', { selectors: [{ ...management, IncludeManagementEvents: false }] }, 'none'],
    ['with no selector', { selectors: [] }, 'none'],
    ['that is switched off', { logging: false }, 'none'],
    ['with an advanced selector', advanced(), 'recorded'],
    ['with one for writes', advanced({ Field: 'readOnly', Equals: ['false'] }), 'recorded'],
    ['with one for reads', advanced({ Field: 'readOnly', Equals: ['true'] }), 'none'],
    ['with one that leaves KMS out', advanced({ Field: 'eventSource', NotEquals: ['kms.amazonaws.com'] }), 'recorded'],
    ['with one that leaves EC2 out', advanced({ Field: 'eventSource', NotEquals: ['ec2.amazonaws.com'] }), 'partly'],
    ['with one for a single service', advanced({ Field: 'eventSource', Equals: ['iam.amazonaws.com'] }), 'partly'],
    ['with one for some calls', advanced({ Field: 'eventName', StartsWith: ['Delete'] }), 'partly'],
    ['with one for data', { selectors: [], advanced: [{ FieldSelectors: [{ Field: 'eventCategory', Equals: ['Data'] }] }] }, 'none'],
  ])('%s', async (_, change, state) => {
    expect(await one(trail(change))).toEqual({ state, ...(state === 'none' ? {} : { trail: 'org' }) });
  });

  test('none at all', async () => {
    expect(await one()).toEqual({ state: 'none' });
  });

  test('of several the one that logs most counts', async () => {
    const some = trail({ name: 'some', ...advanced({ Field: 'eventName', StartsWith: ['Delete'] }) });
    expect(await one(trail({ name: 'off', logging: false }), some, trail({ name: 'all' }))).toEqual({ state: 'recorded', trail: 'all' });
    expect(await one(trail({ name: 'off', logging: false }), some)).toEqual({ state: 'partly', trail: 'some' });
  });

  test('is asked in the region that it was made in, once, whatever regions show it', async () => {
    stub.setTrails([trail(), trail({ name: 'west', home: 'us-west-2', seenIn: ['us-west-2'] })]);
    const recordings = await asked('us-west-2', 'eu-north-1');
    expect([...recordings]).toEqual([
      ['us-west-2', { state: 'recorded', trail: 'org' }],
      ['eu-north-1', { state: 'recorded', trail: 'org' }],
    ]);
    expect(stub.calls.filter((c) => c.startsWith('GetTrailStatus')).toSorted()).toEqual([
      'GetTrailStatus us-east-1',
      'GetTrailStatus us-west-2',
    ]);
  });

  test('of one region says nothing of another', async () => {
    stub.setTrails([trail({ name: 'west', home: 'us-west-2', seenIn: ['us-west-2'] })]);
    expect([...(await asked('us-west-2', 'eu-north-1')).values()].map((r) => r.state)).toEqual(['recorded', 'none']);
  });
});

describe('what cannot be read is not known', () => {
  test.each(['DescribeTrails', 'GetTrailStatus', 'GetEventSelectors'])('%s denied', async (operation) => {
    stub.setDenied([operation]);
    expect(await one(trail())).toEqual({ state: 'unknown', reason: 'access denied', action: `cloudtrail:${operation}` });
  });

  test('an answer without trails is no answer', async () => {
    stub.setBroken(['DescribeTrails']);
    expect(await one(trail())).toMatchObject({ state: 'unknown', reason: expect.stringContaining('trailList') });
  });

  test.each([
    ['GetTrailStatus', 'IsLogging'],
    ['GetEventSelectors', 'EventSelectors'],
  ])('%s without %s', async (operation, member) => {
    stub.setBroken([operation]);
    expect(await one(trail())).toEqual({ state: 'unknown', reason: `the answer could not be read: it has no usable ${member}` });
  });

  test('an AWS that is not there', async () => {
    const gone = await startTrailStub();
    await gone.close();
    const recordings = await recordingsOf(['us-west-2'], { ...defaultSettings, endpoint: gone.endpoint, credentials });
    expect(recordings.get('us-west-2')).toMatchObject({ state: 'unknown', reason: expect.stringContaining('the connection was refused') });
  });
});

describe('the bootstrap stack', () => {
  const parameter = { '/cdk-bootstrap/hnb659fds/version': '21' };

  test.each<readonly [string, Parameters<typeof answering>[0], unknown]>([
    ['is there, with its version', parameter, { ok: true, value: 21 }],
    ['is not there', {}, { ok: true, value: null }],
    ['may not be asked for', 'denied', { ok: false, reason: 'access denied', action: 'ssm:GetParameter' }],
  ])('%s', async (_, parameters, said) => {
    expect(await answering(parameters, (endpoint) => bootstrapVersion('us-west-2', { ...defaultSettings, endpoint, credentials }))).toEqual(
      said,
    );
  });
});
