/** Answers as a terminal shows them. */
import { describe, expect, test } from 'vitest';
import type { AnswerFormat } from '../../../functions/cli/answer-format.ts';
import {
  changesFormat,
  coverageFormat,
  diffFormat,
  findingsFormat,
  historyFormat,
  readinessFormat,
  textAnswer,
} from '../../../functions/cli/query-text.ts';
import type { CoverageRowView } from '../../../shared/query/coverage.ts';
import type { FindingView } from '../../../shared/query/findings.ts';
import { finding } from '../../core/results.ts';

const at = '2026-11-20T08:00:00.000Z';
const place = { account: '111122223333', region: 'us-west-2' };
const plain = { paint: (_: string, text: string) => text, width: 90, now: new Date('2026-11-23T08:00:00.000Z') };
const said = <T>(shown: AnswerFormat<T>, ...items: readonly T[]): string => textAnswer(shown, { items, scanned: 1, keys: [] }, plain);

const failed = { status: 'fail', level: 'required', since: at } as const;
const item = (more: Partial<FindingView> = {}): FindingView => ({
  ...place,
  ...finding({ status: 'fail' }),
  open: true,
  firstSeen: at,
  since: at,
  lastChanged: at,
  asOf: at,
  ...more,
});

describe('findings', () => {
  const remediation = {
    text: 'A subnet cannot be made larger: add one of a /22 or larger to VpcConfig, or plan with fewer nodes of this group.',
    command: 'aws ec2 create-subnet',
  };
  test('what fails says how to fix it, and each its id, which `history` takes', () => {
    const small = item({
      check: 'subnet-size',
      id: 'subnet-size/llm-train/-/subnet-1',
      resource: 'subnet-1',
      have: 251,
      need: 324,
      remediation,
    });
    const { command: _, ...words } = remediation;
    expect(
      said(findingsFormat, small, item({ remediation: words, level: 'recommended' }), item({ status: 'pass', open: false, remediation })),
    ).toBe(
      `✗ subnet-size  111122223333 us-west-2 · llm-train · subnet-1
    have 251, need 324, short by 73
    required failure since 2026-11-20 08:00 UTC (3 days)
    sg-1 was read.
    Fix: A subnet cannot be made larger: add one of a /22 or larger to VpcConfig, or plan
    with fewer nodes of this group.
    $ aws ec2 create-subnet
    id subnet-size/llm-train/-/subnet-1
! efa-self-traffic  111122223333 us-west-2 · llm-train · sg-1
    recommended failure since 2026-11-20 08:00 UTC (3 days)
    sg-1 was read.
    Fix: A subnet cannot be made larger: add one of a /22 or larger to VpcConfig, or plan
    with fewer nodes of this group.
    id efa-self-traffic/llm-train/-/sg-1
✓ efa-self-traffic  111122223333 us-west-2 · llm-train · sg-1
    passes since 2026-11-20 08:00 UTC (3 days)
    sg-1 was read.
    id efa-self-traffic/llm-train/-/sg-1
`,
    );
  });
});

describe('coverage', () => {
  const unevaluated = {
    ...place,
    id: 'i',
    check: 'fsx-ports',
    cluster: 'llm-train',
    resource: 'fs-1',
    level: 'required',
    since: at,
  } as const;
  const denied = {
    ...unevaluated,
    reason: 'access denied',
    action: 'fsx:DescribeFileSystems',
    statement: { Effect: 'Allow', Action: 'fsx:DescribeFileSystems', Resource: '*' },
  } as const;
  const rows: readonly CoverageRowView[] = [
    denied,
    { ...denied, check: 'fsx-available', level: 'recommended', group: 'workers', since: '2026-11-23T07:00:00.000Z' },
    { ...unevaluated, check: 'vpc-cni-version', resource: undefined, reason: 'vpc-cni is self-managed' },
    { ...denied, region: 'us-east-1', cluster: undefined },
  ];

  test('by the reason why it is not evaluated: each case since when, and the statement that fixes them, once', () => {
    expect(said(coverageFormat, ...rows)).toBe(`111122223333 us-west-2
  Not evaluated: access denied. Allow fsx:DescribeFileSystems.
    required     fsx-ports      llm-train · fs-1
        since 2026-11-20 08:00 UTC (3 days)
    recommended  fsx-available  llm-train / workers · fs-1
        since 2026-11-23 07:00 UTC (60 minutes)
    {"Effect":"Allow","Action":"fsx:DescribeFileSystems","Resource":"*"}
  Not evaluated: vpc-cni is self-managed.
    required  vpc-cni-version  llm-train  since 2026-11-20 08:00 UTC (3 days)

111122223333 us-east-1
  Not evaluated: access denied. Allow fsx:DescribeFileSystems.
    required  fsx-ports  the region · fs-1  since 2026-11-20 08:00 UTC (3 days)
    {"Effect":"Allow","Action":"fsx:DescribeFileSystems","Resource":"*"}
`);
    expect(said(coverageFormat)).toBe('Nothing that matches is listed as not evaluated.\n');
    const notKept = [{ ...place, notKeptBefore: at }];
    expect(textAnswer(coverageFormat, { items: [], scanned: 0, keys: [], notKept }, plain)).toBe(
      `111122223333 us-west-2: that moment is not stored. The first stored moment is\n${at}.\n`,
    );
  });

  test('as CSV, a line for each', () => {
    expect(coverageFormat.csv(rows.slice(1, 3)).split('\r\n')).toEqual([
      'account,region,level,check,cluster,group,resource,reason,action,since,statement,id',
      '111122223333,us-west-2,recommended,fsx-available,llm-train,workers,fs-1,access denied,fsx:DescribeFileSystems,2026-11-23T07:00:00.000Z,"{""Effect"":""Allow"",""Action"":""fsx:DescribeFileSystems"",""Resource"":""*""}",i',
      '111122223333,us-west-2,required,vpc-cni-version,llm-train,,,vpc-cni is self-managed,,2026-11-20T08:00:00.000Z,,i',
      '',
    ]);
  });
});

