/**
 * Stands in for `vitest` in the process of a mutation run: collects the tests when their files are imported, so that
 * the runner can call any of them for each mutant without loading a file again.
 */
import { expect } from '../../node_modules/vitest/dist/index.js';

export { expect };

type Body = (...values: never[]) => unknown;

export interface CollectedTest {
  readonly id: string;
  readonly file: string;
  readonly run: () => unknown;
}

export const collected: CollectedTest[] = [];
let file = '';
let suites: string[] = [];

export const collectFrom = (name: string): void => {
  file = name;
};

/** The title of a row: `$name` is a member of the row, `%s` the next value. A number makes equal titles distinct. */
const title = (template: string, row: unknown, index: number): string => {
  const values = Array.isArray(row) ? [...row] : [row];
  const named = template.replace(/\$(\w+)/g, (_, key: string) => String((row as Record<string, unknown>)?.[key]));
  return `${named.replace(/%[sdiojf]/g, () => String(values.shift()))} [${index}]`;
};

const each =
  (define: (name: string, body: Body) => void, spread: boolean) =>
  (rows: readonly unknown[]) =>
  (name: string, body: Body): void => {
    for (const [index, row] of rows.entries()) {
      const values = (spread && Array.isArray(row) ? row : [row]) as never[];
      define(title(name, row, index), () => body(...values));
    }
  };

const addTest = (name: string, body: Body): void => {
  collected.push({ id: [file, ...suites, name].join(' > '), file, run: body });
};

const addSuite = (name: string, body: Body): void => {
  const outer = suites;
  suites = [...outer, name];
  body();
  suites = outer;
};

export const test = Object.assign(addTest, { each: each(addTest, true), for: each(addTest, false) });
export const describe = Object.assign(addSuite, { each: each(addSuite, true) });

/** Hooks of the core's tests only set how many random values a property tries; the worker sets that itself. */
export const beforeAll = (_: () => void): void => {};
export const afterAll = (_: () => void): void => {};
