/**
 * Bundles and cold starts of the functions, each against a bare bundle: the same clients and commands of the SDK, built
 * the same way and with nothing of ours in it. What a function sends is read from what its bundle holds. On a machine
 * that is busy with other things the clock says little; the work (processor time) is less moved by them.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { buildFunction, bundleForLambda } from '../../infra/build/build.ts';
import { type FunctionName, functionNames } from '../../infra/stacks/functions.ts';
import { lambdaEnvironment } from '../infra/lambda-environment.ts';
import { median, ms, printGrid } from './table.ts';

const runs = 21;
const goals: { readonly [name in FunctionName]?: number } = { audit: 810, notify: 255 };
const importGoal = 1.3;

/** A file of the SDK that holds a client or a command, and the package it is of. */
const clientOrCommand = /node_modules\/(@aws-sdk\/(?:client|lib)-[^/]+)\/dist-es\/(?:commands\/)?(\w+(?:Client|Command))\.js$/;

/** Clients and commands of each package of the SDK among these modules. */
function sdkOf(modules: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const path of modules) {
    const [, name, file] = clientOrCommand.exec(path) ?? [];
    if (name !== undefined && file !== undefined) found.set(name, [...(found.get(name) ?? []), file]);
  }
  return found;
}

/** An entry that holds on to them all. Its own name for each, since services share names of commands. */
function bareEntry(packages: ReadonlyMap<string, readonly string[]>): string {
  const imports = [...packages].map(
    ([name, files], n) => `import { ${files.map((file) => `${file} as ${file}${n}`).join(', ')} } from '${name}';`,
  );
  const all = [...packages.values()].flatMap((files, n) => files.map((file) => `${file}${n}`));
  return `${imports.join('\n')}\nconst sdk = [${all.join(', ')}];\nexport const handler = async () => sdk;\n`;
}

/** Commands; lib-dynamodb's stand for those of the client, which are there too. */
const commandsIn = (packages: ReadonlyMap<string, readonly string[]>): number =>
  [...packages].flatMap(([name, files]) => files.filter((file) => name.startsWith('@aws-sdk/client-') && file.endsWith('Command'))).length;

/** Milliseconds from the start of a process to a handler that could be called: by the clock, and of work. */
interface Start {
  readonly wall: number;
  readonly cpu: number;
}

function startUp(starter: string, file: string): Start {
  const child = spawnSync(process.execPath, [starter, pathToFileURL(file).href], { encoding: 'utf8', env: lambdaEnvironment });
  if (child.status !== 0) throw new Error(`${file} does not load: ${child.stderr}`);
  return JSON.parse(child.stdout);
}

const starterCode = `
const { handler } = await import(process.argv[2]);
const wall = performance.now();
const { user, system } = process.cpuUsage();
if (typeof handler !== 'function') throw new Error('It has no handler.');
process.stdout.write(JSON.stringify({ wall, cpu: (user + system) / 1000 }));
`;

const kib = (file: string): number => readFileSync(file).length / 1024;
const zipped = (file: string): number => gzipSync(readFileSync(file)).length / 1024;

export async function benchBundles(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bundles-'));
  // In the project, where the packages are found.
  const entries = resolve(import.meta.dirname, '../../.build/bare');
  mkdirSync(entries, { recursive: true });
  try {
    const starter = join(folder, 'start.mjs');
    writeFileSync(starter, starterCode);
    const empty = join(folder, 'empty.mjs');
    writeFileSync(empty, 'export const handler = async () => undefined;\n');
    const built = await Promise.all(
      functionNames.map(async (name) => {
        const own = await buildFunction(name, join(folder, 'own'));
        const entry = join(entries, `${name}.mjs`);
        const packages = sdkOf(own.modules);
        writeFileSync(entry, bareEntry(packages));
        const bare = await bundleForLambda(entry, join(folder, 'bare', name));
        return { name, own: own.file, bare: bare.file, commands: commandsIn(packages) };
      }),
    );
    const files = [empty, ...built.flatMap(({ own, bare }) => [own, bare])];
    const times = new Map(files.map((file) => [file, [] as Start[]]));
    // One of each in turn, so that other load on the machine affects all alike; the first round warms its caches.
    for (let run = 0; run <= runs; run += 1)
      for (const file of run % 2 === 0 ? files : files.toReversed()) {
        const time = startUp(starter, file);
        if (run > 0) times.get(file)?.push(time);
      }
    const of = (file: string, kind: keyof Start): number => median((times.get(file) ?? []).map((t) => t[kind]));
    const took = (file: string, kind: keyof Start): number => of(file, kind) - of(empty, kind);
    const ratio = (own: string, bare: string, kind: keyof Start): string => (took(own, kind) / took(bare, kind)).toFixed(2);
    printGrid(
      `bundles, and their import in a fresh process (median of ${runs}; Node's own ${ms(of(empty, 'wall'))}, ${ms(of(empty, 'cpu'))} of work, taken off)`,
      ['function', 'KiB', 'gzip', 'import', 'work', 'commands', 'bare KiB', 'bare import', 'work', 'ratio', 'of work', 'goal'],
      built.map(({ name, own, bare, commands }) => [
        name,
        kib(own).toFixed(0),
        zipped(own).toFixed(0),
        ms(took(own, 'wall')),
        ms(took(own, 'cpu')),
        String(commands),
        kib(bare).toFixed(0),
        ms(took(bare, 'wall')),
        ms(took(bare, 'cpu')),
        ratio(own, bare, 'wall'),
        ratio(own, bare, 'cpu'),
        `≤ ${importGoal}${goals[name] === undefined ? '' : `, ≤ ${goals[name]} KiB`}`,
      ]),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}
