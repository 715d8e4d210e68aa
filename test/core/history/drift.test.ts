import { describe, expect, test } from 'vitest';
import { carryOver } from '../../../shared/core/history/carry-over.ts';
import { diff } from '../../../shared/core/history/drift.ts';
import type { Change, FindingChange } from '../../../shared/core/history/log.ts';
import {
  type AuditVersion,
  audit,
  finding,
  firstRules,
  hour,
  newRulesOf,
  otherRules,
  planned,
  result,
  row,
  running,
  type Seen,
} from '../results.ts';

const fail = (more = {}) => finding({ status: 'fail', ...more });
const softer = (more = {}) => finding({ status: 'fail', level: 'recommended', checkLevel: 'required', ...more });
const mute = { reason: 'known', owner: 'network team', until: '2026-12-01' };
const words = (changes: readonly Change[]) => changes.map((c) => `${c.of} ${c.kind} ${c.cause}`);

/** What the second of two audits, an hour apart, finds to be different. */
const between = (before: Seen, after: Seen, version: AuditVersion = {}) => {
  const first = audit(undefined, 8, result(before));
  return audit(first.state, 9, result(after), version);
};

describe('findings', () => {
  const rows: readonly { name: string; before: Seen; after: Seen; version?: AuditVersion; changes: readonly string[] }[] = [
    { name: 'nothing new, nothing said', before: { findings: [fail()] }, after: { findings: [fail()] }, changes: [] },
    {
      name: 'a pass that fails as required blocks the cluster',
      before: { findings: [finding()] },
      after: { findings: [fail()] },
      changes: ['finding regressed account', 'readiness regressed account'],
    },
    {
      name: 'a pass that fails as recommended',
      before: { findings: [finding()] },
      after: { findings: [softer()] },
      changes: ['finding regressed account', 'readiness regressed account'],
    },
    {
      name: 'a recommended failure that becomes required got worse',
      before: { findings: [softer()] },
      after: { findings: [fail()] },
      changes: ['finding regressed account', 'readiness regressed account'],
    },
    {
      name: 'a required failure that becomes recommended got better',
      before: { findings: [fail()] },
      after: { findings: [softer()] },
      changes: ['finding recovered account', 'readiness recovered account'],
    },
    {
      name: 'a failure that passes recovered',
      before: { findings: [fail()] },
      after: { findings: [finding()] },
      changes: ['finding recovered account', 'readiness recovered account'],
    },
    {
      name: 'the level of a pass says nothing',
      before: { findings: [finding()] },
      after: { findings: [finding({ level: 'recommended' })] },
      changes: [],
    },
    {
      name: 'amounts and words that move are no drift',
      before: { findings: [finding({ have: 10, need: 4, message: 'There are 10.' })] },
      after: { findings: [finding({ have: 9, need: 4, message: 'There are 9.' })] },
      changes: [],
    },
    {
      name: 'a watched value is',
      before: { findings: [finding({ watched: 'value=8' })] },
      after: { findings: [finding({ watched: 'value=16' })] },
      changes: ['finding changed account'],
    },
    {
      name: 'one change says both when a watched value moves with the verdict',
      before: { findings: [finding({ watched: 'value=8' })] },
      after: { findings: [fail({ watched: 'value=2' })] },
      changes: ['finding regressed account', 'readiness regressed account'],
    },
    {
      name: 'a resource that comes and one that goes',
      before: { findings: [finding()] },
      after: { findings: [finding({ resource: 'sg-2' })] },
      changes: ['finding gone account', 'finding appeared account'],
    },
    {
      name: 'a mute begins',
      before: { findings: [fail()] },
      after: { findings: [fail({ muted: mute })] },
      changes: ['finding muted account'],
    },
    {
      name: 'a mute ends on a failure',
      before: { findings: [fail({ muted: mute })] },
      after: { findings: [fail()] },
      changes: ['finding unmuted account'],
    },
    {
      name: 'another reason for the same mute is no change',
      before: { findings: [fail({ muted: mute })] },
      after: { findings: [fail({ muted: { ...mute, reason: 'still known' } })] },
      changes: [],
    },
    {
      name: 'an edited plan is the cause of what differs',
      before: { findings: [finding()] },
      after: { findings: [fail()] },
      version: { planHash: 'plan-2' },
      changes: ['finding regressed plan', 'readiness regressed plan'],
    },
    {
      name: 'another version of the auditor with the same rules is not',
      before: { findings: [finding()] },
      after: { findings: [fail()] },
      version: { toolVersion: '1.1.0' },
      changes: ['finding regressed account', 'readiness regressed account'],
    },
    {
      name: 'the first verdict of a check in a region is its baseline, whatever brought it',
      before: { findings: [finding()] },
      after: { findings: [finding(), fail({ check: 'vpc-dns', resource: 'vpc-1' })] },
      version: { rules: newRulesOf('vpc-dns') },
      changes: ['finding appeared baseline', 'readiness regressed auditor'],
    },
    {
      name: 'a doubled id counts as its worse verdict',
      before: { findings: [finding()] },
      after: { findings: [fail(), finding()] },
      changes: ['finding regressed account', 'readiness regressed account'],
    },
  ];
  test.each(rows)('$name', ({ before, after, version, changes }) => {
    expect(words(between(before, after, version).changes)).toEqual(changes);
  });

  test('everything is baseline until a first audit was completed', () => {
    const first = audit(undefined, 8, result({ findings: [fail()], rows: [row({ check: 'vpc-dns' })] }));
    expect(words(first.changes)).toEqual(['finding appeared baseline', 'coverage unseen baseline', 'readiness appeared baseline']);
  });

  test('since is when the status began, and outlives a change of level', () => {
    const first = audit(undefined, 8, result({ findings: [finding()] }));
    const second = audit(first.state, 9, result({ findings: [softer()] }));
    const third = audit(second.state, 10, result({ findings: [fail()] }));
    const [change] = third.changes as readonly FindingChange[];
    expect(change?.before).toEqual({ status: 'fail', level: 'recommended', since: hour(9) });
    expect(change?.after).toMatchObject({ firstSeen: hour(8), since: hour(9), lastChanged: hour(10) });
    expect(third.result.findings[0]?.since).toBe(hour(9));
    expect(third.result.readiness[0]).toMatchObject({ state: 'BLOCKED', since: hour(10) });
  });

  test('what is gone and comes back is new', () => {
    const first = audit(undefined, 8, result({ findings: [finding()] }));
    const second = audit(first.state, 9, result({}));
    const third = audit(second.state, 10, result({ findings: [finding()] }));
    expect(words(third.changes)).toEqual(['finding appeared account']);
    expect(third.state.findings.get(finding().id)).toMatchObject({ firstSeen: hour(10), seq: 3 });
  });
});

