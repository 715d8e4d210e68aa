import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { emptyPlan } from '../../shared/core/plan.ts';
import { loadPlan } from '../../shared/plan/load.ts';

const folder = mkdtempSync(join(tmpdir(), 'plan-'));
afterAll(() => rmSync(folder, { recursive: true }));
const put = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const problem = (file: string, found: string) => ({
  ok: false,
  problems: [{ file, line: 1, column: 1, path: '', found, accepted: 'a plan in YAML or JSON; `hyperpod-auditor init` writes one' }],
});

test('reads a plan and the request beside it, wherever the reader stands', () => {
  mkdirSync(join(folder, 'requests'));
  put('requests/create.json', '{ "ClusterName": "llm-train" }');
  const plan = put('plan.yaml', 'clusters: [{ region: us-west-2, request: requests/create.json }]');
  expect(loadPlan(plan)).toEqual({
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
  expect(loadPlan(join(missing, 'below.yaml'))).toMatchObject({ ok: false, problems: [{ found: 'no such file' }] });
  expect(loadPlan(folder)).toMatchObject(problem(folder, 'a folder'));
  symlinkSync('circle', join(folder, 'circle'));
  expect(loadPlan(join(folder, 'circle'))).toMatchObject({ problems: [{ found: 'links that lead in a circle' }] });
  expect(loadPlan('a\0b')).toMatchObject({ problems: [{ found: 'a name that no file can have' }] });
  expect(loadPlan(join(folder, 'x'.repeat(300)))).toMatchObject({ problems: [{ found: 'a name too long for a file' }] });
});

test('bytes that are no text, and more of them than any plan has', () => {
  expect(loadPlan(put('bytes.yaml', Uint8Array.of(0xff, 0xfe, 0x61, 0x00)))).toMatchObject({
    problems: [{ found: 'bytes that are no text in UTF-8' }],
  });
  const large = put('large.yaml', '');
  truncateSync(large, 9 * 1024 * 1024);
  expect(loadPlan(large)).toMatchObject({ problems: [{ found: 'a file far too large for that' }] });
});

test('a byte order mark is no content', () => {
  expect(loadPlan(put('bom.yaml', '\uFEFFretentionDays: 30'))).toEqual({ ok: true, plan: { ...emptyPlan, retentionDays: 30 } });
});

test('a request that cannot be read is one problem, at its place in the plan', () => {
  const plan = put('gone.yaml', 'clusters:\n  - region: us-west-2\n    request: gone.json\n  - region: us-west-2\n    request: .\n');
  expect(loadPlan(plan)).toMatchObject({
    ok: false,
    problems: [
      { file: plan, line: 3, column: 14, path: 'clusters[0].request', found: '"gone.json" (no such file)' },
      { file: plan, line: 5, column: 14, path: 'clusters[1].request', found: '"." (a folder)' },
    ],
  });
});
