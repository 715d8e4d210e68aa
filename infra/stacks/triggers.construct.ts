/** What begins with time or a change: schedules invoke dispatch and digest, rules put changes here and elsewhere into their queue. */
import { Duration } from 'aws-cdk-lib';
import { type IEventBus, Match, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import type { Function as LambdaFunctionResource } from 'aws-cdk-lib/aws-lambda';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Plan } from '../../shared/core/plan/plan.ts';
import { changeRules, forwardedSource } from './change-rules.ts';
import { exactRole } from './function.construct.ts';
import type { PolicyGrant } from './grants.ts';

export interface TriggersProps {
  readonly plan: Plan;
  readonly dispatch: LambdaFunctionResource;
  readonly digest: LambdaFunctionResource;
  readonly bus: IEventBus;
  /** Of changes. */
  readonly changes: IQueue;
  /** For events that could not be handed over. */
  readonly undelivered: IQueue;
  /** What a role needs to send them. */
  readonly sendsUndelivered: readonly PolicyGrant[];
}

/** Scheduler puts the time there that the run stands for: the same in every repeat. */
const scheduledTime = '<aws.scheduler.scheduled-time>';
/**
 * The longest delay of a message in SQS is 15 minutes, so a sweep sends what is due in these. With three sweeps in that time, two that
 * are missed in a row delay no audit. A place that changed during its audit waits for the next sweep.
 */
export const sweepSchedule = 'rate(5 minutes)';
/** Monday morning, UTC. */
export const digestSchedule = 'cron(0 7 ? * MON *)';

/** A run that comes later than this is overtaken by the next. */
const latest = Duration.hours(1);
const retries = 5;

export class Triggers extends Construct {
  constructor(scope: Construct, id: string, { plan, dispatch, digest, bus, changes, undelivered, sendsUndelivered }: TriggersProps) {
    super(scope, id);
    const role = exactRole(this, 'SchedulerRole', {
      service: 'scheduler.amazonaws.com',
      ownAccountOnly: true,
      policies: {
        Service: [
          { actions: ['lambda:InvokeFunction'], resources: [dispatch.functionArn, digest.functionArn], why: 'the schedules' },
          ...sendsUndelivered,
        ],
      },
      permissionsBoundary: plan.deployment?.permissionsBoundary,
    });
    const schedule = (name: string, kind: string, expression: string, target: LambdaFunctionResource, description: string) =>
      new CfnSchedule(this, name, {
        description,
        scheduleExpression: expression,
        flexibleTimeWindow: { mode: 'OFF' },
        target: {
          arn: target.functionArn,
          roleArn: role.roleArn,
          input: JSON.stringify({ kind, at: scheduledTime }),
          retryPolicy: { maximumEventAgeInSeconds: latest.toSeconds(), maximumRetryAttempts: retries },
          deadLetterConfig: { arn: undelivered.queueArn },
        },
      });
    schedule('Audits', 'schedule', plan.schedule, dispatch, 'Begins a run over every account and region of the plan.');
    schedule('Sweep', 'sweep', sweepSchedule, dispatch, 'Requests the audits that are due, and publishes pending alerts.');
    schedule('Digest', 'digest', digestSchedule, digest, 'Publishes the status over all regions once a week.');

    const target = () => new SqsQueue(changes, { deadLetterQueue: undelivered, maxEventAge: latest, retryAttempts: retries });
    for (const { id: name, description, pattern } of changeRules)
      new Rule(this, name, { description, eventPattern: pattern, targets: [target()] });
    new Rule(this, 'Forwarded', {
      description: 'Changes that other regions and accounts forward.',
      eventBus: bus,
      eventPattern: { source: Match.prefix(forwardedSource) },
      targets: [target()],
    });
  }
}
