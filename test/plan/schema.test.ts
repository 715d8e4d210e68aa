import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { regionsOf, supportedRegions } from '../../shared/core/plan/regions.ts';
import { loadPlan } from '../../shared/plan/load.ts';
import { planReference } from '../../shared/plan/plan-reference.ts';
import { planSchema } from '../../shared/plan/schema.ts';
import { validPlan } from './arbitrary.ts';

const root = resolve(import.meta.dirname, '../..');
type Json = { readonly [key: string]: unknown };

/** Every mapping of a JSON Schema that stands for a key, with the key's path. */
function properties(schema: Json, path = ''): readonly { readonly path: string; readonly schema: Json }[] {
  const inside = [...((schema.anyOf as readonly Json[] | undefined) ?? []), ...(schema.items ? [schema.items as Json] : [])];
  return [
    ...Object.entries((schema.properties ?? {}) as { [key: string]: Json }).flatMap(([key, value]) => {
      const here = path === '' ? key : `${path}.${key}`;
      return [{ path: here, schema: value }, ...properties(value, here)];
    }),
    ...inside.flatMap((s) => properties(s, path)),
  ];
}

describe('the JSON Schema', () => {
  test('lies next to the default plan as it is generated', () => {
    const file = readFileSync(join(root, 'infra/plan.schema.json'), 'utf8');
    expect(JSON.parse(file), '`npm run docs` writes infra/plan.schema.json again').toEqual(planSchema());
  });

  test('describes every key in a sentence, and refuses unknown ones', () => {
    const keys = properties(planSchema() as Json);
    expect(keys.length).toBeGreaterThan(120);
    expect(keys.filter(({ schema }) => !/\.$/.test(String(schema.description ?? ''))).map(({ path }) => path)).toEqual([]);
    const open = keys.filter(({ schema }) => schema.type === 'object' && schema.additionalProperties === undefined);
    expect(open.map(({ path }) => path)).toEqual([]);
    expect(planSchema()).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema', additionalProperties: false });
  });

  test('has only patterns that every engine reads alike, with Unicode or without', () => {
    const patterns = [
      ...new Set(
        [...JSON.stringify(planSchema()).matchAll(/"pattern":("(?:[^"\\\\]|\\\\.)*")/g)].map((m) => String(JSON.parse(m[1] ?? ''))),
      ),
    ];
    expect(patterns.length).toBeGreaterThan(20);
    for (const pattern of patterns) {
      expect(() => new RegExp(pattern, 'u')).not.toThrow();
      expect(pattern).toMatch(/^\^.*\$$/);
      expect(pattern).not.toMatch(/\\p\{/);
    }
  });

  test('gives examples that it accepts itself', () => {
    const shown = properties(planSchema() as Json).flatMap(({ path, schema }) =>
      ((schema.examples ?? []) as readonly unknown[]).map((example) => ({ path, schema, example })),
    );
    expect(shown.length).toBeGreaterThan(40);
    const refused = shown.filter(({ schema, example }) => !z.fromJSONSchema(schema as never).safeParse(example).success);
    expect(refused.map(({ path, example }) => `${path}: ${JSON.stringify(example)}`)).toEqual([]);
  });

  test('accepts valid plans, requests in files too, and refuses wrong ones', () => {
    const schema = z.fromJSONSchema(planSchema() as never);
    fc.assert(
      fc.property(validPlan, (plan) => {
        expect(schema.safeParse(plan).error).toBeUndefined();
        expect(schema.safeParse({ ...plan, clusters: plan.clusters.map((c) => ({ ...c, request: 'create.json' })) }).success).toBe(true);
        expect(schema.safeParse({ ...plan, cluster: [] }).success).toBe(false);
        expect(schema.safeParse({ ...plan, retentionDays: 0 }).success).toBe(false);
      }),
      { seed: 20261120, numRuns: 25 },
    );
    expect(schema.safeParse({ clusters: null, mutes: null, alerts: null }).success).toBe(true);
    expect(schema.safeParse({ clusters: [{ region: 'us-west-2' }] }).success).toBe(false);
  });
});

describe('the reference', () => {
  const table = planReference().split('\n');

  test('has a row for every key of the plan that is not the request’s own', () => {
    const keys = properties(planSchema() as Json)
      .map(({ path }) => path)
      .filter((path) => !path.startsWith('clusters.request.'));
    const shown = table.slice(2).map((row) => (row.split('`')[1] ?? '').replaceAll('[]', ''));
    expect(shown.toSorted()).toEqual(keys.toSorted());
  });

  test('leaves no cell empty', () => {
    expect(table.slice(0, 2)).toEqual(['| key | accepted | without it | meaning |', '|---|---|---|---|']);
    for (const row of table.slice(2)) expect(row).toMatch(/^\| `[^`]+`( \| [^|]+){3} \|$/);
    expect(table).toContain('| `retentionDays` | a whole number from 1 to 3650 | 400 | Days that findings and their changes are stored. |');
    expect(table.find((row) => row.includes('`clusters[].region`'))).toContain('(needed)');
  });
});

test('the default plan is valid, and its editor line names the schema next to it', () => {
  const file = join(root, 'infra/plan.yaml');
  expect(loadPlan(file)).toMatchObject({ ok: true });
  expect(readFileSync(file, 'utf8').split('\n')[0]).toBe('# yaml-language-server: $schema=plan.schema.json');
});

describe('regions of a plan', () => {
  const cluster = (region: string) => ({ region, request: { ClusterName: 'a' } });
  test('are those listed, else those of its clusters, else left to the account', () => {
    expect(regionsOf({ clusters: [] })).toBeUndefined();
    expect(regionsOf({ clusters: [cluster('us-east-1'), cluster('us-west-2'), cluster('us-east-1')] })).toEqual(['us-east-1', 'us-west-2']);
    expect(regionsOf({ regions: ['eu-west-1'], clusters: [] })).toEqual(['eu-west-1']);
    expect(regionsOf({ regions: ['eu-west-1', 'us-east-1'], clusters: [cluster('us-east-1')] })).toEqual(['eu-west-1', 'us-east-1']);
  });

  test('supported is the dated list of 18, and a cluster elsewhere is not forgotten', () => {
    expect(supportedRegions.names).toHaveLength(18);
    expect(new Set(supportedRegions.names).size).toBe(18);
    expect(regionsOf({ regions: 'supported', clusters: [cluster('us-west-2')] })).toEqual(supportedRegions.names);
    expect(regionsOf({ regions: 'supported', clusters: [cluster('ca-central-1')] })).toEqual([...supportedRegions.names, 'ca-central-1']);
  });
});
