/**
 * A test runner of Stryker for the core: loads all tests once into one process and, for each mutant, calls the tests that
 * reach it until one fails. The tests share nothing but code, so that no file needs to be loaded again: about 30 mutants
 * a second instead of one, which makes a full run possible.
 */
import { globSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { MutantCoverage } from '@stryker-mutator/api/core';
import { INSTRUMENTER_CONSTANTS } from '@stryker-mutator/api/core';
import type { DryRunResult, MutantRunOptions, MutantRunResult, TestResult, TestRunner } from '@stryker-mutator/api/test-runner';
import { determineHitLimitReached, toMutantRunResult } from '@stryker-mutator/api/test-runner';
import fc from 'fast-check';
import type { CollectedTest } from './vitest.ts';

/** What the instrumented code reads and writes. */
interface Instrumentation {
  activeMutant?: string | undefined;
  currentTestId?: string | undefined;
  hitCount?: number | undefined;
  hitLimit?: number | undefined;
  mutantCoverage?: MutantCoverage;
}

/** Properties that run hundreds of audits, and commands that run in shells: each would take longer than all other tests. */
const excluded = ['test/core/evaluation/properties.test.ts', 'test/core/text/commands.test.ts'];

const slow = [
  'every word arrives as it is, however it is nested, and starts nothing',
  'every option has exactly its value, in shorthand, in JSON or by itself',
  ' > asking for more > never improves a verdict, one own or of those after it',
  ' > leaves no planned cluster out: each is UNKNOWN whatever is planned, and each case has that reason',
];

class CoreTestRunner implements TestRunner {
  readonly #instrumentation: Instrumentation;
  #tests: readonly CollectedTest[] = [];
  readonly #microseconds = new Map<string, number>();
  /** How often each file of tests was the one that failed, for the mutated file in hand. */
  #kills = new Map<string, number>();
  #mutated = '';

  constructor() {
    const globals = globalThis as unknown as Record<string, Instrumentation | undefined>;
    this.#instrumentation = globals[INSTRUMENTER_CONSTANTS.NAMESPACE] ??= {};
  }

  capabilities() {
    return { reloadEnvironment: false };
  }

  async init(): Promise<void> {
    const here = pathToFileURL(join(process.cwd(), 'test/mutation/vitest.ts')).href;
    registerHooks({
      resolve: (specifier, context, next) => (specifier === 'vitest' ? { url: here, shortCircuit: true } : next(specifier, context)),
    });
    const { collectFrom, collected } = (await import(here)) as typeof import('./vitest.ts');
    for (const file of globSync('test/core/**/*.test.ts').toSorted()) {
      if (excluded.includes(file)) continue;
      collectFrom(file);
      await import(pathToFileURL(join(process.cwd(), file)).href);
    }
    this.#tests = collected.filter(({ id }) => !slow.some((name) => id.endsWith(name)));
    // A fixed seed makes runs comparable; a property that fails need not be shrunk.
    fc.configureGlobal({ seed: 1, endOnFailure: true, numRuns: 25 });
  }

  async dryRun(): Promise<DryRunResult> {
    const tests: TestResult[] = [];
    for (const test of this.#tests) {
      this.#instrumentation.currentTestId = test.id;
      tests.push(await this.#run(test));
      this.#instrumentation.currentTestId = undefined;
    }
    const { mutantCoverage } = this.#instrumentation;
    return { status: 'complete' as never, tests, ...(mutantCoverage && { mutantCoverage }) };
  }

  async mutantRun({ activeMutant, hitLimit, testFilter }: MutantRunOptions): Promise<MutantRunResult> {
    const reached = testFilter && new Set(testFilter);
    const tests = this.#inOrder(activeMutant.fileName).filter(({ id }) => !reached || reached.has(id));
    const results: TestResult[] = [];
    Object.assign(this.#instrumentation, { activeMutant: activeMutant.id, hitCount: 0, hitLimit });
    for (const test of tests) {
      const result = await this.#run(test);
      results.push(result);
      if (result.status === 0) continue;
      this.#kills.set(test.file, (this.#kills.get(test.file) ?? 0) + 1);
      break;
    }
    const { hitCount } = this.#instrumentation;
    Object.assign(this.#instrumentation, { activeMutant: undefined, hitCount: undefined, hitLimit: undefined });
    return toMutantRunResult(determineHitLimitReached(hitCount, hitLimit) ?? { status: 'complete' as never, tests: results });
  }

  /** First the files that killed most mutants of this file, the one named after it before all others, then the fastest. */
  #inOrder(mutated: string): readonly CollectedTest[] {
    if (mutated !== this.#mutated) {
      this.#mutated = mutated;
      const namesake = basename(mutated).replace('.ts', '.test.ts');
      this.#kills = new Map(this.#tests.filter(({ file }) => basename(file) === namesake).map(({ file }) => [file, 1]));
    }
    const kills = ({ file }: CollectedTest) => this.#kills.get(file) ?? 0;
    const time = ({ id }: CollectedTest) => this.#microseconds.get(id) ?? 0;
    return this.#tests.toSorted((a, b) => kills(b) - kills(a) || time(a) - time(b));
  }

  async #run({ id, file, run }: CollectedTest): Promise<TestResult> {
    const start = performance.now();
    const before = process.cpuUsage();
    const base = { id, name: id, fileName: file };
    const timeSpentMs = () => Math.round(performance.now() - start);
    try {
      await run();
      this.#microseconds.set(id, process.cpuUsage(before).user);
      return { ...base, timeSpentMs: timeSpentMs(), status: 0 };
    } catch (error) {
      return { ...base, timeSpentMs: timeSpentMs(), status: 1, failureMessage: String(error).slice(0, 300) };
    }
  }
}

export const strykerPlugins = [{ kind: 'TestRunner', name: 'core', injectableClass: CoreTestRunner }];
