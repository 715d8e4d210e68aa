import { describe, expect, test } from 'vitest';
import type { AlertMessage } from '../../../shared/core/alerts/alert-message.ts';
import { bodyOf, chatBodyOf } from '../../../shared/core/alerts/alert-size.ts';
import { summaryMessages } from '../../../shared/core/alerts/alert-summary.ts';
import { type SummaryKind, splitCommit } from '../../../shared/core/alerts/commit-split.ts';
import { summaryCollector } from '../../../shared/core/alerts/summary-collector.ts';
import { type SummaryEntry, summaryEntryOf } from '../../../shared/core/alerts/summary-entry.ts';
import { type AuditVersion, finding, hour, lastCommit, newRulesOf, planned, row, type Seen } from '../results.ts';

const context = {
  status: {
    command: 'npx --no-install hyperpod-auditor readiness --stack HyperPodAuditor --stack-region us-west-2',
    account: '111122223333',
  },
  id: 'first/2026-11-20T09:00:00.000Z',
  perHour: 20,
};
const prod = { account: '111122223333', region: 'us-west-2' };
const test1 = { account: '444455556666', region: 'us-east-1' };

const bad = finding({
  status: 'fail',
  message: 'sg-1 does not let its members reach one another.',
  remediation: { text: 'Allow it.', command: 'aws ec2 fix --group-id sg-1 --region us-west-2' },
});
const unread = row({ check: 'subnet-free-ips', resource: 'subnet-1', action: 'ec2:DescribeSubnets' });
const closed = ({ account }: typeof prod) =>
  row({ reason: `arn:aws:iam::${account}:role/HyperPodAuditor could not be entered: access denied`, action: 'sts:AssumeRole' });
const eval1 = { ...planned, cluster: 'eval' };

type Version = Seen & AuditVersion;
type Audited = readonly [place: typeof prod, ...Version[]];
/** Entries of the last commits of places, as they wait for a summary. */
function collect(...of: readonly Audited[]) {
  const collector = summaryCollector();
  for (const [place, ...audits] of of) {
    const commit = lastCommit(...audits);
    collector.add(summaryEntryOf(place, { ...commit, ...(place === prod && { alias: 'ml-prod' }) }));
  }
  return collector;
}
const one = (kind: SummaryKind | 'reminder', ...of: readonly Audited[]): AlertMessage => {
  const [message, ...more] = summaryMessages(kind, collect(...of), context);
  expect(more).toEqual([]);
  return message ?? expect.fail('no message');
};
const seen: Seen = { findings: [finding()] };
const footer = `
Current status of all regions, with credentials of account 111122223333:
$ npx --no-install hyperpod-auditor readiness --stack HyperPodAuditor --stack-region us-west-2
The same command with \`changes\` instead of \`readiness\` lists every change, with \`findings\`
every failure with its fix.
Summary first/2026-11-20T09:00:00.000Z.
`;

describe('the text of a summary', () => {
  test('of first audits: counts, then BLOCKED clusters by reason with the fix, then UNKNOWN ones', () => {
    const message = one(
      'first',
      [prod, { findings: [bad, finding({ cluster: 'eval' })], clusters: [planned, eval1] }],
      [test1, { findings: [bad], rows: [{ ...unread, cluster: 'eval' }], clusters: [planned, eval1] }],
    );
    expect(message.subject).toBe('2 BLOCKED, 1 UNKNOWN: first audits of 2 regions in 2 accounts');
    expect(message.text).toBe(`Clusters: 2 BLOCKED, 1 UNKNOWN, 1 READY.
First audits of 2 regions in 2 accounts.
Audited 2026-11-20 08:00 UTC.

BLOCKED (2)

- efa-self-traffic (2 clusters)
    For example in us-west-2 of 111122223333: sg-1 does not let its members reach one
    another.
    Fix: Allow it.
    $ aws ec2 fix --group-id sg-1 --region us-west-2
    llm-train in ml-prod (111122223333): us-west-2
    llm-train in 444455556666: us-east-1

UNKNOWN (1)

- access denied (ec2:DescribeSubnets) (1 cluster)
    Fix: allow ec2:DescribeSubnets to the auditor's role in these accounts; a permissions
    boundary or a policy of the organization may deny it as well. All that it needs (PLAN:
    the file of the deployed plan):
    $ npx --no-install hyperpod-auditor policy --plan PLAN
    eval in 444455556666: us-east-1
${footer}`);
  });

  test('of a role that is lost: the reason once, in words that hold for each account', () => {
    const message = one(
      'lost',
      [prod, seen, { rows: [closed(prod)], state: 'failed' }],
      [test1, seen, { rows: [closed(test1)], state: 'failed' }],
    );
    expect(message.text).toBe(`Clusters: 2 UNKNOWN.
2 regions in 2 accounts: required or recommended checks can no longer be evaluated.
2 regions could not be audited: the region is not enabled for this account.
Audited 2026-11-20 09:00 UTC.

UNKNOWN (2)

- arn:aws:iam::ACCOUNT:role/HyperPodAuditor could not be entered: access denied
  (sts:AssumeRole) (2 clusters)
    Fix: deploy the audit role in these accounts again, with the name and the external id
    of the plan's auditRole. It has to trust the account of the auditor.
    llm-train in ml-prod (111122223333): us-west-2
    llm-train in 444455556666: us-east-1
${footer}`);
  });

  test.each<readonly [SummaryKind, Version[], string, string]>([
    ['back', [{ rows: [unread] }, seen], 'evaluated again', 'checks that were not evaluated are evaluated again.'],
    [
      'rules',
      [seen, { findings: [bad], rules: newRulesOf('efa-self-traffic') }],
      'new rules in',
      'new rules of the auditor change findings.',
    ],
    ['plan', [seen, { findings: [bad], planHash: 'plan-2' }], 'edited plan in', 'the edited plan changes findings.'],
    ['limit', [seen, { findings: [bad] }], 'further changes in', 'because the limit of 20'],
  ])('of %s says what happened', (kind, audits, subject, text) => {
    const message = one(kind, [prod, ...audits], [test1, ...audits]);
    expect(message.subject).toContain(subject);
    expect(message.text.replaceAll('\n', ' ')).toContain(text);
  });

  test('of changes beyond the limit names what is no longer BLOCKED, also where it was BLOCKED between', () => {
    const collector = summaryCollector();
    const entry = (seq: number, audits: readonly Version[]): SummaryEntry => ({
      ...summaryEntryOf(prod, lastCommit(...audits)),
      seq,
    });
    collector.add(entry(3, [{ findings: [bad] }, seen]));
    collector.add(entry(2, [seen, { findings: [bad] }]));
    const [message] = summaryMessages('limit', collector, context);
    expect(message?.subject).toBe('1 READY: further changes in us-west-2 of account 111122223333');
    expect(message?.text).toContain(
      'NO LONGER BLOCKED OR UNKNOWN (1)\n\n- READY again (1 cluster)\n    llm-train in 111122223333: us-west-2\n',
    );
  });
});

