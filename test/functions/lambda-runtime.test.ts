/** What no emulator does, at the bundled functions: run as Lambda runs them, fed as its event sources feed them. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { isNotified } from '../../shared/core/alerts/alert-selection.ts';
import type { RegionResult } from '../../shared/core/evaluation/finding.ts';
import { rules } from '../../shared/core/evaluation/rules.ts';
import { carryOver } from '../../shared/core/history/carry-over.ts';
import { diff } from '../../shared/core/history/drift.ts';
import { finding, result } from '../core/results.ts';
import { type Bundles, bundle, template } from './bundled.ts';
import { account, born, change, commitsBorn, type Deployment, deploy, home, requested, secretArn, storyPlan, tick } from './deployment.ts';
import { matchesPattern, pollQueue, pollStream, type QueueMapping, type QueueProperties, type StreamMapping } from './event-sources.ts';
import type { Outcome, RunningFunction } from './runtime.ts';

// Processes are started and killed here: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

let bundles: Bundles;
let d: Deployment;
beforeAll(async () => {
  bundles = await bundle();
});
afterAll(() => bundles.close());
beforeEach(async () => {
  d = await deploy();
  d.at('2026-11-24T08:00:30.000Z');
});
afterEach(() => d.close());

const plan = storyPlan({ alerts: {} });
const commitsMapping: StreamMapping = template.one('AWS::Lambda::EventSourceMapping', 'Commits').Properties;
const requestsMapping: QueueMapping = template.one('AWS::Lambda::EventSourceMapping', 'AuditRequests').Properties;
const requestsQueue: QueueProperties = template.one('AWS::SQS::Queue', 'RequestsQueue').Properties;

const sick = result({ findings: [finding({ status: 'fail' })] });
const save = (at: string, seen: RegionResult, region: string) => {
  d.at(at);
  const audit = { account, region, auditId: at, factsAt: at, planHash: 'p', toolVersion: '1.0.0', rules };
  return d.table.save(audit, (previous) => {
    const changes = diff(previous, { ...seen, region }, at, audit);
    return { result: carryOver(previous, { ...seen, region }, at), changes, notify: changes.some(isNotified) };
  });
};
/** A region that was audited before, and became sick: commit 2. */
async function sicken(at: string, region: string): Promise<void> {
  await save(new Date(Date.parse(at) - 60_000).toISOString(), result({ findings: [finding()] }), region);
  await d.table.confirmNotified({ account, region }, 1);
  await save(at, sick, region);
}
const regions = ['us-west-2', 'us-east-1', 'eu-north-1', 'eu-west-1', 'ap-south-1', 'sa-east-1'];
const everyRegion = async () => {
  for (const [n, region] of regions.entries()) await sicken(`2026-11-24T08:00:0${n}.000Z`, region);
};
const publishedRegions = () => d.published().map((p) => p.data.region);
const pending = async () => (await d.table.pendingCommits()).map((c) => c.region).toSorted();
const linesOf = (f: RunningFunction) => f.log.map((line): Readonly<Record<string, unknown>> => JSON.parse(line));
const poisoned = (region: string) => (input: Readonly<Record<string, unknown>>) => JSON.stringify(input).includes(`${account}#${region}`);

