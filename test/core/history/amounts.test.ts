import { describe, expect, test } from 'vitest';
import type { Finding } from '../../../shared/core/evaluation/finding.ts';
import { difference, same, withAmounts } from '../../../shared/core/history/amounts.ts';
import { finding } from '../results.ts';

const subnet = (have: number, need = 324) =>
  finding({
    status: have < need ? 'fail' : 'pass',
    have,
    need,
    unit: 'addresses',
    message: `Subnet subnet-0251 (10.0.251.0/24) has ${have.toLocaleString('en-US')} free addresses; ${need} are needed.`,
    remediation: { text: `Free ${need - have} addresses.`, command: `aws ec2 describe-subnets --subnet-ids subnet-0251 # ${need - have}` },
  });

test('other amounts are put into data and words, and into nothing that only looks like them', () => {
  expect(withAmounts(subnet(251), { have: 240, need: 324 })).toEqual(subnet(240));
  expect(withAmounts(subnet(251), { have: 251, need: 648 })).toEqual(subnet(251, 648));
  expect(withAmounts(subnet(4091), { have: 1000, need: 324 }).message).toContain('has 1,000 free addresses; 324 are needed.');
});

describe('what a kept finding needs to read like the fresh one', () => {
  const text = (message: string, have = 5, need = 4) => finding({ have, need, message });
  test.each([
    ['nothing', subnet(251), subnet(251), 'none'],
    [
      'nothing, in another order of properties',
      subnet(251),
      Object.fromEntries(Object.entries(subnet(251)).toReversed()) as unknown as Finding,
      'none',
    ],
    ['its amounts', subnet(251), subnet(240), 'amounts'],
    ['its words, where a number that is no amount moved', text('5 of 9 are free.'), text('6 of 8 are free.', 6), 'words'],
    ['its words, where the same number says two things', text('4 free, 4 needed.', 4), text('3 free, 4 needed.', 3), 'words'],
    ['its words, where they changed and no amount did', text('Requested: PENDING.'), text('Requested: DENIED.'), 'words'],
    ['its words, where an amount was not there before', finding(), text('There are 5.'), 'words'],
    ['its words, where there is no amount any more', text('There are 5.'), finding({ message: 'There are 5.' }), 'words'],
  ])('%s', (_, kept, fresh, expected) => expect(difference(kept, fresh)).toBe(expected));
});

test('same compares JSON, not order; undefined is absent', () => {
  expect(same({ a: 1, b: { c: [1, 2] } }, { b: { c: [1, 2] }, a: 1, d: undefined })).toBe(true);
  expect(same({ a: [1, 2] }, { a: [2, 1] })).toBe(false);
  expect(same({ a: [1] }, { a: { 0: 1 } })).toBe(false);
  expect(same({ a: 1 }, { b: 1 })).toBe(false);
  expect(same({ a: null }, { a: {} })).toBe(false);
  expect(same({ a: 1 }, { a: 1, b: 2 })).toBe(false);
  expect(same({ a: undefined, b: 1 }, { b: 1 })).toBe(true);
  expect(same({ a: {} }, { a: null })).toBe(false);
  expect(same(1, {})).toBe(false);
  expect(same({}, 1)).toBe(false);
  expect(same('', [])).toBe(false);
});

test('an amount that appears or goes away leaves the words as they are', () => {
  const { have: _, ...without } = subnet(251);
  expect(withAmounts(without, { have: 240, need: 324 })).toMatchObject({ have: 240, message: without.message });
  expect(withAmounts(subnet(251), {})).toMatchObject({ message: subnet(251).message });
});

test('a remediation without a command gets none', () => {
  const plain = finding({ have: 1, need: 4, message: '1 of 4.', remediation: { text: 'Free 3.' } });
  const changed = withAmounts(plain, { have: 2, need: 4 });
  expect(changed.remediation).toEqual({ text: 'Free 2.' });
  expect(changed.remediation).not.toHaveProperty('command');
});
