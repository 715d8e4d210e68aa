/** A mistake in a plan, as data, and its words. */

/** What leads to a value: keys and list positions. */
export type Path = readonly (string | number)[];

export interface Problem {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** `clusters[0].headroom`; empty for the file as a whole. */
  readonly path: string;
  /** What stands there, as written. */
  readonly found: string;
  /** What would be right there. */
  readonly accepted: string;
  /** Both, and where we can tell, what was probably meant. */
  readonly message: string;
}

/** `['clusters', 0, 'region']` → `clusters[0].region`; keys that are no plain words stand in brackets and quotes. */
export function pathText(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    if (!/^[\w-]+$/.test(part)) return `${text}[${quote(part)}]`;
    return text === '' ? part : `${text}.${part}`;
  }, '');
}

/** A text as it should appear in a message: on one line, in quotes, of bearable length. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 79)}…` : text);
}

/** A value in the words of a message. `source` is how a number was written, which `012` and `1e9` do not show. */
export function foundText(value: unknown, source?: string): string {
  if (value === undefined || value === null) return 'nothing';
  if (typeof value === 'string') return quote(value);
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (typeof value === 'object') {
    const keys = Object.keys(value);
    if (keys.length === 0) return 'an empty mapping';
    const more = keys.length > 4 ? ', …' : '';
    return `a mapping with ${keys
      .slice(0, 4)
      .map((k) => (/^[\w-]{1,40}$/.test(k) ? k : quote(k)))
      .join(', ')}${more}`;
  }
  return source ?? String(value);
}

/** `found …, accepted: …`, and in brackets the hint if there is one. */
export function problemMessage(found: string, accepted: string, hint?: string): string {
  return `found ${found}, accepted: ${accepted}${hint ? ` (${hint})` : ''}`;
}

/** One line a problem: file, line and column as editors and terminals understand them, path, what was found, what is accepted. */
export function formatProblems(problems: readonly Problem[]): string {
  return problems.map((p) => `${p.file}:${p.line}:${p.column}${p.path ? ` ${p.path}` : ''}: ${p.message}`).join('\n');
}

const plain = (word: string): string => word.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/** Number of letters to add, drop, change or swap with a neighbour that turn one word into the other. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (above[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swap = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (before[j - 2] ?? Number.POSITIVE_INFINITY) + 1 : change;
      row.push(Math.min(change, swap, (above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    before = above;
    above = row;
  }
  return above[b.length] ?? 0;
}

/** The one of `candidates` that `word` was probably meant to be: the same but for case and punctuation, or a few letters off. */
export function closest(word: string, candidates: readonly string[]): string | undefined {
  const wanted = plain(word);
  // A word far longer than any key is no typing mistake, and comparing it letter by letter would take its time.
  if (wanted.length < 2 || wanted.length > 64) return undefined;
  const near = (other: string): number => Math.max(1, Math.floor(Math.min(wanted.length, other.length) / 3));
  const ranked = candidates
    .map((candidate) => ({ candidate, other: plain(candidate) }))
    .filter(({ other }) => Math.abs(other.length - wanted.length) <= near(other))
    .map(({ candidate, other }) => ({ candidate, far: distance(wanted, other), near: near(other) }))
    .filter(({ far, near }) => far <= near)
    .toSorted((a, b) => a.far - b.far);
  return ranked[0]?.candidate;
}
