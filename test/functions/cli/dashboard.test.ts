/** `dashboard` and the report: where they are served, what they answer, how they end. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openLocalStore } from '../../../shared/aws/findings/local/local-store.ts';
import { bare, root, run, sourceCli, start } from './run.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dashboard-'));
});
afterAll(() => rm(folder, { recursive: true }));

const address = /http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]+/;

/** A path, or one that is posted to. */
type DashboardRequest = string | { readonly path: string; readonly method: 'POST' };

interface DashboardResponse {
  readonly status: number;
  readonly text: string;
}

/** Asks the dashboard at an address. */
async function ask(printed: string, question: DashboardRequest): Promise<DashboardResponse> {
  const { origin, hash } = new URL(printed);
  const authorization = `Bearer ${hash.slice('#token='.length)}`;
  const { path, method } = typeof question === 'string' ? { path: question, method: 'GET' } : question;
  const response = await fetch(origin + path, { method, headers: { authorization, ...(method === 'POST' && { origin }) } });
  return { status: response.status, text: await response.text() };
}

/** Runs a command until it prints an address, and interrupts it after `work`. */
async function whileServing<T>(
  args: readonly string[],
  work: (ask: (question: DashboardRequest) => Promise<DashboardResponse>) => Promise<T>,
): Promise<{ readonly done: T; readonly code: number | null }> {
  const { ended, stdout, interrupt } = start(args);
  const printed = await Promise.race([
    vi.waitUntil(() => address.exec(stdout())?.[0], { timeout: 200_000, interval: 10 }),
    ended.then(({ stderr }) => {
      throw new Error(`It ended without an address: ${stderr}`);
    }),
  ]);
  try {
    const done = await work((question) => ask(printed, question));
    interrupt();
    return { done, code: (await ended).code };
  } finally {
    interrupt();
  }
}

/** The answers to some questions, and the code that the command ended with. */
async function served(args: readonly string[], ...questions: readonly DashboardRequest[]) {
  const { done, code } = await whileServing(args, (asking) => Promise.all(questions.map(asking)));
  return { answers: done, code };
}

type Rows = readonly { readonly clusters: readonly { readonly cluster: string; readonly state: string }[] }[];
const clustersIn = ({ text }: DashboardResponse): readonly string[] =>
  (JSON.parse(text).items as Rows).flatMap((r) => r.clusters.map((c) => `${c.cluster} ${c.state}`)).toSorted();
const sandboxClusters = ['eval READY', 'eval-next AT_RISK', 'llm-train READY', 'llm-train-east BLOCKED'];

test('what an audit kept is served until Ctrl-C, which is a good end', async () => {
  const database = join(folder, 'findings');
  expect((await run(['audit', '--sandbox', '--quiet', '--database', database])).code).toBe(1);
  const { answers, code } = await served(
    ['dashboard', '--database', database],
    '/',
    '/api/readiness',
    '/api/findings?open=true&level=required',
    '/api/findings?level=grave',
    '/api/fit?type=ml.p5.48xlarge&count=0&orchestrator=eks',
  );
  expect(code).toBe(0);
  const [page, readiness, findings, refused, unfit] = answers;
  expect(page?.text).toContain('Findings of this machine.');
  expect(page?.text.includes('llm-train-east')).toBe(false);
  expect(readiness && clustersIn(readiness)).toEqual(sandboxClusters);
  expect(JSON.parse(findings?.text ?? '').items.length).toBeGreaterThan(0);
  expect([unfit?.status, JSON.parse(unfit?.text ?? '').detail]).toEqual([400, '--count: expected a whole number from 1 to 6758, got "0".']);
  expect([refused?.status, JSON.parse(refused?.text ?? '').detail]).toEqual([
    400,
    expect.stringContaining('level takes one of required, recommended, advice, not "grave".'),
  ]);
});

