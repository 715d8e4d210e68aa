/** The documents of the repository: what they point to exists, and each folder has one. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const documents = globSync('{*.md,.github/*.md,{functions,infra,shared,test}/**/*.md}', { cwd: root });
const textOf = (file: string): string => readFileSync(join(root, file), 'utf8');

/** The anchors of a document, as GitHub makes them of its headings. */
const anchorsOf = (text: string): readonly string[] =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );

describe.each(documents)('%s', (file) => {
  const text = textOf(file);

  test('names paths that exist', () => {
    const paths = [...text.matchAll(/`((?:functions|infra|shared|test|\.github|\.ci)\/[\w./-]*)`/g)].map(([, path = '']) => path);
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  test('links to files and headings that exist', () => {
    const broken = [...text.matchAll(/\]\((?!https?:|mailto:)([^)#]*)(?:#([^)]+))?\)/g)].filter(([, path = '', anchor]) => {
      const target = path === '' ? file : join(dirname(file), path);
      return !existsSync(join(root, target)) || (anchor !== undefined && !anchorsOf(textOf(target)).includes(anchor));
    });
    expect(broken.map(([link]) => link)).toEqual([]);
  });
});

const linesOf = (file: string): number => (existsSync(join(root, file)) ? textOf(file).trimEnd().split('\n').length : 0);

/** Folders whose README.md is the reference of something that users need. */
const referenceFolders = ['shared/plan', 'functions/cli', 'functions/dashboard', 'functions/query', 'infra', 'test'];

test('every main folder has a README of 5 to 20 lines; those with a reference have more', () => {
  const folders = [...globSync('shared/*/', { cwd: root }), 'functions', ...referenceFolders];
  const lines = folders.map((folder) => [folder, linesOf(join(folder, 'README.md'))] as const);
  expect(lines.filter(([folder, count]) => count < 5 || (count > 20 && !referenceFolders.includes(folder)))).toEqual([]);
});

test('README.md has fewer than 150 lines and links to every other README.md of a reference', () => {
  expect(linesOf('README.md')).toBeLessThan(150);
  const linked = [...textOf('README.md').matchAll(/\]\(([\w/.-]+)\/README\.md/g)].map(([, folder]) => folder);
  const others = globSync('{functions/*,shared/core/checks}/README.md', { cwd: root }).map((file) => dirname(file));
  expect([...referenceFolders, ...others].filter((folder) => !linked.includes(folder))).toEqual([]);
});

test('the architecture defines at least 30 terms, in order', () => {
  const glossary = textOf('shared/README.md').split('## Glossary')[1] ?? '';
  const terms = [...glossary.matchAll(/^\| ([^|]+) \| [^|]+ \|$/gm)]
    .map(([, term = '']) => term)
    .filter((term) => !/^(term|-+)$/.test(term));
  expect(terms.length).toBeGreaterThanOrEqual(30);
  expect(terms).toEqual(terms.toSorted());
});
