/** A plan's text → the plan, or every mistake in it with its place. Reads no file itself. */
import { dirname, isAbsolute, join } from 'node:path';
import type * as z from 'zod';
import type { Plan } from '../core/plan.ts';
import { keyHint, type Place, readDocument, type Source } from './document.ts';
import { closest, foundText, type Path, type Problem, pathText, problemMessage, quote } from './problem.ts';
import { mistakes } from './relations.ts';
import { sayings } from './says.ts';
import { wholePlan } from './schema.ts';

/** Reads the file a plan's `request:` names. The path is as the plan writes it: relative to the plan's own file. */
export type ReadRequest = (path: string) => { readonly ok: true; readonly text: string } | { readonly ok: false; readonly reason: string };

interface ParseOptions {
  /** Name of the plan's file, as messages should show it. */
  readonly file: string;
  readonly readRequest: ReadRequest;
  /** The checks that mutes may name; without it they may name any. */
  readonly checkIds?: readonly string[];
}

export type Parsed = { readonly ok: true; readonly plan: Plan } | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * Parses a plan from YAML or JSON. Promises never to throw, whatever the text, and to tell every mistake at once, each
 * with file, line, column, what was found and what is accepted; mistakes in a request's file with that file's own
 * places. A text without content is the plan of someone who plans nothing. Nothing is substituted from the environment.
 */
export function parsePlan(text: string, { file, readRequest, checkIds }: ParseOptions): Parsed {
  const main = readDocument(text, file);
  if (main.broken) return { ok: false, problems: main.problems };
  const { raw, requests, unread, problems: unreadable } = withRequests(main, readRequest);
  const result = validate(raw);
  const shape = result.ok ? [] : result.mistakes;
  const problems = [
    ...main.problems,
    ...unreadable,
    ...[...requests.values()].flatMap((r) => r.problems),
    ...[...shape, ...mistakes(raw, unread, checkIds)]
      .filter(({ path }) => !(path[2] === 'request' && path[0] === 'clusters' && unread.has(Number(path[1]))))
      .map((m) => located(m, main, requests)),
  ];
  if (result.ok && problems.length === 0) return { ok: true, plan: result.plan };
  return { ok: false, problems: inOrder(problems, file) };
}

interface WithRequests {
  /** The plan's value with every request in its place. */
  readonly raw: unknown;
  /** By position of the cluster: the document its request was read from. */
  readonly requests: ReadonlyMap<number, Source>;
  readonly unread: ReadonlySet<number>;
  readonly problems: readonly Problem[];
}

/** Puts the content of each request's file where the plan has its path. */
function withRequests(main: Source, readRequest: ReadRequest): WithRequests {
  const requests = new Map<number, Source>();
  const unread = new Set<number>();
  const problems: Problem[] = [];
  const root = main.value;
  if (!isMapping(root) || !Array.isArray(root.clusters)) return { raw: root ?? {}, requests, unread, problems };
  const clusters = root.clusters.map((cluster: unknown, i) => {
    if (!isMapping(cluster) || typeof cluster.request !== 'string') return cluster;
    const path = ['clusters', i, 'request'];
    const refuse = (found: string, accepted: string): unknown => {
      unread.add(i);
      problems.push({
        file: main.file,
        ...main.place(path),
        path: pathText(path),
        found,
        accepted,
        message: problemMessage(found, accepted),
      });
      return cluster;
    };
    const accepted = 'the path, from the plan, of a file with a CreateCluster request, or the request itself';
    if (cluster.request.trim() === '') return refuse(quote(cluster.request), accepted);
    const read = readRequest(cluster.request);
    if (!read.ok) return refuse(`${quote(cluster.request)} (${read.reason})`, accepted);
    const name = isAbsolute(cluster.request) ? cluster.request : join(dirname(main.file), cluster.request);
    const request = readDocument(read.text, name);
    requests.set(i, request);
    if (request.broken) unread.add(i);
    else if (!isMapping(request.value)) {
      unread.add(i);
      const found = foundText(request.value);
      const accepted = 'a CreateCluster request, a mapping with ClusterName, InstanceGroups and so on';
      problems.push({ file: name, ...request.place([]), path: '', found, accepted, message: problemMessage(found, accepted) });
    }
    return { ...cluster, request: request.value };
  });
  return { raw: { ...root, clusters }, requests, unread, problems };
}

const isMapping = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A mistake found by the schema or between parts: as `mistakes` tells them, `found` in words or still to be told from the value. */
interface Told {
  readonly path: Path;
  readonly atKey?: boolean;
  readonly found: string | { readonly value: unknown };
  readonly accepted: string;
  readonly hint?: string | undefined;
}

/** What the schema knows of an issue while it raises it, and no longer afterwards. */
interface Raised {
  readonly value: unknown;
  readonly accepted: string;
  readonly hint?: string | undefined;
  readonly keys: readonly string[];
}

function validate(raw: unknown): { readonly ok: true; readonly plan: Plan } | { readonly ok: false; readonly mistakes: readonly Told[] } {
  const raised: Raised[] = [];
  const result = wholePlan.safeParse(raw, {
    // The message is a number: the place of what else there is to say.
    error: (issue) => String(raised.push(raise(issue)) - 1),
  });
  if (!result.success) return { ok: false, mistakes: result.error.issues.flatMap((issue) => told(issue as z.core.$ZodIssue, [], raised)) };
  const { clusters, mutes, alerts, ...rest } = result.data;
  return { ok: true, plan: { ...rest, clusters: clusters ?? [], mutes: mutes ?? [], alerts: alerts ?? {} } };
}

