/** Events of running clusters: shown with a result, deciding nothing. */
import { expect, test } from 'vitest';
import type { ClusterErrors } from '../../../shared/core/evaluation/cluster-spec.ts';
import { evaluate } from '../../../shared/core/evaluation/evaluate.ts';
import type { Facts } from '../../../shared/core/evaluation/facts.ts';
import { denied, ok, plan, running, snapshot, withRunning } from '../healthy.ts';

const error = { time: '2026-11-20T07:00:00.000Z', group: 'workers', node: 'i-0a', text: 'creation\n\u202efailed' };
const runs = withRunning(running(), running({ name: 'other' }));
const of = (clusterEvents: Facts['clusterEvents']) => evaluate(plan(), snapshot({ ...runs, clusterEvents }));
const read = (errors: ClusterErrors['errors'], partial = false) => ok({ errors, partial });

test('the errors of each cluster stand on one line each, without hidden characters', () => {
  expect(of({ 'llm-train': read([error]), other: read([]) }).events).toEqual([
    { cluster: 'llm-train', status: 'InService', errors: [{ ...error, text: '"creation \\u202efailed"' }] },
  ]);
});

test('that older events were not read is said with the errors', () => {
  expect(of({ other: read([error], true) }).events).toMatchObject([{ cluster: 'other', partial: true }]);
});

test('a cluster without errors, or in a mode without events, shows nothing', () => {
  expect(of({ other: read([], true) })).not.toHaveProperty('events');
  expect(of({})).not.toHaveProperty('events');
});

test('events that could not be read are said to be, and count as nothing not evaluated', () => {
  const result = of({ other: denied('sagemaker:ListClusterEvents') });
  expect(result.events).toEqual([
    { cluster: 'other', status: 'InService', errors: [], unread: 'access denied: sagemaker:ListClusterEvents' },
  ]);
  expect({ ...result, events: undefined }).toEqual({ ...of({}), events: undefined });
});

test('the cause of an event, and why causes were not read, are shown like the event', () => {
  const causes = ok({
    errors: [{ ...error, cause: 'no\ncapacity' }],
    partial: false,
    causesUnread: { reason: 'access denied', action: 'sagemaker:DescribeClusterEvent' },
  });
  expect(of({ other: causes }).events).toMatchObject([
    { errors: [{ cause: '"no capacity"' }], causesUnread: 'access denied: sagemaker:DescribeClusterEvent' },
  ]);
});

test('what a cluster reports of itself is shown without events', () => {
  const failing = { failureMessage: 'no\u0007 role', autoScalingStatus: { status: 'Failed', failureMessage: 'no CRD' } };
  const result = evaluate(plan(), snapshot({ ...withRunning(running({ status: 'Failed', ...failing })), clusterEvents: {} }));
  expect(result.events).toEqual([
    { cluster: 'llm-train', status: 'Failed', failure: '"no\\u0007 role"', autoScalingFailure: '"no CRD"', errors: [] },
  ]);
});
