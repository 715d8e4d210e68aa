/** What deploy does about the indexes of a table that was deployed before. */
import { expect, test } from 'vitest';
import { upgradeLines, upgradeSteps } from '../../infra/deploy/index-upgrade.ts';
import { indexSteps } from '../../shared/aws/findings/index-steps.ts';

const deployed = (n: number) => ({ ok: true as const, value: { indexes: indexSteps.at(n) ?? [], items: 12_345 } });

test('a new table, and one with the indexes of this version, is deployed at once', () => {
  for (const read of [undefined, deployed(-1)]) expect([upgradeSteps(read), upgradeLines(read)]).toEqual([[], []]);
});

test('one step behind, the deployment itself is that step', () => {
  expect([upgradeSteps(deployed(-2)), upgradeLines(deployed(-2))]).toEqual([[], []]);
});

test('further behind, each step but the last is deployed before', () => {
  expect(upgradeSteps(deployed(0))).toEqual(indexSteps.slice(1, -1));
  expect(upgradeLines(deployed(0)).join('\n')).toContain('8 updates of the findings table, one after the other');
  expect(upgradeLines(deployed(0)).join('\n')).toContain('12,345 now');
});

test('indexes of no version end before anything is deployed; those that could not be read are left to CloudFormation', () => {
  expect(() => upgradeSteps({ ok: true, value: { indexes: indexSteps[0]?.slice(1) ?? [], items: 0 } })).toThrow(
    'Nothing was deployed: the findings table has the indexes time, open, which no version of this tool made.',
  );
  const denied = { ok: false, reason: 'access denied', action: 'dynamodb:DescribeTable' } as const;
  expect(upgradeSteps(denied)).toEqual([]);
  expect(upgradeLines(denied)).toEqual(['  indexes      of the findings table: not read (access denied (dynamodb:DescribeTable))']);
});
