import { describe, expect, test } from 'vitest';
import type { Finding, Level, RegionResult, Result } from '../../../shared/core/evaluation/finding.ts';
import { terminal } from '../../../shared/core/render/terminal.ts';
import { finding, result as region, row } from '../results.ts';
import { result } from './result.ts';

const plain = { paint: (_: string, text: string) => text, width: 90, level: 'recommended' } as const;

test('the whole screen: readiness first, failures with numbers and the fix, then coverage', () => {
  expect(terminal(result, plain)).toBe(`HyperPod readiness of account ml-prod (111122223333), 2026-11-20 08:00 UTC

READINESS
  BLOCKED  us-west-2  llm-train  planned  instance-type-quota, a, b and 1 more
  READY    us-west-2  eval       running
  OFF      ap-southeast-3  the region is not enabled for this account

FINDINGS

us-west-2 · llm-train
  ✗ required     instance-type-quota  workers · ml.p5
      have 0, need 4 instances, short by 4  since 2026-11-18 07:00 UTC
      The quota is 0 & "4" are <needed>.
      Fix: Request an increase.
      $ aws service-quotas request
      https://console.example.com
  ! recommended  subnet-free-ips  subnet-1  have 251, need 324 addresses, short by 73
      Subnet subnet-1 has 251 IP addresses available, 324 required.

us-west-2 · 1 muted failure not shown; they still count.

COVERAGE
  us-west-2  4 results, 3 not evaluated
      Not evaluated: access denied. Allow fsx:DescribeFileSystems. Since 2026-11-19 08:00
      UTC.
        2 required checks: fsx-ports, fsx-available
        fsx-ports · llm-train · fs-1: passed when last evaluated, 2026-11-18 08:00 UTC
      Not evaluated: vpc-cni is self-managed.
        1 recommended check: vpc-cni-version
  ap-southeast-3  0 results, not-enabled: the region is not enabled for this account
`);
});

test('a level filters failures, never readiness or coverage', () => {
  const text = terminal(result, { ...plain, level: 'required' });
  expect(text).not.toContain('subnet-free-ips');
  expect(text).toContain('BLOCKED');
  expect(text).toContain('vpc-cni is self-managed');
});

test('colours are wrapped around words, never counted in widths', () => {
  const marked = terminal(result, { ...plain, paint: (c, text) => `‹${c}›${text}‹›` });
  expect(marked.replace(/‹[a-z]*›/g, '')).toBe(terminal(result, plain));
  expect(marked).toContain('‹red›BLOCKED‹›');
});

/** A result of one account with these regions. */
const of = (...regions: readonly RegionResult[]): Result => ({
  ...result,
  accounts: [{ account: '111122223333', auditedAt: '2026-11-20T08:00:00.000Z', regions }],
});
const fails = (more: Partial<Finding> = {}) => finding({ check: 'subnet-free-ips', status: 'fail', ...more });
const sectionOf = (text: string, title: string) => text.split('\n\n').filter((part) => part.startsWith(`${title}\n`) || part === title);
const mute = { reason: 'known', owner: 'network team', until: '2099-01-31' };

test('events of running clusters stand between readiness and findings', () => {
  const events = [
    {
      cluster: 'eval',
      errors: [
        { time: '2026-11-20T07:00:00.000Z', group: 'workers', node: 'i-0a', text: '"Instance creation failed"', cause: '"no capacity"' },
        { time: '2026-11-20T06:00:00.000Z', text: '"Cluster update failed"' },
      ],
      partial: true,
      causesUnread: 'access denied (sagemaker:DescribeClusterEvent)',
    },
    { cluster: 'failed', errors: [], failure: '"cluster-health has this one"' },
    { cluster: 'other', errors: [], unread: 'access denied: sagemaker:ListClusterEvents' },
  ] as const;
  expect(sectionOf(terminal(of({ ...region({}), events }), plain), 'EVENTS')).toEqual([
    `EVENTS
  us-west-2 · eval
      2 Error events in the last 7 days, newest first; older events of these days were not
      read; details not read: access denied (sagemaker:DescribeClusterEvent)
      2026-11-20 07:00 UTC  workers i-0a  "Instance creation failed"  "no capacity"
      2026-11-20 06:00 UTC  cluster  "Cluster update failed"
  us-west-2 · other
      Error events could not be read: access denied: sagemaker:ListClusterEvents`,
  ]);
  expect(terminal(of(region({})), plain)).not.toContain('EVENTS');
});

