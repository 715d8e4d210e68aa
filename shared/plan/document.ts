/** Text (YAML, and so JSON; JSON with comments) → plain values, each with the place where it stands. */
import stripJsonComments from 'strip-json-comments';
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Pair, type ParsedNode, parseDocument, type YAMLError } from 'yaml';
import { type PlanPath, pathText, quoted } from '../core/plan/plan-path.ts';
import { variable } from '../core/plan/plan-warnings.ts';
import { count } from '../core/render/words.ts';
import { closest } from '../core/text/suggestion.ts';
import { foundText, type PlanProblem, problemMessage } from './problem.ts';

/**
 * What one file may hold. Its size is looked at before anything is parsed; the number of values stops a bomb of aliases,
 * the depth a document that would exhaust the stack.
 */
export const limits = { bytes: 1_048_576, values: 100_000, depth: 40 };

/** `1,048,576 bytes (1 MiB)`. */
export const sizeLimit = `${count(limits.bytes, 'byte')} (1 MiB)`;

/** Tags that say no more than what a value is anyhow. */
const plainTag = /^tag:yaml\.org,2002:(str|int|float|bool|null|map|seq)$/;

interface NodePosition {
  readonly key?: number;
  readonly value: number;
  /** How a scalar was written. */
  readonly source?: string;
}

export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

export interface PlanDocument {
  readonly file: string;
  /** Plain JSON; `undefined` for a file without content. */
  readonly value: unknown;
  /** What is wrong with it as a document: syntax, keys twice, aliases to nothing. */
  readonly problems: readonly PlanProblem[];
  /** Its structure could not be made out, so its value means nothing. */
  readonly broken: boolean;
  /** Where the value stands; where it is missing, the mapping or list that lacks it. */
  readonly place: (path: PlanPath) => TextPosition;
  /** Where the key of that value stands. */
  readonly placeOfKey: (path: PlanPath) => TextPosition;
  /** How the scalar there is written. */
  readonly written: (path: PlanPath) => string | undefined;
  /** For a file named as JSON: the first comment or trailing comma, or the start of whatever else is not strict JSON. */
  readonly notJson?: TextPosition;
}

const pointer = (path: PlanPath): string => JSON.stringify(path);

/** For a text that begins like a comment of JSON where only those of YAML are read. */
export function commentFault(text: string): { readonly expected: string; readonly got: string } | undefined {
  const start = /^(\/\/|\/\*)/.exec(text)?.[0];
  if (start === undefined) return undefined;
  return { expected: 'a comment that begins with #, or a file named .json or .jsonc', got: `a comment that begins with ${start}` };
}

/** What a reader of the file should know of a syntax error: what would do, and what stands there. */
function syntax(error: YAMLError, rest: string): { readonly expected: string; readonly got: string } {
  const comment = commentFault(rest);
  if (comment) return comment;
  switch (error.code) {
    case 'MULTIPLE_DOCS':
      return { expected: 'one document in a file', got: 'a second document after ---' };
    case 'BLOCK_AS_IMPLICIT_KEY':
      return { expected: 'one key and its value in a line, and quotes around a text that contains ": "', got: 'a second ": " in one line' };
    case 'BAD_SCALAR_START':
      return { expected: 'quotes around a text that starts with @, ` or %', got: 'one without quotes' };
    case 'MULTILINE_IMPLICIT_KEY':
      return { expected: '"key: value", with a space after the colon', got: 'a line without such a key' };
    case 'RESOURCE_EXHAUSTION':
      return { expected: `at most ${limits.depth} levels of lists and mappings`, got: 'more' };
    default:
      return { expected: 'YAML or JSON', got: `a syntax error: ${error.message.replace(/\.$/, '')}` };
  }
}

/** So many lines with tabs are named one by one. */
const tabsShown = 5;

/** Whether a line is indented with a tab. Inside of brackets YAML allows that. */
const hasTabIndent = (line: string): boolean => /^ *\t/.test(line);

/** The text with every variable's braces replaced by brackets, which YAML does not take for a mapping: same length, same places. */
const masked = (text: string): string =>
  text.replaceAll(new RegExp(variable, 'g'), (found) => found.replaceAll('{', '(').replaceAll('}', ')'));

