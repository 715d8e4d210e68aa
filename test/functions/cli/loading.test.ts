/** Commands on this machine's database load neither a DynamoDB client nor LevelDB: each costs time at every start. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bare, root, run } from './run.ts';

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
       const found = /node_modules\\/(@aws-sdk\\/(?:client|lib)-dynamodb|classic-level|dynalite)\\//.exec(url);
       if (found) writeSync(2, 'loads ' + found[1] + '\\n');
       return next(url, context);
     } });`,
  );
});
afterAll(() => rm(folder, { recursive: true }));

const loaded = async (...args: readonly string[]) => {
  const { stderr } = await run(args, { env: { ...bare(), NODE_OPTIONS: `--import ${pathToFileURL(hook).href}` } });
  return [...new Set(stderr.split('\n').filter((line) => line.startsWith('loads ')))].toSorted();
};

test('audit and questions of this machine load neither, a question to a deployed table does', async () => {
  const database = join(folder, 'db');
  expect(await loaded('audit', '--sandbox', '--quiet', '--database', database)).toEqual([]);
  expect(await loaded('findings', '--database', database)).toEqual([]);
  expect(await loaded('readiness', '--sandbox', '--plan', join(root, 'shared/sandbox/plan.yaml'), '--database', database)).toEqual([]);
  expect(await loaded('findings', '--table', 'any', '--home', 'us-west-2')).toContain('loads @aws-sdk/lib-dynamodb');
}, 240_000);
