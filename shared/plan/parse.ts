/** A plan's text → the plan, or every mistake in it with its place. Reads no file itself. */
import { dirname, isAbsolute, join } from 'node:path';
import type * as z from 'zod';
import type { Warning } from '../core/evaluation/finding.ts';
import type { Plan } from '../core/plan/plan.ts';
import { type PlanPath, pathText, quoted } from '../core/plan/plan-path.ts';
import { type PlanWarning, variable } from '../core/plan/plan-warning.ts';
import { closest } from '../core/text/suggestion.ts';
import { mistakes, type PlanMistake } from './cross-references.ts';
import { sayings } from './described-schema.ts';
import { keyHint, type PlanDocument, readDocument } from './document.ts';
import { commentFault } from './document-syntax.ts';
import { foundText, type PlanProblem, problemMessage } from './problem.ts';
import { wholePlan } from './schema.ts';
import { unknownParts } from './unknown-members.ts';

/** Reads the file a plan's `request:` names. The path is as the plan writes it: relative to the plan's own file. */
export type ReadRequest = (path: string) => { readonly ok: true; readonly text: string } | { readonly ok: false; readonly reason: string };

interface ParseOptions {
  /** Name of the plan's file, as messages should show it. */
  readonly file: string;
  readonly readRequest: ReadRequest;
  /** The checks that mutes may name; without it they may name any. */
  readonly checkIds?: readonly string[];
}

/** A plan, and what is known of the files it was read from. */
export interface PlanSource {
  readonly plan: Plan;
  /**
   * Gives warnings of the plan their file, line and column, and adds what only the files show: words this version does not
   * know, and requests that are not strict JSON. The plan's own first, then file by file, each from top to bottom.
   */
  readonly locate: (warnings: readonly PlanWarning[]) => readonly Warning[];
  /** Where a value is written: in the plan, or in the file of a request. */
  readonly placeOf: (path: PlanPath) => PlanPlace;
}

export type PlanPlace = Pick<PlanProblem, 'file' | 'line' | 'column'>;

export type ParsedPlan = ({ readonly ok: true } & PlanSource) | { readonly ok: false; readonly problems: readonly PlanProblem[] };

/**
 * Parses a plan from YAML, JSON, or (by the file's name) JSON with comments. Never throws, for any text,
 * and to report every mistake at once, each with file, line, column, what was expected and what is there; mistakes in a
 * request's file with that file's own places. A text without content is the plan of someone who plans nothing. Nothing is
 * substituted from the environment.
 */
export function parsePlan(text: string, { file, readRequest, checkIds }: ParseOptions): ParsedPlan {
  const main = readDocument(text, file);
  if (main.broken) return { ok: false, problems: main.problems };
  const { raw, requests, unread, problems: unreadable } = withRequests(main, readRequest);
  const result = validate(raw);
  const unknown = unknownParts(raw);
  const shape = result.ok ? [] : result.mistakes;
  const problems = [
    ...main.problems,
    ...unreadable,
    ...[...new Set(requests.values())].flatMap((r) => r.problems),
    ...[...shape, ...unknown.mistakes, ...mistakes(raw, unread, checkIds)]
      .filter(({ path }) => !(path[2] === 'request' && path[0] === 'clusters' && unread.has(Number(path[1]))))
      .map((m) => located(m, main, requests)),
  ];
  if (!result.ok || problems.length > 0) return { ok: false, problems: inOrder(problems, file) };
  const plan = withUnknownParts(result.plan, unknown.warnings);
  const ofFiles = [...unknown.warnings, ...notJson(plan, requests)];
  const locate = (warnings: readonly PlanWarning[]): readonly Warning[] => {
    const all = [...warnings, ...ofFiles].map(({ code, message, ...at }) => ({
      code,
      message,
      ...placed(at, main, requests),
      ...at.place,
    }));
    return byPlace(all, file);
  };
  const placeOf = (path: PlanPath): PlanPlace => {
    const { file: of, line, column } = placed({ path }, main, requests);
    return { file: of, line, column };
  };
  return { ok: true, plan, locate, placeOf };
}

/** The plan whose clusters name the parts of their requests that are not evaluated. */
function withUnknownParts(plan: Plan, warnings: readonly PlanWarning[]): Plan {
  const paths = Map.groupBy(warnings, ({ path }) => path[1]);
  const clusters = plan.clusters.map((cluster, i) => {
    const unknown = paths.get(i);
    return unknown ? { ...cluster, unknownParts: unknown.map(({ path }) => pathText(path.slice(3))) } : cluster;
  });
  return { ...plan, clusters };
}

/** Requests that this parser reads and the AWS CLI does not. */
function notJson(plan: Plan, requests: ReadonlyMap<number, PlanDocument>): readonly PlanWarning[] {
  return plan.clusters.flatMap((_, i): PlanWarning[] => {
    const request = requests.get(i);
    if (request?.notJson === undefined) return [];
    const message =
      'expected strict JSON, got comments, trailing commas or other additions. `aws sagemaker create-cluster --cli-input-json` refuses them.';
    return [{ code: 'request-not-json', message, path: ['clusters', i, 'request'], place: request.notJson }];
  });
}

