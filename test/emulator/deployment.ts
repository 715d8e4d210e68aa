/**
 * The auditor deployed, with people listening: synthesised, bootstrapped and deployed through CloudFormation as an
 * operator does it, on an AWS made of three, beside the things it is to look at. What the deployed tests and the
 * benchmark begin with.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { GetFunctionConfigurationCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateScheduleCommand, GetScheduleCommand, ListSchedulesCommand, SchedulerClient, type Target } from '@aws-sdk/client-scheduler';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ListQueuesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { CreateDocumentCommand, GetDocumentCommand, SSMClient } from '@aws-sdk/client-ssm';
import { documentClient } from '../../shared/aws/findings/client.ts';
import { dynamoStore } from '../../shared/aws/findings/dynamodb-store.ts';
import { inventoryReader } from '../../shared/aws/findings/inventory-reader.ts';
import { type FindingsTable, findingsTable } from '../../shared/aws/findings/table.ts';
import type { QueryPorts } from '../../shared/query/query-sources.ts';
import { changeRegion, type Description } from '../../shared/sandbox/description.ts';
import { beside } from './beside.ts';
import { type Cdk, cdkAt, type Outputs, type Template } from './cdk.ts';
import { type Cloud, startCloud } from './cloud.ts';
import { type Listener, startListener } from './listener.ts';
import { account, bucket, region, type Seeded } from './seed.ts';
import { until } from './until.ts';

/** The other region that is audited; nothing stands there, one cluster is planned. */
export const otherRegion = 'us-east-2';
export const email = 'ml-platform@example.com';
const otherBucket = 'sagemaker-emulated-east';
const folder = 'ready';
const scheduledTime = '<aws.scheduler.scheduled-time>';
const p5Quota = 'ml.p5.48xlarge for cluster usage';

/** The account with so many nodes of the planned type allowed in the other region. */
export const withQuota =
  (nodes: number) =>
  (on: Seeded): Description =>
    changeRegion(beside(on), account, otherRegion, (r) => ({
      quotas: {
        ...r.quotas,
        sagemaker: {
          applied: {
            [p5Quota]: nodes,
            'Maximum number instances allowed per SageMaker HyperPod cluster': 20,
            'Total number of instances allowed across SageMaker HyperPod clusters': 40,
            'Maximum size of EBS volume in GB for a SageMaker HyperPod cluster instance': 1000,
          },
          defaultOnly: [],
          missing: [],
          broken: {},
          more: [],
        },
      },
    }));

/** Two regions, a cluster planned in each, and every route of alerts that the emulator has. */
const planOn = (on: Seeded, webhookSecret: string, more: object = {}) => {
  const workers = (scripts: string) => ({
    InstanceGroupName: 'workers',
    InstanceType: 'ml.p5.48xlarge',
    InstanceCount: 2,
    ExecutionRole: on.role,
    LifeCycleConfig: { SourceS3Uri: `s3://${scripts}/${folder}`, OnCreate: 'on_create.sh' },
  });
  return {
    regions: [region, otherRegion],
    clusters: [
      {
        region,
        request: {
          ClusterName: 'llm',
          VpcConfig: { SecurityGroupIds: [on.nodeGroup], Subnets: [on.nodes] },
          InstanceGroups: [workers(bucket)],
        },
      },
      { region: otherRegion, request: { ClusterName: 'llm-east', InstanceGroups: [workers(otherBucket)] } },
    ],
    alerts: { email: [email], webhookSecret },
    ...more,
  };
};

/** What the planned clusters need beside what was seeded: scripts without carriage returns, and Run As in the other region. */
async function prepare({ moto, root }: Cloud): Promise<void> {
  const inRegion = (name: string) => ({ ...root, endpoint: moto.endpoint, region: name });
  const Body = '#!/bin/bash\nset -eu\n';
  const Key = `${folder}/on_create.sh`;
  await new S3Client({ ...inRegion(region), forcePathStyle: true }).send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
  const east = new S3Client({ ...inRegion(otherRegion), forcePathStyle: true });
  await east.send(new CreateBucketCommand({ Bucket: otherBucket, CreateBucketConfiguration: { LocationConstraint: otherRegion } }));
  await east.send(new PutObjectCommand({ Bucket: otherBucket, Key, Body }));
  const { Content } = await new SSMClient(inRegion(region)).send(new GetDocumentCommand({ Name: 'SSM-SessionManagerRunShell' }));
  await new SSMClient(inRegion(otherRegion)).send(
    new CreateDocumentCommand({ Name: 'SSM-SessionManagerRunShell', DocumentType: 'Session', DocumentFormat: 'JSON', Content }),
  );
}

/**
 * IAM holds a question about a subscription against its topic, which is all that the stack grants; MiniStack holds it
 * against everything. And sqs:SendMessage allows SendMessageBatch, for which MiniStack asks an action that IAM does not have:
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html
 * These grants are given there by hand, so that the template stays as it is.
 */
