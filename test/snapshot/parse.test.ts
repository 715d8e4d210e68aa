/** Snapshot files: what is valid, what is refused with which sentence, and that nothing else reaches the evaluation. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defectWords, evaluate } from '../../shared/core/evaluation/evaluate.ts';
import type { Snapshot } from '../../shared/core/evaluation/facts.ts';
import { parseSnapshots } from '../../shared/snapshot/parse.ts';
import { factSchemas } from '../../shared/snapshot/schema.ts';
import { run } from '../aws/world.ts';
import { snapshot } from '../core/healthy.ts';
import { plans, worlds } from '../core/worlds.ts';
import { examples } from '../helpers/examples.ts';
import { type Path, pathsOf, withAt } from '../helpers/json-paths.ts';

const version = '1.2.3';
const fileOf = (...snapshots: readonly unknown[]) => ({ schemaVersion: 1, tool: { name: 'hyperpod-auditor', version }, snapshots });
const parse = (json: unknown) => parseSnapshots(typeof json === 'string' ? json : JSON.stringify(json), { file: 'facts.json', version });
const sentence = (json: unknown): string => {
  const parsed = parse(json);
  if (parsed.ok) expect.fail('the file is valid');
  return parsed.message;
};

const clone = <T>(value: T): T => JSON.parse(JSON.stringify(value));

describe('a valid file', () => {
  test('is what a collection of everything gives', async () => {
    const collected = clone((await run()).snapshot);
    expect(parse(fileOf(collected))).toEqual({ ok: true, snapshots: [collected] });
  });
  test('is any world that tests evaluate', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        expect(parse(fileOf(clone(world)))).toEqual({ ok: true, snapshots: [clone(world)] });
      }),
      { numRuns: examples(60) },
    );
  });
  test("may hold no place: what that means is the command's to say", () => {
    expect(parse(fileOf())).toEqual({ ok: true, snapshots: [] });
  });
});

describe('an invalid file gets one sentence with the location', () => {
  const healthy = clone(snapshot());
  const subnets: Path = ['snapshots', 0, 'facts', 'subnets', 'value', 0];
  test.each<[string, Path, unknown, string]>([
    ['a number as a text', [...subnets, 'freeIpv4'], '12', 'snapshots[0].facts.subnets.value[0].freeIpv4: expected a number, got "12"'],
    [
      'a negative amount',
      [...subnets, 'freeIpv4'],
      -1,
      'snapshots[0].facts.subnets.value[0].freeIpv4: expected a number of at least 0, got -1',
    ],
    ['no number at all', [...subnets, 'freeIpv4'], null, 'snapshots[0].facts.subnets.value[0].freeIpv4: expected a number, got null'],
    ['a missing member', [...subnets, 'zone'], undefined, 'snapshots[0].facts.subnets.value[0].zone: expected a text, got nothing'],
    ['an empty id', [...subnets, 'id'], '', 'snapshots[0].facts.subnets.value[0].id: expected a text that is not empty, got ""'],
    [
      'no block',
      [...subnets, 'ipv6'],
      ['10.0.0.0/99'],
      'snapshots[0].facts.subnets.value[0].ipv6[0]: expected an IPv4 or IPv6 block such as 10.0.0.0/16, got "10.0.0.0/99"',
    ],
    ['an unknown member', [...subnets, 'colour'], 'red', 'snapshots[0].facts.subnets.value[0]: unknown member "colour"'],
    [
      'a list as an object',
      ['snapshots', 0, 'facts', 'vpcs', 'value'],
      {},
      'snapshots[0].facts.vpcs.value: expected a list, got an object',
    ],
    [
      'an unread fact without a reason',
      ['snapshots', 0, 'facts', 'vpcs'],
      { ok: false },
      'snapshots[0].facts.vpcs.reason: expected a text, got nothing',
    ],
    ['a read that is neither', ['snapshots', 0, 'facts', 'vpcs'], { ok: 1 }, 'snapshots[0].facts.vpcs.ok: expected true or false, got 1'],
    [
      'a word outside of its set',
      ['snapshots', 0, 'facts', 'regionOptIn', 'value'],
      'maybe',
      'snapshots[0].facts.regionOptIn.value: expected one of "opt-in-not-required", "opted-in", "not-opted-in", got "maybe"',
    ],
    ['an account', ['snapshots', 0, 'account'], '12', 'snapshots[0].account: expected an account id of 12 digits, got "12"'],
    ['a region', ['snapshots', 0, 'region'], 'us west', 'snapshots[0].region: expected a region such as us-west-2, got "us west"'],
    [
      'a time',
      ['snapshots', 0, 'factsAt'],
      'yesterday',
      'snapshots[0].factsAt: expected a time such as 2026-11-24T08:00:00Z, got "yesterday"',
    ],
    ['a missing fact', ['snapshots', 0, 'facts', 'endpoints'], undefined, 'snapshots[0].facts: expected the fact endpoints, got nothing'],
    [
      'a fact of another version',
      ['snapshots', 0, 'facts', 'weather'],
      { ok: true, value: 1 },
      'snapshots[0].facts: unknown member "weather"',
    ],
    ['another schema', ['schemaVersion'], 2, 'schemaVersion: expected 1, got 2'],
    ['no list of snapshots', ['snapshots'], undefined, 'snapshots: expected a list, got nothing'],
    [
      'a key that is a prototype',
      ['snapshots', 0, 'facts', 'vpcDns', '__proto__'],
      { ok: true, value: { support: true, hostnames: true } },
      'expected no member "__proto__"',
    ],
  ])('%s', (_, path, value, expected) => {
    const text = sentence(withAt(fileOf(healthy), path, value));
    expect(text).toContain(expected);
    expect(text).toMatch(/^facts\.json is not a valid snapshot: .+\.$/);
    expect(text).not.toContain('\n');
  });
  test('what is no JSON, or no object', () => {
    expect(sentence('{"schemaVersion": 1,')).toMatch(/^facts\.json is not a valid snapshot: it is not JSON \(.+\)\.$/);
    for (const json of [null, 1, 'x', []]) expect(sentence(JSON.stringify(json))).toContain('the file: expected an object, got');
  });
  test('a place that is there twice', () => {
    expect(sentence(fileOf(healthy, healthy))).toContain(
      'snapshots[1]: expected each place once, got account 111122223333 in us-west-2 again',
    );
  });
  test('of another version it says which', () => {
    const other = withAt(withAt(fileOf(healthy), ['tool', 'version'], '9.0.0'), ['snapshots', 0, 'facts', 'weather'], {
      ok: true,
      value: 1,
    });
    expect(sentence(other)).toContain('(version 9.0.0 wrote it, this is 1.2.3: collect it again)');
  });
  test('every fact is validated', () => {
    for (const name of Object.keys(factSchemas))
      expect(sentence(withAt(fileOf(healthy), ['snapshots', 0, 'facts', name], 7))).toContain(`.${name}`);
  });
});

const anything = fc.oneof(
  fc.constantFrom(
    null,
    true,
    false,
    0,
    -1,
    1.5,
    1e308,
    '',
    'x',
    '-1',
    '\u202e',
    [],
    {},
    [null],
    { ok: true },
    { ok: false, reason: 'r' },
    { ok: true, value: null },
  ),
  fc.jsonValue({ maxDepth: 2 }),
);

describe('whatever is changed in a valid file', () => {
  test('it is refused with one sentence, or evaluated without a defect', async () => {
    const rich = clone((await run()).snapshot) as Snapshot;
    const paths = pathsOf(rich);
    const refused = { yes: 0, no: 0 };
    fc.assert(
      fc.property(
        plans,
        fc.array(fc.tuple(fc.nat({ max: paths.length - 1 }), fc.oneof(anything, fc.constant(undefined))), { minLength: 1, maxLength: 3 }),
        (plan, changes) => {
          const file = changes.reduce<unknown>((json, [n, value]) => {
            try {
              return withAt(json, ['snapshots', 0, ...(paths[n] ?? [])], value);
            } catch {
              // An earlier change took away what this one would have changed.
              return json;
            }
          }, fileOf(rich));
          const parsed = parse(file);
          if (!parsed.ok) {
            refused.yes += 1;
            expect(parsed.message).toMatch(/^facts\.json is not a valid snapshot: [^\n]+\.$/);
            return;
          }
          refused.no += 1;
          for (const one of parsed.snapshots) {
            const { coverage } = evaluate(plan, one);
            expect(coverage.unevaluated.filter((row) => row.reason.startsWith(defectWords))).toEqual([]);
          }
        },
      ),
      { numRuns: examples(1000) },
    );
    expect(refused.yes).toBeGreaterThan(examples(40));
    expect(refused.no).toBeGreaterThan(examples(10));
  });
});
