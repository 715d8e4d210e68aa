import type { DynamoDBBatchResponse } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { isNotified } from '../../shared/core/alerts/alert-selection.ts';
import { type Finding, findingId, type RegionResult } from '../../shared/core/evaluation/finding.ts';
import { carryOver } from '../../shared/core/history/carry-over.ts';
import { diff } from '../../shared/core/history/drift.ts';
import { parsePlan } from '../../shared/plan/parse.ts';
import { finding, firstRules, result } from '../core/results.ts';
import { account, alertTopic, type Born, born, commitsBorn, type Deployment, deploy, home, storyPlan } from './deployment.ts';

let d: Deployment;
beforeEach(async () => {
  d = await deploy(storyPlan({ alerts: {} }));
});
afterEach(() => d.close());

const place = { account, region: home };
const notify = (...commits: readonly Born[]) => d.run<DynamoDBBatchResponse>('notify', commitsBorn(...commits));
const sweepAt = (time: string) => {
  d.at(time);
  return d.run('dispatch', { kind: 'sweep', at: time });
};
const done = { batchItemFailures: [] };

/** Saves an audit of these findings as the workflow does. */
const save = (n: number, seen: RegionResult, region = home, rules = firstRules) => {
  const factsAt = new Date(Date.UTC(2026, 10, 24, n)).toISOString();
  d.at(factsAt);
  const audit = { account, region, auditId: `a-${n}`, factsAt, planHash: 'p', toolVersion: '1.0.0', rules, alias: 'ml-prod' };
  return d.table.save(audit, (previous) => {
    const changes = diff(previous, { ...seen, region }, factsAt, audit);
    return { result: carryOver(previous, { ...seen, region }, factsAt), changes, notify: changes.some(isNotified) };
  });
};
const bad = (more: Partial<Finding> = {}): Finding =>
  finding({
    status: 'fail',
    have: 251,
    need: 324,
    unit: 'addresses',
    message: 'sg-1 does not let its members reach one another.',
    remediation: { text: 'Allow it.', command: 'aws ec2 authorize-security-group-ingress --group-id sg-1 --region us-west-2' },
    ...more,
  });
const healthy = result({ findings: [finding()] });
const sick = result({ findings: [bad()] });
/** A region that was audited before, and became sick: commit 2. */
async function sicken(region = home): Promise<void> {
  await save(7, healthy, region);
  await d.table.confirmNotified({ account, region }, 1);
  await save(8, sick, region);
}
const pending = async () => (await d.table.pendingCommits()).map((c) => `${c.region}/${c.seq}`);

