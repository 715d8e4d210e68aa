/** Where questions are answered in tests: a table, an endpoint and a database of this machine, all with the same content. */
import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inventoryReader } from '../../../shared/aws/findings/inventory-reader.ts';
import { openLocalStore } from '../../../shared/aws/findings/local/local-store.ts';
import { respond } from '../../../shared/query/respond.ts';
import { answer } from '../../../shared/query/run-query.ts';
import { type DynamoTable, scan, startDynamoTable } from '../../aws/findings/dynamo-table.ts';
import { startStub } from '../../aws/stub.ts';
import { finding, planned, result, row } from '../../core/results.ts';
import { save } from '../../query/inventory.ts';
import { bare, type Ran, run } from './run.ts';

export const account = '111122223333';
const secret = 'a secret that signs';
const days = 86_400_000;
const begun = Date.now() - 9 * days;
/** Hours after the first audit, nine days ago. */
export const at = (hour: number): string => new Date(begun + hour * 3_600_000).toISOString();

/** Whether a request is signed as AWS wants it, for Lambda in this region and by this key: computed here independently. */
function isSigned({ method = '', url: address = '', headers }: IncomingMessage): boolean {
  const [, scope = '', names = '', signature] =
    /^AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE\/(\d{8}\/us-west-2\/lambda\/aws4_request), SignedHeaders=([^,]+), Signature=(\w+)$/.exec(
      headers.authorization ?? '',
    ) ?? [];
  const hash = (text: string) => createHash('sha256').update(text).digest('hex');
  const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  const { pathname, searchParams } = new URL(address, 'http://endpoint');
  const escaped = (text: string) => encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  const query = [...searchParams]
    .map(([k, v]) => `${escaped(k)}=${escaped(v)}`)
    .toSorted()
    .join('&');
  const lines = names
    .split(';')
    .map((name) => `${name}:${headers[name]}\n`)
    .join('');
  const canonical = [method, pathname.split('/').map(escaped).join('/'), query, lines, names, hash('')].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, hash(canonical)].join('\n');
  const key = scope.split('/').reduce<string | Buffer>((k, part) => hmac(k, part), `AWS4${secret}`);
  return hmac(key, toSign).toString('hex') === signature;
}

/** Readiness of 450 regions, page by page, the last of them BLOCKED; below /half the second page cannot be had. */
function readinessPage(address: string): { readonly status: number; readonly body: object } {
  const { pathname, searchParams } = new URL(address, 'http://endpoint');
  if (!pathname.endsWith('/readiness')) return { status: 200, body: { items: [], scanned: 0, keys: [] } };
  const from = Number(searchParams.get('cursor') ?? 0);
  if (from > 0 && pathname.startsWith('/half')) return { status: 404, body: {} };
  const to = Math.min(450, from + Number(searchParams.get('limit')));
  const items = Array.from({ length: to - from }, (_, n) => ({
    account,
    region: `region-${from + n + 1}`,
    regionState: 'audited',
    coverage: { evaluated: 1, unevaluated: 0, required: 0 },
    factsAt: at(0),
    clusters: [
      {
        cluster: 'llm',
        planned: true,
        running: false,
        state: from + n === 449 ? 'BLOCKED' : 'READY',
        since: at(0),
        because: [],
        reasons: 0,
      },
    ],
  }));
  return { status: 200, body: { items, scanned: items.length, keys: [], ...(to < 450 && { cursor: String(to) }) } };
}

export interface QuestionSources {
  readonly folder: string;
  readonly dynamo: DynamoTable;
  /** Address of the endpoint of the stack. */
  readonly url: string;
  /** Whether each request to the endpoint was signed as AWS requires. */
  readonly signed: readonly boolean[];
  /** The environment in which the stack, its table and its endpoint are reached. */
  readonly env: () => NodeJS.ProcessEnv;
  /** Runs a command in that environment. */
  readonly deployed: (...args: readonly string[]) => Promise<Ran>;
  readonly close: () => Promise<void>;
}

