/** From the indexes of any deployed version to those of this one, as CloudFormation changes them: one with each update. */
import { expect, test } from 'vitest';
import { definedAttributes, type IndexSet, indexSteps, stepsAfter, type TableIndex } from '../../../shared/aws/findings/index-steps.ts';
import { tableDefinition } from '../../../shared/aws/findings/keys.ts';

const named = (set: IndexSet) => new Map(set.map((index) => [index.IndexName, JSON.stringify(index)]));

/** Indexes that an update from one set to the next creates and deletes; one that changes is both. */
function updatesBetween(before: IndexSet, after: IndexSet): readonly string[] {
  const [old, next] = [named(before), named(after)];
  const isSame = ({ IndexName }: TableIndex): boolean => old.get(IndexName) === next.get(IndexName);
  const names = (set: IndexSet, what: string) => set.filter((i) => !isSame(i)).map(({ IndexName }) => `${what} ${IndexName}`);
  return [...names(before, 'delete'), ...names(after, 'create')];
}

test('consecutive sets differ in one index, and the last is that of the present code', () => {
  for (const [n, set] of indexSteps.slice(1).entries()) expect(updatesBetween(indexSteps[n] ?? [], set), `step ${n + 1}`).toHaveLength(1);
  const last = indexSteps.at(-1) ?? [];
  expect(new Map([...named(last)].toSorted())).toEqual(new Map([...named(tableDefinition.GlobalSecondaryIndexes)].toSorted()));
  expect(definedAttributes(last).toSorted()).toEqual(tableDefinition.AttributeDefinitions.map((a) => a.AttributeName).toSorted());
  expect(indexSteps.every((set) => set.length <= 20)).toBe(true);
});

test('what is ahead of a table depends on its indexes, not on their order; of indexes that no version had nothing is known', () => {
  expect(stepsAfter(tableDefinition.GlobalSecondaryIndexes)).toEqual([]);
  for (const [n, set] of indexSteps.entries()) expect(stepsAfter(set.toReversed())).toEqual(indexSteps.slice(n + 1));
  expect(stepsAfter([])).toBeUndefined();
});
