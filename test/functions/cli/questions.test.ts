/** The commands that ask, as a shell runs them: of this machine's database, of a table, and of the endpoint, with one answer. */
import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTable } from '../../../shared/aws/findings/client.ts';
import { inventoryReader } from '../../../shared/aws/findings/inventory-reader.ts';
import { openLocalStore } from '../../../shared/aws/findings/local/local-store.ts';
import { respond } from '../../../shared/query/respond.ts';
import { answer } from '../../../shared/query/run-query.ts';
import { type DynamoTable, scan, startDynamoTable } from '../../aws/findings/dynamo-table.ts';
import { type Stub, startStub } from '../../aws/stub.ts';
import { finding, planned, result, row } from '../../core/results.ts';
import { save } from '../../query/inventory.ts';
import { bare, run } from './run.ts';

const account = '111122223333';
const secret = 'a secret that signs';
const days = 86_400_000;
const begun = Date.now() - 9 * days;
/** Hours after the first audit, nine days ago. */
const at = (hour: number): string => new Date(begun + hour * 3_600_000).toISOString();

let folder: string;
let dynamo: DynamoTable;
let stub: Stub;
let door: Server;
let url: string;
/** Answers as no endpoint of ours does, by how its path begins. */
let stranger: Server;
const signed: boolean[] = [];

/** Whether a request is signed as AWS wants it, for Lambda in this region and by this key: reckoned here anew. */
function isSigned({ method = '', url: address = '', headers }: IncomingMessage): boolean {
  const [, scope = '', names = '', signature] =
    /^AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE\/(\d{8}\/us-west-2\/lambda\/aws4_request), SignedHeaders=([^,]+), Signature=(\w+)$/.exec(
      headers.authorization ?? '',
    ) ?? [];
  const hash = (text: string) => createHash('sha256').update(text).digest('hex');
  const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  const { pathname, searchParams } = new URL(address, 'http://door');
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
function ofFleet(address: string): { readonly status: number; readonly body: object } {
  const { pathname, searchParams } = new URL(address, 'http://door');
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

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'questions-'));
  dynamo = await startDynamoTable();
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
  door = createServer(async (request, response) => {
    signed.push(isSigned(request));
    const { pathname, search } = new URL(request.url ?? '', 'http://door');
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
  door.listen(0, '127.0.0.1');
  await once(door, 'listening');
  url = `http://127.0.0.1:${(door.address() as AddressInfo).port}`;
  stub = await startStub({ dynamodb: dynamo.endpoint });
  stub.setStack('HyperPodAuditor', { FindingsTableOutput: dynamo.tableName, QueryUrlOutput: url });
  const local = await openLocalStore(join(folder, 'db'));
  await local.store.putAll(await scan(dynamo));
  local.close();
  stranger = createServer(({ url: path = '' }, response) => {
    if (path.startsWith('/elsewhere')) response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end();
    else if (path.startsWith('/cut')) response.writeHead(200, { 'content-length': '9' }).write('{', () => response.destroy());
    else if (path.startsWith('/garbled')) response.writeHead(200, { 'content-encoding': 'gzip' }).end('{}');
    else if (path.startsWith('/round')) response.writeHead(200).end('{"items":[],"scanned":0,"keys":[],"cursor":"again"}');
    else if (/^\/(fleet|half)/.test(path)) {
      const { status, body } = ofFleet(path);
      response.writeHead(status).end(JSON.stringify(body));
    } else response.writeHead(200).end('<html>');
  });
  stranger.listen(0, '127.0.0.1');
  await once(stranger, 'listening');
}, 60_000);
afterAll(async () => {
  door.close();
  stranger.close();
  await stub.close();
  await dynamo.close();
  await rm(folder, { recursive: true });
});

const env = () => ({
  ...bare(),
  AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
  AWS_SECRET_ACCESS_KEY: secret,
  AWS_REGION: 'us-west-2',
  AWS_ENDPOINT_URL: stub.endpoint,
});
const deployed = (...args: readonly string[]) => run(args, { env: env() });

const asked: readonly (readonly string[])[] = [
  ['changes', '--region', 'us-west-2', '--since', '7d'],
  ['findings', '--open'],
  ['coverage', '--level', 'required'],
  ['readiness', '--account', account, '--at', at(121)],
  ['history', finding().id, '--region', 'us-west-2', '--account', account],
  ['diff', '--from', at(24), '--to', at(122)],
];

