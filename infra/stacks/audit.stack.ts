/** The auditor in an account: everything of it, put together. */
import { CfnOutput, CfnResource, CliCredentialsStackSynthesizer, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { CfnAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { Key } from 'aws-cdk-lib/aws-kms';
import { EventInvokeConfig, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { Variable } from '../../functions/runtime/environment.ts';
import { namespaceOf } from '../../functions/runtime/metrics.ts';
import type { IndexSet } from '../../shared/aws/findings/index-steps.ts';
import { defaultDeploymentName, type Plan } from '../../shared/core/plan/plan.ts';
import { hasFunctionUrls } from '../../shared/core/plan/regions.ts';
import { AlertTopicsConstruct } from './alerts.construct.ts';
import { Overview } from './dashboard.construct.ts';
import { deadLettersOfOthers, sharedDeadLetters } from './dead-letters.construct.ts';
import { lackingOnEmulator, withoutMetricMath } from './emulator.ts';
import { enteringRoleName } from './entering-roles.ts';
import { feedCommits, feedFromQueue } from './feeds.ts';
import { FindingsTableConstruct } from './findings-table.construct.ts';
import { AuditorFunction } from './function.construct.ts';
import {
  auditCallsAtOnce,
  auditsOfABatch,
  changeCallsAtOnce,
  changesOfABatch,
  type FunctionName,
  functionSizes,
  functionsOf,
  webhookSecretsOf,
} from './functions.ts';
import { callsOf, type PolicyGrant, pollsQueue, pollsStream, type StackResources, sendsFailures } from './grants.ts';
import { Operations } from './operations.construct.ts';
import { PublishedBusConstruct } from './published-bus.construct.ts';
import { QueryUrl } from './query.construct.ts';
import { Requests } from './requests.construct.ts';
import { setRolePaths } from './role-paths.ts';
import { addTags } from './tags.ts';
import { Triggers } from './triggers.construct.ts';

export interface AuditStackProps extends StackProps {
  readonly plan: Plan;
  readonly version: string;
  /** Folder with the bundle of each function. */
  readonly bundles: { readonly [name in FunctionName]: string };
  /** The stack does not exist so far: the next deployment protects what this one makes. */
  readonly firstDeployment?: boolean;
  /** Indexes of the findings table where they are not yet those of this version. */
  readonly indexes?: IndexSet;
  /** Leave out what the emulator does not support. */
  readonly emulator?: boolean;
}

type EnvironmentVariables = { readonly [name in Variable]?: string };

export class AuditStack extends Stack {
  constructor(scope: Construct, id: string, props: AuditStackProps) {
    super(scope, id, {
      description: 'Audits whether HyperPod clusters would come up here, and notifies when that changes.',
      // CDK's deploy role may pass its own execution role alone: the caller's credentials pass the plan's to CloudFormation.
      ...(props.plan.deployment?.cloudFormationRole !== undefined && { synthesizer: new CliCredentialsStackSynthesizer() }),
      ...props,
    });
    const { plan, version, bundles } = props;
    const kmsKey = plan.deployment?.kmsKey;
    const key = kmsKey === undefined ? undefined : Key.fromKeyArn(this, 'Key', kmsKey);

    const table = new FindingsTableConstruct(this, 'Findings', { kmsKey, firstDeployment: props.firstDeployment, indexes: props.indexes });
    // What AWS could not hand over: a run of a schedule, an event to its target, a message to a subscriber, an asynchronous call.
    const undelivered = sharedDeadLetters(this, 'Undelivered', key);
    const failedCommits = deadLettersOfOthers(this, 'FailedCommits', key);
    const published = plan.alerts.events === true ? new PublishedBusConstruct(this, 'Published', plan) : undefined;
    const unimported = functionsOf(plan).includes('import') ? deadLettersOfOthers(this, 'Unimported', key) : undefined;
    const requests = new Requests(this, 'Requests', { plan, undelivered, key });
    const alerts = new AlertTopicsConstruct(this, 'Alerts', { plan, undelivered, key });
    const operations = new Operations(this, 'Operations', { plan, undelivered, key });

    const resources: StackResources = {
      region: this.region,
      tableArn: table.tableArn,
      publishedBusArn: published?.bus.eventBusArn,
      queueArn: requests.queue.queueArn,
      alertTopicArn: alerts.alerts.topicArn,
      chatTopicArn: alerts.chat?.topicArn,
      operationsTopicArn: operations.topic.topicArn,
      webhookSecretArns: webhookSecretsOf(plan),
      kmsKeyArn: kmsKey,
    };
    const sendsUndelivered = sendsFailures(resources, undelivered.queueArn);
    // Alerts contain the command that asks this deployment for readiness.
    const topics: EnvironmentVariables = {
      ALERT_TOPIC_ARN: alerts.alerts.topicArn,
      ...(alerts.chat && { CHAT_TOPIC_ARN: alerts.chat.topicArn }),
      STACK_NAME: this.stackName,
    };
    const wiring: {
      readonly [name in FunctionName]: { readonly environment: EnvironmentVariables; readonly service: readonly PolicyGrant[] };
    } = {
      dispatch: {
        environment: {
          TABLE_NAME: table.tableName,
          AUDIT_QUEUE_URL: requests.queue.queueUrl,
          OPERATIONS_TOPIC_ARN: operations.topic.topicArn,
          ...topics,
        },
        service: [...pollsQueue(resources, requests.changes.queueArn), ...sendsUndelivered],
      },
      audit: {
        environment: { TABLE_NAME: table.tableName, TOOL_VERSION: version },
        service: pollsQueue(resources, requests.queue.queueArn),
      },
      notify: {
        environment: { TABLE_NAME: table.tableName, ...topics },
        service: [...pollsStream(table.streamArn), ...sendsFailures(resources, failedCommits.queueArn)],
      },
      import: {
        environment: { TABLE_NAME: table.tableName, ...(published && { PUBLISHED_BUS_NAME: published.bus.eventBusName }) },
        service: unimported
          ? [
              ...pollsStream(table.streamArn),
              ...sendsFailures(resources, unimported.queueArn, ...(published ? [undelivered.queueArn] : [])),
            ]
          : [],
      },
      digest: { environment: { TABLE_NAME: table.tableName, ...topics }, service: sendsUndelivered },
      webhook: {
        environment: {
          ...(plan.alerts.webhookSecret !== undefined && { WEBHOOK_SECRET_ARN: plan.alerts.webhookSecret }),
          ...(plan.alerts.pagerDutySecret !== undefined && { PAGERDUTY_SECRET_ARN: plan.alerts.pagerDutySecret }),
          ...(plan.alerts.jiraSecret !== undefined && { JIRA_SECRET_ARN: plan.alerts.jiraSecret }),
        },
        service: sendsUndelivered,
      },
      query: { environment: { TABLE_NAME: table.tableName }, service: [] },
    };
    const at = { partition: this.partition, account: this.account };
    const functions = new Map(
      functionsOf(plan).map((name): readonly [FunctionName, LambdaFunction] => {
        const { environment, service } = wiring[name];
        const made = new AuditorFunction(this, titleOf(name), {
          name,
          bundle: bundles[name],
          environment: { ...environment, ...metricsOf(this.stackName) },
          calls: callsOf[name](plan, at, resources),
          service,
          permissionsBoundary: plan.deployment?.permissionsBoundary,
          roleName: enteringRoleName(plan, this.region, name),
          key,
          vpc: plan.deployment?.vpc,
          reservedConcurrency: plan.deployment?.reserveConcurrency ? functionSizes[name].reserved : undefined,
        });
        return [name, made.function];
      }),
    );
    const of = (name: FunctionName): LambdaFunction => {
      const found = functions.get(name);
      if (!found) throw new Error(`The plan needs no function ${name}.`);
      return found;
    };

    for (const name of ['dispatch', 'digest', ...(functions.has('webhook') ? (['webhook'] as const) : [])] as const)
      this.handOver(name, of(name), undelivered);
    feedFromQueue(this, 'AuditRequests', of('audit'), requests.queue, {
      batchSize: auditsOfABatch,
      // Scheduled audits come one by one over the period. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-parameters.html
      maxBatchingWindow: Duration.seconds(10),
      maxConcurrency: auditCallsAtOnce(plan),
    });
    feedFromQueue(this, 'Changes', of('dispatch'), requests.changes, { batchSize: changesOfABatch, maxConcurrency: changeCallsAtOnce });
    feedCommits(this, 'Commits', of('notify'), table.streamArn, failedCommits);
    if (unimported) feedCommits(this, 'Imports', of('import'), table.streamArn, unimported);
    if (published) {
      alerts.addPublisher(of('import'));
      this.handOver('import', of('import'), undelivered);
    }
    const webhook = functions.get('webhook');
    if (webhook) {
      alerts.addWebhook(webhook);
      const name: Variable = 'WEBHOOK_FUNCTION_ARN';
      of('dispatch').addEnvironment(name, webhook.functionArn);
    }
    alerts.addChannels(operations.topic);
    new Triggers(this, 'Triggers', {
      plan,
      dispatch: of('dispatch'),
      digest: of('digest'),
      bus: requests.bus,
      changes: requests.changes,
      undelivered,
      sendsUndelivered,
    });

    // Where Lambda has no function URLs, CloudFormation would fail. Which region it is, a stack for every region does not know.
    const queryUrl = hasFunctionUrls(this.region) ? new QueryUrl(this, 'QueryUrl', of('query'), plan.deployment?.queryAccounts) : undefined;

    operations.watchDeadLetters({
      Requests: requests.dead,
      Undelivered: undelivered,
      FailedCommits: failedCommits,
      ...(unimported && { Unimported: unimported }),
    });
    operations.watchFunctions(functions);
    operations.watchAudits();
    operations.watchAlerts(requests.queue, {
      DriftAlerts: alerts.alerts,
      ...(alerts.chat && { ChatAlerts: alerts.chat }),
      Operations: operations.topic,
    });
    const overview =
      plan.deployment?.dashboard === false
        ? undefined
        : new Overview(this, 'Overview', {
            functions,
            audits: of('audit').logGroup,
            tableName: table.tableName,
            queue: requests.queue,
            dead: [requests.dead, undelivered, failedCommits, ...(unimported ? [unimported] : [])],
            alarms: operations.alarms,
          });

    setRolePaths(this, plan);
    addTags(this, plan);
    const outputs = {
      FindingsTable: table.tableName,
      EventBus: requests.bus.eventBusName,
      ...(published && { PublishedBus: published.bus.eventBusName }),
      AuditQueue: requests.queue.queueUrl,
      DriftAlerts: alerts.alerts.topicArn,
      ...(alerts.chat && { ChatAlerts: alerts.chat.topicArn }),
      Operations: operations.topic.topicArn,
      ...(overview && { Dashboard: overview.dashboardName }),
      ...(queryUrl && { QueryUrl: queryUrl.url }),
      ...Object.fromEntries([...functions].map(([name, f]) => [`${titleOf(name)}Function`, f.functionName])),
    };
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, `${name}Output`, { value }).overrideLogicalId(`${name}Output`);
    if (props.emulator) this.leaveOut();
  }

  /** What calls a function without waiting: tried twice more, then put into a dead-letter queue, which has an alarm. */
  private handOver(name: FunctionName, of: LambdaFunction, undelivered: IQueue): void {
    new EventInvokeConfig(this, `${titleOf(name)}Calls`, {
      function: of,
      maxEventAge: Duration.hours(1),
      retryAttempts: 2,
      onFailure: new SqsDestination(undelivered),
    });
  }

  private leaveOut(): void {
    for (const child of this.node.findAll()) {
      if (child instanceof CfnAlarm && child.metrics !== undefined) withoutMetricMath(child);
      if (CfnResource.isCfnResource(child) && child.cfnResourceType in lackingOnEmulator)
        child.node.scope?.node.tryRemoveChild(child.node.id);
    }
  }
}

/** Where metrics go, where it is not the usual namespace. */
const metricsOf = (stack: string): EnvironmentVariables =>
  stack === defaultDeploymentName ? {} : { METRICS_NAMESPACE: namespaceOf(stack) };

const titleOf = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);
