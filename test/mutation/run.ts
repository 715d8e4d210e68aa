/**
 * `npm run test:mutation`: tests mutants of the core in a seeded random order, until all are tested or the time is over, and
 * writes SUMMARY.md. MUTATION_SECONDS limits the time, MUTATION_SEED gives another order. With files or folders as arguments,
 * it tests only their mutants and prints the summary instead, for it says nothing about the core.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Answer, type Mutant, polluted, type TestedMutant, type Totals } from './outcome.ts';
import { summaryOf } from './summary.ts';

const seed = process.env.MUTATION_SEED ?? '1';
const paths = process.argv.slice(2);
const end = Date.now() + Number(process.env.MUTATION_SECONDS ?? 4 * 3600) * 1000;
/** A mutant that takes longer loops for ever: the worker counts loops, but not those outside of the mutated file. */
const hangs = 120_000;

const started = new Map<string, Mutant>();
const tested = new Map<string, TestedMutant>();
let totals: Totals | undefined;

/** Runs one worker; resolves when it ends, by itself or because it hangs or the time is over. */
const work = (): Promise<void> =>
  new Promise((resolve) => {
    let current: string | undefined;
    let last = Date.now();
    const worker: ChildProcess = fork(join(import.meta.dirname, 'worker.ts'), [seed, paths.join(), ...tested.keys()]);
    const watch = setInterval(() => {
      const mutant = current === undefined ? undefined : started.get(current);
      if (current !== undefined && mutant && Date.now() - last > hangs) tested.set(current, { ...mutant, outcome: 'timeout' });
      else if (Date.now() < end) return;
      worker.kill('SIGKILL');
    }, 1000);
    worker.on('message', (answer: Answer) => {
      last = Date.now();
      if ('total' in answer) totals = answer;
      else if ('started' in answer) {
        current = answer.started;
        started.set(answer.started, answer.mutant);
      } else {
        const mutant = started.get(answer.finished);
        current = undefined;
        if (mutant) tested.set(answer.finished, { ...mutant, outcome: answer.outcome });
        if (tested.size % 100 === 0) console.log(`${tested.size} of ${totals ? totals.total - totals.static : '?'} mutants tested`);
      }
    });
    worker.on('exit', (code) => {
      clearInterval(watch);
      // It ran out of memory.
      const mutant = current === undefined ? undefined : started.get(current);
      if (current !== undefined && mutant && code !== polluted && Date.now() < end) tested.set(current, { ...mutant, outcome: 'timeout' });
      resolve();
    });
  });

let before = -1;
while (Date.now() < end && tested.size > before && (totals === undefined || tested.size < totals.total - totals.static)) {
  before = tested.size;
  await work();
}
if (!totals) throw new Error('The worker ended before it had counted the mutants.');
const summary = summaryOf([...tested.values()], totals, seed);
if (paths.length > 0) console.log(summary);
else writeFileSync(join(import.meta.dirname, 'SUMMARY.md'), summary);
