import { describe, expect, test } from 'vitest';
import { messageOf } from '../../../shared/core/alerts/alert-message.ts';
import { atLeast } from '../../../shared/core/alerts/alert-minimum.ts';
import { reminderOf } from '../../../shared/core/alerts/alert-reminder.ts';
import { sampleOf } from '../../../shared/core/alerts/alert-sample.ts';
import { bodyOf, fittingText } from '../../../shared/core/alerts/alert-size.ts';
import { notificationOf, webhookBodyOf } from '../../../shared/core/alerts/alert-webhook.ts';
import { chatLimits, chatOf, cut } from '../../../shared/core/alerts/chat-notification.ts';
import { messagesOf } from '../../../shared/core/alerts/commit-messages.ts';
import type { Finding, ReadinessState, RegionResult } from '../../../shared/core/evaluation/finding.ts';
import type { Change, Commit, RegionState } from '../../../shared/core/history/log.ts';
import { statusOfDeployment } from '../../../shared/core/text/own-command.ts';
import { type AuditVersion, audit, finding, hour, lastCommit, newRulesOf, planned, result, row, type Seen } from '../results.ts';

const context = {
  account: '111122223333',
  alias: 'ml-prod',
  region: 'us-west-2',
  status: statusOfDeployment({ stack: 'HyperPodAuditor', region: 'eu-west-1', account: '999988887777' }),
};
const where = 'All of it is in the table.';

const bad = (more: Partial<Finding> = {}) =>
  finding({ status: 'fail', remediation: { text: 'Fix it.', command: 'aws ec2 fix --region us-west-2' }, ...more });
const message = (commit: Commit) => messageOf(commit, context, where) ?? expect.fail('nothing to tell');

describe('attributes', () => {
  const cases: readonly [string, readonly (Seen & AuditVersion)[], object][] = [
    ['a first audit', [{ findings: [bad()] }], { kind: 'first', level: 'required', readiness: 'BLOCKED' }],
    ['a first audit of a healthy region', [{ findings: [finding()] }], { kind: 'first', readiness: 'READY' }],
    [
      'a check that is new here',
      [{ findings: [finding()] }, { findings: [finding(), finding({ check: 'vpc-dns' })], rules: newRulesOf('vpc-dns') }],
      { kind: 'changed', readiness: 'READY' },
    ],
    ['a region without clusters', [{ findings: [finding({ cluster: '' })], clusters: [] }], { kind: 'first', readiness: 'NONE' }],
    ['worse', [{ findings: [finding()] }, { findings: [bad()] }], { kind: 'regressed', level: 'required', readiness: 'BLOCKED' }],
    [
      'worse, as recommended',
      [{ findings: [finding({ level: 'recommended' })] }, { findings: [bad({ level: 'recommended' })] }],
      { kind: 'regressed', level: 'recommended', readiness: 'AT_RISK' },
    ],
    ['better', [{ findings: [bad()] }, { findings: [finding()] }], { kind: 'recovered', level: 'required', readiness: 'READY' }],
    [
      'no longer seen',
      [{ findings: [finding({ level: 'recommended' })] }, { rows: [row({ level: 'recommended', resource: 'sg-1' })] }],
      { kind: 'regressed', level: 'recommended', readiness: 'AT_RISK' },
    ],
    [
      'a watched value',
      [{ findings: [finding({ cluster: '', watched: '4' })] }, { findings: [finding({ cluster: '', watched: '8' })] }],
      { kind: 'changed', level: 'required', readiness: 'READY' },
    ],
  ];
  test.each(cases)('%s', (_, seen, attributes) => {
    const { attributes: said, data } = message(lastCommit(...seen));
    expect(said).toMatchObject({ account: '111122223333', region: 'us-west-2', ...attributes });
    expect(data).toMatchObject({ kind: said.kind, level: said.level });
    for (const value of Object.values(said)) expect(value).toMatch(/^[\w-]+$/);
  });
});