describe('--level required', () => {
  const required = { ...plain, level: 'required' } as const;
  const shown = (...findings: readonly Finding[]) => terminal(of(region({ findings })), required);

  test('beside AT RISK says that a failure is hidden, not that nothing fails', () => {
    const text = shown(finding(), fails({ level: 'recommended' }));
    expect(text).toContain('AT RISK  us-west-2  llm-train');
    expect(sectionOf(text, 'FINDINGS')).toEqual([
      'FINDINGS\n  No required check that was evaluated fails.\n  1 failure hidden by --level.',
    ]);
  });

  test('advice is shown with its own mark, and hidden by the levels above it', () => {
    const findings = [finding(), fails({ level: 'advice' })];
    const shownAt = (level: Level) => terminal(of(region({ findings })), { ...plain, level });
    expect(shownAt('advice')).toContain('· advice       ');
    expect(shownAt('advice')).toContain('READY  us-west-2  llm-train');
    expect(sectionOf(shownAt('recommended'), 'FINDINGS')).toEqual([
      'FINDINGS\n  No required or recommended check that was evaluated fails.\n  1 failure hidden by --level.',
    ]);
    expect(sectionOf(shownAt('required'), 'FINDINGS')).toEqual([
      'FINDINGS\n  No required check that was evaluated fails.\n  1 failure hidden by --level.',
    ]);
  });

  test('counts them all, below the failures that are shown', () => {
    const text = shown(fails({ check: 'fsx-ports' }), fails({ level: 'recommended' }), fails({ level: 'recommended', resource: 'sg-2' }));
    expect(text).toContain('✗ required     fsx-ports');
    expect(text).toContain('\n\n2 failures hidden by --level.\n\nCOVERAGE');
  });

  test('does not count what is muted: no level shows that', () => {
    const text = shown(finding(), fails({ level: 'recommended', muted: mute }));
    expect(text).toContain('us-west-2 · 1 muted failure not shown');
    expect(text).not.toContain('hidden');
  });

  test('says nothing of it where nothing is hidden, or every level is shown', () => {
    expect(shown(finding())).toContain('FINDINGS\n  Nothing that was evaluated fails.\n');
    expect(terminal(of(region({ findings: [fails({ level: 'recommended' })] })), plain)).not.toContain('hidden');
  });
});

describe('what is not evaluated', () => {
  const unread = (more: Partial<RegionResult> = {}): RegionResult => ({
    ...region({ state: 'failed', rows: [row({ reason: 'us-west-2 is not in this snapshot' })] }),
    reason: 'us-west-2 is not in this snapshot',
    ...more,
  });

  test('a cluster that is UNKNOWN for one reason says it, and regions that failed alike share a line', () => {
    expect(terminal(of(unread(), unread({ region: 'us-east-1' }), region({ findings: [finding()] })), plain)).toContain(`READINESS
  UNKNOWN  us-west-2  llm-train  planned  us-west-2 is not in this snapshot
  UNKNOWN  us-east-1  llm-train  planned  us-west-2 is not in this snapshot
  READY    us-west-2  llm-train  planned
  FAILED   us-west-2, us-east-1  us-west-2 is not in this snapshot
`);
  });

  test('a cluster that is UNKNOWN for several reasons names the checks', () => {
    const rows = [row(), row({ check: 'fsx-ports', reason: 'access denied', action: 'fsx:DescribeFileSystems' })];
    expect(terminal(of(region({ rows })), plain)).toContain('UNKNOWN  us-west-2  llm-train  planned  efa-self-traffic, fsx-ports\n');
  });

  test('where nothing was evaluated, it is not said that nothing fails', () => {
    expect(sectionOf(terminal(of(unread()), plain), 'FINDINGS')).toEqual(['FINDINGS\n  Nothing was evaluated.']);
  });

  const none = { clusters: [], findings: [finding({ cluster: '' })] };
  test.each<[string, RegionResult, string]>([
    ['all was read', region(none), 'No cluster is planned and none runs here: only what holds for the account was evaluated.'],
    [
      'the list of clusters was not',
      region({ ...none, rows: [row({ cluster: '' })] }),
      'No cluster is planned, and none was found running.',
    ],
  ])('that no cluster runs is said only where that could be read: %s', (_, only, sentence) => {
    expect(terminal(of(only), plain)).toContain(`READINESS\n  ${sentence}\n`);
  });
});

