/**
 * The auditor where it is meant to run: deployed by CloudFormation, woken by its schedule, asking an AWS of three for what
 * there is, keeping what it found in its table, and telling who subscribed. One story, reported in order: each test begins
 * where the one before ended.
 */
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormationClient, DescribeStackResourcesCommand, ValidateTemplateCommand } from '@aws-sdk/client-cloudformation';
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client, RevokeSecurityGroupEgressCommand } from '@aws-sdk/client-ec2';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetQueueAttributesCommand, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { ScanCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { stackNames } from '../../infra/app.ts';
import { lackingOnEmulator } from '../../infra/stacks/emulator.ts';
import { type FunctionName, functionNames } from '../../infra/stacks/functions.ts';
import { documentClient } from '../../shared/aws/findings/client.ts';
import { dynamoStore } from '../../shared/aws/findings/dynamodb-store.ts';
import { sortKeys } from '../../shared/aws/findings/keys.ts';
import { markersTable } from '../../shared/aws/findings/markers.ts';
import { grantedByAws } from '../../shared/aws/policies/auditor-policy.ts';
import type { AlertData } from '../../shared/core/alerts/alert-data.ts';
import type { ChatNotification } from '../../shared/core/alerts/chat-notification.ts';
import { auditRequested, auditSource } from '../../shared/core/events/audit-request.ts';
import { answer } from '../../shared/query/run-query.ts';
import { asked } from '../functions/deployment.ts';
import { type Call, type Known, outcome, policiesOf } from '../infra/simulate.ts';
import { fullPlan, stack } from '../infra/world.ts';
import { type Deployment, deploy, email, type Inbox, otherRegion, type Received, withQuota } from './deployment.ts';
import { callOf } from './resources.ts';
import type { Answered } from './router.ts';
import { account, region } from './seed.ts';
import { until } from './until.ts';

vi.setConfig({ testTimeout: 1_800_000, hookTimeout: 1_800_000 });

let d: Deployment;
beforeAll(async () => {
  d = await deploy();
});
afterAll(() => d?.stop());
beforeEach(({ onTestFailed }) => {
  // What the functions said is in the emulator's log alone.
  onTestFailed(() => {
    const file = join(tmpdir(), `ministack-${process.pid}.log`);
    writeFileSync(file, d.cloud.ministack.log());
    process.stderr.write(`What MiniStack and the functions said is in ${file}.\n`);
  });
});

const west = { account, region };
const east = { account, region: otherRegion };
const places = [west, east];
const output = (name: string): string => d.outputs[`${name}Output`] ?? '';
const title = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);
const by = (name: FunctionName): readonly Answered[] => d.cloud.router.answered.filter((a) => a.app === output(`${title(name)}Function`));
const stateOf = async (place: typeof west) => {
  const state = await d.table.currentState(place);
  if (!state) throw new Error(`Nothing is known of ${place.region}.`);
  return { state, readiness: Object.fromEntries([...state.readiness].map(([cluster, r]) => [cluster, r.state])) };
};

const received = (body: string): Received => JSON.parse(body);
const dataOf = (of: Received): AlertData => JSON.parse(of.Message);
const isAlert = (kind: string, where: string) => (body: string) => {
  const message = received(body);
  return message.Type === 'Notification' && dataOf(message).kind === kind && dataOf(message).region === where;
};
/** The first message of an inbox that is like that, waited for. */
const arrival = (what: string, inbox: Inbox, fits: (body: string) => boolean): Promise<Received> =>
  until(what, async () => (await inbox.messages()).map((body) => (fits(body) ? received(body) : undefined)).find((m) => m !== undefined));
/** How many audits have read a region: each lists its clusters once. */
const looks = (where: string): number => by('audit').filter((a) => a.operation === 'sagemaker:ListClusters' && a.region === where).length;
const published = (topic: string): readonly Answered[] =>
  [...by('notify'), ...by('dispatch')].filter((a) => a.operation === 'sns:Publish' && a.input.TopicArn === output(topic));
const allNotified = () =>
  until('every commit to be notified', async () => ((await d.table.pendingCommits()).length === 0 ? true : undefined));
