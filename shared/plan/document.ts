/** Text (YAML, and so JSON; JSON with comments) → plain values, each with the place where it stands. */
import stripJsonComments from 'strip-json-comments';
import { isAlias, isMap, isScalar, isSeq, type Pair, type ParsedNode, parseDocument } from 'yaml';
import { type PlanPath, quoted } from '../core/plan/plan-path.ts';
import { variable } from '../core/plan/plan-warning.ts';
import { count } from '../core/render/words.ts';
import { closest } from '../core/text/suggestion.ts';
import { reportSyntax } from './document-syntax.ts';
import { foundText, type PlanProblem } from './problem.ts';
import { limits, ProblemReport, sizeLimit, type TextPosition } from './problem-report.ts';

/** Tags that say no more than what a value is anyhow. */
const plainTag = /^tag:yaml\.org,2002:(str|int|float|bool|null|map|seq)$/;

interface NodePosition {
  readonly key?: number;
  readonly value: number;
  /** How a scalar was written. */
  readonly source?: string;
}

export interface PlanDocument {
  readonly file: string;
  /** Plain JSON; `undefined` for a file without content. */
  readonly value: unknown;
  /** What is wrong with it as a document: syntax, keys twice, aliases to nothing. */
  readonly problems: readonly PlanProblem[];
  /** Its structure could not be made out, so its value means nothing. */
  readonly broken: boolean;
  /** Where the value stands; where it is missing, the mapping or list that should contain it. */
  readonly place: (path: PlanPath) => TextPosition;
  /** Where the key of that value stands. */
  readonly placeOfKey: (path: PlanPath) => TextPosition;
  /** How the scalar there is written. */
  readonly written: (path: PlanPath) => string | undefined;
  /** For a file named as JSON: the first comment or trailing comma, or the start of anything else that is not strict JSON. */
  readonly notJson?: TextPosition;
}

const pointer = (path: PlanPath): string => JSON.stringify(path);

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

/** Makes plain values of the nodes of a document, and notes where each of them stands. */
class Decoder {
  readonly #report: ProblemReport;
  readonly #clean: string;
  readonly #parsed: string;
  readonly #positions = new Map<string, NodePosition>();
  readonly #anchors = new Map<string, ParsedNode>();
  readonly #open = new Set<ParsedNode>();
  #values = 0;

  /** `clean`: the text; `parsed`: the same with its variables masked. */
  constructor(report: ProblemReport, clean: string, parsed: string) {
    this.#report = report;
    this.#clean = clean;
    this.#parsed = parsed;
  }

  /** The position of the value at a path, or of the mapping or list that should contain it. */
  position(path: PlanPath): NodePosition {
    for (let n = path.length; n >= 0; n--) {
      const known = this.#positions.get(pointer(path.slice(0, n)));
      if (known) return known;
    }
    return { value: 0 };
  }

  written(path: PlanPath): string | undefined {
    return this.#positions.get(pointer(path))?.source;
  }

