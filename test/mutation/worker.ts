/**
 * Tests the mutants of the core in one process: instruments a copy of the sources, loads all tests once, and for each mutant
 * calls the tests that reach it until one fails. The tests share nothing but code, so that no file needs to be loaded again.
 * Answers to its parent (run.ts): first the number of mutants, then for each mutant that it started and its outcome.
 */
import { createHash } from 'node:crypto';
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { MutantCoverage } from '@stryker-mutator/api/core';
import { Instrumenter } from '@stryker-mutator/instrumenter';
import fc from 'fast-check';
import { type Answer, type Outcome, polluted } from './outcome.ts';
import type { CollectedTest } from './vitest.ts';

/** Sources without mutants: they compose the texts of alerts and reports, which the end-to-end tests compare as a whole. */
const texts = /^shared\/core\/(?:render\/|alerts\/(?:alert-(?:digest|message|reminder|sample|size|webhook)|route-text)\.ts)/;
/** Run hundreds of audits, or start shells: each would take longer than all other tests. */
const left = [
  /^test\/core\/evaluation\/properties\.test\.ts/,
  /^test\/core\/text\/commands\.test\.ts/,
  /every word arrives as it is, however it is nested, and starts nothing$/,
  /every option has exactly its value, in shorthand, in JSON or by itself$/,
];
/** Take seconds: only for mutants of the file that their own is named after. */
const slow = [/> asking for more > never /, /> leaves no planned cluster out: /];

/** What the instrumented code reads and writes. */
interface Instrumentation {
  activeMutant?: string | undefined;
  currentTestId?: string | undefined;
  hitCount?: number | undefined;
  hitLimit?: number | undefined;
  mutantCoverage?: MutantCoverage;
}
const globals = globalThis as unknown as { __stryker__: Instrumentation };
globals.__stryker__ = {};
const instrumentation = globals.__stryker__;

const [seed = '', paths = '', ...done] = process.argv.slice(2);
const answer = (message: Answer) => process.send?.(message);
const root = process.cwd();
const copy = mkdtempSync(join(tmpdir(), 'mutants-'));
process.on('exit', () => rmSync(copy, { recursive: true, force: true }));
process.on('disconnect', () => process.exit());
for (const part of ['shared', 'test', 'functions', 'infra', 'package.json', 'README.md'])
  cpSync(join(root, part), join(copy, part), { recursive: true });
symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
process.chdir(copy);

const sources = globSync('shared/core/**/*.ts')
  .filter((file) => !texts.test(file) && paths.split(',').some((path) => file.startsWith(path)))
  .toSorted();
const contents = new Map(sources.map((file) => [file, readFileSync(file, 'utf8')]));
const silent = { isDebugEnabled: () => false, debug: () => undefined, info: () => undefined, warn: console.warn };
const instrumented = await new Instrumenter(silent as never).instrument(
  sources.map((file) => ({ name: join(copy, file), mutate: true, content: contents.get(file) ?? '' })),
  { excludedMutations: ['StringLiteral'], ignorers: [], plugins: null } as never,
);
for (const { name, content } of instrumented.files) writeFileSync(name, content);

const shim = pathToFileURL(join(copy, 'test/mutation/vitest.ts')).href;
registerHooks({
  resolve: (specifier, context, next) => (specifier === 'vitest' ? { url: shim, shortCircuit: true } : next(specifier, context)),
});
const { collectFrom, collected } = (await import(shim)) as typeof import('./vitest.ts');
for (const file of globSync(['test/core/**/*.test.ts', 'test/plan/warnings.test.ts']).toSorted()) {
  if (left.some((name) => name.test(file))) continue;
  collectFrom(file);
  await import(pathToFileURL(join(copy, file)).href);
}
// A fixed seed makes runs comparable; a property that fails need not be shrunk.
fc.configureGlobal({ seed: 1, numRuns: 25, endOnFailure: true });