describe('a selection', () => {
  const selection = { regions: ['us-west-2'], outside: { clusters: 1, regions: ['us-east-1'] }, unanswered: [] };
  const summary = '1 planned cluster is outside the selection (--region us-west-2), in us-east-1.';

  test('says at the end how many planned clusters are outside', () => {
    const text = terminal({ ...of(region({ findings: [finding()] })), selection }, plain);
    expect(text.endsWith(`\n\nSELECTION\n  ${summary}\n`)).toBe(true);
    expect(terminal(of(region({})), plain)).not.toContain('SELECTION');
  });

  test('without planned clusters does not say that none is planned', () => {
    const text = terminal(
      { ...of(region({ clusters: [] })), selection: { ...selection, unanswered: ['No planned cluster is there.'] } },
      plain,
    );
    expect(text).toContain('READINESS\n  No planned cluster is in the selection and none runs here');
    expect(text.endsWith(`SELECTION\n  ${summary}\n  No planned cluster is there.\n`)).toBe(true);
  });

  test('with no account at all still says what was selected', () => {
    expect(terminal({ ...of(), accounts: [], selection: { ...selection, unanswered: ['Account 1 is not in scope.'] } }, plain)).toBe(
      `SELECTION\n  ${summary}\n  Account 1 is not in scope.\n`,
    );
  });

  test('with everything inside says so', () => {
    const all = { accounts: ['111122223333'], clusters: ['llm-train'], outside: { clusters: 0, regions: [] }, unanswered: [] };
    expect(terminal({ ...of(region({})), selection: all }, { ...plain, width: 120 })).toContain(
      '  No planned cluster is outside the selection (--account 111122223333 --cluster llm-train).\n',
    );
  });
});

describe('warnings', () => {
  const warning = (n: number) =>
    ({
      code: 'mute-expired',
      message: `expected a date, got ${n}.`,
      file: 'p.yaml',
      line: n,
      column: 3,
      path: `mutes[${n}].until`,
    }) as const;

  test('stand at the end, each with its place, at every level', () => {
    for (const level of ['recommended', 'required'] as const)
      expect(terminal({ ...result, warnings: [warning(1), warning(2)] }, { ...plain, level })).toMatch(
        /\n\nWARNINGS \(they change neither readiness nor exit code\)\n {2}p\.yaml:1:3 mutes\[1\]\.until: expected a date, got 1\.\n {2}p\.yaml:2:3 mutes\[2\]\.until: expected a date, got 2\.\n$/,
      );
  });

  test('are twenty at the most, and how many more', () => {
    const text = terminal({ ...result, warnings: Array.from({ length: 23 }, (_, n) => warning(n)) }, plain);
    expect(text.match(/expected a date/g)).toHaveLength(20);
    expect(text).toMatch(/\n {2}and 3 more warnings\n$/);
  });

  test('are not mentioned where there is none', () => {
    expect(terminal({ ...result, warnings: [] }, plain)).toBe(terminal(result, plain));
  });

  test('hold no control characters', () => {
    expect(terminal({ ...result, warnings: [{ ...warning(1), message: 'a\u001b[2Jb' }] }, plain)).toContain('a\\u001b[2Jb');
  });
});
