import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Block,
  contains,
  covers,
  everyIpv4,
  everyIpv6,
  overlap,
  parseBlock,
  parseBlocks,
  without,
} from '../../../shared/core/network/cidr.ts';

const block = (text: string): Block => {
  const parsed = parseBlock(text);
  if (!parsed) throw new Error(`${text} is not a CIDR`);
  return parsed;
};

describe('parseBlock', () => {
  test.each([
    ['10.1.2.0/24', 4, 0x0a010200n, 0x0a0102ffn],
    ['10.1.2.77/24', 4, 0x0a010200n, 0x0a0102ffn],
    ['255.255.255.255', 4, 0xffffffffn, 0xffffffffn],
    ['0.0.0.0/0', 4, 0n, 0xffffffffn],
    ['::/0', 6, 0n, 2n ** 128n - 1n],
    ['::1', 6, 1n, 1n],
    ['2600:1f14::/35', 6, 0x26001f14n << 96n, (0x26001f14n << 96n) + (1n << 93n) - 1n],
    ['1:2:3:4:5:6:7:8/128', 6, 0x00010002000300040005000600070008n, 0x00010002000300040005000600070008n],
    ['::ffff:10.0.0.1/128', 6, 0xffff0a000001n, 0xffff0a000001n],
    ['fe80::/64', 6, 0xfe80n << 112n, (0xfe80n << 112n) + (1n << 64n) - 1n],
  ] as const)('%s', (text, version, first, last) => {
    expect(parseBlock(text)).toEqual({ version, first, last });
  });

  test.each([
    '',
    '/24',
    '10.0.0/8',
    '10.0.0.256/32',
    '10.0.0.0001/32',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    'ten.0.0.1',
    '10.0.0.0.0/8',
    '::/129',
    '1::2::3',
    ':::',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    'g::1',
    '12345::',
    '::10.0.0.1:1',
    'pl-68a54001',
  ])('refuses "%s"', (text) => {
    expect(parseBlock(text)).toBeUndefined();
  });

  test('leaves out what is no CIDR', () => {
    expect(parseBlocks(['10.0.0.0/8', 'nonsense'])).toEqual([block('10.0.0.0/8')]);
  });
});

describe('blocks as sets', () => {
  test.each([
    ['10.0.0.0/8', '10.1.0.0/16', true],
    ['10.1.0.0/16', '10.0.0.0/8', false],
    ['10.0.0.0/16', '10.1.0.0/16', false],
    ['::/0', '10.0.0.0/8', false],
    ['0.0.0.0/0', '::1/128', false],
  ])('%s contains %s: %s', (outer, inner, expected) => {
    expect(contains(block(outer), block(inner))).toBe(expected);
  });

  test.each([
    [['0.0.0.0/1', '128.0.0.0/1'], '0.0.0.0/0', true],
    [['10.0.0.0/25', '10.0.0.128/26'], '10.0.0.0/24', false],
    [['10.0.0.0/25', '10.0.0.128/25'], '10.0.0.0/24', true],
    [['::/0'], '10.0.0.0/24', false],
    [[], '10.0.0.0/32', false],
  ])('%j cover %s: %s', (have, requested, expected) => {
    expect(covers(parseBlocks(have), [block(requested)])).toBe(expected);
  });

  test('nothing requested is always covered', () => expect(covers([], [])).toBe(true));

  const any = fc
    .tuple(fc.constantFrom(4 as const, 6 as const), fc.bigInt(0n, 255n), fc.bigInt(0n, 255n))
    .map(([version, a, b]): Block => ({ version, first: a < b ? a : b, last: a < b ? b : a }));
  const holds = (blocks: readonly Block[], version: 4 | 6, address: bigint) =>
    blocks.some((b) => b.version === version && b.first <= address && address <= b.last);

  test('cutting leaves exactly the addresses of the one that are not in the other', () => {
    fc.assert(
      fc.property(any, any, fc.bigInt(0n, 255n), (a, b, address) => {
        expect(holds(without(a, b), a.version, address)).toBe(holds([a], a.version, address) && !holds([b], a.version, address));
      }),
    );
  });

  test('an overlap is what both hold', () => {
    fc.assert(
      fc.property(any, any, fc.bigInt(0n, 255n), (a, b, address) => {
        const common = overlap(a, b);
        expect(common !== undefined && holds([common], a.version, address)).toBe(
          holds([a], a.version, address) && holds([b], a.version, address),
        );
      }),
    );
  });

  test('blocks cover what they hold address by address', () => {
    fc.assert(
      fc.property(fc.array(any, { maxLength: 6 }), any, (have, requested) => {
        let all = true;
        for (let address = requested.first; address <= requested.last; address++) all &&= holds(have, requested.version, address);
        expect(covers(have, [requested])).toBe(all);
      }),
      { numRuns: 200 },
    );
  });

  test('every IPv4 CIDR lies in 0.0.0.0/0 and every IPv6 one in ::/0', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.integer({ min: 0, max: 32 }), (address, prefix) => {
        const parsed = block(`${address}/${prefix}`);
        expect(contains(everyIpv4, parsed)).toBe(true);
        expect(parsed.last - parsed.first + 1n).toBe(1n << BigInt(32 - prefix));
      }),
    );
    fc.assert(
      fc.property(fc.ipV6(), fc.integer({ min: 0, max: 128 }), (address, prefix) => {
        const parsed = block(`${address}/${prefix}`);
        expect(contains(everyIpv6, parsed)).toBe(true);
        expect(parsed.last - parsed.first + 1n).toBe(1n << BigInt(128 - prefix));
      }),
    );
  });
});
