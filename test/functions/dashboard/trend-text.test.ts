/** The trend of a cluster: better, worse or unchanged is said only where the changes that were read show it. */
import { expect, test } from 'vitest';
import type { ClusterRow } from '../../../functions/dashboard/page/cluster-rows.ts';
import { lastChanges, trendOf } from '../../../functions/dashboard/page/trend-text.ts';
import type { ChangeView } from '../../../shared/query/changes.ts';

const from = '2026-11-10T00:00:00.000Z';
const place = { account: '111122223333', region: 'us-east-1' } as const;
type State = ClusterRow['cluster']['state'];

const row = (state: State, more: Partial<ClusterRow['cluster']> = {}): ClusterRow => ({
  ...place,
  cluster: { cluster: 'train', planned: true, running: true, state, since: '2026-11-20T08:00:00.000Z', because: [], reasons: 0, ...more },
});
const changed = (before: State | undefined, after: State | undefined, more: object = {}): ChangeView => ({
  of: 'readiness',
  kind: 'regressed',
  ...place,
  commit: 1,
  auditId: 'scheduled',
  factsAt: '2026-11-20T08:00:00.000Z',
  cause: 'account',
  id: 'train',
  ...(before && { before: { state: before, since: from } }),
  ...(after && { after: { state: after, since: '2026-11-20T08:00:00.000Z' } }),
  because: [],
  ...more,
});

test.each<[string, ClusterRow, readonly ChangeView[], ReturnType<typeof trendOf>]>([
  ['got worse', row('BLOCKED'), [changed('READY', 'BLOCKED')], { direction: 'worse', words: 'was READY' }],
  ['got better', row('AT_RISK'), [changed('UNKNOWN', 'AT_RISK')], { direction: 'better', words: 'was UNKNOWN' }],
  ['is new', row('READY'), [changed(undefined, 'READY')], { direction: 'appeared', words: 'new' }],
  ['has other reasons', row('BLOCKED'), [changed('BLOCKED', 'BLOCKED')], { direction: 'steady', words: 'unchanged' }],
  ['is so since before', row('BLOCKED', { since: '2026-11-09T08:00:00.000Z' }), [], { direction: 'steady', words: 'unchanged' }],
  ['is of a region that is overdue', row('UNKNOWN', { last: 'READY' }), [], { direction: 'worse', words: 'was READY' }],
  ['has a change that was not read', row('BLOCKED'), [], undefined],
  ['changed since', row('BLOCKED'), [changed('BLOCKED', 'READY')], undefined],
  ['has the name of one elsewhere', row('BLOCKED'), [changed('READY', 'BLOCKED', { region: 'us-west-2' })], undefined],
  [
    'changed twice',
    row('BLOCKED'),
    [changed('AT_RISK', 'BLOCKED'), changed('READY', 'AT_RISK')],
    { direction: 'worse', words: 'was AT RISK' },
  ],
])('a cluster that %s', (_, cluster, changes, trend) => {
  expect(trendOf(cluster, lastChanges(changes), from)).toEqual(trend);
});
