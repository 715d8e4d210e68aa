import { expect, test } from 'vitest';
import { compare } from '../../../shared/core/history/compare.ts';
import type { RegionState } from '../../../shared/core/history/log.ts';
import { audit, finding, planned, result, row, running, type Seen } from '../results.ts';

const fail = (more = {}) => finding({ status: 'fail', ...more });
function statesOf(...seen: readonly Seen[]): readonly RegionState[] {
  const states: RegionState[] = [];
  for (const [n, s] of seen.entries()) states.push(audit(states.at(-1), n + 1, result(s)).state);
  return states;
}

const reported = (before: RegionState | undefined, after: RegionState | undefined): readonly string[] =>
  before && after ? compare(before, after).map((c) => `${c.of} ${c.kind} ${c.id}`) : ['There is no such state.'];

const id = finding().id;

test.each([
  { name: 'nothing', seen: [{ findings: [finding()] }, { findings: [fail()] }, { findings: [finding()] }], told: [] },
  {
    name: 'it broke',
    seen: [{ findings: [finding()] }, { findings: [fail()] }],
    told: ['readiness regressed llm-train', `finding regressed ${id}`],
  },
  {
    name: 'it was fixed',
    seen: [{ findings: [fail()] }, { findings: [finding()] }],
    told: ['readiness recovered llm-train', `finding recovered ${id}`],
  },
  { name: 'it is new', seen: [{}, { findings: [finding()] }], told: [`finding appeared ${id}`] },
  { name: 'it is gone', seen: [{ findings: [finding()] }, {}], told: [`finding gone ${id}`] },
  {
    name: 'its value',
    seen: [{ findings: [finding({ watched: 'a' })] }, { findings: [finding({ watched: 'b' })] }],
    told: [`finding changed ${id}`],
  },
  {
    name: 'someone muted it',
    seen: [{ findings: [fail()] }, { findings: [fail({ muted: { reason: 'r', owner: 'o', until: '2026-12-01' } })] }],
    told: [`finding muted ${id}`],
  },
  {
    name: 'it cannot be seen any more',
    seen: [{ findings: [finding()] }, { rows: [row()] }],
    told: ['readiness regressed llm-train', `finding carried ${id}`, 'coverage unseen efa-self-traffic/llm-train/-/-'],
  },
  {
    name: 'it is seen again',
    seen: [{ findings: [finding()] }, { rows: [row()] }, { findings: [finding()] }],
    told: [],
  },
  {
    name: 'the cluster runs now',
    seen: [{ clusters: [planned] }, { clusters: [{ ...running, planned: true }] }],
    told: ['readiness changed llm-train'],
  },
  { name: 'the cluster is gone', seen: [{ clusters: [planned] }, { clusters: [] }], told: ['readiness gone llm-train'] },
  { name: 'the cluster is new', seen: [{ clusters: [] }, { clusters: [planned] }], told: ['readiness appeared llm-train'] },
])('$name', ({ seen, told: expected }) => {
  const states = statesOf(...(seen as readonly Seen[]));
  expect(reported(states[0], states.at(-1))).toEqual(expected);
});

test('between two moments without the fact nothing is different, and after it what was seen is said to be', () => {
  const unread: Seen = { rows: [row()] };
  const [first, second, third, fourth] = statesOf({ findings: [finding()] }, unread, unread, { findings: [finding()] });
  expect(reported(first, second)).toHaveLength(3);
  expect(reported(second, third)).toEqual([]);
  expect(reported(third, fourth)).toEqual([
    'readiness recovered llm-train',
    `finding seen ${id}`,
    'coverage seen efa-self-traffic/llm-train/-/-',
  ]);
});