describe('one question has one answer, whoever is asked', () => {
  test('the endpoint of the stack, a named endpoint, the table, the table of the stack, and this machine', async () => {
    const answers = await Promise.all(
      asked.map(async (question) => {
        const json = [...question, '--format', 'json'];
        const outputs = [];
        // Every way for the first, the endpoint and the table for the rest.
        const every = question === asked[0];
        for (const where of [
          ['--url', url],
          ['--table', dynamo.tableName],
          ...(every ? [['--deployed'], ['--stack', 'HyperPodAuditor', '--home', 'us-west-2']] : []),
        ])
          outputs.push(await deployed(...json, ...where));
        return outputs;
      }),
    );
    for (const [n, question] of asked.entries()) {
      const own = await run([...question, '--format', 'json', '--database', join(folder, 'db')]);
      // Of what was asked only readiness has a verdict: a cluster is BLOCKED.
      expect(own, question.join(' ')).toMatchObject({ code: question[0] === 'readiness' ? 1 : 0, stderr: '' });
      expect(JSON.parse(own.stdout).items.length, question.join(' ')).toBeGreaterThan(0);
      for (const answered of answers[n] ?? []) expect(answered, question.join(' ')).toEqual(own);
    }
    expect(signed.length).toBeGreaterThan(asked.length);
    expect(new Set(signed)).toEqual(new Set([true]));
  }, 240_000);
});

describe('as people read it', () => {
  test('changes: by audit, what is new at first in one line', async () => {
    const { stdout, code } = await deployed('changes', '--since', '30d', '--url', url);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /UTC {2}ml-prod \(111122223333\) us-west-2\n {2}recovered {2}efa-self-traffic · llm-train · sg-1: fail → pass\n {2}recovered {2}cluster llm-train: BLOCKED → READY\n/,
    );
    expect(stdout).toMatch(/UTC {2}111122223333 us-east-1\n {2}3 things seen for the first time\n/);
    // The time of the newest, as the screen has it, is one up to which all of it is found.
    const newest = stdout.slice(0, '2026-11-01 12:00 UTC'.length);
    expect((await deployed('changes', '--since', '30d', '--to', newest, '--url', url)).stdout).toBe(stdout);
  });

  test('findings, readiness, history and the difference', async () => {
    const of = async (...args: readonly string[]) => (await deployed(...args, '--url', url)).stdout;
    expect(await of('findings', '--status', 'fail')).toMatch(
      /^✗ efa-self-traffic {2}111122223333 us-east-1 · llm-train · sg-9\n {4}required failure since .+\n {4}sg-9 was looked at\.\n {4}id efa-self-traffic\/llm-train\/-\/sg-9\n$/,
    );
    expect(await of('findings', '--resource', 'sg-9', '--status', 'pass')).toBe('No finding matches.\n');
    expect(await of('readiness', '--account', account)).toMatch(
      /111122223333 us-east-1 {2}last audited at least up to .+\n {2}UNKNOWN {2}llm-train {2}planned {2}since .+ was BLOCKED; no audit is known to have completed since /,
    );
    expect(await of('history', finding().id, '--region', 'us-west-2')).toMatch(
      /recovered {2}account {3}fail → pass +sg-1 was looked at\.\n/,
    );
    expect(await of('diff', '--from', at(24), '--to', at(122))).toBe(
      `${account} us-west-2\n  regressed  cluster llm-train: READY → BLOCKED\n  regressed  efa-self-traffic · llm-train · sg-1: pass → fail\n`,
    );
    expect(await of('changes', '--limit', '1')).toContain('There is more: --limit shows more than 1, filters show less.');
  });

  test('CSV: a line for each, harmless in a spreadsheet', async () => {
    const { stdout } = await deployed('findings', '--region', 'us-west-2', '--format', 'csv', '--url', url);
    const lines = stdout.split('\r\n');
    expect(lines[0]).toBe(
      'account,region,status,level,open,check,cluster,group,resource,have,need,unit,since,first_seen,muted_until,last_seen,message,fix,command,id',
    );
    expect(lines.filter((l) => l.startsWith(account))).toHaveLength(2);
    expect(stdout).toContain(",'=cmd|x,");
    expect((await deployed('readiness', '--format', 'csv', '--url', url)).stdout.split('\r\n')).toHaveLength(4);
    const cut = await deployed('changes', '--limit', '1', '--format', 'csv', '--url', url);
    expect(cut.stderr).toContain('there is more than these 1');
  });
});