/** How JSON with comments is read: by the name of the file, else by its beginning if it is strict but for comments and commas. */
function withoutComments(text: string, file: string): { readonly text: string; readonly isJson: boolean } {
  const isJson = /\.jsonc?$/i.test(file);
  if (!isJson && (/\.ya?ml$/i.test(file) || !/^\s*(\/[/*]|[{[])/.test(text))) return { text, isJson };
  const stripped = stripJsonComments(text);
  return { text: isJson || isStrict(stripJsonComments(text, { trailingCommas: true })) ? stripped : text, isJson };
}

function isStrict(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * Reads a document. Promises never to throw, whatever the text: everything that is wrong becomes a problem. Keys twice,
 * keys that are no text and aliases to nothing leave the rest readable; a syntax error makes the document `broken`.
 */
export function readDocument(input: string, file: string): PlanDocument {
  const problems: PlanProblem[] = [];
  const spots = new Map<string, NodePosition>();
  const text = input.replace(/^\uFEFF/, '');
  const clean = withoutComments(text, file);
  const parsed = masked(clean.text);
  // Counted here and not while parsing: in quotes that are never closed, the parser loses lines.
  const lines = new LineCounter();
  for (let start = 0; start >= 0; start = text.indexOf('\n', start) + 1 || -1) lines.addNewLine(start);
  let broken = false;

  const at = (offset: number): TextPosition => {
    const { line, col } = lines.linePos(Math.min(offset, text.length));
    return { line, column: col };
  };
  const report = (offset: number, path: PlanPath, expected: string, got: string, hint?: string): void => {
    problems.push({ file, ...at(offset), path: pathText(path), expected, got, message: problemMessage(expected, got, hint) });
  };
  const stop = (offset: number, path: PlanPath, expected: string, got: string): undefined => {
    // One such sentence is enough: the next thousand values would say the same.
    if (!broken) report(offset, path, expected, got);
    broken = true;
  };
  /** What the file itself says where the parser read brackets for the braces of a variable. */
  const restored = (value: string, [start, end]: readonly number[]): string => {
    if (parsed === clean.text) return value;
    const variables = clean.text.slice(start, end).match(new RegExp(variable, 'g')) ?? [];
    return variables.reduce((said, name) => said.replaceAll(masked(name), name), value);
  };

  const anchors = new Map<string, ParsedNode>();
  const open = new Set<ParsedNode>();
  let values = 0;

  function decode(node: ParsedNode | null, path: PlanPath, key: number | undefined, expanding: boolean): unknown {
    const offset = node?.range[0] ?? key ?? 0;
    spots.set(pointer(path), { ...(key !== undefined && { key }), value: offset });
    if (broken || node === null) return null;
    values += 1;
    if (values > limits.values) return stop(offset, path, `at most ${count(limits.values, 'value')}`, 'more');
    if (path.length > limits.depth) {
      return stop(offset, path.slice(0, 3), `at most ${limits.depth} levels of lists and mappings`, 'more');
    }
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (!target || open.has(target)) {
        const got = target ? `*${node.source} inside of &${node.source} itself` : `*${node.source}, which nothing above defines`;
        report(offset, path, 'an alias to an anchor (&name) above it', got);
        return null;
      }
      return decode(target, path, key, true);
    }
    // While an alias is followed, its anchors are met again: they must not take a name back from a later anchor.
    if (node.anchor !== undefined && !expanding) anchors.set(node.anchor, node);
    if (node.tag !== undefined && !plainTag.test(node.tag)) {
      report(offset, path, 'a value without a tag', `the tag ${quoted(node.tag)}`, 'nothing is substituted in a plan');
    }
    if (isScalar(node)) return scalar(node, path, key);
    open.add(node);
    const value = isMap(node) ? mapping(node.items, path, expanding) : isSeq(node) ? sequence(node.items, path, expanding) : null;
    open.delete(node);
    return value;
  }

  function scalar(
    node: ParsedNode & { readonly value: unknown; readonly source: string },
    path: PlanPath,
    key: number | undefined,
  ): unknown {
    const { value, source, range } = node;
    const nothing = value === null && source === '';
    spots.set(pointer(path), {
      ...(key !== undefined && { key }),
      value: nothing ? (key ?? range[0]) : range[0],
      source: restored(source, range),
    });
    return typeof value === 'string' ? restored(value, range) : value;
  }

  function sequence(items: readonly (ParsedNode | Pair)[], path: PlanPath, expanding: boolean): unknown[] {
    return items.map((item, i) => decode(item as ParsedNode, [...path, i], undefined, expanding));
  }

  function mapping(items: readonly Pair<ParsedNode, ParsedNode | null>[], path: PlanPath, expanding: boolean): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    const seen = new Set<string>();
    for (const { key: node, value } of items) {
      const key: unknown = isScalar(node) && typeof node.value === 'string' ? restored(node.value, node.range) : scalarOf(node);
      const offset = node?.range?.[0] ?? 0;
      if (typeof key !== 'string') {
        const got = isScalar(node) ? `the key ${foundText(key, String(node.source ?? ''))}` : 'a key that is a list, a mapping or an alias';
        report(offset, path, 'a text as key', got, isScalar(node) && key !== null ? `write it in quotes: '${node.source}'` : undefined);
      } else if (seen.has(key)) {
        report(offset, [...path, key], 'each key once', `the key ${quoted(key)} a second time`);
      } else if (key === '__proto__') {
        report(offset, [...path, key], 'a key of the plan', `the unknown key ${quoted(key)}`);
      } else {
        seen.add(key);
        result[key] = decode(value, [...path, key], offset, expanding);
      }
    }
    return result;
  }

  const spot = (path: PlanPath): NodePosition => {
    for (let n = path.length; n >= 0; n--) {
      const known = spots.get(pointer(path.slice(0, n)));
      if (known) return known;
    }
    return { value: 0 };
  };
  const source = (value: unknown): PlanDocument => ({
    file,
    value,
    problems,
    broken,
    place: (path) => at(spot(path).value),
    placeOfKey: (path) => at(spot(path).key ?? spot(path).value),
    written: (path) => spots.get(pointer(path))?.source,
    ...(clean.isJson &&
      !broken &&
      !isStrict(text) && { notJson: at(firstDifference(text, stripJsonComments(text, { trailingCommas: true }))) }),
  });

  const size = Buffer.byteLength(input);
  if (size > limits.bytes) {
    stop(0, [], `a file of at most ${sizeLimit}`, count(size, 'byte'));
    return source(undefined);
  }
  const nul = text.indexOf('\0');
  if (nul >= 0) {
    stop(nul, [], 'text in UTF-8', 'a NUL byte, as in binary files');
    return source(undefined);
  }
  // The library compares every key with every other; `mapping` finds keys twice in one pass.
  const document = parseDocument(parsed, { prettyErrors: false, schema: 'core', merge: false, uniqueKeys: false });
  reportSyntax([...document.errors, ...document.warnings.filter((w) => w.code !== 'TAG_RESOLVE_FAILED')]);
  broken = document.errors.length > 0;
  if (broken) return source(undefined);
  const root = document.contents;
  const value = root === null ? undefined : decode(root, [], undefined, false);
  return source(broken ? undefined : (value ?? undefined));

  function reportSyntax(errors: readonly YAMLError[]): void {
    const exhausted = errors.filter((e) => e.code === 'RESOURCE_EXHAUSTION');
    const inBrackets = /^\s*[{[]/.test(parsed);
    const lineOf = (offset: number): number => at(offset).line;
    const linesOfText = errors.length > 0 ? parsed.split('\n') : [];
    const tabs = errors.filter((e) => e.code === 'TAB_AS_INDENT' || (!inBrackets && hasTabIndent(linesOfText[lineOf(e.pos[0]) - 1] ?? '')));
    const [tab] = tabs;
    if (tab && exhausted.length === 0) {
      // What follows the first tab is out of place because of it.
      for (const e of errors.filter((e) => !tabs.includes(e) && e.pos[0] < tab.pos[0])) reportError(e);
      const numbers = [...new Set(tabs.map((e) => lineOf(e.pos[0])))];
      const more = numbers.length > tabsShown ? ` in ${numbers.length} lines` : '';
      for (const line of more === '' ? numbers : numbers.slice(0, 1)) {
        const start = lines.lineStarts[line - 1] ?? 0;
        report(start + (linesOfText[line - 1] ?? '').indexOf('\t'), [], 'spaces as indentation', `a tab${more}`, 'indent with spaces');
      }
      return;
    }
    for (const error of exhausted.length > 0 ? exhausted.slice(-1) : errors) reportError(error);
  }

  function reportError(error: YAMLError): void {
    const [offset] = error.pos;
    const { expected, got } = syntax(error, parsed.slice(offset));
    report(offset, [], expected, got);
  }
}

/** The hint for a key that does not exist, if it is close to one that does. */
export function keyHint(key: string, keys: readonly string[]): string | undefined {
  if (key === '<<') return 'merge keys are not read; repeat the keys, or use an alias for a whole value';
  const near = closest(key, keys);
  return near && `did you mean ${near}?`;
}

const scalarOf = (node: ParsedNode | null): unknown => (isScalar(node) ? node.value : undefined);

/** Where two texts of one length differ first; 0 where they do not. */
function firstDifference(a: string, b: string): number {
  let n = 0;
  while (n < a.length && a[n] === b[n]) n++;
  return n < a.length ? n : 0;
}
