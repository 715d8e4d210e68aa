/** Patterns and conditions of policies, one by one. */
import { describe, expect, test } from 'vitest';
import { arnGlob, blank, blankCharacter, type Certainty, glob, patternOf, wildcards } from '../../../shared/core/iam/patterns.ts';
import { compile, holds, type RequestContext } from '../../../shared/core/iam/policy-conditions.ts';
import type { Statement } from '../../../shared/core/iam/policy-document.ts';

const statement = { variables: true } as Statement;

test.each<[string, string, Certainty]>([
  ['abc', 'abc', 'yes'],
  ['ab', 'abc', 'no'],
  ['abc', 'ab', 'no'],
  ['', '', 'yes'],
  ['*', '', 'yes'],
  ['a*', 'a', 'yes'],
  ['a?c', 'abc', 'yes'],
  ['a?c', 'ac', 'no'],
  ['a?', 'abc', 'no'],
  ['*c', 'abc', 'yes'],
  ['a*b*c', 'axbxbc', 'yes'],
  ['abc', `a${blank}`, 'maybe'],
  ['xbc', `a${blank}`, 'no'],
  ['a?c', `ab${blank}`, 'maybe'],
  ['?c', `${blank}c`, 'maybe'],
  ['a*', `a${blank}`, 'yes'],
  ['a??', `a${blankCharacter}${blankCharacter}`, 'yes'],
  ['a*', `a${blankCharacter}`, 'yes'],
  ['ab?', `a${blankCharacter}${blankCharacter}`, 'maybe'],
  ['ab*', `a${blankCharacter}${blankCharacter}`, 'maybe'],
  ['a?', `a${blankCharacter}${blankCharacter}`, 'no'],
  ['a*d', `a${blank}`, 'maybe'],
  ['a*d', `a${blank}e`, 'no'],
  ['abc', `${blank}abc${blank}`, 'maybe'],
  ['abcd', `${blank}b${blank}`, 'maybe'],
  ['acd', `${blank}b${blank}`, 'no'],
  ['*b', `${blank}a`, 'no'],
])('%j matches %j: %s', (pattern, text, certainty) => {
  expect(glob(wildcards(pattern), text)).toBe(certainty);
});

test.each<[string, string, Certainty]>([
  ['arn:aws:iam::1:role/*', 'arn:aws:iam::1:role/x', 'yes'],
  ['arn:aws:iam::?:role/x', 'arn:aws:iam::1:role/x', 'yes'],
  ['arn:aws:iam::*', 'arn:aws:iam::1:role/x', 'maybe'],
  ['arn:*:role/x', 'arn:aws:iam::1:role/x', 'maybe'],
  ['arn:aws:s3:::a', 'arn:aws:s3:::b', 'no'],
  ['*', 'anything', 'yes'],
  ['arn:aws:iam::1:role/x:y', 'arn:aws:iam::1:role/x:y', 'yes'],
  ['arn:aws:iam::1:role/xy', `arn:aws:iam::1:role/${blank}`, 'maybe'],
])('the ARN %j matches %j: %s', (pattern, text, certainty) => {
  expect(arnGlob(patternOf(wildcards(pattern)), text)).toBe(certainty);
});

describe('variables', () => {
  const context: RequestContext = { 'aws:username': ['me'], 'aws:none': [], 'aws:two': ['a', 'b'], 'aws:number': { atLeast: '5' } };
  test.each<[string, string | undefined]>([
    ['a/${aws:username}/b', 'a/me/b'],
    ["a/${aws:username, 'you'}", 'a/me'],
    ['a/${aws:none}', undefined],
    ["a/${aws:none, 'you'}", 'a/you'],
    ["a/${aws:none, ''}", 'a/'],
    ['a/${*}${?}${$}', 'a/*?$'],
    ['no variable', 'no variable'],
  ])('%s is %s', (raw, filled) => {
    expect(compile(raw, statement, context, false)).toBe(filled);
  });
  test.each(['${aws:unknown}', '${aws:two}', '${aws:number}'])('%s may be anything', (raw) => {
    const filled = compile(`a/${raw}`, statement, context, false) ?? '';
    expect(['a/x', 'b/x'].map((text) => glob(filled, text))).toEqual(['maybe', 'no']);
  });
  test('are text in a policy of the version without them', () => {
    expect(compile('${aws:username}', { variables: false } as Statement, context, false)).toBe('${aws:username}');
  });
});

