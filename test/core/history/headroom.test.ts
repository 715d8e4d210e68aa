import { describe, expect, test } from 'vitest';
import { checks } from '../../../shared/core/checks/index.ts';
import { addressChecks, type Headroom, headroomOf, quotaChecks } from '../../../shared/core/history/headroom.ts';

const quota = (have?: number, need?: number, check = 'instance-type-quota') => ({
  check,
  ...(have !== undefined && { have }),
  ...(need !== undefined && { need }),
});
const free = (have?: number, need?: number) => quota(have, need, 'subnet-free-ips');

describe('the least headroom', () => {
  test.each<[string, ReturnType<typeof quota>[], Headroom]>([
    ['of nothing', [], {}],
    ['of one quota', [quota(10, 4)], { quota: 150 }],
    ['just enough', [quota(4, 4)], { quota: 0 }],
    ['short', [quota(1, 4)], { quota: -75 }],
    ['nothing there', [quota(0, 4)], { quota: -100 }],
    ['the least of several', [quota(100, 1), quota(5, 4, 'cluster-size-quota'), quota(8, 4)], { quota: 25 }],
    ['to a tenth of a percent', [quota(4, 3)], { quota: 33.3 }],
    ['a need of 0 is left out', [quota(0, 0), quota(10, 0)], {}],
    ['no amounts', [quota(), quota(5), quota(undefined, 5)], {}],
    ['addresses apart from quotas', [quota(6, 4), free(251, 324)], { quota: 50, addresses: -22.5 }],
    ['other checks have amounts of other things', [quota(1, 9, 'execution-role'), quota(1, 9, 'subnet-size')], {}],
  ])('%s', (_, findings, headroom) => {
    expect(headroomOf(findings)).toEqual(headroom);
  });
});

test('every check about a quota is named, and all that are named exist', () => {
  const ids = checks.map((c) => c.id);
  expect([...quotaChecks, ...addressChecks].filter((id) => !ids.includes(id))).toEqual([]);
  // applied-quotas watches values and needs nothing.
  expect(ids.filter((id) => id.includes('quota') && id !== 'applied-quotas').toSorted()).toEqual([...quotaChecks].toSorted());
});
