/**
 * Properties try the same values in every run, so that a change that does not touch the code cannot fail a build.
 * FAST_CHECK_SEED=N tries others; a failure prints the seed that repeats it.
 */
import fc from 'fast-check';
import { examples } from './examples.ts';

fc.configureGlobal({ seed: Number(process.env.FAST_CHECK_SEED ?? 1), numRuns: examples(100) });
