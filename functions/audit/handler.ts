/** Woken by the queue of requested audits. A request that fails is put back alone; the others of its batch are done. */
import type { SQSBatchResponse } from 'aws-lambda';
import { auditEvent } from '../runtime/events.ts';
import { lambda } from '../runtime/middleware.ts';
import { audit } from './audit.ts';

export const handler = lambda('audit', auditEvent, async (messages, tools): Promise<SQSBatchResponse> => {
  const batchItemFailures: { itemIdentifier: string }[] = [];
  for (const { messageId, request } of messages) {
    try {
      await audit(request, tools);
    } catch (error) {
      tools.logError('audit failed', error, { account: request?.account, region: request?.region, auditId: request?.auditId, messageId });
      batchItemFailures.push({ itemIdentifier: messageId });
    }
  }
  return { batchItemFailures };
});
