import { describe, expect, test } from 'vitest';
import { alertOf } from '../../../shared/core/alerts/alert.ts';
import { isNotified, sectionsOf } from '../../../shared/core/alerts/alert-selection.ts';
import type { Finding } from '../../../shared/core/evaluation/finding.ts';
import type { Rules } from '../../../shared/core/evaluation/rules.ts';
import { type Commit, partsOf, type RegionState } from '../../../shared/core/history/log.ts';
import { statusOfDeployment } from '../../../shared/core/text/own-command.ts';
import { type AuditVersion, audit, finding, newRulesOf, otherRules, planned, result, row, running, type Seen } from '../results.ts';

const context = {
  account: '111122223333',
  alias: 'ml-prod',
  region: 'us-west-2',
  status: statusOfDeployment({ stack: 'HyperPodAuditor', region: 'eu-west-1', account: '999988887777' }),
};
const say = (commit: Commit, more = {}) => alertOf(commit, { ...context, ...more });
/** As `golden` has it; `vitest -u` replaces the files. */
const eMail = (alert: ReturnType<typeof say>) => `Subject: ${alert?.subject}\n\n${alert?.text}`;

type Audits = readonly (readonly [Seen, AuditVersion?])[];
/** A history of audits, one an hour from 8:00; the commit of the last. */
function history(...audits: Audits): Commit {
  let state: RegionState | undefined;
  let commit: Commit | undefined;
  for (const [n, [seen, reported]] of audits.entries()) {
    const step = audit(state, 8 + n, result(seen), reported);
    ({ state, commit } = step);
  }
  if (!commit) throw new Error('A history needs an audit.');
  return commit;
}

const efa = (status: 'pass' | 'fail'): Finding =>
  finding({
    group: 'workers',
    resource: 'sg-0aaa0000000000001',
    status,
    message:
      status === 'pass'
        ? 'All traffic passes from and to the security group sg-0aaa0000000000001 of group workers.'
        : 'Security group sg-0aaa0000000000001 of group workers has no rule that lets all traffic out to itself, so its nodes cannot use EFA.',
    ...(status === 'fail' && {
      remediation: {
        text: 'Allow all traffic from the security group to itself.',
        command:
          'aws ec2 authorize-security-group-egress --region us-west-2 --group-id sg-0aaa0000000000001 --ip-permissions IpProtocol=-1,UserIdGroupPairs=[{GroupId=sg-0aaa0000000000001}]',
        console: 'https://us-west-2.console.aws.amazon.com/ec2/home?region=us-west-2#SecurityGroup:groupId=sg-0aaa0000000000001',
      },
    }),
  });
const quota = (have: number): Finding =>
  finding({
    check: 'instance-type-quota',
    resource: 'ml.p5.48xlarge for cluster usage',
    status: have < 16 ? 'fail' : 'pass',
    have,
    need: 16,
    unit: 'instances',
    message: `The quota "ml.p5.48xlarge for cluster usage" is ${have}; 16 instances are planned.`,
  });
const watched = (value: number): Finding =>
  finding({
    check: 'applied-quotas',
    cluster: '',
    level: 'recommended',
    resource: 'ml.p5.48xlarge for cluster usage',
    watched: `value=${value}`,
    message: `Value ${value}.`,
  });
const ips = (have: number): Finding =>
  finding({
    check: 'subnet-free-ips',
    level: 'recommended',
    group: 'workers',
    resource: 'subnet-0aaa0000000000001',
    status: have < 324 ? 'fail' : 'pass',
    have,
    need: 324,
    unit: 'addresses',
    message: `Subnet subnet-0aaa0000000000001 has ${have} free addresses; 324 are needed.`,
  });
const dns = (more = {}) => finding({ check: 'vpc-dns', resource: 'vpc-0aaa0000000000001', message: 'DNS is on.', ...more });
const eval1 = { ...running, cluster: 'llm-eval' };
const evalDns = (more = {}) => dns({ cluster: 'llm-eval', ...more });

