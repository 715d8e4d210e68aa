/** Invoked by its Function URL, which takes only requests signed with AWS credentials: answers questions about the findings. */
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { respond } from '../../shared/query/respond.ts';
import { answer } from '../../shared/query/run-query.ts';
import { onceFor } from '../runtime/environment.ts';
import { queryEvent } from '../runtime/events.ts';
import { lambda } from '../runtime/middleware.ts';
import { portsOf } from '../runtime/wiring.ts';

const wired = onceFor(portsOf);

export const handler = lambda('query', queryEvent, async ({ headers, ...request }, { log }): Promise<APIGatewayProxyStructuredResultV2> => {
  const { status, headers: sent, body } = respond(await answer(request, wired()), headers);
  log('answered', { path: request.path, status, bytes: body.length });
  return { statusCode: status, headers: { ...sent }, body: Buffer.from(body).toString('base64'), isBase64Encoded: true };
});
