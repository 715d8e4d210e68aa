/**
 * One address before several servers: every request goes to whom its operation belongs, told from the signature and the
 * body as the sandbox tells it, and who answered what is on record.
 */
import { createServer, type IncomingMessage, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { services } from '../../shared/sandbox/service/index.ts';

export interface Answered {
  /** `service:Operation`; what the sandbox has no name for, by method and path. */
  readonly operation: string;
  /** The address that it was sent to. */
  readonly by: string;
  readonly status: number;
}

export interface Router {
  readonly endpoint: string;
  /** Every answer, in the order they came. */
  readonly answered: readonly Answered[];
  readonly close: () => Promise<void>;
}

function operationOf(request: IncomingMessage, body: Buffer): string {
  const name = /Credential=[^/]+\/\d{8}\/[^/]+\/([^/]+)\/aws4_request/.exec(request.headers.authorization ?? '')?.[1] ?? '';
  const service = services.get(name);
  if (!service) throw new Error(`A request is signed for ${name || 'nothing'}, which the sandbox does not know.`);
  const { pathname: path, searchParams: query } = new URL(request.url ?? '/', 'http://router');
  const { method = 'GET', headers } = request;
  return `${name}:${service.protocol.read({ method, path, query, headers, body: body.toString() }).operation}`;
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Sends a request on as it came, but for the host. */
async function passOn(request: IncomingMessage, body: Buffer, to: string): Promise<IncomingMessage> {
  const { host } = new URL(to);
  return new Promise((resolve, reject) => {
    const { method = 'GET', headers, url } = request;
    const on = send(new URL(url ?? '/', to), { method, headers: { ...headers, host }, agent: false }, resolve);
    on.once('error', reject);
    on.end(body);
  });
}

/** Starts a router on 127.0.0.1, on any free port. `to` says for an operation the address it is sent to. It ends with `close`. */
export async function startRouter(to: (operation: string) => string): Promise<Router> {
  const answered: Answered[] = [];
  const server = createServer((request, response) => {
    const handle = async () => {
      const body = await bodyOf(request);
      const operation = operationOf(request, body);
      const by = to(operation);
      const answer = await passOn(request, body, by);
      const status = answer.statusCode ?? 502;
      const content = await bodyOf(answer);
      answered.push({ operation, by, status });
      const { connection: _, 'transfer-encoding': __, ...headers } = answer.headers;
      // An answer to HEAD promises a length that it does not deliver.
      response.writeHead(status, request.method === 'HEAD' ? headers : { ...headers, 'content-length': content.length });
      response.end(content);
    };
    handle().catch((error: unknown) => {
      // Nobody is tested who answers this: it has to be seen, not retried.
      response.writeHead(400, { 'content-type': 'text/plain' });
      response.end(`The router failed: ${error}`);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answered,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
