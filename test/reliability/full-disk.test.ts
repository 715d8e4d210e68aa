/**
 * The disk of the store fills up at random sizes. An audit then still prints its result, says that it was not stored, and
 * its code is never 0; once there is room again the log is whole and the next audit stores what it finds.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { drift } from '../../shared/sandbox/drift.ts';
import { type Sandbox, startSandbox } from '../../shared/sandbox/server.ts';
import { storyAccount } from '../../shared/sandbox/story.ts';
import { audit, expectStored, expectWholeLog, type Place, region, startAudit } from './command-line.ts';
import { randomFor, report, rounds } from './random.ts';

let folder: string;
let sandbox: Sandbox;
let isMounted = false;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hyperpod-auditor-disk-'));
  sandbox = await startSandbox();
  mkdirSync(join(folder, 'disk'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', join(folder, 'disk')], { stdio: 'ignore' });
    isMounted = true;
  } catch {
    // Mounting takes a privilege: without it a limit on the size of files stands in for the disk.
  }
});
afterAll(async () => {
  if (isMounted) execFileSync('umount', [join(folder, 'disk')]);
  await sandbox?.close();
  await rm(folder, { recursive: true, force: true });
});

const worlds = [storyAccount(), ...drift.filter((s) => s.region === region).map((s) => s.apply(storyAccount()))];

/** Leaves so many bytes of the disk free. */
async function fill(left: number): Promise<void> {
  const disk = join(folder, 'disk');
  await rm(join(disk, 'ballast'), { force: true });
  const { bavail, bsize } = await statfs(disk);
  await writeFile(join(disk, 'ballast'), Buffer.alloc(Math.max(0, bavail * bsize - left)));
}

test('a full disk loses no result and damages nothing', async () => {
  const random = randomFor('full disk');
  const database = join(folder, 'disk/findings');
  const place: Place = { endpoint: sandbox.endpoint, database };
  await audit(place);
  let full = 0;
  for (let round = 0; round < 12 * rounds; round++) {
    sandbox.setDescription(random.pick(worlds));
    const left = random.below(220) * 1024;
    if (isMounted) await fill(left);
    const limit: Place = isMounted ? place : { ...place, limitBlocks: Math.floor(left / 512) };
    const { code, stdout, stderr } = await startAudit(limit).ended;
    expect([0, 1, 2], stderr).toContain(code);
    expect(JSON.parse(stdout).accounts).toHaveLength(1);
    if (stderr.includes('not stored')) {
      full += 1;
      expect(code).not.toBe(0);
    }
    if (isMounted) await rm(join(folder, 'disk/ballast'), { force: true });
    await expectWholeLog(place);
  }
  await expectStored(await audit(place), place);
  await expectWholeLog(place);
  report('full disk', { audits: 12 * rounds, 'not stored': full, damaged: 0 });
  expect(full).toBeGreaterThan(0);
});

test('no limit of the size of files loses a result', async () => {
  // The healthy account, whose audit exits with 0 where it is stored.
  sandbox.setDescription(storyAccount());
  for (const kib of [0, 8, 100, 300]) {
    const place: Place = { endpoint: sandbox.endpoint, database: join(folder, `limited-${kib}`), limitBlocks: kib * 2 };
    const { code, stdout, stderr } = await startAudit(place).ended;
    expect([kib, code, JSON.parse(stdout).accounts.length]).toEqual([kib, 2, 1]);
    expect(stderr).toMatch(/^hyperpod-auditor: not stored: .*(no space is left for|reading or writing .* failed)/);
  }
});
