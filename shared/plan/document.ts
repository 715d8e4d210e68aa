/** Text (YAML, and so JSON) → plain values, each with the place where it stands. */
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Pair, type ParsedNode, parseDocument, type YAMLError } from 'yaml';
import { closest, foundText, type Path, type Problem, pathText, problemMessage, quote } from './problem.ts';

/** More than any plan needs; a bomb of aliases is stopped here, and so is a file that is not a plan at all. */
const limits = { characters: 1_048_576, values: 100_000, depth: 40 };

/** Tags that say no more than what a value is anyhow. */
const plainTag = /^tag:yaml\.org,2002:(str|int|float|bool|null|map|seq)$/;

interface Spot {
  readonly key?: number;
  readonly value: number;
  /** How a scalar was written. */
  readonly source?: string;
}

export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface Source {
  readonly file: string;
  /** Plain JSON; `undefined` for a file without content. */
  readonly value: unknown;
  /** What is wrong with it as a document: syntax, keys twice, aliases to nothing. */
  readonly problems: readonly Problem[];
  /** Its structure could not be made out, so its value means nothing. */
  readonly broken: boolean;
  /** Where the value stands; where it is missing, the mapping or list that lacks it. */
  readonly place: (path: Path) => Place;
  /** Where the key of that value stands. */
  readonly placeOfKey: (path: Path) => Place;
  /** How the scalar there is written. */
  readonly written: (path: Path) => string | undefined;
}

const pointer = (path: Path): string => JSON.stringify(path);

/** What a reader of the file should know of a syntax error: what stands there and what would do. */
function syntax(error: YAMLError): { readonly found: string; readonly accepted: string } {
  switch (error.code) {
    case 'TAB_AS_INDENT':
      return { found: 'a tab as indentation', accepted: 'spaces' };
    case 'MULTIPLE_DOCS':
      return { found: 'a second document after ---', accepted: 'one document in a file' };
    case 'BLOCK_AS_IMPLICIT_KEY':
      return { found: 'a second ": " in one line', accepted: 'one key and its value in a line; a text that contains ": " in quotes' };
    case 'BAD_SCALAR_START':
      return { found: 'a text that starts with @, ` or %', accepted: 'such a text in quotes' };
    case 'MULTILINE_IMPLICIT_KEY':
      return { found: 'a line that is no key with its value', accepted: '"key: value", with a space after the colon' };
    case 'RESOURCE_EXHAUSTION':
      return { found: 'lists and mappings nested too deeply to read', accepted: `at most ${limits.depth} levels` };
    default:
      return { found: `text that is no YAML: ${error.message.replace(/\.$/, '')}`, accepted: 'YAML or JSON' };
  }
}

/**
 * Reads a document. Promises never to throw, whatever the text: everything that is wrong becomes a problem. Keys twice,
 * keys that are no text and aliases to nothing leave the rest readable; a syntax error makes the document `broken`.
 */
