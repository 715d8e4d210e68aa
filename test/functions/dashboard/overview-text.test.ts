/** The figures of the overview: numbers of what was read, and no number where nothing was. */
import { expect, test } from 'vitest';
import { viewedUpTo } from '../../../functions/dashboard/page/last-viewed.ts';
import { auditFigure, changesFigure, coverageFigure } from '../../../functions/dashboard/page/overview-text.ts';
import { functionSizes } from '../../../infra/stacks/functions.ts';
import type { RegionReadinessView } from '../../../shared/query/readiness.ts';

const now = Date.parse('2026-11-24T20:00:00Z');
const region = (more: Partial<RegionReadinessView> = {}): RegionReadinessView => ({
  account: '111122223333',
  alias: 'ml-prod',
  region: 'us-east-1',
  regionState: 'audited',
  coverage: { evaluated: 1000, unevaluated: 0, required: 0 },
  factsAt: '2026-11-24T19:00:00.000Z',
  clusters: [],
  ...more,
});
const failed = region({ regionState: 'failed', coverage: { evaluated: 0, unevaluated: 0, required: 0 } });

test.each<[string, readonly RegionReadinessView[], string, string]>([
  ['no audit', [], '–', 'no audit is stored'],
  ['everything', [region()], '0 of 1,000', 'not evaluated'],
  ['a part', [region({ coverage: { evaluated: 50, unevaluated: 2, required: 1 } })], '2 of 52', 'not evaluated, 1 required'],
  ['a failed audit', [region(), failed], '0 of 1,000', 'not evaluated; 1 region without a current audit'],
  ['an overdue audit', [region({ late: true })], '0 of 1,000', 'not evaluated; 1 region without a current audit'],
])('coverage of %s', (_, rows, figure, label) => {
  expect(coverageFigure(rows)).toEqual({ figure, label });
});

test.each<[string, readonly RegionReadinessView[], string, string]>([
  ['none', [], '–', 'no audit is stored'],
  ['one', [region()], '1 hour ago', 'last audit'],
  ['one with later ones', [region({ orLater: true })], 'at most 1 hour ago', 'last audit'],
  ['two of the same age', [region(), region({ region: 'us-west-2' })], '1 hour ago', 'last audit of 2 regions'],
  [
    'an old one',
    [region(), region({ region: 'us-west-2', factsAt: '2026-11-22T19:00:00.000Z' })],
    '1 hour ago',
    'last audit; the oldest 2 days ago (us-west-2, ml-prod (111122223333))',
  ],
])('the age of audits: %s', (_, rows, figure, label) => {
  expect(auditFigure(rows, now)).toEqual({ figure, label });
});

test.each<[string, Parameters<typeof changesFigure>, string, string]>([
  ['of a week', [{ read: 3, known: true, more: false }, undefined], '3', 'changes in the last 7 days'],
  ['one', [{ read: 1, known: true, more: false }, undefined], '1', 'change in the last 7 days'],
  ['more than are read', [{ read: 1000, known: true, more: true }, undefined], '1,000+', 'changes in the last 7 days'],
  ['not read', [{ read: 0, known: false, more: false }, undefined], '–', 'changes in the last 7 days'],
  [
    'since the last view',
    [{ read: 0, known: true, more: false }, '2026-11-24T08:00:00.000Z'],
    '0',
    'changes since your last view (2026-11-24 08:00 UTC)',
  ],
])('changes: %s', (_, given, figure, label) => {
  expect(changesFigure(...given)).toEqual({ figure, label });
});

test('changes of an audit that was running at the last view are since then', () => {
  expect(viewedUpTo(now)).toBe(new Date(now - functionSizes.audit.timeoutSeconds * 1000).toISOString());
});