const microseconds = new Map<CollectedTest, number>();
const tests: CollectedTest[] = [];
for (const test of collected.filter(({ id }) => !left.some((name) => name.test(id)))) {
  const before = process.cpuUsage();
  instrumentation.currentTestId = test.id;
  try {
    await test.run();
    microseconds.set(test, process.cpuUsage(before).user);
    tests.push(test);
  } catch (error) {
    console.warn(`Left out, for it fails without a mutant: ${test.id}\n${error}`);
  }
  instrumentation.currentTestId = undefined;
}

const coverage = instrumentation.mutantCoverage ?? { static: {}, perTest: {} };
const reaching = new Map<string, CollectedTest[]>();
const hits = new Map<string, number>();
for (const test of tests)
  for (const [mutant, count] of Object.entries(coverage.perTest[test.id] ?? {})) {
    reaching.set(mutant, [...(reaching.get(mutant) ?? []), test]);
    hits.set(mutant, (hits.get(mutant) ?? 0) + count);
  }

const isNamesake = ({ file }: CollectedTest, source: string) => basename(file) === basename(source).replace('.ts', '.test.ts');

/** First the tests named after the mutated file, then those of files that killed many of its mutants, then the fastest. */
const kills = new Map<string, number>();
function inOrder(source: string, of: readonly CollectedTest[]): readonly CollectedTest[] {
  const weight = (test: CollectedTest) =>
    isNamesake(test, source) ? Number.POSITIVE_INFINITY : (kills.get(`${source} ${test.file}`) ?? 0);
  const rank = (a: CollectedTest, b: CollectedTest) => (weight(a) === weight(b) ? 0 : weight(b) - weight(a));
  return of
    .filter((test) => isNamesake(test, source) || !slow.some((name) => name.test(test.id)))
    .toSorted((a, b) => rank(a, b) || (microseconds.get(a) ?? 0) - (microseconds.get(b) ?? 0));
}

async function isKilled(id: string, source: string): Promise<boolean> {
  Object.assign(instrumentation, { activeMutant: id, hitCount: 0, hitLimit: (hits.get(id) ?? 0) * 100 + 10_000 });
  try {
    for (const test of inOrder(source, reaching.get(id) ?? [])) {
      try {
        await test.run();
      } catch {
        const key = `${source} ${test.file}`;
        kills.set(key, (kills.get(key) ?? 0) + 1);
        // A mutant may leave something behind by which a test fails for ever: then another worker has to go on.
        instrumentation.activeMutant = undefined;
        try {
          await test.run();
        } catch {
          process.exit(polluted);
        }
        return true;
      }
    }
    return false;
  } finally {
    Object.assign(instrumentation, { activeMutant: undefined, hitCount: undefined, hitLimit: undefined });
  }
}

const mutants = instrumented.mutants
  .filter((mutant) => mutant.status !== 'Ignored')
  .map(({ id, fileName, location: { start, end }, mutatorName, replacement = '' }) => {
    const file = relative(copy, fileName);
    const lines = (contents.get(file) ?? '').split('\n').slice(start.line, end.line + 1);
    lines[lines.length - 1] = (lines.at(-1) ?? '').slice(0, end.column);
    lines[0] = (lines[0] ?? '').slice(start.column);
    const mutant = { file, line: start.line + 1, column: start.column + 1, mutator: mutatorName, original: lines.join('\n'), replacement };
    return {
      id,
      mutant,
      hash: createHash('sha256')
        .update(JSON.stringify([seed, mutant]))
        .digest('hex')
        .slice(0, 16),
    };
  });
// Active only while a module loads: to test it, every file would have to be loaded again.
const isStatic = ({ id }: { readonly id: string }) => !reaching.has(id) && Object.hasOwn(coverage.static, id);
const testable = mutants.filter((one) => !isStatic(one)).toSorted((a, b) => (a.hash < b.hash ? -1 : 1));
answer({ total: mutants.length, static: mutants.length - testable.length, tests: tests.length });
for (const { id, mutant, hash } of testable) {
  if (done.includes(hash)) continue;
  answer({ started: hash, mutant });
  const outcome: Outcome = !reaching.has(id) ? 'no coverage' : (await isKilled(id, mutant.file)) ? 'killed' : 'survived';
  answer({ finished: hash, outcome });
}
process.disconnect();
