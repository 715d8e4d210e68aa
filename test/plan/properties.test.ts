import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planHash } from '../../shared/plan/hash.ts';
import { type ParsedPlan, parsePlan } from '../../shared/plan/parse.ts';
import { printPlan } from '../../shared/plan/print.ts';
import { examples } from '../helpers/examples.ts';
import { validPlan } from './arbitrary.ts';
import { bare } from './bare.ts';

/** The same plans in every run: what fails, fails again. */
const seed = 20261120;
const checkIds = ['efa-open-egress', 'vpc-dns', 'subnet-size'];
const parse = (text: string, request = ''): ParsedPlan =>
  parsePlan(text, { file: 'my-plan.yaml', readRequest: () => ({ ok: true, text: request }), checkIds });

/** For any input: a plan, or problems with places inside of the text and words for both sides. */
function sane(parsed: ParsedPlan, text: string, request = ''): void {
  if (parsed.ok) {
    expect(typeof parsed.plan.schedule).toBe('string');
    return;
  }
  expect(parsed.problems.length).toBeGreaterThan(0);
  for (const p of parsed.problems) {
    const lines = (p.file === 'my-plan.yaml' ? text : request).split('\n');
    expect(p.line).toBeGreaterThanOrEqual(1);
    expect(p.line).toBeLessThanOrEqual(lines.length);
    expect(p.column).toBeGreaterThanOrEqual(1);
    expect(p.column).toBeLessThanOrEqual((lines[p.line - 1] ?? '').length + 1);
    expect(p.got).not.toBe('');
    expect(p.expected).not.toBe('');
    expect(p.expected).not.toContain('something else');
    expect(p.message.startsWith(`expected ${p.expected}, got ${p.got}`)).toBe(true);
    expect(p.message).not.toMatch(/undefined|\[object|NaN/);
    expect(p.message).not.toContain('\n');
  }
}

/** JSON that replaces a part of a plan, and plans with one part replaced. */
const anything = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<unknown>(null, '', 0, -1, 1e308, 2 ** 53, true, [], {}, [[]], 'supported', '__proto__', 'constructor', {
    constructor: 1,
  }),
);
function places(value: unknown, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([k, v]) => places(v, [...path, Array.isArray(value) ? Number(k) : k]))];
}
function put(value: unknown, path: readonly (string | number)[], part: unknown): unknown {
  const [head, ...rest] = path;
  if (head === undefined) return part;
  if (Array.isArray(value)) return value.map((v, i) => (i === head ? put(v, rest, part) : v));
  return { ...(value as object), [head]: put((value as Record<string, unknown>)[head], rest, part) };
}

test('parsing a printed plan gives the plan', () => {
  fc.assert(
    fc.property(validPlan, (plan) => {
      expect(bare(parse(printPlan(plan)))).toEqual({ ok: true, plan });
      expect(bare(parse(JSON.stringify(plan, null, '\t')))).toEqual({ ok: true, plan });
    }),
    { seed, numRuns: examples(100) },
  );
});

test('a request in a file gives the same plan as the request inline', () => {
  fc.assert(
    fc.property(validPlan, (plan) => {
      const [first, ...others] = plan.clusters;
      fc.pre(first !== undefined);
      const apart = { ...plan, clusters: [{ ...first, request: 'create.json' }, ...others] };
      expect(bare(parse(JSON.stringify(apart), JSON.stringify(first?.request, null, 2)))).toEqual({ ok: true, plan });
    }),
    { seed, numRuns: examples(50) },
  );
});

test('the hash does not depend on the order of keys, and does on what the plan says', () => {
  const turned = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(turned)
      : typeof value === 'object' && value !== null
        ? Object.fromEntries(
            Object.entries(value)
              .toReversed()
              .map(([k, v]) => [k, turned(v)]),
          )
        : value;
  fc.assert(
    fc.property(validPlan, (plan) => {
      expect(planHash(plan)).toMatch(/^[0-9a-f]{64}$/);
      expect(planHash(turned(plan) as typeof plan)).toBe(planHash(plan));
      expect(planHash({ ...plan, retentionDays: plan.retentionDays + 1 })).not.toBe(planHash(plan));
    }),
    { seed, numRuns: examples(50) },
  );
});

test('no text crashes the parser', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.string({ unit: fc.constantFrom(...'{}[],:?-&*!|>\'"%@`#~<=\t\n\r ab01', '\u0000', '\uFEFF', '\u2028'), maxLength: 200 }),
    fc.json({ maxDepth: 5 }),
  );
  fc.assert(
    fc.property(text, text, (plan, request) => {
      sane(parse(plan), plan);
      const naming = 'clusters: [{ region: us-west-2, request: create.json }]';
      sane(parse(naming, request), naming, request);
    }),
    { seed, numRuns: examples(400) },
  );
});

test('no damage to a plan crashes the parser', () => {
  const damaged = validPlan.chain((plan) => {
    const text = printPlan(plan);
    return fc
      .tuple(
        fc.nat(text.length),
        fc.nat(20),
        fc.oneof(fc.constant(''), fc.string({ unit: 'binary', maxLength: 8 }), fc.constantFrom('\t', ': ', '- ', '&a ', '*a', '\n---\n')),
      )
      .map(([at, length, insert]) => text.slice(0, at) + insert + text.slice(at + length));
  });
  fc.assert(
    fc.property(damaged, (text) => sane(parse(text), text)),
    { seed, numRuns: examples(200) },
  );
});

test('a plan with any one part replaced is a plan or has problems, all with places', () => {
  const replaced = validPlan.chain((plan) =>
    fc.tuple(fc.constant(plan), fc.constantFrom(...places(plan)), anything).map(([p, at, part]) => put(p, at, part)),
  );
  fc.assert(
    fc.property(replaced, (plan) => {
      const text = JSON.stringify(plan, null, 1);
      sane(parse(text), text);
    }),
    { seed, numRuns: examples(400) },
  );
});