test('of access that is regained names a cluster that is READY again, if it was not when access was lost', () => {
  const lost: Version = { rows: [row({ resource: 'sg-1' })] };
  const of = (before: Version) => one('back', [prod, before, lost, seen], [test1, before, lost, seen]).data.summary?.clusters.length;
  expect([of({ findings: [bad] }), of(seen)]).toEqual([2, 0]);
});

describe('the other forms', () => {
  const message = one('first', [prod, { findings: [bad] }], [test1, { findings: [bad] }]);

  test('data names each cluster with its reason', () => {
    expect(message.data).toEqual({
      schemaVersion: 1,
      kind: 'first',
      subject: message.subject,
      account: 'MANY',
      region: 'MANY',
      level: 'required',
      at: hour(8),
      readiness: [],
      changes: [],
      summary: {
        of: 'first',
        part: 1,
        parts: 1,
        places: 2,
        accounts: 2,
        from: hour(8),
        to: hour(8),
        states: { BLOCKED: 2 },
        worse: 2,
        better: 0,
        unread: [],
        reasons: [
          {
            status: 'BLOCKED',
            reason: 'efa-self-traffic',
            clusters: 2,
            example: bad.message,
            fix: 'Allow it.',
            command: 'aws ec2 fix --group-id sg-1 --region us-west-2',
          },
        ],
        clusters: [
          { account: '111122223333', alias: 'ml-prod', cluster: 'llm-train', regions: ['us-west-2'], reason: 0 },
          { account: '444455556666', cluster: 'llm-train', regions: ['us-east-1'], reason: 0 },
        ],
      },
      statusCommand: context.status.command,
    });
    expect(message.attributes).toEqual({ account: 'MANY', region: 'MANY', level: 'required', kind: 'first', readiness: 'BLOCKED' });
  });

  test('chats get the counts, the clusters and the fix, in a thread of the summary', () => {
    expect(message.chat.content.title).toBe(message.subject);
    expect(message.chat.content.description).toContain('Clusters: 2 BLOCKED.\nFirst audits of 2 regions in 2 accounts.');
    expect(message.chat.content.description).toContain('llm-train in ml-prod (111122223333): us-west-2');
    expect(message.chat.content.nextSteps).toEqual(['aws ec2 fix --group-id sg-1 --region us-west-2']);
    expect(message.chat.metadata.threadId).toBe(`summary/${context.id}`);
  });

  test.each([
    ['first', 'first'],
    ['lost', 'unseen'],
    ['back', 'recovered'],
    ['rules', 'regressed'],
    ['limit', 'regressed'],
    ['reminder', 'reminder'],
  ] as const)('the kind of %s is %s for those who filter by it', (kind, expected) => {
    expect(one(kind, [prod, { findings: [bad] }]).attributes).toMatchObject({ kind: expected, account: prod.account, region: prod.region });
  });
});