test('Ctrl-C ends its process with 0', async () => {
  const args = [sourceCli, 'dashboard', '--database', join(folder, 'findings')];
  const child = spawn(process.execPath, args, { env: bare(), stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) {
    expect(await ask(address.exec(line)?.[0] ?? '', '/api/readiness')).toMatchObject({ status: 200 });
    child.kill('SIGINT');
  }
  expect(await ended).toEqual([0, null]);
});

test('with a plan it names clusters that have no stored audit, only to a caller with the token', async () => {
  const plan = join(folder, 'plan.yaml');
  await writeFile(plan, `clusters: [{ region: us-east-2, request: ${join(root, 'shared/sandbox/create-llm-train.json')} }]\n`);
  const { answers } = await served(['dashboard', '--database', join(folder, 'findings'), '--plan', plan], '/', '/api/unaudited');
  const [page, unaudited] = answers;
  expect(page?.text.includes('stored audit and is UNKNOWN')).toBe(false);
  expect(page?.text.includes('us-east-2 of 111122223333')).toBe(false);
  expect(page?.text).toContain('"hasPlan":true');
  expect(JSON.parse(unaudited?.text ?? '')).toEqual([
    { of: 'readiness', words: '1 planned cluster has no stored audit and is UNKNOWN: llm-train in us-east-2 of 111122223333.' },
  ]);
});

test('a mistyped filter and a cursor that was made up are answered as by the endpoint', async () => {
  const { answers } = await served(
    ['dashboard', '--database', join(folder, 'findings')],
    '/api/findings?cluster=llm-trane',
    '/api/findings?check=efa-self-trafic',
    ...['findings', 'changes', 'capacity', 'audits', 'readiness'].map((question) => `/api/${question}?cursor=WyJBIiwiIl0`),
  );
  const [unknown, refused, ...cursors] = answers.map(({ status, text }) => ({ status, ...JSON.parse(text) }));
  expect(unknown).toMatchObject({ status: 200, items: [], known: false, unknown: [{ parameter: 'cluster', suggestion: 'llm-train' }] });
  expect(refused).toMatchObject({ status: 400, errors: [{ parameter: 'check', suggestion: 'efa-self-traffic' }] });
  expect(cursors).toHaveLength(5);
  for (const answered of cursors) expect(answered).toMatchObject({ status: 400, type: 'urn:hyperpod-auditor:problem:cursor' });
});

test('when its operator last viewed it is known to the next run, on any port', async () => {
  const args = ['dashboard', '--database', join(folder, 'findings')];
  const at = '2026-11-01T12:00:00.000Z';
  const posted = await served(args, { path: `/api/looked?at=${at}`, method: 'POST' });
  expect(posted.answers).toEqual([{ status: 200, text: JSON.stringify({ at }) }]);
  const { answers } = await served(args, '/api/looked');
  expect(answers).toEqual([{ status: 200, text: JSON.stringify({ at }) }]);
});

test('other commands run while it is up, and it shows what they did', async () => {
  const database = join(folder, 'shared');
  const { code } = await whileServing(['dashboard', '--sandbox', '--database', database], async (ask) => {
    // Before the first audit it says that there is none, and makes none.
    const before = await ask('/api/readiness');
    expect([before.status, JSON.parse(before.text).detail]).toEqual([
      500,
      expect.stringContaining(`No audit is stored in ${database}; run `),
    ]);
    expect(existsSync(database)).toBe(false);
    expect(await run(['audit', '--sandbox', '--quiet', '--database', database])).toMatchObject({ code: 1, stderr: '' });
    expect(clustersIn(await ask('/api/readiness'))).toEqual(sandboxClusters);
    expect(await run(['findings', '--database', database])).toMatchObject({ code: 0, stderr: '' });
    // A question is answered while another command is saving.
    const other = await openLocalStore(database);
    await other.store.atomically(async (store) => {
      await store.put({ pk: 'any', sk: 'any' });
      expect(clustersIn(await ask('/api/readiness'))).toEqual(sandboxClusters);
    });
    other.close();
  });
  expect(code).toBe(0);
});

test('where a cluster would come up is asked of the account', async () => {
  const { answers } = await served(
    ['dashboard', '--sandbox', '--database', join(folder, 'fourth')],
    '/api/fit?type=ml.p5.48xlarge&count=2&orchestrator=slurm&regions=us-west-2,us-east-1',
    '/api/fit?type=ml.p5.48xlarge&count=2&orchestrator=slurm&regions=mars',
  );
  const { placements, wanted } = JSON.parse(answers[0]?.text ?? '');
  expect(wanted).toMatchObject({ type: 'ml.p5.48xlarge', count: 2, orchestrator: 'slurm' });
  expect(new Set(placements.map((p: { readonly region: string }) => p.region))).toEqual(new Set(['us-west-2', 'us-east-1']));
  expect(answers[1]).toMatchObject({
    status: 400,
    text: expect.stringContaining('Expected a region such as us-west-2, got \\"mars\\".'),
  });
});

test('the tour ends with a report on disk and the same served', async () => {
  const report = join(folder, 'tour.html');
  const { answers, code } = await served(['tour', '--quiet', '--serve', '--report', report], '/api/changes?of=readiness');
  expect(code).toBe(0);
  expect(JSON.parse(answers[0]?.text ?? '').items.some((c: { readonly kind: string }) => c.kind === 'regressed')).toBe(true);
  const html = await readFile(report, 'utf8');
  expect(html).toContain('Content-Security-Policy');
  expect(html).toContain('Findings of the simulated account, audited twice.');
});

test('an audit writes its report', async () => {
  const file = join(folder, 'audit.html');
  const args = ['audit', '--sandbox', '--quiet', '--format', 'html', '--output', file, '--database', join(folder, 'other')];
  expect(await run(args)).toMatchObject({ code: 1, stdout: '' });
  expect(await readFile(file, 'utf8')).toContain('"cluster":"llm-train-east"');
});

test.each([
  ['not a port', ['dashboard', '--port', 'eighty'], 'hyperpod-auditor: --port: expected a whole number from 1 to 65535, got "eighty".\n'],
  [
    'a region of nothing',
    ['dashboard', '--stack-region', 'us-west-2'],
    /--stack-region: expected --stack, --table or --deployed with it, got nothing\./,
  ],
  ['a table and an endpoint', ['dashboard', '--table', 't', '--deployed'], /--table, --deployed: expected one of them, got both\./],
])('%s ends with one sentence', async (_, args, sentence) => {
  const { code, stderr } = await run(args);
  expect(code).toBe(3);
  expect(stderr).toMatch(sentence);
});

test('a port that is taken ends with one sentence', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as { readonly port: number };
  const { code, stderr } = await run(['dashboard', '--port', String(port), '--database', join(folder, 'third')]);
  taken.close();
  expect(code).toBe(3);
  expect(stderr).toBe(
    `hyperpod-auditor: Port ${port} cannot be served on (EADDRINUSE); name another with --port, or leave it away for any free one.\n`,
  );
});