describe('where nothing was ever audited nobody is told that all is calm', () => {
  const questions = [
    ['findings'],
    ['coverage'],
    ['changes'],
    ['diff', '--from', '7d'],
    ['readiness', '--state', 'BLOCKED'],
    ['history', 'x'],
  ];
  let empty: string;
  beforeAll(async () => {
    empty = join(folder, 'empty');
    (await openLocalStore(empty)).close();
    await mkdir(join(folder, 'other'));
  });

  test.each(questions)('%s: a folder that is none, or holds something else, is not made into one', async (...question) => {
    for (const [name, holds] of [
      ['typo', undefined],
      ['other', []],
    ] as const) {
      const database = join(folder, name);
      expect(await run([...question, '--database', database])).toEqual({
        code: 3,
        stdout: '',
        stderr: `hyperpod-auditor: No audit is kept in ${database}; run \`npx --no-install hyperpod-auditor audit --database ${database}\` first.\n`,
      });
      expect(await readdir(database).catch(() => undefined)).toEqual(holds);
    }
  });

  test('without an audit on this machine, the deployed auditor may be meant', async () => {
    const env = { ...bare(), XDG_DATA_HOME: join(folder, 'data') };
    expect(await run(['readiness'], { env })).toMatchObject({
      code: 3,
      stderr: `hyperpod-auditor: No audit is kept in ${folder}/data/hyperpod-auditor/findings; run \`npx --no-install hyperpod-auditor audit\` first. To ask the deployed auditor, add \`--stack HyperPodAuditor --home REGION\`.\n`,
    });
    expect((await run(['readiness', '--sandbox'], { env })).stderr).not.toContain('--stack');
  });

  test.each([['findings'], ['changes'], ['coverage'], ['history', 'x']])('%s of a database without an audit', async (...question) => {
    const { code, stdout, stderr } = await run([...question, '--database', empty]);
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toContain(`No audit is kept in ${empty}; run`);
  });

  test('programs get an answer that they can read, and are told as well', async () => {
    const json = await run(['findings', '--database', empty, '--format', 'json']);
    const sentence = `No audit is kept in ${empty}; run \`npx --no-install hyperpod-auditor audit --database ${empty}\` first.`;
    expect([json.code, JSON.parse(json.stdout)]).toEqual([3, { items: [], scanned: 0, keys: [], noAudit: sentence }]);
    expect(JSON.parse((await run(['history', 'x', '--database', empty, '--format', 'json'])).stdout)).toMatchObject({ items: [] });
    const csv = await run(['changes', '--database', join(folder, 'typo'), '--format', 'csv']);
    expect([csv.code, csv.stdout.split('\r\n').length]).toEqual([3, 2]);
    expect(csv.stderr).toContain('No audit is kept in ');
  });

  test('a deployed table, an endpoint, and a region that nobody audits', async () => {
    await createTable(dynamo.client, 'no-audits');
    expect(await deployed('findings', '--table', 'no-audits')).toMatchObject({
      code: 3,
      stderr: 'hyperpod-auditor: No audit is kept in the table no-audits in us-west-2 so far.\n',
    });
    expect((await deployed('changes', '--url', url, '--region', 'eu-north-1')).stderr).toBe(
      'hyperpod-auditor: No audit of the last 35 days is stored for region eu-north-1. Known regions: us-east-1, us-west-2.\n',
    );
    expect((await deployed('coverage', '--url', url, '--region', 'eu-north-1', '--account', account)).stderr).toBe(
      `hyperpod-auditor: No audit of the last 35 days is stored for region eu-north-1 in account ${account}. Known regions there: us-east-1, us-west-2.\n`,
    );
    expect(await deployed('changes', '--url', url, '--resource', 'sg-9', '--cause', 'plan')).toMatchObject({
      code: 0,
      stdout: 'Nothing changed.\n',
    });
  });
});

