/**
 * What IAM policy documents say about one request. Three answers: `allowed` and `denied` only where they hold whatever
 * is not known, else `undecidable` with the reason. Rules: IAM User Guide, "Policy evaluation logic" and the reference of
 * policy elements. Nothing here throws: a document that cannot be read makes the answer undecidable.
 */

type DecisionAnswer = 'allowed' | 'denied' | 'undecidable';

export interface PolicyDecision {
  readonly answer: DecisionAnswer;
  /** Which statement decides, or what is not known: a clause without a full stop. */
  readonly reason: string;
  /** Denied by a Deny statement or a boundary, not for want of an Allow: no further grant can help. */
  readonly explicit?: true;
}

/** Values of a condition key: all of them (none: the request surely carries no such key), or a lower bound of the only one. */
type ContextValue = readonly string[] | { readonly atLeast: string };

/** By condition key in lower case. A key that is missing here may have any value, or none. */
export type RequestContext = { readonly [key: string]: ContextValue };

type Principal = { readonly arn: string; readonly account: string } | { readonly service: string };

export interface PolicyRequest {
  /** `s3:GetObject` */
  readonly action: string;
  /** An ARN, or `*` for an action that knows no resources. `blank` stands in it for text that is not known. */
  readonly resource: string;
  readonly principal: Principal;
  readonly context: RequestContext;
}

export interface DecisionOptions {
  /** What holds where no statement speaks: `allowed` for the policy of a resource in the principal's own account. */
  readonly silence?: 'allowed' | 'denied';
  /** The policy of a gateway endpoint, where only the principal `*` is documented to work as written. */
  readonly gateway?: boolean;
}

// Policies hold no characters beyond U+00FF, so these cannot be met in one.
const ANY = '\uE000';
const ONE = '\uE001';
const SOME = '\uE002';
/** Text that is not known, possibly empty; within an ARN it holds a colon in the last part only. */
export const blank = '\uE003';

type Certainty = 'yes' | 'maybe' | 'no';
const not = (c: Certainty): Certainty => (c === 'maybe' ? 'maybe' : c === 'yes' ? 'no' : 'yes');
function any<T>(items: Iterable<T>, of: (item: T) => Certainty): Certainty {
  let best: Certainty = 'no';
  for (const item of items) {
    const c = of(item);
    if (c === 'yes') return 'yes';
    if (c === 'maybe') best = 'maybe';
  }
  return best;
}
const all = <T>(items: Iterable<T>, of: (item: T) => Certainty): Certainty => not(any(items, (item) => not(of(item))));