describe('the least level', () => {
  const recommended = lastCommit({ findings: [finding({ level: 'recommended' })] }, { findings: [bad({ level: 'recommended' })] });
  test.each([
    ['a recommended failure that came', recommended, 0],
    [
      'a new check that passes, and one that is gone, as recommended',
      lastCommit({ findings: [finding({ level: 'recommended' })] }, { findings: [finding({ level: 'recommended', resource: 'sg-2' })] }),
      0,
    ],
    ['a required one', lastCommit({ findings: [finding()] }, { findings: [bad()] }), 2],
    ['one that became recommended', lastCommit({ findings: [bad()] }, { findings: [bad({ level: 'recommended' })] }), 2],
    ['a required check not evaluated', lastCommit({ findings: [finding()] }, { rows: [row({ resource: 'sg-1' })] }), 2],
    [
      'a recommended one',
      lastCommit({ findings: [finding({ level: 'recommended' })] }, { rows: [row({ level: 'recommended', resource: 'sg-1' })] }),
      0,
    ],
  ])('%s', (_, commit, reported) => {
    const left = atLeast(commit, 'required').changes.filter((c) => c.kind !== 'carried');
    expect(left).toHaveLength(reported);
    expect(atLeast(commit, 'advice')).toEqual(commit);
    expect(atLeast(commit, 'recommended')).toEqual(commit);
    expect(atLeast(commit)).toEqual(commit);
  });
  const advice = finding({ level: 'advice' });
  const adviceRow = row({ level: 'advice', resource: 'sg-1' });
  test.each([
    ['advice that is no longer followed', lastCommit({ findings: [advice] }, { findings: [bad({ level: 'advice' })] })],
    ['advice that is followed again', lastCommit({ findings: [bad({ level: 'advice' })] }, { findings: [advice] })],
    [
      'new advice that passes, and some that is gone',
      lastCommit({ findings: [advice] }, { findings: [finding({ level: 'advice', resource: 'sg-2' })] }),
    ],
    ['advice that is no longer evaluated', lastCommit({ findings: [advice] }, { rows: [adviceRow] })],
    ['advice that is evaluated again', lastCommit({ rows: [adviceRow] }, { findings: [advice] })],
  ])('%s is notified only where advice is asked for', (_, commit) => {
    const shown = (minimum?: 'recommended' | 'advice') => atLeast(commit, minimum).changes.filter((c) => c.kind !== 'carried');
    expect(shown()).toEqual([]);
    expect(shown('recommended')).toEqual([]);
    expect(shown('advice')).not.toEqual([]);
    expect(message(atLeast(commit, 'advice')).attributes.level).toBe('advice');
  });
  test.each([
    ['recommended', 'A recommended failure since'],
    ['required', 'A required failure since'],
  ] as const)('advice that became %s is notified as such', (level, text) => {
    const commit = lastCommit({ findings: [bad({ level: 'advice' })] }, { findings: [bad({ level })] });
    expect(message(atLeast(commit)).attributes.level).toBe(level);
    expect(message(atLeast(commit)).text).toContain(text);
    expect(message(atLeast(commit)).text).toContain('it had failed as advice since');
  });
  test('what an older version found evaluated again is notified, since its level is not stored', () => {
    const commit = lastCommit({ rows: [adviceRow] }, { findings: [advice] });
    const older = { ...commit, changes: commit.changes.flatMap((c) => (c.of === 'coverage' ? [{ ...c, level: undefined }] : [])) };
    expect(atLeast(older, 'required').changes).toEqual(older.changes);
  });
  test('is asked of a first audit too; how its clusters are stays', () => {
    const first = lastCommit({ findings: [bad({ level: 'recommended' })], rows: [row({ check: 'vpc-dns', level: 'recommended' })] });
    expect(first.changes.map((c) => c.of)).toEqual(['finding', 'coverage', 'readiness']);
    expect(atLeast(first, 'required').changes.map((c) => c.of)).toEqual(['readiness']);
    expect(atLeast(first).changes).toEqual(first.changes);
  });
  test('is asked of a check that is new here as of any other', () => {
    const fresh = bad({ check: 'vpc-dns', level: 'recommended' });
    const seen = [finding(), bad({ resource: 'sg-2', level: 'recommended' })];
    const commit = lastCommit({ findings: seen }, { findings: [...seen, fresh], rules: newRulesOf('vpc-dns') });
    expect(commit.changes).toHaveLength(1);
    expect(atLeast(commit, 'required').changes).toEqual([]);
  });
  test('leaves of a commit with a new check what is required, and that is still no first audit', () => {
    const seen = { findings: [finding(), finding({ check: 'subnet-size', level: 'recommended', resource: 'subnet-1' })] };
    const next = [
      finding(),
      bad({ check: 'subnet-size', level: 'recommended', resource: 'subnet-1' }),
      bad({ check: 'vpc-dns', cluster: '' }),
    ];
    const commit = lastCommit({ ...seen, clusters: [] }, { findings: next, clusters: [] });
    const left = atLeast(commit, 'required');
    expect(left.changes.map((c) => c.cause)).toEqual(['baseline']);
    expect(message(left).attributes.kind).toBe('regressed');
    expect(message(left).text).not.toContain('First audit');
  });
});

