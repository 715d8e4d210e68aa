/** Words that every medium shares. */
import { describe, expect, test } from 'vitest';
import {
  ageWords,
  amountWords,
  becauseWords,
  byReason,
  count,
  failures,
  placeWords,
  stateOrder,
  stateWords,
  subjectLine,
  timeWords,
  wrap,
} from '../../../shared/core/render/words.ts';
import { finding, row } from '../results.ts';

test.each([
  ['2026-11-30T07:59:01.000Z', 'moments'],
  ['2026-11-30T08:00:30.000Z', 'moments'],
  ['2026-11-30T07:59:00.000Z', '1 minute'],
  ['2026-11-30T06:00:01.000Z', '119 minutes'],
  ['2026-11-30T06:00:00.000Z', '2 hours'],
  ['2026-11-28T08:00:01.000Z', '47 hours'],
  ['2026-11-28T08:00:00.000Z', '2 days'],
  ['2025-11-30T08:00:00.000Z', '365 days'],
])('%s is %s ago', (since, words) => {
  expect(ageWords(since, '2026-11-30T08:00:00.000Z')).toBe(words);
});

describe('a subject', () => {
  const say = (alias: string, cluster: string, more = '') =>
    subjectLine((name) => `HyperPod ap-southeast-1 (${name(alias)}): ${name(cluster)} is BLOCKED${more}`);
  test.each([
    ['stays as it is while it fits', say('ml-prod', 'llm-train'), 'HyperPod ap-southeast-1 (ml-prod): llm-train is BLOCKED'],
    [
      'shortens long names, and keeps the verdict',
      say('a'.repeat(63), 'c'.repeat(63)),
      `HyperPod ap-southeast-1 (${'a'.repeat(25)}...): ${'c'.repeat(25)}... is BLOCKED`,
    ],
    [
      'leaves short names whole beside long ones',
      say('ml-prod', 'c'.repeat(63)),
      `HyperPod ap-southeast-1 (ml-prod): ${'c'.repeat(37)}... is BLOCKED`,
    ],
    ['is printable ASCII', say('ml\nprod', 'é'), 'HyperPod ap-southeast-1 (ml?prod): ? is BLOCKED'],
  ])('%s', (_, said, expected) => {
    expect(said).toBe(expected);
    expect(said.length).toBeLessThan(100);
  });
  test('is cut where that does not help', () => {
    const said = say('a'.repeat(63), 'c'.repeat(63), '!'.repeat(99));
    expect(said).toMatch(/is BLOCKED!+\.\.\.$/);
    expect(said).toHaveLength(99);
  });
});

test('states have a word each, the worst first', () => {
  expect(stateOrder.map((s) => stateWords[s])).toEqual(['BLOCKED', 'UNKNOWN', 'AT RISK', 'READY']);
});

test.each<[Parameters<typeof amountWords>[0], string]>([
  [{ status: 'fail' }, ''],
  [{ status: 'fail', have: 3 }, ''],
  [{ status: 'fail', need: 4, unit: 'nodes' }, 'need 4 nodes'],
  [{ status: 'fail', need: 4 }, 'need 4'],
  [{ status: 'fail', have: 251, need: 324, unit: 'addresses' }, 'have 251, need 324 addresses, short by 73'],
  [{ status: 'fail', have: 0, need: 1, unit: 'addresses' }, 'have 0, need 1 address, short by 1'],
  [{ status: 'fail', have: 0, need: 1, unit: 'nodes' }, 'have 0, need 1 node, short by 1'],
  [{ status: 'fail', have: 0, need: 1, unit: 'interfaces' }, 'have 0, need 1 interface, short by 1'],
  [{ status: 'fail', have: 0, need: 1, unit: 'GB' }, 'have 0, need 1 GB, short by 1'],
  [{ status: 'fail', have: 4, need: 4, unit: 'nodes' }, 'have 4, need 4 nodes'],
  [{ status: 'pass', have: 5000, need: 1200, unit: 'interfaces' }, 'have 5,000, need 1,200 interfaces'],
  // One who asks for nothing passes, whatever others took.
  [{ status: 'pass', have: 4, need: 8, unit: 'nodes' }, 'have 4, need 8 nodes'],
  [{ status: 'fail', have: 1000, need: 12000 }, 'have 1,000, need 12,000, short by 11,000'],
])('%j: %s', (of, says) => {
  expect(amountWords(of)).toBe(says);
});

test.each([
  [{}, 'the region'],
  [{ cluster: 'llm-train' }, 'llm-train'],
  [{ cluster: 'llm-train', group: 'workers' }, 'llm-train / workers'],
])('%j is %s', (of, says) => {
  expect(placeWords(of)).toBe(says);
});

test('numbers with what they count', () => {
  expect([count(0, 'check'), count(1, 'check'), count(3, 'check'), count(1200, 'check'), count(2, 'address', 'addresses')]).toEqual([
    '0 checks',
    '1 check',
    '3 checks',
    '1,200 checks',
    '2 addresses',
  ]);
});

test('a time is reported to the minute', () => expect(timeWords('2026-11-23T14:05:59.123Z')).toBe('2026-11-23 14:05 UTC'));

test('failures come required first, each kind as the checks are listed', () => {
  const fails = (check: string, level: 'required' | 'recommended') => finding({ check, level, status: 'fail' });
  const all = [
    fails('d', 'recommended'),
    fails('c', 'required'),
    finding({ check: 'x' }),
    fails('b', 'recommended'),
    fails('a', 'required'),
  ];
  expect(failures(all).map((f) => f.check)).toEqual(['c', 'a', 'd', 'b']);
});

describe('blindness by its cause', () => {
  test('one action that is denied is one spot however many checks it hides', () => {
    const [a, b, c] = [row({ check: 'a', action: 's:A' }), row({ check: 'b' }), row({ check: 'c', action: 's:A' })];
    expect(byReason([a, b, c])).toEqual([
      { reason: 'access denied', action: 's:A', rows: [a, c] },
      { reason: 'access denied', rows: [b] },
    ]);
  });
  test('another reason is another spot', () => {
    const rows = [row({ reason: 'one' }), row({ reason: 'two' })];
    expect(byReason(rows).map((s) => s.reason)).toEqual(['one', 'two']);
    expect(byReason([])).toEqual([]);
  });
});

test.each([
  [[], ''],
  [['a/-/-/x'], 'a'],
  [['a/-/-/x', 'a/-/-/y', 'b/-/-/x'], 'a, b'],
  [['a/-/-/x', 'b/-/-/x', 'c/-/-/x'], 'a, b, c'],
  [['a/-/-/x', 'b/-/-/x', 'c/-/-/x', 'd/-/-/x', 'e/-/-/x'], 'a, b, c and 2 more'],
  [['a%2Fb/-/-/x'], 'a/b'],
])('because of %j: %s', (because, says) => {
  expect(becauseWords(because)).toBe(says);
});

test.each<[string, number, readonly string[]]>([
  ['', 10, []],
  ['short', 10, ['short']],
  ['exactly 10', 10, ['exactly 10']],
  ['one two three', 7, ['one two', 'three']],
  ['one two three', 8, ['one two', 'three']],
  ['a-very-long-word and more', 8, ['a-very-long-word', 'and more']],
  ['to a-very-long-word', 4, ['to', 'a-very-long-word']],
])('%j in %i columns', (text, width, lines) => {
  expect(wrap(text, width)).toEqual(lines);
});
