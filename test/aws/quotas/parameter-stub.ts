/** Parameters of Systems Manager on loopback. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Answers GetParameter while `work` runs. */
export async function answering<T>(
  parameters: Readonly<Record<string, string>> | 'denied',
  work: (endpoint: string) => Promise<T>,
): Promise<T> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { Name } = JSON.parse(Buffer.concat(chunks).toString());
    const Value = parameters === 'denied' ? undefined : parameters[Name];
    const body =
      Value === undefined
        ? { __type: parameters === 'denied' ? 'AccessDeniedException' : 'ParameterNotFound', message: 'no' }
        : { Parameter: { Name, Value } };
    response.writeHead(Value === undefined ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
}
