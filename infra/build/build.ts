/**
 * Bundles what runs without this repository: the command line for `npm pack` (Node strips no types inside node_modules)
 * into `.build/cli`, and each function for Lambda into `.build/functions/<name>`.
 */
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type OutputChunk, type OutputOptions, type RolldownOptions, rolldown } from 'rolldown';
import { buildPage } from '../../functions/dashboard/build.ts';
import { packedPage } from '../../functions/dashboard/page-file.ts';
import type { Plan } from '../../shared/core/plan/plan.ts';
import { assertFreshRules } from '../docs/rules.ts';
import { type FunctionName, functionNames } from '../stacks/functions.ts';
import { leanAliases, leanSdk, unsentOf, withoutUnsent } from './lean-sdk.ts';

const root = resolve(import.meta.dirname, '../..');

/** ESM entries first: only those can be shaken. */
const common = {
  platform: 'node',
  transform: { target: 'node24' },
  resolve: { mainFields: ['module', 'main'], conditionNames: ['module', 'import', 'node', 'default'] },
} satisfies RolldownOptions;

const ownModules = /\/(functions|shared)\/(?!.*node_modules)/;

async function write(input: RolldownOptions, output: OutputOptions) {
  const bundle = await rolldown(input);
  const written = await bundle.write({ format: 'esm', codeSplitting: false, ...output });
  await bundle.close();
  return written.output;
}

/**
 * The command line in chunks, so that each command loads only what it needs. Packages are inside: finding and reading
 * their files takes most of a start. What brings a binary of its own stays outside.
 */
export async function buildCli(outDir = join(root, '.build/cli')): Promise<string> {
  rmSync(outDir, { recursive: true, force: true });
  await write(
    { ...common, input: join(root, 'functions/cli/main.ts'), external: [/^node:/, 'classic-level', 'dynalite', 'vite'] },
    { dir: outDir, codeSplitting: true, entryFileNames: 'main.mjs', chunkFileNames: '[name]-[hash].mjs', sourcemap: true, minify: true },
  );
  return join(outDir, 'main.mjs');
}

/** A bundle as Lambda gets it: the file, and what is in it. */
export interface Bundle {
  readonly file: string;
  /** Paths of the modules of which something is in it. */
  readonly modules: readonly string[];
}

const modulesIn = (chunk: OutputChunk): readonly string[] =>
  Object.entries(chunk.modules).flatMap(([path, { renderedLength }]) => (renderedLength > 0 ? [path] : []));

const forLambda = {
  ...common,
  resolve: { ...common.resolve, alias: leanAliases },
  // No module of ours does anything by being imported: one of which nothing is used is left out, and all that it imports.
  treeshake: { moduleSideEffects: [{ test: ownModules, sideEffects: false }], propertyReadSideEffects: false },
} satisfies RolldownOptions;

/**
 * Bundles one module for Lambda as `handler.mjs` in a folder of its own, the SDK with it. The map lies beside that
 * folder, which is what is deployed: Lambda has no use for it.
 */
export async function bundleForLambda(input: string, dir: string): Promise<Bundle> {
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  // Twice: which clients nothing is sent with is seen only when everything unused is gone.
  const draft = await rolldown({ ...forLambda, input, plugins: [leanSdk] });
  const [whole] = (await draft.generate({ format: 'esm', codeSplitting: false })).output;
  await draft.close();
  const [chunk] = await write(
    { ...forLambda, input, plugins: [leanSdk, withoutUnsent(unsentOf(modulesIn(whole)))] },
    // Hidden: the bundle does not look for a map that is not there.
    { dir, entryFileNames: 'handler.mjs', minify: true, sourcemap: 'hidden', comments: { annotation: false } },
  );
  renameSync(join(dir, 'handler.mjs.map'), `${dir}.mjs.map`);
  return { file: join(dir, 'handler.mjs'), modules: modulesIn(chunk) };
}

export const buildFunction = (name: FunctionName, outDir: string): Promise<Bundle> =>
  bundleForLambda(join(root, `functions/${name}/handler.ts`), join(outDir, name));

/** Folders to deploy, each with `handler.mjs` and beside it, for those that read it, the plan as it was validated, all of it. */
export async function buildFunctions(
  plan: Plan,
  outDir = join(root, '.build/functions'),
): Promise<{ readonly [name in FunctionName]: string }> {
  const built = await Promise.all(
    functionNames.map(async (name) => {
      await buildFunction(name, outDir);
      const dir = join(outDir, name);
      if (name !== 'webhook') writeFileSync(join(dir, 'plan.json'), JSON.stringify(plan));
      return [name, dir] as const;
    }),
  );
  return Object.fromEntries(built) as { readonly [name in FunctionName]: string };
}

/** The page of dashboard and reports, for where there are no sources to make it of. */
export async function buildPageFile(): Promise<string> {
  mkdirSync(dirname(packedPage), { recursive: true });
  writeFileSync(packedPage, await buildPage());
  return packedPage;
}

if (import.meta.main) {
  await assertFreshRules(root);
  for (const made of [await buildCli(), await buildPageFile()]) process.stdout.write(`${made}\n`);
  process.exitCode = 0;
}
