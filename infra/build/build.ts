/**
 * Bundles what runs without this repository: the command line for `npm pack` (Node strips no types inside node_modules)
 * into `.build/cli`, and each function for Lambda into `.build/functions/<name>`.
 */
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type OutputOptions, type Plugin, type RolldownOptions, rolldown } from 'rolldown';
import { buildPage } from '../../functions/dashboard/build.ts';
import { packedPage } from '../../functions/dashboard/page-file.ts';
import type { Plan } from '../../shared/core/plan/plan.ts';
import { assertFreshRules } from '../docs/rules.ts';
import { type FunctionName, functionNames } from '../stacks/functions.ts';

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

const stub = (name: string): string => join(import.meta.dirname, 'lambda', `${name}.ts`);

/** Modules of the SDK that no function needs, and what replaces them: together they are a fifth of the audit's bundle. */
const sdkStubs: Readonly<Record<string, string>> = {
  '@aws-sdk/credential-provider-node': stub('environment-credentials'),
  '@aws-sdk/endpoint-cache': stub('no-endpoint-cache'),
  '@smithy/core/event-streams': stub('no-event-streams'),
};

const collectorClients = ['cloudwatch', 'eks', 'fsx', 'kms', 's3', 'sagemaker', 'secrets-manager', 'service-quotas', 'ssm'];

/** Clients of the shared pool that a function sends nothing with. Each costs milliseconds of every cold start. */
const unusedClients: { readonly [name in FunctionName]?: readonly string[] } = {
  dispatch: collectorClients,
  digest: collectorClients,
};

/** Replaces these clients in the pool, and nowhere else: an import of one for another purpose still gets it. */
const withoutClients = (names: readonly string[]): Plugin => ({
  name: 'without-clients',
  resolveId: {
    filter: { id: /^@aws-sdk\/client-/ },
    handler: (id, importer) =>
      names.includes(id.replace('@aws-sdk/client-', '')) && importer?.endsWith('/shared/aws/client/clients.ts') ? stub('no-client') : null,
  },
});

/**
 * Bundles one module for Lambda as `handler.mjs` in a folder of its own, the SDK with it. The source map lies next to that
 * folder, which is what is deployed: Lambda has no use for it.
 */
export async function bundleForLambda(input: string, dir: string, unused: readonly string[] = []): Promise<Bundle> {
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  const [chunk] = await write(
    {
      ...common,
      input,
      resolve: { ...common.resolve, alias: sdkStubs },
      // Own modules have no side effects, so one of which nothing is used is left out with all that it imports.
      treeshake: { moduleSideEffects: [{ test: ownModules, sideEffects: false }], propertyReadSideEffects: false },
      plugins: [withoutClients(unused)],
    },
    // Hidden: the deployed bundle does not refer to a map that is not there.
    { dir, entryFileNames: 'handler.mjs', minify: true, sourcemap: 'hidden', comments: { annotation: false } },
  );
  renameSync(join(dir, 'handler.mjs.map'), `${dir}.mjs.map`);
  const modules = Object.entries(chunk.modules).flatMap(([path, { renderedLength }]) => (renderedLength > 0 ? [path] : []));
  return { file: join(dir, 'handler.mjs'), modules };
}

export const buildFunction = (name: FunctionName, outDir: string): Promise<Bundle> =>
  bundleForLambda(join(root, `functions/${name}/handler.ts`), join(outDir, name), unusedClients[name]);

/** Folders to deploy, each with `handler.mjs` and, for those that read it, the plan as it was validated, all of it. */
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
