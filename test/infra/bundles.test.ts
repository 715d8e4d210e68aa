/** The bundles as they are deployed: what is in them, how large they are, and that they run where only Lambda's environment is. */
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildFunctions } from '../../infra/build/build.ts';
import { type FunctionName, functionNames } from '../../infra/stacks/functions.ts';
import { sortKeys } from '../../shared/aws/findings/keys.ts';
import { sampleOf } from '../../shared/core/alerts/alert-sample.ts';
import { checks } from '../../shared/core/checks/index.ts';
import { rules } from '../../shared/core/evaluation/rules.ts';
import type { Plan } from '../../shared/core/plan/plan.ts';
import { planHash } from '../../shared/plan/hash.ts';
import { loadPlan } from '../../shared/plan/load.ts';
import { type Sandbox, startSandbox } from '../../shared/sandbox/server.ts';
import { type DynamoTable, startDynamoTable } from '../aws/findings/dynamo-table.ts';
import { type Stub, startStub } from '../aws/stub.ts';
import {
  account,
  alertTopic,
  chatTopic,
  commitsBorn,
  context,
  home,
  operationsTopic,
  queued,
  requested,
  secretArn,
  storyPlan,
  tick,
} from '../functions/deployment.ts';
import { lambdaEnvironment } from './lambda-environment.ts';

const folder = mkdtempSync(join(tmpdir(), 'bundles-'));
let dirs: { readonly [name in FunctionName]: string };

/** A plan as large as plans get, with every kind of text in it, read from a file as an operator's is. */
function largestPlan(): Plan {
  const cluster = (n: number) => ({
    region: n % 2 === 0 ? 'us-west-2' : 'eu-north-1',
    headroom: n % 100,
    request: {
      ClusterName: `train-${n}`,
      VpcConfig: { SecurityGroupIds: [`sg-${String(n).padStart(17, '0')}`], Subnets: [`subnet-${String(n).padStart(17, '0')}`] },
      InstanceGroups: [1, 2, 3].map((group) => ({
        InstanceGroupName: `group-${group}`,
        InstanceCount: n,
        InstanceType: 'ml.p5.48xlarge',
        ExecutionRole: 'arn:aws:iam::111122223333:role/HyperPodNode',
        LifeCycleConfig: { SourceS3Uri: 's3://sagemaker-lifecycle/base-config/', OnCreate: 'on_create.sh' },
      })),
    },
  });
  const file = join(folder, 'plan.json');
  const mute = { check: 'efa-open-egress', reason: 'línea 火 “quoted” \\ </script> 🚦', owner: '网络 team', until: '2027-01-31' };
  writeFileSync(file, JSON.stringify({ clusters: Array.from({ length: 1000 }, (_, n) => cluster(n + 1)), mutes: [mute] }));
  const read = loadPlan(file, { checkIds: checks.map((c) => c.id) });
  if (!read.ok) throw new Error(read.problems.map((p) => p.message).join('\n'));
  return read.plan;
}
const plan = largestPlan();

const maps = new Map<FunctionName, SourceMapPayload>();

function mapOf(name: FunctionName): SourceMapPayload {
  const map: SourceMapPayload = maps.get(name) ?? JSON.parse(readFileSync(`${dirs[name]}.mjs.map`, 'utf8'));
  maps.set(name, map);
  return map;
}

