/** Items as JSON text. What JSON has no type for is written as an object with one reserved key. */

/** JSON writes the character as \u0000, and no attribute of an item is named so. */
const reserved = { bytes: '\u0000bytes', set: '\u0000set' } as const;

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

/** Whether JSON alone would change the value. Throws where DynamoDB would refuse it. */
function needsReserved(value: unknown): boolean {
  if (typeof value === 'number') {
    if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value)))
      throw new TypeError(`An item cannot hold the number ${value}.`);
    return false;
  }
  if (typeof value !== 'object' || value === null) {
    if (typeof value === 'bigint' || typeof value === 'function' || typeof value === 'symbol')
      throw new TypeError(`An item cannot hold a ${typeof value}.`);
    return false;
  }
  if (value instanceof Uint8Array || value instanceof Set) return true;
  let found = false;
  if (Array.isArray(value)) {
    // As the DynamoDB client does, `undefined` is left out of lists; JSON would write null.
    for (const element of value) if (element === undefined || needsReserved(element)) found = true;
    return found;
  }
  if (!isPlain(value)) throw new TypeError(`An item cannot hold an instance of ${value.constructor.name}.`);
  for (const key in value) if (needsReserved((value as Record<string, unknown>)[key])) found = true;
  return found;
}

function withReserved(value: unknown): unknown {
  if (value instanceof Uint8Array) return { [reserved.bytes]: Buffer.from(value).toString('base64') };
  if (value instanceof Set) return { [reserved.set]: [...value].map(withReserved) };
  if (Array.isArray(value)) return value.filter((element) => element !== undefined).map(withReserved);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withReserved(inner)]));
}

function withoutReserved(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (reserved.bytes in value) return new Uint8Array(Buffer.from(String(value[reserved.bytes]), 'base64'));
  return reserved.set in value ? new Set(value[reserved.set] as readonly unknown[]) : value;
}

export const itemToJson = (item: object): string => JSON.stringify(needsReserved(item) ? withReserved(item) : item);

export const itemFromJson = <T>(text: string): T => (text.includes('"\\u0000') ? JSON.parse(text, withoutReserved) : JSON.parse(text)) as T;
