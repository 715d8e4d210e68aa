/**
 * Commands to copy, of every check, with values that anyone who names a resource or writes a snapshot file could choose: a
 * shell starts nothing but what the command names, and every value arrives as a part of one argument.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { checks } from '../../../shared/core/checks/index.ts';
import type { Check } from '../../../shared/core/evaluation/check.ts';
import { evaluate } from '../../../shared/core/evaluation/evaluate.ts';
import type { Snapshot } from '../../../shared/core/evaluation/facts.ts';
import type { Finding } from '../../../shared/core/evaluation/finding.ts';
import type { Plan } from '../../../shared/core/plan/plan.ts';
import { examples } from '../../helpers/examples.ts';
import { plan, snapshot } from '../healthy.ts';
import { intruder, type Ran, runLines, shells } from '../shells.ts';
import type { Row } from '../table.ts';
import { plans, worlds } from '../worlds.ts';

/** The cases of all checks, as their tests write them. */
const { cases } = vi.hoisted(() => ({ cases: [] as { readonly check: Check; readonly row: Row }[] }));
vi.mock('../table.ts', () => ({
  table: (check: Check, rows: readonly Row[]) => {
    for (const row of rows) cases.push({ check, row });
  },
}));
const folder = join(import.meta.dirname, '../checks');
await Promise.all(readdirSync(folder).map((file) => import(join(folder, file))));

/** Each hostile value stands between these, so that its parts are found wherever they end up. */
const [first, last] = ['zq7', '7qz'];
const hostile = (text: string): string => `${first}${text}${last}`;
const attacks = [
  `'; ${intruder}; '`,
  `"; ${intruder}; "`,
  `$(${intruder})`,
  `\`${intruder}\``,
  `; ${intruder} #`,
  `\n${intruder}\n`,
  ` | ${intruder}`,
  ` && ${intruder}`,
  ` > zq7 `,
  ' * ',
  '{a,b}?[a-z]~',
  '\\',
  "'\\''",
  '!!',
  ' --zq7 x',
  "',Name=zq7,Values='",
  ']},{Name=x,Values=[',
  '@=file:///etc/passwd',
  `\${HOME} $HOME ~ %s%n`,
  '\u202e\u200b\u2066\ufeff',
  '\u0007\u001b[2J\t\r\u0085',
  'é漢🙂',
];

/** Kinds of values from outside that stand in commands, by what they look like in the tests. */
const kinds = {
  ids: /\b(?:vpce|vpc|subnet|sg|rtb|acl|nat|igw|tgw|eni|pl)-[0-9a-z-]+/g,
  clusters: /\b(?:llm-train|eval)\b/g,
  names: /(?<=:(?:role|user|cluster|training-plan)\/)[\w+=,.@-]+|\btrain\b/g,
  scripts: /\b(?:on_create|after|go)\.sh\b/g,
  regions: /\b(?:us|eu|ap)-(?:west|east|north|southeast)-\d\b/g,
  accounts: /^\d{12}$/g,
  types: /\b[a-z]+\d[a-z0-9]*\.\d*x?large\b/g,
  quotas: /\bL-[0-9A-Z]+\b/g,
} as const;
type Kind = keyof typeof kinds;

/** Whether a text is a document; some cases have one that breaks off. */
function isJson(text: string): boolean {
  try {
    return text.startsWith('{') && JSON.parse(text) !== null;
  } catch {
    return false;
  }
}

/** The same data with all values of a kind changed in the same way, also in policies, which are JSON in text. */
function changed<T>(of: T, kind: Kind, change: (value: string) => string): T {
  const inText = (text: string): string => {
    if (isJson(text)) return JSON.stringify(changed(JSON.parse(text), kind, change));
    return text.replace(kinds[kind], change);
  };
  const walk = (value: unknown): unknown => {
    if (typeof value === 'string') return inText(value);
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [inText(key), walk(member)]));
  };
  return walk(of) as T;
}

interface Tried {
  readonly check: string;
  readonly kind: Kind;
  readonly value: string;
  readonly line: string;
}

/** Where the value goes: behind what is there, so that it still looks like an id, or before it, as an option or the address of a file. */
const placings: readonly ((attack: string) => (value: string) => string)[] = [
  (attack) => (value) => `${value}${hostile(attack)}`,
  (attack) => (value) => `--${hostile(attack)}${value}`,
  (attack) => (value) => `file:///${hostile(attack)}${value}`,
];

