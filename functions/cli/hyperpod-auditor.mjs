#!/usr/bin/env node
// Starts the command line under Node 24 or newer. On Linux the package brings one, so any Node from 20 on may run this file.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const launcher = fileURLToPath(import.meta.url);
const here = dirname(launcher);
const source = join(here, 'main.ts');
const bundle = join(here, '../../.build/cli/main.mjs');

function bundledNode() {
  try {
    const found = createRequire(import.meta.url).resolve(`node-linux-${process.arch}/package.json`);
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

if (Number(process.versions.node.split('.')[0]) >= 24) {
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
