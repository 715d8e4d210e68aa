/** Text in a width: nothing is lost, and nothing is wider unless it is one word. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { columns, flow } from '../../../shared/core/render/layout.ts';

const strong = (text: string): string => `<${text}>`;

describe('pieces', () => {
  test.each([
    [40, ['  a b  c d']],
    [9, ['  a b', '      c d']],
    [7, ['  a b', '      c', '      d']],
  ])('in %d columns', (width, lines) => {
    expect(flow(['a b', '', 'c d'], { width, indent: '  ' })).toEqual(lines);
  });

  test('paint does not count', () => {
    expect(flow([['abc', strong], 'def'], { width: 8 })).toEqual(['<abc>  def']);
  });
});

describe('rows', () => {
  const rows = [
    [['BLOCKED', strong] as const, 'us-east-1', 'llm-train', 'cluster-placement fails, and s3-reachable fails'],
    ['READY', 'us-west-2', 'eval', ''],
  ];
  test('as one table where there is room', () => {
    expect(columns(rows, { width: 100, indent: '  ' })).toEqual([
      '  <BLOCKED>  us-east-1  llm-train  cluster-placement fails, and s3-reachable fails',
      '  READY    us-west-2  eval',
    ]);
  });
  test('the last column is wrapped in its place', () => {
    expect(columns(rows, { width: 70, indent: '  ' })).toEqual([
      '  <BLOCKED>  us-east-1  llm-train  cluster-placement fails, and',
      '                                 s3-reachable fails',
      '  READY    us-west-2  eval',
    ]);
  });
  test('in less it follows on further lines', () => {
    expect(columns(rows, { width: 50, indent: '  ' })).toEqual([
      '  <BLOCKED>  us-east-1  llm-train',
      '      cluster-placement fails, and s3-reachable',
      '      fails',
      '  READY    us-west-2  eval',
    ]);
    expect(columns(rows, { width: 25 })).toEqual([
      '<BLOCKED>  us-east-1',
      '    llm-train',
      '    cluster-placement',
      '    fails, and',
      '    s3-reachable fails',
      'READY    us-west-2',
      '    eval',
    ]);
  });
  test('a cell that is wider than the whole is wrapped within its hanging indent', () => {
    const lines = columns([['aaaa aaaaaaaa aaa aaaaaaaaaaaa aaaaa aaaaaaa', '', '']], { width: 30, indent: '  ' });
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(30);
  });
  test('no rows', () => {
    expect(columns([], { width: 80 })).toEqual([]);
  });
});

const word = fc.stringMatching(/^[a-z]{1,12}$/);
const cell = fc.array(word, { maxLength: 6 }).map((words) => words.join(' '));
const size = fc.integer({ min: 1, max: 5 });
const rowsOf = size.chain((n) => fc.array(fc.array(cell, { minLength: n, maxLength: n }), { minLength: 1, maxLength: 4 }));

test('nothing is lost, and only a word is wider than the width', () => {
  fc.assert(
    fc.property(rowsOf, fc.integer({ min: 30, max: 200 }), (rows, width) => {
      const lines = columns(rows, { width, indent: '  ' });
      for (const line of lines) if (line.length > width) expect(line.trim()).toMatch(/^\S+$/);
      expect(lines.join(' ').split(/\s+/).filter(Boolean)).toEqual(rows.flat().join(' ').split(/\s+/).filter(Boolean));
    }),
  );
});
