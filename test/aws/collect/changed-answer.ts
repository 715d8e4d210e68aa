/** A member of an answer replaced by one of another type: what rests on it is unread, the other facts are what they were. */
import fc from 'fast-check';
import { expect, vi } from 'vitest';
import type { Collector } from '../../../shared/aws/collect/collector.ts';
import { collectors } from '../../../shared/aws/collect/facts/index.ts';
import { defectWords, evaluate } from '../../../shared/core/evaluation/evaluate.ts';
import type { FactName } from '../../../shared/core/evaluation/facts.ts';
import { emptyPlan } from '../../../shared/core/plan/plan.ts';
import type { RecordedCall, WireAnswer } from '../../../shared/sandbox/server.ts';
import { parseSnapshots } from '../../../shared/snapshot/parse.ts';
import { factSchemas } from '../../../shared/snapshot/schema.ts';
import { pathsOf, withAt } from '../../helpers/json-paths.ts';
import { everything, type Run, run, unreadPlaces } from '../world.ts';

/** What stands in the place of a member. XML carries texts and elements only, so there each becomes a text. */
const wrong = [null, '', 'x', -1, 1e308, true, [], {}, [null], { a: { b: [] } }] as const;

export interface Change {
  readonly operation: string;
  /** Which member, by its number in the answer, modulo how many there are. */
  readonly member: number;
  readonly value: (typeof wrong)[number] | undefined;
}

export const nameOf = ({ service, operation }: RecordedCall): string => `${service}:${operation}`;

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
const collectChanged = (change: Change): Promise<Run> =>
  run({ rewrite: (call, answer) => (nameOf(call) === change.operation ? changed(answer, change) : answer), settings: { maxAttempts: 1 } });

const factNames = Object.keys(factSchemas) as FactName[];
const differingFacts = ({ facts }: Run, good: Run): readonly FactName[] =>
  factNames.filter((name) => JSON.stringify(facts[name]) !== JSON.stringify(good.facts[name]));

/** Which facts each collector asks for, as it asks in a whole collection. */
async function askedFacts(): Promise<ReadonlyMap<FactName, ReadonlySet<FactName>>> {
  const all: readonly Collector[] = Object.values(collectors);
  const asked = new Map<FactName, Set<FactName>>(all.map(({ fact }) => [fact, new Set()]));
  const spies = all.map((collector) => {
    const collect = collector.collect.bind(collector);
    return vi.spyOn(collector, 'collect').mockImplementation((scope) => {
      const fact: typeof scope.fact = (name) => {
        asked.get(collector.fact)?.add(name);
        return scope.fact(name);
      };
      return collect({ ...scope, fact });
    });
  });
  await run();
  for (const spy of spies) spy.mockRestore();
  return asked;
}
let askedOnce: ReturnType<typeof askedFacts> | undefined;

/**
 * Facts that rest on an operation: those that change where it is denied, and those that ask for them. A denial does not change
 * all of the latter: an id in the answer is what the next call asks for, and a denial asks for none.
 */
async function restingOn(operation: string, good: Run): Promise<ReadonlySet<FactName>> {
  askedOnce ??= askedFacts();
  const asked = await askedOnce;
  const resting = new Set(differingFacts(await run({ faults: [{ on: operation, kind: 'deny' }], settings: { maxAttempts: 1 } }), good));
  // A set also visits what is added while it is walked.
  for (const fact of resting) for (const [name, of] of asked) if (of.has(fact)) resting.add(name);
  return resting;
}

/** What is collected is what `evaluate` takes from a file: no member of another type got into a fact. */
export function expectValid({ snapshot }: Pick<Run, 'snapshot'>, name: string): void {
  const parsed = parseSnapshots(JSON.stringify({ schemaVersion: 1, snapshots: [snapshot] }), { file: name, version: '' });
  expect(parsed.ok ? '' : parsed.message).toBe('');
}

/** Collects with a change; `good` is a collection without any. */
export async function expectRestRead(change: Change, good: Run): Promise<void> {
  const name = JSON.stringify(change);
  const struck = await collectChanged(change).catch((error: unknown) => expect.fail(`${name}: ${error}`));
  expectValid(struck, name);
  const resting = await restingOn(change.operation, good);
  expect(
    differingFacts(struck, good).filter((fact) => !resting.has(fact)),
    name,
  ).toEqual([]);
  const result = evaluate(plan, struck.snapshot);
  expect(
    result.coverage.unevaluated.filter((row) => row.reason.startsWith(defectWords)),
    name,
  ).toEqual([]);
  // What is no longer read must not count as absent: a cluster that was not READY does not become so.
  const before = new Map(evaluate(plan, good.snapshot).readiness.map((r) => [r.cluster, r.state]));
  if (unreadPlaces(struck.facts).length > unreadPlaces(good.facts).length)
    for (const { cluster, state } of result.readiness)
      if (state === 'READY' && before.has(cluster)) expect(before.get(cluster), `${name}: ${cluster}`).toBe('READY');
}

/** One change for each operation of a collection, the same for the same seed. */
export function changesFor(operations: readonly string[], seed: number): readonly Change[] {
  const samples = fc.sample(fc.tuple(fc.nat(), fc.constantFrom(...wrong, undefined)), { seed, numRuns: operations.length });
  return samples.map(([member, value], n) => ({ operation: operations[n] ?? '', member, value }));
}

/** The operations that a collection sent, in order of name. */
export const operationsOf = (good: Run): readonly string[] => [...new Set(good.arrived.map(nameOf))].toSorted();
