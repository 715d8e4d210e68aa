import { describe, expect, test } from 'vitest';
import type { RegionStatus } from '../../../shared/core/alerts/alert-digest.ts';
import { chatService } from '../../../shared/core/alerts/alert-routes.ts';
import { type OrganizationStatus, statusData, statusExitCode, statusReport } from '../../../shared/core/render/status.ts';

const at = '2026-11-30T08:00:00.000Z';
const account = '111122223333';
const cluster = (name: string, state: 'BLOCKED' | 'UNKNOWN' | 'AT_RISK' | 'READY', since = '2026-11-29T06:00:00.000Z') => ({
  cluster: name,
  planned: true,
  running: false,
  state,
  since,
});
const place = (region: string, more: Partial<RegionStatus> = {}, last: Partial<NonNullable<RegionStatus['last']>> = {}): RegionStatus => ({
  account,
  alias: 'ml-prod',
  region,
  late: false,
  open: { required: 0, recommended: 0, advice: 0 },
  muted: 0,
  last: {
    factsAt: '2026-11-30T07:30:00.000Z',
    coverage: { evaluated: 50, unevaluated: 0, required: 0 },
    state: 'audited',
    readiness: [],
    ...last,
  },
  ...more,
});
const all = (...standings: readonly RegionStatus[]): OrganizationStatus => ({
  at,
  standings,
  open: { required: 0, recommended: 0, advice: 0 },
  muted: 0,
  pending: 0,
  brokenRoutes: [],
  weakRoutes: [],
  where: 'There.',
});
const plain = { width: 200, deployed: false, paint: (_: string, text: string) => text };

const ready = place('us-west-2', {}, { readiness: [cluster('llm-train', 'READY')] });
const blocked = place(
  'us-east-1',
  { open: { required: 2, recommended: 1, advice: 0 }, muted: 1 },
  {
    readiness: [cluster('eval', 'READY'), cluster('llm-train', 'BLOCKED', '2026-11-30T07:30:00.000Z')],
    coverage: { evaluated: 48, unevaluated: 2, required: 1 },
  },
);
const late = place('eu-north-1', { late: true }, { factsAt: '2026-11-30T01:00:00.000Z', readiness: [cluster('eval', 'READY')] });
const { last: _, ...never } = place('ap-south-1', { late: true });
const failed = place('us-east-2', {}, { state: 'failed', reason: 'access denied', readiness: [cluster('x', 'UNKNOWN')] });

test('a limit is of what is shown, and says that there is more', () => {
  const text = statusReport(all(ready, blocked, late), { ...plain, limit: 1 });
  expect(text.startsWith('Status at 2026-11-30 08:00 UTC: 3 regions in 1 account, 1 not audited in time.\n\neu-north-1 · ')).toBe(true);
  expect(text).not.toContain('us-');
  expect(text.endsWith('\n\nThere is more: --limit shows more than 1, filters show less.\n')).toBe(true);
  expect(statusReport(all(ready, blocked), { ...plain, limit: 2 })).toBe(statusReport(all(ready, blocked), plain));
  const data = statusData(all(ready, blocked, late), 1) as { standings: readonly RegionStatus[]; more?: boolean };
  expect([data.standings.map((s) => s.region), data.more]).toEqual([['eu-north-1'], true]);
  expect(statusData(all(ready), 1)).not.toHaveProperty('more');
});

test('late regions come first, then what failed, then the worst; what is old says that it is', () => {
  expect(statusReport(all(ready, blocked, failed, late, never), plain).split('\n')).toEqual([
    'Status at 2026-11-30 08:00 UTC: 5 regions in 1 account, 2 not audited in time.',
    '',
    'ap-south-1 · ml-prod (111122223333)  NEVER AUDITED',
    '',
    'eu-north-1 · ml-prod (111122223333)  LATE: last audited 7 hours ago, at 2026-11-30 01:00 UTC; what follows is as old',
    '  READY    eval  since 2026-11-29 06:00 UTC (26 hours)',
    '  0 required failures, 0 recommended, 0 advice; 50 results',
    '',
    'us-east-2 · ml-prod (111122223333)  audited 30 minutes ago',
    '  UNKNOWN  x  since 2026-11-29 06:00 UTC (26 hours)',
    '  The audit failed: access denied.',
    '  0 required failures, 0 recommended, 0 advice; 50 results',
    '',
    'us-east-1 · ml-prod (111122223333)  audited 30 minutes ago',
    '  BLOCKED  llm-train  since 2026-11-30 07:30 UTC (30 minutes)',
    '  READY    eval       since 2026-11-29 06:00 UTC (26 hours)',
    '  2 required failures, 1 recommended, 0 advice, 1 muted; 48 results, 2 not evaluated (1 required)',
    '',
    'us-west-2 · ml-prod (111122223333)  audited 30 minutes ago',
    '  READY    llm-train  since 2026-11-29 06:00 UTC (26 hours)',
    '  0 required failures, 0 recommended, 0 advice; 50 results',
    '',
  ]);
});

