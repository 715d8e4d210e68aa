/** Woken by its Function URL, which lets in only who signs with AWS credentials: answers questions about the findings. */
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { answer } from '../../shared/query/answer.ts';
import { respond } from '../../shared/query/respond.ts';
import { onceFor } from '../environment.ts';
import { queryEvent } from '../events.ts';
import { lambda } from '../middleware.ts';
import { portsOf } from '../wiring.ts';

const wired = onceFor(portsOf);

export const handler = lambda('query', queryEvent, async ({ headers, ...request }, { log }): Promise<APIGatewayProxyStructuredResultV2> => {
  const { status, headers: sent, body } = respond(await answer(request, wired()), headers);
  log('answered', { path: request.path, status, bytes: body.length });
  return { statusCode: status, headers: { ...sent }, body: Buffer.from(body).toString('base64'), isBase64Encoded: true };
});
