/** How large an item is as DynamoDB counts it: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */

/** An attribute's value as it goes over the wire: `{ "S": "text" }`. */
type Attribute = Readonly<Record<string, unknown>>;
export type Item = Readonly<Record<string, Attribute>>;

/** Names and texts by their bytes, a number by its digits, three bytes a list or map and one for each in it. */
function bytesOf(value: Attribute): number {
  const [[kind, inside] = ['', '']] = Object.entries(value);
  if (kind === 'M') return 3 + Object.keys(inside as Item).length + itemBytes(inside as Item);
  if (kind === 'L') return (inside as readonly Attribute[]).reduce((sum, part) => sum + 1 + bytesOf(part), 3);
  if (kind === 'N') return Math.ceil(String(inside).replace(/[-.]/g, '').length / 2) + 1;
  if (kind === 'B') return Buffer.byteLength(String(inside), 'base64');
  return kind === 'S' ? Buffer.byteLength(String(inside)) : 1;
}

export const itemBytes = (item: Item): number =>
  Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + bytesOf(value), 0);
