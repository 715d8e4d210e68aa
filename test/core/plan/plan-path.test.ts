import { expect, test } from 'vitest';
import { pathText, quoted } from '../../../shared/core/plan/plan-path.ts';

test.each([
  [['clusters', 0, 'region'], 'clusters[0].region'],
  [['fsx-lustre'], 'fsx-lustre'],
  [['a b', 'c'], '["a b"].c'],
  [['a', ' b'], 'a[" b"]'],
  [['a', 'b '], 'a["b "]'],
  [['', 1], '[""][1]'],
  [[], ''],
])('the path %j is %s', (path, text) => {
  expect(pathText(path)).toBe(text);
});

test.each([
  ['two\nlines', '"two\\nlines"'],
  ['x'.repeat(80), `"${'x'.repeat(80)}"`],
  ['x'.repeat(81), `"${'x'.repeat(79)}…"`],
])('%j in quotes is %s', (text, shown) => {
  expect(quoted(text)).toBe(shown);
});
