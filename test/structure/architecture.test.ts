/** The structure of the repository: who may import whom, and where things are. */
import { globSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { files } from '../vitest.config.ts';
import { importRules, violations } from './import-rules.ts';

const root = resolve(import.meta.dirname, '../..');
const sources = globSync('{shared,functions,infra}/**/*.{ts,tsx,mjs}', { cwd: root });

describe('imports', () => {
  test('follow the rules', async () => {
    const { modules, found } = await violations(root, ['shared', 'functions', 'infra']);
    expect(found.filter((line) => !line.startsWith('no-cycles: functions/dashboard/page/'))).toEqual([]);
    // Without its parser dependency-cruiser finds nothing wrong in a handful of modules.
    expect(modules).toBeGreaterThanOrEqual(sources.length);
  });

  /** For each rule, an import that it forbids. */
  const forbidden: readonly (readonly [rule: string, file: string, code: string])[] = [
    ['no-cycles', 'functions/dashboard/page/app.tsx', "export const view = import('./other.tsx'); export interface Frame {}"],
    ['resolvable', 'shared/core/missing.ts', "import { absent } from './absent.ts'; absent();"],
    ['core-is-pure', 'shared/core/impure.ts', "import { readFileSync } from 'node:fs'; readFileSync('');"],
    ['checks-stand-alone', 'shared/core/checks/one.ts', "import { other } from './two.ts'; other();"],
    ['sdk-in-aws-only', 'functions/audit/handler.ts', "import { EC2Client } from '@aws-sdk/client-ec2'; new EC2Client();"],
    ['dynamodb-in-its-adapter', 'shared/aws/findings/save.ts', "import { GetCommand } from '@aws-sdk/lib-dynamodb'; new GetCommand();"],
    ['sqlite-in-local-store', 'shared/aws/findings/save.ts', "import { DatabaseSync } from 'node:sqlite'; new DatabaseSync('');"],
    ['local-store-for-command-line', 'functions/audit/handler.ts', "export * from '../../shared/aws/findings/local/store.ts';"],
    [
      'shared-below-functions',
      'shared/workflows/up.ts',
      "import type { Handler } from '../../functions/audit/handler.ts'; export type H = Handler;",
    ],
    ['command-line-on-top', 'infra/deploy.ts', "import '../functions/cli/run.ts';"],
    ['no-tests-shipped', 'infra/app.ts', "import '../test/case.ts';"],
    ['sandbox-apart-from-collectors', 'shared/sandbox/world.ts', "import '../aws/findings/save.ts';"],
    ['plan-without-aws', 'shared/plan/read.ts', "export const load = () => import('../aws/findings/save.ts');"],
    ['aws-below-workflows', 'shared/aws/findings/save.ts', "import '../../workflows/up.ts';"],
    ['page-without-server-code', 'functions/dashboard/page/app.tsx', "import '../server.ts';"],
  ];
  const others: Readonly<Record<string, string>> = {
    'functions/dashboard/page/other.tsx':
      "import type { Frame } from './app.tsx'; export const other = (frame: Frame) => <p>{String(frame)}</p>;",
    'functions/dashboard/server.ts': 'export {};',
    'functions/audit/handler.ts': 'export interface Handler {}',
    'functions/cli/run.ts': 'export {};',
    'shared/core/checks/two.ts': 'export const other = () => {};',
    'shared/aws/findings/local/store.ts': 'export const store = 1;',
    'shared/aws/findings/save.ts': 'export {};',
    'shared/workflows/up.ts': 'export interface Up {}',
    'infra/app.ts': 'export {};',
    'test/case.ts': 'export {};',
  };

  test('that a rule forbids are found, in .tsx, of types and dynamic ones too', async () => {
    expect(forbidden.map(([name]) => name).toSorted()).toEqual(importRules.map(({ name }) => name).toSorted());
    const folder = mkdtempSync(join(tmpdir(), 'imports-'));
    const write = (file: string, code: string) => {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), code);
    };
    try {
      for (const [name, file, code] of forbidden) {
        for (const [other, content] of Object.entries(others)) write(other, content);
        write(file, code);
        const { found } = await violations(folder, ['shared', 'functions', 'infra']);
        expect(found, name).toContainEqual(expect.stringContaining(`${name}: ${file} → `));
        for (const top of ['shared', 'functions', 'infra']) rmSync(join(folder, top), { recursive: true });
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('code', () => {
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
});

describe('files', () => {
  test('the top level holds only the folders that were asked for', () => {
    const folders = readdirSync(root, { withFileTypes: true }).filter(
      (e) => e.isDirectory() && !e.name.startsWith('.') && e.name !== 'node_modules',
    );
    expect(folders.map((e) => e.name).toSorted()).toEqual(['functions', 'infra', 'shared', 'test']);
  });

  test('no source file is loose in shared, shared/core or shared/aws', () => {
    expect(globSync('shared/{,core/,aws/}*.*', { cwd: root }).filter((file) => !file.endsWith('.md'))).toEqual([]);
  });

  test('every test file belongs to one project', () => {
    const all = globSync('test/**/*.test.ts', { cwd: root });
    const inProjects = Object.values(files).flatMap(({ include, exclude }) => {
      const left = new Set(globSync(exclude, { cwd: root }));
      return globSync(include, { cwd: root }).filter((file) => !left.has(file));
    });
    expect(inProjects.toSorted()).toEqual(all.toSorted());
  });

  test('a check lives in the file of its name and has a table of cases', async () => {
    const { checks } = await import('../../shared/core/checks/index.ts');
    const files = readdirSync(join(root, 'shared/core/checks')).filter((f) => f.endsWith('.ts') && f !== 'index.ts');
    expect(files.toSorted()).toEqual(checks.map((c) => `${c.id}.ts`).toSorted());
    const tables = readdirSync(join(root, 'test/core/checks'));
    expect(checks.map((c) => `${c.id}.test.ts`).filter((f) => !tables.includes(f))).toEqual([]);
    const examples = readdirSync(join(root, 'shared/core/checks/examples'));
    expect(examples.toSorted()).toEqual(checks.map((c) => `${c.id}.json`).toSorted());
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