describe('what a program gets', () => {
  test('of an edited plan: every change with its cause; in the chat they are counted, and what blocks comes with its way out', () => {
    const said = message(lastCommit({ findings: [finding()] }, { findings: [finding(), bad({ resource: 'sg-2' })], planHash: 'plan-2' }));
    expect(said.data.changes.map((c) => c.cause)).toEqual(['plan', 'plan']);
    const { description, nextSteps } = said.chat.content;
    expect(description).toContain(
      '`llm-train` is BLOCKED since 2026-11-20 09:00 UTC. Before: READY since 2026-11-20 08:00 UTC. Because of efa-self-traffic.',
    );
    expect(description).toContain('• `efa-self-traffic` fails (required), sg-2, llm-train: sg-2 was read.');
    expect(description).toContain('With the edited plan: 1 finding appeared (1 fails: efa-self-traffic).');
    expect(nextSteps).toEqual(['aws ec2 fix --region us-west-2']);
  });
  test('what was not evaluated carries reason and action', () => {
    const unread = row({ resource: 'sg-1', action: 'ec2:DescribeSecurityGroups' });
    const said = message(lastCommit({ findings: [finding()] }, { rows: [unread] }));
    expect(said.data.changes).toContainEqual(
      expect.objectContaining({ of: 'coverage', kind: 'unseen', reason: 'access denied', action: 'ec2:DescribeSecurityGroups' }),
    );
    expect(said.chat.content.description).toContain('is no longer evaluated, llm-train: access denied (ec2:DescribeSecurityGroups)');
  });
});

describe('new rules', () => {
  /** As many clusters as a region hardly has, with names as long as names get. */
  const clusters = Array.from({ length: 100 }, (_, n) => ({ ...planned, cluster: `c${String(n).padStart(3, '0')}-${'x'.repeat(58)}` }));
  const names = (half: 0 | 1) => clusters.map((c) => c.cluster).filter((_, n) => n % 2 === half);
  const seen = { findings: clusters.map(({ cluster }) => finding({ cluster })), clusters };
  const next = {
    findings: names(0).map((cluster) => bad({ cluster })),
    rows: names(1).map((cluster) => row({ cluster })),
    clusters,
    rules: newRulesOf('efa-self-traffic'),
  };
  const commit = lastCommit(seen, next);
  const said = message(commit);
  const forms: readonly (readonly [string, string])[] = [
    ['the e-mail', JSON.parse(bodyOf(said)).email],
    ['the chat', JSON.stringify(said.chat)],
    ['Slack', JSON.stringify(webhookBodyOf(said.chat, 'hooks.slack.com'))],
    ['Teams', JSON.stringify(webhookBodyOf(said.chat, 'x.webhook.office.com'))],
    ['JSON', JSON.parse(bodyOf(said)).default],
    ['what the least level lets through', message(atLeast(commit, 'required')).text],
  ];
  test.each(forms)('%s names every cluster that became BLOCKED or UNKNOWN', (_, form) => {
    const text = form.replaceAll(/\s+/g, ' ');
    expect(clusters.filter(({ cluster }) => !text.includes(cluster))).toEqual([]);
  });
  test('a program gets the rules, and each cluster with its state and the cause', () => {
    const { rules, changes } = JSON.parse(JSON.parse(bodyOf(said)).default);
    expect(rules).toBe('efa-self-traffic');
    const readiness = changes.filter((c: Change) => c.of === 'readiness');
    expect(readiness).toHaveLength(clusters.length);
    expect(new Set(readiness.map((c: { status: string; cause: string }) => `${c.status} ${c.cause}`))).toEqual(
      new Set(['BLOCKED auditor', 'UNKNOWN auditor']),
    );
  });
});

