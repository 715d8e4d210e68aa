import { describe, expect, test } from 'vitest';
import { messageOf } from '../../../shared/core/alerts/alert-message.ts';
import { triggerSentences } from '../../../shared/core/alerts/alert-triggers.ts';
import type { TriggerCall, TriggeredBy } from '../../../shared/core/events/triggers.ts';
import type { Commit } from '../../../shared/core/history/log.ts';
import { finding, lastCommit, planned } from '../results.ts';

const resource = 'sg-0a1b2c3d';
const revoked: TriggerCall = {
  call: 'RevokeSecurityGroupIngress',
  service: 'ec2.amazonaws.com',
  actor: { kind: 'role', name: 'NetAdmin', session: 'alice@example.com' },
  at: '2026-11-20T08:59:40Z',
  resources: [resource],
};
const created: TriggerCall = { ...revoked, call: 'CreateSubnet', actor: { kind: 'user', name: 'bob' }, resources: ['subnet-0a1b2c3d'] };
/** sg-0a1b2c3d fails from nine o'clock on, in an audit that these calls triggered. */
const commitOf = (triggeredBy?: TriggeredBy): Commit => ({
  ...lastCommit(
    { findings: [finding({ resource })], clusters: [planned] },
    { findings: [finding({ resource, status: 'fail' })], clusters: [planned] },
  ),
  ...(triggeredBy && { triggeredBy }),
});
const byRole = 'by role NetAdmin (session alice@example.com), 08:59 UTC';

describe('a notification says', () => {
  test.each<readonly [string, TriggeredBy | undefined, readonly string[]]>([
    ['nothing of triggers that are not known', undefined, []],
    ['by which call a resource was changed', { calls: [revoked] }, [`Changed by RevokeSecurityGroupIngress on ${resource} ${byRole}.`]],
    ['what triggered it where no call names a resource', { calls: [created] }, ['Triggered by CreateSubnet by user bob, 08:59 UTC.']],
    [
      'both, and the number of other calls',
      { calls: [revoked, created], more: 2 },
      [
        `Changed by RevokeSecurityGroupIngress on ${resource} ${byRole}.`,
        'Triggered by CreateSubnet by user bob, 08:59 UTC; and 2 more calls.',
      ],
    ],
    [
      'the number alone',
      { calls: [revoked], more: 7 },
      [`Changed by RevokeSecurityGroupIngress on ${resource} ${byRole}.`, 'Triggered by at least 7 more calls.'],
    ],
  ])('%s', (_, triggeredBy, sentences) => {
    const commit = commitOf(triggeredBy);
    expect(triggerSentences(commit, commit.changes)).toEqual(sentences);
  });

  test('nothing of calls beside changes of a plan', () => {
    const commit = { ...commitOf({ calls: [revoked] }), changes: commitOf().changes.map((c) => ({ ...c, cause: 'plan' as const })) };
    expect(triggerSentences(commit, commit.changes)).toEqual([]);
  });
});

test('each form of a notification says it: e-mail, chat with names as code, JSON', () => {
  const commit = commitOf({ calls: [revoked, created] });
  const context = { account: '111122223333', region: 'us-west-2', status: { command: 'npx status' } };
  const { text, chat, data } = messageOf(commit, context, 'There.') ?? expect.fail('no message');
  expect(text.replaceAll(/\s+/g, ' ')).toContain(
    `Changed by RevokeSecurityGroupIngress on ${resource} ${byRole}. Triggered by CreateSubnet by user bob, 08:59 UTC.`,
  );
  expect(chat.content.description).toContain(
    `Changed by \`RevokeSecurityGroupIngress\` on \`${resource}\` by role \`NetAdmin\` (session \`alice@example.com\`), 08:59 UTC.\nTriggered by \`CreateSubnet\` by user \`bob\`, 08:59 UTC.`,
  );
  expect(data.triggeredBy).toEqual(commit.triggeredBy);
  expect(data.changes.map((c) => c.changedBy)).toEqual([undefined, [revoked]]);
});