async function grantAsMiniStackAsks({ root }: Cloud, functionName: string): Promise<void> {
  const { Role = '' } = await new LambdaClient(root).send(new GetFunctionConfigurationCommand({ FunctionName: functionName }));
  const Statement = [{ Effect: 'Allow', Action: ['sns:GetSubscriptionAttributes', 'sqs:SendMessageBatch'], Resource: '*' }];
  await new IAMClient(root).send(
    new PutRolePolicyCommand({
      RoleName: Role.slice(Role.lastIndexOf('/') + 1),
      PolicyName: 'AsMiniStackAsks',
      PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement }),
    }),
  );
}

/** A message of a topic as a queue received it. */
export interface Received {
  readonly Type: string;
  readonly TopicArn: string;
  readonly Subject?: string;
  readonly Message: string;
  readonly MessageAttributes?: { readonly [name: string]: { readonly Type: string; readonly Value: string } };
}

/** A queue, read on every request. */
export interface Inbox {
  readonly url: string;
  readonly arn: string;
  /** Bodies of all messages so far. */
  readonly messages: () => Promise<readonly string[]>;
}

export interface Deployment {
  readonly cloud: Cloud;
  readonly cdk: Cdk;
  readonly assembly: string;
  readonly outputs: Outputs;
  readonly template: Template;
  /** The deployed table, read as the functions read it. */
  readonly table: FindingsTable;
  /** Subscribers of the topic of alerts: a queue, a queue with a filter policy, a server; and a queue at the chat topic. */
  readonly alerts: Inbox;
  readonly blocked: Inbox;
  readonly server: Listener;
  readonly chat: Inbox;
  /** Where the incoming webhook leads. */
  readonly webhook: Listener;
  /** The deployed schedule of a kind, as EventBridge Scheduler keeps it. */
  readonly schedule: (kind: string) => Promise<Target>;
  /** Lets the emulator's own Scheduler run a schedule's target once, for a time. */
  readonly runOnce: (kind: string, at: string) => Promise<void>;
  /** Calls a schedule's target as Scheduler does: its input, the time filled in, without waiting for the answer. */
  readonly tick: (kind: string, at: string) => Promise<void>;
  /** Puts any event to a function, without waiting. */
  readonly invoke: (functionName: string, event: unknown) => Promise<void>;
  /** Calls a function and waits for what it returns. */
  readonly call: (functionName: string, event: unknown) => Promise<unknown>;
  /** What questions are answered from, read past the functions. */
  readonly ports: QueryPorts;
  /** Waits until both regions have an audit of the schedule's time. */
  readonly audited: (at: string) => Promise<void>;
  /** Makes the stack of the plan with a difference, to be deployed. */
  readonly synth: (more: object) => Promise<string>;
  readonly queueUrl: (begins: string) => Promise<string>;
  readonly inbox: (url: string) => Promise<Inbox>;
  readonly stop: () => Promise<void>;
}

const last = (arn: string): string => arn.slice(arn.lastIndexOf(':') + 1);

