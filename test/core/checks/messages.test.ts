/** The form of what checks say. Messages themselves are tested in each table of cases (test/core/table.ts) and of the sandbox's story. */
import { describe, expect, test } from 'vitest';
import { checks } from '../../../shared/core/checks/index.ts';
import { messageFaults, reasonFaults, sentenceFaults, wordCount } from '../../helpers/message-rules.ts';

/** Clauses of a list, which semicolons and a colon set apart. */
const clauses = (text: string): readonly string[] => text.split(/[;:] /);

describe.each(checks)('$id', ({ title, rationale, applies, levelNote = '' }) => {
  test('has a title that is one sentence without a period, about a healthy state', () => {
    expect(title).toMatch(/^[A-Z](?!.*\. )[^;]*[^.;]$/);
    expect(wordCount(title)).toBeLessThanOrEqual(25);
  });

  test('says why it matters in whole sentences', () => expect(sentenceFaults(rationale)).toEqual([]));

  test('says when it applies, and at which level, in short clauses', () =>
    expect([...clauses(applies), ...clauses(levelNote)].filter((clause) => wordCount(clause) > 30 || clause.endsWith('.'))).toEqual([]));
});

describe('the rules find', () => {
  test.each([
    ['Where DNS support is off, nodes resolve no names.', ['begins with a circumstance']],
    ['of llm-train.', ['begins with a circumstance', 'begins in lower case']],
    ['DNS support is off in vpc-1', ['ends without a period']],
    [`${Array(31).fill('word').join(' ')}.`, ['begins in lower case', 'more than 30 words']],
    ['Value undefined of vpc-1.', ['has a gap']],
    ['Two  gaps;.', ['has a gap']],
    ['subnet-1: 41 IP addresses available, 65 required.', []],
    ['llm-train runs without NodeProvisioningMode.', []],
    [`0 rules of ${Array(40).fill('sg-0123').join(', ')} allow tcp 443.`, []],
    [`Run the command (${Array(40).fill('word').join(' ')}).`, []],
  ])('%j: %j', (message, expected) => expect(messageFaults(message).map((fault) => fault.split(':')[0])).toEqual(expected));

  test.each([
    ['access denied', []],
    ['Service Quotas reports no value for "x"', []],
    ['key arn:aws:kms:us-west-2:1:key/2 was not read.', ['ends with a mark']],
    ['The key was not read', ['begins with a capital letter or a denial']],
    ['no security group is known', ['begins with a capital letter or a denial']],
  ])('of a reason %j: %j', (reason, expected) => expect(reasonFaults(reason).map((fault) => fault.split(':')[0])).toEqual(expected));
});