type Condition = { readonly operator: string; readonly key: string; readonly values: readonly string[] | undefined };
type Principals = readonly (readonly [kind: string, value: string])[];
/** A resource as written and, where no variable is in it, compiled with its parts. */
interface ResourcePattern {
  readonly raw: string;
  readonly fixed?: Pattern;
}
interface Pattern {
  readonly text: string;
  readonly parts: readonly string[];
}
interface Statement {
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
const isObject = (v: unknown): v is JsonObject => typeof v === 'object' && v !== null && !Array.isArray(v);
const texts = (v: unknown): readonly string[] | undefined => {
  const list = Array.isArray(v) ? v : [v];
  return list.every((x) => ['string', 'number', 'boolean'].includes(typeof x)) ? list.map(String) : undefined;
};

const wildcards = (text: string): string => text.replaceAll('*', ANY).replaceAll('?', ONE);

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

const parsed = new WeakMap<object, Policy>();
/** Parses the document that belongs to `owner` once, for as long as that lives: one policy is asked about many requests. */
export function policyOf(owner: object, name: string, document: string): Policy {
  const policy = parsed.get(owner) ?? parsePolicy(name, document);
  parsed.set(owner, policy);
  return policy;
}

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

/** Plain match of a compiled pattern; text that is not known is matched by a `*` alone. */
function globs(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let mark = 0;
  while (t < text.length) {
    if (pattern[p] === ANY) {
      star = p++;
      mark = t;
    } else if (p < pattern.length && (pattern[p] === text[t] || pattern[p] === ONE) && text[t] !== blank) {
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
  if (!text.includes(blank)) return globs(open, text);
  // reached[j]: the part of the pattern read so far can match the first j characters.
  let reached = [true];
  for (let j = 1; j <= text.length; j++) reached[j] = reached[j - 1] === true && text[j - 1] === blank;
  for (const c of open) {
    const next = [c === ANY ? reached[0] === true : false];
    for (let j = 0; j <= text.length; j++) {
      const step = j > 0 && reached[j - 1] === true && (c === ONE || c === text[j - 1]);
      // A blank takes this character too, or ends without it.
      const takes = text[j - 1] === blank && reached[j] === true;
      const ends = text[j - 1] === blank && next[j - 1] === true;
      next[j] = step || takes || ends || (c === ANY && (reached[j] === true || (j > 0 && next[j - 1] === true)));
    }
    reached = next;
  }
  return reached[text.length] === true;
}

const glob = (pattern: string, text: string): Certainty => (globs(pattern, text) ? 'yes' : couldGlob(pattern, text) ? 'maybe' : 'no');

/** The six parts of an ARN; the last keeps its colons. */
function arnParts(arn: string): readonly string[] {
  const parts = arn.split(':');
  return parts.length < 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(':')];
}

const patternOf = (text: string): Pattern => ({ text, parts: arnParts(text) });

/** What has no variable is the same pattern for every request. */
const fixed = (raw: string): ResourcePattern => (raw.includes('${') ? { raw } : { raw, fixed: patternOf(wildcards(raw)) });

/**
 * ARNs match part by part. Where only the whole text would match (a wildcard reaching over a colon, an ARN that breaks
 * off), nobody documents what AWS makes of it: `maybe`.
 */
function arnGlob({ text: pattern, parts }: Pattern, text: string): Certainty {
  if (pattern === ANY) return 'yes';
  // Most patterns are about something else, as their beginning tells.
  let at = 0;
  while (at < pattern.length && pattern[at] === text[at]) at++;
  const [p, t] = [pattern[at], text[at]];
  if (p !== t && p !== ANY && p !== ONE && p !== SOME && t !== blank) return 'no';
  const of = arnParts(text);
  if (parts.length === of.length && parts.every((part, i) => part === of[i] || globs(part, of[i] ?? ''))) return 'yes';
  const byPart = parts.length === 6 && of.length === 6 && !pattern.includes(SOME);
  const could = byPart ? parts.every((part, i) => couldGlob(part, of[i] ?? '')) || globs(pattern, text) : couldGlob(pattern, text);
  return could ? 'maybe' : 'no';
}

const known = (context: RequestContext, key: string): ContextValue | undefined => {
  const name = key.toLowerCase();
  return Object.hasOwn(context, name) ? context[name] : undefined;
};

/** A pattern with its variables filled in; `undefined` where one of them has no value, then it matches nothing. */
function compile(raw: string, statement: Statement, context: RequestContext, wild: boolean): string | undefined {
  const plain = (text: string) => (wild ? wildcards(text) : text);
  if (!statement.variables || !raw.includes('${')) return plain(raw);
  let missing = false;
  const filled = raw.split(/(\$\{[^}]*\})/).map((part, i) => {
    if (i % 2 === 0) return plain(part);
    const name = part.slice(2, -1);
    if (name === '*' || name === '?' || name === '$') return name;
    const [, key = '', fallback] = /^([^,]*?)\s*(?:,\s*'(.*)')?$/.exec(name) ?? [];
    const value = known(context, key);
    if (value === undefined || 'atLeast' in value || value.length > 1) return SOME;
    const [only] = value;
    if (only === undefined && fallback === undefined) missing = true;
    return (only ?? fallback ?? '').replaceAll(blank, SOME);
  });
  return missing ? undefined : filled.join('');
}

const matchOrder = (operator: string, have: number, exact: boolean, bound: number): Certainty => {
  if (Number.isNaN(have) || Number.isNaN(bound)) return 'maybe';
  const sure = (holds: boolean): Certainty => (holds ? 'yes' : 'no');
  // Of a lower bound only that much is sure.
  if (operator === 'LessThan') return exact || have >= bound ? sure(have < bound) : 'maybe';
  if (operator === 'LessThanEquals') return exact || have > bound ? sure(have <= bound) : 'maybe';
  if (operator === 'GreaterThan') return exact || have > bound ? sure(have > bound) : 'maybe';
  if (operator === 'GreaterThanEquals') return exact || have >= bound ? sure(have >= bound) : 'maybe';
  return exact || have > bound ? sure(have === bound) : 'maybe';
};

/** Milliseconds: IAM takes a W3C date or seconds since 1970. */
const time = (text: string): number => (/^\d+$/.test(text) && text.length > 4 ? Number(text) * 1000 : Date.parse(text));

/** How one value of the request compares with one value of the policy, for each operator in its positive form. */
function compare(operator: string, have: string, exact: boolean, raw: string, statement: Statement, context: RequestContext): Certainty {
  const order = /^(Numeric|Date)(Equals|LessThan|LessThanEquals|GreaterThan|GreaterThanEquals)$/.exec(operator);
  if (order) {
    const number = order[1] === 'Date' ? time : Number;
    return matchOrder(order[2] ?? '', number(have), exact, number(raw));
  }
  if (!exact) return 'maybe';
  if (operator === 'Bool') return glob(raw.toLowerCase(), have.toLowerCase());
  const pattern = compile(raw, statement, context, /Like$|^Arn/.test(operator));
  if (pattern === undefined) return 'no';
  if (operator === 'StringEqualsIgnoreCase') return glob(pattern.toLowerCase(), have.toLowerCase());
  return operator.startsWith('Arn') ? arnGlob(patternOf(pattern), have) : glob(pattern, have);
}

const operators = /^(?:(ForAllValues|ForAnyValue):)?(String|Arn|Numeric|Date|Not|Ip|Bool|Null)(\w*?)(IfExists)?$/;
const positive = /^(StringEquals(IgnoreCase)?|StringLike|Arn(Equals|Like)|Bool|(Numeric|Date)(Equals|(Less|Greater)Than(Equals)?))$/;

function holds(condition: Condition, statement: Statement, context: RequestContext): Certainty {
  const [, set, family = '', rest = '', ifExists] = operators.exec(condition.operator) ?? [];
  const named = family + rest;
  const negated = /^(String|Arn|Numeric|Date)Not|^NotIpAddress$/.test(named);
  const operator = negated ? named.replace('Not', '') : named;
  const value = known(context, condition.key);
  const { values } = condition;
  if (value === undefined || values === undefined) return 'maybe';
  const has = 'atLeast' in value ? [value.atLeast] : value;
  if (operator === 'Null' && set === undefined && ifExists === undefined)
    return any(values, (v) => (v.toLowerCase() === String(has.length === 0) ? 'yes' : 'no'));
  if (operator !== 'IpAddress' && !positive.test(operator)) return 'maybe';
  if (has.length === 0) return ifExists || set === 'ForAllValues' ? 'yes' : negated && set === undefined ? 'yes' : 'no';
  // No request here has an address that is known.
  if (operator === 'IpAddress') return 'maybe';
  const matches = (v: string): Certainty => {
    const found = any(values, (raw) => compare(operator, v, !('atLeast' in value), raw, statement, context));
    return negated ? not(found) : found;
  };
  return set === 'ForAllValues' ? all(has, matches) : any(has, matches);
}

function names(kind: string, value: string, principal: Principal, deny: boolean, gateway: boolean): Certainty {
  if (kind === 'AWS' && value === '*') return 'arn' in principal || deny ? 'yes' : 'maybe';
  if ('service' in principal) return kind === 'Service' ? (value === principal.service ? 'yes' : 'no') : kind === 'AWS' ? 'no' : 'maybe';
  if (kind === 'Service' || kind === 'Federated') return 'no';
  if (kind !== 'AWS') return 'maybe';
  const { arn, account } = principal;
  const role = arn.slice(arn.lastIndexOf('/') + 1);
  if (value === arn || value === account || (value.endsWith(`:iam::${account}:root`) && value.startsWith('arn:')))
    return gateway ? 'maybe' : 'yes';
  // A session's name, and the unique id of a role, are not known.
  if (value.includes(`:sts::${account}:assumed-role/${role}/`) || value.startsWith('AROA')) return 'maybe';
  return 'no';
}

/** Whether a statement is about the request (`action`: its action in lower case), and if that is not known, on what it depends. */
function applies(
  statement: Statement,
  action: string,
  request: PolicyRequest,
  gateway: boolean,
): { readonly match: Certainty; readonly on: string } {
  const { isAbout, resources, principals, conditions } = statement;
  if (!isAbout(action)) return { match: 'no', on: '' };
  const parts: { readonly match: Certainty; readonly on: string }[] = [];
  if (principals) {
    const match = any(principals.of, ([kind, value]) => names(kind, value, request.principal, statement.deny, gateway));
    // Naming a role in NotPrincipal spares its sessions only where those are named too.
    const spared = match === 'no' ? 'yes' : 'maybe';
    parts.push({ match: principals.negated ? spared : match, on: 'a principal that cannot be resolved' });
  }
  if (resources) {
    const match = any(resources.patterns, ({ raw, fixed }) => {
      if (fixed) return arnGlob(fixed, request.resource);
      const text = compile(raw, statement, request.context, true);
      return text === undefined ? 'no' : arnGlob(patternOf(text), request.resource);
    });
    parts.push({ match: resources.negated ? not(match) : match, on: 'which resource is meant' });
  }
  for (const c of conditions) parts.push({ match: holds(c, statement, request.context), on: `the condition ${c.operator} ${c.key}` });
  const match = all(parts, (p) => p.match);
  return { match, on: parts.find((p) => p.match === 'maybe')?.on ?? '' };
}

const first = (reasons: readonly string[]): string | undefined => (reasons.length > 1 ? reasons.toSorted()[0] : reasons[0]);

/**
 * What these documents together say about a request: a certain Deny wins; without an Allow `silence` decides (default
 * `denied`); whatever could change that by something not known makes it undecidable. The order of documents is no matter.
 */
export function evaluatePolicies(
  policies: readonly Policy[],
  request: PolicyRequest,
  { silence = 'denied', gateway = false }: DecisionOptions = {},
): PolicyDecision {
  const action = request.action.toLowerCase();
  const denies: string[] = [];
  const mayDeny: string[] = [];
  const allows: string[] = [];
  const mayAllow: string[] = [];
  for (const policy of policies) {
    if ('malformed' in policy) {
      const reason = `policy ${policy.name} cannot be judged: ${policy.malformed}`;
      mayDeny.push(reason);
      mayAllow.push(reason);
      continue;
    }
    for (const statement of policy.statements) {
      const { match, on } = applies(statement, action, request, gateway);
      if (match === 'no') continue;
      const where = `${statement.label} of policy ${policy.name}`;
      if (match === 'yes') (statement.deny ? denies : allows).push(`${where} ${statement.deny ? 'denies' : 'allows'} it`);
      else (statement.deny ? mayDeny : mayAllow).push(`${where} depends on ${on}`);
    }
  }
  const denied = first(denies);
  if (denied !== undefined) return { answer: 'denied', reason: denied, explicit: true };
  const allowed = first(allows) ?? (silence === 'allowed' ? 'no statement denies it' : undefined);
  if (allowed === undefined && mayAllow.length === 0) return { answer: 'denied', reason: 'no statement allows it' };
  const doubt = first(mayDeny) ?? (allowed === undefined ? first(mayAllow) : undefined);
  return doubt === undefined ? { answer: 'allowed', reason: allowed ?? '' } : { answer: 'undecidable', reason: doubt };
}

/** What holds where every one of these has to allow: the first denial, explicit ones before others, else the first doubt. */
export function requireAll(decisions: readonly PolicyDecision[]): PolicyDecision {
  const denied = decisions.filter((d) => d.answer === 'denied');
  return (
    denied.find((d) => d.explicit) ??
    denied[0] ??
    decisions.find((d) => d.answer === 'undecidable') ??
    decisions[0] ?? { answer: 'allowed', reason: 'nothing has to allow it' }
  );
}