const unread = [
  row({ check: 'vpc-dns', cluster: '', reason: 'access denied', action: 'ec2:DescribeVpcAttribute' }),
  row({ check: 'ipv6-pods', level: 'recommended', reason: 'access denied', action: 'ec2:DescribeVpcAttribute' }),
];
const clusters = [planned, eval1];
const evening: Seen = { findings: [efa('pass'), quota(16), watched(16), ips(400), dns(), evalDns()], clusters };
const short: Seen = { ...evening, findings: [efa('pass'), quota(8), watched(8), ips(400), dns(), evalDns()] };
const night: Seen = { findings: [efa('fail'), quota(16), watched(16), ips(400)], rows: unread, clusters };
const morning: Seen = {
  findings: [efa('pass'), quota(16), watched(16), ips(300), dns(), evalDns({ status: 'fail', level: 'recommended' })],
  clusters,
};
const mute = { reason: 'known', owner: 'network team', until: '2026-12-01' };
const noon: Seen = {
  findings: [
    efa('pass'),
    quota(16),
    watched(16),
    ips(400),
    dns({ status: 'fail', level: 'recommended', muted: mute }),
    dns({ cluster: 'llm-east' }),
    finding({ check: 'fsx-ports', resource: 'fs-1', status: 'fail' }),
  ],
  clusters: [planned, { ...planned, cluster: 'llm-east' }],
};

describe('read aloud', () => {
  test('a first audit is one summary', async () => {
    const seen = { ...short, rows: [row({ check: 'ipv6-pods', level: 'recommended' }), row({ check: 'execution-role' })] };
    await expect(eMail(say(history([seen])))).toMatchFileSnapshot('golden/alert-first-audit.txt');
  });

  test('a bad night', async () => {
    await expect(eMail(say(history([evening], [short], [night])))).toMatchFileSnapshot('golden/alert-bad-night.txt');
  });

  test('the morning after', async () => {
    await expect(eMail(say(history([evening], [short], [night], [morning])))).toMatchFileSnapshot('golden/alert-morning-after.txt');
  });

  test('an edited plan', async () => {
    const edited = { planHash: 'plan-2' };
    await expect(eMail(say(history([evening], [short], [night], [{ ...evening, rows: [] }], [noon, edited])))).toMatchFileSnapshot(
      'golden/alert-edited-plan.txt',
    );
  });

  test('what was debounced until it lasted', async () => {
    const seen = { ...evening, findings: [efa('pass'), quota(16), watched(16), ips(300), dns(), evalDns()] };
    expect(say(history([evening], [seen]))).toBeUndefined();
    await expect(eMail(say(history([evening], [seen]), { held: true }))).toMatchFileSnapshot('golden/alert-lasting.txt');
  });
});

