/** The queue from which audits are taken: for an audit that is to begin a little later, which a bus cannot do. */
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type AuditRequest, auditRequested, auditSource } from '../../core/events/audit-request.ts';
import { messagingConfig } from '../client/client-config.ts';
import { type AwsSettings, defaultSettings } from '../client/settings.ts';

/** SQS holds a message back this long at most, in seconds. */
export const longestDelay = 900;

export interface AuditQueue {
  /** Puts the event as the bus would deliver it, to be received after so many seconds. */
  readonly send: (request: AuditRequest, afterSeconds: number) => Promise<void>;
}

export function auditQueue(queueUrl: string, settings: AwsSettings = defaultSettings, now: () => Date = () => new Date()): AuditQueue {
  const client = new SQSClient(messagingConfig(settings, settings.homeRegion));
  return {
    send: async (request, afterSeconds) => {
      const event = { source: auditSource, 'detail-type': auditRequested, time: now().toISOString(), detail: request };
      await client.send(
        new SendMessageCommand({
          QueueUrl: queueUrl,
          DelaySeconds: Math.max(0, Math.min(longestDelay, Math.ceil(afterSeconds))),
          MessageBody: JSON.stringify(event),
        }),
      );
    },
  };
}