describe('new rules', () => {
  const other = finding({ check: 'vpc-dns', resource: 'vpc-1' });
  const soft = finding({ check: 'ipv6-pods', level: 'recommended' });
  const rows: readonly { name: string; before: Seen; after: Seen; version?: AuditVersion; changes: readonly string[] }[] = [
    {
      name: 'only findings of the changed checks have the cause auditor',
      before: { findings: [finding(), other] },
      after: { findings: [fail(), { ...other, status: 'fail' }] },
      version: { rules: newRulesOf('efa-self-traffic') },
      changes: ['finding regressed auditor', 'finding regressed account', 'readiness regressed account'],
    },
    {
      name: 'a cluster that only new rules block became BLOCKED by them, whatever else changed in the account',
      before: { findings: [finding(), soft] },
      after: { findings: [fail(), { ...soft, status: 'fail' }] },
      version: { rules: newRulesOf('efa-self-traffic') },
      changes: ['finding regressed auditor', 'finding regressed account', 'readiness regressed auditor'],
    },
    {
      name: 'a cluster that only the account blocks became BLOCKED by the account, whatever else new rules changed',
      before: { findings: [finding(), soft] },
      after: { findings: [fail(), { ...soft, status: 'fail' }] },
      version: { rules: newRulesOf('ipv6-pods') },
      changes: ['finding regressed account', 'finding regressed auditor', 'readiness regressed account'],
    },
    {
      name: 'a cluster recovers by new rules that no longer fail it',
      before: { findings: [fail()] },
      after: { findings: [finding()] },
      version: { rules: newRulesOf('efa-self-traffic') },
      changes: ['finding recovered auditor', 'readiness recovered auditor'],
    },
    {
      name: 'a cluster that recovers by new rules and by the account has the cause account',
      before: { findings: [fail(), { ...other, status: 'fail' }] },
      after: { findings: [finding(), other] },
      version: { rules: newRulesOf('efa-self-traffic') },
      changes: ['finding recovered auditor', 'finding recovered account', 'readiness recovered account'],
    },
    {
      name: 'an edited plan comes before new rules',
      before: { findings: [finding()] },
      after: { findings: [fail()] },
      version: { planHash: 'plan-2', rules: otherRules },
      changes: ['finding regressed plan', 'readiness regressed plan'],
    },
    {
      name: 'findings of a removed check are gone by new rules',
      before: { findings: [fail(), other] },
      after: { findings: [other] },
      version: { rules: newRulesOf('efa-self-traffic') },
      changes: ['finding gone auditor', 'readiness recovered auditor'],
    },
    {
      name: 'new resources of a changed check appear by new rules, those of other checks by the account',
      before: { findings: [finding(), other] },
      after: { findings: [finding({ resource: 'sg-2' }), { ...other, resource: 'vpc-2', id: 'vpc-dns/llm-train/-/vpc-2' }] },
      version: { rules: newRulesOf('efa-self-traffic') },
      changes: ['finding gone auditor', 'finding appeared auditor', 'finding gone account', 'finding appeared account'],
    },
    {
      name: 'coverage rows of a changed check have the cause auditor, those of other checks the cause account',
      before: { findings: [finding(), other] },
      after: { rows: [row(), row({ check: 'vpc-dns' })] },
      version: { rules: newRulesOf('vpc-dns') },
      changes: [
        'finding carried account',
        'finding carried auditor',
        'coverage unseen account',
        'coverage unseen auditor',
        'readiness regressed account',
      ],
    },
    {
      name: 'a cluster that only new rules cannot evaluate became UNKNOWN by them',
      before: { findings: [finding(), other] },
      after: { findings: [finding()], rows: [row({ check: 'vpc-dns' })] },
      version: { rules: newRulesOf('vpc-dns') },
      changes: ['finding carried auditor', 'coverage unseen auditor', 'readiness regressed auditor'],
    },
    {
      name: 'a case that a changed check evaluates again is seen by new rules',
      before: { findings: [finding()], rows: [row({ check: 'vpc-dns' })] },
      after: { findings: [finding()] },
      version: { rules: newRulesOf('vpc-dns') },
      changes: ['coverage seen auditor', 'readiness recovered auditor'],
    },
    {
      name: 'a watched value of a changed check changes by new rules',
      before: { findings: [finding({ watched: 'value=8' }), { ...other, watched: 'a' }] },
      after: { findings: [finding({ watched: 'value=16' }), { ...other, watched: 'b' }] },
      version: { rules: newRulesOf('efa-self-traffic') },
      changes: ['finding changed auditor', 'finding changed account'],
    },
    {
      name: 'a cluster appears by the account where only single checks changed',
      before: { findings: [finding()] },
      after: { findings: [finding()], clusters: [planned, { ...running, cluster: 'llm-eval' }] },
      version: { rules: newRulesOf('efa-self-traffic') },
      changes: ['readiness appeared account'],
    },
    {
      name: 'clusters appear, change and go by new rules where the shared rules changed',
      before: { findings: [finding()], clusters: [planned, { ...running, cluster: 'a' }] },
      after: {
        findings: [finding()],
        clusters: [
          { ...planned, running: true },
          { ...running, cluster: 'b' },
        ],
      },
      version: { rules: otherRules },
      changes: ['readiness gone auditor', 'readiness appeared auditor', 'readiness changed auditor'],
    },
  ];
  test.each(rows)('$name', ({ before, after, version, changes }) => {
    expect(words(between(before, after, version).changes)).toEqual(changes);
  });

  test.each([
    ['shared rules changed', otherRules, 'auditor'],
    ['one check changed', newRulesOf('vpc-dns'), 'account'],
    ['no rule changed', firstRules, 'account'],
  ])('a readiness that changed while its findings did not has the cause of its rules: %s', (_, rules, cause) => {
    const seen = result({ findings: [softer()] });
    const { state } = audit(undefined, 8, seen);
    const harder = { ...seen, readiness: seen.readiness.map((r) => ({ ...r, state: 'BLOCKED' as const })) };
    expect(words(audit(state, 9, harder, { rules }).changes)).toEqual([`readiness regressed ${cause}`]);
  });

  test('a cluster that was UNKNOWN without a reason is seen again', () => {
    const first = audit(undefined, 8, result({ findings: [finding()], clusters: [running] }));
    const off = audit(first.state, 9, result({ state: 'not-enabled', clusters: [] }));
    expect(off.result.readiness).toMatchObject([{ state: 'UNKNOWN', because: [] }]);
    const back = audit(off.state, 10, result({ findings: [finding()], clusters: [running] }));
    expect(words(back.changes)).toEqual(['finding seen visibility', 'readiness recovered visibility']);
  });

  test('rules are compared with those of the last audit', () => {
    const first = audit(undefined, 8, result({ findings: [finding()] }));
    const second = audit(first.state, 9, result({ findings: [finding()] }), { rules: otherRules });
    const third = audit(second.state, 10, result({ findings: [fail()] }), { rules: otherRules });
    expect(words(third.changes)).toEqual(['finding regressed account', 'readiness regressed account']);
  });

  test('an amount that new rules evaluate differently is not deferred', () => {
    const ips = (status: 'pass' | 'fail') => finding({ check: 'subnet-free-ips', resource: 'subnet-1', level: 'recommended', status });
    const { changes } = between({ findings: [ips('pass')] }, { findings: [ips('fail')] }, { rules: newRulesOf('subnet-free-ips') });
    expect(words(changes)).toEqual(['finding regressed auditor', 'readiness regressed auditor']);
    expect(changes.filter((c) => 'alertAfter' in c)).toEqual([]);
  });

  describe('compared with unknown rules', () => {
    const before = result({
      findings: [finding(), fail({ resource: 'sg-2', cluster: 'llm-eval' }), other],
      rows: [row({ check: 's3-reachable', level: 'recommended' })],
      clusters: [planned, { ...running, cluster: 'llm-eval' }],
    });
    const after = result({
      findings: [fail(), finding({ resource: 'sg-2', cluster: 'llm-eval' }), finding({ resource: 'sg-3' })],
      rows: [row({ check: 'network-acl' })],
      clusters: [
        { ...planned, running: true },
        { ...running, cluster: 'llm-new' },
      ],
    });
    const { state } = audit(undefined, 8, before);
    const { rules, ...older } = state.audit;
    test.each([
      ['an older version stored none', { ...state, audit: older }],
      ['the table no longer has them', { ...state, audit: { ...state.audit, rules: 'lost' } }],
    ])('every change has the cause auditor: %s', (_, previous) => {
      const changes = diff(previous, after, hour(9), { planHash: 'plan-1', rules: firstRules });
      expect(new Set(changes.map((c) => `${c.of} ${c.kind}`))).toEqual(
        new Set([
          'finding regressed',
          'finding recovered',
          'finding appeared',
          'finding gone',
          'coverage unseen',
          'coverage seen',
          'readiness regressed',
          'readiness gone',
          'readiness appeared',
        ]),
      );
      expect(new Set(changes.map((c) => c.cause))).toEqual(new Set(['auditor']));
    });
  });
});