describe('a commit', () => {
  test('is published in every form, with what a subscriber filters by, and is no longer pending', async () => {
    await save(8, healthy);
    await save(9, sick);
    expect(await notify({ region: home, seq: 2 })).toEqual(done);
    const [said, ...others] = d.published();
    expect(others).toEqual([]);
    expect(said?.subject).toBe('BLOCKED llm-train us-west-2 (ml-prod)');
    expect(said?.attributes).toEqual({ account, region: home, level: 'required', kind: 'regressed', readiness: 'BLOCKED' });
    expect(said?.email).toContain('Before: READY since 2026-11-24 08:00 UTC.');
    expect(said?.email).toContain('$ aws ec2 authorize-security-group-ingress');
    expect(said?.data).toMatchObject({
      schemaVersion: 1,
      kind: 'regressed',
      commit: `${account}/${home}/2`,
      alias: 'ml-prod',
      changes: [
        { of: 'readiness', cluster: 'llm-train', status: 'BLOCKED', before: { status: 'READY' } },
        { of: 'finding', kind: 'regressed', check: 'efa-self-traffic', have: 251, need: 324, status: 'fail', command: expect.any(String) },
      ],
    });
    const [chat] = d.chats();
    expect(chat).toMatchObject({ version: '1.0', source: 'custom', content: { title: said?.subject } });
    expect(chat?.content.description).toContain('`llm-train` is BLOCKED since');
    expect(chat?.content.nextSteps).toEqual(['aws ec2 authorize-security-group-ingress --group-id sg-1 --region us-west-2']);
    expect(await pending()).toEqual([`${home}/1`]);
  });

  test('of a cluster that is well again goes into the thread of its trouble', async () => {
    await save(8, healthy);
    await save(9, sick);
    await save(10, healthy);
    await notify({ region: home, seq: 2 }, { region: home, seq: 3 });
    const threads = d.chats().map((c) => c.metadata.threadId);
    expect(threads).toEqual([
      `${account}/${home}/llm-train/2026-11-24T09:00:00.000Z`,
      `${account}/${home}/llm-train/2026-11-24T09:00:00.000Z`,
    ]);
    expect(d.published().map((p) => p.attributes.kind)).toEqual(['regressed', 'recovered']);
  });

  test('delivered twice is published once', async () => {
    await sicken();
    await notify({ region: home, seq: 2 });
    await notify({ region: home, seq: 2 }, { region: home, seq: 2 });
    expect(d.published()).toHaveLength(1);
  });

  test('out of order: each is published by itself', async () => {
    await sicken();
    await save(9, healthy);
    await notify({ region: home, seq: 3 }, { region: home, seq: 2 });
    expect(d.published().map((p) => p.data.commit)).toEqual([`${account}/${home}/3`, `${account}/${home}/2`]);
  });

  test('of a first audit is one summary', async () => {
    await save(8, result({ findings: Array.from({ length: 200 }, (_, n) => bad({ resource: `sg-${n}` })) }));
    await notify({ region: home, seq: 1 });
    expect(d.published()).toEqual([]);
    await sweepAt('2026-11-24T08:10:00.000Z');
    expect(d.published().map((p) => [p.attributes.kind, p.subject])).toEqual([['first', '1 BLOCKED in us-west-2 (ml-prod): first audit']]);
  });

  test('without a chat topic is published by the other alone', async () => {
    vi.stubEnv('CHAT_TOPIC_ARN', '');
    await sicken();
    await notify({ region: home, seq: 2 });
    expect(d.stub.of('sns:Publish').map((p) => p.TopicArn)).toEqual([alertTopic]);
  });

  test('that is below the minimum is silent, and no longer pending', async () => {
    d.setPlan(storyPlan({ alerts: { minimum: 'required' } }));
    await save(8, healthy);
    await save(9, result({ findings: [finding(), bad({ check: 'volume-size-quota', level: 'recommended' })] }));
    expect((await d.table.commit(place, 2))?.changes.length).toBeGreaterThan(0);
    await notify({ region: home, seq: 2 });
    expect(d.stub.calls.filter((c) => c.operation === 'sns:Publish')).toEqual([]);
    expect(await pending()).toEqual([`${home}/1`]);
  });

  test('of what is recommended is published by a plan that names no minimum', async () => {
    const written = { file: 'plan.yaml', readRequest: () => ({ ok: false, reason: 'none' }) as const, checkIds: [] };
    const parsed = parsePlan('alerts: { email: [ml-platform@example.com] }', written);
    if (!parsed.ok) expect.fail('the plan is good');
    d.setPlan(storyPlan({ alerts: parsed.plan.alerts }));
    await save(8, healthy);
    await save(9, result({ findings: [finding(), bad({ check: 'volume-size-quota', level: 'recommended' })] }));
    await notify({ region: home, seq: 2 });
    expect(d.published().map((p) => p.attributes)).toMatchObject([{ level: 'recommended', readiness: 'AT_RISK' }]);
  });

  test('that is no longer kept is nothing to tell', async () => {
    expect(await notify({ region: home, seq: 7 })).toEqual(done);
    expect(d.published()).toEqual([]);
  });
});