describe('a chat notification', () => {
  const parts = { title: 'T', lines: ['one'], keywords: ['k'], threadId: 't', context: {}, where };
  test('keeps to its schema, whatever there is to say', () => {
    const many = chatOf({
      ...parts,
      title: 'T'.repeat(300),
      lines: Array.from({ length: 500 }, (_, n) => `• line ${n} ${'x'.repeat(n)}`),
      steps: Array.from({ length: 9 }, (_, n) => `step ${n}`),
      keywords: ['k'.repeat(90)],
    });
    expect(many.content.title).toHaveLength(250);
    expect(many.content.description.length).toBeLessThanOrEqual(8000);
    expect(many.content.description).toMatch(/\n… and \d+ more\. All of it is in the table\.$/);
    expect(many.content.nextSteps).toHaveLength(5);
    expect(many.content.keywords).toEqual([`${'k'.repeat(74)}…`]);
  });
  test('counts exactly the lines it leaves out', () => {
    const lines = Array.from({ length: 100 }, (_, n) => `${n} ${'x'.repeat(200)}`);
    const { description } = chatOf({ ...parts, lines }).content;
    const shown = description.split('\n').length - 1;
    expect(description).toContain(`… and ${100 - shown} more.`);
  });
  test('shows every line that has room, to the last character', () => {
    const room = chatLimits.description - `… and 6 more. ${where}`.length - 1;
    const lines = [1499, 1499, 1499, 1499, 1499, room - 7501].map((length) => 'x'.repeat(length));
    expect(chatOf({ ...parts, lines }).content.description).toBe(lines.join('\n'));
    expect(chatOf({ ...parts, lines: [...lines.slice(0, 5), 'x'.repeat(room - 7500)] }).content.description).toContain('… and 1 more.');
  });
  test('has an id where it is given', () => {
    expect(chatOf({ ...parts, id: 'a' }).id).toBe('a');
    expect(chatOf(parts)).not.toHaveProperty('id');
  });
  test('calls no one by accident', () => {
    const said = chatOf({ ...parts, title: '<!channel>', lines: ['<@U1> <!here>'], steps: ['<!everyone>'] });
    expect(JSON.stringify(said)).not.toMatch(/[<>]/);
  });
  test('leaves out a step that is too long: half a command is worse than none', () => {
    expect(chatOf({ ...parts, steps: ['aws '.repeat(100), 'aws ec2 fix'] }).content.nextSteps).toEqual(['aws ec2 fix']);
    const longest = 'x'.repeat(chatLimits.step);
    expect(chatOf({ ...parts, steps: [longest, `${longest}x`] }).content.nextSteps).toEqual([longest]);
    expect('nextSteps' in chatOf({ ...parts, steps: ['aws '.repeat(100)] }).content).toBe(false);
  });
  test.each([
    ['short', 10, 'short'],
    ['exactly10!', 10, 'exactly10!'],
    ['exactly11!!', 10, 'exactly11…'],
    ['12345678\u{1F600}x', 10, '12345678…'],
    ['1\u{1F600}345678901', 10, '1\u{1F600}345678…'],
  ])('%s cut to %i', (text, most, said) => {
    expect(cut(text, most)).toBe(said);
  });
});

