/** The problems of one document while it is read. */
import { LineCounter } from 'yaml';
import { type PlanPath, pathText } from '../core/plan/plan-path.ts';
import { count } from '../core/render/words.ts';
import { type PlanProblem, problemMessage } from './problem.ts';

/**
 * What one file may hold. Its size is checked before anything is parsed; the number of values stops a bomb of aliases,
 * the depth a document that would exhaust the stack.
 */
export const limits = { bytes: 1_048_576, values: 100_000, depth: 40 };

/** `1,048,576 bytes (1 MiB)`. */
export const sizeLimit = `${count(limits.bytes, 'byte')} (1 MiB)`;

export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

/** The problems of one document, and where each of its characters stands. */
export class ProblemReport {
  readonly problems: PlanProblem[] = [];
  /** The structure could not be made out. */
  broken = false;
  readonly #file: string;
  readonly #text: string;
  readonly #lines = new LineCounter();

  constructor(file: string, text: string) {
    this.#file = file;
    this.#text = text;
    // Counted here and not while parsing: in quotes that are never closed, the parser loses lines.
    for (let start = 0; start >= 0; start = text.indexOf('\n', start) + 1 || -1) this.#lines.addNewLine(start);
  }

  at(offset: number): TextPosition {
    const { line, col } = this.#lines.linePos(Math.min(offset, this.#text.length));
    return { line, column: col };
  }

  startOfLine(line: number): number {
    return this.#lines.lineStarts[line - 1] ?? 0;
  }

  report(offset: number, path: PlanPath, expected: string, got: string, hint?: string): void {
    const message = problemMessage(expected, got, hint);
    this.problems.push({ file: this.#file, ...this.at(offset), path: pathText(path), expected, got, message });
  }

  stop(offset: number, path: PlanPath, expected: string, got: string): undefined {
    // One such sentence is enough: the next thousand values would say the same.
    if (!this.broken) this.report(offset, path, expected, got);
    this.broken = true;
  }
}