describe('a function as Lambda runs it', () => {
  test('takes one event after the other in one process, each line of its log a line of JSON', async () => {
    const notify = await bundles.run('notify', plan);
    await sicken('2026-11-24T08:00:00.000Z', home);
    expect(await notify.invoke(commitsBorn({ region: home, seq: 2 }))).toEqual({ ok: true, payload: { batchItemFailures: [] } });
    expect(await notify.invoke(commitsBorn({ region: home, seq: 2 }))).toEqual({ ok: true, payload: { batchItemFailures: [] } });
    expect([notify.starts(), publishedRegions()]).toEqual([1, [home]]);
    expect(linesOf(notify).map((l) => l.outcome ?? l.message)).toEqual(['notified', 'done', 'done', 'done']);
  });

  test.each([
    ['dispatch', 'dispatch takes a time of its schedule'],
    ['notify', "notify takes records of the table's stream"],
    ['audit', 'audit takes messages of its queue'],
    ['digest', 'digest takes a time of its schedule'],
    ['webhook', 'webhook takes messages of the chat topic'],
  ] as const)('%s says of an event that is not its own what it takes, by name and sentence, and does nothing', async (name, expected) => {
    const f = await bundles.run(name, plan);
    const outcome = await f.invoke({ source: 'aws.s3', 'detail-type': 'Object Created', detail: {} });
    expect(outcome).toMatchObject({ ok: false, errorType: 'ForeignEvent' });
    expect(!outcome.ok && outcome.errorMessage).toContain(`The event is not one of ours: ${expected}`);
    expect(!outcome.ok && outcome.trace?.[0]).toContain('ForeignEvent: The event is not one of ours');
    expect([d.stub.calls, d.sandbox.calls]).toEqual([[], []]);
    // It lives on: the next event finds the same process.
    await f.invoke({});
    expect(f.starts()).toBe(1);
  });

  test('that was not deployed whole names the variable that is missing', async () => {
    const notify = await bundles.run('notify', plan, { without: 'ALERT_TOPIC_ARN' });
    await sicken('2026-11-24T08:00:00.000Z', home);
    expect(await notify.invoke(commitsBorn({ region: home, seq: 2 }))).toMatchObject({
      payload: { batchItemFailures: [{ itemIdentifier: '100' }] },
    });
    expect(linesOf(notify)).toContainEqual(
      expect.objectContaining({
        level: 'error',
        reason: 'The environment variable ALERT_TOPIC_ARN is not set, so this function was not deployed whole.',
      }),
    );
  });

  test('that takes longer than it may is killed, and nothing of it goes on; the next event gets a fresh process', async () => {
    const notify = await bundles.run('notify', plan, { timeoutSeconds: 8 });
    await sicken('2026-11-24T08:00:00.000Z', home);
    d.stub.setFaults([{ on: 'dynamodb:GetItem', kind: 'hang' }]);
    expect(await notify.invoke(commitsBorn({ region: home, seq: 2 }))).toMatchObject({ ok: false, errorType: 'Sandbox.Timedout' });
    expect(publishedRegions()).toEqual([]);
    d.stub.setFaults([]);
    expect(await notify.invoke(commitsBorn({ region: home, seq: 2 }))).toEqual({ ok: true, payload: { batchItemFailures: [] } });
    expect([notify.starts(), publishedRegions()]).toEqual([2, [home]]);
  });
});

describe('the stream', () => {
  test('lets through the birth of commits and nothing else of the table', async () => {
    await sicken('2026-11-24T08:00:00.000Z', home);
    const pk = `${account}#${home}`;
    const invoked: unknown[] = [];
    const commit = 'LOG#0000000001';
    const others = [
      born('1', pk, 'HEAD'),
      born('2', pk, 'F#a/b/c/d'),
      born('3', pk, 'PART#0000000001#w#0000'),
      born('4', pk, commit, 'MODIFY'),
      born('5', pk, commit, 'REMOVE'),
      born('6', 'deployment', 'ROUTES'),
    ];
    await pollStream([...others, born('7', pk, commit)], commitsMapping, async (event) => {
      invoked.push(event);
      return { ok: true, payload: { batchItemFailures: [] } };
    });
    expect(invoked).toEqual([{ Records: [born('7', pk, commit)] }]);
  });

  test('a record that is refused again and again: the others are published, it ends as a dead letter, and the sweep publishes it from the table', async () => {
    await everyRegion();
    const notify = await bundles.run('notify', plan);
    d.stub.setFaults([{ on: 'sns:Publish', kind: 'refuse', when: (p) => String(p.Subject).includes('eu-north-1') }]);
    const dead = await pollStream(commitsBorn(...regions.map((region) => ({ region, seq: 2 }))).Records, commitsMapping, notify.invoke);
    expect(publishedRegions().toSorted()).toEqual(regions.filter((r) => r !== 'eu-north-1').toSorted());
    expect(dead).toMatchObject([
      {
        requestContext: { condition: 'RetryAttemptsExhausted', approximateInvokeCount: 1 + (commitsMapping.MaximumRetryAttempts ?? 0) },
        DDBStreamBatchInfo: { startSequenceNumber: '300' },
      },
    ]);
    // Nothing of the record itself is in there: it has to come from the table.
    expect(JSON.stringify(dead)).not.toContain('LOG#');
    expect(await pending()).toEqual(['eu-north-1']);
    d.stub.setFaults([]);
    d.at('2026-11-26T09:00:00.000Z');
    const dispatch = await bundles.run('dispatch', plan);
    expect(await dispatch.invoke(tick('2026-11-26T09:00:00Z', 'sweep'))).toMatchObject({ ok: true });
    expect(publishedRegions().toSorted()).toEqual(regions.toSorted());
    expect(await pending()).toEqual([]);
  });

  test('a record that kills the function: bisecting sets it apart, the good before and after it are published', async () => {
    await everyRegion();
    const notify = await bundles.run('notify', plan, { timeoutSeconds: 8 });
    d.stub.setFaults([{ on: 'dynamodb:GetItem', kind: 'hang', when: poisoned('eu-north-1') }]);
    const mapping = { ...commitsMapping, MaximumRetryAttempts: 1 };
    const dead = await pollStream(commitsBorn(...regions.map((region) => ({ region, seq: 2 }))).Records, mapping, notify.invoke);
    expect(dead.map((l) => l.DDBStreamBatchInfo)).toMatchObject([{ startSequenceNumber: '300', endSequenceNumber: '300', batchSize: 1 }]);
    expect(dead[0]?.responseContext.functionError).toBe('Unhandled');
    expect(new Set(publishedRegions())).toEqual(new Set(regions.filter((r) => r !== 'eu-north-1')));
    expect(await pending()).toEqual(['eu-north-1']);
    expect(notify.starts()).toBeGreaterThan(2);
  });

  test('notify that crashes while it starts: no record is lost, all of them are published by the sweep', async () => {
    await everyRegion();
    const notify = await bundles.run('notify', plan, { first: "throw new TypeError('The bundle is broken.');" });
    const said: Outcome[] = [];
    const dead = await pollStream(
      commitsBorn(...regions.map((region) => ({ region, seq: 2 }))).Records,
      { ...commitsMapping, MaximumRetryAttempts: 1 },
      async (event) => {
        const outcome = await notify.invoke(event);
        said.push(outcome);
        return outcome;
      },
    );
    expect(said[0]).toMatchObject({ ok: false, errorType: 'TypeError', errorMessage: 'The bundle is broken.' });
    expect(notify.starts()).toBe(said.length);
    expect(dead.reduce((n, l) => n + l.DDBStreamBatchInfo.batchSize, 0)).toBe(regions.length);
    expect(publishedRegions()).toEqual([]);
    const dispatch = await bundles.run('dispatch', plan);
    d.at('2026-11-24T08:20:00.000Z');
    expect(await dispatch.invoke(tick('2026-11-24T08:20:00Z', 'sweep'))).toMatchObject({ ok: true });
    expect(publishedRegions().toSorted()).toEqual(regions.toSorted());
  });
});

