/** What changes the hashes of rules and what does not, on copies of the real sources. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import * as fc from 'fast-check';
import { minifySync, parseSync, transformSync } from 'rolldown/utils';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { assertFreshRules, factsBehind, rulesFile, rulesOf, sharedFacts } from '../../infra/docs/rules.ts';
import { collectRegion } from '../../shared/aws/collect/collect-region.ts';
import { checks } from '../../shared/core/checks/index.ts';
import { evaluate } from '../../shared/core/evaluation/evaluate.ts';
import type { FactName, Facts } from '../../shared/core/evaluation/facts.ts';
import { type Rules, rules } from '../../shared/core/evaluation/rules.ts';
import { account, everything, inSandbox, region, settingsOf } from '../aws/world.ts';
import { ok, plan, snapshot } from '../core/healthy.ts';

const root = resolve(import.meta.dirname, '../..');
const ids = checks.map((c) => c.id).toSorted();

/** A copy of the sources in a folder of another name and depth. */
let copy: string;
let sources: readonly string[];
let behind: ReadonlyMap<string, readonly string[]>;
beforeAll(async () => {
  behind = await factsBehind(root);
  copy = join(mkdtempSync(join(tmpdir(), 'rules of ')), 'another', 'place');
  for (const folder of ['shared/core', 'shared/aws']) cpSync(join(root, folder), join(copy, folder), { recursive: true });
  sources = ['core', 'aws'].flatMap((folder) =>
    readdirSync(join(copy, 'shared', folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => `shared/${folder}/${file}`)
      .toSorted(),
  );
});
afterAll(() => rmSync(resolve(copy, '../..'), { recursive: true }));

type Edit = (code: string, file: string) => string;
const edited = new Set<string>();
function edit(file: string, how: Edit): void {
  const before = readFileSync(join(root, file), 'utf8');
  const after = how(before, file);
  if (after === before) throw new Error(`The edit changes nothing in ${file}: it no longer holds what is replaced.`);
  edited.add(file);
  writeFileSync(join(copy, file), after);
}
function restore(): void {
  for (const file of edited) cpSync(join(root, file), join(copy, file));
  edited.clear();
}
afterEach(restore);

/** Checks whose hash is another one now. */
const changed = (now: Rules): readonly string[] => ids.filter((id) => now.checks[id] !== rules.checks[id]);

describe('the committed hashes', () => {
  test('are those of the sources', async () => {
    const { file, content } = await rulesFile(root);
    // `npm run docs` updates them.
    expect(readFileSync(file, 'utf8')).toBe(content);
  });

  test('are one for each check, no two the same', () => {
    expect(Object.keys(rules.checks)).toEqual(ids);
    const all = [rules.hash, rules.shared, ...Object.values(rules.checks)];
    for (const hash of all) expect(hash).toMatch(/^[0-9a-f]{12}$/);
    expect(new Set(all).size).toBe(all.length);
  });

  test('that are not those of the sources are never deployed', async () => {
    await assertFreshRules(copy);
    edit('shared/core/evaluation/readiness.ts', (code) => code.replace("'BLOCKED'", "'READY'"));
    await expect(assertFreshRules(copy)).rejects.toThrow(/^The sources of the checks changed, .* Run `npm run docs`/);
  });
});

const script = (code: string, file: string) => transformSync(file, code, { lang: 'ts', target: 'node24' }).code;
const printed = (code: string, file: string, options: object): string => {
  const { code: text, errors } = minifySync(file.replace(/\.ts$/, '.mjs'), script(code, file), {
    module: true,
    compress: false,
    ...options,
  });
  expect(errors).toEqual([]);
  return text;
};

/** The import statements of a module in another order. */
function reorder(code: string, order: (of: readonly string[]) => readonly string[]): string {
  const { staticImports } = parseSync('module.ts', code).module;
  const rest = staticImports.reduceRight((text, { start, end }) => text.slice(0, start) + text.slice(end), code);
  return `\n${[...order(staticImports.map(({ start, end }) => code.slice(start, end))), rest].join('\n')}`;
}

describe('no hash depends on', () => {
  const edits: Readonly<Record<string, Edit>> = {
    comments: (code) => `/** 🚦 No such comment before. */\n${code.replaceAll(/^(export |const |function )/gm, '// A line.\n$1')}`,
    'types, and what else the compiler takes away': script,
    'white space and quotes': (code, file) => printed(code, file, { mangle: false, codegen: { removeWhitespace: true } }),
    'line breaks': (code) => code.replaceAll('\n', '\n\n'),
    'line ends of Windows': (code) => code.replaceAll('\n', '\r\n'),
    'local names': (code, file) => printed(code, file, { mangle: { toplevel: true }, codegen: { removeWhitespace: false } }),
    'the order of imports': (code) => reorder(code, (of) => of.toReversed()),
    'names that modules share': (code) =>
      `${code.replaceAll(/\b(efaLevel|subnetOf|wayToS3|readinessOf|clustersIn|namedBy)\b/g, '$1OfAnotherName')}\n`,
    'what no one uses': (code) => `${code}\nexport const unusedHere = 'no one uses it';\n`,
  };

  test.each(Object.keys(edits))('%s', async (name) => {
    for (const file of sources) edit(file, edits[name] ?? expect.fail(name));
    expect(await rulesOf(copy)).toEqual(rules);
  });

  test('any of that in any modules', async () => {
    const some = fc.record({
      files: fc.uniqueArray(fc.constantFrom(...sources), { minLength: 1 }),
      // Names that modules share have to be others in all of them.
      names: fc.uniqueArray(fc.constantFrom(...Object.keys(edits).filter((name) => name !== 'names that modules share')), { minLength: 1 }),
    });
    const property = fc.asyncProperty(some, async ({ files, names }) => {
      restore();
      for (const file of files) edit(file, (code) => names.reduce((text, name) => edits[name]?.(text, file) ?? text, code));
      expect(await rulesOf(copy)).toEqual(rules);
    });
    await fc.assert(property, { numRuns: 4 });
  }, 300_000);

  test('the folder of the sources, and the one a process runs in', async () => {
    const before = process.cwd();
    try {
      process.chdir(tmpdir());
      expect(await rulesOf(copy)).toEqual(rules);
    } finally {
      process.chdir(before);
    }
  });

  const added: Edit = (code) => `${code}\nglobalThis.Array = undefined;\n`;
  const elsewhere: readonly (readonly [string, string, Edit])[] = [
    [
      'what is compared between audits',
      'shared/core/history/causes.ts',
      (code) => code.replace("['subnet-free-ips', ", "['efa-open-egress', "),
    ],
    ['how alerts are worded', 'shared/core/alerts/alert.ts', added],
    ['how a result is shown', 'shared/core/render/words.ts', added],
    ['how calls are sent', 'shared/aws/client/calls.ts', added],
    ['how findings are stored', 'shared/aws/findings/records.ts', added],
    ['the hashes', 'shared/core/evaluation/rules.json', (code) => code.replaceAll(/[0-9a-f]{12}/g, '000000000000')],
  ];
  test(elsewhere.map(([what]) => what).join(', '), async () => {
    for (const [, file, how] of elsewhere) edit(file, how);
    expect(await rulesOf(copy)).toEqual(rules);
  });
});

describe('a hash changes', () => {
  test.each([0, 1])('for each check whose own code changes, and for no other (half %i)', async (half) => {
    const some = ids.filter((_, n) => n % 2 === half);
    for (const id of some) edit(`shared/core/checks/${id}.ts`, (code) => code.replace(/^( *)id: '/m, "$1added: 'to the check',\n$1id: '"));
    const now = await rulesOf(copy);
    expect(changed(now)).toEqual(some);
    expect(now.shared).toBe(rules.shared);
    expect(now.hash).not.toBe(rules.hash);
  });

  const all = { checks: ids, shared: true };
  const needing = (...facts: readonly FactName[]) => ({ facts, shared: false });
  const edits: readonly (readonly [
    string,
    string,
    Edit,
    { readonly checks?: readonly string[]; readonly facts?: readonly FactName[]; readonly shared: boolean },
  ])[] = [
    [
      'with a condition of a check',
      'shared/core/checks/subnet-private.ts',
      (code) => code.replace(' === ', ' !== '),
      { checks: ['subnet-private'], shared: false },
    ],
    [
      'with a number in the data of a check',
      'shared/core/checks/system-pods.ts',
      (code) => code.replace(/perCluster = \d+/, 'perCluster = 99'),
      { checks: ['system-pods'], shared: false },
    ],
    [
      'with the text of a fix',
      'shared/core/checks/vpc-dns.ts',
      (code) => code.replace(/(\btext:[^'`]*['`])/, '$1Now '),
      { checks: ['vpc-dns'], shared: false },
    ],
    [
      'with code that several checks use, for these',
      'shared/core/network/efa.ts',
      (code) => code.replace("value: 'required'", "value: 'recommended'"),
      {
        checks: [
          'efa-open-egress',
          'efa-self-traffic',
          'egress-reaches-services',
          'fsx-ports',
          'openzfs',
          'security-group-internal-traffic',
        ],
        shared: false,
      },
    ],
    [
      'with a collector, for the checks that need its fact',
      'shared/aws/collect/facts/offerings.ts',
      (code) => code.replace(/fact: /, 'again: 1, fact: '),
      needing('offerings'),
    ],
    [
      'with a collector whose fact other collectors ask for',
      'shared/aws/collect/facts/zones.ts',
      (code) => code.replace("'zone-type'", "'zone-name'"),
      needing('zones'),
    ],
    [
      'with the collector of the clusters, for all',
      'shared/aws/collect/facts/running-clusters.ts',
      (code) => code.replace(/fact: /, 'again: 1, fact: '),
      all,
    ],
    [
      'with evaluation, for all',
      'shared/core/evaluation/evaluate.ts',
      (code) => code.replace('at.level ?? check.level', 'check.level'),
      all,
    ],
    [
      'with the shape of clusters, for all',
      'shared/core/evaluation/cluster.ts',
      (code) => code.replace("!== 'Deleting'", "!== 'Failed'"),
      all,
    ],
    ['with readiness, for all', 'shared/core/evaluation/readiness.ts', (code) => code.replace("state: 'AT_RISK'", "state: 'READY'"), all],
    ['with mutes, for all', 'shared/core/evaluation/mutes.ts', (code) => code.replace('<= mute.until', '< mute.until'), all],
    [
      'with what is carried over, for all',
      'shared/core/history/carry-over.ts',
      (code) => code.replace("state: 'UNKNOWN'", "state: 'AT_RISK'"),
      all,
    ],
  ];
  test.each(edits)('%s', async (_, file, how, expected) => {
    const some = expected.checks ?? ids.filter((id) => behind.get(id)?.some((fact) => expected.facts?.includes(fact as FactName)));
    edit(file, how);
    const now = await rulesOf(copy);
    expect(changed(now)).toEqual(some);
    expect(some.length).toBeGreaterThan(0);
    expect(some.length < ids.length || expected.shared).toBe(true);
    expect(now.shared !== rules.shared).toBe(expected.shared);
    expect(now.hash).not.toBe(rules.hash);
  });

  test('over all with a check that is new or removed, and for no other check', async () => {
    cpSync(join(copy, 'shared/core/checks/vpc-dns.ts'), join(copy, 'shared/core/checks/vpc-dns-2.ts'));
    try {
      const { hash, checks: now } = await rulesOf(copy);
      expect(hash).not.toBe(rules.hash);
      const { 'vpc-dns-2': added, ...others } = now;
      expect(added).toMatch(/^[0-9a-f]{12}$/);
      expect(others).toEqual(rules.checks);
    } finally {
      rmSync(join(copy, 'shared/core/checks/vpc-dns-2.ts'));
    }
  });
});

describe('the facts behind a check', () => {
  test('are those that it needs, and more', async () => {
    for (const { id, needs } of checks) expect(behind.get(id), id).toEqual(expect.arrayContaining([...needs]));
  });

  test('are those that the collectors ask for', async () => {
    const names = Object.keys(snapshot().facts) as FactName[];
    await inSandbox({}, async (sandbox) => {
      const place = { account, partition: 'aws', region, plan: everything, settings: settingsOf(sandbox) };
      for (const name of names) {
        const { snapshot: read } = await collectRegion({ ...place, facts: [name] });
        const collected = names.filter((fact) => JSON.stringify(read.facts[fact]) !== '{"ok":false,"reason":"it was not requested"}');
        expect(collected).toContain(name);
        expect([...(behind.get(name) ?? []), ...sharedFacts], name).toEqual(expect.arrayContaining(collected));
      }
    });
  }, 120_000);

  test('include those that evaluation reads', () => {
    const { facts, ...rest } = snapshot({ clusterNames: ok(['llm-train', 'llm-eval']) });
    const asked = new Set<string>();
    // Without keys of its own, so that nothing is counted that is only checked to see whether all reads failed.
    const watched = new Proxy({} as Facts, {
      get: (_, name) => {
        asked.add(String(name));
        return facts[name as FactName];
      },
    });
    evaluate(plan(), { ...rest, facts: watched }, []);
    expect([...asked].toSorted()).toEqual([...sharedFacts].toSorted());
  });
});