describe('a mistyped filter never looks like an all-clear', () => {
  const cluster = 'No finding is stored for cluster llmtrain; did you mean llm-train? Known clusters: llm-train.';
  const check = 'check takes the id of a check, not "efa-self-trafic"; did you mean efa-self-traffic?';
  const region = 'No audit of the last 35 days is stored for region us-wst-2; did you mean us-west-2? Known regions: us-west-2, us-east-1.';
  const other = `No audit of the last 35 days is stored for account 111122223332; did you mean ${account}? Known accounts: ${account}.`;
  const resource = 'No finding is stored for resource sg-99; did you mean sg-9? Known resources: sg-9, sg-1, =cmd|x.';
  const diff = ['diff', '--from', at(24)];
  test.each<[readonly string[], string]>([
    [['readiness', '--cluster', 'llmtrain'], cluster],
    [['findings', '--cluster', 'llmtrain', '--open'], cluster],
    [['coverage', '--cluster', 'llmtrain'], cluster],
    [['changes', '--cluster', 'llmtrain', '--since', '7d'], cluster],
    [[...diff, '--cluster', 'llmtrain'], cluster],
    [
      ['findings', '--cluster', 'llmtrain', '--at', at(100)],
      `No finding is stored for cluster llmtrain at ${at(100)}; did you mean llm-train? Known clusters there: llm-train.`,
    ],
    [['findings', '--check', 'efa-self-trafic'], check],
    [['coverage', '--check', 'efa-self-trafic'], check],
    [['changes', '--check', 'efa-self-trafic'], check],
    [[...diff, '--check', 'efa-self-trafic'], check],
    [['readiness', '--region', 'us-wst-2'], region],
    [['findings', '--region', 'us-wst-2'], region],
    [['coverage', '--region', 'us-wst-2'], region],
    [['changes', '--region', 'us-wst-2'], region],
    [[...diff, '--region', 'us-wst-2'], region],
    [['history', finding().id, '--region', 'us-wst-2'], region],
    [['readiness', '--account', '111122223332'], other],
    [['findings', '--account', '111122223332', '--at', at(100)], other],
    [['history', finding().id, '--account', '111122223332', '--region', 'us-west-2'], other],
    [['findings', '--resource', 'sg-99'], resource],
    [['changes', '--resource', 'sg-99', '--since', '7d'], resource],
    [
      ['history', 'efa-self-traffic/llm-train/-/sg-2', '--account', account, '--region', 'us-west-2'],
      `No finding is stored for the id efa-self-traffic/llm-train/-/sg-2 in us-west-2 of account ${account}; did you mean efa-self-traffic/llm-train/-/sg-1? Known findings there: efa-self-traffic/llm-train/-/sg-1.`,
    ],
  ])('%j', async (args, says) => {
    expect(await deployed(...args, '--url', url)).toEqual({ code: 3, stdout: '', stderr: `hyperpod-auditor: ${says}\n` });
  });

  test('programs read which filter it is, and what is known', async () => {
    const json = await deployed('findings', '--cluster', 'llmtrain', '--format', 'json', '--url', url);
    expect([json.code, json.stderr]).toEqual([3, `hyperpod-auditor: ${cluster}\n`]);
    expect(JSON.parse(json.stdout)).toMatchObject({
      items: [],
      known: false,
      detail: cluster,
      unknown: [{ parameter: 'cluster', given: 'llmtrain', suggestion: 'llm-train', known: ['llm-train'] }],
    });
    const csv = await deployed('findings', '--cluster', 'llmtrain', '--format', 'csv', '--url', url);
    expect([csv.code, csv.stdout.split('\r\n').length]).toEqual([3, 2]);
  });
});

describe('readiness of many regions', () => {
  const of = (path: string, ...args: readonly string[]) =>
    deployed('readiness', '--url', `http://127.0.0.1:${(stranger.address() as AddressInfo).port}${path}`, ...args);

  test('every page is read before there is a verdict; the limit is of what is shown', async () => {
    const { code, stdout } = await of('/fleet', '--limit', '1');
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^111122223333 region-450 .+\n {2}BLOCKED .+\n\nThere is more: --limit shows more than 1, filters show less\.\n$/,
    );
    const json = await of('/fleet', '--format', 'json');
    expect([json.code, JSON.parse(json.stdout).items.length]).toEqual([1, 450]);
  });

  test('where one cannot be read there is none', async () => {
    const { code, stdout, stderr } = await of('/half');
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toContain('The endpoint answered with something that is no answer to /readiness (HTTP 404)');
  });
});

