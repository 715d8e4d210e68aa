/** IAM policy documents, parsed. A document that cannot be parsed is a policy with the reason; nothing here throws. */

import { memoizedTexts } from '../evaluation/memoized.ts';
import { isObject } from '../text/json.ts';
import { globs, type Pattern, patternOf, wildcards } from './patterns.ts';

export type Condition = { readonly operator: string; readonly key: string; readonly values: readonly string[] | undefined };

type Principals = readonly (readonly [kind: string, value: string])[];

/** A resource as written and, where no variable is in it, compiled with its parts. */
interface ResourcePattern {
  readonly raw: string;
  readonly fixed?: Pattern;
}

export interface Statement {
  readonly label: string;
  readonly deny: boolean;
  /** Whether it is about an action, in lower case. */
  readonly isAbout: (action: string) => boolean;
  /** Absent in a trust policy, which is about the role it belongs to. */
  readonly resources?: { readonly negated: boolean; readonly patterns: readonly ResourcePattern[] };
  readonly principals?: { readonly negated: boolean; readonly of: Principals };
  readonly conditions: readonly Condition[];
  /** Policies of the first version (the default) take `${…}` for plain text. */
  readonly variables: boolean;
}

/** A parsed document. `malformed`: why it could not be read. */
export type Policy =
  | { readonly name: string; readonly statements: readonly Statement[] }
  | { readonly name: string; readonly malformed: string };

type JsonObject = { readonly [key: string]: unknown };

const texts = (v: unknown): readonly string[] | undefined => {
  const list = Array.isArray(v) ? v : [v];
  return list.every((x) => ['string', 'number', 'boolean'].includes(typeof x)) ? list.map(String) : undefined;
};

/** Reads a policy document; never throws. `name` is what reasons call it. */
export function parsePolicy(name: string, document: string): Policy {
  let read: unknown;
  try {
    read = JSON.parse(document);
  } catch {
    return { name, malformed: 'it is not JSON' };
  }
  if (!isObject(read)) return { name, malformed: 'it is not a JSON object' };
  const list = Array.isArray(read.Statement) ? read.Statement : [read.Statement];
  const variables = read.Version === '2012-10-17';
  const statements: Statement[] = [];
  for (const [index, raw] of list.entries()) {
    const statement = parseStatement(raw, index, variables);
    if (typeof statement === 'string') return { name, malformed: `its statement ${index + 1} ${statement}` };
    statements.push(statement);
  }
  return { name, statements };
}

const parsed = memoizedTexts<object, Policy>();

/** Parses the document that belongs to `owner` once, for as long as that lives: one policy is asked about many requests. */
export const policyOf = (owner: object, name: string, document: string): Policy => parsed(owner, name, () => parsePolicy(name, document));

function parseStatement(raw: unknown, index: number, variables: boolean): Statement | string {
  if (!isObject(raw)) return 'is missing or not an object';
  if (raw.Effect !== 'Allow' && raw.Effect !== 'Deny') return 'has no Effect';
  const actions = texts(raw.Action ?? raw.NotAction ?? null);
  if (!actions) return 'has no Action';
  const resource = raw.Resource ?? raw.NotResource;
  const resources = resource === undefined ? [] : texts(resource);
  if (!resources) return 'has an unreadable Resource';
  const principal = raw.Principal ?? raw.NotPrincipal;
  const principals = principal === undefined ? [] : parsePrincipals(principal);
  if (!principals) return 'has an unreadable Principal';
  const conditions = parseConditions(raw.Condition ?? {});
  if (!conditions) return 'has an unreadable Condition';
  return {
    label: typeof raw.Sid === 'string' && raw.Sid !== '' ? `statement ${raw.Sid}` : `statement ${index + 1}`,
    deny: raw.Effect === 'Deny',
    isAbout: aboutActions(actions, raw.Action === undefined),
    ...(resource !== undefined && { resources: { negated: raw.Resource === undefined, patterns: resources.map(fixed) } }),
    ...(principal !== undefined && { principals: { negated: raw.Principal === undefined, of: principals } }),
    conditions,
    variables,
  };
}

/** Remembers its answers: the few actions that nodes need are asked about for every cluster. */
function aboutActions(actions: readonly string[], negated: boolean): Statement['isAbout'] {
  const exact = new Set(actions.map((a) => a.toLowerCase()));
  const patterns = actions.filter((a) => /[*?]/.test(a)).map((a) => wildcards(a.toLowerCase()));
  const answers = new Map<string, boolean>();
  return (action) => {
    const answer = answers.get(action) ?? (exact.has(action) || patterns.some((p) => globs(p, action))) !== negated;
    answers.set(action, answer);
    return answer;
  };
}

function parsePrincipals(raw: unknown): Principals | undefined {
  if (raw === '*') return [['AWS', '*']];
  if (!isObject(raw)) return undefined;
  const lists = Object.entries(raw).map(([kind, value]) => texts(value)?.map((v) => [kind, v] as const));
  return lists.includes(undefined) ? undefined : lists.flatMap((l) => l ?? []);
}

function parseConditions(raw: unknown): readonly Condition[] | undefined {
  if (!isObject(raw) || !Object.values(raw).every(isObject)) return undefined;
  return Object.entries(raw).flatMap(([operator, keys]) =>
    Object.entries(keys as JsonObject).map(([key, values]) => ({ operator, key, values: texts(values) })),
  );
}

/** What has no variable is the same pattern for every request. */
export const fixed = (raw: string): ResourcePattern => (raw.includes('${') ? { raw } : { raw, fixed: patternOf(wildcards(raw)) });
