#!/usr/bin/env node
// Starts the command line under Node 24 or newer. On Linux the package brings one, so any Node from 20 on may run this file.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
// Node 20 has no `enableCompileCache`: an import by that name would fail there before anything runs.
import * as nodeModule from 'node:module';
import { constants, homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const launcher = fileURLToPath(import.meta.url);
const here = dirname(launcher);
const source = join(here, 'main.ts');
const bundle = join(here, '../../.build/cli/main.mjs');

function bundledNode() {
  try {
    const found = nodeModule.createRequire(import.meta.url).resolve(`node-linux-${process.arch}/package.json`);
    const node = join(dirname(found), 'bin/node');
    return existsSync(node) ? node : undefined;
  } catch {
    return undefined; // the optional package is not for this platform
  }
}

function fail(sentence) {
  process.stderr.write(`hyperpod-auditor: ${sentence}\n`);
  process.exit(3);
}

try {
  await import('./crash.mjs');
} catch (error) {
  fail(`its installation is damaged: install it again (${error.message}).`);
}

// An installed package holds only the bundle (Node strips no types inside node_modules), a clone only the source.
const main = existsSync(source) ? source : bundle;
if (!existsSync(main)) fail('this package was packed without its bundle; make it with `npm run pack`.');

/**
 * Stripping types and compiling take half of a start from source, and Node can store both. In a folder of this user: in the
 * shared folder for temporary files, which is Node's default, others could put code there. Where it cannot be written nothing is stored.
 */
function storeCompiled() {
  const home = process.env.XDG_CACHE_HOME || homedir();
  if (!existsSync(home)) return;
  const folder = join(home, process.env.XDG_CACHE_HOME ? '' : '.cache', 'hyperpod-auditor/compiled');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch {
    return; // the next start takes as long as this one
  }
  nodeModule.enableCompileCache(folder);
}

if (Number(process.versions.node.split('.')[0]) >= 24) {
  if (main === source) storeCompiled();
  await import(pathToFileURL(main).href);
} else {
  const needed = `Node 24 or newer is needed here, this is ${process.version}`;
  const node = bundledNode();
  if (node === undefined) fail(`${needed}; on Linux (x64, arm64) the package brings its own when optional dependencies are installed.`);
  const child = spawn(node, [launcher, ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => fail(`${needed}, and the one that the package brings cannot be started (${error.code}): ${node}`));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}
