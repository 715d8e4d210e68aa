/** When the changes were last viewed: stored in a file, from one run of the dashboard to the next. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lastViewedEndpoint } from '../../../functions/dashboard/last-viewed.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'looked-'));
  file = join(folder, 'state/looked');
});
afterEach(() => rm(folder, { recursive: true }));

const now = () => new Date('2026-11-24T20:00:00Z');
const at = (text: string) => new URLSearchParams({ at: text });

test('before the first view', async () => {
  expect(await lastViewedEndpoint(file, now).get()).toEqual({ status: 200, body: {} });
});

test('what one run keeps the next one knows, in UTC and in one file', async () => {
  const kept = { status: 200, body: { at: '2026-11-24T18:30:00.000Z' } };
  expect(await lastViewedEndpoint(file, now).post(at('2026-11-24T20:30:00+02:00'))).toEqual(kept);
  expect(await lastViewedEndpoint(file, now).get()).toEqual(kept);
  expect(await readdir(join(folder, 'state'))).toEqual(['looked']);
  expect(await readFile(file, 'utf8')).toBe('2026-11-24T18:30:00.000Z\n');
});

test('a page that was opened earlier takes nothing back', async () => {
  const lastViewed = lastViewedEndpoint(file, now);
  await lastViewed.post(at('2026-11-24T18:00:00Z'));
  expect((await lastViewed.post(at('2026-11-24T12:00:00Z'))).body).toEqual({ at: '2026-11-24T18:00:00.000Z' });
  expect((await lastViewed.get()).body).toEqual({ at: '2026-11-24T18:00:00.000Z' });
});

test.each(['', 'yesterday', '2026-02-30T00:00:00Z'])('"%s" is not kept', async (text) => {
  const lastViewed = lastViewedEndpoint(file, now);
  expect(await lastViewed.post(at(text))).toMatchObject({
    status: 400,
    body: { detail: 'at takes a time in RFC 3339, such as 2026-11-01T12:00:00Z.' },
  });
  expect((await lastViewed.post(new URLSearchParams())).status).toBe(400);
  expect((await lastViewed.get()).body).toEqual({});
});

test('a time in the future is not stored', async () => {
  expect((await lastViewedEndpoint(file, now).post(at('2026-11-25T20:00:00Z'))).body).toEqual({ at: '2026-11-24T20:00:00.000Z' });
});

test('a file that is something else says nothing, and is written over', async () => {
  const other = join(folder, 'other');
  await writeFile(other, '<html>');
  expect((await lastViewedEndpoint(other, now).get()).body).toEqual({});
  expect((await lastViewedEndpoint(other, now).post(at('2026-11-24T18:00:00Z'))).status).toBe(200);
});

test('a place that cannot be written to is an error, not a silence', async () => {
  await writeFile(join(folder, 'state'), '');
  await expect(lastViewedEndpoint(file, now).post(at('2026-11-24T18:00:00Z'))).rejects.toThrow();
});
