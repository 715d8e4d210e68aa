/** The function that tells Security Hub, as Lambda wakes it. What it says there is tested in test/workflows/import-findings.test.ts. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sampleOf } from '../../shared/core/alerts/alert-sample.ts';
import { bodyOf } from '../../shared/core/alerts/alert-size.ts';
import { rules } from '../../shared/core/evaluation/rules.ts';
import { carryOver } from '../../shared/core/history/carry-over.ts';
import { diff } from '../../shared/core/history/drift.ts';
import { finding, result } from '../core/results.ts';
import { account, alertTopic, born, commitsBorn, type Deployment, deploy, publishedBusName, storyPlan } from './deployment.ts';
import { eventMistakes } from './event-schema.ts';

let d: Deployment;
beforeEach(async () => {
  d = await deploy(storyPlan({ alerts: { securityHub: true } }));
});
afterEach(() => d.close());

/** One commit in a region: something fails there. */
async function commit(region: string, of = account): Promise<void> {
  const seen = { ...result({ findings: [finding({ status: 'fail', resource: region })] }), region };
  const audit = { account: of, region, auditId: 'a', factsAt: '2026-11-24T08:00:00.000Z', planHash: 'p', toolVersion: '1', rules };
  await d.table.save(audit, (previous) => ({
    result: carryOver(previous, seen, audit.factsAt),
    changes: diff(previous, seen, audit.factsAt, audit),
    notify: false,
  }));
}
const imported = (): readonly string[] =>
  d.stub
    .of('securityhub:BatchImportFindings')
    .flatMap((i) => (i.Findings as readonly { readonly Id: string }[]).map((f) => f.Id.split('/')[1] ?? ''));

test('a batch of commits is one import a region, and what is not a commit wakes nothing', async () => {
  await commit('us-west-2');
  await commit('us-east-1');
  const batch = commitsBorn({ region: 'us-west-2', seq: 1 }, { region: 'us-east-1', seq: 1 }, { region: 'us-west-2', seq: 1 });
  const records = [...batch.Records, born('900', `${account}#us-west-2`, 'HEAD')];
  expect(await d.run('import', { Records: records })).toEqual({ batchItemFailures: [] });
  expect(imported()).toEqual(['us-west-2', 'us-east-1']);
  expect(d.lines.filter((l) => l.message === 'imported')).toMatchObject([
    { account, region: 'us-west-2', findings: 1 },
    { account, region: 'us-east-1', findings: 1 },
  ]);
});

test('a region that Security Hub does not take is named, the others are imported, and later it is made up for', async () => {
  await commit('us-west-2');
  await commit('us-east-1');
  d.stub.setRefusedFindings((id) => id.includes('us-east-1'));
  const batch = commitsBorn({ region: 'us-west-2', seq: 1 }, { region: 'us-east-1', seq: 1 });
  expect(await d.run('import', batch)).toEqual({ batchItemFailures: [{ itemIdentifier: '200' }] });
  d.stub.setRefusedFindings(() => false);
  d.stub.forgetCalls();
  expect(await d.run('import', commitsBorn({ region: 'us-east-1', seq: 1 }))).toEqual({ batchItemFailures: [] });
  expect(imported()).toEqual(['us-east-1']);
});

// F: a region that Security Hub refuses; i: one that is imported. A letter with its number is a region.
test.each([
  ['F1 F2', '100'],
  ['i1 F2 F3', '200'],
  ['F1 i2 F3', '100'],
  ['i1 F2 i1 F3', '200'],
  ['i1 F2 F2', '200'],
  ['i1 F2 i3 F4 F2', '200'],
])('a batch "%s" reports its first failure alone, %s', async (outcomes, lowest) => {
  const regions = ['us-west-2', 'us-east-1', 'eu-north-1', 'eu-west-1'];
  const batch = outcomes.split(' ').map((text) => ({
    kind: text[0],
    region: regions[Number(text[1]) - 1] ?? '',
    seq: 1,
  }));
  const commits = new Map(batch.map((b) => [b.region, b]));
  for (const { region } of commits.values()) await commit(region);
  const failing = [...commits.values()].filter((b) => b.kind === 'F').map((b) => b.region);
  d.stub.setRefusedFindings((id) => failing.some((region) => id.includes(region)));
  const { Records } = commitsBorn(...batch);
  expect(await d.run('import', { Records })).toEqual({ batchItemFailures: [{ itemIdentifier: lowest }] });
  d.stub.setRefusedFindings(() => false);
  d.stub.forgetCalls();
  const rest = Records.filter((r) => r.dynamodb.SequenceNumber >= lowest);
  expect(await d.run('import', { Records: rest })).toEqual({ batchItemFailures: [] });
  expect(imported()).toEqual(expect.arrayContaining(failing));
});

