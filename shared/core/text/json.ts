/** JSON: read from outside, and written where it may be read on a terminal. */
import { printableLines } from './printable.ts';

/** The value that a text stands for; `undefined` where it is no JSON. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Whether a value is an object with members: no list, and not `null`. */
export const isObject = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A member that is a text and not empty. */
export function textMember(of: unknown, name: string): string | undefined {
  const value = isObject(of) ? of[name] : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A value as JSON, hidden characters escaped: the same value to a program, and nothing hidden from a reader. */
export const jsonText = (value: unknown, indent?: number): string => printableLines(JSON.stringify(value, null, indent));
