/**
 * Answers whose members have another type than the service's model says: every operation that a collection sends, through the
 * wire. What rests on such a member is unread; the other facts are what they were, and nothing rejects.
 *
 * The sample is the same in every run. SAMPLE_SEED=N takes another one.
 */
import fc from 'fast-check';
import pLimit from 'p-limit';
import { beforeAll, describe, expect, test } from 'vitest';
import { defectWords, evaluate } from '../../../shared/core/evaluation/evaluate.ts';
import type { FactName } from '../../../shared/core/evaluation/facts.ts';
import { emptyPlan } from '../../../shared/core/plan/plan.ts';
import type { RecordedCall, WireAnswer } from '../../../shared/sandbox/server.ts';
import { parseSnapshots } from '../../../shared/snapshot/parse.ts';
import { factSchemas } from '../../../shared/snapshot/schema.ts';
import { pathsOf, withAt } from '../../helpers/json-paths.ts';
import { everything, type Run, run, unreadPlaces, valueIn } from '../world.ts';

/** What stands in the place of a member. XML carries texts and elements only, so there each becomes a text. */
const wrong = [null, '', 'x', -1, 1e308, true, [], {}, [null], { a: { b: [] } }] as const;

interface Change {
  readonly operation: string;
  /** Which member, by its number in the answer, modulo how many there are. */
  readonly member: number;
  readonly value: (typeof wrong)[number] | undefined;
}

const nameOf = ({ service, operation }: RecordedCall): string => `${service}:${operation}`;

/** An answer with one member of another type. An answer without members stays as it is. */
function changed(answer: WireAnswer, { member, value }: Change): WireAnswer {
  const body = answer.body.toString();
  if (answer.status !== 200 || body === '') return answer;
  if (body.startsWith('{')) {
    const json: unknown = JSON.parse(body);
    const all = pathsOf(json);
    const path = all[member % Math.max(1, all.length)];
    return path === undefined ? answer : { ...answer, body: JSON.stringify(withAt(json, path, value)) };
  }
  // An element with its text, or with nothing but elements of one kind in it.
  const elements = [...body.matchAll(/<(\w+)>([^<]*)<\/\1>/g)];
  const element = elements[member % Math.max(1, elements.length)];
  if (element === undefined) return answer;
  const [whole, name] = element;
  const inside = value === undefined ? '' : `<${name}>${typeof value === 'object' ? '<a><b>x</b></a>' : String(value)}</${name}>`;
  return { ...answer, body: `${body.slice(0, element.index)}${inside}${body.slice(element.index + whole.length)}` };
}

const plan = { ...emptyPlan, ...everything };
const collectWith = (change: Change): Promise<Run> =>
  run({ rewrite: (call, answer) => (nameOf(call) === change.operation ? changed(answer, change) : answer), settings: { maxAttempts: 1 } });

let good: Run;
let operations: readonly string[];
beforeAll(async () => {
  good = await run();
  operations = [...new Set(good.arrived.map(nameOf))].toSorted();
});

const factNames = Object.keys(factSchemas) as FactName[];
/** Facts that are not what they are in the good run. */
const changedFacts = ({ facts }: Run): readonly FactName[] =>
  factNames.filter((name) => JSON.stringify(facts[name]) !== JSON.stringify(good.facts[name]));

/** Facts that rest on an operation: those that change where it is denied. */
const restingOn = async (operation: string): Promise<ReadonlySet<FactName>> =>
  new Set(changedFacts(await run({ faults: [{ on: operation, kind: 'deny' }], settings: { maxAttempts: 1 } })));

/** What is collected is what `evaluate` takes from a file: no member of another type got into a fact. */
function expectValid({ snapshot }: Run, name: string): void {
  const parsed = parseSnapshots(JSON.stringify({ schemaVersion: 1, snapshots: [snapshot] }), { file: name, version: '' });
  expect(parsed.ok ? '' : parsed.message).toBe('');
}

