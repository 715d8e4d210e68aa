/** Events for other programs: what they carry, under which type, and within which size. */
import { describe, expect, test } from 'vitest';
import { sampleOf } from '../../../shared/core/alerts/alert-sample.ts';
import { bodyOf } from '../../../shared/core/alerts/alert-size.ts';
import {
  alertDataOf,
  type ChangeDetail,
  eventOfNotification,
  eventsOfCommit,
  eventsOfState,
  type PublishedEvent,
} from '../../../shared/core/events/published-events.ts';
import { eventMistakes } from '../../functions/event-schema.ts';
import { audit, finding, hour, result, row, type Seen } from '../results.ts';

const place = { account: '111122223333', alias: 'ml-prod', region: 'us-west-2' };
const detailOf = (event: PublishedEvent) => event.detail as ChangeDetail;
const words = (event: PublishedEvent) => {
  const { change } = detailOf(event);
  return [event.detailType, change.kind, change.id, change.status ?? change.reason ?? '-'].join(' | ');
};
const pass = finding();
const fail = finding({ status: 'fail', remediation: { text: 'Fix it.', command: 'aws ec2 fix' }, have: 1, need: 2 });
const muted = { reason: 'known', owner: 'network', until: '2027-01-31' };

const between = (before: Seen, after: Seen) => {
  const { state } = audit(undefined, 8, result(before));
  return eventsOfCommit(place, audit(state, 9, result(after)).commit);
};

describe('the changes of a commit', () => {
  const readiness = (was: string, is: string) => `HyperPod Readiness Changed | ${was} | llm-train | ${is}`;
  const id = 'efa-self-traffic/llm-train/-/sg-1';
  const lost = 'unseen';
  test.each<[string, Seen, Seen, readonly string[]]>([
    ['nothing new', { findings: [fail] }, { findings: [fail] }, []],
    [
      'a failure',
      { findings: [pass] },
      { findings: [fail] },
      [`HyperPod Finding Changed | regressed | ${id} | fail`, readiness('regressed', 'BLOCKED')],
    ],
    [
      'a failure that is gone',
      { findings: [fail, finding({ resource: 'sg-2' })] },
      { findings: [finding({ resource: 'sg-2' })] },
      [`HyperPod Finding Changed | gone | ${id} | -`, readiness('recovered', 'READY')],
    ],
    [
      'what can no longer be evaluated',
      { findings: [finding({ resource: 'sg-2' })] },
      { findings: [finding({ resource: 'sg-2' })], rows: [row({ resource: 'sg-1' })] },
      [`HyperPod Coverage Changed | ${lost} | ${id} | access denied`, readiness('regressed', 'UNKNOWN')],
    ],
    [
      'a mute, of which no one else is notified',
      { findings: [fail] },
      { findings: [{ ...fail, muted }] },
      [`HyperPod Finding Changed | muted | ${id} | fail`],
    ],
  ])('%s', (_, before, after, expected) => {
    const events = between(before, after);
    expect(events.map(words)).toEqual(expected);
    for (const { detailType, detail } of events) expect(eventMistakes(detailType, detail)).toEqual([]);
  });

  test('have a name each, that of their commit, and everything that notifications have of a change', () => {
    const [failure] = between({ findings: [pass] }, { findings: [fail] });
    expect(failure?.source).toBe('hyperpod-auditor');
    expect(failure?.detail).toMatchObject({
      schemaVersion: 1,
      id: '111122223333/us-west-2/2/finding/efa-self-traffic/llm-train/-/sg-1',
      account: '111122223333',
      alias: 'ml-prod',
      region: 'us-west-2',
      commit: '111122223333/us-west-2/2',
      auditId: 'audit-9',
      rules: 'rules-1',
      at: hour(9),
      change: { of: 'finding', cause: 'account', check: 'efa-self-traffic', have: 1, need: 2, fix: 'Fix it.', command: 'aws ec2 fix' },
    });
    const [mute] = between({ findings: [fail] }, { findings: [{ ...fail, muted }] });
    expect(mute && detailOf(mute).change.muted).toBe(true);
  });

  test('stay within the 256 KB of an entry, whatever their texts are; half a command is left out', () => {
    const long = '\u0001'.repeat(300_000);
    const wide = finding({ status: 'fail', message: long, remediation: { text: long, command: long } });
    for (const { detailType, detail, source } of between({ findings: [pass] }, { findings: [wide] })) {
      expect(Buffer.byteLength(JSON.stringify(detail)) + Buffer.byteLength(detailType + source)).toBeLessThan(262_144);
      expect(eventMistakes(detailType, detail)).toEqual([]);
      if ('change' in detail) expect(detail.change.command).toBeUndefined();
    }
  });
});

test('a region that was never published begins with how it is: clusters, failures, what was not evaluated', () => {
  const { state } = audit(undefined, 8, result({ findings: [fail, finding({ resource: 'sg-2' })], rows: [row({ check: 'vpc-dns' })] }));
  const events = eventsOfState(place, state);
  expect(events.map(words)).toEqual([
    'HyperPod Readiness Changed | current | llm-train | BLOCKED',
    'HyperPod Finding Changed | current | efa-self-traffic/llm-train/-/sg-1 | fail',
    'HyperPod Coverage Changed | current | vpc-dns/llm-train/-/- | access denied',
  ]);
  for (const { detailType, detail } of events) expect(eventMistakes(detailType, detail)).toEqual([]);
});

describe('a notification', () => {
  const message = sampleOf({ account: '111122223333', region: 'us-west-2', at: hour(8) });
  test('is the JSON of its message, which is read back from what SNS hands over', () => {
    const data = alertDataOf(JSON.parse(bodyOf(message)).default);
    expect(data).toEqual(message.data);
    const { detailType, detail } = eventOfNotification(message.data);
    expect(detailType).toBe('HyperPod Notification');
    expect(eventMistakes(detailType, detail)).toEqual([]);
  });

  test.each(['no JSON', '[]', '{}', '{"schemaVersion":1}', JSON.stringify(message.chat)])('%s is none', (text) => {
    expect(alertDataOf(text)).toBeUndefined();
  });

  test('of another shape is none of the schema', () => {
    expect(eventMistakes('HyperPod Notification', { ...message.data, kind: 'news' })).not.toEqual([]);
    expect(eventMistakes('Something else', message.data)).not.toEqual([]);
  });
});
