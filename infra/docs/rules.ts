/**
 * Hashes of the rules, one for each check and one over all. Audits store the hash over all, so that the next audit can tell
 * which findings may differ because the auditor changed and not the account.
 *
 * The hash of a check covers all code of this repository that decides what its findings are:
 *
 * - the check with its imports and data;
 * - the collectors of the facts it needs, and of the facts that those collectors ask for: a collector that reads an answer
 *   differently changes findings just as a check does, with the account unchanged;
 * - what all checks share: evaluation, readiness, mutes, what is carried over from the previous audit, and the collectors
 *   of the facts that say which clusters there are.
 *
 * It does not cover packages (an update of the SDK is no new rule), the sending of calls with its retries and deadlines (a
 * failed read becomes a coverage row, never a finding), or how results are compared, stored and shown.
 *
 * Each part is bundled and minified, so comments, formatting, types, local names, the order of imports and unused code do
 * not change its hash. The minifier shortens names and drops white space but does not optimise: optimisations differ more
 * between versions. A new version of rolldown may still change hashes. Of 41 checks, 0 differ between 1.2.10, 1.2.18,
 * 1.2.19 and 1.3.3, all between 1.2.0 and 1.2.10, and 18 between 1.1.0 and 1.2.0. Then the changes that the next audit of
 * each region finds are reported as those of new rules, once.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { type Plugin, rolldown } from 'rolldown';
import { parseSync } from 'rolldown/utils';
import { NoResultError } from '../../functions/process/exit.ts';
import type { Rules } from '../../shared/core/evaluation/rules.ts';

/** Facts that evaluation itself reads. A test compares them with the code. */
export const sharedFacts = ['regionOptIn', 'clusterNames', 'runningClusters', 'clusterEvents', 'eksClusters', 'organizations'] as const;

/** The module with its imports sorted: their order decides the order of modules in a bundle, and nothing else, since no module has side effects. */
function withSortedImports(code: string): string {
  const imports = parseSync('module.ts', code).module.staticImports;
  const sorted = imports.toSorted((a, b) => (a.moduleRequest.value < b.moduleRequest.value ? -1 : 1));
  const rest = imports.reduceRight((text, { start, end }) => text.slice(0, start) + text.slice(end), code);
  return [...sorted.map(({ start, end }) => code.slice(start, end)), rest].join('\n');
}

/** Sorts each module once, however many bundles it is in. */
function sortedImports(): Plugin {
  const done = new Map<string, string>();
  return {
    name: 'sorted-imports',
    transform: {
      filter: { id: /\.ts$/ },
      handler(code, id) {
        const sorted = done.get(id) ?? withSortedImports(code);
        done.set(id, sorted);
        return { code: sorted, map: null };
      },
    },
  };
}

const entryId = '\0entry';
const entry = (code: string): Plugin => ({
  name: 'entry',
  resolveId: { filter: { id: /^\0entry$/ }, handler: () => entryId },
  load: { filter: { id: /^\0entry$/ }, handler: () => code },
});

/** The list of checks, which evaluation takes by default (each check has its own hash), and the hashes themselves. */
const leftOut: Plugin = {
  name: 'left-out',
  resolveId: { filter: { id: /\/(checks\/index\.ts|rules\.json)$/ }, handler: () => ({ id: 'left-out', external: true }) },
};

const isPackage = (id: string): boolean => !id.startsWith('.') && !isAbsolute(id) && id !== entryId;

/** The code behind these exports as one minified text. */
async function bundle(exports: string, sorted: Plugin): Promise<string> {
  const build = await rolldown({
    input: entryId,
    external: isPackage,
    platform: 'node',
    transform: { target: 'node24' },
    treeshake: { moduleSideEffects: false, propertyReadSideEffects: false },
    plugins: [entry(exports), leftOut, sorted],
  });
  const minify = { compress: false, mangle: { toplevel: true }, codegen: { removeWhitespace: true } } as const;
  const { output } = await build.generate({ format: 'esm', codeSplitting: false, comments: false, minify });
  await build.close();
  return output[0].code;
}

const hashOf = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 12);

