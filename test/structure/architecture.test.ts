/** The house rules about who may import whom, with their reasons. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const sources = ['shared', 'functions', 'infra'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((f) => /\.(ts|mjs)$/.test(f))
    .map((f) => join(folder, f)),
);

/** Import and re-export specifiers of a file; project files as paths from the root. */
function importsOf(file: string): readonly string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const found = [...text.matchAll(/(?:from\s+|import\s*\(\s*|^import\s+)'([^']+)'/gm)].map((m) => m[1] ?? '');
  return found.map((s) => (s.startsWith('.') ? relative(root, resolve(root, dirname(file), s)) : s));
}

const allImports = sources.map((file) => ({ file, imports: importsOf(file) }));
const inside = (folder: string) => (path: string) => path.startsWith(`${folder}/`);
const offenders = (from: (file: string) => boolean, bad: (specifier: string) => boolean) =>
  allImports.filter((s) => from(s.file)).flatMap((s) => s.imports.filter(bad).map((i) => `${s.file} → ${i}`));

describe('imports flow one way', () => {
  test('the rules look at real files', () => {
    expect(sources.length).toBeGreaterThan(60);
    expect(importsOf('shared/core/evaluation/evaluate.ts')).toContain('shared/core/checks/index.ts');
  });

  test('core imports only itself: it is judged by tables, needs no account and runs anywhere', () => {
    expect(offenders(inside('shared/core'), (i) => !i.startsWith('shared/core/'))).toEqual([]);
  });

  test('only shared/aws speaks the AWS SDK: one place to bound time, retries and access', () => {
    expect(
      offenders(
        (f) => !f.startsWith('shared/aws/'),
        (i) => i.startsWith('@aws-sdk/'),
      ),
    ).toEqual([]);
  });

  test('only the DynamoDB adapter and the client of its table speak DynamoDB: every other caller uses the item store', () => {
    expect(
      offenders(
        (f) => f !== 'shared/aws/findings/dynamodb-store.ts' && f !== 'shared/aws/findings/client.ts',
        (i) => /^@aws-sdk\/(client|lib)-dynamodb$/.test(i),
      ),
    ).toEqual([]);
  });

  test('SQLite and LevelDB are used by the local store alone, and that by the command line alone: no Lambda has either', () => {
    expect(
      offenders(
        (f) => !inside('shared/aws/findings/local')(f),
        (i) => i === 'node:sqlite' || i === 'classic-level',
      ),
    ).toEqual([]);
    expect(
      offenders((f) => !inside('shared/aws/findings/local')(f) && !inside('functions/cli')(f), inside('shared/aws/findings/local')),
    ).toEqual([]);
  });

  test('nobody below functions imports from functions or infra: they wire, nothing rests on them', () => {
    expect(offenders(inside('shared'), (i) => i.startsWith('functions/') || i.startsWith('infra/'))).toEqual([]);
  });

  test('nothing that ships imports tests', () => {
    expect(offenders(() => true, inside('test'))).toEqual([]);
  });

  test('the sandbox imports no collector: it must not learn from what it is there to test', () => {
    expect(offenders(inside('shared/sandbox'), inside('shared/aws'))).toEqual([]);
  });

  test('the plan is read without AWS', () => {
    expect(offenders(inside('shared/plan'), (i) => i.startsWith('shared/aws/') || i.startsWith('shared/sandbox/'))).toEqual([]);
  });

  test('command lines are composed in one place: it alone quotes what it puts into them', () => {
    const composed =
      /\b(?:aws [a-z0-9-]+ [a-z-]+|hyperpod-auditor [a-z]+|npx [a-z-]+)(?: [^`'"\n]*)?\$\{|['"`]aws [a-z0-9-]+ ['"`]|\bas CommandLine\b/;
    const inOther = sources
      .filter((file) => file !== 'shared/core/text/command-line.ts')
      .flatMap((file) =>
        readFileSync(join(root, file), 'utf8')
          .split('\n')
          .flatMap((line, n) => (composed.test(line) ? [`${file}:${n + 1}: ${line.trim()}`] : [])),
      );
    expect(inOther).toEqual([]);
    expect(composed.test('`aws ec2 describe-subnets --region ${region}`')).toBe(true);
    expect(composed.test("'aws ec2 ' + id")).toBe(true);
  });

  test('checks do not import one another: each is one prerequisite, what they share has a room of its own', () => {
    expect(offenders((f) => inside('shared/core/checks')(f) && !f.endsWith('index.ts'), inside('shared/core/checks'))).toEqual([]);
  });

  test('there is no ring of imports', () => {
    const graph = new Map(allImports.map((s) => [s.file, s.imports.filter((i) => i.endsWith('.ts'))]));
    const done = new Set<string>();
    const rings: string[] = [];
    const walk = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) rings.push([...path.slice(path.indexOf(file)), file].join(' → '));
      else if (!done.has(file)) {
        for (const next of graph.get(file) ?? []) walk(next, [...path, file]);
        done.add(file);
      }
    };
    for (const file of graph.keys()) walk(file, []);
    // evaluate's default list of checks is the one knot: a check's type lives in check.ts, which imports no check.
    expect(rings).toEqual([]);
  });
});

describe('the house', () => {
  test('the top level holds only the folders that were asked for', () => {
    const folders = readdirSync(root, { withFileTypes: true }).filter(
      (e) => e.isDirectory() && !e.name.startsWith('.') && e.name !== 'node_modules',
    );
    expect(folders.map((e) => e.name).toSorted()).toEqual(['functions', 'infra', 'shared', 'test']);
  });

  test('a check lives in the file of its name and has a table of cases', async () => {
    const { checks } = await import('../../shared/core/checks/index.ts');
    const files = readdirSync(join(root, 'shared/core/checks')).filter((f) => f !== 'index.ts');
    expect(files.toSorted()).toEqual(checks.map((c) => `${c.id}.ts`).toSorted());
    const tables = readdirSync(join(root, 'test/core/checks'));
    expect(checks.map((c) => `${c.id}.test.ts`).filter((f) => !tables.includes(f))).toEqual([]);
  });

  test('the lock file brings every platform it names and records no address', () => {
    const lock: { packages: Record<string, { optionalDependencies?: Record<string, string>; resolved?: string; inBundle?: true }> } =
      JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
    // What a package carries inside itself is not npm's to bring.
    const missing = Object.entries(lock.packages).flatMap(([path, p]) =>
      p.inBundle
        ? []
        : Object.keys(p.optionalDependencies ?? {})
            .filter((dep) => !lock.packages[`node_modules/${dep}`] && !lock.packages[`${path}/node_modules/${dep}`])
            .map((dep) => `${path} → ${dep}`),
    );
    expect(missing).toEqual([]);
    expect(Object.values(lock.packages).filter((p) => p.resolved !== undefined)).toEqual([]);
  });
});
