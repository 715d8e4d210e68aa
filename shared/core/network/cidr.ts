/** Address blocks, IPv4 and IPv6: parsing and the set arithmetic that rules and routes need. */

/** A run of addresses, both ends included. A CIDR is one; so is what is left of a CIDR after cutting a part out. */
export interface Block {
  readonly version: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
}

const bits = { 4: 32, 6: 128 } as const;

function ipv4(text: string): bigint | undefined {
  const octets = text.split('.');
  if (octets.length !== 4 || !octets.every((o) => /^\d{1,3}$/.test(o) && Number(o) <= 255)) return undefined;
  return octets.reduce((sum, o) => sum * 256n + BigInt(o), 0n);
}

/** Hexadecimal groups of one side of `::`; a dotted IPv4 tail counts as two of them. */
function hextets(text: string): readonly bigint[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const words: bigint[] = [];
  for (const [i, part] of parts.entries()) {
    const dotted = part.includes('.') && i === parts.length - 1 ? ipv4(part) : undefined;
    if (dotted !== undefined) words.push(dotted >> 16n, dotted & 0xffffn);
    else if (/^[0-9a-f]{1,4}$/i.test(part)) words.push(BigInt(`0x${part}`));
    else return undefined;
  }
  return words;
}

function ipv6(text: string): bigint | undefined {
  const sides = text.split('::');
  if (sides.length > 2) return undefined;
  const [head, tail] = sides.map(hextets);
  if (!head || (sides.length === 2 && !tail)) return undefined;
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (sides.length === 1 ? missing !== 0 : missing < 1) return undefined;
  return [...head, ...Array<bigint>(missing).fill(0n), ...(tail ?? [])].reduce((sum, word) => (sum << 16n) + word, 0n);
}

/**
 * The block of a CIDR; an address without a mask is a block of one. Host bits are cleared, as EC2 does. `undefined`
 * where the text is neither.
 */
export function parseBlock(text: string): Block | undefined {
  const [address = '', mask, ...more] = text.trim().split('/');
  const version = address.includes(':') ? 6 : 4;
  const value = version === 6 ? ipv6(address) : ipv4(address);
  const prefix = mask === undefined ? bits[version] : /^\d{1,3}$/.test(mask) ? Number(mask) : Number.NaN;
  if (value === undefined || more.length > 0 || !(prefix <= bits[version])) return undefined;
  const size = 1n << BigInt(bits[version] - prefix);
  const first = value - (value % size);
  return { version, first, last: first + size - 1n };
}

/** The blocks of those texts that are CIDRs. */
export const parseBlocks = (texts: readonly string[]): readonly Block[] => texts.flatMap((t) => parseBlock(t) ?? []);

/** Every IPv4 address. */
export const everyIpv4: Block = { version: 4, first: 0n, last: 2n ** 32n - 1n };

/** Every IPv6 address. */
export const everyIpv6: Block = { version: 6, first: 0n, last: 2n ** 128n - 1n };

/** Addresses that lie in both, `undefined` where there are none; versions never meet. */
export function overlap(a: Block, b: Block): Block | undefined {
  if (a.version !== b.version) return undefined;
  const first = a.first > b.first ? a.first : b.first;
  const last = a.last < b.last ? a.last : b.last;
  return first <= last ? { version: a.version, first, last } : undefined;
}

/** Whether every address of `inner` lies in `outer`. */
export const contains = (outer: Block, inner: Block): boolean =>
  outer.version === inner.version && outer.first <= inner.first && inner.last <= outer.last;

/** What is left of `block` when `cut` is taken out: nothing, one or two blocks. */
export function without(block: Block, cut: Block): readonly Block[] {
  const common = overlap(block, cut);
  if (!common) return [block];
  const { version } = block;
  return [
    ...(block.first < common.first ? [{ version, first: block.first, last: common.first - 1n }] : []),
    ...(common.last < block.last ? [{ version, first: common.last + 1n, last: block.last }] : []),
  ];
}

/** Whether `blocks` together contain every address of `required`. */
export const covers = (blocks: readonly Block[], required: readonly Block[]): boolean =>
  blocks.reduce<readonly Block[]>((left, b) => left.flatMap((w) => without(w, b)), required).length === 0;
