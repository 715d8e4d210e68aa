/**
 * The dashboard's server: one page and the answers to its questions, on loopback. Any page that a browser has open can
 * send requests to loopback, so a request has to carry the token of this run, and Host and Origin have to be those of this server.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface DashboardAnswer {
  readonly status: number;
  /** Sent as JSON. */
  readonly body: unknown;
}

export interface DashboardOptions {
  /** The page with its data. */
  readonly page: string;
  /** Answers a question: its path below `/api` and its parameters. */
  readonly answer: (path: string, parameters: URLSearchParams) => Promise<DashboardAnswer>;
  /** What a page may change here, by its path below `/api`; by POST alone. */
  readonly posts?: { readonly [path: string]: (parameters: URLSearchParams) => Promise<DashboardAnswer> };
  /** Default: any free port. */
  readonly port?: number;
}

export interface Dashboard {
  /** Where a browser finds it; the token stands behind the #, which no browser sends. */
  readonly address: string;
  readonly token: string;
  readonly close: () => Promise<void>;
}

/** For every answer: it is not stored, embedded or sniffed, and its address is not passed on. */
const guarded = {
  'cache-control': 'no-store',
  'content-security-policy': "frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

function same(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}

const problem = (status: number, title: string, detail: string): DashboardAnswer => ({
  status,
  body: { type: 'about:blank', title, status, detail },
});

const onlyQuestions = problem(405, 'Only GET', 'Only GET is allowed.');

/** Why a request is refused, before its question is read; `undefined`: it is not. */
function refusal({ method, headers }: IncomingMessage, hosts: readonly string[]): DashboardAnswer | undefined {
  const { host = '', origin } = headers;
  // A foreign name that resolves to loopback has another Host.
  if (!hosts.includes(host)) return problem(421, 'Not this server', `This server answers as ${hosts[0]}, not as "${host}".`);
  // Browsers say where a POST is from, always.
  if ((origin !== undefined || method === 'POST') && !hosts.some((h) => origin === `http://${h}`))
    return problem(403, 'Not from here', `Only this server's own page may ask, not ${origin ?? 'one that does not say where it is from'}.`);
  if (method !== 'GET' && method !== 'POST') return onlyQuestions;
  return undefined;
}

/** Serves until `close`. Rejects where the port is taken. */
export async function startDashboard({ page, answer, posts = {}, port = 0 }: DashboardOptions): Promise<Dashboard> {
  const token = randomBytes(24).toString('base64url');
  let hosts: readonly string[] = [];

  const send = (response: ServerResponse, status: number, type: string, body: string): void => {
    response.writeHead(status, { ...guarded, 'content-type': type, 'content-length': Buffer.byteLength(body) });
    response.end(body);
  };
  const say = (response: ServerResponse, { status, body }: DashboardAnswer): void => {
    if (status === 405) response.setHeader('allow', 'GET');
    send(response, status, status < 400 ? 'application/json' : 'application/problem+json', JSON.stringify(body));
  };

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refused = refusal(request, hosts);
    if (refused) return say(response, refused);
    const [, pathname = '', query = ''] = /^([^?]*)\??(.*)$/.exec(request.url ?? '/') ?? [];
    const isPost = request.method === 'POST';
    if (pathname === '/' && !isPost) return send(response, 200, 'text/html; charset=utf-8', page);
    if (!pathname.startsWith('/api/'))
      return isPost
        ? say(response, onlyQuestions)
        : say(response, problem(404, 'Nothing here', 'There is the page at / and what it asks below /api.'));
    const [, given = ''] = /^Bearer (.+)$/.exec(request.headers.authorization ?? '') ?? [];
    if (!same(given, token))
      return say(
        response,
        problem(401, 'No token', 'This is another run of the dashboard: open the address that the command printed last.'),
      );
    const parameters = new URLSearchParams(query);
    const path = pathname.slice('/api'.length);
    const post = Object.hasOwn(posts, path) ? posts[path] : undefined;
    if (!isPost) return say(response, await answer(path, parameters));
    say(response, post ? await post(parameters) : onlyQuestions);
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      if (response.headersSent) response.destroy();
      else say(response, problem(500, 'No answer', reason));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const { port: taken } = server.address() as AddressInfo;
  hosts = [`127.0.0.1:${taken}`, `localhost:${taken}`];
  return {
    address: `http://127.0.0.1:${taken}/#token=${token}`,
    token,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
