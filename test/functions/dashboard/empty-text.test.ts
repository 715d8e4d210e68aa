/** Why a list is empty: that all is well is said only of what was audited. */
import { expect, test } from 'vitest';
import { emptyChangesText, emptyClustersText, emptyCoverageText } from '../../../functions/dashboard/page/empty-text.ts';

type Row = Parameters<typeof emptyCoverageText>[0][number];
const coverage = { evaluated: 50, unevaluated: 0, required: 0 };
const audited: Row = { regionState: 'audited', coverage };
const late: Row = { ...audited, late: true };
const failed: Row = { regionState: 'failed', coverage: { ...coverage, evaluated: 0 } };
const off: Row = { regionState: 'not-enabled', coverage };

const noAudit = 'No audit is stored here yet; "npx --no-install hyperpod-auditor audit" makes the first.';

test.each<[string, readonly Row[], string]>([
  ['no region', [], noAudit],
  ['audited regions', [audited, audited], 'Everything was evaluated.'],
  ['an audited one, and one that is not enabled', [audited, off], 'Everything was evaluated.'],
  ['none that is enabled', [off], 'Nothing is listed as not evaluated.'],
  [
    'one that is overdue',
    [audited, late],
    'Nothing is listed as not evaluated, but 1 region has no current audit; the overview says which.',
  ],
  [
    'two that failed',
    [audited, failed, failed],
    'Nothing is listed as not evaluated, but 2 regions have no current audit; the overview says which.',
  ],
  [
    'cases that came in between',
    [{ ...audited, coverage: { evaluated: 49, unevaluated: 1, required: 1 } }],
    'Nothing is listed as not evaluated.',
  ],
])('no case that was not evaluated: %s', (_, rows, words) => {
  expect(emptyCoverageText(rows)).toBe(words);
});

test.each<[string, readonly Row[], boolean, string]>([
  ['filters are on', [], true, 'No cluster matches the filters.'],
  ['there is no audit', [], false, noAudit],
  ['there is none', [audited, off], false, 'No cluster is planned here and none runs; Findings lists what holds for the account.'],
  ['a region has no current audit', [audited, failed], false, 'No cluster is known here, but 1 region has no current audit.'],
])('no cluster, for %s', (_, rows, filtered, words) => {
  expect(emptyClustersText(rows, filtered)).toBe(words);
});

const at = '2026-11-24T20:00:00.000Z';
test.each<[string, Parameters<typeof emptyChangesText>[0], Parameters<typeof emptyChangesText>[1], string]>([
  ['there is no audit', [], {}, noAudit],
  ['a region was audited', [{ ...audited, factsAt: at }], {}, 'Nothing changed in that time.'],
  ['a region was audited in the period', [{ ...audited, factsAt: at }], { from: '2026-11-24T20:00:00Z' }, 'Nothing changed in that time.'],
  [
    'none was audited in the period',
    [{ ...audited, factsAt: at }],
    { from: '2026-11-24T20:00:01Z' },
    'No audit is stored for that time: the last one was at 2026-11-24 20:00 UTC.',
  ],
  [
    'one may have been',
    [{ ...audited, factsAt: at, orLater: true }],
    { from: '2026-11-25T00:00:00Z' },
    'No change is stored for that time; the last audit was at 2026-11-24 20:00 UTC or later.',
  ],
  [
    'the audit failed',
    [{ ...failed, factsAt: at }],
    {},
    'No change is stored, and 1 region has no current audit; the last audit was at 2026-11-24 20:00 UTC.',
  ],
  [
    'some were not audited',
    [
      { ...audited, factsAt: at },
      { ...failed, factsAt: at },
    ],
    {},
    'Nothing changed in the 1 region audited in that time; 1 region has no current audit.',
  ],
  [
    'its audit is overdue',
    [{ ...late, factsAt: at }],
    {},
    'No change is stored, and 1 region has no current audit; the last audit was at 2026-11-24 20:00 UTC.',
  ],
  [
    'its audit is overdue and the last was in the period',
    [{ ...late, factsAt: at }],
    { from: '2026-11-24T19:00:00Z' },
    'No change is stored, and 1 region has no current audit; the last audit was at 2026-11-24 20:00 UTC.',
  ],
  [
    'one of the audits is overdue',
    [
      { ...audited, factsAt: at },
      { ...late, factsAt: at },
    ],
    {},
    'Nothing changed in the 1 region audited in that time; 1 region has no current audit.',
  ],
  [
    'the last audit is after the period',
    [{ ...audited, factsAt: at }],
    { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' },
    'No change is stored for that time.',
  ],
  [
    'the last audit is after the period in one of them',
    [
      { ...audited, factsAt: at },
      { ...audited, factsAt: '2026-11-24T22:00:00.000Z' },
    ],
    { to: '2026-11-24T21:00:00Z' },
    'No change is stored for that time.',
  ],
  [
    'the last audit is in a period that ended',
    [{ ...audited, factsAt: at }],
    { from: '2026-11-24T19:00:00Z', to: '2026-11-24T21:00:00Z' },
    'Nothing changed in that time.',
  ],
  [
    'the last audit is before a period that ended',
    [{ ...audited, factsAt: at }],
    { from: '2026-11-24T21:00:00Z', to: '2026-11-24T22:00:00Z' },
    'No audit is stored for that time: the last one was at 2026-11-24 20:00 UTC.',
  ],
])('no change where %s', (_, rows, period, words) => {
  expect(emptyChangesText(rows, period)).toBe(words);
});