/** Deploys all of it. It ends with `stop`. */
export async function deploy(): Promise<Deployment> {
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const end of stops.toReversed()) await end();
  };
  try {
    const cloud = await startCloud(withQuota(4));
    stops.push(cloud.stop);
    const [server, webhook] = await Promise.all([startListener(), startListener()]);
    stops.push(server.close, webhook.close);
    const work = await mkdtemp(join(tmpdir(), 'deployed-'));
    stops.push(() => rm(work, { recursive: true, force: true }));
    const { root, seeded } = cloud;
    await prepare(cloud);

    const secret = await new SecretsManagerClient(root).send(
      new CreateSecretCommand({ Name: 'chat-hook', SecretString: `${webhook.endpoint}/services/T0/B0/token` }),
    );
    const cdk = cdkAt(root.endpoint, root.credentials.secretAccessKey, work);
    const plan = (more?: object) => planOn(seeded, secret.ARN ?? '', more);
    const [{ assembly, template }] = await Promise.all([cdk.synth(plan(), 'first'), cdk.bootstrap()]);
    const outputs = await cdk.deploy(assembly);
    const output = (name: string): string => {
      const value = outputs[`${name}Output`];
      if (value === undefined) throw new Error(`The stack has no output ${name}Output.`);
      return value;
    };

    const sqs = new SQSClient(root);
    const sns = new SNSClient(root);
    const lambda = new LambdaClient(root);
    const scheduler = new SchedulerClient(root);

    const inbox = async (url: string): Promise<Inbox> => {
      const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] }));
      const kept: string[] = [];
      return {
        url,
        arn: Attributes?.QueueArn ?? '',
        messages: async () => {
          const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10 }));
          for (const { Body = '', ReceiptHandle } of Messages) {
            kept.push(Body);
            await sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle }));
          }
          return [...kept];
        },
      };
    };
    /** A queue that takes the messages of a topic only. */
    const subscribed = async (name: string, TopicArn: string, filter?: object): Promise<Inbox> => {
      const policy = {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'sns.amazonaws.com' },
            Action: 'sqs:SendMessage',
            Resource: `arn:aws:sqs:${region}:${account}:${name}`,
            Condition: { ArnEquals: { 'aws:SourceArn': TopicArn } },
          },
        ],
      };
      const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: { Policy: JSON.stringify(policy) } }));
      const made = await inbox(QueueUrl);
      await sns.send(
        new SubscribeCommand({
          TopicArn,
          Protocol: 'sqs',
          Endpoint: made.arn,
          ...(filter && { Attributes: { FilterPolicy: JSON.stringify(filter) } }),
        }),
      );
      return made;
    };
    const alerts = await subscribed('listens-to-all', output('DriftAlerts'));
    const blocked = await subscribed('listens-to-blocked', output('DriftAlerts'), { readiness: ['BLOCKED'] });
    const chat = await subscribed('listens-to-chat', output('ChatAlerts'));
    await sns.send(new SubscribeCommand({ TopicArn: output('DriftAlerts'), Protocol: 'http', Endpoint: `${server.endpoint}/alerts` }));
    const question = await until('the question whether the server wants to listen', () => server.posted[0]);
    const answer = await fetch(String(JSON.parse(question.body).SubscribeURL));
    if (!answer.ok) throw new Error(`The subscription was not confirmed: ${await answer.text()}`);

    await grantAsMiniStackAsks(cloud, output('DispatchFunction'));
    const schedule = async (kind: string): Promise<Target> => {
      const { Schedules = [] } = await scheduler.send(new ListSchedulesCommand({}));
      for (const { Name } of Schedules) {
        const { Target } = await scheduler.send(new GetScheduleCommand({ Name }));
        if (Target?.Input && JSON.parse(Target.Input).kind === kind) return Target;
      }
      throw new Error(`No schedule sends ${kind}.`);
    };
    const invoke = async (functionName: string, event: unknown): Promise<void> => {
      await lambda.send(new InvokeCommand({ FunctionName: functionName, InvocationType: 'Event', Payload: JSON.stringify(event) }));
    };
    const call = async (functionName: string, event: unknown): Promise<unknown> => {
      const { Payload, FunctionError } = await lambda.send(
        new InvokeCommand({ FunctionName: functionName, InvocationType: 'RequestResponse', Payload: JSON.stringify(event) }),
      );
      const said = Payload?.transformToString() ?? '';
      if (FunctionError !== undefined) throw new Error(`${functionName} failed: ${said}`);
      return JSON.parse(said);
    };
    const filledIn = (target: Target, at: string): string => (target.Input ?? '').replace(scheduledTime, at);
    const store = dynamoStore({ client: documentClient(root), tableName: output('FindingsTable') });
    const table = findingsTable({ store, retentionDays: 400 });
    return {
      cloud,
      cdk,
      assembly,
      outputs,
      template,
      table,
      alerts,
      blocked,
      server,
      chat,
      webhook,
      schedule,
      inbox,
      invoke,
      call,
      ports: { table, reader: inventoryReader({ store }), now: () => new Date() },
      runOnce: async (kind, at) => {
        const target = await schedule(kind);
        await scheduler.send(
          new CreateScheduleCommand({
            Name: `once-${kind}`,
            ScheduleExpression: `at(${new Date().toISOString().slice(0, 19)})`,
            FlexibleTimeWindow: { Mode: 'OFF' },
            Target: { ...target, Arn: target.Arn, RoleArn: target.RoleArn, Input: filledIn(target, at) },
          }),
        );
      },
      tick: async (kind, at) => {
        const target = await schedule(kind);
        await invoke(last(target.Arn ?? ''), JSON.parse(filledIn(target, at)));
      },
      audited: async (at) => {
        for (const where of [region, otherRegion])
          await until(`the audit of ${where} for ${at}`, async () => {
            const place = { account, region: where };
            const [done, { items }] = [await table.summary(place), await table.audits(place)];
            // The audit's own item comes before the head, which is what says that it is completed.
            return items.find((a) => a.auditId === `schedule-${at}` && done !== undefined && done.factsAt >= a.factsAt);
          });
      },
      synth: async (more) => (await cdk.synth(plan(more), 'next')).assembly,
      queueUrl: async (begins) => {
        const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({ QueueNamePrefix: begins }));
        const [found] = QueueUrls;
        if (found === undefined || QueueUrls.length > 1) throw new Error(`${QueueUrls.length} queues begin with ${begins}.`);
        return found;
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
