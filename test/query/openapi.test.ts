/** The document holds to OpenAPI 3.1, and the questions hold to the document: it is what requests are made from here. */
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import document from '../../functions/query/openapi.json' with { type: 'json' };
import { checkIds } from '../../shared/core/evaluation/check-ids.ts';
import { problemTypes } from '../../shared/query/problem.ts';
import { routes } from '../../shared/query/routes.ts';
import { answer } from '../../shared/query/run-query.ts';
import { finding, planned, result, row } from '../core/results.ts';
import { examples } from '../helpers/examples.ts';
import { startInventory, type TestInventory } from './inventory.ts';

// The same requests every time.
const asked = { seed: 20261120, numRuns: examples(100) };
const account = '111122223333';
const at = (hour: number): string => new Date(Date.UTC(2026, 10, 20, hour)).toISOString();

let inventory: TestInventory;
beforeAll(async () => {
  inventory = await startInventory();
  for (const [n, region] of ['us-west-2', 'us-east-1'].entries())
    for (let hour = 6; hour < 11; hour++)
      await inventory.audit(
        { account, region },
        at(hour),
        result({
          findings: [
            finding({ status: hour % 2 ? 'fail' : 'pass', resource: 'sg-0123456789abcdef0' }),
            finding({ check: 'subnet-free-ips', level: 'recommended', have: 300 - hour - n, need: 280, status: 'fail' }),
            ...(hour > 8 ? [finding({ check: 'vpc-dns', cluster: '', resource: 'vpc-1' })] : []),
          ],
          rows: hour % 3 ? [row({ check: 'run-as-enabled', action: 'ssm:GetDocument' })] : [],
          clusters: [planned],
        }),
      );
  inventory.at(at(12));
}, 60_000);
afterAll(() => inventory.close());

test('the document is one that OpenAPI 3.1 allows', async () => {
  expect(await new Validator().validate(structuredClone(document))).toEqual({ valid: true });
  expect(document.openapi).toBe('3.1.1');
  expect(Object.keys(document.paths)).toEqual(routes.map((r) => r.path));
});

interface Schema {
  readonly type: 'string' | 'integer' | 'boolean';
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
}
interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required: boolean;
  readonly schema: Schema;
  readonly example?: unknown;
}
interface Operation {
  readonly operationId: string;
  readonly parameters: readonly Parameter[];
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { readonly schema: object }>> }>>;
}
const operations = Object.entries(document.paths as unknown as Readonly<Record<string, { readonly get: Operation }>>).map(
  ([path, { get }]) => ({
    path,
    ...get,
  }),
);

const ajv = new Ajv2020({ allErrors: true, strict: false });
formats.default(ajv);
ajv.addSchema({ ...document, $id: 'https://example.com/openapi.json' });
const validatorOf = ({ responses }: Operation, status: number) => {
  const { content = {} } = responses[status] ?? {};
  const [{ schema }] = Object.values(content) as [{ schema: { $ref: string } }];
  return ajv.compile({ $ref: `https://example.com/openapi.json${schema.$ref}` });
};

/** One value for each parameter or operation: generators and validators take long to make. */
function once<K extends object, V>(make: (key: K) => V): (key: K) => V {
  const made = new Map<K, V>();
  return (key) => made.get(key) ?? made.set(key, make(key)).get(key) ?? make(key);
}

/** Text that a schema allows: words that are in the table as well, so that there is something to find. */
const valid = once(({ schema, example }: Parameter): fc.Arbitrary<string> => {
  const samples = example === undefined ? [] : [fc.constant(String(example))];
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.type === 'boolean') return fc.constantFrom('true', 'false');
  if (schema.type === 'integer') return fc.integer({ min: schema.minimum ?? 0, max: schema.maximum ?? 1000 }).map(String);
  if (schema.format === 'date-time')
    return fc.oneof(
      ...samples,
      ...[5, 7, 8].map((from) =>
        fc.date({ min: new Date(at(from)), max: new Date(at(12)), noInvalidDate: true }).map((d) => d.toISOString()),
      ),
      fc
        .date({ min: new Date('1000-01-01'), max: new Date('2999-12-31'), noInvalidDate: true })
        .map((d) => d.toISOString().replace('Z', '+02:00')),
    );
  if (schema.pattern !== undefined) return fc.oneof(...samples, fc.stringMatching(new RegExp(schema.pattern)));
  return fc.oneof(...samples, fc.string({ unit: 'grapheme', minLength: schema.minLength ?? 0, maxLength: 40 }));
});

/** Text that it does not. */
const invalid = once(({ schema }: Parameter): fc.Arbitrary<string> => {
  const check = ajv.compile({ ...schema });
  const typed = (text: string): unknown =>
    schema.type === 'integer' && /^\d+$/.test(text)
      ? Number(text)
      : schema.type === 'boolean' && /^(true|false)$/.test(text)
        ? text === 'true'
        : text;
  return fc
    .oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.constantFrom('', '0', '-1', '201', '1e3', 'null', 'TRUE', '2026-02-30T00:00:00Z', '../..'),
    )
    .filter((text) => !check(typed(text)) && !/[\uD800-\uDFFF]/.test(text));
});

const cursorless = (operation: Operation) => operation.parameters.filter((p) => p.name !== 'cursor');

