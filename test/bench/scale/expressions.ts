/** The expressions that the item store on DynamoDB writes, read back: conditions, updates and keys, with their placeholders. */
import type { ItemCondition, ItemScalar, ItemUpdate } from '../../../shared/aws/findings/item-store.ts';

export interface Placeholders {
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Readonly<Record<string, unknown>>;
}

interface Names {
  readonly name: (placeholder: string) => string;
  readonly value: (placeholder: string) => unknown;
}

/** `toStored`: a value of the wire as the store has it. */
export function namesOf(
  { ExpressionAttributeNames = {}, ExpressionAttributeValues = {} }: Placeholders,
  toStored: (v: unknown) => unknown,
): Names {
  return {
    name: (placeholder) => ExpressionAttributeNames[placeholder] ?? placeholder,
    value: (placeholder) => toStored(ExpressionAttributeValues[placeholder]),
  };
}

/** The end of the group that begins with a parenthesis. */
function endOfGroup(text: string): number {
  let depth = 0;
  for (const [n, character] of [...text].entries()) {
    depth += character === '(' ? 1 : character === ')' ? -1 : 0;
    if (depth === 0) return n;
  }
  throw new Error(`A group does not end: ${text}`);
}

export function conditionOf(text: string, names: Names): ItemCondition {
  if (text.startsWith('(')) {
    const end = endOfGroup(text);
    const [, operator = '', rest = ''] = /^ (AND|OR) \((.*)\)$/s.exec(text.slice(end + 1)) ?? [];
    return [operator.toLowerCase() as 'and' | 'or', conditionOf(text.slice(1, end), names), conditionOf(rest, names)];
  }
  const [, not, attribute] = /^attribute_(not_)?exists\((\S+)\)$/.exec(text) ?? [];
  if (attribute !== undefined) return [not ? 'absent' : 'present', names.name(attribute)];
  const [name = '', operator, value = ''] = text.split(' ');
  return [operator as '=', names.name(name), names.value(value) as ItemScalar];
}

export function updateOf(text: string, names: Names): ItemUpdate {
  const [, sets = '', removed = ''] = /^(?:SET (.*?))?\s*(?:REMOVE (.*))?$/s.exec(text) ?? [];
  const set: Record<string, unknown> = {};
  const setIfAbsent: Record<string, ItemScalar> = {};
  for (const [, name = '', absent, value = ''] of sets
    .matchAll(/(\S+) = (?:(if_not_exists)\(\S+, (:\w+)\)|(:\w+))/g)
    .map((m) => [m[0], m[1], m[2], m[3] ?? m[4]]))
    if (absent) setIfAbsent[names.name(name)] = names.value(value) as ItemScalar;
    else set[names.name(name)] = names.value(value);
  return { set, setIfAbsent, remove: removed === '' ? [] : removed.split(', ').map(names.name) };
}

interface KeyRange {
  readonly partition: string;
  readonly from?: string;
  readonly to?: string;
}

export function keyRangeOf(text: string, { value }: Names): KeyRange {
  const [hash = '', range] = text.split(/ AND (.*)/s);
  const partition = String(value(hash.split(' = ')[1] ?? ''));
  if (range === undefined || range === '') return { partition };
  const [, low = '', high = ''] = / BETWEEN (\S+) AND (\S+)$/.exec(range) ?? [];
  if (low !== '') return { partition, from: String(value(low)), to: String(value(high)) };
  const [, operator, bound = ''] = range.split(' ');
  return operator === '>=' ? { partition, from: String(value(bound)) } : { partition, to: String(value(bound)) };
}