describe('who is reported what', () => {
  const fail = (more = {}) => finding({ status: 'fail', ...more });
  const text = (...audits: Audits) => say(history(...audits))?.text ?? '';

  test('nothing where nothing changed, or only what no one asked to hear', () => {
    expect(say(history([evening], [evening]))).toBeUndefined();
    const muted = fail({ muted: mute });
    expect(
      say(
        history(
          [{ findings: [fail({ resource: 'sg-2' }), muted] }],
          [{ findings: [fail({ resource: 'sg-2' }), finding({ muted: mute })] }],
        ),
      ),
    ).toBeUndefined();
    expect(
      say(history([{ findings: [finding()] }], [{ findings: [finding()], clusters: [{ ...planned, running: true }] }])),
    ).toBeUndefined();
  });

  test('a cluster that is blocked by a muted finding is reported of all the same', () => {
    const said = say(history([{ findings: [finding({ muted: mute })] }], [{ findings: [fail({ muted: mute })] }]));
    expect(said?.subject).toBe('BLOCKED llm-train us-west-2 (ml-prod)');
    expect(said?.text).toContain('llm-train is BLOCKED since');
    expect(said?.text).toContain('1 change of muted findings is left out.');
    expect(said?.text).not.toContain('WORSE');
  });

  test('the end of a mute on a failure, with who had muted it, even where an edited plan ended it', () => {
    for (const reported of [{}, { planHash: 'plan-2' }]) {
      const said = text([{ findings: [fail({ muted: mute })] }], [{ findings: [fail()] }, reported]);
      expect(said).toContain('No cluster changed its readiness: llm-train is BLOCKED since 2026-11-20 08:00 UTC.');
      expect(said).toContain('WORSE (1)');
      expect(said).toContain('No longer muted (network team, until 2026-12-01). Fails since 2026-11-20 08:00 UTC.');
    }
  });

  test('the beginning of a mute, and the end of one on a pass, in a line', () => {
    expect(text([{ findings: [fail()] }], [{ findings: [fail({ muted: mute })] }])).toContain('1 finding was muted: efa-self-traffic.');
    expect(text([{ findings: [finding({ muted: mute })] }], [{ findings: [finding()] }])).toContain(
      'No longer muted (network team, until 2026-12-01). Passes',
    );
  });

  test('what is harder or softer than before says so', () => {
    const soft = fail({ level: 'recommended' });
    expect(text([{ findings: [soft] }], [{ findings: [fail()] }])).toContain(
      'A required failure since 2026-11-20 09:00 UTC; it had failed as recommended since',
    );
    const softer = text([{ findings: [fail()] }], [{ findings: [soft] }]);
    expect(softer).toContain('Fails only as recommended since 2026-11-20 09:00 UTC.');
    expect(softer).not.toContain('WORSE');
  });

  test('what the account added and took away: failures one by one, the rest counted', () => {
    const said = text(
      [{ findings: [finding(), finding({ resource: 'sg-2' })] }],
      [{ findings: [fail({ resource: 'sg-3' }), finding({ resource: 'sg-4' })] }],
    );
    expect(said).toContain('- efa-self-traffic, required: sg-3 (llm-train)');
    expect(said).toContain('New here. Fails since 2026-11-20 09:00 UTC.');
    expect(said).toContain('\n1 finding appeared, 2 findings no longer apply.');
    expect(said).not.toContain('sg-4');
  });

  test('new rules: first the clusters that became BLOCKED or UNKNOWN, then what changed in one sentence', () => {
    const clusters = ['llm-a', 'llm-b', 'llm-c', 'llm-d'].map((cluster) => ({ ...planned, cluster }));
    const of = (cluster: string) => finding({ cluster });
    const before = { findings: clusters.map((c) => of(c.cluster)), clusters };
    const after = {
      findings: [fail({ cluster: 'llm-a' }), fail({ cluster: 'llm-b' }), of('llm-d')],
      rows: [row({ cluster: 'llm-c' })],
      clusters,
    };
    const reported = { toolVersion: '1.1.0', rules: newRulesOf('efa-self-traffic') };
    const said = text([before], [after, reported]);
    expect(said).toMatch(
      /^New rules of the auditor \(version 1\.1\.0, rules efa-self-traffic\) change readiness\. Now\nBLOCKED: llm-a, llm-b\. Now UNKNOWN: llm-c\.\n\nllm-a is BLOCKED since/,
    );
    expect(said).toContain(
      'With new rules (version 1.1.0, rules efa-self-traffic): 2 findings got worse (2 fail:\nefa-self-traffic), 1 not evaluated (efa-self-traffic).',
    );
  });

  test('new rules name no cluster that the account blocked, that was so before, or that is gone', () => {
    const clusters = ['by-rules', 'by-account', 'before', 'gone'].map((cluster) => ({ ...planned, cluster }));
    const state = (cluster: string, status: 'pass' | 'fail', check = 'vpc-dns') => finding({ cluster, check, status });
    const before = {
      findings: [state('by-rules', 'pass'), state('by-account', 'pass', 's3-reachable'), state('before', 'fail'), state('gone', 'fail')],
      clusters,
    };
    const after = {
      findings: [state('by-rules', 'fail'), state('by-account', 'fail', 's3-reachable'), state('before', 'fail')],
      clusters: clusters.slice(0, 3),
    };
    const named = (rules: Rules, of = after) => /Now\s+BLOCKED:\s+([^.]*)\./.exec(text([before], [of, { rules }]))?.[1];
    expect(named(newRulesOf('vpc-dns'))).toBe('by-rules');
    const runs = { ...after, clusters: after.clusters.map((c) => ({ ...c, running: true })) };
    expect(named(otherRules, runs)).toBe('by-account, by-rules');
  });

  test('a commit that an older version stored has the version alone', () => {
    const { rules, ...commit } = history([{ findings: [finding()] }], [{ findings: [fail()] }, { rules: otherRules }]);
    expect(say(commit)?.text).toContain('New rules of the auditor (version 1.0.0) change readiness.');
    expect(say(commit)?.text).toContain('With new rules (version 1.0.0): 1 finding got worse');
  });

  test('new rules that block nothing are one sentence', () => {
    const soft = (status: 'pass' | 'fail') => finding({ level: 'recommended', status });
    const said = text([{ findings: [soft('pass')] }], [{ findings: [soft('fail')] }, { rules: newRulesOf('efa-self-traffic') }]);
    expect(said).not.toContain('New rules of the auditor');
    expect(said).toContain('With new rules (version 1.0.0, rules efa-self-traffic): 1 finding got worse');
  });

  test('a check that a new version brings is not a first audit: its verdicts are one line', () => {
    const fresh = fail({ check: 'vpc-dns', level: 'recommended', resource: 'vpc-1' });
    const seen = { findings: [finding(), fail({ resource: 'sg-2', level: 'recommended' })] };
    const commit = history([seen], [{ findings: [...seen.findings, fresh] }, { rules: newRulesOf('efa-self-traffic', 'vpc-dns') }]);
    expect(new Set(commit.changes.map((c) => c.cause))).toEqual(new Set(['baseline']));
    expect(say(commit)?.subject).toBe('1 change in us-west-2 (ml-prod)');
    expect(say(commit)?.text).toContain('First findings of new checks: 1 finding appeared (1 fails: vpc-dns).');
  });

  test('a region that could not be audited at first, and one without clusters', () => {
    expect(text([{ state: 'not-enabled', findings: [fail({ check: 'region-enabled', cluster: '' })], clusters: [] }])).toContain(
      'The region could not be audited: the region is not enabled for this account.',
    );
    expect(text([{ findings: [watched(8)], clusters: [] }])).toContain('No cluster is planned here and none runs');
    expect(text([{ findings: [watched(8)], clusters: [] }], [{ findings: [watched(16)], clusters: [] }])).toMatch(
      /^No cluster is planned here and none runs\./,
    );
  });

  test('every change is for hearing, or hidden for a reason', () => {
    const { changes } = history([evening], [short], [night]);
    const kinds = (reported: boolean) => [...new Set(changes.filter((c) => isNotified(c) === reported).map((c) => `${c.of} ${c.kind}`))];
    expect(kinds(true)).toEqual(['finding changed', 'finding regressed', 'finding recovered', 'coverage unseen', 'readiness regressed']);
    expect(kinds(false)).toEqual(['finding carried']);
    const again = history([evening], [night], [evening]).changes.filter((c) => c.kind === 'seen');
    expect(again.map((c) => [c.of, isNotified(c)])).toEqual(
      expect.arrayContaining([
        ['finding', false],
        ['coverage', true],
      ]),
    );
  });

  test('the gravest first, whatever the order in the commit', () => {
    const clusters = ['llm-a', 'llm-b', 'llm-c'].map((cluster) => ({ ...planned, cluster }));
    const of = (cluster: string, level: 'required' | 'recommended', status: 'pass' | 'fail', check?: string) =>
      finding({ cluster, level, status, ...(check !== undefined && { check }) });
    const audited = (status: 'pass' | 'fail'): Seen => ({
      findings: [
        of('llm-a', 'recommended', status),
        of('llm-a', 'recommended', status, 'vpc-dns'),
        of('llm-b', 'required', status),
        of('llm-c', 'required', status),
      ],
      clusters,
    });
    for (const [before, after, part] of [
      ['pass', 'fail', 'worse'],
      ['fail', 'pass', 'better'],
    ] as const) {
      const commit = history([audited(before)], [audited(after)]);
      for (const changes of [commit.changes, commit.changes.toReversed()]) {
        const sections = sectionsOf({ ...commit, changes }, false);
        expect(sections[part].map(({ id }) => partsOf(id)).map(({ cluster, check }) => `${cluster} ${check}`)).toEqual([
          'llm-b efa-self-traffic',
          'llm-c efa-self-traffic',
          'llm-a efa-self-traffic',
          'llm-a vpc-dns',
        ]);
        expect(sections.readiness.map((c) => c.id)).toEqual(after === 'fail' ? ['llm-b', 'llm-c', 'llm-a'] : ['llm-a', 'llm-b', 'llm-c']);
      }
    }
  });

  test('a mute by an edited plan is reported once', () => {
    const said = text([{ findings: [fail()] }], [{ findings: [fail({ muted: mute })] }, { planHash: 'plan-2' }]);
    expect(said).toContain('1 finding was muted: efa-self-traffic.');
    expect(said).not.toContain('With the edited plan');
  });

  test('two changes of muted findings in the plural', () => {
    const both = (status: 'pass' | 'fail') => ['sg-1', 'sg-2'].map((resource) => finding({ resource, status, muted: mute }));
    expect(text([{ findings: both('pass') }], [{ findings: both('fail') }])).toContain('2 changes of muted findings are left out.');
  });

  test('of an edited plan, what is not seen any more and blocks nothing is only counted', () => {
    const soft = row({ check: 'ipv6-pods', level: 'recommended', resource: 'subnet-1' });
    const said = text([{ findings: [finding()] }], [{ findings: [fail()], rows: [soft] }, { planHash: 'plan-2' }]);
    expect(said).toContain('WHY (1)');
    expect(said).not.toContain('NOT EVALUATED');
    expect(said).toContain('1 not evaluated\n(ipv6-pods).');
  });
});