describe('the body for SNS', () => {
  const sample = sampleOf({ account: '111122223333', region: 'us-west-2', at: hour(8) });
  test('has text for e-mail, a line for phones and JSON for all others', () => {
    const forms = JSON.parse(bodyOf(sample));
    expect(Object.keys(forms).toSorted()).toEqual(['default', 'email', 'sms']);
    expect(JSON.parse(forms.default)).toEqual(sample.data);
    expect(forms.email).toBe(sample.text);
    expect(forms.sms).toBe(sample.subject);
  });
  test.each([1, 100, 1000, 5000])('fits with %i changes, and counts what it leaves out', (n) => {
    const change = { of: 'finding', kind: 'regressed', cause: 'account', id: 'x', message: '"quoted" \\ ☂ \u0001'.repeat(20) } as const;
    const body = bodyOf({ ...sample, text: 'ü\n'.repeat(100_000), data: { ...sample.data, changes: Array(n).fill(change) } });
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(250_000);
    const data = JSON.parse(JSON.parse(body).default);
    expect(data.changes.length + (data.omitted?.changes ?? 0)).toBe(n);
    expect(data.changes.length).toBeGreaterThan(0);
  });
  test('text is cut at a line, and says how much is missing and where it is', () => {
    const text = Array.from({ length: 100 }, (_, n) => `line ${n}`).join('\n');
    const said = fittingText({ text, where, data: {} }, 300);
    const kept = said.split('\n').filter((l) => l.startsWith('line')).length;
    expect(said.endsWith(`\n\n(${100 - kept} more lines are left out. ${where})\n`)).toBe(true);
    expect(Buffer.byteLength(said)).toBeLessThanOrEqual(300);
    expect(fittingText({ text, where, data: {} })).toBe(text);
  });
});

describe('a webhook', () => {
  const { chat } = message(lastCommit({ findings: [finding()] }, { findings: [bad({ message: 'a & b' })] }));
  test('of Slack gets its markup, with what Slack would read as markup escaped', () => {
    const { text } = webhookBodyOf(chat, 'hooks.slack.com') as { text: string };
    expect(text).toContain('a &amp; b');
    expect(text).toContain('```aws ec2 fix --region us-west-2```');
  });
  test.each(['x.webhook.office.com', 'prod-1.westus.logic.azure.com', 'x.environment.api.powerplatform.com'])(
    'of Teams (%s) gets a card',
    (host) => {
      expect(webhookBodyOf(chat, host)).toMatchObject({
        type: 'message',
        attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content: { type: 'AdaptiveCard' } }],
      });
    },
  );
  test('a host that only looks like Teams gets the common form', () => {
    expect(webhookBodyOf(chat, 'webhook.office.com.example.org')).toHaveProperty('text');
  });
  test.each(['', 'null', '[]', '"x"', '{', '{"version":"1.0","source":"custom"}'])('%j is no notification', (text) => {
    expect(notificationOf(text)).toBeUndefined();
  });
  test('what was published is read back', () => {
    expect(notificationOf(JSON.stringify(chat))).toEqual(chat);
  });
});

