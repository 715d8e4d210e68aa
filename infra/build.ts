/**
 * Bundles the command line into `.build/cli/main.mjs`: what `npm pack` ships, since Node strips no types inside
 * node_modules. Packages stay outside the bundle; the installed package brings them as its dependencies.
 */
import { join, resolve } from 'node:path';
import { rolldown } from 'rolldown';

const root = resolve(import.meta.dirname, '..');

export async function buildCli(outDir = join(root, '.build/cli')): Promise<string> {
  const bundle = await rolldown({
    input: join(root, 'functions/cli/main.ts'),
    platform: 'node',
    external: (id) => !id.startsWith('.') && !id.startsWith('/'),
    transform: { target: 'node24' },
    resolve: { mainFields: ['module', 'main'], conditionNames: ['module', 'import', 'node', 'default'] },
  });
  const file = join(outDir, 'main.mjs');
  await bundle.write({ format: 'esm', dir: outDir, entryFileNames: 'main.mjs', codeSplitting: false, sourcemap: true });
  await bundle.close();
  return file;
}

if (import.meta.main) process.stdout.write(`${await buildCli()}\n`);