const withCommand = (plan: Plan, facts: Snapshot, of: readonly Check[] = checks): readonly Finding[] =>
  evaluate(plan, facts, of).findings.filter((f) => f.remediation?.command !== undefined);

/** Commands about a plan and an account in which the values of one kind are hostile. */
function attacked(plan: Plan, facts: Snapshot, of: readonly Check[] | undefined, kind: Kind, n: number): readonly Tried[] {
  const attack = attacks[n % attacks.length] ?? '';
  const change = (placings[n % 5] ?? placings[0])?.(attack) ?? String;
  return withCommand(changed(plan, kind, change), changed(facts, kind, change), of).map((f) => ({
    check: f.check,
    kind,
    value: hostile(attack),
    line: f.remediation?.command ?? '',
  }));
}

const kindNames = Object.keys(kinds) as Kind[];
const failing = cases.filter(({ check, row }) => withCommand(row.plan ?? plan(), snapshot(row.facts), [check]).length > 0);
const fromCases: readonly Tried[] = failing.flatMap(({ check, row }, at) =>
  kindNames.flatMap((kind, k) =>
    [0, 1].flatMap((n) => attacked(row.plan ?? plan(), snapshot(row.facts), [check], kind, at * 2 + k * 7 + n)),
  ),
);
const fromWorlds: readonly Tried[] = fc
  .sample(fc.tuple(plans, worlds), { numRuns: examples(60), seed: 17 })
  .flatMap(([plan, world], at) => kindNames.flatMap((kind, k) => attacked(plan, world, undefined, kind, at + k * 5)));
const reached = [...fromCases, ...fromWorlds].filter((t) => t.line.includes(first));
/** Each line once: several checks may have the same. */
const tried = [...new Map(reached.map((t) => [t.line, t])).values()];

const count = (text: string, part: string): number => text.split(part).length - 1;

/** What is wrong with how a command arrived; empty where nothing is. */
function faults({ value, line }: Tried, { status, calls }: Ran): readonly string[] {
  const inJson = JSON.stringify(value).slice(1, -1);
  const args = calls.flatMap((c) => c.args);
  return [
    ...(status === 0 ? [] : [`ends with ${status}`]),
    ...(calls.some((c) => c.program === intruder) ? ['starts another program'] : []),
    ...(args.some((a) => a.includes(value) || a.includes(inJson)) ? [] : ['the value does not arrive']),
    ...args.flatMap((a) => {
      if (!a.includes(first) && !a.includes(last)) return [];
      const whole = count(a, value) + (inJson === value ? 0 : count(a, inJson));
      return [
        // A value may hold its own mark, so each of its parts is counted with it.
        ...(count(a, first) === whole * count(value, first) ? [] : [`a part of the value stands alone in ${a}`]),
        ...(/^--?zq7|^--[^=]*zq7/.test(a) ? [`an option is made of it in ${a}`] : []),
        ...(/^fileb?:/.test(a) ? [`a file is read for it in ${a}`] : []),
        ...(/^(?:Name|Key|IpProtocol)=/.test(a) && !/^[\w./:-]+$/.test(value) ? [`shorthand takes it apart in ${a}`] : []),
      ];
    }),
  ].map((fault) => `${fault}: ${line}`);
}

describe('what is tried', () => {
  const withCommands = [...new Set(failing.map(({ check }) => check.id))].toSorted();

  test('the cases are those of all checks', () => {
    expect([...new Set(cases.map(({ check }) => check.id))].toSorted()).toEqual(checks.map((c) => c.id).toSorted());
    expect(withCommands.length).toBeGreaterThan(25);
  });

  test('each check that has commands has them tried with hostile values', () => {
    const reachedChecks = new Set(reached.map((t) => t.check));
    expect(withCommands.filter((id) => !reachedChecks.has(id))).toEqual([]);
    expect([...new Set(tried.map((t) => t.kind))].toSorted()).toEqual(kindNames.toSorted());
    expect(new Set(tried.map((t) => t.value)).size).toBe(attacks.length);
    expect(tried.length).toBeGreaterThan(1000);
  });
});

test.each(shells)(
  'in %s each value of each command is a part of one argument, and nothing else is started',
  (shell) => {
    const runs = runLines(
      shell,
      tried.map((t) => t.line),
    );
    expect(tried.flatMap((t, n) => faults(t, runs[n] ?? expect.fail()))).toEqual([]);
  },
  600_000,
);