describe('the thread of a cluster', () => {
  const low = finding({ check: 'volume-size-quota', level: 'recommended', resource: 'volume' });
  const states: Readonly<Record<ReadinessState, RegionResult>> = {
    READY: result({ findings: [finding(), low] }),
    AT_RISK: result({ findings: [finding(), { ...low, status: 'fail' }] }),
    UNKNOWN: result({ findings: [low], rows: [row()] }),
    BLOCKED: result({ findings: [bad(), low] }),
  };
  const threadsOf = (seen: readonly RegionResult[], older = false): readonly (string | undefined)[] => {
    let state: RegionState | undefined;
    return seen.map((now, n) => {
      const step = audit(state, n, now);
      // An older version kept no more of a cluster than since when it is as it is.
      const isOld = older && n < 2;
      state = isOld
        ? { ...step.state, readiness: new Map([...step.state.readiness].map(([id, { notReadySince, ...r }]) => [id, r])) }
        : step.state;
      const reported = messagesOf(step.commit, context, where)[0]?.message.chat.metadata.threadId;
      return reported?.replace('111122223333/us-west-2/', '').replace(/2026-11-20T(\d\d):00:00.000Z/, '$1');
    });
  };
  const [ready, risk, unknown, blocked] = [states.READY, states.AT_RISK, states.UNKNOWN, states.BLOCKED];

  test.each([
    { name: 'gets well in steps', seen: [ready, blocked, risk, ready], threads: ['00', '01', '01', '01'] },
    { name: 'gets worse in steps', seen: [ready, risk, blocked, ready], threads: ['00', '01', '01', '01'] },
    { name: 'is no longer evaluated in between', seen: [ready, blocked, unknown, blocked, ready], threads: ['00', '01', '01', '01', '01'] },
    { name: 'was only not evaluated', seen: [ready, unknown, ready], threads: ['00', '01', '01'] },
    { name: 'flaps: each time it is not well', seen: [ready, blocked, ready, blocked, ready], threads: ['00', '01', '01', '03', '03'] },
    { name: 'was not well at the first audit', seen: [blocked, risk, ready, blocked], threads: ['00', '00', '00', '03'] },
    { name: 'is no longer audited', seen: [ready, blocked, risk, result({ clusters: [] })], threads: ['00', '01', '01', '01'] },
  ])('that $name', ({ seen, threads }) => {
    expect(threadsOf(seen)).toEqual(threads.map((hour) => `llm-train/${hour}`));
  });

  test('of another name is another', () => {
    const renamed = result({
      findings: [bad({ cluster: 'llm-next' }), { ...low, cluster: 'llm-next' }],
      clusters: [{ ...planned, cluster: 'llm-next' }],
    });
    const well = result({
      findings: [finding({ cluster: 'llm-next' }), { ...low, cluster: 'llm-next' }],
      clusters: [{ ...planned, cluster: 'llm-next' }],
    });
    expect(threadsOf([ready, blocked, risk, renamed, well])).toEqual([
      'llm-train/00',
      'llm-train/01',
      'llm-train/01',
      'llm-next/03',
      'llm-next/03',
    ]);
  });

  test('that older versions wrote of goes on in the one they began', () => {
    expect(threadsOf([ready, blocked, risk, ready], true)).toEqual(['llm-train/00', 'llm-train/01', 'llm-train/01', 'llm-train/01']);
    // The step an older version saw it take is where it began another.
    expect(threadsOf([blocked, risk, blocked, ready], true).slice(2)).toEqual(['llm-train/01', 'llm-train/01']);
  });
});

describe('a reminder', () => {
  const failure = (n: number) => ({ finding: bad({ resource: `sg-${n}` }), firstSeen: hour(1), since: hour(1), lastChanged: hour(1) });
  const clusters = [{ cluster: 'llm-train', running: true, planned: false, state: 'BLOCKED', since: hour(1) }] as const;
  test('names the cluster, the fix, and where the rest is', () => {
    const said = reminderOf({ ...context, at: hour(50), clusters, failures: Array.from({ length: 25 }, (_, n) => failure(n)), where });
    expect(said.text).toContain('llm-train is still BLOCKED, since 2026-11-20 01:00 UTC (2 days).');
    expect(said.text).toContain('and 5 more. All of it is in the table.');
    expect(said.subject).toBe('STILL BLOCKED llm-train us-west-2 (ml-prod)');
    expect(said.chat.metadata.threadId).toBe(`111122223333/us-west-2/llm-train/${hour(1)}`);
  });
  test('goes into the thread of the trouble, whatever steps it took', () => {
    const stepped = clusters.map((c) => ({ ...c, notReadySince: hour(0) }));
    const said = reminderOf({ ...context, at: hour(50), clusters: stepped, failures: [failure(0)], where });
    expect(said.chat.metadata.threadId).toBe(`111122223333/us-west-2/llm-train/${hour(0)}`);
    expect(said.text).toContain('llm-train is still BLOCKED, since 2026-11-20 01:00 UTC');
  });
  test('leaves out what blocks another cluster', () => {
    const other = { ...failure(1), finding: bad({ cluster: 'eval', check: 'fsx-ports' }) };
    expect(reminderOf({ ...context, at: hour(50), clusters, failures: [failure(0), other], where }).text).not.toContain('fsx-ports');
  });
  test('keeps its subject under 100 characters', () => {
    const long = { ...clusters[0], cluster: 'x'.repeat(200) };
    const { subject } = reminderOf({ ...context, at: hour(9), clusters: [long, long], failures: [], where });
    expect(subject).toMatch(/^STILL BLOCKED x{37}\.\.\. and 1 more cluster us-west-2 \(ml-prod\)$/);
  });
});
