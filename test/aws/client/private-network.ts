/**
 * A network as companies have them, on loopback: AWS behind a proxy that receives the host to connect to (CONNECT), and a TLS
 * server that answers for every host with a certificate of a private CA. The certificates are created for each run.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, request, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface PrivateNetwork {
  /** `http://127.0.0.1:PORT`. */
  readonly proxy: string;
  /** File of the CA's certificate. */
  readonly ca: string;
  /** Hosts and ports that the proxy was asked to connect to, each once, with what authorised it. */
  readonly asked: () => readonly { readonly host: string; readonly authorization?: string }[];
  /** Refuse connections with this status from now on; `undefined`: connect. */
  readonly refuse: (status: number | undefined) => void;
  readonly close: () => Promise<void>;
}

const hosts = [
  '*.amazonaws.com',
  '*.us-west-2.amazonaws.com',
  '*.us-east-1.amazonaws.com',
  '*.sso.us-east-1.amazonaws.com',
  '*.sagemaker.us-west-2.amazonaws.com',
  '*.s3.us-west-2.amazonaws.com',
  '*.lambda-url.us-west-2.on.aws',
  'hooks.example.com',
];

const listening = (server: Server): Promise<number> =>
  new Promise((done) => server.listen(0, '127.0.0.1', () => done((server.address() as AddressInfo).port)));

/** Passes a request on to a server without TLS, as it came. */
export function passTo(origin: string): RequestListener {
  const { hostname, port } = new URL(origin);
  return (incoming: IncomingMessage, response) => {
    const { method, url: path, headers } = incoming;
    const outgoing = request({ hostname, port, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    outgoing.on('error', () => response.destroy());
    incoming.pipe(outgoing);
  };
}

/** `answer`: what every host answers. */
export async function privateNetwork(answer: RequestListener): Promise<PrivateNetwork> {
  const folder = mkdtempSync(join(tmpdir(), 'hyperpod-auditor-ca-'));
  const openssl = (...args: readonly string[]) => execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=A private CA', '-days', '2');
  openssl('req', ...key, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=server');
  writeFileSync(join(folder, 'extensions'), `subjectAltName=${hosts.map((host) => `DNS:${host}`).join(',')}\n`);
  const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'extensions'];
  openssl('x509', '-req', '-in', 'server.csr', '-out', 'server.pem', ...signed);

  const read = (name: string) => readFileSync(join(folder, name));
  const server = createTlsServer({ key: read('server.key'), cert: read('server.pem') }, answer);
  const port = await listening(server);
  let asked: { readonly host: string; readonly authorization?: string }[] = [];
  let status: number | undefined;
  const open = new Set<Socket>();
  const proxy = createServer((_, response) => {
    // Nothing here is asked in the clear.
    response.writeHead(500).end();
  });
  proxy.on('connect', (incoming, client: Socket, head) => {
    const authorization = incoming.headers['proxy-authorization'];
    const host = incoming.url ?? '';
    if (!asked.some((a) => a.host === host)) asked = [...asked, { host, ...(authorization !== undefined && { authorization }) }];
    if (status !== undefined) {
      client.end(`HTTP/1.1 ${status} Refused\r\n\r\n`);
      return;
    }
    const upstream = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.write(head);
      upstream.pipe(client).pipe(upstream);
    });
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        open.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
  });
  const proxyPort = await listening(proxy);
  return {
    proxy: `http://127.0.0.1:${proxyPort}`,
    ca: join(folder, 'ca.pem'),
    asked: () => asked,
    refuse: (with_) => {
      asked = [];
      status = with_;
    },
    close: async () => {
      for (const socket of open) socket.destroy();
      await Promise.all([server, proxy].map((s) => new Promise((done) => s.close(done))));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
