import { expect, test } from 'vitest';
import { findingId } from '../../../shared/core/evaluation/finding.ts';

test.each([
  [{ check: 'a' }, 'a/-/-/-'],
  [{ check: 'a', cluster: 'c' }, 'a/c/-/-'],
  [{ check: 'a', cluster: 'c', group: 'g', resource: 'r' }, 'a/c/g/r'],
  [{ check: 'a', resource: 'arn:aws:iam::1:role/x y' }, 'a/-/-/arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fx%20y'],
  [{ check: 'a', resource: 'half of a pair \ud83d' }, 'a/-/-/half%20of%20a%20pair%20%EF%BF%BD'],
  [{ check: 'a', cluster: 'c', resource: '100%' }, 'a/c/-/100%25'],
])('%j is %s', (of, id) => {
  expect(findingId(of)).toBe(id);
});