interface WithRequests {
  /** The plan's value with every request in its place. */
  readonly raw: unknown;
  /** By position of the cluster: the document its request was read from. */
  readonly requests: ReadonlyMap<number, PlanDocument>;
  readonly unread: ReadonlySet<number>;
  readonly problems: readonly PlanProblem[];
}

/** Puts the content of each request's file where the plan has its path. */
function withRequests(main: PlanDocument, readRequest: ReadRequest): WithRequests {
  const requests = new Map<number, PlanDocument>();
  const files = new Map<string, PlanDocument | string>();
  const unread = new Set<number>();
  const problems: PlanProblem[] = [];
  const root = main.value;
  if (!isMapping(root) || !Array.isArray(root.clusters)) return { raw: root ?? {}, requests, unread, problems };
  const clusters = root.clusters.map((cluster: unknown, i) => {
    if (!isMapping(cluster) || typeof cluster.request !== 'string') return cluster;
    const path = ['clusters', i, 'request'];
    const refuse = (got: string, hint?: string): unknown => {
      unread.add(i);
      const expected = 'the path, from the plan, of a file with a CreateCluster request, or the request itself';
      const place = { file: main.file, ...main.place(path), path: pathText(path) };
      problems.push({ ...place, expected, got, message: problemMessage(expected, got, hint) });
      return cluster;
    };
    if (cluster.request.trim() === '') return refuse(quoted(cluster.request));
    const request = files.get(cluster.request) ?? documentOf(cluster.request, main, readRequest);
    // Clusters of one file share what was read of it, however many they are.
    files.set(cluster.request, request);
    if (typeof request === 'string') return refuse(`${quoted(cluster.request)} (${request})`, variableHint(cluster.request));
    requests.set(i, request);
    if (request.broken) unread.add(i);
    else if (!isMapping(request.value)) {
      unread.add(i);
      const got = foundText(request.value);
      const expected = 'a CreateCluster request, a mapping with ClusterName, InstanceGroups and so on';
      problems.push({ file: request.file, ...request.place([]), path: '', expected, got, message: problemMessage(expected, got) });
    }
    return { ...cluster, request: request.value };
  });
  return { raw: { ...root, clusters }, requests, unread, problems };
}

/** The document of a request's file; a text says why it could not be read. */
function documentOf(path: string, main: PlanDocument, readRequest: ReadRequest): PlanDocument | string {
  const read = readRequest(path);
  return read.ok ? readDocument(read.text, isAbsolute(path) ? path : join(dirname(main.file), path)) : read.reason;
}

const isMapping = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A mistake found by the schema, where `got` may be a value that is still to be put into words. */
interface SchemaMistake extends Omit<PlanMistake, 'got'> {
  readonly got: string | { readonly value: unknown };
}

/** What the schema knows of an issue while it raises it, and no longer afterwards. */
interface RaisedIssue {
  readonly value: unknown;
  readonly accepted: string;
  readonly hint?: string | undefined;
  readonly keys: readonly string[];
}

function validate(
  raw: unknown,
): { readonly ok: true; readonly plan: Plan } | { readonly ok: false; readonly mistakes: readonly SchemaMistake[] } {
  const raised: RaisedIssue[] = [];
  const result = wholePlan.safeParse(raw, {
    // The message is a number: the place of what else there is to say.
    error: (issue) => String(raised.push(raise(issue)) - 1),
  });
  if (!result.success)
    return { ok: false, mistakes: result.error.issues.flatMap((issue) => mistakesOf(issue as z.core.$ZodIssue, [], raised)) };
  const { clusters, mutes, alerts, ...rest } = result.data;
  return { ok: true, plan: { ...rest, clusters: clusters ?? [], mutes: mutes ?? [], alerts: alerts ?? {} } };
}

function raise(issue: z.core.$ZodRawIssue): RaisedIssue {
  const schema = issue.schema ?? (issue.inst as z.core.$ZodType | undefined);
  const { accepted, hint } = sayings(schema);
  const value = issue.input;
  const def = schema?._zod.def;
  const keys = def?.type === 'object' ? Object.keys((def as z.core.$ZodObjectDef).shape) : [];
  return { value, accepted: accepted ?? 'something else', hint: variableHint(value) ?? hint?.(value) ?? kindHint(issue), keys };
}

/** What to do about a value that another tool would have expanded: `${NAME}`, `{{ name }}`, `$NAME`. */
const variableHint = (value: unknown): string | undefined =>
  typeof value === 'string' && (variable.test(value) || /\$[A-Za-z_]/.test(value)) ? 'variables are not expanded' : undefined;

/** What to do about a value of the wrong kind. */
function kindHint(issue: z.core.$ZodRawIssue): string | undefined {
  const { input } = issue;
  if (issue.code !== 'invalid_type') return undefined;
  const scalar = ['string', 'number', 'boolean'].includes(typeof input);
  if (issue.expected === 'string' && scalar) return 'write it in quotes';
  if (issue.expected === 'array' && scalar) return 'write it as a list, [ … ]';
  if (issue.expected === 'boolean' && /^(yes|on|no|off|true|false)$/i.test(String(input)))
    return `write ${/^(yes|on|true)$/i.test(String(input)) ? 'true' : 'false'}, without quotes`;
  if (['number', 'int'].includes(issue.expected) && typeof input === 'string' && /^\d{1,9}$/.test(input)) return 'write it without quotes';
  return undefined;
}

