/**
 * The command line is killed (SIGKILL) at random moments, most of them while it saves. After every kill its own commands
 * have to show a whole log, and the next audit has to find and store what the killed one did not.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { drift } from '../../shared/sandbox/drift.ts';
import { type Sandbox, startSandbox } from '../../shared/sandbox/server.ts';
import { storyAccount } from '../../shared/sandbox/story.ts';
import { audit, expectStored, expectWholeLog, type Place, region, startAudit } from './command-line.ts';
import { randomFor, report, rounds } from './random.ts';

let folder: string;
let sandbox: Sandbox;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hyperpod-auditor-kills-'));
  sandbox = await startSandbox();
});
afterAll(async () => {
  await sandbox?.close();
  await rm(folder, { recursive: true, force: true });
});

const steps = drift.filter((step) => step.region === region);
/** Every combination of the account's drift steps in the region: some findings differ between any two. */
const worlds = Array.from({ length: 2 ** steps.length }, (_, mask) =>
  steps.filter((_, n) => (mask >> n) % 2 === 1).reduce((account, step) => step.apply(account), storyAccount()),
);

/** Runs an audit until it has made so many calls, and lets it run on for so long; `undefined` where it ended before. */
async function killedAfter(place: Place, calls: number, ms: number): Promise<boolean> {
  const before = sandbox.calls.length;
  const { child, ended } = startAudit(place);
  let over = false;
  const end = ended.then((e) => {
    over = true;
    return e;
  });
  while (!over && sandbox.calls.length - before < calls) await Promise.race([end, wait(1)]);
  await Promise.race([end, wait(ms)]);
  child.kill('SIGKILL');
  return (await end).signal === 'SIGKILL';
}

test('kills of audits lose no change and store none twice', async () => {
  const random = randomFor('kills');
  const place: Place = { endpoint: sandbox.endpoint, database: join(folder, 'findings') };
  sandbox.setDescription(random.pick(worlds));
  const begun = sandbox.calls.length;
  await audit(place);
  const calls = sandbox.calls.length - begun;
  let lastCall = 0;
  // From the last call to the end is the time in which an audit evaluates and saves.
  const { ended } = startAudit(place);
  await ended;
  const endedAt = Date.now();
  lastCall = sandbox.calls.at(-1)?.at ?? endedAt;
  const saving = Math.max(20, endedAt - lastCall);

  let kills = 0;
  for (let round = 0; round < 25 * rounds; round++) {
    sandbox.setDescription(random.pick(worlds));
    // Three of four while it saves; the others anywhere.
    const killed =
      random.below(4) > 0
        ? await killedAfter(place, calls, random.next() * saving * 1.2)
        : await killedAfter(place, random.below(calls), 0);
    if (killed) kills += 1;
    await expectWholeLog(place);
    if (random.below(3) > 0) continue;
    await expectStored(await audit(place), place);
    await expectWholeLog(place);
  }
  const result = await audit(place);
  await expectStored(result, place);
  const log = await expectWholeLog(place);
  report('kills of the command line', { audits: 25 * rounds, kills, commits: log.commits, changes: log.changes, lost: 0, twice: 0 });
  expect(kills).toBeGreaterThan(5 * rounds);
});

test('several audits at once, some of them killed, all others succeed', async () => {
  const random = randomFor('at once');
  const place: Place = { endpoint: sandbox.endpoint, database: join(folder, 'at-once') };
  let succeeded = 0;
  let kills = 0;
  for (let round = 0; round < 5 * rounds; round++) {
    sandbox.setDescription(random.pick(worlds));
    const started = Array.from({ length: 3 + random.below(3) }, () => startAudit(place));
    const victim = random.pick(started);
    await wait(random.next() * 1500);
    victim.child.kill('SIGKILL');
    for (const { ended } of started) {
      const { code, signal, stderr } = await ended;
      if (signal === 'SIGKILL') kills += 1;
      else {
        expect([0, 1, 2], stderr).toContain(code);
        expect(stderr).not.toContain('not stored');
        succeeded += 1;
      }
    }
    await expectWholeLog(place);
  }
  const result = await audit(place);
  await expectStored(result, place);
  report('audits at once', { succeeded, kills, failed: 0 });
});