test('findings of other accounts are imported as those of the auditor’s own, with theirs among the resources', async () => {
  await commit('us-west-2', '999988887777');
  expect(await d.run('import', commitsBorn({ account: '999988887777', region: 'us-west-2', seq: 1 }))).toEqual({ batchItemFailures: [] });
  expect(d.stub.of('securityhub:BatchImportFindings').flatMap((i) => i.Findings)).toMatchObject([
    { AwsAccountId: account, Resources: [{}, { Type: 'AwsAccount', Id: 'AWS::::Account:999988887777' }] },
  ]);
});

test.each([[{}], [null], [{ Records: [{ eventSource: 'aws:sqs', body: '{}' }] }]])(
  'an event that is not ours (%j) is refused',
  async (event) => {
    await expect(d.run('import', event)).rejects.toThrow(
      "The event is not one of ours: import takes records of the table's stream, or messages of the topic of alerts.",
    );
    expect(d.stub.calls).toEqual([]);
  },
);

describe('with events', () => {
  beforeEach(async () => {
    await d.close();
    d = await deploy(storyPlan({ alerts: { securityHub: true, events: true } }));
  });

  interface Entry {
    readonly EventBusName: string;
    readonly DetailType: string;
    readonly Detail: string;
  }
  const entries = (): readonly Entry[] => d.stub.of('events:PutEvents').flatMap((i) => i.Entries as readonly Entry[]);
  const { data, chat } = sampleOf({ account, region: 'us-west-2', at: '2026-11-24T08:00:00.000Z' });
  const message = bodyOf(sampleOf({ account, region: 'us-west-2', at: '2026-11-24T08:00:00.000Z' }));
  const sns = (Message: string) => ({ Records: [{ EventSource: 'aws:sns', Sns: { TopicArn: alertTopic, Message } }] });

  test('changes of every account are published, each an event of the schema', async () => {
    await commit('us-west-2');
    await commit('us-west-2', '999988887777');
    const batch = commitsBorn({ region: 'us-west-2', seq: 1 }, { account: '999988887777', region: 'us-west-2', seq: 1 });
    expect(await d.run('import', batch)).toEqual({ batchItemFailures: [] });
    expect(entries().map((e) => `${e.EventBusName} ${e.DetailType} ${JSON.parse(e.Detail).account}`)).toEqual(
      [account, '999988887777'].flatMap((of) => [
        `${publishedBusName} HyperPod Readiness Changed ${of}`,
        `${publishedBusName} HyperPod Finding Changed ${of}`,
      ]),
    );
    for (const { DetailType, Detail } of entries()) expect(eventMistakes(DetailType, JSON.parse(Detail))).toEqual([]);
  });

  test.each([
    ['the bus', 'events:*', ['imported'], 'changes could not be published'],
    ['Security Hub', 'securityhub:*', ['published'], 'findings could not be imported'],
  ])('%s that refuses keeps the other from nothing, and is tried again', async (_, on, done, failed) => {
    await commit('us-west-2');
    d.stub.setFaults([{ on, kind: 'refuse' }]);
    expect(await d.run('import', commitsBorn({ region: 'us-west-2', seq: 1 }))).toEqual({ batchItemFailures: [{ itemIdentifier: '100' }] });
    expect(d.lines.map((l) => l.message)).toEqual(expect.arrayContaining([...done, failed]));
    d.stub.setFaults([]);
    d.stub.forgetCalls();
    expect(await d.run('import', commitsBorn({ region: 'us-west-2', seq: 1 }))).toEqual({ batchItemFailures: [] });
    expect([imported().length, entries().length]).toEqual(on === 'events:*' ? [0, 2] : [1, 0]);
  });

  test('a notification is published as it was sent', async () => {
    await d.run('import', sns(JSON.parse(message).default));
    expect(entries()).toMatchObject([{ EventBusName: publishedBusName, DetailType: 'HyperPod Notification' }]);
    expect(JSON.parse(entries()[0]?.Detail ?? '')).toEqual(data);
  });

  test('a notification that the bus refuses fails, so that Lambda tries again and in the end sets it apart', async () => {
    d.stub.setFaults([{ on: 'events:*', kind: 'refuse' }]);
    await expect(d.run('import', sns(JSON.parse(message).default))).rejects.toThrow(/did not take 1 of 1 events/);
  });

  test('a message that is no notification is refused', async () => {
    await expect(d.run('import', sns(JSON.stringify(chat)))).rejects.toThrow('The event is not one of ours');
  });
});