describe('the queue of audits', () => {
  const body = () => JSON.stringify(requested(home, 'schedule-2026-11-24T08:00:00Z'));
  const most = requestsQueue.RedrivePolicy?.maxReceiveCount ?? 0;

  test('a request that fails every time is tried as often as the queue allows, then kept whole; from there it is done later', async () => {
    const audit = await bundles.run('audit', plan);
    d.stub.setFaults([{ on: 'dynamodb:PutItem', kind: 'refuse' }]);
    const request = body();
    const { dead, receives } = await pollQueue([request], requestsMapping, requestsQueue, audit.invoke);
    expect([dead, receives]).toEqual([[request], [most]]);
    expect(linesOf(audit).filter((l) => l.message === 'audit failed')).toHaveLength(most);
    expect(await d.table.summary({ account, region: home })).toBeUndefined();
    d.stub.setFaults([]);
    const said: Outcome[] = [];
    const watched = async (event: unknown) => {
      const outcome = await audit.invoke(event);
      said.push(outcome);
      return outcome;
    };
    const later = await pollQueue(dead, requestsMapping, requestsQueue, watched);
    expect([later, said]).toEqual([{ dead: [], receives: [1] }, [{ ok: true, payload: { batchItemFailures: [] } }]]);
    expect((await d.table.summary({ account, region: home }))?.readiness.map((r) => r.state)).toEqual(['READY']);
  });

  test('a request that fails for a while is done once the trouble is over', async () => {
    const audit = await bundles.run('audit', plan);
    d.stub.setFaults([{ on: 'dynamodb:PutItem', kind: 'refuse' }]);
    const { dead, receives } = await pollQueue([body()], requestsMapping, requestsQueue, audit.invoke, (round) => {
      if (round === 2) d.stub.setFaults([]);
    });
    expect([dead, receives]).toEqual([[], [3]]);
    expect((await d.table.changesBetween({ account, region: home }, {})).items).toHaveLength(1);
  });

  test('a message that is not ours ends whole among the dead letters, with what was expected in the log, and without any effect', async () => {
    const audit = await bundles.run('audit', plan);
    const strange = '{"detail-type":"Object Created","source":"aws.s3"}';
    const { dead, receives } = await pollQueue([strange], requestsMapping, requestsQueue, audit.invoke);
    expect([dead, receives]).toEqual([[strange], [most]]);
    expect(linesOf(audit)).toContainEqual(
      expect.objectContaining({
        error: 'ForeignEvent',
        reason: 'The event is not one of ours: a message of the audit queue holds an AuditRequested event.',
      }),
    );
    expect([d.stub.calls, d.sandbox.calls]).toEqual([[], []]);
  });

  test('an audit that takes too long is killed, comes again, and makes one log', async () => {
    const audit = await bundles.run('audit', plan, { timeoutSeconds: 12 });
    d.stub.setFaults([{ on: 'dynamodb:PutItem', kind: 'hang', when: (p) => JSON.stringify(p).includes('AUDIT#') }]);
    const { dead, receives } = await pollQueue([body()], requestsMapping, requestsQueue, audit.invoke, () => {
      d.stub.setFaults([]);
      d.at('2026-11-24T08:24:30.000Z');
    });
    expect([dead, receives, audit.starts()]).toEqual([[], [2], 2]);
    expect((await d.table.changesBetween({ account, region: home }, {})).items.map((c) => c.seq)).toEqual([1]);
    expect((await d.table.audits({ account, region: home })).items).toHaveLength(1);
  });
});

