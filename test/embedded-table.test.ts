import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type FindingsTable, tableStatus } from '../shared/aws/findings-table.ts';
import { rules } from '../shared/core/rules.ts';
import { holdsTable, startEmbeddedTable, TableInUse } from '../shared/embedded-table.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'embedded-table-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

const place = { account: '111122223333', region: 'us-west-2' };
const root = resolve(import.meta.dirname, '..');

/** Saves an audit of a region in which there is nothing. */
const save = (table: FindingsTable, auditId: string, factsAt: string) =>
  table.save({ ...place, auditId, factsAt, planHash: 'plan', toolVersion: '1.0.0', rules }, () => ({
    result: { region: place.region, state: 'audited', coverage: { evaluated: 0, unevaluated: [] }, readiness: [], findings: [] },
    changes: [],
    tell: false,
  }));

/** Runs a module in a process of its own; resolves at its first line on standard output. */
async function other(code: string): Promise<{ readonly process: ChildProcess; readonly line: string }> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout, 'data');
  return { process: child, line: String(line).trim() };
}
async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

test('keeps what was written from one run to the next', async () => {
  const first = await startEmbeddedTable(folder);
  await save(first.table, 'first', '2026-11-20T08:00:00.000Z');
  await first.close();
  const second = await startEmbeddedTable(folder);
  expect((await second.table.currentState(place))?.audit.auditId).toBe('first');
  await save(second.table, 'second', '2026-11-20T09:00:00.000Z');
  expect((await second.table.audits(place)).items.map((a) => a.auditId)).toEqual(['second', 'first']);
  await second.close();
});

test('makes the folder where there is none', async () => {
  const { table, close } = await startEmbeddedTable(join(folder, 'a', 'b'));
  expect(await table.currentState(place)).toBeUndefined();
  await close();
});

test('tells whether a folder holds findings, and makes none', async () => {
  const none = join(folder, 'none');
  expect(await holdsTable(none)).toBe(false);
  await expect(stat(none)).rejects.toThrow('ENOENT');
  expect(await holdsTable(folder)).toBe(false);
  await (await startEmbeddedTable(folder)).close();
  expect(await holdsTable(folder)).toBe(true);
  // As a process leaves it that dies while it changes the table.
  await rename(join(folder, 'table'), join(folder, 'table.old'));
  expect(await holdsTable(folder)).toBe(true);
});

test('is one process’s at a time, also within one process, and free again when closed', async () => {
  const first = await startEmbeddedTable(folder);
  const refused = startEmbeddedTable(folder);
  await expect(refused).rejects.toThrow(TableInUse);
  await expect(refused).rejects.toThrow(`The findings in ${folder} are in use by another process.`);
  // Being asked for by someone else did it no harm.
  await save(first.table, 'first', '2026-11-20T08:00:00.000Z');
  await first.close();
  const second = await startEmbeddedTable(folder);
  expect((await second.table.currentState(place))?.audit.auditId).toBe('first');
  await second.close();
});

test('of two processes the later is told so, and a process that was killed leaves neither lock nor damage', async () => {
  const holder = await other(`
    import { startEmbeddedTable } from './shared/embedded-table.ts';
    const { table } = await startEmbeddedTable(${JSON.stringify(folder)});
    const result = { region: 'us-west-2', state: 'audited', coverage: { evaluated: 0, unevaluated: [] }, readiness: [], findings: [] };
    const audit = { account: '111122223333', region: 'us-west-2', auditId: 'theirs', factsAt: '2026-11-20T08:00:00.000Z', planHash: 'plan', toolVersion: '1.0.0', rules: { hash: 'r', shared: 's', checks: {} } };
    await table.save(audit, () => ({ result, changes: [], tell: false }));
    console.log('saved');
  `);
  expect(holder.line).toBe('saved');
  await expect(startEmbeddedTable(folder)).rejects.toThrow(TableInUse);
  await kill(holder.process);
  const { table, close } = await startEmbeddedTable(folder);
  expect((await table.currentState(place))?.audit.auditId).toBe('theirs');
  await close();
});

test('a table that a killed process left half-made is made anew', async () => {
  const maker = await other(`
    import dynalite from 'dynalite';
    import { createTable, documentClient, tableStatus } from './shared/aws/findings-table.ts';
    const server = dynalite({ path: ${JSON.stringify(join(folder, 'table'))}, createTableMs: 3_600_000 });
    server.listen(0, '127.0.0.1', async () => {
      const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
      const client = documentClient({ endpoint: 'http://127.0.0.1:' + server.address().port, region: 'us-east-1', credentials });
      void createTable(client, 'hyperpod-findings');
      while ((await tableStatus(client, 'hyperpod-findings')) !== 'CREATING');
      console.log('CREATING');
    });
  `);
  expect(maker.line).toBe('CREATING');
  await kill(maker.process);
  const { table, close } = await startEmbeddedTable(folder);
  await save(table, 'first', '2026-11-20T08:00:00.000Z');
  expect((await table.currentState(place))?.audit.auditId).toBe('first');
  await close();
});

test('a folder that holds something else says so, and is not kept locked', async () => {
  await mkdir(join(folder, 'table'));
  await writeFile(join(folder, 'table', 'CURRENT'), 'not a manifest');
  const sentence = `The findings in ${folder} cannot be read: their database is damaged or not one of ours.`;
  await expect(startEmbeddedTable(folder)).rejects.toThrow(sentence);
  await expect(startEmbeddedTable(folder)).rejects.toThrow(sentence);
});

test('a folder that cannot be made is the system’s own error', async () => {
  await writeFile(join(folder, 'file'), '');
  await expect(startEmbeddedTable(join(folder, 'file', 'findings'))).rejects.toMatchObject({ code: 'ENOTDIR' });
});

test('is reached whatever endpoint, region and credentials the environment names, and only until it is closed', async () => {
  vi.stubEnv('AWS_ENDPOINT_URL', 'http://127.0.0.1:1');
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', 'http://127.0.0.1:1');
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'someone');
  const { client, tableName, close } = await startEmbeddedTable(folder);
  expect(await tableStatus(client, tableName)).toBe('ACTIVE');
  expect(await tableStatus(client, 'another-table')).toBeUndefined();
  await close();
  await expect(tableStatus(client, tableName)).rejects.toThrow();
});
