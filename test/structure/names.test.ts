/** One name for one concept: a type name is declared in one file. */
import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const sources = globSync('{shared,functions,infra}/**/*.{ts,tsx}', { cwd: root });
const declaration = /^(?:export )?(?:declare )?(?:interface|type|(?:abstract )?class|enum) (\w+)/gm;

test('a type name is declared in one file', () => {
  const files = Map.groupBy(
    sources.flatMap((file) => [...readFileSync(join(root, file), 'utf8').matchAll(declaration)].map(([, name = '']) => ({ name, file }))),
    ({ name }) => name,
  );
  expect(files.size).toBeGreaterThan(500);
  const several = [...files]
    .map(([name, all]) => [name, [...new Set(all.map(({ file }) => file))]] as const)
    .filter(([, all]) => all.length > 1);
  expect(several).toEqual([]);
});