/** Packages of which something is in a bundle, as its map says. */
const packagesOf = (name: FunctionName): readonly string[] =>
  [...new Set(mapOf(name).sources.flatMap((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []))].toSorted();

const clientsOf = (name: FunctionName) => packagesOf(name).flatMap((p) => /^@aws-sdk\/client-(.*)$/.exec(p)?.[1] ?? []);

beforeAll(async () => {
  dirs = await buildFunctions(plan, join(folder, 'built'));
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

describe('what is in a bundle', () => {
  test('nothing but the SDK, the middleware, a limit of calls in flight, and what reads parameters', () => {
    const found = new Set(functionNames.flatMap(packagesOf).filter((p) => !p.startsWith('@aws-sdk/client-')));
    expect([...found].toSorted()).toEqual([
      '@aws-sdk/checksums',
      '@aws-sdk/core',
      '@aws-sdk/dynamodb-codec',
      '@aws-sdk/lib-dynamodb',
      '@aws-sdk/middleware-endpoint-discovery',
      '@aws-sdk/middleware-sdk-s3',
      '@aws-sdk/middleware-sdk-sqs',
      '@aws-sdk/signature-v4-multi-region',
      '@aws-sdk/util-dynamodb',
      '@aws-sdk/xml-builder',
      '@aws/lambda-invoke-store',
      '@middy/core',
      '@middy/error-logger',
      '@smithy/core',
      '@smithy/middleware-compression',
      '@smithy/node-http-handler',
      '@smithy/signature-v4',
      '@smithy/types',
      'p-limit',
      'yocto-queue',
      'zod',
    ]);
  });

  test.each(functionNames)('%s: no parser of plans, no command line, no database, no chain of credentials', (name) => {
    const heavy =
      /^(zod|yaml|commander|dynalite|classic-level|mnemonist|aws-cdk.*|@aws-sdk\/(credential|token|nested).*|@smithy\/credential.*)$/;
    // Of zod, query takes the small one.
    expect(packagesOf(name).filter((p) => heavy.test(p))).toEqual(name === 'query' ? ['zod'] : []);
    expect(mapOf(name).sources.filter((path) => /zod\/v4\/(classic|locales\/(?!en))/.test(path))).toEqual([]);
  });

  test('what stands in for parts of the SDK does', () => {
    const found = mapOf('audit').sources.flatMap((path) => /infra\/build\/lambda\/(.*)\.ts$/.exec(path)?.[1] ?? []);
    expect(found.toSorted()).toEqual(['environment-credentials', 'no-endpoint-cache', 'no-event-streams']);
    expect(mapOf('audit').sources.filter((path) => /core\/dist-es\/submodules\/event-streams/.test(path))).toEqual([]);
  });

  test('the clients of what it calls', () => {
    expect(clientsOf('notify')).toEqual(['dynamodb', 'sns']);
    expect(clientsOf('import')).toEqual(['dynamodb', 'eventbridge', 'securityhub']);
    expect(clientsOf('query')).toEqual(['dynamodb']);
    expect(clientsOf('webhook')).toEqual(['secrets-manager']);
    expect(clientsOf('dispatch')).toEqual(['dynamodb', 'ec2', 'iam', 'organizations', 'sns', 'sqs', 'sts']);
    expect(clientsOf('digest')).toEqual(['dynamodb', 'ec2', 'iam', 'organizations', 'sns', 'sts']);
    expect(clientsOf('audit')).toEqual([
      'cloudwatch',
      'dynamodb',
      'ec2',
      'eks',
      'fsx',
      'iam',
      'kms',
      'organizations',
      's3',
      'sagemaker',
      'secrets-manager',
      'service-quotas',
      'ssm',
      'sts',
    ]);
  });

  test.each(['dispatch', 'notify', 'import', 'digest', 'webhook'] as const)(
    '%s judges nothing, so it holds no check and reads no fact',
    (name) => {
      expect(mapOf(name).sources.filter((path) => /shared\/(core\/checks|aws\/collect\/(?!response)|plan\/(?!hash))/.test(path))).toEqual(
        [],
      );
    },
  );

  test('the plan is parsed before it is deployed', () => {
    expect(mapOf('audit').sources.filter((path) => /shared\/plan\//.test(path))).toEqual([
      expect.stringMatching(/shared\/plan\/hash\.ts$/),
    ]);
  });

  test.each([
    ['dispatch', 450],
    ['audit', 1030],
    ['notify', 270],
    ['import', 370],
    ['digest', 370],
    ['webhook', 165],
    ['query', 300],
  ] as const)('%s stays under %i KiB', (name, kib) => {
    expect(statSync(join(dirs[name], 'handler.mjs')).size / 1024).toBeLessThanOrEqual(kib);
  });
});

describe('what is deployed', () => {
  test.each(functionNames)('%s: the handler and, where it is read, the plan; the map is next to it and is not searched for', (name) => {
    expect(readdirSync(dirs[name]).toSorted()).toEqual(name === 'webhook' ? ['handler.mjs'] : ['handler.mjs', 'plan.json']);
    expect(readFileSync(join(dirs[name], 'handler.mjs'), 'utf8')).not.toContain('sourceMappingURL');
  });

  test.each([
    ['notify', 'The event is not one of ours', 'functions/runtime/middleware.ts'],
    ['notify', 'SubscriptionLimitExceeded', 'client-sns/dist-es/models/errors.js'],
    ['audit', 'not authorized to perform', 'shared/aws/client/errors.ts'],
  ] as const)('the map of %s leads from "%s" to %s', (name, text, source) => {
    const lines = readFileSync(join(dirs[name], 'handler.mjs'), 'utf8').split('\n');
    const line = lines.findIndex((l) => l.includes(text));
    const map = new SourceMap(mapOf(name));
    const found = map.findEntry(line, lines[line]?.indexOf(text) ?? -1);
    expect('originalSource' in found ? found.originalSource : '').toContain(source);
  });

  test('a plan of 1,000 clusters arrives as it was, to the byte', () => {
    const arrived = readFileSync(join(dirs.audit, 'plan.json'), 'utf8');
    expect(JSON.parse(arrived)).toStrictEqual(plan);
    expect(JSON.parse(arrived).clusters).toHaveLength(1000);
    expect(JSON.stringify(JSON.parse(arrived))).toBe(arrived);
    expect(planHash(JSON.parse(arrived))).toBe(planHash(plan));
    for (const name of ['dispatch', 'notify', 'digest'] as const) expect(readFileSync(join(dirs[name], 'plan.json'), 'utf8')).toBe(arrived);
  });
});

interface Run {
  readonly result?: unknown;
  readonly error?: { readonly name: string; readonly message: string };
  /** Lines of the log. */
  readonly lines: readonly Readonly<Record<string, unknown>>[];
}

const runner = `
const [file, event, context] = process.argv.slice(1);
const { handler } = await import(file);
const of = { ...JSON.parse(context), getRemainingTimeInMillis: () => 300_000 };
const outcome = await handler(JSON.parse(event), of).then((result) => ({ result }), ({ name, message }) => ({ error: { name, message } }));
process.stdout.write(JSON.stringify(outcome));
`;

/** Runs the deployed folder in a process of its own, far from this project's packages, with Lambda's environment and some more. */
async function run(name: FunctionName, event: unknown, environment: Readonly<Record<string, string>> = {}): Promise<Run> {
  const task = mkdtempSync(join(tmpdir(), 'task-'));
  try {
    cpSync(dirs[name], task, { recursive: true });
    const args = ['--input-type=module', '--eval', runner, join(task, 'handler.mjs'), JSON.stringify(event), JSON.stringify(context(name))];
    const env = { ...lambdaEnvironment, ...environment };
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd: task, env });
    expect(stderr).toBe('');
    const said = stdout.split('\n').map((line) => JSON.parse(line));
    return { ...said.at(-1), lines: said.slice(0, -1) };
  } finally {
    rmSync(task, { recursive: true });
  }
}

describe('where only the environment of Lambda is', () => {
  const foreign = { version: '0', source: 'aws.health', 'detail-type': 'AWS Health Event', detail: {} };
  test.each([
    ['dispatch', 'dispatch takes a time of its schedule'],
    ['audit', 'audit takes messages of its queue'],
    ['notify', "notify takes records of the table's stream"],
    ['import', "import takes records of the table's stream"],
    ['digest', 'digest takes a time of its schedule'],
    ['webhook', 'webhook takes messages of the chat topic, or of the topic of alerts'],
  ] as const)('%s loads, and refuses an event that is not its own with a clear error', async (name, said) => {
    const { error, lines } = await run(name, foreign);
    expect(error).toEqual({ name: 'ForeignEvent', message: expect.stringContaining(`The event is not one of ours: ${said}`) });
    expect(lines).toEqual([expect.objectContaining({ level: 'error', function: name, message: 'failed', error: 'ForeignEvent' })]);
  });

  test('a function that was not deployed whole says what is missing', async () => {
    const { error } = await run('dispatch', tick('2026-11-24T08:00:00Z'));
    expect(error?.message).toBe('The environment variable TABLE_NAME is not set, so this function was not deployed whole.');
  });
});

describe('a deployment of the bundles', () => {
  let dynamo: DynamoTable;
  let stub: Stub;
  let sandbox: Sandbox;
  let environment: Readonly<Record<string, string>>;

  beforeAll(async () => {
    dynamo = await startDynamoTable();
    [stub, sandbox] = await Promise.all([startStub({ dynamodb: dynamo.endpoint }), startSandbox()]);
    const file = join(folder, 'story.json');
    writeFileSync(file, JSON.stringify(storyPlan()));
    stub.setSecret(`${stub.endpoint}/services/T0/B0/token`);
    environment = {
      AWS_ACCESS_KEY_ID: account,
      AWS_ENDPOINT_URL: sandbox.endpoint,
      ...Object.fromEntries(['SNS', 'SQS', 'SECRETS_MANAGER', 'DYNAMODB'].map((s) => [`AWS_ENDPOINT_URL_${s}`, stub.endpoint])),
      PLAN_FILE: file,
      TABLE_NAME: dynamo.tableName,
      STACK_NAME: 'HyperPodAuditor',
      AUDIT_QUEUE_URL: `${stub.endpoint}/${account}/audits`,
      ALERT_TOPIC_ARN: alertTopic,
      CHAT_TOPIC_ARN: chatTopic,
      OPERATIONS_TOPIC_ARN: operationsTopic,
      WEBHOOK_SECRET_ARN: secretArn,
      TOOL_VERSION: '1.0.0',
    };
  }, 120_000);
  afterAll(() => Promise.all([dynamo.close(), stub.close(), sandbox.close()]));

  test('audits, tells of it, asks for more, sums up and posts', async () => {
    const audited = await run('audit', queued(requested('us-east-1', 'audit-1')), environment);
    expect(audited).toMatchObject({ result: { batchItemFailures: [] } });
    // The same as the command line's of this commit.
    expect(audited.lines).toContainEqual(expect.objectContaining({ message: 'audited', rules: rules.hash }));
    const state = await dynamo.table.currentState({ account, region: 'us-east-1' });
    expect(state?.readiness.get('llm-train-east')?.state).toBe('BLOCKED');
    // Everything was read that the story lets be read: no call stumbled over what was left out of the SDK.
    expect(state?.audit.regionState).toBe('audited');
    expect([...(state?.coverage.values() ?? [])]).toEqual([]);

    const notified = await run('notify', commitsBorn({ region: 'us-east-1', seq: 1 }), environment);
    expect(notified).toMatchObject({ result: { batchItemFailures: [] } });
    expect(notified.lines).toContainEqual(expect.objectContaining({ outcome: 'waiting' }));
    // What waits for a summary began to wait a quarter of an hour ago.
    const [waiting] = await dynamo.table.waiting.list();
    const began = new Date(Date.now() - 15 * 60_000).toISOString();
    const key = { pk: `${account}#us-east-1`, sk: sortKeys.waiting(1) };
    await dynamo.store.update(key, { set: { at: `${waiting?.group}#${began}` } });
    const now = new Date().toISOString();
    expect((await run('dispatch', tick(now, 'sweep'), environment)).error).toBeUndefined();
    expect(stub.of('sns:Publish').map((p) => p.TopicArn)).toEqual([alertTopic, chatTopic]);

    expect((await run('dispatch', tick(`${new Date().toISOString().slice(0, 13)}:00:00Z`), environment)).error).toBeUndefined();
    expect(stub.of('sqs:SendMessageBatch')).toHaveLength(1);

    expect((await run('digest', tick('2026-11-24T08:00:00Z', 'digest'), environment)).error).toBeUndefined();
    expect(stub.of('sns:Publish')).toHaveLength(4);

    const { chat } = sampleOf({ account, region: home, at: '2026-11-24T08:00:00.000Z' });
    const posted = { Records: [{ EventSource: 'aws:sns', Sns: { TopicArn: chatTopic, Message: JSON.stringify(chat) } }] };
    expect((await run('webhook', posted, environment)).error).toBeUndefined();
    expect(stub.of('webhook:POST')).toHaveLength(1);
  });

  test('without credentials nothing is called, and what is missing is named', async () => {
    stub.forgetCalls();
    const { result, lines } = await run('notify', commitsBorn({ region: 'us-east-1', seq: 1 }), {
      ...environment,
      AWS_SECRET_ACCESS_KEY: '',
    });
    expect(result).toEqual({ batchItemFailures: [{ itemIdentifier: '100' }] });
    expect(lines).toContainEqual(
      expect.objectContaining({ reason: 'The environment holds no credentials: AWS_SECRET_ACCESS_KEY is not set.' }),
    );
    expect(stub.calls).toEqual([]);
  });

  test('an error of AWS in a bundle is logged by its name', async () => {
    stub.setFaults([{ on: 'dynamodb:*', kind: 'refuse' }]);
    const { result, lines } = await run('notify', commitsBorn({ region: 'us-east-1', seq: 1 }), environment);
    expect(result).toEqual({ batchItemFailures: [{ itemIdentifier: '100' }] });
    expect(lines).toContainEqual(expect.objectContaining({ message: 'commit could not be published', error: 'AccessDeniedException' }));
  });
});
