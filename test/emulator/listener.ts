/** A server on loopback that takes whatever is posted to it: an HTTP subscriber of a topic, or a chat's incoming webhook. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Posted {
  readonly path: string;
  readonly headers: { readonly [name: string]: string | string[] | undefined };
  readonly body: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface Listener {
  readonly endpoint: string;
  /** Everything that was posted, in order. */
  readonly posted: readonly Posted[];
  readonly close: () => Promise<void>;
}

export async function startListener(): Promise<Listener> {
  const posted: Posted[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    posted.push({ path: request.url ?? '/', headers: request.headers, body: Buffer.concat(chunks).toString(), at: Date.now() });
    response.writeHead(200, { 'content-type': 'text/plain' });
    response.end('ok');
  });
  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen(0, '127.0.0.1', done);
  });
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    posted,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
