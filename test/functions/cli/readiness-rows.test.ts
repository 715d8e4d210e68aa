/** The exit code of rows of readiness. */
import { describe, expect, test } from 'vitest';
import { type ReadinessOverview, rowsCode, sortedRows } from '../../../functions/cli/readiness-rows.ts';
import type { RegionReadinessView } from '../../../shared/query/readiness.ts';

type Cluster = RegionReadinessView['clusters'][number];
const at = '2026-11-20T08:00:00.000Z';
const cluster = (state: Cluster['state'], more: Partial<Cluster> = {}): Cluster => ({
  cluster: 'llm-train',
  planned: true,
  running: false,
  state,
  since: at,
  because: [],
  reasons: 0,
  ...more,
});
const row = (clusters: readonly Cluster[], more: Partial<RegionReadinessView> = {}): RegionReadinessView => ({
  account: '111122223333',
  region: 'us-west-2',
  regionState: 'audited',
  coverage: { evaluated: 1, unevaluated: 0, required: 0 },
  factsAt: at,
  clusters,
  ...more,
});
const unevaluated = { coverage: { evaluated: 1, unevaluated: 1, required: 1 } };

describe('the code', () => {
  test.each<[string, Partial<ReadinessOverview>, number]>([
    ['ready', { rows: [row([cluster('READY')])] }, 0],
    ['at risk', { rows: [row([cluster('AT_RISK')])] }, 0],
    ['no cluster anywhere', { rows: [row([])] }, 0],
    ['blocked', { rows: [row([cluster('READY')]), row([cluster('BLOCKED')])] }, 1],
    ['blocked when it was last audited', { rows: [row([cluster('UNKNOWN', { last: 'BLOCKED' })], { late: true })] }, 1],
    ['a failure that no cluster has', { rows: [row([])], fails: true }, 1],
    ['unknown', { rows: [row([cluster('UNKNOWN')])] }, 2],
    ['not audited in time', { rows: [row([], { late: true })] }, 2],
    ['could not be audited', { rows: [row([], { regionState: 'failed' })] }, 2],
    ['something required is not evaluated', { rows: [row([cluster('READY')], unevaluated)] }, 2],
    ['of another cluster', { rows: [row([cluster('READY')], unevaluated)], ofCluster: true }, 0],
    ['of a part nothing is stored', { rows: [row([cluster('READY')])], partly: true }, 2],
    ['nothing of that kind', { rows: [], ofCluster: true }, 2],
  ])('%s', (_, given, code) => {
    expect(rowsCode({ rows: [], fails: false, ofCluster: false, partly: false, ...given })).toBe(code);
  });
});

test('late ones first, the oldest before the others; then what failed, then the worst', () => {
  const ready = row([cluster('READY')], { region: 'a' });
  const blocked = row([cluster('READY'), cluster('BLOCKED')], { region: 'b' });
  const failed = row([], { region: 'c', regionState: 'failed' });
  const late = row([cluster('UNKNOWN', { last: 'READY' })], { region: 'd', late: true });
  const older = row([], { region: 'e', late: true, factsAt: '2026-11-19T08:00:00.000Z' });
  const none = row([], { region: 'f' });
  expect(sortedRows([none, ready, blocked, failed, late, older]).map((r) => r.region)).toEqual(['e', 'd', 'c', 'b', 'a', 'f']);
});
