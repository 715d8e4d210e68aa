import { expect, test } from 'vitest';
import { localZoneGroup } from '../../../shared/core/network/reserved-capacity.ts';

test.each([
  ['us-east-1-dfw-2a', 'us-east-1-dfw-2'],
  ['ap-southeast-1-bkk-1a', 'ap-southeast-1-bkk-1'],
  ['us-east-1a', undefined],
  ['use1-dfw2-az1', undefined],
  ['usw2-az1', undefined],
  ['', undefined],
])('%s', (name, group) => {
  expect(localZoneGroup(name)).toBe(group);
});
