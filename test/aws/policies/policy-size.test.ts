import { expect, test } from 'vitest';
import { charactersOf, documentSize, explainExcluded, packStatements } from '../../../shared/aws/policies/policy-size.ts';

const statement = (Sid: string, count: number) => ({
  Sid,
  Effect: 'Allow',
  Action: ['s3:GetObject'],
  Resource: Array.from({ length: count }, (_, n) => `arn:aws:s3:::${Sid}-${String(n).padStart(4, '0')}`),
});

test.each([
  [[statement('a', 3)], [1000]],
  [
    [statement('a', 3), statement('b', 30)],
    [600, 600, 600],
  ],
  [[statement('a', 200), statement('b', 1), statement('c', 50)], Array.from({ length: 20 }, () => 700)],
] as const)('every resource is in one document, and none is longer than its room: %#', (statements, rooms) => {
  const { documents, excluded } = packStatements([...statements], rooms);
  expect(excluded).toBeUndefined();
  const placed = documents.flat().flatMap(({ Resource }) => Resource);
  expect(placed.toSorted()).toEqual(statements.flatMap((s) => s.Resource).toSorted());
  for (const [n, document] of documents.entries()) {
    const characters = charactersOf({ Version: '2012-10-17', Statement: document });
    expect(characters).toBeLessThanOrEqual(rooms[n] ?? 0);
    expect(documentSize(document)).toBeGreaterThanOrEqual(characters);
  }
});

test('without room for all, the first that does not fit is named', () => {
  expect(packStatements([statement('a', 100), statement('b', 1)], [400]).excluded).toMatch(/^arn:aws:s3:::a-00\d\d$/);
  expect(packStatements([statement('a', 1)], []).excluded).toBe('arn:aws:s3:::a-0000');
});

test.each([
  ['arn:aws:s3:::ml-scripts-of-team-7/x', /^Bucket ml-scripts-of-team-7 .*lifecycleBuckets: \['ml-scripts-of-team-\*'\] \}$/],
  ['arn:aws:s3:::mlscripts7', /^Bucket mlscripts7 .*lifecycleBuckets: \['mls\*'\] \}$/],
  ['arn:aws:iam::111122223333:role/x', /^arn:aws:iam::111122223333:role\/x does not fit .*List less in the plan\.$/],
])('%s: what to do', (excluded, said) => {
  expect(explainExcluded(excluded, 'so much')).toMatch(said);
});
