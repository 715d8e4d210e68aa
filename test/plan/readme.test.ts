/** The example of the plan reference works. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checks } from '../../shared/core/checks/index.ts';
import { parsePlan } from '../../shared/plan/parse.ts';

const root = join(import.meta.dirname, '../..');

test('the plan in shared/plan/README.md is valid', () => {
  const text = /```yaml\n(.*?)```/s.exec(readFileSync(join(root, 'shared/plan/README.md'), 'utf8'))?.[1] ?? '';
  const readRequest = (path: string) => ({ ok: true as const, text: readFileSync(join(root, 'shared/sandbox', path), 'utf8') });
  const parsed = parsePlan(text, { file: 'README.md', readRequest, checkIds: checks.map((c) => c.id) });
  expect(parsed).toMatchObject({ ok: true, plan: { clusters: [{ headroom: 10 }, { alternativeTo: 'llm-train' }] } });
});