export function readDocument(input: string, file: string): Source {
  const problems: Problem[] = [];
  const spots = new Map<string, Spot>();
  const text = input.replace(/^\uFEFF/, '');
  // Counted here and not while parsing: in quotes that are never closed, the parser loses lines.
  const lines = new LineCounter();
  for (let start = 0; start >= 0; start = text.indexOf('\n', start) + 1 || -1) lines.addNewLine(start);
  let broken = false;

  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(Math.min(offset, text.length));
    return { line, column: col };
  };
  const report = (offset: number, path: Path, found: string, accepted: string, hint?: string): void => {
    problems.push({ file, ...at(offset), path: pathText(path), found, accepted, message: problemMessage(found, accepted, hint) });
  };
  const stop = (offset: number, path: Path, found: string, accepted: string): undefined => {
    // One such sentence is enough: the next thousand values would say the same.
    if (!broken) report(offset, path, found, accepted);
    broken = true;
  };

  const anchors = new Map<string, ParsedNode>();
  const open = new Set<ParsedNode>();
  let values = 0;

  function decode(node: ParsedNode | null, path: Path, key: number | undefined, expanding: boolean): unknown {
    const offset = node?.range[0] ?? key ?? 0;
    spots.set(pointer(path), { ...(key !== undefined && { key }), value: offset });
    if (broken || node === null) return null;
    values += 1;
    if (values > limits.values) return stop(offset, path, `more than ${limits.values} values`, 'a plan of bearable size');
    if (path.length > limits.depth) {
      return stop(offset, path.slice(0, 3), 'lists and mappings nested too deeply to read', `at most ${limits.depth} levels`);
    }
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (!target || open.has(target)) {
        const found = target ? `*${node.source} inside of &${node.source} itself` : `*${node.source}, which nothing above defines`;
        report(offset, path, found, 'an alias to an anchor (&name) above it');
        return null;
      }
      return decode(target, path, key, true);
    }
    // While an alias is followed, its anchors are met again: they must not take a name back from a later anchor.
    if (node.anchor !== undefined && !expanding) anchors.set(node.anchor, node);
    if (node.tag !== undefined && !plainTag.test(node.tag)) {
      report(offset, path, `the tag ${quote(node.tag)}`, 'a value without a tag; nothing is substituted in a plan');
    }
    if (isScalar(node)) return scalar(node, path, key);
    open.add(node);
    const value = isMap(node) ? mapping(node.items, path, expanding) : isSeq(node) ? sequence(node.items, path, expanding) : null;
    open.delete(node);
    return value;
  }

  function scalar(node: ParsedNode & { readonly value: unknown; readonly source: string }, path: Path, key: number | undefined): unknown {
    const { value, source, range } = node;
    const nothing = value === null && source === '';
    spots.set(pointer(path), { ...(key !== undefined && { key }), value: nothing ? (key ?? range[0]) : range[0], source });
    return value;
  }

  function sequence(items: readonly (ParsedNode | Pair)[], path: Path, expanding: boolean): unknown[] {
    return items.map((item, i) => decode(item as ParsedNode, [...path, i], undefined, expanding));
  }

  function mapping(items: readonly Pair<ParsedNode, ParsedNode | null>[], path: Path, expanding: boolean): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    const seen = new Set<string>();
    for (const { key: node, value } of items) {
      const key: unknown = isScalar(node) ? node.value : undefined;
      const offset = node?.range?.[0] ?? 0;
      if (typeof key !== 'string') {
        const found = isScalar(node)
          ? `the key ${foundText(key, String(node.source ?? ''))}`
          : 'a key that is a list, a mapping or an alias';
        report(offset, path, found, 'a text as key', isScalar(node) && key !== null ? `write it in quotes: '${node.source}'` : undefined);
      } else if (seen.has(key)) {
        report(offset, [...path, key], `the key ${quote(key)} a second time`, 'each key once');
      } else if (key === '__proto__') {
        report(offset, [...path, key], `the unknown key ${quote(key)}`, 'the keys of the reference');
      } else {
        seen.add(key);
        result[key] = decode(value, [...path, key], offset, expanding);
      }
    }
    return result;
  }

  const spot = (path: Path): Spot => {
    for (let n = path.length; n >= 0; n--) {
      const known = spots.get(pointer(path.slice(0, n)));
      if (known) return known;
    }
    return { value: 0 };
  };
  const source = (value: unknown): Source => ({
    file,
    value,
    problems,
    broken,
    place: (path) => at(spot(path).value),
    placeOfKey: (path) => at(spot(path).key ?? spot(path).value),
    written: (path) => spots.get(pointer(path))?.source,
  });

  if (text.length > limits.characters) {
    stop(0, [], `${text.length} characters`, `at most ${limits.characters}`);
    return source(undefined);
  }
  // The library compares every key with every other; `mapping` finds keys twice in one pass.
  const document = parseDocument(text, { prettyErrors: false, schema: 'core', merge: false, uniqueKeys: false });
  const errors = [...document.errors, ...document.warnings.filter((w) => w.code !== 'TAG_RESOLVE_FAILED')];
  const exhausted = errors.filter((e) => e.code === 'RESOURCE_EXHAUSTION');
  for (const error of exhausted.length > 0 ? exhausted.slice(-1) : errors) {
    const { found, accepted } = syntax(error);
    report(error.pos[0], [], found, accepted);
  }
  broken = document.errors.length > 0;
  if (broken) return source(undefined);
  const root = document.contents;
  const value = root === null ? undefined : decode(root, [], undefined, false);
  return source(broken ? undefined : (value ?? undefined));
}

/** The hint for a key that does not exist, if it is close to one that does. */
export function keyHint(key: string, keys: readonly string[]): string | undefined {
  if (key === '<<') return 'merge keys are not read; repeat the keys, or use an alias for a whole value';
  const near = closest(key, keys);
  return near && `did you mean ${near}?`;
}
