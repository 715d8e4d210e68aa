/**
 * Bundles what runs without this repository: the command line for `npm pack` (Node strips no types inside node_modules)
 * into `.build/cli`, and each function for Lambda into `.build/functions/<name>`.
 */
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type OutputOptions, type RolldownOptions, rolldown } from 'rolldown';
import type { Plan } from '../shared/core/plan.ts';
import { type FunctionName, functionNames } from './functions.ts';

const root = resolve(import.meta.dirname, '..');

/** ESM entries first: only those can be shaken. */
const common = {
  platform: 'node',
  transform: { target: 'node24' },
  resolve: { mainFields: ['module', 'main'], conditionNames: ['module', 'import', 'node', 'default'] },
} satisfies RolldownOptions;

async function write(input: RolldownOptions, output: OutputOptions): Promise<void> {
  const bundle = await rolldown(input);
  await bundle.write({ format: 'esm', codeSplitting: false, ...output });
  await bundle.close();
}

/** Packages stay outside of the command line's bundle; the installed package brings them as its dependencies. */
export async function buildCli(outDir = join(root, '.build/cli')): Promise<string> {
  await write(
    { ...common, input: join(root, 'functions/cli/main.ts'), external: (id) => !id.startsWith('.') && !id.startsWith('/') },
    { dir: outDir, entryFileNames: 'main.mjs', sourcemap: true },
  );
  return join(outDir, 'main.mjs');
}

/** Bundles one function, the SDK with it. Its map lies beside the folder that is deployed: Lambda has no use for it. */
async function buildFunction(name: FunctionName, outDir: string): Promise<string> {
  const dir = join(outDir, name);
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  await write(
    {
      ...common,
      input: join(root, `functions/${name}/handler.ts`),
      resolve: {
        ...common.resolve,
        alias: { '@aws-sdk/credential-provider-node': join(import.meta.dirname, 'lambda/environment-credentials.ts') },
      },
    },
    // Hidden: the bundle does not look for a map that is not there.
    { dir, entryFileNames: 'handler.mjs', minify: true, sourcemap: 'hidden' },
  );
  renameSync(join(dir, 'handler.mjs.map'), join(outDir, `${name}.mjs.map`));
  return dir;
}

/** Folders to deploy, each with `handler.mjs` and beside it, for those that read it, the plan as it was validated, all of it. */
export async function buildFunctions(
  plan: Plan,
  outDir = join(root, '.build/functions'),
): Promise<{ readonly [name in FunctionName]: string }> {
  const built = await Promise.all(
    functionNames.map(async (name) => {
      const dir = await buildFunction(name, outDir);
      if (name !== 'webhook') writeFileSync(join(dir, 'plan.json'), JSON.stringify(plan));
      return [name, dir] as const;
    }),
  );
  return Object.fromEntries(built) as { readonly [name in FunctionName]: string };
}

if (import.meta.main) process.stdout.write(`${await buildCli()}\n`);