describe.concurrent('what goes wrong ends with 3 and one sentence', () => {
  test.each([
    [
      ['findings', '--at', 'yesterday'],
      '--at takes a time such as 2026-11-01T12:00Z, a day such as 2026-11-01 (UTC), or how long ago, such as 24h or 7d, not "yesterday".',
    ],
    [['changes', '--since', '2026-02-30'], '--since takes a time such as'],
    [['changes', '--since', '7d', '--from', '7d'], '--since and --from both say where to begin'],
    [['diff'], "required option '--from <moment>' not specified"],
    [['findings', '--level', 'high'], 'Allowed choices are required, recommended'],
    [['findings', '--status', 'failed'], 'Allowed choices are pass, fail'],
    [['findings', '--open', 'yes'], 'Allowed choices are true, false'],
    [['changes', '--muted', 'no'], 'Allowed choices are true, false'],
    [['changes', '--of', 'findings'], 'Allowed choices are finding, coverage, readiness'],
    [['changes', '--cause', 'acount'], 'Allowed choices are account, plan, auditor, visibility, baseline'],
    [['readiness', '--state', 'blocked'], 'Allowed choices are BLOCKED, UNKNOWN, AT_RISK, READY'],
    [['findings', '--limit', '0'], '--limit takes a whole number from 1 on, not "0".'],
    [['findings', '--table', 'x', '--deployed'], '--table is read directly'],
    [['findings', '--home', 'us-west-2'], '--home says where --stack, --table or --deployed is; name one of them with it.'],
    [
      ['findings', '--url', 'nowhere'],
      '--url takes the address of the endpoint, which the stack prints as QueryUrlOutput: with https, without user and password. "nowhere" is none.',
    ],
    [['findings', '--url', 'ftp://x'], '"ftp://x" is none.'],
    [['findings', '--url', 'file:///etc/passwd'], '"file:///etc/passwd" is none.'],
    [['findings', '--url', 'http://example.com/'], '"http://example.com/" is none.'],
    [['findings', '--url', 'https://u:hidden@127.0.0.1/'], '"https://…@127.0.0.1/" is none.'],
    [['findings', '--url', 'http://127.0.0.1:1/'], 'http://127.0.0.1:1 could not be asked: the connection was refused.'],
    [['findings', '--url', 'http://127.0.0.1:4/', '--profile', 'none'], 'hyperpod-auditor: The profile "none" (--profile) does not exist.'],
    [['findings', '--table', 'x', '--profile', 'none'], 'hyperpod-auditor: The profile "none" (--profile) does not exist.'],
    [['findings', '--stack', 'x', '--profile', 'none'], 'hyperpod-auditor: The profile "none" (--profile) does not exist.'],
    [['readiness', '--deployed', '--profile', 'none'], 'hyperpod-auditor: The profile "none" (--profile) does not exist.'],
  ])('%j', async (args, says) => {
    const ran = await deployed(...args);
    expect(ran).toMatchObject({ code: 3, stdout: '' });
    expect(ran.stderr).toContain(says);
    expect(ran.stderr).not.toMatch(/defect|hidden/);
  });

  test.each([
    ['elsewhere', 'The endpoint answered with something that is no answer to /findings (HTTP 302); is it of this version?'],
    ['cut', ' could not be asked: the connection was reset.'],
    ['garbled', ' could not be asked: the request failed ('],
    ['round', 'The endpoint answered /findings with the same cursor twice, so its pages have no end.'],
    ['page', 'The endpoint answered with something that is no answer to /findings (HTTP 200); is it of this version?'],
  ])('an endpoint that is none, %s', async (path, says) => {
    const { origin } = new URL(`http://127.0.0.1:${(stranger.address() as AddressInfo).port}`);
    const ran = await deployed('findings', '--url', `${origin}/${path}`);
    expect(ran).toMatchObject({ code: 3, stdout: '' });
    expect(ran.stderr).toContain(says);
    expect(ran.stderr).not.toContain('defect');
  });

  test('asked of the endpoint: a problem is said in its words, and who is not let in is told what it takes', async () => {
    expect((await deployed('findings', '--account', '12', '--url', url)).stderr).toContain(
      'account takes the id of an account, 12 digits, not "12".',
    );
    expect((await deployed('findings', '--at', '300d', '--url', url)).stderr).toMatch(/is not kept: nothing is kept before /);
    expect((await deployed('findings', '--at', '2090-01-01', '--url', url)).stderr).toMatch(
      /at takes a time up to now, which is .+, not "2090-01-01T00:00:00\.000Z"\.\n$/,
    );
    const stranger = await run(['findings', '--url', url], { env: { ...env(), AWS_SECRET_ACCESS_KEY: 'another' } });
    expect(stranger.stderr).toContain('does not let these credentials in: they need lambda:InvokeFunctionUrl and lambda:InvokeFunction');
    expect((await deployed('findings', '--table', 'no-such-table')).stderr).toContain(
      'There is no findings table no-such-table in us-west-2',
    );
    expect((await run(['findings', '--deployed'])).stderr).toContain('In which region is the stack? Name it with --home or AWS_REGION.');
    expect((await deployed('history', finding().id, '--url', url)).stderr).toContain(
      'there are several here: name --account and --region.',
    );
  });
});