describe('a member of the wrong type', () => {
  test.for([
    ['servicequotas:ListServiceQuotas', 'Value'],
    ['servicequotas:ListServiceQuotas', 'ErrorCode'],
    ['servicequotas:ListAWSDefaultServiceQuotas', 'Value'],
    ['servicequotas:ListRequestedServiceQuotaChangeHistory', 'CaseId'],
    ['servicequotas:ListRequestedServiceQuotaChangeHistory', 'DesiredValue'],
    ['eks:DescribeCluster', 'authenticationMode'],
    ['eks:DescribeCluster', 'ipFamily'],
    ['fsx:DescribeFileSystems', 'MountName'],
    ['sagemaker:DescribeCluster', 'SourceS3Uri'],
    ['sagemaker:DescribeCluster', 'InterfaceType'],
    ['sagemaker:DescribeTrainingPlan', 'AvailabilityZoneId'],
  ] as const)('%s: %s never gets into a fact', async ([operation, member]) => {
    const rename = (value: unknown) => (answer: WireAnswer) => ({
      ...answer,
      body: JSON.stringify(JSON.parse(answer.body.toString(), (key, old: unknown) => (key === member ? value : old))),
    });
    for (const value of [{}, [null], -1, true]) {
      const change = rename(value);
      const struck = await run({
        rewrite: (call, answer) => (nameOf(call) === operation && answer.status === 200 ? change(answer) : answer),
        settings: { maxAttempts: 1 },
      });
      expectValid(struck, `${operation} ${member} ${JSON.stringify(value)}`);
    }
  });

  test('in one quota leaves that quota without a value, and the others with theirs', async () => {
    const { facts } = await run({
      rewrite: (call, answer) =>
        nameOf(call) === 'servicequotas:ListServiceQuotas'
          ? { ...answer, body: answer.body.toString().replace('"Value":', '"Value":{},"Was":') }
          : answer,
    });
    const without = (quotas: Run['facts']['quotas']) =>
      Object.values(quotas).flatMap((q) => valueIn(q).filter((row) => row.applied === undefined));
    const [before, after] = [without(good.facts.quotas), without(facts.quotas)];
    expect(after.length).toBeGreaterThan(before.length);
    expect(after.filter((row) => !before.some((b) => b.code === row.code)).map((row) => row.error)).toContain('no value');
  });

  test('of every operation, a sample of members and types: the collection ends and the rest is evaluated', async () => {
    expect(operations.length).toBeGreaterThan(35);
    const seed = Number(process.env.SAMPLE_SEED ?? 1);
    const members = fc.sample(fc.tuple(fc.nat(), fc.constantFrom(...wrong, undefined)), { seed, numRuns: operations.length });
    const limit = pLimit(4);
    await Promise.all(
      members.map(([member, value], n) =>
        limit(async () => {
          const change: Change = { operation: operations[n % operations.length] ?? '', member, value };
          const name = `seed ${seed}: ${JSON.stringify(change)}`;
          const struck = await collectWith(change).catch((error: unknown) => expect.fail(`${name}: ${error}`));
          expectValid(struck, name);
          const resting = await restingOn(change.operation);
          expect(
            changedFacts(struck).filter((fact) => !resting.has(fact)),
            name,
          ).toEqual([]);
          // What is no longer read was taken for nothing: a cluster that was not READY does not become so.
          const result = evaluate(plan, struck.snapshot);
          expect(
            result.coverage.unevaluated.filter((row) => row.reason.startsWith(defectWords)),
            name,
          ).toEqual([]);
          const before = new Map(evaluate(plan, good.snapshot).readiness.map((r) => [r.cluster, r.state]));
          if (unreadPlaces(struck.facts).length > unreadPlaces(good.facts).length)
            for (const { cluster, state } of result.readiness)
              if (state === 'READY' && before.has(cluster)) expect(before.get(cluster), `${name}: ${cluster}`).toBe('READY');
        }),
      ),
    );
  }, 600_000);
});