test('what does not fit into one message is several, each within what SNS takes, and together they name every cluster once', () => {
  const collector = summaryCollector();
  const long = 'x'.repeat(50);
  for (let n = 0; n < 4000; n++)
    collector.add({
      account: String(100_000_000_000 + n),
      alias: `${long}-ü-${n}`,
      region: 'us-west-2',
      seq: 1,
      factsAt: hour(8),
      states: { UNKNOWN: 1 },
      clusters: [{ cluster: `cluster-"${n}"`, state: 'UNKNOWN', reason: `reason ${n % 3}` }],
      worse: 0,
      better: 0,
    });
  const messages = summaryMessages('lost', collector, context);
  expect(messages.length).toBeGreaterThan(3);
  const names = messages.flatMap((m) => m.data.summary?.clusters.map((c) => c.cluster) ?? []);
  expect([names.length, new Set(names).size]).toEqual([4000, 4000]);
  for (const [n, message] of messages.entries()) {
    expect(message.subject).toContain(`(${n + 1} of ${messages.length})`);
    expect(Buffer.byteLength(bodyOf(message))).toBeLessThan(256 * 1024);
    expect(Buffer.byteLength(chatBodyOf(message))).toBeLessThan(256 * 1024);
    const forms = JSON.parse(bodyOf(message));
    // Nothing is cut off: neither the e-mail nor the data.
    expect(forms.email).toBe(message.text);
    expect(JSON.parse(forms.default).summary.clusters).toEqual(message.data.summary?.clusters);
  }
});

test('the entry of a place with 1,000 BLOCKED clusters fits into an item', () => {
  const names = Array.from({ length: 1000 }, (_, n) => `cluster-with-a-long-name-${n}`);
  const failing = names.map((cluster) =>
    finding({
      cluster,
      status: 'fail',
      message: 'm'.repeat(300),
      remediation: { text: 'f'.repeat(400), command: 'c'.repeat(700) },
    }),
  );
  const commit = lastCommit({ findings: failing, clusters: names.map((cluster) => ({ ...planned, cluster })) });
  const entry = summaryEntryOf(prod, commit);
  expect(entry.clusters).toHaveLength(1000);
  expect(JSON.stringify(entry).length).toBeLessThan(300_000);
});

describe('which changes wait for a summary', () => {
  const split = (...audits: readonly Version[]) => {
    const { own, held, summed, group } = splitCommit(prod, lastCommit(...audits));
    const words = (of: typeof own) => of.map((c) => `${c.of} ${c.kind} ${c.cause}`);
    return { own: words(own), held: words(held), summed: words(summed), group };
  };
  const low = finding({ check: 'subnet-free-ips', level: 'recommended', resource: 'subnet-1', status: 'fail' });

  test.each<readonly [string, readonly Version[], ReturnType<typeof split>]>([
    [
      'a first audit',
      [{ findings: [bad] }],
      { own: [], held: [], summed: ['finding appeared baseline', 'readiness appeared baseline'], group: 'first' },
    ],
    [
      'drift',
      [seen, { findings: [bad] }],
      { own: ['finding regressed account', 'readiness regressed account'], held: [], summed: [], group: undefined },
    ],
    [
      'an amount that flaps',
      [{ findings: [finding(), { ...low, status: 'pass' }] }, { findings: [finding(), low] }],
      { own: [], held: ['finding regressed account', 'readiness regressed account'], summed: [], group: undefined },
    ],
    [
      'access that is lost',
      [{ findings: [finding()] }, { rows: [row({ resource: 'sg-1', action: 'ec2:DescribeSecurityGroups' })] }],
      {
        own: ['finding carried account'],
        held: [],
        summed: ['coverage unseen account', 'readiness regressed account'],
        group: 'lost#access denied (ec2:DescribeSecurityGroups)',
      },
    ],
    [
      'access that is regained',
      [{ rows: [row({ resource: 'sg-1' })] }, seen],
      {
        own: [],
        held: [],
        summed: ['finding appeared visibility', 'coverage seen visibility', 'readiness recovered visibility'],
        group: 'back',
      },
    ],
    [
      'new rules',
      [seen, { findings: [bad], rules: newRulesOf('efa-self-traffic') }],
      { own: [], held: [], summed: ['finding regressed auditor', 'readiness regressed auditor'], group: 'rules' },
    ],
    [
      'an edited plan',
      [seen, { findings: [bad], planHash: 'plan-2' }],
      { own: [], held: [], summed: ['finding regressed plan', 'readiness regressed plan'], group: 'plan' },
    ],
    [
      'the end of a mute on a failure, by an edited plan',
      [
        { findings: [{ ...bad, muted: { reason: 'known', owner: 'ml', until: '2026-12-31' } }] },
        { findings: [bad], planHash: 'plan-2' } as Seen,
      ],
      { own: ['finding unmuted plan'], held: [], summed: [], group: undefined },
    ],
    ['no cluster', [{ clusters: [], findings: [finding({ cluster: '' })] }], { own: [], held: [], summed: [], group: undefined }],
  ])('%s', (_, audits, expected) => expect(split(...audits)).toEqual(expected));
});
