/**
 * Start and wall time of the built command line, as multiples of an empty program under the same Node and of the time that
 * the account takes to answer, all measured in one run.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildCli } from '../../infra/build/build.ts';
import { sandboxCredentials, startSandbox } from '../../shared/sandbox/server.ts';
import { beside } from '../emulator/beside.ts';
import { byMoto } from '../emulator/operations.ts';
import { ensureVenv } from '../emulator/python.ts';
import { startRouter } from '../emulator/router.ts';
import { account, region, seed } from '../emulator/seed.ts';
import { planOn } from '../emulator/seeded-plan.ts';
import { startMoto } from '../emulator/servers.ts';
import { median, ms, printTable } from './table.ts';

const rounds = 15;
const audits = 7;

/** Milliseconds that a program takes, and when it was started. */
function timed(args: readonly string[], env: NodeJS.ProcessEnv): Promise<{ readonly startedAt: number; readonly wall: number }> {
  const startedAt = Date.now();
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'], env });
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code === null || code === 3) reject(new Error(`${args.join(' ')} ended without a result.`));
      else resolve({ startedAt, wall: performance.now() - begun });
    });
  });
}

/** Needs Python: see `npm run test:emulator`. */
export async function benchCommandLine(): Promise<void> {
  ensureVenv();
  const folder = await mkdtemp(join(tmpdir(), 'hyperpod-auditor-bench-'));
  const moto = await startMoto();
  const seeded = await seed(moto.endpoint);
  const sandbox = await startSandbox({ description: beside(seeded) });
  try {
    const cli = await buildCli();
    const empty = join(folder, 'empty.mjs');
    const plan = join(folder, 'plan.json');
    await writeFile(empty, '');
    // A plan file takes no blank in the key of a script; the calls are the same.
    await writeFile(plan, JSON.stringify({ clusters: planOn(seeded).clusters }).replaceAll('life cycle', 'life-cycle'));
    const env = { PATH: process.env.PATH, HOME: folder, NO_COLOR: '1', AWS_EC2_METADATA_DISABLED: 'true' };

    const starts = { bare: [empty], version: [cli, '--version'], help: [cli, '--help'] };
    const walls = { bare: [] as number[], version: [] as number[], help: [] as number[] };
    // Side by side, so that a busy moment of the machine falls on all of them.
    for (let round = 0; round < rounds; round++)
      for (const name of ['bare', 'version', 'help'] as const) walls[name].push((await timed(starts[name], env)).wall);
    const bare = median(walls.bare);

    const firstCall: number[] = [];
    const ratio: number[] = [];
    const over: number[] = [];
    const answering: number[] = [];
    for (let round = 0; round < audits; round++) {
      const router = await startRouter((operation) => (byMoto(operation) ? moto.endpoint : sandbox.endpoint));
      const { accessKeyId, secretAccessKey } = sandboxCredentials(account);
      const { startedAt, wall } = await timed(
        [cli, 'audit', '--plan', plan, '--region', region, '--quiet', '--database', join(folder, `findings-${round}`)],
        {
          ...env,
          AWS_ENDPOINT_URL: router.endpoint,
          AWS_REGION: region,
          AWS_ACCESS_KEY_ID: accessKeyId,
          AWS_SECRET_ACCESS_KEY: secretAccessKey,
        },
      );
      const { firstAt, openMs } = router.load();
      await router.close();
      firstCall.push(firstAt - startedAt);
      answering.push(openMs);
      ratio.push(wall / openMs);
      over.push(wall - 1.3 * openMs);
    }
    const times = (value: number) => `${(value / bare).toFixed(1)} × (${ms(value)})`;
    printTable(`command line, bundled; an empty program: ${ms(bare)}`, [
      { what: '--version', measured: times(median(walls.version)), goal: '≤ 3 ×' },
      { what: '--help', measured: times(median(walls.help)), goal: '≤ 3 ×' },
      { what: 'start to first AWS call', measured: times(median(firstCall)), goal: '≤ 9 ×' },
      { what: 'the account answers for (at least one request open)', measured: ms(median(answering)) },
      { what: 'first audit of a region ÷ that', measured: median(ratio).toFixed(2) },
      { what: 'its wall time − 1.3 × that', measured: ms(median(over)), goal: '≤ 300 ms' },
    ]);
  } finally {
    await sandbox.close();
    await moto.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

if (import.meta.main) await benchCommandLine();
