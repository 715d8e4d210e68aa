/**
 * One name for each concept. Sources: the glossary in shared/README.md, and plain English as in the AWS documentation.
 * Ambiguous words (test, path, question) are left to review.
 */

/** Word or phrase → the term to use, in texts, comments and identifiers. */
export const banned: Readonly<Record<string, string>> = {
  told: 'notified, reported',
  reckon: 'compute, estimate',
  reckons: 'computes, estimates',
  reckoned: 'computed, estimated',
  reckoning: 'estimate',
  mend: 'fix',
  mends: 'fixes',
  mended: 'fixed',
  anew: 'again',
  nobody: 'no one, the caller',
  somebody: 'someone, the caller',
  everybody: 'everyone, any caller',
  whoever: 'any caller',
  unseen: 'not evaluated',
  unjudged: 'not evaluated',
  blind: 'not evaluated',
  looked: 'read, evaluated',
  standing: 'status',
  standings: 'status reports',
  wanted: 'requested, expected',
  lacks: 'misses, has no',
  fleet: 'inventory',
  estate: 'inventory',
  'for want of': 'without',
  'out of sight': 'not evaluated',
  'held back': 'debounced, deferred',
  'how things stand': 'status',
  'who we are': 'caller identity',
  'the way out': 'fix',
};

/** The same, in texts that users read and in README files. */
export const bannedInTexts: Readonly<Record<string, string>> = {
  ...banned,
  verdict: 'finding',
  verdicts: 'findings',
  'what became of': 'history',
  'what becomes of': 'history, result',
  way: 'route, access, by',
  ways: 'routes, forms',
  door: 'route, access',
  doors: 'routes, access',
  room: 'capacity, space, enough addresses',
  rooms: 'capacity, space',
  house: 'account',
  home: 'region of the auditor, user folder',
  judge: 'evaluate',
  judges: 'evaluates',
  judged: 'evaluated',
  judging: 'evaluating',
  unevaluated: 'not evaluated',
  'not seen': 'not evaluated, not read',
  'be seen': 'be evaluated, be read',
  'was seen': 'was read, was found',
  'were seen': 'were read, were found',
  kept: 'stored, retained',
  'ask for': 'request',
  'asks for': 'requests',
  'asked for': 'requested',
  'asking for': 'requesting',
  wants: 'requires, requests',
  tell: 'show, report',
  tells: 'shows, reports',
  'blind spots': 'coverage',
  'cases evaluated': 'results',
  'cases not evaluated': 'not evaluated',
  'becomes of': 'history, result',
  'is none': 'is missing, does not exist',
  'are none': 'are missing, do not exist',
  'there is no': 'does not exist, is missing',
  'there are no': 'do not exist, are missing',
  'there is none': 'does not exist',
  stand: 'are, exist',
  stands: 'is, exists',
  lives: 'is running',
  hear: 'be notified',
  besides: 'also',
  beside: 'next to, with',
  hence: 'so',
  thus: 'so',
  lest: 'so that … not',
  'for certain': 'with certainty, fails',
  whatever: 'any',
};

/** The words of a text in lower case, with a space before and after each; identifiers are split where their case changes. */
export const wordsOf = (text: string): string =>
  ` ${text
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[^A-Za-z]+/g, ' ')
    .toLowerCase()} `;

/** The phrases of a list that a text contains. */
export function phrasesIn(text: string, list: Readonly<Record<string, string>>): readonly string[] {
  const words = wordsOf(text);
  return Object.keys(list).filter((phrase) => words.includes(` ${phrase} `));
}

const comments = /\/\*[\s\S]*?\*\/|(?<!:)\/\/[^\n]*/g;
const strings = /'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g;

/** String literals of a source file that are sentences or parts of them: two words or more; what is inserted is left out, and code between two templates. */
export const textsOf = (code: string): readonly string[] =>
  [...code.replace(comments, ' ').matchAll(strings)]
    .map(([literal]) =>
      literal
        .slice(1, -1)
        .replace(/\$\{[^}]*\}/g, '…')
        .replace(/--[\w-]+|https?:\S+|\b[A-Z]+_[A-Z_]+\b/g, '…'),
    )
    .filter((text) => /[A-Za-z]{2,}[,:;]? [a-z]/.test(text) && !text.includes('=>'));

/** The prose of a Markdown file: without code and generated blocks. Each paragraph, list item and cell of a table is one text. */
export const proseOf = (markdown: string): readonly string[] =>
  markdown
    .replace(/```[\s\S]*?```/g, '')
    .replace(/<!-- (\S+) -->[\s\S]*?<!-- \/\1 -->/g, '')
    .replace(/\]\([^)]*\)/g, ']')
    .replace(/`[^`]*`/g, 'X')
    .split(/\n\s*\n|\n(?=\s*(?:[-|#]|\d+\. ))|\|/)
    .map((text) => text.replace(/\s+/g, ' ').trim())
    .filter((text) => text !== '');

/** The sentences of a text with more words than `most`. */
export const longSentences = (text: string, most: number): readonly string[] =>
  text
    .split(/(?<=[.!?]\)?) +(?=[A-Z`*"[(\d])/)
    .filter((sentence) => sentence.split(/[\s/]+/).filter((word) => /[A-Za-z0-9]/.test(word)).length > most);
