/**
 * What the bundles for Lambda leave out of the AWS SDK. A third of a client is classes of errors, one for each that the
 * service could ever answer, registered by name so that none can be shaken off; the auditor tells errors by name alone.
 *
 * Registered or not, an error gets the name, the message, the status and the members that were answered. So those are
 * left out, but for
 *
 * - errors of the query protocol, which may come by another name: ThrottledException as `Throttled`. Those without
 *   members stand in a table of names;
 * - errors that the SDK tries again because of their class. They stay as they are.
 *
 * A test has every error of every service answered to the SDK as it is and to a bundle, and finds no difference.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'rolldown';

/** Modules of the SDK and what stands for them in bundles. */
export const leanAliases: Readonly<Record<string, string>> = {
  '@aws-sdk/credential-provider-node': join(import.meta.dirname, 'lambda/environment-credentials.ts'),
  '@aws-sdk/endpoint-cache': join(import.meta.dirname, 'lambda/no-endpoint-cache.ts'),
  '@smithy/core/event-streams': join(import.meta.dirname, 'lambda/no-event-streams.ts'),
};

const registration = /^n0_registry\.registerError\((\w+)\$, \1\);$/gm;
/** An error with a message and no other member. */
const plain =
  /^export var (\w+)\$ = \[-3, n0, \w+,\n {4}\{ (?:\[_aQE\]: \[`([^`]+)`, \d+\], )?\[_e\]: (_c|_se)\b.*\},\n {4}\[_m\],\n {4}\[0\]\n\];$/gm;
const triedAgain = /export class (\w+) extends __BaseException \{\n(?:(?!\n\}\n).)*?\$retryable/gs;

/** Text of the same length and as many lines, so that source maps stay right. */
const blank = (text: string): string => text.replace(/[^\n]/g, ' ');

/** Registers errors by what they are and are called. The class that they extend is one that the module imports. */
function table(rows: readonly (readonly (string | undefined)[])[], schemas: string): string {
  const [, base] = /^_s_registry\.registerError\(\w+\$, (\w+)\);$/m.exec(schemas) ?? [];
  const list = rows.map(([, name, code, fault]) => `["${name}", "${code ?? name}", ${fault}]`).join(', ');
  return `for (const [name, code, fault] of [${list}])
  n0_registry.registerError([-3, n0, name, { awsQueryError: [code], error: fault }, ["message"], [0]], class extends ${base} { constructor(options) { super({ name, ...options }); } });\n`;
}

/** The module of a client that describes what it sends and gets, with the registrations that change something. */
function leanSchemas(schemas: string, errors: string, config: string): string {
  const byQuery = /AwsQueryProtocol|awsQueryCompatible: true/.test(config);
  const tried = new Set([...errors.matchAll(triedAgain)].map(([, name]) => name));
  const rows = byQuery ? [...schemas.matchAll(plain)].filter(([, name]) => !tried.has(name)) : [];
  const inTable = new Set(rows.map(([, name]) => name));
  const stays = (name: string): boolean => tried.has(name) || (byQuery && !inTable.has(name));
  const lean = schemas.replace(registration, (line, name: string) => (stays(name) ? line : blank(line)));
  return rows.length === 0 ? lean : `${lean}\n${table(rows, schemas)}`;
}

const count = (text: string, pattern: RegExp): number => [...text.matchAll(pattern)].length;

export const leanSdk: Plugin = {
  name: 'lean-sdk',
  resolveId: {
    filter: { id: /^\.\/Sha256Js$/ },
    handler: () => join(import.meta.dirname, 'lambda/no-plain-sha256.ts'),
  },
  transform: {
    filter: { id: /@aws-sdk\/client-[a-z0-9-]+\/dist-es\/schemas\/schemas_0\.js$/ },
    handler(code, id) {
      // EC2 has no classes of errors at all.
      if (!/^import .*"\.\.\/models\/errors";$/m.test(code)) return null;
      const errors = readFileSync(join(id, '../../models/errors.js'), 'utf8');
      // It would still work, only grow by a third, unnoticed.
      if (count(code, registration) !== count(errors, /^export class /gm))
        throw new Error(`${id} does not register its errors as the SDK did; lean-sdk.ts has to learn how it does now.`);
      return { code: leanSchemas(code, errors, readFileSync(join(id, '../../runtimeConfig.shared.js'), 'utf8')), map: null };
    },
  },
};

/** A file of the SDK that holds a client or a command, and the package it is of. */
const clientOrCommand = /node_modules\/(@aws-sdk\/(?:client|lib)-[^/]+)\/dist-es\/(?:commands\/)?(\w+(?:Client|Command))\.js$/;

/** Clients and commands of each package of the SDK among these modules. */
export function sdkOf(modules: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const path of modules) {
    const [, name, file] = clientOrCommand.exec(path) ?? [];
    if (name !== undefined && file !== undefined) found.set(name, [...(found.get(name) ?? []), file]);
  }
  return found;
}

/** S3's client brings a command of its own along, for a kind of buckets that nobody here asks for. */
const isSent = (name: string): boolean => name.endsWith('Command') && name !== 'CreateSessionCommand';

/** Clients that are there with no command that could be sent with them. */
export const unsentOf = (modules: readonly string[]): ReadonlyMap<string, readonly string[]> =>
  new Map([...sdkOf(modules)].filter(([, names]) => !names.some(isSent)));

const refusing = (client: string): string =>
  `export class ${client} { constructor() { throw new Error('This bundle was built without ${client}, since it sends nothing with it.'); } }`;

/**
 * Takes these clients out of the pool, which has one for every service: each costs milliseconds of every cold start. Who
 * makes one for another purpose than the pool's still gets it.
 */
export const withoutUnsent = (unsent: ReadonlyMap<string, readonly string[]>): Plugin => ({
  name: 'without-unsent',
  resolveId: {
    filter: { id: /^@aws-sdk\/client-/ },
    handler: (id, importer) => (unsent.has(id) && importer?.endsWith('/shared/aws/clients.ts') ? `\0unsent:${id}` : null),
  },
  load: {
    filter: { id: /^\0unsent:/ },
    handler: (id) => (unsent.get(id.replace('\0unsent:', '')) ?? []).map(refusing).join('\n'),
  },
});
