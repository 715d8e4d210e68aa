/** Why a list is empty: that all is well is said of what was seen alone. */
import { expect, test } from 'vitest';
import { emptyClustersText, emptyCoverageText } from '../../../functions/dashboard/page/empty-text.ts';

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
  ['none that is enabled', [off], 'No case is listed as not evaluated.'],
  ['one that is overdue', [audited, late], 'No case is listed as not evaluated, but 1 region could not be seen; Readiness says which.'],
  [
    'two that failed',
    [audited, failed, failed],
    'No case is listed as not evaluated, but 2 regions could not be seen; Readiness says which.',
  ],
  [
    'cases that came in between',
    [{ ...audited, coverage: { evaluated: 49, unevaluated: 1, required: 1 } }],
    'No case is listed as not evaluated.',
  ],
])('no case that was not evaluated: %s', (_, rows, words) => {
  expect(emptyCoverageText(rows)).toBe(words);
});

test.each<[string, readonly Row[], boolean, string]>([
  ['filters are on', [], true, 'No cluster that the filters leave.'],
  ['there is no audit', [], false, noAudit],
  ['there is none', [audited, off], false, 'No cluster is planned here and none runs; what holds for the account stands under Findings.'],
  ['a region was not seen', [audited, failed], false, 'No cluster is known here, but 1 region could not be seen.'],
])('no cluster, for %s', (_, rows, filtered, words) => {
  expect(emptyClustersText(rows, filtered)).toBe(words);
});
