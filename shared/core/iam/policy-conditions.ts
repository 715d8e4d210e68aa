/** Conditions of IAM policies, evaluated against a request of which some keys are unknown. */
import { all, any, arnGlob, blank, blankCharacter, type Certainty, glob, not, patternOf, SOME, wildcards } from './patterns.ts';
import type { Condition, Statement } from './policy-document.ts';

/** Values of a condition key: all of them (none: the request surely carries no such key), or a lower bound of the only one. */
type ContextValue = readonly string[] | { readonly atLeast: string };

/** By condition key in lower case. A key that is missing here may have any value, or none. */
export type RequestContext = { readonly [key: string]: ContextValue };

const encryptionContextKey = 'kms:encryptioncontextkeys';

export const known = (context: RequestContext, key: string): ContextValue | undefined => {
  const name = key.toLowerCase();
  if (Object.hasOwn(context, name)) return context[name];
  // Each pair of an encryption context has a condition key of its own: kms:EncryptionContext:<name of the pair>.
  const pairs = context[encryptionContextKey];
  const isAbsent = name.startsWith('kms:encryptioncontext:') && Array.isArray(pairs) && pairs.length === 0;
  return isAbsent ? [] : undefined;
};

/** A pattern with its variables filled in; `undefined` where one of them has no value, then it matches nothing. */
export function compile(raw: string, statement: Statement, context: RequestContext, wild: boolean): string | undefined {
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
    return (only ?? fallback ?? '').replaceAll(blank, SOME).replaceAll(blankCharacter, SOME);
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

export function holds(condition: Condition, statement: Statement, context: RequestContext): Certainty {
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
