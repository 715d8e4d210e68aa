/**
 * The newest model of SageMaker against the plan's schema and the table of members: a member, word or range that AWS adds fails
 * here until someone decides what evaluates it.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { checks } from '../../shared/core/checks/index.ts';
import { clusterRequest } from '../../shared/plan/cluster-request.ts';
import { sayings } from '../../shared/plan/described-schema.ts';
import { answerMembers, type MemberTable, requestMembers } from '../plan/api-members.ts';
import { newestModels, python } from './python.ts';

interface ModelMember {
  readonly path: string;
  readonly required: boolean;
  readonly type?: string;
  readonly words?: readonly string[];
  readonly range?: readonly [number | null, number | null];
}

const { stdout, stderr } = spawnSync(python, [join(import.meta.dirname, 'request_model.py')], {
  encoding: 'utf8',
  maxBuffer: 64 << 20,
  env: { ...process.env, PYTHONPATH: newestModels },
});
const model: { readonly version: string; readonly request: readonly ModelMember[]; readonly answer: readonly ModelMember[] } = JSON.parse(
  stdout || `{"version":${JSON.stringify(stderr)},"request":[],"answer":[]}`,
);

/** Entries of the table that a path belongs to: its own, or one for a whole structure, `Tags.*`. */
const entriesFor = (table: MemberTable, path: string): readonly string[] =>
  Object.keys(table).filter((entry) => entry === path || (entry.endsWith('.*') && `${path}.`.startsWith(entry.slice(0, -1))));

describe.each([
  ['CreateCluster', model.request, requestMembers],
  ['DescribeCluster', model.answer, answerMembers],
] as const)('%s', (_, members, table) => {
  /** Lists and structures with members stand for these. */
  const leaves = members.filter(
    ({ path }) => !members.some((other) => /^[.[{]/.test(other.path.slice(path.length)) && other.path.startsWith(path)),
  );

  test('each member has a line in the table, and each line a member', () => {
    expect(model.version).toBe(
      readFileSync(join(import.meta.dirname, 'newest-models.txt'), 'utf8')
        .trim()
        .replace('botocore==', ''),
    );
    expect(leaves.length).toBeGreaterThan(50);
    expect(leaves.map(({ path }) => path).filter((path) => entriesFor(table, path).length === 0)).toEqual([]);
    expect(Object.keys(table).filter((entry) => !leaves.some(({ path }) => entriesFor({ [entry]: '' }, path).length > 0))).toEqual([]);
  });

  test('the table names checks that exist', () => {
    const ids = new Set(checks.map((check) => check.id));
    const named = Object.values(table).flatMap((entry) => (typeof entry === 'string' ? [] : entry));
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((id) => !ids.has(id))).toEqual([]);
  });
});

/** The schema at a path of the model. */
function schemaAt(path: string): z.core.$ZodType | undefined {
  let schema: z.core.$ZodType | undefined = clusterRequest;
  for (const step of path.replaceAll('[]', '.[]').replaceAll('{}', '.{}').split('.')) {
    while (schema instanceof z.ZodOptional) schema = schema.unwrap();
    if (step === '[]') schema = schema instanceof z.ZodArray ? schema.element : undefined;
    else if (step === '{}') schema = schema instanceof z.ZodRecord ? schema.valueType : undefined;
    else schema = schema instanceof z.ZodObject ? schema.shape[step] : undefined;
  }
  while (schema instanceof z.ZodOptional) schema = schema.unwrap();
  return schema;
}

describe('the schema of a request', () => {
  test('has every member of the model', () => {
    expect(model.request.filter(({ path }) => schemaAt(path) === undefined).map(({ path }) => path)).toEqual([]);
  });

  test('knows every word of the model', () => {
    const unknown = model.request.flatMap(({ path, words = [] }) => {
      const schema = schemaAt(path);
      if (!(schema instanceof z.ZodType)) return [path];
      const known = sayings(schema).known;
      return words.filter((word) => (known ? !known.includes(word) : !schema.safeParse(word).success)).map((word) => `${path}: ${word}`);
    });
    expect(unknown).toEqual([]);
  });

  test('takes the least and the greatest number of each range, and no number outside', () => {
    const wrong = model.request
      .filter(({ type }) => type === 'integer' || type === 'long')
      .flatMap(({ path, range = [null, null] }) => {
        const schema = schemaAt(path);
        if (!(schema instanceof z.ZodType)) return [path];
        const [least, greatest] = range;
        const takes = (value: number) => schema.safeParse(value).success;
        return [
          ...(least !== null && (!takes(least) || takes(least - 1)) ? [`${path} from ${least}`] : []),
          ...(greatest !== null && (!takes(greatest) || takes(greatest + 1)) ? [`${path} to ${greatest}`] : []),
        ];
      });
    expect(wrong).toEqual([]);
  });
});