describe('flapping amounts', () => {
  const ips = (status: 'pass' | 'fail', level: 'required' | 'recommended' = 'recommended') =>
    finding({ check: 'subnet-free-ips', resource: 'subnet-1', level, status });
  const alertAfter = (changes: readonly Change[]) => changes.map((c) => (c.of === 'coverage' ? undefined : c.alertAfter));

  test('a recommended shortage is debounced for a period, and the readiness that rests on it alone', () => {
    const there = between({ findings: [ips('pass')] }, { findings: [ips('fail')] });
    expect(words(there.changes)).toEqual(['finding regressed account', 'readiness regressed account']);
    expect(alertAfter(there.changes)).toEqual([hour(10), hour(10)]);
    const back = audit(there.state, 10, result({ findings: [ips('pass')] }));
    expect(alertAfter(back.changes)).toEqual([hour(11), hour(11)]);
  });

  test('the period is the schedule’s', () => {
    const first = audit(undefined, 8, result({ findings: [ips('pass')] }));
    const context = { planHash: 'plan-1', rules: firstRules, periodMinutes: 15 };
    const [change] = diff(first.state, result({ findings: [ips('fail')] }), hour(9), context) as readonly FindingChange[];
    expect(change?.alertAfter).toBe('2026-11-20T09:15:00.000Z');
  });

  test('a required failure is never debounced, nor is a cluster at risk for another reason as well', () => {
    expect(alertAfter(between({ findings: [ips('pass')] }, { findings: [ips('fail', 'required')] }).changes)).toEqual([
      undefined,
      undefined,
    ]);
    const other = finding({ check: 'efa-open-egress', level: 'recommended' });
    const both = between({ findings: [ips('pass'), other] }, { findings: [ips('fail'), { ...other, status: 'fail' }] });
    expect(both.changes.map((c) => [c.id.split('/')[0], c.of === 'coverage' ? '' : (c.alertAfter ?? 'now')])).toEqual([
      ['efa-open-egress', 'now'],
      ['subnet-free-ips', hour(10)],
      ['llm-train', 'now'],
    ]);
  });

  test.each([
    [
      'not evaluated',
      { findings: [finding()] },
      { findings: [finding()], rows: [row({ check: 'subnet-free-ips', level: 'recommended' })] },
    ],
    ['seen again', { findings: [finding()], rows: [row({ check: 'vpc-dns', level: 'recommended' })] }, { findings: [finding()] }],
    [
      'seen again beside an amount',
      { findings: [ips('fail')], rows: [row({ check: 'vpc-dns', level: 'recommended' })] },
      { findings: [ips('pass')] },
    ],
  ])('a cluster that is at risk by what is %s is no matter of amounts, and is reported at once', (_, was, now) => {
    const readiness = between(was, now).changes.filter((c) => c.of === 'readiness');
    expect(readiness.map((c) => c.alertAfter ?? 'now')).toEqual(['now']);
  });

  test('what an edited plan did is not flapping', () => {
    expect(alertAfter(between({ findings: [ips('pass')] }, { findings: [ips('fail')] }, { planHash: 'plan-2' }).changes)).toEqual([
      undefined,
      undefined,
    ]);
  });
});

