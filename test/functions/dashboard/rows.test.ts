/** Rows of tables: their order, what is folded, what is one cause, what is exported. */
import { describe, expect, test } from 'vitest';
import { capacityCards } from '../../../functions/dashboard/page/capacity-cards.ts';
import { byClusterAndCause, openWords } from '../../../functions/dashboard/page/cause-groups.ts';
import { clusterRows, clusterSortKeys, foldReady } from '../../../functions/dashboard/page/cluster-rows.ts';
import { findingSortKeys } from '../../../functions/dashboard/page/finding-columns.ts';
import { findingsCsv, findingsJson } from '../../../functions/dashboard/page/finding-export.ts';
import { directionOf, nextSort, sortRows } from '../../../functions/dashboard/page/sort-rows.ts';
import { inventory } from '../../browser/inventory.ts';
import { finding, report } from '../../browser/report.ts';

describe('the order of a column', () => {
  const keys = { name: (r: { name: string; n?: number }) => r.name, n: (r: { n?: number }) => r.n };
  const rows = [{ name: 'train-10', n: 2 }, { name: 'train-9' }, { name: 'eval', n: 10 }];
  test.each<[string | undefined, readonly string[]]>([
    ['name', ['eval', 'train-9', 'train-10']],
    ['-name', ['train-10', 'train-9', 'eval']],
    ['n', ['train-10', 'eval', 'train-9']],
    ['-n', ['eval', 'train-10', 'train-9']],
    [undefined, ['train-10', 'train-9', 'eval']],
    ['toString', ['train-10', 'train-9', 'eval']],
    ['-', ['train-10', 'train-9', 'eval']],
  ])('%s: rows without a value are last, an unknown column changes nothing', (sort, names) => {
    expect(sortRows(rows, keys, sort).map((r) => r.name)).toEqual(names);
  });

  test('goes from ascending to descending to none', () => {
    expect([undefined, 'n', '-n', 'name'].map((sort) => nextSort(sort, 'n'))).toEqual(['n', '-n', '', 'n']);
    expect([undefined, 'n', '-n'].map((sort) => directionOf(sort, 'n'))).toEqual([undefined, 'ascending', 'descending']);
  });
});

describe('clusters', () => {
  const rows = clusterRows(inventory(20, { 3: 'AT_RISK', 7: 'BLOCKED', 9: 'UNKNOWN' }).readiness);

  test('the worst first', () => {
    expect(rows.slice(0, 4).map((r) => r.cluster.state)).toEqual(['BLOCKED', 'UNKNOWN', 'AT_RISK', 'READY']);
    expect(sortRows(rows, clusterSortKeys, 'cluster')[0]?.cluster.cluster).toBe('train-0');
  });

  test.each<[string, number, { readonly [name: string]: string }, number]>([
    ['many are READY', 20, {}, 3],
    ['few are READY', 13, {}, 13],
    ['READY ones are asked for', 20, { state: 'READY' }, 20],
    ['they are unfolded', 20, { ready: 'shown' }, 20],
    ['a filter is empty', 20, { state: '' }, 3],
  ])('shown where %s', (_, size, filters, shown) => {
    const folded = foldReady(rows.slice(0, size), filters);
    expect([folded.shown.length, folded.folded]).toEqual([shown, size - shown]);
  });
});

describe('causes', () => {
  const fixedBy = (command: string) => ({ remediation: { text: 'Fix it.', command } });
  const of = (findings: Parameters<typeof byClusterAndCause>[0]) =>
    byClusterAndCause(findings).map(({ first, causes }) => [
      first.cluster,
      ...causes.map((c) => c.findings.map((f) => f.resource).join(' ')),
    ]);

  test('a check is one cause in a cluster, the strongest level first', () => {
    const findings = [finding(1, { level: 'recommended' }), finding(2), finding(3), finding(4, { status: 'pass', open: false })];
    expect(of(findings)).toEqual([['llm-train-east', 'sg-2 sg-3', 'sg-1', 'sg-4']]);
  });

  test('checks that one command fixes are one cause', () => {
    const findings = [
      finding(1, { check: 's3-reachable', ...fixedBy('aws x') }),
      finding(2, { check: 'cluster-placement', ...fixedBy('aws x') }),
    ];
    expect(of(findings)).toEqual([['llm-train-east', 'sg-1 sg-2']]);
    expect(of(findings.map((f) => ({ ...f, status: 'pass', open: false }) as const))).toEqual([['llm-train-east', 'sg-1', 'sg-2']]);
  });

  test('the cluster with the most required failures is first; regions and accounts are apart', () => {
    const findings = [
      finding(1),
      finding(2, { cluster: 'b' }),
      finding(3, { cluster: 'b' }),
      finding(4, { cluster: 'b', region: 'us-west-2' }),
    ];
    expect(of(findings)).toEqual([
      ['b', 'sg-2 sg-3'],
      ['llm-train-east', 'sg-1'],
      ['b', 'sg-4'],
    ]);
    expect(byClusterAndCause(findings).map(openWords)).toEqual(['2 required', '1 required', '1 required']);
  });

  test('what is muted or passes counts as no failure', () => {
    const muted = finding(1, { open: false, muted: { reason: 'r', owner: 'o', until: '2027-01-31' } });
    expect(byClusterAndCause([muted]).map(openWords)).toEqual(['']);
  });

  test('shortfalls sort as numbers', () => {
    const all = [finding(1, { have: 0, need: 9 }), finding(2), finding(3, { have: 0, need: 10 })];
    expect(sortRows(all, findingSortKeys, '-short').map((f) => f.resource)).toEqual(['sg-3', 'sg-1', 'sg-2']);
  });
});

test('exported rows have every column, and a text that a spreadsheet would run is disarmed', () => {
  const found = [finding(1, { have: 0, need: 4, message: '=cmd|calc' }), finding(2, { cluster: '+1' })];
  const [head, first, second] = findingsCsv(found)
    .split('\r\n')
    .map((line) => line.split(','));
  const cell = (row: readonly string[] | undefined, column: string) => row?.[head?.indexOf(column) ?? -1];
  expect([cell(first, 'short_by'), cell(first, 'message'), cell(second, 'cluster')]).toEqual(['4', "'=cmd|calc", "'+1"]);
  expect(JSON.parse(findingsJson(found))).toEqual(found);
});

test('amounts of one resource are one card, the most urgent in front', () => {
  const [enough, short] = report().capacity;
  if (!enough || !short) throw new Error('The report has amounts.');
  const same = { ...enough, id: 'other', status: 'fail', headroom: -1, cluster: 'eval' } as const;
  expect(capacityCards([enough, short, same]).map(({ first, others }) => [first.resource, first.cluster, others.length])).toEqual([
    ['ml.p5.48xlarge for cluster usage', undefined, 0],
    ['subnet-9', 'eval', 1],
  ]);
});
