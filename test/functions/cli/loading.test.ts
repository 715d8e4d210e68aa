/** Help loads neither the AWS SDK nor the checks; commands on this machine's database neither a DynamoDB client nor LevelDB: each takes time at every start. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bare, root, runProcess, sourceCli } from './run.ts';

let folder: string;
let hook: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'loading-'));
  hook = join(folder, 'hook.mjs');
  await writeFile(
    hook,
    `import { registerHooks } from 'node:module';
     import { writeSync } from 'node:fs';
     registerHooks({ load(url, context, next) {
       const found = /node_modules\\/(@aws-sdk\\/[\\w-]+|classic-level|dynalite)\\//.exec(url) ?? /(shared\\/core\\/checks)\\//.exec(url);
       if (found) writeSync(2, 'loads ' + found[1] + '\\n');
       return next(url, context);
     } });`,
  );
});
afterAll(() => rm(folder, { recursive: true }));

const loaded = async (...args: readonly string[]) => {
  const { stderr } = await runProcess(args, {
    script: sourceCli,
    env: { ...bare(), NODE_OPTIONS: `--import ${pathToFileURL(hook).href}` },
  });
  return [...new Set(stderr.split('\n').filter((line) => line.startsWith('loads ')))].toSorted();
};
const databases = async (...args: readonly string[]) =>
  (await loaded(...args)).filter((line) => /-dynamodb$|classic-level|dynalite/.test(line));

test('help, the version, mistakes and completion load neither the AWS SDK nor the checks', async () => {
  for (const args of [['--version'], ['--help'], ['audit', '--help'], ['audit', '--unknown'], ['completion', 'bash', '--', 'checks', '']])
    expect([args, await loaded(...args)]).toEqual([args, []]);
});

test('audit and questions of this machine load neither, a question to a deployed table does', async () => {
  const database = join(folder, 'db');
  expect(await databases('audit', '--sandbox', '--quiet', '--database', database)).toEqual([]);
  expect(await databases('findings', '--database', database)).toEqual([]);
  expect(await databases('readiness', '--sandbox', '--plan', join(root, 'shared/sandbox/plan.yaml'), '--database', database)).toEqual([]);
  expect(await loaded('findings', '--table', 'any', '--stack-region', 'us-west-2')).toContain('loads @aws-sdk/lib-dynamodb');
}, 240_000);