describe('form', () => {
  const names = Array.from({ length: 25 }, (_, n) => `llm-${String(n).padStart(2, '0')}`);
  const ofMany: Seen = {
    findings: names.map((cluster) => finding({ cluster })),
    clusters: names.map((cluster) => ({ ...planned, cluster })),
  };

  test('of many clusters twenty are named', () => {
    const first = say(history([ofMany]))?.text;
    expect(first?.match(/^ {2}READY/gm)).toHaveLength(20);
    expect(first).toContain('\n  and 5 more clusters\n');
    const other = finding({ cluster: '', check: 'applied-quotas', watched: '1' });
    const seen = { ...ofMany, findings: [...(ofMany.findings ?? []), other] };
    const changed = say(history([seen], [{ ...seen, findings: [...(ofMany.findings ?? []), { ...other, watched: '2' }] }]))?.text;
    expect(changed?.match(/is\s+READY/g)).toHaveLength(20);
    expect(changed?.replaceAll(/\s+/g, ' ')).toContain('llm-19 is READY since 2026-11-20 08:00 UTC, 5 more clusters.');
  });

  test('the names of clusters stand in a column as wide as the longest', () => {
    const clusters = [planned, { ...planned, cluster: 'a' }];
    const failed = [finding({ cluster: 'a', status: 'fail' }), finding({ status: 'fail' })];
    expect(say(history([{ findings: failed, clusters }]))?.text).toContain(
      '\n  BLOCKED  a          efa-self-traffic\n  BLOCKED  llm-train  efa-self-traffic\n',
    );
  });

  test('a first audit of a region without clusters, in which all was seen', () => {
    const said = say(history([{ findings: [watched(8)], clusters: [] }]));
    expect(said?.subject).toBe('No clusters in us-west-2 (ml-prod): first audit');
    expect(said?.text).toContain('. 0 not evaluated.');
  });

  test('what is not seen names its one case, or the first twenty of many checks', () => {
    const rows = Array.from({ length: 22 }, (_, n) =>
      row({ check: `check-${String(n).padStart(2, '0')}`, level: n < 3 ? 'required' : 'recommended' }),
    );
    const seen = (unread: Seen['rows']) =>
      say(history([{ findings: [watched(8)] }], [{ findings: [watched(8)], rows: unread ?? [] }]))?.text.replaceAll(/\s+/g, ' ');
    expect(seen([row({ resource: 'sg-1', group: 'workers' })])).toContain(
      '1 check (1 required) not evaluated: efa-self-traffic of sg-1 (llm-train / workers).',
    );
    expect(seen(rows)).toMatch(/22 checks \(3 required\) not evaluated: check-00, .*check-19 and 2 more\./);
    expect(seen(rows.slice(3, 5))).toContain('2 checks not evaluated: check-03, check-04.');
    expect(seen(rows.slice(2, 22))).toContain('check-20, check-21.');
  });

  test('a long title goes on under its beginning, and a pass shows no fix', () => {
    const resource = `ml.p5.48xlarge ${'for cluster usage '.repeat(6)}`.trim();
    const title = (status: 'pass' | 'fail') => finding({ resource, status, remediation: { text: 'Fix it.' } });
    const said = say(history([{ findings: [title('fail')] }], [{ findings: [title('pass')] }]))?.text;
    expect(said).toMatch(/\n- efa-self-traffic: ml\.p5.*\n {2}for cluster/);
    expect(said).not.toContain('Fix:');
  });

  test('of a first audit, names exactly twenty without counting more, and the worst first', () => {
    const some = (n: number): Seen => ({
      findings: names.slice(0, n).map((cluster) => finding({ cluster, status: cluster === 'llm-05' ? 'fail' : 'pass' })),
      clusters: names.slice(0, n).map((cluster) => ({ ...planned, cluster })),
    });
    const first = say(history([some(20)]))?.text;
    expect(first).not.toContain('more cluster');
    expect(first).toContain('2026-11-20 08:00 UTC.\n\n  BLOCKED  llm-05  efa-self-traffic\n  READY    llm-00\n');
    const other = finding({ cluster: '', check: 'applied-quotas', watched: '1' });
    const of = (watchedValue: string): Seen => ({
      ...some(20),
      findings: [...(some(20).findings ?? []), { ...other, watched: watchedValue }],
    });
    const changed = say(history([of('1')], [of('2')]))?.text.replaceAll(/\s+/g, ' ');
    expect(changed).toContain('No cluster changed its readiness: llm-05 is BLOCKED since 2026-11-20 08:00 UTC, llm-00 is READY');
    expect(changed).not.toContain('more cluster');
  });

  test('beside changed clusters those that are READY are left out', () => {
    const clusters = [planned, { ...planned, cluster: 'llm-eval' }];
    const of = (status: 'pass' | 'fail'): Seen => ({ findings: [finding({ status }), finding({ cluster: 'llm-eval' })], clusters });
    const worse = say(history([of('pass')], [of('fail')]))?.text;
    expect(worse).toMatch(/^llm-train is BLOCKED since/);
    expect(worse).not.toContain('llm-eval');
    const better = say(history([of('fail')], [of('pass')]));
    expect(better?.text).toMatch(/^llm-train is READY again since 2026-11-20 09:00 UTC\. Before: BLOCKED since/);
    expect(better?.subject).toBe('READY llm-train us-west-2 (ml-prod)');
  });

  test('a fix without command or page is its text alone', () => {
    const fix = { text: 'Fix it.' };
    const said = say(history([{ findings: [finding()] }], [{ findings: [finding({ status: 'fail', remediation: fix })] }]))?.text;
    expect(said).toContain('    Fix: Fix it.\n\nCurrent status');
  });

  test('what is left out of a list is named by its checks alone', () => {
    const findings = Array.from({ length: 21 }, (_, n) => finding({ check: `check-${String(n).padStart(2, '0')}` }));
    const failing = (n: number) => findings.slice(0, n).map((f) => ({ ...f, status: 'fail' as const }));
    expect(say(history([{ findings }], [{ findings: failing(21) }]))?.text).toContain('\n- and 1 more: check-20\n');
    expect(say(history([{ findings: findings.slice(0, 20) }], [{ findings: failing(20) }]))?.text).not.toContain('more:');
  });

  test('what is not seen names no case of several, and none that is the whole check', () => {
    const seen = (...rows: readonly ReturnType<typeof row>[]) =>
      say(history([{ findings: [watched(8)] }], [{ findings: [watched(8)], rows }]))?.text;
    expect(seen(row())).toContain('not evaluated: efa-self-traffic.\n');
    expect(seen(row({ resource: 'sg-1' }), row({ resource: 'sg-2' }))).toContain('not evaluated: efa-self-traffic.\n');
  });

  test('a first audit writes out required failures only', () => {
    const soft = finding({ resource: 'sg-2', level: 'recommended', status: 'fail' });
    const said = say(history([{ findings: [finding({ status: 'fail' }), soft] }]))?.text;
    expect(said).toContain('REQUIRED FAILURES (1)');
    expect(said).toContain('1 required and 1 recommended failures');
  });

  test('what was debounced without a change of readiness begins with the place', () => {
    const seen = { ...evening, findings: [efa('fail'), quota(16), watched(16), ips(400), dns(), evalDns()] };
    const lower = { ...seen, findings: [efa('fail'), quota(16), watched(16), ips(300), dns(), evalDns()] };
    expect(say(history([seen], [lower]), { held: true })?.text).toMatch(/^Region us-west-2/);
  });

  test.each<[string, Seen, Seen, string]>([
    [
      'what is no longer evaluated and better',
      { findings: [finding({ cluster: '', status: 'fail' })], clusters: [] },
      { findings: [finding({ cluster: '' })], rows: [row({ cluster: '', check: 'vpc-dns' })], clusters: [] },
      '1 no longer evaluated, 1 got better',
    ],
    [
      'counted',
      { findings: [finding({ cluster: '' }), finding({ cluster: '', check: 'applied-quotas', watched: '1' })], clusters: [] },
      {
        findings: [finding({ cluster: '', resource: 'sg-2' }), finding({ cluster: '', check: 'applied-quotas', watched: '2' })],
        clusters: [],
      },
      '3 changes',
    ],
    [
      'muted',
      { findings: [finding({ cluster: '', status: 'fail' })], clusters: [] },
      { findings: [finding({ cluster: '', status: 'fail', muted: mute })], clusters: [] },
      '1 change',
    ],
  ])('the subject of what is %s', (_, before, after, said) => {
    expect(say(history([before], [after]))?.subject).toBe(`${said} in us-west-2 (ml-prod)`);
  });

  test('the subject tells of failures that change no readiness', () => {
    const blocked = [finding({ resource: 'sg-0', status: 'fail' })];
    const said = say(history([{ findings: [...blocked, finding()] }], [{ findings: [...blocked, finding({ status: 'fail' })] }]));
    expect(said?.subject).toBe('1 got worse in us-west-2 (ml-prod)');
  });

  test('three hundred at once are counted, and none is left without being counted', () => {
    const many = (status: 'pass' | 'fail') =>
      Array.from({ length: 300 }, (_, n) => finding({ resource: `sg-${String(n).padStart(3, '0')}`, status }));
    const said = say(history([{ findings: many('pass') }], [{ findings: many('fail') }]));
    expect(said?.text).toContain('WORSE (300)');
    expect(said?.text.match(/^- efa-self-traffic/gm)).toHaveLength(20);
    expect(said?.text).toContain('- and 280 more: efa-self-traffic');
    expect(said?.subject).toBe('BLOCKED llm-train us-west-2 (ml-prod)');
  });

  test('what a plan edit breaks comes with its way out, a few of many', () => {
    const many = Array.from({ length: 7 }, (_, n) =>
      finding({
        check: 'vpc-dns',
        resource: `vpc-${n}`,
        status: 'fail',
        remediation: { text: 'Turn it on.', command: `aws fix vpc-${n}` },
      }),
    );
    const unread = row({ check: 's3-reachable', resource: 'subnet-1', action: 'ec2:DescribeRouteTables' });
    const text = say(history([evening], [{ findings: many, rows: [unread] }, { planHash: 'plan-2' }]))?.text;
    expect(text).toContain('WHY (7)');
    expect(text?.match(/\$ aws fix/g)).toHaveLength(5);
    expect(text).toContain('- and 2 more: vpc-dns');
    const notEvaluated = say(history([evening], [{ ...evening, rows: [unread] }, { planHash: 'plan-2' }]))?.text;
    expect(notEvaluated).toContain('NOT EVALUATED\n\n- access denied: ec2:DescribeRouteTables\n');
    expect(notEvaluated).not.toContain('NO LONGER EVALUATED');
  });

  test('a first audit with many failures writes out a few and names the rest', () => {
    const many = Array.from({ length: 200 }, (_, n) => finding({ resource: `sg-${String(n).padStart(3, '0')}`, status: 'fail' }));
    const said = say(history([{ findings: many }]));
    expect(said?.text).toContain('REQUIRED FAILURES (200)');
    expect(said?.text.match(/^- efa-self-traffic/gm)).toHaveLength(5);
    expect(said?.text).toContain('- and 195 more: efa-self-traffic');
  });

  test('the subject is printable ASCII and under 100 characters', () => {
    const cluster = `llm-${'x'.repeat(59)}`;
    const findings = [finding({ cluster })];
    const seen = { findings, clusters: [{ ...planned, cluster }] };
    const commit = history([seen], [{ ...seen, findings: findings.map((f) => ({ ...f, status: 'fail' as const })) }]);
    const said = say(commit, { alias: 'früh\nspät-und-noch-viel-länger' });
    expect(said?.subject).toMatch(/^[\x20-\x7e]{1,99}$/);
    expect(said?.subject).toMatch(/^BLOCKED llm-x+\.\.\. /);
    expect(said?.subject).toContain('us-west-2 (fr?h?sp?t-');
  });

  test('lines are at most 90 columns, but for commands and addresses', () => {
    for (const commit of [history([evening]), history([evening], [short], [night]), history([evening], [short], [night], [noon])])
      for (const line of say(commit)?.text.split('\n') ?? [])
        if (!/^ *(\$|https:)/.test(line)) expect(line.length, line).toBeLessThanOrEqual(90);
  });

  test('repeated it says the same, under the same number', () => {
    const commit = history([evening], [short], [night]);
    expect(say(commit)).toEqual(say(commit));
    expect(say(commit)?.text).toContain('Commit 111122223333/us-west-2/3,');
  });

  test('without an alias the account stands alone', () => {
    const said = alertOf(history([short]), { account: '111122223333', region: 'us-west-2', status: context.status });
    expect(said?.subject).toBe('1 BLOCKED, 1 READY in us-west-2 (111122223333): first audit');
    expect(said?.text).toContain('First audit of us-west-2, account 111122223333, 2026-11-20 08:00 UTC.');
  });
});