describe('what is debounced because it flaps', () => {
  const low = (have: number) => bad({ check: 'subnet-free-ips', level: 'recommended', resource: 'subnet-1', have });
  const full = finding({ check: 'subnet-free-ips', level: 'recommended', resource: 'subnet-1', have: 400, need: 324 });
  const seen = (f: Finding) => result({ findings: [finding(), f] });
  const begin = async () => {
    await save(8, seen(full));
    await d.table.confirmNotified(place, 1);
  };
  const sweepOn = (hour: number, minute = 0) => {
    d.at(new Date(Date.UTC(2026, 10, 24, hour, minute)).toISOString());
    return d.run('dispatch', { kind: 'sweep', at: '2026-11-24T00:00:00Z' });
  };

  test('is published by a sweep once an audit a period later has it still so', async () => {
    await begin();
    await save(9, seen(low(40)));
    await notify({ region: home, seq: 2 });
    expect(d.published()).toEqual([]);
    await sweepOn(9, 30);
    expect(d.published()).toEqual([]);
    await save(10, seen(low(41)));
    await sweepOn(10, 1);
    const [held] = d.published();
    expect(held?.email).toContain('Deferred');
    expect(held?.data.changes.map((c) => [c.of, c.kind])).toEqual([
      ['readiness', 'regressed'],
      ['finding', 'regressed'],
    ]);
    expect(await pending()).toEqual([]);
    await sweepOn(11);
    expect(d.published()).toHaveLength(1);
  });

  test('is published a day later where no audit came to look again: what was last seen is all there is', async () => {
    await begin();
    await save(9, seen(low(40)));
    await notify({ region: home, seq: 2 });
    await sweepOn(20);
    expect(d.published()).toEqual([]);
    await sweepOn(34, 30);
    expect(d.published()[0]?.data.changes.map((c) => c.check ?? c.of)).toEqual(['readiness', 'subnet-free-ips']);
    expect(await pending()).toEqual([]);
  });

  test('is dropped where someone muted it meanwhile; the cluster is reported all the same', async () => {
    await begin();
    await save(9, seen(low(40)));
    await notify({ region: home, seq: 2 });
    await save(10, seen({ ...low(40), muted: { reason: 'known', owner: 'ml', until: '2026-12-31' } }));
    await notify({ region: home, seq: 3 });
    await sweepOn(10, 1);
    const held = d.published().filter((p) => p.data.commit === `${account}/${home}/2`);
    expect(held.map((p) => p.data.changes.map((c) => c.of))).toEqual([['readiness']]);
  });

  test('goes to every topic, also to the one that refused the first message for a while', async () => {
    await begin();
    await save(9, result({ findings: [bad(), low(40)] }));
    d.stub.setFaults([{ on: 'sns:Publish', kind: 'refuse', when: (p) => p.TopicArn !== alertTopic }]);
    await notify({ region: home, seq: 2 });
    d.stub.setFaults([]);
    await notify({ region: home, seq: 2 });
    await save(10, result({ findings: [bad(), low(40)] }));
    await sweepOn(10, 1);
    const mails = d.published().filter((p) => p.data.commit === `${account}/${home}/2`);
    const chats = d.chats().filter((c) => c.id?.startsWith(`${account}/${home}/2`));
    expect(mails.map((p) => p.data.changes.length)).toEqual([2, 1]);
    expect(chats.map((c) => c.content.title)).toEqual(mails.map((p) => p.subject));
  });

  test('is dropped when it came back meanwhile; that it recovered for good is published all the same', async () => {
    await begin();
    await save(9, seen(low(40)));
    await notify({ region: home, seq: 2 });
    await save(9.5, seen(full));
    await notify({ region: home, seq: 3 });
    await save(10, seen(low(40)));
    await notify({ region: home, seq: 4 });
    await save(10.5, seen(full));
    await notify({ region: home, seq: 5 });
    await save(11.6, seen(full));
    await sweepOn(11, 40);
    expect(d.published().map((p) => p.data.commit)).toEqual([`${account}/${home}/5`]);
    expect(await pending()).toEqual([]);
  });

  test('is published in two messages where only part of the commit flaps', async () => {
    await begin();
    await save(9, result({ findings: [bad(), low(40)] }));
    await notify({ region: home, seq: 2 });
    await notify({ region: home, seq: 2 });
    await save(10, result({ findings: [bad(), low(40)] }));
    await sweepOn(10, 1);
    expect(d.published().map((p) => p.data.changes.map((c) => c.check ?? c.of))).toEqual([
      ['readiness', 'efa-self-traffic'],
      ['subnet-free-ips'],
    ]);
  });
});