describe('orders', () => {
  const of = (operator: string, have: string | { readonly atLeast: string }, bound: string): Certainty =>
    holds({ operator, key: 'k', values: [bound] }, statement, { k: typeof have === 'string' ? [have] : have });

  test.each<[string, string, readonly Certainty[]]>([
    ['NumericEquals', '5', ['no', 'yes', 'no']],
    ['NumericNotEquals', '5', ['yes', 'no', 'yes']],
    ['NumericLessThan', '5', ['yes', 'no', 'no']],
    ['NumericLessThanEquals', '5', ['yes', 'yes', 'no']],
    ['NumericGreaterThan', '5', ['no', 'no', 'yes']],
    ['NumericGreaterThanEquals', '5', ['no', 'yes', 'yes']],
  ])('%s: 4, 5 and 13 against %s', (operator, bound, expected) => {
    expect(['4', '5', '13'].map((have) => of(operator, have, bound))).toEqual(expected);
  });

  test.each<[string, readonly Certainty[]]>([
    ['NumericEquals', ['maybe', 'maybe', 'no']],
    ['NumericLessThan', ['maybe', 'no', 'no']],
    ['NumericLessThanEquals', ['maybe', 'maybe', 'no']],
    ['NumericGreaterThan', ['maybe', 'maybe', 'yes']],
    ['NumericGreaterThanEquals', ['maybe', 'yes', 'yes']],
  ])('%s: at least 4, 5 and 6 against 5', (operator, expected) => {
    expect(['4', '5', '6'].map((atLeast) => of(operator, { atLeast }, '5'))).toEqual(expected);
  });

  test.each([
    ['NumericLessThan', 'x', '5'],
    ['NumericLessThan', '5', 'x'],
    ['DateLessThan', 'x', '2026-01-01'],
  ])('%s of %s against %s is open', (operator, have, bound) => {
    expect(of(operator, have, bound)).toBe('maybe');
  });

  test.each<[string, string, Certainty]>([
    ['2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z', 'yes'],
    ['1767225600', '2026-01-02T00:00:00Z', 'yes'],
    ['1767225600', '2025-12-31T00:00:00Z', 'no'],
    ['2025', '2026-01-01T00:00:00Z', 'yes'],
  ])('the date %s before %s: %s', (have, bound, expected) => {
    expect(of('DateLessThan', have, bound)).toBe(expected);
  });

  test.each<[string, string, string, Certainty]>([
    ['ArnLike', 'arn:aws:iam::1:role/x', 'arn:aws:iam::*', 'maybe'],
    ['StringLike', 'arn:aws:iam::1:role/x', 'arn:aws:iam::*', 'yes'],
    ['StringEquals', 'a*', 'a*', 'yes'],
    ['StringEquals', 'ab', 'a*', 'no'],
    ['StringNotEquals', 'ab', 'a*', 'yes'],
    ['StringEqualsIgnoreCase', 'AB', 'ab', 'yes'],
    ['Bool', 'TRUE', 'true', 'yes'],
    ['IpAddress', '10.0.0.1', '10.0.0.0/8', 'maybe'],
    ['NotIpAddress', '10.0.0.1', '10.0.0.0/8', 'maybe'],
    ['Unheard', 'a', 'a', 'maybe'],
  ])('%s of %s against %s: %s', (operator, have, bound, expected) => {
    expect(of(operator, have, bound)).toBe(expected);
  });
});
