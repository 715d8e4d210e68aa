/**
 * Builds the command line once for all tests that start it as a process: from the sources each start takes ten times as long.
 * Each run of the tests has its own, so that no other run takes its files away.
 */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { buildCli } from '../../../infra/build/build.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The launcher of the built command line. */
    readonly builtCli?: string;
  }
}

export default async function setUp(project: TestProject): Promise<() => void> {
  const root = join(import.meta.dirname, '../../..');
  mkdirSync(join(root, '.build'), { recursive: true });
  // Below the repository, whose packages and plan it finds.
  const folder = mkdtempSync(join(root, '.build/tested-'));
  const launcher = join(folder, 'functions/cli');
  mkdirSync(launcher, { recursive: true });
  for (const file of ['hyperpod-auditor.mjs', 'crash.mjs']) copyFileSync(join(root, 'functions/cli', file), join(launcher, file));
  await buildCli(join(folder, '.build/cli'));
  project.provide('builtCli', join(launcher, 'hyperpod-auditor.mjs'));
  return () => rmSync(folder, { recursive: true });
}