function mistakesOf(issue: z.core.$ZodIssue, above: PlanPath, raised: readonly RaisedIssue[]): readonly SchemaMistake[] {
  const path = [...above, ...issue.path.map((p) => (typeof p === 'number' ? p : String(p)))];
  const { value, accepted, hint, keys } = raised[Number(issue.message)] ?? { value: issue.input, accepted: issue.message, keys: [] };
  if (issue.code === 'unrecognized_keys') {
    const allowed = keys.length > 0 ? `the keys ${keys.join(', ')}` : 'no keys';
    return issue.keys.map((key) => {
      const near = keyHint(key, keys);
      const comment = commentFault(key);
      if (comment) return { path: [...path, key], atKey: true, ...comment };
      return {
        path: [...path, key],
        atKey: true,
        got: `the unknown key ${quoted(key)}`,
        expected: near ? shorter(keys, allowed) : allowed,
        hint: near,
      };
    });
  }
  if (issue.code === 'invalid_key') {
    const inner = raised[Number(issue.issues[0]?.message)];
    return [{ path, atKey: true, got: `the key ${quoted(String(path.at(-1)))}`, expected: inner?.accepted ?? accepted }];
  }
  if (issue.code === 'invalid_union') {
    // One branch took the value for its own kind: what it says of the parts is more than "none of the kinds".
    const own = issue.errors.filter((errors) =>
      errors.every((e) => e.path.length > 0 || !['invalid_type', 'invalid_value'].includes(e.code)),
    );
    if (own.length === 1) return (own[0] ?? []).flatMap((inner) => mistakesOf(inner, path, raised));
    return [{ path, got: { value }, expected: accepted, hint: hint ?? unionHint(issue, value) }];
  }
  return [{ path, got: { value }, expected: accepted, hint }];
}

/** With a suggestion, a list of twenty keys is not needed. */
const shorter = (keys: readonly string[], all: string): string => (keys.length > 12 ? `one of ${keys.length} keys` : all);

function unionHint(issue: z.core.$ZodIssueInvalidUnion, value: unknown): string | undefined {
  const inner = issue.errors.flat().filter((e) => e.path.length === 0);
  const words = inner.flatMap((e) => (e.code === 'invalid_value' ? e.values.map(String) : []));
  const near = typeof value === 'string' ? closest(value, words) : undefined;
  if (near) return `did you mean ${near}?`;
  const scalar = ['string', 'number'].includes(typeof value);
  return scalar && inner.some((e) => e.code === 'invalid_type' && e.expected === 'array') ? 'write it as a list, [ … ]' : undefined;
}

/** The place of a value: in the plan, or in the file its request came from. */
function placed(
  { path: whole, atKey }: Pick<PlanMistake, 'path' | 'atKey'>,
  main: PlanDocument,
  requests: ReadonlyMap<number, PlanDocument>,
) {
  const [top, i, member] = whole;
  const request = top === 'clusters' && member === 'request' ? requests.get(Number(i)) : undefined;
  const source = request ?? main;
  const path = request ? whole.slice(3) : whole;
  return { file: source.file, ...(atKey ? source.placeOfKey(path) : source.place(path)), path: pathText(path) };
}

function located(mistake: SchemaMistake, main: PlanDocument, requests: ReadonlyMap<number, PlanDocument>): PlanProblem {
  const [top, i, member] = mistake.path;
  const request = top === 'clusters' && member === 'request' ? requests.get(Number(i)) : undefined;
  const written = request ? request.written(mistake.path.slice(3)) : main.written(mistake.path);
  const got = typeof mistake.got === 'string' ? mistake.got : foundText(mistake.got.value, written);
  const { expected, hint } = mistake;
  return { ...placed(mistake, main, requests), expected, got, message: problemMessage(expected, got, hint) };
}

/**
 * The plan's own first, then file by file, each from top to bottom. One sentence for one value: the first, since what
 * cannot be read has no shape, and what is not of the right shape needs no second sentence on what it does not fit with.
 */
function inOrder(problems: readonly PlanProblem[], main: string): readonly PlanProblem[] {
  const once = new Map(problems.toReversed().map((p) => [JSON.stringify([p.file, p.line, p.column, p.path]), p]));
  return byPlace([...once.values()].toReversed(), main);
}

function byPlace<T extends { readonly file: string; readonly line: number; readonly column: number }>(
  of: readonly T[],
  main: string,
): readonly T[] {
  const files = new Map([main, ...of.map((p) => p.file)].map((file, i) => [file, i] as const).toReversed());
  const order = (p: T): number => files.get(p.file) ?? 0;
  return of.toSorted((a, b) => order(a) - order(b) || a.line - b.line || a.column - b.column);
}