describe('who made a change', () => {
  const call = {
    call: 'RevokeSecurityGroupIngress',
    service: 'ec2.amazonaws.com',
    actor: { kind: 'role', name: 'NetAdmin', session: 'alice' },
    at: '2026-11-20T07:59:10Z',
    resources: ['sg-1'],
  } as const;
  const audited = { ...place, commit: 2, auditId: 'a', factsAt: at, cause: 'account', triggeredBy: { calls: [call], more: 2 } } as const;
  const regressed = {
    of: 'finding',
    kind: 'regressed',
    check: 'efa-self-traffic',
    id: 'i',
    resource: 'sg-1',
    after: failed,
    changedBy: [call],
  } as const;
  const blocked = {
    of: 'readiness',
    kind: 'regressed',
    id: 'llm',
    cluster: 'llm',
    after: { state: 'BLOCKED', since: at },
    because: ['i'],
  } as const;

  test('stands once for an audit, and below each finding whose resource a call names', () => {
    expect(said(changesFormat, { ...audited, ...regressed }, { ...audited, ...blocked })).toBe(`2026-11-20 08:00 UTC  111122223333 us-west-2
  Triggered by RevokeSecurityGroupIngress by role NetAdmin (session alice), 07:59 UTC; and
  2 more calls.
  regressed  efa-self-traffic · the region · sg-1: fail
             Changed by RevokeSecurityGroupIngress by role NetAdmin (session alice), 07:59
             UTC.
  regressed  cluster llm: BLOCKED
`);
    const history = said(historyFormat, { ...audited, kind: 'regressed', after: failed, message: 'It fails.', changedBy: [call] });
    expect(history.replaceAll(/\s+/g, ' ')).toContain(
      'It fails. Changed by RevokeSecurityGroupIngress by role NetAdmin (session alice), 07:59 UTC.',
    );
  });

  test('has columns in CSV', () => {
    const words = 'RevokeSecurityGroupIngress by role NetAdmin (session alice), 07:59 UTC';
    expect(changesFormat.csv([{ ...audited, ...regressed }])).toContain(`,"${words}","${words}; and 2 more calls"`);
    expect(historyFormat.csv([{ ...audited, kind: 'regressed', changedBy: [call] }])).toContain(`,"${words}"`);
  });
});

describe('text from outside', () => {
  const text = 'sg-1\u001b[2J\n✓ READY\u009b2J';
  const change = {
    of: 'finding',
    kind: 'regressed',
    ...place,
    id: 'i',
    check: 'c',
    resource: text,
    after: failed,
    message: text,
  } as const;
  const audited = { commit: 1, auditId: 'a', factsAt: at, cause: 'account' } as const;
  test.each<[string, string]>([
    ['findings', said(findingsFormat, item({ resource: text, message: text }))],
    ['changes', said(changesFormat, { ...change, ...audited, alias: text })],
    ['coverage', said(coverageFormat, { ...place, id: 'i', check: 'c', resource: text, level: 'required', reason: text, since: at })],
    ['history', said(historyFormat, { ...audited, kind: 'regressed', after: failed, message: text })],
    ['diff', said(diffFormat, change)],
    [
      'readiness',
      said(readinessFormat, {
        ...place,
        alias: text,
        regionState: 'failed',
        reason: text,
        coverage: { evaluated: 1, unevaluated: 0, required: 0 },
        factsAt: at,
        clusters: [{ cluster: text, planned: true, running: true, state: 'BLOCKED', since: at, because: [{ id: 'i', text }], reasons: 1 }],
      }),
    ],
  ])('%s: it moves nothing and begins no line', (_, shown) => {
    expect(shown).toContain('sg-1\\u001b[2J\\u000a✓ READY\\u009b2J');
    expect(shown).not.toMatch(/[^\P{Cc}\n]/u);
  });
});