function raise(issue: z.core.$ZodRawIssue): Raised {
  const schema = issue.schema ?? (issue.inst as z.core.$ZodType | undefined);
  const { accepted, hint } = sayings(schema);
  const value = issue.input;
  const def = schema?._zod.def;
  const keys = def?.type === 'object' ? Object.keys((def as z.core.$ZodObjectDef).shape) : [];
  return { value, accepted: accepted ?? 'something else', hint: hint?.(value) ?? kindHint(issue), keys };
}

/** What to do about a value of the wrong kind. */
function kindHint(issue: z.core.$ZodRawIssue): string | undefined {
  const { input } = issue;
  if (typeof input === 'string' && input.includes('${')) return 'nothing is substituted in a plan';
  if (issue.code !== 'invalid_type') return undefined;
  const scalar = ['string', 'number', 'boolean'].includes(typeof input);
  if (issue.expected === 'string' && scalar) return 'write it in quotes';
  if (issue.expected === 'array' && scalar) return 'write it as a list, [ … ]';
  if (issue.expected === 'boolean' && /^(yes|on|no|off|true|false)$/i.test(String(input)))
    return `write ${/^(yes|on|true)$/i.test(String(input)) ? 'true' : 'false'}, without quotes`;
  if (['number', 'int'].includes(issue.expected) && typeof input === 'string' && /^\d{1,9}$/.test(input)) return 'write it without quotes';
  return undefined;
}

function told(issue: z.core.$ZodIssue, above: Path, raised: readonly Raised[]): readonly Told[] {
  const path = [...above, ...issue.path.map((p) => (typeof p === 'number' ? p : String(p)))];
  const { value, accepted, hint, keys } = raised[Number(issue.message)] ?? { value: issue.input, accepted: issue.message, keys: [] };
  if (issue.code === 'unrecognized_keys') {
    const allowed = keys.length > 0 ? `the keys ${keys.join(', ')}` : 'no keys';
    return issue.keys.map((key) => {
      const near = keyHint(key, keys);
      return {
        path: [...path, key],
        atKey: true,
        found: `the unknown key ${quote(key)}`,
        accepted: near ? shorter(keys, allowed) : allowed,
        hint: near,
      };
    });
  }
  if (issue.code === 'invalid_key') {
    const inner = raised[Number(issue.issues[0]?.message)];
    return [{ path, atKey: true, found: `the key ${quote(String(path.at(-1)))}`, accepted: inner?.accepted ?? accepted }];
  }
  if (issue.code === 'invalid_union') {
    // One branch took the value for its own kind: what it says of the parts is more than "none of the kinds".
    const own = issue.errors.filter((errors) =>
      errors.every((e) => e.path.length > 0 || !['invalid_type', 'invalid_value'].includes(e.code)),
    );
    if (own.length === 1) return (own[0] ?? []).flatMap((inner) => told(inner, path, raised));
    return [{ path, found: { value }, accepted, hint: hint ?? unionHint(issue, value) }];
  }
  return [{ path, found: { value }, accepted, hint }];
}

/** With a suggestion at hand nobody needs twenty keys listed. */
const shorter = (keys: readonly string[], all: string): string => (keys.length > 10 ? `one of ${keys.length} keys` : all);

function unionHint(issue: z.core.$ZodIssueInvalidUnion, value: unknown): string | undefined {
  const inner = issue.errors.flat().filter((e) => e.path.length === 0);
  const words = inner.flatMap((e) => (e.code === 'invalid_value' ? e.values.map(String) : []));
  const near = typeof value === 'string' ? closest(value, words) : undefined;
  if (near) return `did you mean ${near}?`;
  const scalar = ['string', 'number'].includes(typeof value);
  return scalar && inner.some((e) => e.code === 'invalid_type' && e.expected === 'array') ? 'write it as a list, [ … ]' : undefined;
}

/** Gives a mistake its place: in the plan, or in the file its request came from. */
function located(mistake: Told, main: Source, requests: ReadonlyMap<number, Source>): Problem {
  const [top, i, member] = mistake.path;
  const request = top === 'clusters' && member === 'request' ? requests.get(Number(i)) : undefined;
  const source = request ?? main;
  const path = request ? mistake.path.slice(3) : mistake.path;
  const place: Place = mistake.atKey ? source.placeOfKey(path) : source.place(path);
  const found = typeof mistake.found === 'string' ? mistake.found : foundText(mistake.found.value, source.written(path));
  const { accepted, hint } = mistake;
  return { file: source.file, ...place, path: pathText(path), found, accepted, message: problemMessage(found, accepted, hint) };
}

/**
 * The plan's own first, then file by file, each from top to bottom. One sentence for one value: the first, since what
 * cannot be read has no shape, and what is not of the right shape needs no second sentence on what it does not fit with.
 */
function inOrder(problems: readonly Problem[], main: string): readonly Problem[] {
  const files = [main, ...new Set(problems.map((p) => p.file).filter((f) => f !== main))];
  const once = new Map(problems.toReversed().map((p) => [JSON.stringify([p.file, p.line, p.column, p.path]), p]));
  return [...once.values()]
    .toReversed()
    .toSorted((a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line || a.column - b.column);
}