/** Lets what waits for a summary have begun to wait a quarter of an hour earlier. */
async function ageWaiting(): Promise<void> {
  const waiting = await until('both first audits to wait', async () => {
    const found = await d.table.waiting.list();
    return found.length === places.length ? found : undefined;
  });
  const items = documentClient(d.cloud.root);
  for (const { account: of, region: where, seq, group, at } of waiting) {
    const earlier = new Date(Date.parse(at) - 15 * 60_000).toISOString();
    await items.send(
      new UpdateCommand({
        TableName: output('FindingsTable'),
        Key: { pk: `${of}#${where}`, sk: sortKeys.waiting(seq) },
        UpdateExpression: 'SET #at = :at',
        ExpressionAttributeNames: { '#at': 'at' },
        ExpressionAttributeValues: { ':at': `${group}#${earlier}` },
      }),
    );
  }
}
const depth = async (QueueUrl: string) => {
  const AttributeNames = [
    'ApproximateNumberOfMessages',
    'ApproximateNumberOfMessagesNotVisible',
    'ApproximateNumberOfMessagesDelayed',
  ] as const;
  const { Attributes } = await new SQSClient(d.cloud.root).send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...AttributeNames] }),
  );
  return AttributeNames.map((name) => Number(Attributes?.[name]));
};

const tableNow = async () =>
  (await new DynamoDBClient(d.cloud.root).send(new DescribeTableCommand({ TableName: output('FindingsTable') }))).Table;

/** Members by name, so that the same item is the same text. */
const inOrder = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value)
    ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    : value;

