/** The topics that alerts are published to, and the routes that the plan names. */
import { Aws } from 'aws-cdk-lib';
import { CfnMicrosoftTeamsChannelConfiguration, CfnSlackChannelConfiguration } from 'aws-cdk-lib/aws-chatbot';
import { AnyPrincipal, ArnPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Alias, type IKey } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription, LambdaSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Plan } from '../../shared/core/plan/plan.ts';
import { exactRole } from './function.construct.ts';
import { busNameOf } from './stack-names.ts';
import { ofOrganization, subscribersOf } from './subscribers.ts';

export interface AlertsProps {
  readonly plan: Plan;
  /** For messages that a subscriber did not take. */
  readonly undelivered: IQueue;
  /** The key of the plan; absent: that of SNS. */
  readonly key?: IKey;
}

export class AlertTopicsConstruct extends Construct {
  /** Text for e-mail, JSON for everyone else. */
  readonly alerts: Topic;
  /** The form that the chat service and the webhook function read; there where one of them is. */
  readonly chat?: Topic;
  private readonly plan: Plan;
  private readonly undelivered: IQueue;

  constructor(scope: Construct, id: string, { plan, undelivered, key }: AlertsProps) {
    super(scope, id);
    this.plan = plan;
    this.undelivered = undelivered;
    const { email = [], slack, teams, webhookSecret } = plan.alerts;
    const masterKey = key ?? Alias.fromAliasName(this, 'Key', 'alias/aws/sns');
    const topic = (name: string, displayName: string) => new Topic(this, name, { displayName, masterKey, enforceSSL: true });
    this.alerts = topic('DriftAlerts', 'HyperPod auditor');
    // SNS asks each address to confirm. A subscription of a template cannot say AuthenticateOnUnsubscribe; `alert confirm` does.
    for (const address of email) this.alerts.addSubscription(new EmailSubscription(address, { deadLetterQueue: undelivered }));
    this.admitSubscribers();
    if (slack || teams || webhookSecret !== undefined) this.chat = topic('ChatAlerts', 'HyperPod auditor');
  }

  /**
   * Lets other accounts subscribe to the topic of alerts. SNS decrypts messages before it delivers them, so they need no key.
   * https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
   */
  private admitSubscribers(): void {
    const subscribers = subscribersOf(this.plan);
    if (!subscribers) return;
    this.alerts.addToResourcePolicy(
      new PolicyStatement({
        sid: 'Subscribers',
        effect: Effect.ALLOW,
        principals: subscribers.organization === undefined ? subscribers.arns.map((arn) => new ArnPrincipal(arn)) : [new AnyPrincipal()],
        actions: ['sns:Subscribe', 'sns:GetTopicAttributes'],
        resources: [this.alerts.topicArn],
        conditions: ofOrganization(subscribers),
      }),
    );
  }

  /** Has each notification published as an event. */
  addPublisher(publisher: LambdaFunction): void {
    this.alerts.addSubscription(new LambdaSubscription(publisher, { deadLetterQueue: this.undelivered }));
  }

  /** Hands the messages of the chat topic to the webhook function, and those of the other to it for on-call services. */
  addWebhook(webhook: LambdaFunction): void {
    const { webhookSecret, pagerDutySecret, jiraSecret } = this.plan.alerts;
    const subscription = () => new LambdaSubscription(webhook, { deadLetterQueue: this.undelivered });
    if (webhookSecret !== undefined) this.chat?.addSubscription(subscription());
    if (pagerDutySecret !== undefined || jiraSecret !== undefined) this.alerts.addSubscription(subscription());
  }

  /** Subscribes the channels of the plan in Slack and Teams to alerts and to alarms about the auditor itself. */
  addChannels(operations: ITopic): void {
    const { slack, teams } = this.plan.alerts;
    if (!this.chat) return;
    const topics = [this.chat.topicArn, operations.topicArn];
    if (slack)
      new CfnSlackChannelConfiguration(this, 'Slack', {
        ...this.listening('SlackRole', topics),
        configurationName: busNameOf(this.plan),
        slackWorkspaceId: slack.workspace,
        slackChannelId: slack.channel,
      });
    if (teams)
      new CfnMicrosoftTeamsChannelConfiguration(this, 'Teams', {
        ...this.listening('TeamsRole', topics),
        // Another name than Slack's, so that logs and the console distinguish the two.
        configurationName: `${busNameOf(this.plan)}-teams`,
        teamsTenantId: teams.tenant,
        teamId: teams.team,
        // The API takes the id as links hold it, its colon and its at sign encoded.
        teamsChannelId: teams.channel.replace(':', '%3a').replace('@', '%40'),
      });
  }

  /** What a channel has that receives everything and may do nothing. */
  private listening(roleId: string, snsTopicArns: readonly string[]) {
    const boundary = this.plan.deployment?.permissionsBoundary;
    const role = exactRole(this, roleId, {
      service: 'chatbot.amazonaws.com',
      policies: {},
      permissionsBoundary: boundary,
    });
    return {
      iamRoleArn: role.roleArn,
      snsTopicArns: [...snsTopicArns],
      // Without a guardrail the service would take AdministratorAccess as the bound of its commands.
      guardrailPolicies: [`arn:${Aws.PARTITION}:iam::aws:policy/AWSDenyAll`],
      loggingLevel: 'ERROR',
    };
  }
}
