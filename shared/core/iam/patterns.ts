/** Patterns of IAM policies, matched against text of which a part may be unknown. */

// Policies hold no characters beyond U+00FF, so these cannot be met in one.
const ANY = '\uE000';
const ONE = '\uE001';
export const SOME = '\uE002';
/** Text that is not known, possibly empty; within an ARN it holds a colon in the last part only. */
export const blank = '\uE003';
/** One character that is not known. */
export const blankCharacter = '\uE004';

export type Certainty = 'yes' | 'maybe' | 'no';

export const not = (c: Certainty): Certainty => (c === 'maybe' ? 'maybe' : c === 'yes' ? 'no' : 'yes');

export function any<T>(items: Iterable<T>, of: (item: T) => Certainty): Certainty {
  let best: Certainty = 'no';
  for (const item of items) {
    const c = of(item);
    if (c === 'yes') return 'yes';
    if (c === 'maybe') best = 'maybe';
  }
  return best;
}

export const all = <T>(items: Iterable<T>, of: (item: T) => Certainty): Certainty => not(any(items, (item) => not(of(item))));

export interface Pattern {
  readonly text: string;
  readonly parts: readonly string[];
}

export const wildcards = (text: string): string => text.replaceAll('*', ANY).replaceAll('?', ONE);

/** Plain match of a compiled pattern; text that is not known is matched by a `*` alone. */
export function globs(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let mark = 0;
  while (t < text.length) {
    if (pattern[p] === ANY) {
      star = p++;
      mark = t;
    } else if ((pattern[p] === text[t] || pattern[p] === ONE) && text[t] !== blank) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++mark;
    } else return false;
  }
  while (pattern[p] === ANY) p++;
  return p === pattern.length;
}

/** Whether the pattern could match once all that is not known, in it or in the text, is filled in. */
function couldGlob(pattern: string, text: string): boolean {
  const open = pattern.replaceAll(SOME, ANY);
  if (!text.includes(blank) && !text.includes(blankCharacter)) return globs(open, text);
  // reached[j]: the part of the pattern read so far can match the first j characters.
  let reached = [true];
  for (let j = 1; j <= text.length; j++) reached[j] = reached[j - 1] === true && text[j - 1] === blank;
  for (const c of open) {
    const next: boolean[] = [];
    for (let j = 0; j <= text.length; j++) {
      const step = reached[j - 1] === true && (c === ONE || c === text[j - 1] || text[j - 1] === blankCharacter);
      // A blank takes this character too, or ends without it.
      const takes = text[j - 1] === blank && reached[j] === true;
      const ends = text[j - 1] === blank && next[j - 1] === true;
      next[j] = step || takes || ends || (c === ANY && (reached[j] === true || next[j - 1] === true));
    }
    reached = next;
  }
  return reached[text.length] === true;
}

export const glob = (pattern: string, text: string): Certainty =>
  globs(pattern, text) ? 'yes' : couldGlob(pattern, text) ? 'maybe' : 'no';

/** The six parts of an ARN; the last keeps its colons. */
function arnParts(arn: string): readonly string[] {
  const parts = arn.split(':');
  return parts.length < 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(':')];
}

export const patternOf = (text: string): Pattern => ({ text, parts: arnParts(text) });

/**
 * ARNs match part by part. Where only the whole text would match (a wildcard reaching over a colon, an ARN that breaks
 * off), AWS does not document the result: `maybe`.
 */
export function arnGlob({ text: pattern, parts }: Pattern, text: string): Certainty {
  if (pattern === ANY) return 'yes';
  // Most patterns are about something else, which their first characters show.
  let at = 0;
  while (at < pattern.length && pattern[at] === text[at]) at++;
  const [p, t] = [pattern[at], text[at]];
  if (p !== t && p !== ANY && p !== ONE && p !== SOME && t !== blank && t !== blankCharacter) return 'no';
  const of = arnParts(text);
  if (parts.length === of.length && parts.every((part, i) => part === of[i] || globs(part, of[i] ?? ''))) return 'yes';
  const byPart = parts.length === 6 && of.length === 6 && !pattern.includes(SOME);
  const could = byPart ? parts.every((part, i) => couldGlob(part, of[i] ?? '')) || globs(pattern, text) : couldGlob(pattern, text);
  return could ? 'maybe' : 'no';
}