describe('what is no longer evaluated', () => {
  const workers = (more = {}) => finding({ group: 'workers', ...more });
  const covering = [
    { name: 'its own row', row: row({ group: 'workers', resource: 'sg-1' }) },
    { name: 'the row of its group', row: row({ group: 'workers' }) },
    { name: 'the row of its cluster', row: row() },
    { name: 'the row of its check', row: row({ cluster: '' }) },
  ];
  test.each(covering)('is carried over under $name, and never decides', ({ row }) => {
    const there = between({ findings: [workers({ status: 'fail' })] }, { rows: [row] });
    expect(words(there.changes)).toEqual(['finding carried account', 'coverage unseen account', 'readiness recovered account']);
    expect(there.result.findings).toEqual([]);
    expect(there.result.readiness).toMatchObject([{ state: 'UNKNOWN' }]);
    expect(there.result.coverage.unevaluated).toEqual([
      { ...row, since: hour(9), last: { status: 'fail', level: 'required', at: hour(8) } },
    ]);
    expect(there.state.findings.get(workers().id)).toMatchObject({ since: hour(8), carried: { since: hour(9), seen: hour(8) } });
  });

  const elsewhere = [
    { name: 'another resource', row: row({ group: 'workers', resource: 'sg-9' }) },
    { name: 'another group', row: row({ group: 'login' }) },
    { name: 'another cluster', row: row({ cluster: 'llm-eval' }) },
    { name: 'another check', row: row({ check: 'vpc-dns' }) },
  ];
  test.each(elsewhere)('is gone when only $name is not evaluated', ({ row }) => {
    const kinds = words(between({ findings: [workers()] }, { rows: [row] }).changes);
    expect(kinds).toContain('finding gone account');
    expect(kinds).not.toContain('finding carried account');
  });

  test('its age counts from the last time it was seen, however long it is not evaluated', () => {
    const first = audit(undefined, 8, result({ findings: [fail()] }));
    const second = audit(first.state, 9, result({ rows: [row()] }));
    const third = audit(second.state, 10, result({ rows: [row({ reason: 'timed out' })] }));
    expect(third.changes).toEqual([]);
    expect(third.result.coverage.unevaluated).toMatchObject([{ since: hour(9), last: { status: 'fail', at: hour(8) } }]);
  });

  test('a row that stands for several shows the worst', () => {
    const two = { findings: [finding(), softer({ resource: 'sg-2' })] };
    expect(between(two, { rows: [row()] }).result.coverage.unevaluated).toMatchObject([{ last: { status: 'fail', level: 'recommended' } }]);
  });

  test('a row without any verdict before it shows none', () => {
    expect(between({}, { rows: [row()] }).result.coverage.unevaluated[0]).not.toHaveProperty('last');
  });

  const back: readonly { name: string; after: Seen; changes: readonly string[] }[] = [
    {
      name: 'with the verdict it had',
      after: { findings: [fail()] },
      changes: ['finding seen visibility', 'coverage seen visibility', 'readiness regressed visibility'],
    },
    {
      name: 'better than it was',
      after: { findings: [finding()] },
      changes: ['finding recovered visibility', 'coverage seen visibility', 'readiness recovered visibility'],
    },
    {
      name: 'with something new beside it',
      after: { findings: [fail(), finding({ resource: 'sg-2' })] },
      changes: ['finding seen visibility', 'finding appeared visibility', 'coverage seen visibility', 'readiness regressed visibility'],
    },
    {
      name: 'or turns out to be gone',
      after: {},
      changes: ['finding gone visibility', 'coverage seen visibility', 'readiness recovered visibility'],
    },
  ];
  test.each(back)('comes back $name', ({ after, changes }) => {
    const first = audit(undefined, 8, result({ findings: [fail()] }));
    const second = audit(first.state, 9, result({ rows: [row()] }));
    expect(words(audit(second.state, 10, result(after)).changes)).toEqual(changes);
  });

  test('a finer row has been unread as long as the coarser one it was part of', () => {
    const first = audit(undefined, 8, result({ rows: [row({ cluster: '' })] }));
    const second = audit(first.state, 9, result({ rows: [row({ group: 'workers' })] }));
    expect(second.result.coverage.unevaluated).toMatchObject([{ group: 'workers', since: hour(8) }]);
    expect(words(second.changes)).toEqual(['coverage seen visibility', 'coverage unseen visibility']);
  });

  test('a finer row stays beside a coarser one that covers it: no one saw it', () => {
    const first = audit(undefined, 8, result({ rows: [row({ group: 'workers' })] }));
    const second = audit(first.state, 9, result({ rows: [row()] }));
    expect(words(second.changes)).toEqual(['coverage unseen account']);
    expect(second.result.coverage.unevaluated.map((r) => [r.group, r.since])).toEqual([
      [undefined, hour(9)],
      ['workers', hour(8)],
    ]);
  });

  test('a finding that was judged stays fresh beside a coarse row of its check', () => {
    const there = between({ findings: [finding()] }, { findings: [finding()], rows: [row({ cluster: '' })] });
    expect(words(there.changes)).toEqual(['coverage unseen account', 'readiness regressed account']);
    expect(there.state.findings.get(finding().id)).not.toHaveProperty('carried');
  });

  test('in a region that was turned off nothing is gone, and planned clusters are what is seen of them', () => {
    const off = fail({ check: 'region-enabled', cluster: '', resource: 'us-west-2' });
    const there = between(
      { findings: [finding()], rows: [row({ check: 'vpc-dns', level: 'recommended' })] },
      { findings: [off], state: 'not-enabled' },
    );
    expect(words(there.changes)).toEqual(['finding carried account', 'finding appeared baseline', 'readiness regressed account']);
    expect(there.state.coverage.size).toBe(1);
    expect(there.result.readiness).toMatchObject([{ cluster: 'llm-train', state: 'BLOCKED' }]);
  });
});