/** The modules of a folder by the name of their file: `vpc-dns` → path. */
const modulesIn = (folder: string): ReadonlyMap<string, string> =>
  new Map(
    readdirSync(folder)
      .filter((file) => file.endsWith('.ts') && file !== 'index.ts')
      .toSorted()
      .map((file) => [file.slice(0, -'.ts'.length), join(folder, file)]),
  );

const camelCase = (name: string): string => name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

const bundleAll = async (exports: ReadonlyMap<string, string>, sorted: Plugin): Promise<ReadonlyMap<string, string>> =>
  new Map(await Promise.all([...exports].map(async ([name, code]) => [name, await bundle(code, sorted)] as const)));

/** The minified parts. */
interface Parts {
  readonly shared: string;
  readonly checks: ReadonlyMap<string, string>;
  readonly collectors: ReadonlyMap<string, string>;
  /** Facts that are named in this code (in `needs`, or where a collector asks for them), in the collectors of those facts, and so on. */
  readonly factsOf: (code: string) => readonly string[];
}

async function partsOf(root: string): Promise<Parts> {
  const sorted = sortedImports();
  const path = (...of: readonly string[]) => join(root, 'shared', ...of);
  const from = (what: string, file: string) => `export { ${what} } from ${JSON.stringify(file)};\n`;
  const defaults = (modules: ReadonlyMap<string, string>) => new Map([...modules].map(([name, file]) => [name, from('default', file)]));
  const [shared, checks, files] = await Promise.all([
    bundle(
      from('evaluate', path('core/evaluation/evaluate.ts')) +
        from('applyMutes', path('core/evaluation/mutes.ts')) +
        from('carryOver', path('core/history/carry-over.ts')),
      sorted,
    ),
    bundleAll(defaults(modulesIn(path('core/checks'))), sorted),
    bundleAll(defaults(modulesIn(path('aws/collect/facts'))), sorted),
  ]);
  const collectors = new Map([...files].map(([name, code]) => [camelCase(name), code]));
  const fact = new RegExp(`(["'\`])(${[...collectors.keys()].join('|')})\\1`, 'g');
  const named = (code: string): readonly string[] => [...code.matchAll(fact)].map(([, , name]) => name ?? '');
  const factsOf = (code: string): readonly string[] => {
    const found = new Set<string>();
    const add = (of: string): void => {
      for (const name of named(of)) {
        if (found.has(name)) continue;
        found.add(name);
        add(collectors.get(name) ?? '');
      }
    };
    add(code);
    return [...found].toSorted();
  };
  return { shared, checks, collectors, factsOf };
}

/** The facts behind each check and each collector, for tests. */
export async function factsBehind(root: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const { checks, collectors, factsOf } = await partsOf(root);
  return new Map([...checks, ...collectors].map(([name, code]) => [name, factsOf(code)]));
}

/** The rules of the sources below `root`. Takes a fraction of a second. */
export async function rulesOf(root: string): Promise<Rules> {
  const { shared: sharedCode, checks: checkCode, collectors, factsOf } = await partsOf(root);
  const withFacts = (code: string, facts: readonly string[]) => [code, facts.map((name) => [name, collectors.get(name)])];
  const shared = hashOf(withFacts(sharedCode, factsOf(JSON.stringify(sharedFacts))));
  const byId = [...checkCode].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const checks = Object.fromEntries(byId.map(([id, code]) => [id, hashOf([shared, withFacts(code, factsOf(code))])]));
  return { hash: hashOf([shared, checks]), shared, checks };
}

/** The committed file, and the content it should have by the sources below `root`. */
export const rulesFile = async (root: string) => ({
  file: join(root, 'shared/core/evaluation/rules.json'),
  content: `${JSON.stringify(await rulesOf(root), null, 2)}\n`,
});

/** Rejects where the committed hashes are not those of the sources: what is built would store wrong ones. */
export async function assertFreshRules(root: string): Promise<void> {
  const { file, content } = await rulesFile(root);
  if (readFileSync(file, 'utf8') === content) return;
  throw new NoResultError(
    `The sources of the checks changed, but shared/core/evaluation/rules.json has the hashes of the previous ones. Run \`npm run docs\` to update it, then this command again.`,
  );
}
