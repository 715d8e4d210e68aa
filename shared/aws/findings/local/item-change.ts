/** Conditions and updates of the item store on an item in memory. */

import type { ItemCondition, ItemScalar, ItemUpdate } from '../item-store.ts';
import type { Key } from '../keys.ts';

type Attributes = Readonly<Record<string, unknown>>;

/** As DynamoDB orders: numbers by value, strings by their UTF-8 bytes, which is not the order of JavaScript's `<`. */
function order(a: ItemScalar, b: ItemScalar): number {
  if (typeof a === 'number' || typeof b === 'number') return Number(a) - Number(b);
  return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b));
}

export function holds(condition: ItemCondition, item: Attributes): boolean {
  switch (condition[0]) {
    case 'absent':
      return item[condition[1]] === undefined;
    case 'present':
      return item[condition[1]] !== undefined;
    case 'and':
      return holds(condition[1], item) && holds(condition[2], item);
    case 'or':
      return holds(condition[1], item) || holds(condition[2], item);
    default: {
      const [operator, attribute, value] = condition;
      const actual = item[attribute];
      if (typeof actual !== typeof value) return false;
      const difference = order(actual as ItemScalar, value);
      if (operator === '=') return difference === 0;
      if (operator === '>') return difference > 0;
      return difference < 0 || (operator === '<=' && difference === 0);
    }
  }
}

/** Names of the attributes that a condition looks at. */
export function attributesOf(condition: ItemCondition): readonly string[] {
  switch (condition[0]) {
    case 'and':
    case 'or':
      return [...attributesOf(condition[1]), ...attributesOf(condition[2])];
    default:
      return [condition[1]];
  }
}

export function updated({ pk, sk }: Key, before: Attributes | undefined, { set, setIfAbsent, remove = [] }: ItemUpdate): Key & Attributes {
  const rest = Object.fromEntries(Object.entries({ ...before }).filter(([name]) => !remove.includes(name)));
  return { ...setIfAbsent, ...rest, ...set, pk, sk };
}