describe('clusters', () => {
  const unread = row({ cluster: '', reason: 'access denied', action: 'sagemaker:ListClusters' });

  test('one that ran is UNKNOWN, not gone, when no one can list clusters', () => {
    const there = between({ findings: [finding()], clusters: [running] }, { rows: [unread], clusters: [] });
    expect(words(there.changes)).toEqual(['finding carried account', 'coverage unseen account', 'readiness regressed account']);
    expect(there.result.readiness).toMatchObject([{ cluster: 'llm-train', state: 'UNKNOWN', because: ['efa-self-traffic/-/-/-'] }]);
    const later = audit(there.state, 10, result({ rows: [unread], clusters: [] }));
    expect(later.changes).toEqual([]);
    const back = audit(later.state, 11, result({ findings: [finding()], clusters: [running] }));
    expect(words(back.changes)).toEqual(['finding seen visibility', 'coverage seen visibility', 'readiness recovered visibility']);
  });

  test('a blocked one becomes UNKNOWN too: its last verdict does not decide', () => {
    const there = between({ findings: [fail()], clusters: [running] }, { rows: [unread], clusters: [] });
    expect(there.result.readiness).toMatchObject([{ state: 'UNKNOWN' }]);
  });

  test('an UNKNOWN one that the account then blocks was blocked by the account', () => {
    const other = row({ check: 'vpc-dns' });
    const there = between({ findings: [finding()], rows: [other] }, { findings: [fail()], rows: [other] });
    expect(words(there.changes)).toEqual(['finding regressed account', 'readiness regressed account']);
  });

  test('not evaluated it is never better than UNKNOWN, even where only recommended checks are not evaluated', () => {
    const soft = { level: 'recommended', check: 'efa-open-egress' } as const;
    const there = between({ findings: [finding(soft)], clusters: [running] }, { rows: [row({ ...soft, cluster: '' })], clusters: [] });
    expect(there.result.readiness).toMatchObject([{ state: 'UNKNOWN', because: ['efa-open-egress/-/-/-'] }]);
  });

  test('one that ran is gone when the list was read', () => {
    const there = between({ findings: [finding()], clusters: [running] }, { clusters: [] });
    expect(words(there.changes)).toEqual(['finding gone account', 'readiness gone account']);
  });

  test('one that was only planned is gone with the plan, whatever could be read', () => {
    const there = between({ findings: [fail()] }, { rows: [unread], clusters: [] }, { planHash: 'plan-2' });
    expect(words(there.changes)).toEqual(['finding gone plan', 'coverage unseen plan', 'readiness gone plan']);
    expect(there.result.coverage.unevaluated[0]).not.toHaveProperty('last');
  });

  test('since when one is not READY outlives every step and what is no longer evaluated, until it is READY', () => {
    const steps: readonly (readonly [Seen, string | undefined])[] = [
      [{ findings: [finding()], clusters: [running] }, undefined],
      [{ findings: [softer()], clusters: [running] }, hour(9)],
      [{ findings: [fail()], clusters: [running] }, hour(9)],
      [{ clusters: [], state: 'not-enabled' }, hour(9)],
      [{ findings: [fail()], clusters: [running] }, hour(9)],
      [{ findings: [fail()], clusters: [running] }, hour(9)],
      [{ findings: [finding()], clusters: [running] }, undefined],
      [{ findings: [softer()], clusters: [running] }, hour(15)],
    ];
    let step: ReturnType<typeof audit> | undefined;
    for (const [n, [seen, since]] of steps.entries()) {
      const was = step?.commit.readiness[0];
      step = audit(step?.state, 8 + n, result(seen));
      expect(step.commit.readiness.map((r) => r.notReadySince)).toEqual([since]);
      const change = step.changes.find((c) => c.of === 'readiness');
      if (change && was)
        expect(change.before).toEqual({ state: was.state, since: was.since, ...(was.notReadySince && { notReadySince: hour(9) }) });
    }
  });

  test('of one that an older version kept it is when it took its state', () => {
    const { state } = audit(undefined, 8, result({ findings: [fail()] }));
    const old = { ...state, readiness: new Map([...state.readiness].map(([id, { notReadySince, ...r }]) => [id, r])) };
    expect(audit(old, 9, result({ findings: [fail()] })).commit.readiness).toMatchObject([{ since: hour(8), notReadySince: hour(8) }]);
    expect(audit(old, 9, result({ findings: [softer()] })).commit.readiness).toMatchObject([{ since: hour(9), notReadySince: hour(8) }]);
    expect(audit(old, 9, result({ findings: [finding()] })).commit.readiness[0]).not.toHaveProperty('notReadySince');
  });

  test('one that runs now, in the state it had, is a change that says so', () => {
    const there = between({ findings: [finding()] }, { findings: [finding()], clusters: [{ ...planned, running: true }] });
    expect(there.changes).toMatchObject([{ of: 'readiness', kind: 'changed', after: { running: true, state: 'READY', since: hour(8) } }]);
  });
});

