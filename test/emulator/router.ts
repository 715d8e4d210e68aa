/**
 * One address before several servers: every request goes to the server of its operation, known from the signature and the
 * body as the sandbox tells it, and what was asked, by whom, and who answered is on record.
 */
import { createServer, type IncomingMessage, type OutgoingHttpHeaders, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { OperationInput } from '../../shared/sandbox/call.ts';
import { formCall, type OperationCall, type WireRequest } from '../../shared/sandbox/protocol/wire.ts';
import { services } from '../../shared/sandbox/service/index.ts';

export interface Answered {
  /** `service:Operation`; what has no name here, by method and path. */
  readonly operation: string;
  readonly input: OperationInput;
  /** The region that it was signed for. */
  readonly region: string;
  /** The name of the program, where it says one (AWS_SDK_UA_APP_ID). */
  readonly app?: string;
  /** The address that it was sent to. */
  readonly by: string;
  readonly status: number;
  /** What a refusal is called. */
  readonly error?: string;
}

export interface Router {
  readonly endpoint: string;
  /** Every answer, in the order they came. */
  readonly answered: readonly Answered[];
  /** When the first request arrived, and for how many milliseconds at least one was open. Times as `Date.now()` gives them. */
  readonly load: () => { readonly firstAt: number; readonly openMs: number };
  readonly close: () => Promise<void>;
}

type Asked = Pick<Answered, 'operation' | 'input' | 'region'>;

/** Services that the sandbox does not know: JSON names the operation in a header, a form in its body, the others not at all. */
function read({ method, path, headers, body }: WireRequest): OperationCall {
  const target = headers['x-amz-target'];
  if (typeof target === 'string') return { operation: target.slice(target.lastIndexOf('.') + 1), input: JSON.parse(body || '{}') };
  if (String(headers['content-type']).startsWith('application/x-www-form-urlencoded')) return formCall(body);
  return { operation: `${method} ${path}`, input: {} };
}

const scope = /Credential=[^/]+\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request/;

function askedBy(request: IncomingMessage, body: Buffer): Asked {
  const [, region, name] = scope.exec(request.headers.authorization ?? '') ?? [];
  const { pathname: path, searchParams: query } = new URL(request.url ?? '/', 'http://router');
  const { method = 'GET', headers } = request;
  // A subscriber follows the address of a confirmation.
  if (!region || !name) return { operation: `unsigned:${query.get('Action') ?? `${method} ${path}`}`, input: {}, region: '' };
  const service = services.get(name);
  const { operation, input } = (service?.protocol.read ?? read)({ method, path, query, headers, body: body.toString() });
  return { operation: `${service?.name ?? name}:${operation}`, input, region };
}

/** The name of an error, as JSON services and those of XML say it. */
const errorOf = (body: string): string =>
  /"__type":\s*"(?:[^"]*#)?([^"]+)"|<Code>([^<]+)<\/Code>/.exec(body)?.slice(1).find(Boolean) ?? 'unnamed';

const appOf = (request: IncomingMessage): string | undefined => / app\/(\S+)/.exec(request.headers['user-agent'] ?? '')?.[1];

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Sends a request on as it came. */
async function passOn(request: IncomingMessage, headers: OutgoingHttpHeaders, body: Buffer, to: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const on = send(new URL(request.url ?? '/', to), { method: request.method ?? 'GET', headers, agent: false }, resolve);
    on.once('error', reject);
    on.end(body);
  });
}

export interface RouterOptions {
  /** Changes the headers of a request to an address. By default they stay as they are, but for the host. */
  readonly headersFor?: (headers: OutgoingHttpHeaders, to: string) => OutgoingHttpHeaders;
}

/** Starts a router on 127.0.0.1, on any free port. `to` says for an operation and its input the address it is sent to. It ends with `close`. */
export async function startRouter(
  to: (operation: string, input: OperationInput) => string,
  { headersFor = (headers, address) => ({ ...headers, host: new URL(address).host }) }: RouterOptions = {},
): Promise<Router> {
  const answered: Answered[] = [];
  let firstAt = Number.NaN;
  let open = 0;
  let openSince = 0;
  let openMs = 0;
  const server = createServer((request, response) => {
    if (Number.isNaN(firstAt)) firstAt = Date.now();
    if (open === 0) openSince = performance.now();
    open += 1;
    response.once('close', () => {
      open -= 1;
      if (open === 0) openMs += performance.now() - openSince;
    });
    const handle = async () => {
      const body = await bodyOf(request);
      const asked = askedBy(request, body);
      const by = to(asked.operation, asked.input);
      const answer = await passOn(request, headersFor(request.headers, by), body, by);
      const status = answer.statusCode ?? 502;
      const content = await bodyOf(answer);
      const app = appOf(request);
      answered.push({
        ...asked,
        ...(app !== undefined && { app }),
        by,
        status,
        ...(status >= 400 && { error: errorOf(content.toString()) }),
      });
      const { connection: _, 'transfer-encoding': __, ...headers } = answer.headers;
      // An answer to HEAD promises a length that it does not deliver.
      response.writeHead(status, request.method === 'HEAD' ? headers : { ...headers, 'content-length': content.length });
      response.end(content);
    };
    handle().catch((error: unknown) => {
      // No server under test answers this: it has to be seen, not retried.
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
    load: () => ({ firstAt, openMs }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