describe('bad days', () => {
  test('a poison record among good ones: the good are published, then the lowest that failed is named', async () => {
    for (const region of ['us-west-2', 'us-east-1', 'eu-north-1', 'eu-west-1']) await sicken(region);
    d.stub.setFaults([{ on: 'sns:Publish', kind: 'refuse', when: (p) => String(p.Subject).includes('us-east-1') }]);
    const failed = await notify(
      { region: 'us-west-2', seq: 2 },
      { region: 'us-east-1', seq: 2 },
      { region: 'eu-north-1', seq: 2 },
      { region: 'eu-west-1', seq: 2 },
    );
    expect(failed).toEqual({ batchItemFailures: [{ itemIdentifier: '200' }] });
    expect(d.published().map((p) => p.data.region)).toEqual(['us-west-2', 'eu-north-1', 'eu-west-1']);
    expect(await pending()).toEqual(['us-east-1/2']);
    // Lambda begins again at the lowest: what was published is not published twice.
    d.stub.setFaults([]);
    await notify({ region: 'us-east-1', seq: 2 }, { region: 'eu-north-1', seq: 2 }, { region: 'eu-west-1', seq: 2 });
    expect(d.published().map((p) => p.data.region)).toEqual(['us-west-2', 'eu-north-1', 'eu-west-1', 'us-east-1']);
  });

  test('a commit that fails delays the later ones of its region, so that READY does not arrive before BLOCKED', async () => {
    await sicken();
    await save(9, healthy);
    let attempts = 0;
    d.stub.setFaults([{ on: 'sns:Publish', kind: 'refuse', when: (p) => String(p.Subject).startsWith('BLOCKED') && ++attempts > 0 }]);
    const both = [
      { region: home, seq: 2 },
      { region: home, seq: 3 },
    ];
    expect(await notify(...both)).toEqual({ batchItemFailures: [{ itemIdentifier: '100' }] });
    expect(attempts).toBeGreaterThan(0);
    expect(d.published()).toEqual([]);
    await sweepAt('2026-11-24T09:20:00.000Z').catch(() => undefined);
    expect(d.published()).toEqual([]);
    d.stub.setFaults([]);
    expect(await notify(...both)).toEqual(done);
    expect(d.published().map((p) => p.attributes.kind)).toEqual(['regressed', 'recovered']);
  });

  test('a commit that failed for two hours no longer delays those after it', async () => {
    await sicken();
    await save(9, healthy);
    d.stub.setFaults([{ on: 'sns:Publish', kind: 'refuse', when: (p) => String(p.Subject).startsWith('BLOCKED') }]);
    await sweepAt('2026-11-24T10:10:00.000Z').catch(() => undefined);
    expect(d.published().map((p) => p.attributes.kind)).toEqual(['recovered']);
    expect(await pending()).toEqual([`${home}/2`]);
  });

  // F: a commit whose topic refuses; t: one that is published. Lambda begins again at the lowest number that is reported.
  test.each([
    ['FF', '100'],
    ['tFF', '200'],
    ['FtF', '100'],
    ['tFtF', '200'],
    ['tFFt', '200'],
    ['ttFF', '300'],
  ])('a batch %s reports its first failure alone, %s, and no alert is lost or repeated', async (outcomes, lowest) => {
    const regions = ['us-west-2', 'us-east-1', 'eu-north-1', 'eu-west-1'].slice(0, outcomes.length);
    const failing = regions.filter((_, n) => outcomes[n] === 'F');
    for (const region of regions) await sicken(region);
    d.stub.setFaults([{ on: 'sns:Publish', kind: 'refuse', when: (p) => failing.some((region) => String(p.Subject).includes(region)) }]);
    const batch = commitsBorn(...regions.map((region) => ({ region, seq: 2 }))).Records;
    expect(await d.run('notify', { Records: batch })).toEqual({ batchItemFailures: [{ itemIdentifier: lowest }] });
    d.stub.setFaults([]);
    const rest = batch.filter((r) => r.dynamodb.SequenceNumber >= lowest);
    expect(await d.run('notify', { Records: rest })).toEqual(done);
    expect(
      d
        .published()
        .map((p) => p.data.region)
        .toSorted(),
    ).toEqual(regions.toSorted());
    expect(await pending()).toEqual([]);
  });

  test('a record that is none of the table’s is named, the others are published', async () => {
    await sicken();
    const strange = { ...born('050', '', ''), dynamodb: { SequenceNumber: '050', Keys: { id: { N: '1' } } } };
    const answer = await d.run('notify', { Records: [strange, ...commitsBorn({ region: home, seq: 2 }).Records] });
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: '050' }] });
    expect(d.published()).toHaveLength(1);
  });

  test.each([
    ['another item', born('1', `${account}#us-west-2`, 'HEAD')],
    ['an item of the deployment', born('1', 'deployment', 'ROUTES')],
    ['a part of a commit', born('1', `${account}#us-west-2`, 'PART#0000000001#w#0000')],
    ['a commit that changed', born('1', `${account}#us-west-2`, 'LOG#0000000002', 'MODIFY')],
    ['a commit that expired', born('1', `${account}#us-west-2`, 'LOG#0000000002', 'REMOVE')],
  ])('%s is nothing to tell, should the filter let it through', async (_, record) => {
    await sicken();
    expect(await d.run('notify', { Records: [record] })).toEqual(done);
    expect(d.stub.of('sns:Publish')).toEqual([]);
  });

  test.each([[{}], [null], [{ Records: [] }], [{ Records: [{ eventSource: 'aws:sqs', body: '{}' }] }]])(
    'an event that is not ours (%j) is refused, and nothing else happens',
    async (event) => {
      await expect(d.run('notify', event)).rejects.toThrow("The event is not one of ours: notify takes records of the table's stream.");
      expect(d.lines).toMatchObject([{ level: 'error', message: 'failed', error: 'ForeignEvent' }]);
      expect(d.stub.calls).toEqual([]);
    },
  );

  test.each(['refuse', 'throttle', 'error', 'hang'] as const)(
    'a topic that answers with "%s": reported, still pending, published by a sweep when it works again',
    async (kind) => {
      await sicken();
      d.stub.setFaults([{ on: 'sns:Publish', kind }]);
      d.setPlan(storyPlan({ alerts: { remindAfterHours: 0 } }));
      expect(await notify({ region: home, seq: 2 })).toEqual({ batchItemFailures: [{ itemIdentifier: '100' }] });
      expect(await pending()).toEqual([`${home}/2`]);
      d.stub.setFaults([]);
      // More than a day later: the stream has forgotten.
      d.at('2026-11-26T08:00:00.000Z');
      await d.run('dispatch', { kind: 'sweep', at: '2026-11-26T08:00:00Z' });
      expect(d.published()).toHaveLength(1);
      expect(await pending()).toEqual([]);
    },
  );

  test('a chat topic that refuses keeps the commit pending: published means published everywhere', async () => {
    await sicken();
    d.stub.setFaults([{ on: 'sns:Publish', kind: 'refuse', when: (p) => p.TopicArn !== alertTopic }]);
    expect((await notify({ region: home, seq: 2 })).batchItemFailures).toHaveLength(1);
    expect(await pending()).toEqual([`${home}/2`]);
    d.stub.setFaults([]);
    expect(await notify({ region: home, seq: 2 })).toEqual(done);
    expect(d.chats()).toHaveLength(1);
    expect(new Set(d.published().map((p) => p.data.commit)).size).toBe(1);
  });

  test.each([
    ['chat', (topic: unknown) => topic !== alertTopic],
    ['mail', (topic: unknown) => topic === alertTopic],
  ] as const)('a topic for %s that refuses for days costs the other neither its message nor a flood of them', async (which, refused) => {
    d.setPlan(storyPlan({ alerts: { remindAfterHours: 0 } }));
    await sicken();
    d.stub.setFaults([{ on: 'sns:Publish', kind: 'refuse', when: (p) => refused(p.TopicArn) }]);
    const publishedCounts = () => [d.published().length, d.chats().length];
    for (let n = 0; n < 3; n++) await notify({ region: home, seq: 2 });
    for (const day of [25, 26, 27]) {
      d.at(`2026-11-${day}T08:00:00.000Z`);
      await expect(d.run('dispatch', { kind: 'sweep', at: '2026-11-25T08:00:00Z' })).rejects.toThrow('Some alerts could not be published');
    }
    expect(publishedCounts()).toEqual(which === 'chat' ? [1, 0] : [0, 1]);
    expect(await pending()).toEqual([`${home}/2`]);
    d.stub.setFaults([]);
    await d.run('dispatch', { kind: 'sweep', at: '2026-11-27T08:10:00Z' });
    expect(publishedCounts()).toEqual([1, 1]);
    expect(await pending()).toEqual([]);
  });

  test('a table that throttles the confirmation: published again rather than never', async () => {
    await sicken();
    d.stub.setFaults([{ on: 'dynamodb:UpdateItem', kind: 'refuse', when: (p) => JSON.stringify(p).includes('LOG#') }]);
    expect((await notify({ region: home, seq: 2 })).batchItemFailures).toHaveLength(1);
    d.stub.setFaults([]);
    await notify({ region: home, seq: 2 });
    expect(d.published().map((p) => p.data.commit)).toEqual([`${account}/${home}/2`, `${account}/${home}/2`]);
    expect(await pending()).toEqual([]);
  });

  const many = (n: number, status: 'pass' | 'fail', message = 'It is as it is.') =>
    result({
      findings: Array.from({ length: n }, (_, i) =>
        status === 'fail' ? bad({ resource: `sg-${i}`, message }) : finding({ resource: `sg-${i}` }),
      ),
    });

  test('300 findings that change at once are one message, counted where they do not fit', async () => {
    await save(8, many(300, 'pass'));
    await save(9, many(300, 'fail'));
    expect(await notify({ region: home, seq: 2 })).toEqual(done);
    const [said, ...others] = d.published();
    expect(others).toEqual([]);
    expect(said?.email).toContain('WORSE (300)');
    expect(said?.email).toContain('and 280 more');
    expect(said?.data.changes).toHaveLength(301);
    const [chat] = d.chats();
    expect(chat?.content.description.length).toBeLessThanOrEqual(8000);
    expect(chat?.content.description).toMatch(/… and \d+ more\. All of it is in the findings table/);
  });

  test('a message over 256 KB is cut to what fits, the gravest first, with how many are left out and where they are', async () => {
    const long = 'Größe ☂ "quoted" \\ '.repeat(60);
    await save(8, many(500, 'pass'));
    await save(9, many(500, 'fail', long));
    expect(await notify({ region: home, seq: 2 })).toEqual(done);
    const [said] = d.published();
    expect(said?.bytes).toBeLessThan(262_144);
    expect(said?.bytes).toBeGreaterThan(200_000);
    expect(said?.data.changes[0]).toMatchObject({ of: 'readiness', cluster: 'llm-train' });
    expect(said?.data.omitted).toEqual({
      changes: 501 - (said?.data.changes.length ?? 0),
      where: `All of it is in the findings table: partition key ${account}#${home}, sort key LOG#0000000002.`,
    });
    expect(findingId({ check: 'efa-self-traffic', cluster: 'llm-train', resource: 'sg-0' })).toBe(said?.data.changes[1]?.id);
  });
});