test('carrying over twice is carrying over once, so that a compared result can be compared again', () => {
  const first = audit(undefined, 8, result({ findings: [fail()], rows: [row({ check: 'vpc-dns', group: 'a' })], clusters: [running] }));
  const unread = result({ rows: [row({ cluster: '' }), row({ check: 'vpc-dns', cluster: '' })], clusters: [] });
  const once = carryOver(first.state, unread, hour(9));
  expect(carryOver(first.state, once, hour(9))).toEqual(once);
  const context = { planHash: 'plan-1', rules: firstRules };
  expect(diff(first.state, once, hour(9), context)).toEqual(diff(first.state, unread, hour(9), context));
});

test('the order of findings, rows and clusters changes nothing', () => {
  const before = { findings: [finding(), fail({ resource: 'sg-2' }), finding({ check: 'vpc-dns' })], rows: [row({ check: 'x' })] };
  const after = {
    findings: [fail(), finding({ resource: 'sg-3' })],
    rows: [row({ check: 'vpc-dns' }), row({ check: 'y' })],
    clusters: [planned, { ...running, cluster: 'b' }],
  };
  const turned = (seen: Seen): Seen => ({
    findings: seen.findings?.toReversed(),
    rows: seen.rows?.toReversed(),
    ...(seen.clusters && { clusters: seen.clusters.toReversed() }),
  });
  const changes = between(before, after).changes;
  const others = between(turned(before), turned(after)).changes;
  const sorted = (all: readonly Change[]) => all.map((c) => (c.of === 'readiness' ? { ...c, because: c.because.toSorted() } : c));
  expect(sorted(others)).toEqual(sorted(changes));
  expect(changes.length).toBeGreaterThan(5);
});