/** What CloudWatch asks of a line in the embedded metric format; it drops others without a word. */
function metricsOf(line: Readonly<Record<string, unknown>>): readonly string[] {
  const units = new Set(['Seconds', 'Milliseconds', 'Count', 'Bytes', 'Percent', 'None']);
  const { Timestamp, CloudWatchMetrics } = line._aws as {
    readonly Timestamp: number;
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
    }[];
  };
  // Two weeks back and two hours ahead, in milliseconds.
  expect(Number.isInteger(Timestamp)).toBe(true);
  expect(Timestamp).toBeGreaterThan(Date.now() - 14 * 86_400_000);
  expect(Timestamp).toBeLessThan(Date.now() + 2 * 3_600_000);
  return CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) => {
    expect(Namespace).toMatch(/^[A-Za-z0-9._/#:-]{1,255}$/);
    for (const name of Dimensions.flat()) expect(line[name]).toMatch(/^[\x20-\x7e]{1,1024}$/);
    for (const set of Dimensions) expect(set.length).toBeLessThanOrEqual(30);
    expect(Metrics.length).toBeLessThanOrEqual(100);
    for (const { Name, Unit } of Metrics) {
      expect(line[Name]).toSatisfy((v: unknown) => typeof v === 'number' && Number.isFinite(v));
      expect(units.has(Unit)).toBe(true);
    }
    return Metrics.map((m) => m.Name);
  });
}

test('what functions write are lines of JSON, and those with metrics are such as CloudWatch takes', async () => {
  const written = new Map<string, readonly string[]>();
  const run = async (name: 'dispatch' | 'audit' | 'notify' | 'digest', ...events: readonly unknown[]) => {
    const f = await bundles.run(name, plan);
    for (const event of events) expect(await f.invoke(event)).toMatchObject({ ok: true });
    written.set(name, [...new Set(linesOf(f).flatMap((line) => ('_aws' in line ? metricsOf(line) : [])))].toSorted());
    expect(f.log.every((line) => Buffer.byteLength(line) < 256 * 1024)).toBe(true);
  };
  await run('audit', { Records: [{ messageId: 'm', body: JSON.stringify(requested(home, 'schedule-1')), eventSource: 'aws:sqs' }] });
  await run('notify', commitsBorn({ region: home, seq: 1 }));
  await run('dispatch', tick('2026-11-24T08:00:00Z'), tick('2026-11-24T08:00:00Z', 'sweep'), change('e-1'));
  await run('digest', tick('2026-11-24T08:00:00Z', 'digest'));
  expect(Object.fromEntries(written)).toEqual({
    audit: [],
    notify: [],
    dispatch: ['PendingSeconds', 'RegionsLate', 'RoutesBroken'],
    digest: [],
  });
});

test('a webhook that refuses is tried again by SNS: the function fails, and its error names the host alone', async () => {
  d.stub.setSecret(`${d.stub.endpoint}/hooks/T0/secret-part`);
  const webhook = await bundles.run('webhook', plan);
  const notification = { version: '1.0', source: 'custom', content: { title: 't', description: 'd' } };
  const event = { Records: [{ EventSource: 'aws:sns', Sns: { Message: JSON.stringify(notification) } }] };
  d.stub.setFaults([{ on: 'webhook:POST', kind: 'error' }]);
  const outcome = await webhook.invoke(event);
  expect(outcome).toMatchObject({
    ok: false,
    errorType: 'Error',
    errorMessage: 'The webhook on 127.0.0.1 refused the message (HTTP 500).',
  });
  expect(JSON.stringify([outcome, webhook.log])).not.toContain('secret-part');
  expect(JSON.stringify(webhook.log)).not.toContain(secretArn);
  d.stub.setFaults([]);
  expect(await webhook.invoke(event)).toMatchObject({ ok: true });
  expect(d.stub.of('webhook:POST')).toHaveLength(1);
});

test.each([
  [{ a: ['x'] }, { a: 'x' }, true],
  [{ a: ['x'] }, { a: 'y' }, false],
  [{ a: { b: [{ prefix: 'L#' }] } }, { a: { b: 'L#1' } }, true],
  [{ a: { b: [{ prefix: 'L#' }] } }, { a: { b: 'M#1' } }, false],
  [{ a: { b: ['x'] } }, {}, false],
])('the pattern %j and the event %j', (pattern, event, expected) => {
  expect(matchesPattern(pattern, event)).toBe(expected);
});