/** A table with audits of two regions, the endpoint that answers from it, the stack that names both, and a copy on this machine. */
export async function startQuestionSources(): Promise<QuestionSources> {
  const folder = await mkdtemp(join(tmpdir(), 'questions-'));
  const dynamo = await startDynamoTable();
  const { table } = dynamo;
  const west = { account, region: 'us-west-2' };
  await save(table, west, at(0), result({ findings: [finding(), finding({ check: 'vpc-dns', cluster: '', resource: '=cmd|x' })] }), {
    alias: 'ml-prod',
  });
  await save(
    table,
    { account, region: 'us-east-1' },
    at(1),
    result({ findings: [finding({ status: 'fail', resource: 'sg-9' })], rows: [row({ check: 'run-as-enabled' })], clusters: [planned] }),
  );
  for (let n = 0; n < 6; n++)
    await save(
      table,
      west,
      at(5 * 24 + n),
      result({ findings: [finding({ status: n % 2 ? 'pass' : 'fail' }), finding({ check: 'vpc-dns', cluster: '', resource: '=cmd|x' })] }),
      { alias: 'ml-prod' },
    );
  const signed: boolean[] = [];
  const endpoint = createServer(async (request, response) => {
    signed.push(isSigned(request));
    const { pathname, search } = new URL(request.url ?? '', 'http://endpoint');
    if (!isSigned(request)) {
      response.writeHead(403).end('{"Message":"Forbidden"}');
      return;
    }
    const ports = { table, reader: inventoryReader(dynamo), now: () => new Date() };
    const answered = respond(await answer({ method: request.method ?? '', path: pathname, query: search.slice(1) }, ports), {
      'accept-encoding': String(request.headers['accept-encoding'] ?? ''),
    });
    response.writeHead(answered.status, answered.headers).end(answered.body);
  });
  endpoint.listen(0, '127.0.0.1');
  await once(endpoint, 'listening');
  const url = `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}`;
  const stub = await startStub({ dynamodb: dynamo.endpoint });
  stub.setStack('HyperPodAuditor', { FindingsTableOutput: dynamo.tableName, QueryUrlOutput: url });
  stub.setStack('WithoutUrl', { FindingsTableOutput: dynamo.tableName });
  const local = await openLocalStore(join(folder, 'db'));
  await local.store.putAll(await scan(dynamo));
  local.close();
  const env = () => ({
    ...bare(),
    AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
    AWS_SECRET_ACCESS_KEY: secret,
    AWS_REGION: 'us-west-2',
    AWS_ENDPOINT_URL: stub.endpoint,
  });
  return {
    folder,
    dynamo,
    url,
    signed,
    env,
    deployed: (...args) => run(args, { env: env() }),
    close: async () => {
      endpoint.close();
      await Promise.all([stub.close(), dynamo.close()]);
      await rm(folder, { recursive: true });
    },
  };
}

/** Findings page by page without end, the first of them `finding()`. Only whole ids have a history. */
function findingsPage(address: string): { readonly status: number; readonly body: object } {
  const { pathname, searchParams } = new URL(address, 'http://endpoint');
  if (pathname.includes('sg-94999')) {
    const unknown = [{ parameter: 'id', given: 'sg-94999', known: [] }];
    return { status: 200, body: { items: [], scanned: 0, keys: [], known: false, detail: 'No such id.', unknown } };
  }
  if (!pathname.endsWith('/findings')) return readinessPage(address);
  const from = Number(searchParams.get('cursor') ?? 0);
  const since = { since: at(0), firstSeen: at(0), lastChanged: at(0), asOf: at(0) };
  const items = Array.from({ length: Number(searchParams.get('limit')) }, (_, n) => ({
    account,
    region: 'us-west-2',
    ...finding(from + n === 0 ? {} : { resource: `sg-9${from + n}-of-many` }),
    ...since,
    open: false,
  }));
  return { status: 200, body: { items, scanned: items.length, keys: [], cursor: String(from + items.length) } };
}

/** A server that answers as no endpoint of ours does, by how its path begins. */
export async function startForeignEndpoint(): Promise<{ readonly origin: string; readonly close: () => void }> {
  const server = createServer(({ url: path = '' }, response) => {
    if (path.startsWith('/elsewhere')) response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end();
    else if (path.startsWith('/cut')) response.writeHead(200, { 'content-length': '9' }).write('{', () => response.destroy());
    else if (path.startsWith('/garbled')) response.writeHead(200, { 'content-encoding': 'gzip' }).end('{}');
    else if (path.startsWith('/round')) response.writeHead(200).end('{"items":[],"scanned":0,"keys":[],"cursor":"again"}');
    else if (path.startsWith('/many')) response.writeHead(200).end(JSON.stringify(findingsPage(path).body));
    else if (/^\/(all|half)/.test(path)) {
      const { status, body } = readinessPage(path);
      response.writeHead(status).end(JSON.stringify(body));
    } else response.writeHead(200).end('<html>');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}
