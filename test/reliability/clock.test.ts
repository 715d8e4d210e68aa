/**
 * The machine's clock jumps between audits, backwards and forwards, by seconds and by weeks. No audit fails for it, the log
 * stays whole, and once the clock is right again an audit stores what it found.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, test } from 'vitest';
import { drift } from '../../shared/sandbox/drift.ts';
import { type Sandbox, startSandbox } from '../../shared/sandbox/server.ts';
import { storyAccount } from '../../shared/sandbox/story.ts';
import { audit, expectStored, expectWholeLog, type Place, region } from './command-line.ts';
import { randomFor, report, rounds } from './random.ts';

let folder: string;
let sandbox: Sandbox;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hyperpod-auditor-clock-'));
  sandbox = await startSandbox();
  // Loaded before the command line: its clock runs on, moved by so many milliseconds.
  await writeFile(
    join(folder, 'clock.mjs'),
    `const moved = Number(process.env.CLOCK_MOVED_MS);
const Real = Date;
globalThis.Date = class extends Real {
  constructor(...given) {
    if (given.length === 0) super(Real.now() + moved);
    else super(...given);
  }
  static now() {
    return Real.now() + moved;
  }
};
`,
  );
});
afterAll(async () => {
  await sandbox?.close();
  await rm(folder, { recursive: true, force: true });
});

const worlds = [storyAccount(), ...drift.filter((s) => s.region === region).map((s) => s.apply(storyAccount()))];
const minute = 60_000;
const day = 24 * 60 * minute;
const jumps = [0, 0, 0, -2000, -minute, -10 * minute, -day, -14 * day, minute, 10 * minute, 20 * minute, day, 14 * day];

test('jumps of the clock lose no change and store none twice', async () => {
  const random = randomFor('clock');
  const place: Place = { endpoint: sandbox.endpoint, database: join(folder, 'findings') };
  const movedBy = (ms: number): Place => ({
    ...place,
    env: { NODE_OPTIONS: `--import ${pathToFileURL(join(folder, 'clock.mjs')).href}`, CLOCK_MOVED_MS: String(ms) },
    now: () => new Date(Date.now() + ms),
  });
  let jumped = 0;
  let latest = 0;
  for (let round = 0; round < 15 * rounds; round++) {
    sandbox.setDescription(random.pick(worlds));
    const moved = random.pick(jumps);
    if (moved !== 0) jumped += 1;
    latest = Math.max(latest, moved);
    await audit(movedBy(moved));
    // A question is answered up to now: by the clock that was furthest ahead, all of it is past.
    await expectWholeLog(movedBy(latest));
  }
  sandbox.setDescription(random.pick(worlds));
  // Of an audit at most 15 minutes ahead, the clock may have been right: a later audit replaces it, an earlier one does not.
  const afterEveryBelievable = 21 * minute;
  latest = Math.max(latest, afterEveryBelievable);
  await expectStored(await audit(movedBy(afterEveryBelievable)), movedBy(latest));
  const log = await expectWholeLog(movedBy(latest));
  report('clock jumps', { audits: 15 * rounds, jumps: jumped, commits: log.commits, changes: log.changes, lost: 0, twice: 0 });
});