type Items = ReadonlyMap<string, string>;
/** Everything in the table, each item as JSON. */
async function itemsNow(): Promise<Items> {
  const client = documentClient(d.cloud.root);
  const items = new Map<string, string>();
  let ExclusiveStartKey: Record<string, unknown> | undefined;
  do {
    const page = await client.send(
      new ScanCommand({ TableName: output('FindingsTable'), ConsistentRead: true, ...(ExclusiveStartKey && { ExclusiveStartKey }) }),
    );
    for (const item of page.Items ?? []) items.set(`${item.pk} ${item.sk}`, JSON.stringify(item, inOrder));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
  return items;
}

test('the flag leaves out exactly the types of resources that the emulator does not know', async () => {
  // One resource of each type: all of them together are longer than what is validated without a bucket.
  const types = [...new Set(Object.values(stack(fullPlan, { home: { account, region } }).resources).map((r) => r.Type))];
  const TemplateBody = JSON.stringify({ Resources: Object.fromEntries(types.map((Type, n) => [`R${n}`, { Type }])) });
  const refusal = await new CloudFormationClient(d.cloud.root)
    .send(new ValidateTemplateCommand({ TemplateBody }))
    .catch((error: Error) => error.message);
  expect(refusal).toBe(`Template format error: Unrecognized resource types: [${Object.keys(lackingOnEmulator).toSorted().join(', ')}]`);
});

test('the stack stands, all of it', async () => {
  const { StackResources = [] } = await new CloudFormationClient(d.cloud.root).send(
    new DescribeStackResourcesCommand({ StackName: stackNames.audit }),
  );
  const complete = StackResources.filter((r) => r.ResourceStatus === 'CREATE_COMPLETE').map((r) => r.LogicalResourceId);
  expect(complete.toSorted()).toEqual(Object.keys(d.template.Resources).toSorted());
  expect(await tableNow()).toMatchObject({
    DeletionProtectionEnabled: true,
    BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' },
  });
});

test('its schedule has both regions audited, and first audits are one message', async () => {
  const at = new Date().toISOString();
  await d.runOnce('schedule', at);
  await d.audited(at);
  // Scripts of bare, which the plan does not name, are not read.
  expect((await stateOf(west)).readiness).toEqual({ bare: 'READY', eval: 'AT_RISK', llm: 'AT_RISK' });
  expect((await stateOf(east)).readiness).toEqual({ 'llm-east': 'READY' });
  await ageWaiting();
  await d.runOnce('sweep', new Date().toISOString());
  await allNotified();
  expect(published('DriftAlerts')).toHaveLength(1);
  const { Subject } = await arrival('the summary of both first audits', d.alerts, isAlert('first', 'MANY'));
  expect(Subject).toMatch(new RegExp(`: first audits of 2 regions in account ${account}$`));
});

test('drift is notified in every form to all subscribers', async () => {
  const { nodeGroup } = d.cloud.seeded;
  const self = { GroupId: nodeGroup, IpPermissions: [{ IpProtocol: '-1', UserIdGroupPairs: [{ GroupId: nodeGroup }] }] };
  await new EC2Client({ ...d.cloud.root, endpoint: d.cloud.moto.endpoint }).send(new RevokeSecurityGroupEgressCommand(self));
  d.cloud.sandbox.setDescription(withQuota(0)(d.cloud.seeded));

  const begun = Date.now();
  await d.tick('schedule', new Date(begun).toISOString());
  const posted = await until('the alert at the server', () =>
    d.server.posted.find((p) => p.at > begun && isAlert('regressed', region)(p.body) && received(p.body).Subject?.includes('eval')),
  );
  process.stdout.write(`From the schedule's event to the alert at an HTTP subscriber: ${posted.at - begun} ms.\n`);

  // JSON, by queue and by HTTP: one message for each cluster.
  const about = (cluster: string) => (body: string) =>
    isAlert('regressed', region)(body) && received(body).Subject === `BLOCKED ${cluster} ${region} (${account})`;
  const json = await arrival('the alert in the queue', d.alerts, about('eval'));
  const data = dataOf(json);
  expect(received(posted.body)).toMatchObject({ Subject: json.Subject, Message: json.Message });
  expect(posted.headers['x-amz-sns-message-type']).toBe('Notification');
  expect(data).toMatchObject({ schemaVersion: 1, account, region, level: 'required', commit: `${account}/${region}/2` });
  const llm = dataOf(await arrival("the other cluster's alert", d.alerts, about('llm')));
  for (const [cluster, alert] of [['eval', data] as const, ['llm', llm] as const]) {
    // Each has the state of the region.
    expect(alert.readiness.filter((r) => r.state === 'BLOCKED').map((r) => r.cluster)).toEqual(['eval', 'llm']);
    const changes = alert.changes.filter((c) => c.check === 'efa-self-traffic');
    expect(changes.map((c) => [c.kind, c.cause, c.cluster, c.resource, c.status])).toEqual([
      ['regressed', 'account', cluster, nodeGroup, 'fail'],
    ]);
  }
  expect(json.MessageAttributes).toMatchObject({
    account: { Type: 'String', Value: account },
    region: { Type: 'String', Value: region },
    level: { Type: 'String', Value: 'required' },
    kind: { Type: 'String', Value: 'regressed' },
    readiness: { Type: 'String', Value: 'BLOCKED' },
  });

  const quota = dataOf(await arrival("the other region's alert", d.alerts, isAlert('regressed', otherRegion)));
  expect(quota.readiness).toMatchObject([{ cluster: 'llm-east', state: 'BLOCKED' }]);
  expect(quota.changes.find((c) => c.check === 'instance-type-quota')).toMatchObject({ kind: 'regressed', have: 0, need: 2 });

  // A filter policy by attribute lets these three through, and not the summary of the first audits.
  const filtered = async () => (await d.blocked.messages()).map((body) => dataOf(received(body)).kind);
  await until('the alerts behind the filter', async () => ((await filtered()).length >= 3 ? true : undefined));
  expect(await filtered()).toEqual(['regressed', 'regressed', 'regressed']);

  // E-mail: the emulator sends none. It says to whom it would have, and what notify published for e-mail is on record.
  const publication = published('DriftAlerts').find((a) => JSON.parse(String(a.input.Message)).default === json.Message);
  expect(publication?.input.MessageStructure).toBe('json');
  const text: string = JSON.parse(String(publication?.input.Message)).email;
  expect(text).toContain('eval is BLOCKED since');
  expect(text).toContain('efa-self-traffic');
  expect(text).toMatch(new RegExp(`aws ec2 authorize-security-group-egress --region ${region} --group-id ${nodeGroup} `));
  const mailed = d.cloud.ministack.log().split(`SNS fanout → email ${email}`).length - 1;
  await allNotified();
  expect(mailed).toBeGreaterThanOrEqual(3);
  expect(d.cloud.ministack.log().split(`SNS fanout → email ${email}`)).toHaveLength(published('DriftAlerts').length + 1);

  // Chat, as the chat service reads it, and through the function that posts it to an incoming webhook.
  const chat = await arrival('the notification in the chat', d.chat, (body) => received(body).Message.includes(String(json.Subject)));
  const notification: ChatNotification = JSON.parse(chat.Message);
  expect(notification).toMatchObject({ version: '1.0', source: 'custom', content: { textType: 'client-markdown', title: json.Subject } });
  const hooked = await until('the post to the webhook', () =>
    d.webhook.posted.find((p) => JSON.parse(p.body).text.includes(json.Subject) && p.at > begun),
  );
  expect(hooked.path).toBe('/services/T0/B0/token');
  expect(JSON.parse(hooked.body).text).toContain('efa-self-traffic');
});

test('findings, history and changes stand in the table', async () => {
  const { nodeGroup } = d.cloud.seeded;
  const { state, readiness } = await stateOf(west);
  expect(readiness).toEqual({ bare: 'READY', eval: 'BLOCKED', llm: 'BLOCKED' });
  expect((await stateOf(east)).readiness).toEqual({ 'llm-east': 'BLOCKED' });
  const id = [...state.findings.keys()].find((f) => f.startsWith('efa-self-traffic/llm/')) ?? '';
  expect(state.findings.get(id)?.finding).toMatchObject({ status: 'fail', resource: nodeGroup });
  const history = (await d.table.historyOf(west, id)).items;
  expect(history.map((h) => h.seq)).toEqual([2, 1]);
  const commits = (await d.table.changesBetween(west, {}, { oldestFirst: true })).items;
  expect(commits.map((c) => c.seq)).toEqual([1, 2]);
  const states = await Promise.all(places.map((place) => d.table.currentState(place)));
  const open = states.flatMap((s, n) => [...(s?.findings.values() ?? [])].map(({ finding: f }) => ({ ...f, region: places[n]?.region })));
  const failing = open.filter((f) => f.status === 'fail' && f.level === 'required');
  expect(failing.map((f) => `${f.region} ${f.check} ${f.cluster}`).toSorted()).toEqual([
    `${otherRegion} instance-type-quota llm-east`,
    `${region} efa-self-traffic eval`,
    `${region} efa-self-traffic llm`,
  ]);
  for (const place of places) expect((await d.table.audits(place)).items).toHaveLength(2);
});

test.each([
  ['/readiness', ''],
  ['/findings', `account=${account}&region=${region}&open=true&level=required`],
  ['/changes', `region=${otherRegion}&from=2026-01-01T00:00:00Z`],
  ['/coverage', ''],
  ['/capacity', `account=${account}&region=${region}`],
])('the function behind the address answers %s?%s as the table does', async (path, query) => {
  const answered = (await d.call(output('QueryFunction'), asked(`${path}?${query}`))) as {
    readonly statusCode: number;
    readonly body: string;
  };
  const expected = await answer({ method: 'GET', path, query }, d.ports);
  expect([answered.statusCode, JSON.parse(Buffer.from(answered.body, 'base64').toString())]).toEqual([
    200,
    JSON.parse(JSON.stringify(expected.body)),
  ]);
  expect(expected.status).toBe(200);
});

test('an audit without a change notifies no one and writes three small items', async () => {
  const before = await itemsNow();
  const alerts = published('DriftAlerts').length;
  const at = new Date().toISOString();
  await d.tick('schedule', at);
  await d.audited(at);
  const after = await itemsNow();
  for (const { region: where } of places) {
    const written = [...after].filter(([key, item]) => key.startsWith(`${account}#${where} `) && before.get(key) !== item);
    expect(written.map(([key]) => key.split(' ')[1]?.replace(/#.*/, '')).toSorted()).toEqual(['AUDIT', 'DAY', 'HEAD']);
    expect(Buffer.byteLength(written.map(([, item]) => item).join(''))).toBeLessThanOrEqual(4096);
  }
  // Without a commit there is nothing that could still wake notify.
  expect([...after.keys()].filter((key) => key.includes(' LOG#')).toSorted()).toEqual(
    [...before.keys()].filter((key) => key.includes(' LOG#')).toSorted(),
  );
  expect(published('DriftAlerts')).toHaveLength(alerts);
  expect(await d.table.pendingCommits()).toEqual([]);
});

test('the same event once more is no second audit', async () => {
  const [newest] = (await d.table.audits(west)).items;
  const before = await itemsNow();
  const looked = places.map((p) => looks(p.region));
  await d.call(output('DispatchFunction'), { kind: 'schedule', at: newest?.auditId.replace('schedule-', '') });
  expect((await depth(output('AuditQueue'))).every((n) => n === 0)).toBe(true);
  expect(places.map((p) => looks(p.region))).toEqual(looked);
  expect(await itemsNow()).toEqual(before);
});

test('more requests than may run at once wait in the queue, and none is lost', async () => {
  const requests = 7;
  const before = looks(otherRegion);
  await new SQSClient(d.cloud.root).send(
    new SendMessageBatchCommand({
      QueueUrl: output('AuditQueue'),
      Entries: Array.from({ length: requests }, (_, n) => ({
        Id: String(n),
        MessageBody: JSON.stringify({
          source: auditSource,
          'detail-type': auditRequested,
          time: new Date().toISOString(),
          detail: { ...east, auditId: `burst-${n}` },
        }),
      })),
    }),
  );
  // Taken off the queue only once it was done: one that failed would stay there.
  await until('every one of them to be audited', async () =>
    looks(otherRegion) - before >= requests && (await depth(output('AuditQueue'))).every((n) => n === 0) ? true : undefined,
  );
  expect(looks(otherRegion) - before).toBe(requests);
  expect((await stateOf(east)).readiness).toEqual({ 'llm-east': 'BLOCKED' });
});

test('the sweep checks the routes, and the digest reports the status', async () => {
  const at = new Date().toISOString();
  await d.tick('sweep', at);
  const marks = markersTable({ store: dynamoStore({ client: documentClient(d.cloud.root), tableName: output('FindingsTable') }) });
  expect(await until('a look at the routes', () => marks.routes())).toMatchObject({ broken: [] });
  await d.tick('digest', at);
  const digest = dataOf(
    await arrival('the digest', d.alerts, (body) => received(body).Type === 'Notification' && dataOf(received(body)).kind === 'digest'),
  );
  expect(digest.readiness.map((r) => [r.cluster, r.state]).toSorted()).toMatchObject([
    ['eval', 'BLOCKED'],
    ['llm', 'BLOCKED'],
    ['llm-east', 'BLOCKED'],
  ]);
});

test('an event that is not ours is tried again, ends with the dead letters, and does nothing', async () => {
  const before = await itemsNow();
  await d.invoke(output('DispatchFunction'), { kind: 'nonsense' });
  const dead = await d.inbox(await d.queueUrl(`${stackNames.audit}-Undelivered`));
  const letter = await until('the dead letter', async () =>
    (await dead.messages()).map((body) => JSON.parse(body)).find((m) => m.requestPayload?.kind === 'nonsense'),
  );
  expect(letter).toMatchObject({
    requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 3 },
    requestPayload: { kind: 'nonsense' },
    responsePayload: { errorMessage: expect.stringMatching(/^The event is not one of ours: dispatch takes/) },
  });
  expect(await itemsNow()).toEqual(before);
});

/** Another plan, in the making while a change waits for its audit. */
let next: Promise<string>;

test('a change in the account asks for an audit a little later', async () => {
  next = d.synth({ retentionDays: 30, schedule: 'rate(2 hours)' });
  const key = `${account}#${region} DIRTY`;
  const dirty = async () => JSON.parse((await itemsNow()).get(key) ?? '{}').since !== undefined;
  // As the rule hands it over: only AWS puts such an event on a bus, here as there.
  const id = randomUUID();
  await d.invoke(output('DispatchFunction'), {
    version: '0',
    id,
    'detail-type': 'AWS API Call via CloudTrail',
    source: 'aws.ec2',
    account,
    time: new Date().toISOString(),
    region,
    resources: [],
    detail: { eventSource: 'ec2.amazonaws.com', eventName: 'RevokeSecurityGroupEgress', eventVersion: '1.08' },
  });
  await until('the delayed message', async () => ((await depth(output('AuditQueue')))[2] === 1 ? true : undefined));
  expect(await dirty()).toBe(true);
  expect(by('dispatch').findLast((sent) => sent.operation === 'sqs:SendMessageBatch')?.input.Entries).toMatchObject([{ DelaySeconds: 45 }]);
  const done = await until("the change's audit", async () => (await d.table.audits(west)).items.find((a) => a.auditId === `change-${id}`), {
    seconds: 600,
  });
  expect(done.readiness).toEqual({ bare: 'READY', eval: 'BLOCKED', llm: 'BLOCKED' });
  // The last thing that it writes.
  await until('the mark to be gone', async () => ((await dirty()) ? undefined : true));
});

test('another plan is deployed over it: what was found stays, and the audits go on from there', async () => {
  const before = await itemsNow();
  const assembly = await next;
  // The emulator ends running invocations when a function is replaced.
  await until('the queue to be empty', async () => ((await depth(output('AuditQueue'))).every((n) => n === 0) ? true : undefined));
  expect(await d.cdk.deploy(assembly)).toEqual(d.outputs);
  expect(await itemsNow()).toEqual(before);

  const at = new Date().toISOString();
  await d.tick('schedule', at);
  await d.audited(at);
  const { items } = await d.table.audits(west);
  expect(items[0]?.auditId).toBe(`schedule-${at}`);
  expect(items.length).toBeGreaterThanOrEqual(5);
  // Scripts of bare, which the plan does not name, are not read.
  expect((await stateOf(west)).readiness).toEqual({ bare: 'READY', eval: 'BLOCKED', llm: 'BLOCKED' });
  expect((await d.table.changesBetween(west, {}, { oldestFirst: true })).items[0]?.seq).toBe(1);
});

test('every function was allowed what it called, by the roles that the template gives', async () => {
  const arn = (service: string, rest: string) => `arn:aws:${service}:${region}:${account}:${rest}`;
  const known: Known = {
    'AWS::Partition': 'aws',
    'AWS::AccountId': account,
    FindingsTable: arn('dynamodb', `table/${output('FindingsTable')}`),
    RequestsBus: arn('events', `event-bus/${output('EventBus')}`),
    RequestsQueue: arn('sqs', output('AuditQueue').split('/').at(-1) ?? ''),
    AlertsDriftAlerts: output('DriftAlerts'),
    AlertsChatAlerts: output('ChatAlerts'),
    OperationsTopic: output('Operations'),
  };
  const deployed = functionNames.filter((name) => output(`${title(name)}Function`) !== '');
  expect(deployed).toEqual(['dispatch', 'audit', 'notify', 'digest', 'webhook', 'query']);
  for (const name of deployed) {
    const sent = by(name);
    expect(sent.length).toBeGreaterThan(0);
    // MiniStack enforces the deployed roles itself.
    expect(sent.filter((a) => /denied|unauthori[sz]ed|authorization/i.test(a.error ?? ''))).toEqual([]);
    const role = Object.entries(d.template.Resources).find(
      ([id, r]) => r.Type === 'AWS::IAM::Role' && /Role[0-9A-F]{8}$/.test(id) && id.startsWith(`${title(name)}Role`),
    )?.[1];
    const policy = role && policiesOf(role, known).get('Calls');
    if (!policy) throw new Error(`${name} has no policy.`);
    const calls = new Map(sent.map((a) => callOf(a, account)).map((c) => [`${c.action} ${c.resource}`, c]));
    for (const [said, call] of calls)
      if (!grantedByAws.includes(call.action)) expect(`${said} ${await outcome(policy, call, callerOf(call))}`).toBe(`${said} Allowed`);
  }
});

/** With what S3 knows of its requests: whose bucket it is, and which object is listed. */
const callerOf = ({ action }: Call) => ({
  account,
  ...(action.startsWith('s3:') && { context: { 'aws:ResourceAccount': account, 's3:prefix': 'on_create.sh' } }),
});

test('who has no grant is refused by the emulator, so that not being refused means something', async () => {
  const RoleArn = `arn:aws:iam::${account}:role/cdk-hnb659fds-file-publishing-role-${account}-${region}`;
  const { Credentials: c } = await new STSClient(d.cloud.root).send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'stranger' }));
  const credentials = { accessKeyId: c?.AccessKeyId ?? '', secretAccessKey: c?.SecretAccessKey ?? '', sessionToken: c?.SessionToken ?? '' };
  const stranger = new SNSClient({ ...d.cloud.root, credentials });
  await expect(stranger.send(new PublishCommand({ TopicArn: output('DriftAlerts'), Message: 'x' }))).rejects.toMatchObject({
    name: expect.stringMatching(/AuthorizationError|AccessDenied/),
  });
});

test('when the stack is destroyed, the table stays with all that is in it', async () => {
  const before = await itemsNow();
  const { said, succeeded } = await d.cdk.destroy(d.assembly);
  expect((await tableNow())?.TableStatus).toBe('ACTIVE');
  expect(await itemsNow()).toEqual(before);
  await expect(depth(output('AuditQueue'))).rejects.toThrow(/queue/i);
  expect(succeeded ? '' : said).toBe('');
  expect(said).toMatch(/DELETE_SKIPPED +\| AWS::DynamoDB::Table/);
});
