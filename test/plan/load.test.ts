import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { emptyPlan } from '../../shared/core/plan/plan.ts';
import { supportedRegions } from '../../shared/core/plan/regions.ts';
import { loadPlan } from '../../shared/plan/load.ts';
import { limits } from '../../shared/plan/problem-report.ts';
import { bare } from './bare.ts';

const folder = mkdtempSync(join(tmpdir(), 'plan-'));
afterAll(() => rmSync(folder, { recursive: true }));
const put = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const problem = (file: string, got: string) => ({
  ok: false,
  problems: [
    { file, line: 1, column: 1, path: '', got, expected: 'a plan in YAML or JSON (`npx --no-install hyperpod-auditor init` writes one)' },
  ],
});

test('reads a plan and the request next to it, from any folder', () => {
  mkdirSync(join(folder, 'requests'));
  put('requests/create.json', '{ "ClusterName": "llm-train" }');
  const plan = put('plan.yaml', 'clusters: [{ region: us-west-2, request: requests/create.json }]');
  expect(bare(loadPlan(plan))).toEqual({
    ok: true,
    plan: { ...emptyPlan, clusters: [{ region: 'us-west-2', request: { ClusterName: 'llm-train' } }] },
  });
});

test('reads a request by its absolute path, and names its file in problems', () => {
  const request = put('wrong.json', '{\n  "ClusterName": "llm_train"\n}');
  const plan = put('absolute.yaml', `clusters: [{ region: us-west-2, request: '${request}' }]`);
  expect(loadPlan(plan)).toMatchObject({ ok: false, problems: [{ file: request, line: 2, column: 18, path: 'ClusterName' }] });
});

test('holds mutes against the checks there are', () => {
  const plan = put('mutes.yaml', 'mutes: [{ check: vpc-dns, reason: r, owner: o, until: 2027-01-31 }]');
  expect(loadPlan(plan)).toMatchObject({ ok: true });
  expect(loadPlan(plan, { checkIds: ['vpc-dns'] })).toMatchObject({ ok: true });
  expect(loadPlan(plan, { checkIds: ['subnet-size'] })).toMatchObject({ ok: false, problems: [{ path: 'mutes[0].check' }] });
});

test('a file that is not there, a folder, a circle, a name of no file', () => {
  const missing = join(folder, 'missing.yaml');
  expect(loadPlan(missing)).toMatchObject(problem(missing, 'no such file'));
  expect(loadPlan(join(missing, 'below.yaml'))).toMatchObject({ ok: false, problems: [{ got: 'no such file' }] });
  expect(loadPlan(folder)).toMatchObject(problem(folder, 'a folder'));
  symlinkSync('circle', join(folder, 'circle'));
  expect(loadPlan(join(folder, 'circle'))).toMatchObject({ problems: [{ got: 'links that lead in a circle' }] });
  expect(loadPlan('a\0b')).toMatchObject({ problems: [{ got: 'a name that no file can have' }] });
  expect(loadPlan(join(folder, 'x'.repeat(300)))).toMatchObject({ problems: [{ got: 'a name too long for a file' }] });
});

test('bytes that are not text in UTF-8', () => {
  expect(loadPlan(put('bytes.yaml', Uint8Array.of(0x61, 0xff, 0x61)))).toMatchObject({
    problems: [{ got: 'bytes that are not text in UTF-8' }],
  });
});

test.each([
  ['little', Uint8Array.of(0xff, 0xfe, 0x61, 0x00)],
  ['big', Uint8Array.of(0xfe, 0xff, 0x00, 0x61)],
])('UTF-16, %s endian, as PowerShell writes it', (_, bytes) => {
  expect(loadPlan(put('utf-16.yaml', bytes))).toMatchObject({ problems: [{ got: 'text in UTF-16; save it as UTF-8' }] });
});

test('UTF-16 without a byte order mark is reported by its NUL bytes', () => {
  expect(loadPlan(put('no-mark.yaml', Buffer.from('regions: []', 'utf16le')))).toMatchObject({
    problems: [{ line: 1, column: 2, expected: 'text in UTF-8' }],
  });
});

