/** What the worker answers to run.ts. */
export type Outcome = 'killed' | 'timeout' | 'survived' | 'no coverage';

/** Exit code of a worker in which a mutant left something behind. */
export const polluted = 3;

export interface Mutant {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly mutator: string;
  readonly original: string;
  readonly replacement: string;
}

export interface Totals {
  readonly total: number;
  /** Active only while a module loads. */
  readonly static: number;
  readonly tests: number;
}

export type Answer =
  | Totals
  | { readonly started: string; readonly mutant: Mutant }
  | { readonly finished: string; readonly outcome: Outcome };

export interface TestedMutant extends Mutant {
  readonly outcome: Outcome;
}
