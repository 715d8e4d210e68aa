/** An organization of any size, hour by hour: dispatch requests its audits, they are saved, notify and the sweeps notify of them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { auditCallsAtOnce, auditsOfABatch } from '../../../infra/stacks/functions.ts';
import { type Key, type RegionKey, sortKeys } from '../../../shared/aws/findings/keys.ts';
import type { Facts, Snapshot } from '../../../shared/core/evaluation/facts.ts';
import type { AuditRequest } from '../../../shared/core/events/audit-request.ts';
import { emptyPlan, type Plan } from '../../../shared/core/plan/plan.ts';
import { supportedRegions } from '../../../shared/core/plan/regions.ts';
import { account, ok, region, running, snapshot, withRunning } from '../../core/healthy.ts';
import { directStore } from './direct-store.ts';
import { type FunctionRuns, functionsIn, type SimulatedFunction, type SimulatedFunctions } from './functions.ts';
import { simulatedAws } from './simulated-aws.ts';
import { type SimulatedTable, simulatedTable } from './simulated-table.ts';
import { virtualTime } from './virtual-time.ts';
import { type HottestKey, writeCounts } from './write-counts.ts';

const minute = 60_000;
const sweepMs = 5 * minute;
const hourMs = 60 * minute;
const start = Date.UTC(2026, 10, 23, 8);
const email = 'ml-platform@example.com';
/** A queue hands over what has come in this time. infra/stacks/audit.stack.ts */
const batchingMs = 10_000;
/** Records of the stream that one call of notify gets. */
const commitsOfABatch = 10;

export interface OrganizationOptions {
  readonly accounts: number;
  /** Whether processor time counts; without it every figure is the same in each run. */
  readonly countsCpu?: boolean;
  readonly latencyMs?: number;
}

/** What happens in an hour in which every place is audited. */
export interface Hour {
  readonly name: string;
  /** Whether something is wrong at a place with a cluster that was right the hour before. */
  readonly fails: (n: number) => boolean;
}

export const hours: readonly Hour[] = [
  { name: 'first audits', fails: (n) => n % 50 === 0 },
  { name: 'no change', fails: (n) => n % 50 === 0 },
  { name: '1 % of clusters fail', fails: (n) => n % 50 === 0 || n % 100 === 1 },
];

export interface HourOutcome {
  readonly name: string;
  readonly audits: number;
  /** Calls of functions, and of AWS by these functions. */
  readonly runs: ReadonlyMap<SimulatedFunction, FunctionRuns>;
  readonly calls: number;
  readonly writeUnits: number;
  readonly hottest: readonly HottestKey[];
  readonly messages: number;
  /** Minutes from the beginning of the hour to the end of its last audit. */
  readonly lastAuditMinutes: number;
}

const accountName = (n: number): string => String(200_000_000_000 + n);
export const accountsOf = (count: number): readonly string[] => Array.from({ length: count }, (_, n) => accountName(n));

/** Regions with clusters, of each account. */
export const busyRegions: readonly string[] = supportedRegions.names.slice(0, 3);
export const isBusy = ({ region }: RegionKey): boolean => busyRegions.includes(region);

const planOf = (accounts: number): Plan => ({
  ...emptyPlan,
  schedule: 'rate(1 hour)',
  regions: 'supported',
  ...(accounts > 1 && { accounts: 'organization' as const }),
  alerts: { email: [email] },
});

/** A region with a cluster that runs, one in which its security group is missing, and one with nothing in it. */
const withCluster = withRunning(running());
const healthy = snapshot(withCluster);
const failing = snapshot({ ...withCluster, securityGroups: ok([]) });
const empty = snapshot(withRunning());

/** The facts as another place has them. */
function factsOf({ facts }: Snapshot, place: RegionKey): Facts {
  return JSON.parse(JSON.stringify(facts).replaceAll(region, place.region).replaceAll(account, place.account));
}

export interface Organization extends Disposable {
  readonly plan: Plan;
  readonly places: readonly RegionKey[];
  readonly table: SimulatedTable;
  readonly functions: SimulatedFunctions;
  /** Every place is audited, as dispatch asks for it. */
  readonly hour: (hour: Hour) => Promise<HourOutcome>;
  /** An hour in which dispatch asks for audits that are not made, and a digest at its end. */
  readonly idleHour: () => Promise<HourOutcome>;
  /** The first audits of some accounts, before the first hour; nothing of them is counted. */
  readonly firstAudits: (accounts: readonly string[], fails: Hour['fails']) => Promise<void>;
}

