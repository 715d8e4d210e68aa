/** Choices of account, region and cluster: all there are, and of those that an earlier choice leaves. */
import { expect, test } from 'vitest';
import { placeFields } from '../../../functions/dashboard/page/parts/place-fields.ts';
import { inventory } from '../../browser/inventory.ts';

const { readiness } = inventory(9);
const chosen = (filters: Record<string, string>) =>
  Object.fromEntries(Object.entries(placeFields(readiness, filters)).map(([name, { options }]) => [name, options.map(([value]) => value)]));

test('all of them', () => {
  expect(placeFields(readiness, {}).account.options).toEqual([
    ['111122220000', 'team-0 (111122220000)'],
    ['111122220001', 'team-1 (111122220001)'],
    ['111122220002', 'team-2 (111122220002)'],
  ]);
  expect(chosen({})).toMatchObject({
    region: ['eu-north-1', 'us-east-1', 'us-east-2', 'us-west-2'],
    cluster: Array.from({ length: 9 }, (_, n) => `train-${n}`),
  });
});

test('of an account, and of a region', () => {
  expect(chosen({ account: '111122220002' })).toMatchObject({ region: ['eu-north-1'], cluster: ['train-8'] });
  expect(chosen({ region: 'us-east-1' })).toMatchObject({
    account: ['111122220000', '111122220001', '111122220002'],
    cluster: ['train-1', 'train-5'],
  });
});

test('an account without a name is called by its number, and an empty filter is none', () => {
  const [first] = readiness;
  const { alias: _, ...nameless } = first ?? expect.fail();
  expect(placeFields([nameless], { account: '' })).toMatchObject({
    account: { options: [['111122220000', '111122220000']] },
    region: { options: [['eu-north-1', 'eu-north-1']] },
  });
});