describe('the size of a file', () => {
  const padded = (bytes: number): string => `retentionDays: 30\n#${'x'.repeat(bytes - 19)}`;

  test('at the limit is read', () => {
    const file = put('at-limit.yaml', padded(limits.bytes));
    expect(statSync(file).size).toBe(limits.bytes);
    expect(loadPlan(file)).toMatchObject({ ok: true, plan: { retentionDays: 30 } });
  });

  test('above it is reported with the actual and the allowed size, in bytes and not in characters', () => {
    expect(loadPlan(put('above.yaml', padded(limits.bytes + 1)))).toMatchObject({
      problems: [{ line: 1, column: 1, got: '1,048,577 bytes; at most 1,048,576 bytes (1 MiB) are read' }],
    });
    expect(loadPlan(put('wide.yaml', `# ${'ä'.repeat(limits.bytes / 2)}`))).toMatchObject({
      problems: [{ got: expect.stringContaining('1,048,578 bytes; at most') }],
    });
  });

  test('of gigabytes fills no memory', () => {
    const large = put('large.yaml', '');
    truncateSync(large, 9 * 1024 ** 3);
    const before = process.memoryUsage().arrayBuffers;
    expect(loadPlan(large)).toMatchObject({ problems: [{ got: expect.stringContaining('9,663,676,416 bytes') }] });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * limits.bytes);
  });

  test('without an end is no exception', () => {
    expect(loadPlan('/dev/zero')).toMatchObject({ problems: [{ got: expect.stringContaining('at most 1,048,576 bytes') }] });
  });

  test('is a limit for each request file, and for all files together', () => {
    const request = (name: string) => put(name, `{ "ClusterName": "c" }${' '.repeat(limits.bytes - 22)}`);
    const cluster = (name: string) => `  - { region: us-west-2, request: ${name} }\n`;
    put('too-large.json', `{ "ClusterName": "c" }${' '.repeat(limits.bytes)}`);
    expect(loadPlan(put('one.yaml', `clusters:\n${cluster('too-large.json')}`))).toMatchObject({
      problems: [{ line: 2, path: 'clusters[0].request', got: expect.stringContaining('(1,048,598 bytes; at most') }],
    });
    const names = Array.from({ length: 8 }, (_, n) => `part-${n}.json`);
    for (const name of names) request(name);
    const parsed = loadPlan(put('all.yaml', `clusters:\n${names.map(cluster).join('')}`));
    expect(parsed.ok ? [] : parsed.problems.filter((p) => p.got.includes('exceed')).map((p) => [p.path, p.got])).toEqual([
      ['clusters[7].request', '"part-7.json" (with it the plan and its requests exceed 8,388,608 bytes (8 MiB))'],
    ]);
  });

  test('counts a request once that many clusters name, and reads it once', () => {
    put('shared.json', `{ "ClusterName": "c" }${' '.repeat(limits.bytes - 22)}`);
    const regions = supportedRegions.names.slice(0, 12);
    const clusters = regions.map((region) => `  - { region: ${region}, request: shared.json }\n`);
    expect(loadPlan(put('shared.yaml', `clusters:\n${clusters.join('')}`))).toMatchObject({ ok: true });
  });
});

test('a byte order mark is no content', () => {
  expect(bare(loadPlan(put('bom.yaml', '\uFEFFretentionDays: 30')))).toEqual({ ok: true, plan: { ...emptyPlan, retentionDays: 30 } });
});

test('a request that cannot be read is one problem, at its place in the plan', () => {
  const plan = put('gone.yaml', 'clusters:\n  - region: us-west-2\n    request: gone.json\n  - region: us-west-2\n    request: .\n');
  expect(loadPlan(plan)).toMatchObject({
    ok: false,
    problems: [
      { file: plan, line: 3, column: 14, path: 'clusters[0].request', got: '"gone.json" (no such file)' },
      { file: plan, line: 5, column: 14, path: 'clusters[1].request', got: '"." (a folder)' },
    ],
  });
});