export function organization({ accounts, countsCpu = true, latencyMs = 200 }: OrganizationOptions): Organization {
  const names = accountsOf(accounts);
  const home = { account: accountName(0), region: 'us-east-1' };
  const plan = planOf(accounts);
  const folder = mkdtempSync(join(tmpdir(), 'scale-'));
  const planFile = join(folder, 'plan.json');
  writeFileSync(planFile, JSON.stringify(plan));
  const before = { ...process.env };
  const topic = (name: string) => `arn:aws:sns:${home.region}:${home.account}:${name}`;
  Object.assign(process.env, {
    AWS_REGION: home.region,
    AWS_ACCESS_KEY_ID: 'simulated',
    AWS_SECRET_ACCESS_KEY: 'simulated',
    TABLE_NAME: 'Findings',
    STACK_NAME: 'HyperPodAuditor',
    AUDIT_QUEUE_URL: `https://sqs.${home.region}.amazonaws.com/${home.account}/audits`,
    ALERT_TOPIC_ARN: topic('DriftAlerts'),
    OPERATIONS_TOPIC_ARN: topic('Operations'),
    TOOL_VERSION: '1.0.0',
    PLAN_FILE: planFile,
  });
  const time = virtualTime({ start, countsCpu });
  const writes = writeCounts();
  let born: Key[] = [];
  const table = simulatedTable(
    (of) => writes.add(of, time.now()),
    (item) => item.sk.startsWith(sortKeys.commits) && born.push(item),
  );
  const aws = simulatedAws({ time, table, accounts: names, email });
  const order = new Map(names.map((name, n) => [name, n]));
  let present: Hour['fails'] = () => false;
  const snapshotOf = (place: RegionKey, at: string): Snapshot => {
    const n = (order.get(place.account) ?? 0) * busyRegions.length + busyRegions.indexOf(place.region);
    const prepared = !isBusy(place) ? empty : present(n) ? failing : healthy;
    return { ...prepared, ...place, factsAt: at, facts: factsOf(prepared, place) };
  };
  const functions = functionsIn({ time, home, store: directStore(table.store, time, aws.count), snapshotOf, isBusy, latencyMs });
  const places = supportedRegions.names.flatMap((region) => names.map((account) => ({ account, region })));
  let clock = start;
  const queue: { readonly due: number; readonly request: AuditRequest }[] = [];
  const takeQueue = () => {
    for (const { dueMs, body } of aws.takeQueued()) queue.push({ due: dueMs, request: JSON.parse(body).detail });
  };

  /** notify is called with what an audit committed. */
  const notify = async (at: number): Promise<void> => {
    const commits = born;
    born = [];
    for (let n = 0; n < commits.length; n += commitsOfABatch)
      await functions.invoke('notify', { Records: commits.slice(n, n + commitsOfABatch).map(recordOf) }, at);
  };

  /** Audits that are due before `until`, as many at once as the queue lets run. When the last of them ended. */
  const audit = async (until: number, free: number[]): Promise<number> => {
    let last = 0;
    const due = queue.filter((m) => m.due < until).sort((a, b) => a.due - b.due);
    queue.splice(0, queue.length, ...queue.filter((m) => m.due >= until));
    for (let n = 0; n < due.length; ) {
      const first = due[n]?.due ?? 0;
      const batch = due.slice(n, n + auditsOfABatch).filter((m) => m.due < first + batchingMs);
      n += batch.length;
      const ready = batch.length === auditsOfABatch ? (batch.at(-1)?.due ?? 0) : first + batchingMs;
      free.sort((a, b) => a - b);
      const begun = Math.max(ready, free.shift() ?? 0);
      const ended =
        begun +
        (await functions.audit(
          batch.map((m) => m.request),
          begun,
        ));
      free.push(ended);
      last = Math.max(last, ended);
      await notify(ended);
    }
    return last;
  };

  const outcomeOf = (name: string, audits: number, lastMs: number): HourOutcome => {
    const { units, hottest } = writes.take();
    return {
      name,
      audits,
      runs: functions.takeRuns(),
      calls: aws.takeCalls(),
      writeUnits: units,
      hottest,
      messages: aws.takePublished().length,
      lastAuditMinutes: Math.max(0, lastMs - clock) / minute,
    };
  };
  const tick = (kind: string, at: number) => ({ kind, at: new Date(at).toISOString() });
  const whole = async (name: string, isAudited: boolean, hasDigest: boolean): Promise<HourOutcome> => {
    const free = Array.from({ length: auditCallsAtOnce(plan) }, () => 0);
    let [last, audits] = [0, 0];
    await functions.invoke('dispatch', tick('schedule', clock), clock);
    for (let at = clock + sweepMs / 2; at < clock + hourMs; at += sweepMs) {
      await functions.invoke('dispatch', tick('sweep', at), at);
      takeQueue();
      const waiting = queue.length;
      if (isAudited) last = Math.max(last, await audit(at + sweepMs, free));
      else queue.length = 0;
      audits += waiting - queue.length;
    }
    if (hasDigest) await functions.invoke('digest', tick('digest', clock + hourMs - 1), clock + hourMs - 1);
    const outcome = outcomeOf(name, audits, last);
    clock += hourMs;
    return outcome;
  };
  return {
    plan,
    places,
    table,
    functions,
    firstAudits: async (of, fails) => {
      present = fails;
      const due = places.filter(({ account: name }) => of.includes(name));
      const before = clock - sweepMs;
      await functions.audit(
        due.map((place) => ({ ...place, auditId: 'first' })),
        before,
      );
      await notify(before);
      outcomeOf('', 0, 0);
    },
    hour: ({ name, fails }) => {
      present = fails;
      return whole(name, true, true);
    },
    idleHour: () => whole('dispatch, sweeps and digest', false, true),
    [Symbol.dispose]: () => {
      aws[Symbol.dispose]();
      time[Symbol.dispose]();
      rmSync(folder, { recursive: true });
      for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
      Object.assign(process.env, before);
    },
  };
}

/** All hours of one organization. */
export async function simulateHours(accounts: number, countsCpu = true): Promise<readonly HourOutcome[]> {
  using simulated = organization({ accounts, countsCpu });
  const outcomes: HourOutcome[] = [];
  for (const hour of hours) outcomes.push(await simulated.hour(hour));
  return outcomes;
}

const recordOf = ({ pk, sk }: Key) => ({
  eventID: '1',
  eventName: 'INSERT',
  eventSource: 'aws:dynamodb',
  dynamodb: { Keys: { pk: { S: pk }, sk: { S: sk } }, SequenceNumber: '100' },
});