describe('a planned cluster without a stored audit', () => {
  const unplannedYet = place(
    'us-west-2',
    { unaudited: ['eval'] },
    { readiness: [cluster('llm-train', 'READY'), cluster('old', 'BLOCKED')] },
  );

  test('is UNKNOWN, in a region that was never audited and beside clusters that were', () => {
    const text = statusReport(all({ ...never, unaudited: ['llm-train-east'] }, unplannedYet), plain);
    expect(text).toContain('ap-south-1 · ml-prod (111122223333)  NEVER AUDITED\n  UNKNOWN  llm-train-east  planned, never audited\n');
    expect(text).toContain(
      [
        '  BLOCKED  old        since 2026-11-29 06:00 UTC (26 hours)',
        '  UNKNOWN  eval       planned, never audited',
        '  READY    llm-train  since 2026-11-29 06:00 UTC (26 hours)\n',
      ].join('\n'),
    );
  });

  test('sorts its region as UNKNOWN does', () => {
    const text = statusReport(all(ready, place('us-west-1', { unaudited: ['eval'] }, { readiness: [] })), plain);
    expect(text.indexOf('us-west-1')).toBeLessThan(text.indexOf('us-west-2'));
  });

  test('stands in the data', () => {
    expect(statusData(all(unplannedYet))).toMatchObject({ standings: [{ unaudited: ['eval'] }] });
  });
});

test('a stored region outside of the plan is listed with its last states, and decides nothing', () => {
  const notInPlan = [
    { account, region: 'eu-west-1', factsAt: '2026-11-28T08:00:00.000Z', clusters: [{ cluster: 'old', state: 'BLOCKED' as const }] },
    { account, region: 'eu-west-2', factsAt: '2026-11-30T06:00:00.000Z', clusters: [] },
  ];
  const of = { ...all(ready), notInPlan };
  expect(statusReport(of, plain)).toContain(
    [
      '',
      'NOT IN THIS PLAN  2 regions with a stored audit; no later audit is expected',
      '  eu-west-1 · 111122223333  last audited 2 days ago: old was BLOCKED',
      '  eu-west-2 · 111122223333  last audited 2 hours ago, no clusters',
      '',
    ].join('\n'),
  );
  expect(statusData(of)).toMatchObject({ notInPlan });
  expect(statusExitCode(of)).toBe(0);
});

test('old news is not painted green', () => {
  const painted = (status: RegionStatus) =>
    statusReport(all(status), { width: 200, deployed: false, paint: (colour, text) => `<${colour}>${text}</>` });
  expect(painted(late)).not.toContain('<green>');
  expect(painted(ready)).toContain('<green>READY  </>');
});

test('the order does not depend on how they were read', () => {
  const places = [ready, blocked, failed, late, never];
  expect(statusReport(all(...places.toReversed()), plain)).toBe(statusReport(all(...places), plain));
  expect(statusData(all(...places.toReversed()))).toEqual(statusData(all(...places)));
});

describe('a deployment also says how its alerts are', () => {
  const deployed = { ...plain, deployed: true };
  const route = { topic: 'alerts', protocol: 'email', endpoint: 'a@x.de' } as const;
  test('no one has audited yet', () => {
    expect(statusReport(all(ready), deployed)).toContain('\nROUTES OF ALERTS  not checked yet\n');
  });
  test('all is well', () => {
    expect(statusReport({ ...all(ready), routesAt: '2026-11-30T05:00:00.000Z' }, deployed)).toContain(
      '\nROUTES OF ALERTS  checked 3 hours ago\n  Every planned route is subscribed.\n',
    );
  });
  test('some are broken, some weak, and alerts wait', () => {
    const topicArn = 'arn:aws:sns:us-west-2:111122223333:T';
    const said = statusReport(
      {
        ...all(ready),
        pending: 2,
        routesAt: at,
        brokenRoutes: [{ topic: 'chat', topicArn, protocol: 'https', endpoint: chatService, state: 'gone' }],
        weakRoutes: [route],
      },
      deployed,
    );
    expect(said).toContain('2 alerts could not be delivered yet and will be sent again.');
    expect(said).toContain('\n- Slack or Teams, for alerts: the chat service does not listen to');
    expect(said).toContain('\n- e-mail to a@x.de, for alerts: anyone who follows the link');
    expect(said).not.toContain('Every planned route');
  });
  test('what was kept on this machine has none', () => {
    expect(statusReport({ ...all(ready), pending: 2 }, plain)).not.toMatch(/ROUTES|delivered/);
  });
});

describe('the code it ends with', () => {
  const notEvaluated = place('a-b-1', {}, { coverage: { evaluated: 1, unevaluated: 1, required: 1 } });
  test.each<[string, readonly RegionStatus[], number]>([
    ['ready, in time', [ready], 0],
    ['a recommended failure', [place('a-b-1', { open: { required: 0, recommended: 3, advice: 0 } })], 0],
    ['blocked', [ready, blocked], 1],
    ['blocked by what is muted', [place('a-b-1', { muted: 1 }, { readiness: [cluster('x', 'BLOCKED')] })], 1],
    ['a required failure of the region', [place('a-b-1', { open: { required: 1, recommended: 0, advice: 0 } })], 1],
    ['blocked as of long ago', [{ ...blocked, late: true }], 1],
    ['unknown', [place('a-b-1', {}, { readiness: [cluster('x', 'UNKNOWN')] })], 2],
    ['something required is not evaluated', [notEvaluated], 2],
    ['ready as of long ago', [late], 2],
    ['never audited', [ready, never], 2],
    ['failed', [failed], 2],
    ['planned since the last audit', [{ ...ready, unaudited: ['eval'] }], 2],
    ['planned since, and another is blocked', [{ ...blocked, unaudited: ['eval-next'] }], 1],
    ['nothing at all', [], 0],
  ])('%s', (_, standings, code) => {
    expect(statusExitCode(all(...standings))).toBe(code);
  });
});
