/** From the text of a snapshot file to facts that can be evaluated, or to the first thing that is wrong with it. */
import type * as z from 'zod';
import type { Snapshot } from '../core/evaluation/facts.ts';
import { factSchemas, snapshotFile } from './schema.ts';

export type ParsedSnapshots =
  | { readonly ok: true; readonly snapshots: readonly Snapshot[] }
  /** A sentence that names the place in the file, what was expected there and what was found. */
  | { readonly ok: false; readonly message: string };

/** `snapshots[0].facts.subnets.value[3].freeIpv4`; a key that is no plain word is quoted. */
const locationOf = (path: readonly PropertyKey[]): string =>
  path
    .map((part, n) => {
      if (typeof part === 'number') return `[${part}]`;
      const name = String(part);
      return /^\w+$/.test(name) ? `${n === 0 ? '' : '.'}${name}` : `[${JSON.stringify(name)}]`;
    })
    .join('') || 'the file';

function valueAt(json: unknown, path: readonly PropertyKey[]): unknown {
  let value = json;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as { readonly [key: PropertyKey]: unknown })[part];
  }
  return value;
}

const longestShown = 60;
/** What was found, short. */
function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = JSON.stringify(value);
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text;
}

const typeNames: { readonly [type: string]: string } = {
  array: 'a list',
  boolean: 'true or false',
  int: 'a whole number',
  number: 'a number',
  object: 'an object',
  record: 'an object',
  string: 'a text',
};

/** What the schema expected at an issue. */
function expectedBy(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${typeNames[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `expected ${issue.values.length === 1 ? '' : 'one of '}${issue.values.map((v) => JSON.stringify(v)).join(', ')}`;
    case 'too_small':
      return issue.origin === 'string' ? 'expected a text that is not empty' : `expected a number of at least ${issue.minimum}`;
    case 'too_big':
      return issue.origin === 'string' ? `expected at most ${issue.maximum} characters` : `expected a number of at most ${issue.maximum}`;
    case 'invalid_format':
      return issue.format === 'datetime' ? 'expected a time such as 2026-11-24T08:00:00Z' : issue.message;
    case 'invalid_union':
      return issue.path.at(-1) === 'ok' ? 'expected true or false' : issue.message;
    default:
      return issue.message;
  }
}

/** The first issue as a sentence, without the file. */
function sentenceOf(issue: z.core.$ZodIssue, json: unknown): string {
  if (issue.code === 'unrecognized_keys')
    return `${locationOf(issue.path)}: unknown member ${issue.keys.map((k) => JSON.stringify(k)).join(', ')}`;
  return `${locationOf(issue.path)}: ${expectedBy(issue)}, got ${shown(valueAt(json, issue.path))}`;
}

/** The version that wrote a file, as far as the file says it. */
function writtenBy(json: unknown): string | undefined {
  const version = valueAt(json, ['tool', 'version']);
  return typeof version === 'string' ? version.slice(0, longestShown) : undefined;
}

/** The first fact that is missing from a snapshot: an older version wrote it. */
function missingFact(json: unknown): { readonly fact: string; readonly index: number } | undefined {
  const snapshots = valueAt(json, ['snapshots']);
  if (!Array.isArray(snapshots)) return undefined;
  for (const [index, one] of snapshots.entries()) {
    const facts = valueAt(one, ['facts']);
    if (typeof facts !== 'object' || facts === null) continue;
    const fact = Object.keys(factSchemas).find((name) => !Object.hasOwn(facts, name));
    if (fact !== undefined) return { fact, index };
  }
  return undefined;
}

/** `account 111122223333 in us-west-2` where two snapshots are of one place. */
function duplicateOf(snapshots: readonly Snapshot[]): string | undefined {
  const seen = new Set<string>();
  for (const [n, { account, region }] of snapshots.entries()) {
    const place = `${account} ${region}`;
    if (seen.has(place)) return `snapshots[${n}]: expected each place once, got account ${account} in ${region} again`;
    seen.add(place);
  }
  return undefined;
}

/**
 * Parses the text of a snapshot file completely. `version`: this version, named where the file is of another one. The
 * snapshots that it returns have the types of `core/evaluation/facts.ts`, regardless of who wrote the file.
 */
export function parseSnapshots(text: string, { file, version }: { readonly file: string; readonly version: string }): ParsedSnapshots {
  const refuse = (why: string): ParsedSnapshots => ({ ok: false, message: `${file} is not a valid snapshot: ${why}.` });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return refuse(`it is not JSON (${error instanceof Error ? error.message : String(error)})`);
  }
  // zod leaves this key out of what it returns, and then less would be evaluated than the file says.
  if (text.includes('"__proto__"')) return refuse('expected no member "__proto__", got one');
  const parsed = snapshotFile.safeParse(json);
  if (parsed.success) {
    const duplicate = duplicateOf(parsed.data.snapshots);
    return duplicate === undefined ? { ok: true, snapshots: parsed.data.snapshots } : refuse(duplicate);
  }
  const author = writtenBy(json);
  const other = author !== undefined && author !== version ? ` (version ${author} wrote it, this is ${version}: collect it again)` : '';
  const missing = missingFact(json);
  if (missing) return refuse(`snapshots[${missing.index}].facts: expected the fact ${missing.fact}, got nothing${other}`);
  const [issue] = parsed.error.issues;
  return refuse(`${issue ? sentenceOf(issue, json) : 'it has another shape'}${other}`);
}