interface Sent {
  readonly path: string;
  readonly query: string;
}
function requestOf(path: string, operation: Operation, values: Readonly<Record<string, string | undefined>>): Sent {
  const query = new URLSearchParams();
  let filled = path;
  for (const parameter of operation.parameters) {
    const value = values[parameter.name];
    if (value === undefined) continue;
    if (parameter.in === 'path') filled = filled.replace(`{${parameter.name}}`, encodeURIComponent(value));
    else query.append(parameter.name, value);
  }
  return { path: filled, query: query.toString() };
}

/** Any of the parameters, with all of those that are required. */
const someOf = once(
  (operation: Operation): fc.Arbitrary<Record<string, string | undefined>> =>
    fc.record(
      Object.fromEntries(
        cursorless(operation).map((p) => [p.name, p.required ? valid(p) : fc.option(valid(p), { nil: undefined, freq: 2 })]),
      ),
    ),
);

const get = (sent: Sent) => answer({ method: 'GET', ...sent }, inventory.ports);

describe.each(operations)('$path', ({ path, ...operation }) => {
  /** Rules that are of several parameters together, and moments that are not kept, are answered with a problem that says so. */
  const toCome = (text: string | undefined): boolean => text !== undefined && Date.parse(text) > Date.parse(at(12));
  const allowed = (type: string, values: Readonly<Record<string, string | undefined>>): boolean =>
    (type.endsWith(':not-kept') && (values.at !== undefined || values.from !== undefined)) ||
    (type.endsWith(':parameters') && (toCome(values.at) || (path === '/diff' && toCome(values.from)))) ||
    (type.endsWith(':parameters') && values.from !== undefined && values.to !== undefined) ||
    (type.endsWith(':parameters') && values.check !== undefined && !checkIds.includes(values.check));

  test('what the document allows is answered, as the document says, page after page', async () => {
    const [page, problem] = [validatorOf(operation, 200), validatorOf(operation, 400)];
    let answered = 0;
    await fc.assert(
      fc.asyncProperty(someOf(operation), async (values) => {
        let sent = requestOf(path, operation, values);
        for (let pages = 0; pages < 3; pages++) {
          const { status, body } = await get(sent);
          if (status !== 200) {
            expect(problem(body), JSON.stringify(problem.errors)).toBe(true);
            const { type } = body as { type: string };
            expect(problemTypes).toContain(type);
            expect(allowed(type, values), `${JSON.stringify(values)} ${JSON.stringify(body)}`).toBe(true);
            return;
          }
          answered += 1;
          expect(page(body), JSON.stringify(page.errors)).toBe(true);
          const { items, cursor } = body as { items: readonly unknown[]; cursor?: string };
          expect(items.length).toBeLessThanOrEqual(Number(values.limit ?? 50));
          if (cursor === undefined) return;
          sent = { ...sent, query: `${sent.query}&cursor=${cursor}` };
          if (pages > 0) return;
        }
      }),
      { ...asked, numRuns: examples(40) },
    );
    expect(answered).toBeGreaterThan(examples(5));
  }, 120_000);

  test('what it does not allow is a problem that names the parameter', async () => {
    const problem = validatorOf(operation, 400);
    const broken = fc.constantFrom(...operation.parameters).chain((parameter) =>
      fc.record({
        parameter: fc.constant(parameter),
        values: someOf(operation),
        bad: parameter.required ? fc.option(invalid(parameter), { nil: undefined }) : invalid(parameter),
      }),
    );
    await fc.assert(
      fc.asyncProperty(broken, async ({ parameter, values, bad }) => {
        if (parameter.in === 'path' && (bad === undefined || bad === '')) return;
        const { status, body } = await get(requestOf(path, operation, { ...values, [parameter.name]: bad }));
        expect(problem(body), JSON.stringify(problem.errors)).toBe(true);
        expect(status).toBe(400);
        const { errors } = body as { errors: readonly { parameter: string }[] };
        expect(errors.map((e) => e.parameter)).toContain(parameter.name);
      }),
      asked,
    );
  }, 120_000);

  test('anything else in the query is a problem, and never an error', async () => {
    const pair = fc.tuple(fc.string({ unit: 'binary', maxLength: 20 }), fc.string({ unit: 'binary', maxLength: 20 }));
    await fc.assert(
      fc.asyncProperty(
        someOf(operation),
        fc.array(pair, { minLength: 1, maxLength: 3 }),
        fc.string({ maxLength: 20 }),
        async (values, more, raw) => {
          const sent = requestOf(path, operation, values);
          const added = more.map(
            ([name, value]) => `${encodeURIComponent(name.toWellFormed())}=${encodeURIComponent(value.toWellFormed())}`,
          );
          const { status } = await get({ ...sent, query: [sent.query, ...added, raw].join('&') });
          expect([200, 400, 404]).toContain(status);
          if (added.some((a) => !operation.parameters.some((p) => a.startsWith(`${p.name}=`)))) expect(status).toBe(400);
        },
      ),
      asked,
    );
  }, 120_000);
});

test('any path and any method is answered with a problem or a page', async () => {
  const piece = fc.constantFrom('', '/', 'findings', 'history', 'readiness', '%2F', '%', '..', '{id}', '%00', 'ü');
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 6 }), fc.constantFrom('GET', 'POST', 'HEAD', 'x'), async (pieces, method) => {
      const { status } = await answer({ method, path: `/${pieces.join('')}`, query: '' }, inventory.ports);
      expect([200, 400, 404, 405]).toContain(status);
    }),
    asked,
  );
});