  decode(node: ParsedNode | null, path: PlanPath, key: number | undefined, expanding: boolean): unknown {
    const report = this.#report;
    const offset = node?.range[0] ?? key ?? 0;
    this.#positions.set(pointer(path), { ...(key !== undefined && { key }), value: offset });
    if (report.broken || node === null) return null;
    this.#values += 1;
    if (this.#values > limits.values) return report.stop(offset, path, `at most ${count(limits.values, 'value')}`, 'more');
    if (path.length > limits.depth)
      return report.stop(offset, path.slice(0, 3), `at most ${limits.depth} levels of lists and mappings`, 'more');
    if (isAlias(node)) return this.#alias(node.source, offset, path, key);
    // While an alias is followed, its anchors are met again: they must not take a name back from a later anchor.
    if (node.anchor !== undefined && !expanding) this.#anchors.set(node.anchor, node);
    if (node.tag !== undefined && !plainTag.test(node.tag))
      report.report(offset, path, 'a value without a tag', `the tag ${quoted(node.tag)}`, 'nothing is substituted in a plan');
    if (isScalar(node)) return this.#scalar(node, path, key);
    this.#open.add(node);
    const value = isMap(node)
      ? this.#mapping(node.items, path, expanding)
      : isSeq(node)
        ? node.items.map((item, i) => this.decode(item as ParsedNode, [...path, i], undefined, expanding))
        : null;
    this.#open.delete(node);
    return value;
  }

  #alias(name: string, offset: number, path: PlanPath, key: number | undefined): unknown {
    const target = this.#anchors.get(name);
    if (target && !this.#open.has(target)) return this.decode(target, path, key, true);
    const got = target ? `*${name} inside of &${name} itself` : `*${name}, which nothing above defines`;
    this.#report.report(offset, path, 'an alias to an anchor (&name) above it', got);
    return null;
  }

  #scalar(node: ParsedNode & { readonly value: unknown; readonly source: string }, path: PlanPath, key: number | undefined): unknown {
    const { value, source, range } = node;
    const nothing = value === null && source === '';
    this.#positions.set(pointer(path), {
      ...(key !== undefined && { key }),
      value: nothing ? (key ?? range[0]) : range[0],
      source: this.#restored(source, range),
    });
    return typeof value === 'string' ? this.#restored(value, range) : value;
  }

  #mapping(items: readonly Pair<ParsedNode, ParsedNode | null>[], path: PlanPath, expanding: boolean): Record<string, unknown> {
    const problems = this.#report;
    const result: Record<string, unknown> = {};
    const seen = new Set<string>();
    for (const { key: node, value } of items) {
      const key: unknown = isScalar(node) && typeof node.value === 'string' ? this.#restored(node.value, node.range) : scalarOf(node);
      const offset = node?.range?.[0] ?? 0;
      if (typeof key !== 'string') {
        const got = isScalar(node) ? `the key ${foundText(key, String(node.source ?? ''))}` : 'a key that is a list, a mapping or an alias';
        problems.report(
          offset,
          path,
          'a text as key',
          got,
          isScalar(node) && key !== null ? `write it in quotes: '${node.source}'` : undefined,
        );
      } else if (seen.has(key)) {
        problems.report(offset, [...path, key], 'each key once', `the key ${quoted(key)} a second time`);
      } else if (key === '__proto__') {
        problems.report(offset, [...path, key], 'a key of the plan', `the unknown key ${quoted(key)}`);
      } else {
        seen.add(key);
        result[key] = this.decode(value, [...path, key], offset, expanding);
      }
    }
    return result;
  }

  /** What the file itself says where the parser read brackets for the braces of a variable. */
  #restored(value: string, [start, end]: readonly number[]): string {
    if (this.#parsed === this.#clean) return value;
    const variables = this.#clean.slice(start, end).match(new RegExp(variable, 'g')) ?? [];
    return variables.reduce((text, name) => text.replaceAll(masked(name), name), value);
  }
}

/** The value of a text that may hold a document; `undefined` where it is broken. */
function decodedText(text: string, size: number, parsed: string, report: ProblemReport, decoder: Decoder): unknown {
  if (size > limits.bytes) return report.stop(0, [], `a file of at most ${sizeLimit}`, count(size, 'byte'));
  const nul = text.indexOf('\0');
  if (nul >= 0) return report.stop(nul, [], 'text in UTF-8', 'a NUL byte, as in binary files');
  // The library compares every key with every other; the decoder finds keys twice in one pass.
  const document = parseDocument(parsed, { prettyErrors: false, schema: 'core', merge: false, uniqueKeys: false });
  reportSyntax([...document.errors, ...document.warnings.filter((w) => w.code !== 'TAG_RESOLVE_FAILED')], parsed, report);
  report.broken = document.errors.length > 0;
  if (report.broken || document.contents === null) return undefined;
  const value = decoder.decode(document.contents, [], undefined, false);
  return report.broken ? undefined : (value ?? undefined);
}

/**
 * Reads a document. Never throws, for any text: everything that is wrong becomes a problem. Keys twice,
 * keys that are no text and aliases to nothing leave the rest readable; a syntax error makes the document `broken`.
 */
export function readDocument(input: string, file: string): PlanDocument {
  const text = input.replace(/^\uFEFF/, '');
  const clean = withoutComments(text, file);
  const parsed = masked(clean.text);
  const report = new ProblemReport(file, text);
  const decoder = new Decoder(report, clean.text, parsed);
  const value = decodedText(text, Buffer.byteLength(input), parsed, report, decoder);
  const isLenient = clean.isJson && !report.broken && !isStrict(text);
  return {
    file,
    value,
    problems: report.problems,
    broken: report.broken,
    place: (path) => report.at(decoder.position(path).value),
    placeOfKey: (path) => report.at(decoder.position(path).key ?? decoder.position(path).value),
    written: (path) => decoder.written(path),
    ...(isLenient && { notJson: report.at(firstDifference(text, stripJsonComments(text, { trailingCommas: true }))) }),
  };
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
