/** Woken by the queue of requested audits. A request that fails is put back alone; the others of its batch are done. */
import type { SQSBatchResponse } from 'aws-lambda';
import { auditEvent } from '../runtime/events.ts';
import { lambda } from '../runtime/middleware.ts';
import { audit } from './audit.ts';

export const handler = lambda('audit', auditEvent, async (messages, tools): Promise<SQSBatchResponse> => {
  // Side by side: an audit waits for AWS nearly all of its time, and all wait at the price of one.
  const failed = await Promise.all(
    messages.map(async ({ messageId, request }) => {
      try {
        await audit(request, tools);
        return [];
      } catch (error) {
        tools.logError('audit failed', error, { account: request?.account, region: request?.region, auditId: request?.auditId, messageId });
        return [{ itemIdentifier: messageId }];
      }
    }),
  );
  return { batchItemFailures: failed.flat() };
});
