/**
 * What an audit needs, and what that costs: the functions as they are bundled for Lambda run against the simulated
 * account, a counted table and topics that take everything; calls, units, bytes, waiting and CPU are what they really
 * sent and took. `node test/bench/cost.ts --write` keeps the figures in infra/cost/measured.ts, which `npm run deploy --
 * --dry-run` computes with.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildFunctions } from '../../infra/build/build.ts';
import { costByService, costLines, dollars, totalCost, units } from '../../infra/cost/cost.ts';
import { measured as stored } from '../../infra/cost/measured.ts';
import { type AuditUsage, assumed, billedSeconds, type CallUsage, type Measured, monthlyUsage } from '../../infra/cost/usage.ts';
import { functionSizes } from '../../infra/stacks/functions.ts';
import { emptyPlan, type Plan } from '../../shared/core/plan/plan.ts';
import { supportedRegions } from '../../shared/core/plan/regions.ts';
import { count as countOf } from '../../shared/core/render/words.ts';
import { drift } from '../../shared/sandbox/drift.ts';
import { type Sandbox, startSandbox } from '../../shared/sandbox/server.ts';
import { storyAccountId as account, storyAccount } from '../../shared/sandbox/story.ts';
import { startDynamoTable } from '../aws/findings/dynamo-table.ts';
import { type Stub, startStub } from '../aws/stub.ts';
import { type CountedTable, startCountedTable } from './counted-table.ts';
import { type Lambdas, startLambdas } from './lambda.ts';
import { region as home, storyPlan } from './sandbox.ts';
import { costGoals, costOf, deploymentOf, latenciesMs } from './scale/monthly-cost.ts';
import { median, printGrid, printTable } from './table.ts';

const awsLatencyMs = 200;
const tableLatencyMs = 5;
const repeats = 5;
/** A region with a planned cluster in the story, and one in which nothing is. */
const regions = { busy: home, quiet: 'us-east-2' } as const;

type Kind = keyof typeof regions;

interface World {
  readonly sandbox: Sandbox;
  readonly stub: Stub;
  readonly table: CountedTable;
  readonly start: (plan: Plan) => Promise<Lambdas>;
}

const topic = (name: string): string => `arn:aws:sns:${home}:${account}:${name}`;

async function inWorld<T>(work: (world: World) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-cost-'));
  const dynamo = await startDynamoTable();
  const table = await startCountedTable(dynamo.endpoint, tableLatencyMs);
  const [sandbox, stub] = await Promise.all([startSandbox({ latencyMs: awsLatencyMs }), startStub()]);
  const running: Lambdas[] = [];
  try {
    return await work({
      sandbox,
      stub,
      table,
      start: async (plan) => {
        const started = startLambdas({
          bundles: await buildFunctions(plan, mkdtempSync(join(folder, 'functions-'))),
          account,
          region: home,
          environment: {
            AWS_REGION: home,
            AWS_ACCESS_KEY_ID: account,
            AWS_SECRET_ACCESS_KEY: 'sandbox',
            AWS_ENDPOINT_URL: sandbox.endpoint,
            AWS_ENDPOINT_URL_DYNAMODB: table.endpoint,
            ...Object.fromEntries(['SNS', 'EVENTBRIDGE', 'SQS', 'SECRETS_MANAGER'].map((s) => [`AWS_ENDPOINT_URL_${s}`, stub.endpoint])),
            TABLE_NAME: dynamo.tableName,
            STACK_NAME: 'HyperPodAuditor',
            AUDIT_QUEUE_URL: `${stub.endpoint}/${account}/audits`,
            ALERT_TOPIC_ARN: topic('DriftAlerts'),
            CHAT_TOPIC_ARN: topic('ChatAlerts'),
            OPERATIONS_TOPIC_ARN: topic('Operations'),
            TOOL_VERSION: '1.0.0',
          },
        });
        running.push(started);
        return started;
      },
    });
  } finally {
    await Promise.all(running.map((r) => r.close()));
    await Promise.all([sandbox.close(), stub.close(), table.close()]);
    await dynamo.close();
    rmSync(folder, { recursive: true });
  }
}

// Events as the stack delivers them

let audits = 0;
/** A request of this moment, in the queue. Each is an audit of its own. */
const requested = (region: string) => {
  const event = {
    'detail-type': 'AuditRequested',
    source: 'hyperpod-auditor',
    time: new Date().toISOString(),
    detail: { account, region, auditId: `bench-${audits++}` },
  };
  return { Records: [{ messageId: 'm-0', body: JSON.stringify(event), eventSource: 'aws:sqs' }] };
};
const tick = (kind: 'schedule' | 'sweep' | 'digest') => ({ kind, at: new Date().toISOString() });
const changeIn = (region: string) => ({
  id: `change-${audits++}`,
  'detail-type': 'AWS API Call via CloudTrail',
  source: 'aws.ec2',
  account,
  time: new Date().toISOString(),
  region,
  detail: { eventSource: 'ec2.amazonaws.com', eventName: 'RevokeSecurityGroupEgress' },
});
const commitBorn = (region: string, seq: number) => ({
  Records: [
    {
      eventID: '1',
      eventName: 'INSERT',
      eventSource: 'aws:dynamodb',
      dynamodb: { Keys: { pk: { S: `${account}#${region}` }, sk: { S: `LOG#${String(seq).padStart(10, '0')}` } }, SequenceNumber: '100' },
    },
  ],
});

// Measuring

const round = (n: number, digits = 0): number => Number(n.toFixed(digits));

/** What a call took, with everything that was counted meanwhile. */
async function take(world: World, lambdas: Lambdas, name: Parameters<Lambdas['invoke']>[0], event: unknown) {
  world.table.counted();
  const before = world.sandbox.calls.length;
  const invocation = await lambdas.invoke(name, event);
  const calls = world.sandbox.calls.slice(before);
  const { readUnits, writeUnits, items, bytes } = world.table.counted();
  const quota = (operation: RegExp) => calls.filter((c) => c.service === 'servicequotas' && operation.test(c.operation)).length;
  const taken: AuditUsage = {
    waitMs: round(Math.max(0, invocation.wallMs - invocation.cpuMs)),
    cpuMs: round(invocation.cpuMs, 1),
    logLines: invocation.lines.length,
    logBytes: invocation.lines.reduce((sum, line) => sum + Buffer.byteLength(line), 0),
    readUnits,
    writeUnits,
    calls: calls.length,
    quotaLists: quota(/^List.*Quotas$/),
    quotaGets: quota(/^Get|History$/),
    items,
    bytes,
  };
  return { taken, invocation };
}

/** Of several calls the quickest, since what took longer was other work of the machine, and the middle of all that is counted. */
function middle<T extends CallUsage>(of: readonly T[]): T {
  const [first] = of;
  if (!first) throw new Error('Nothing was measured.');
  const each = (key: string) => of.map((taken) => taken[key as keyof T] as number);
  return Object.fromEntries(
    Object.keys(first).map((key) => [key, key === 'waitMs' || key === 'cpuMs' ? Math.min(...each(key)) : median(each(key))]),
  ) as unknown as T;
}

const onlyTaken = ({ waitMs, cpuMs, logLines, logBytes, readUnits, writeUnits }: CallUsage): CallUsage => ({
  waitMs,
  cpuMs,
  logLines,
  logBytes,
  readUnits,
  writeUnits,
});

async function several<T extends CallUsage>(times: number, one: () => Promise<{ readonly taken: T }>): Promise<T> {
  const taken: T[] = [];
  for (let n = 0; n < times; n++) taken.push((await one()).taken);
  return middle(taken);
}

async function measureRegion(world: World, lambdas: Lambdas, kind: Kind) {
  const region = regions[kind];
  const before = world.table.held();
  const baseline = await take(world, lambdas, 'audit', requested(region));
  const after = world.table.held();
  const grown = (...kinds: readonly string[]) => kinds.reduce((sum, k) => sum + (after.get(k) ?? 0) - (before.get(k) ?? 0), 0);
  const later = await several(repeats, () => take(world, lambdas, 'audit', requested(region)));
  const quotaBytes = grown('QUOTAS');
  return {
    later,
    // No audit has read the region before, so nothing of it is remembered from earlier that day. What a first audit
    // ever writes is not what each day's first writes.
    firstOfDay: {
      ...later,
      calls: baseline.taken.calls,
      quotaLists: baseline.taken.quotaLists,
      quotaGets: baseline.taken.quotaGets,
      writeUnits: later.writeUnits + Math.ceil(quotaBytes / 1024),
      waitMs: Math.max(later.waitMs, baseline.taken.waitMs),
    },
    stateBytes: grown('HEAD', 'F', 'U'),
    auditBytes: grown('AUDIT'),
    dayBytes: grown('DAY'),
    quotaBytes,
  };
}

/** Places of a run: one region of so many accounts more. */
const many = (accounts: number): readonly string[] => [
  account,
  ...Array.from({ length: accounts - 1 }, (_, n) => String(200000000000 + n)),
];

async function measureRuns(world: World, name: 'dispatch' | 'digest', kind: 'schedule' | 'digest') {
  const run = async (accounts: number) => {
    const lambdas = await world.start({ ...emptyPlan, regions: [...supportedRegions.names], accounts: many(accounts) });
    await lambdas.invoke(name, tick(kind));
    return several(3, () => take(world, lambdas, name, tick(kind)));
  };
  const [few, lots] = [1, 21];
  const [small, large] = [await run(few), await run(lots)];
  const places = (lots - few) * supportedRegions.names.length;
  const eachPlace = Object.fromEntries(
    Object.entries(onlyTaken(small)).map(([key, value]) => [key, round(Math.max(0, (large[key as keyof CallUsage] - value) / places), 3)]),
  ) as unknown as CallUsage;
  const fixed = Object.fromEntries(
    Object.entries(onlyTaken(small)).map(([key, value]) => [
      key,
      round(Math.max(0, value - eachPlace[key as keyof CallUsage] * few * supportedRegions.names.length), 1),
    ]),
  ) as unknown as CallUsage;
  return { fixed, eachPlace };
}

/** Everything that the cost model rests on, measured now. */
export async function measure(on: string): Promise<Measured> {
  return inWorld(async (world) => {
    const plan: Plan = { ...storyPlan(), regions: [regions.busy, regions.quiet, 'us-east-1', 'eu-north-1'] };
    const lambdas = await world.start(plan);
    // The first call of a process loads everything, as a new container does.
    const cold = await lambdas.invoke('audit', requested('eu-north-1'));
    const busy = await measureRegion(world, lambdas, 'busy');
    const quiet = await measureRegion(world, lambdas, 'quiet');

    // Something changes: someone takes a rule away.
    const step = drift.find((d) => d.region === regions.busy);
    if (!step) throw new Error('The story has a change in the region.');
    world.sandbox.setDescription(step.apply(storyAccount()));
    const changed = await take(world, lambdas, 'audit', requested(regions.busy));
    const saved: { readonly commit?: number; readonly changes?: number } =
      changed.invocation.lines.map((l) => JSON.parse(l)).find((l) => l.commit) ?? {};
    if (saved.commit === undefined || !saved.changes) throw new Error('The change was not found.');
    const changes = saved.changes;
    const each = (of: 'readUnits' | 'writeUnits' | 'items' | 'bytes') =>
      round(Math.max(0, changed.taken[of] - busy.later[of]) / changes, 1);
    await lambdas.invoke('notify', commitBorn(regions.busy, 999_999));
    const notify = await take(world, lambdas, 'notify', commitBorn(regions.busy, saved.commit));
    if (world.stub.of('sns:Publish').length === 0) throw new Error('No message about the change was published.');

    await lambdas.invoke('dispatch', tick('sweep'));
    const sweep = await several(repeats, () => take(world, lambdas, 'dispatch', tick('sweep')));
    const change = await several(repeats, () => take(world, lambdas, 'dispatch', changeIn(regions.busy)));
    const dispatch = await measureRuns(world, 'dispatch', 'schedule');
    const digest = await measureRuns(world, 'digest', 'digest');

    const figures = ({ firstOfDay, later, stateBytes, auditBytes, dayBytes, quotaBytes }: typeof busy) => ({
      firstOfDay,
      later,
      stateBytes,
      auditBytes,
      dayBytes,
      quotaBytes,
    });
    return {
      on,
      busy: figures(busy),
      quiet: figures(quiet),
      changedFinding: { readUnits: each('readUnits'), writeUnits: each('writeUnits'), items: each('items'), bytes: each('bytes') },
      change: onlyTaken(change),
      notify: onlyTaken(notify.taken),
      sweep: onlyTaken(sweep),
      dispatch,
      digest,
      coldCpuMs: round(Math.max(0, cold.cpuMs - busy.later.cpuMs)),
      latencyMs: awsLatencyMs,
    };
  });
}

// Showing

const organizations = [1, 1000, 10_000];
const nameOf = (accounts: number): string => `${accounts.toLocaleString('en-US')} × ${supportedRegions.names.length} hourly`;

const both = (now: number, before: number, unit = ''): string => `${units(now)}${unit} (stored: ${units(before)}${unit})`;

function printAudit(now: Measured): void {
  const row = (what: string, of: (m: Measured) => number, unit = '', goal?: string) => ({
    what,
    measured: both(of(now), of(stored), unit),
    ...(goal !== undefined && { goal }),
  });
  const memory = functionSizes.audit.memoryMb;
  printTable(`what an audit takes, ${now.on} (stored: ${stored.on})`, [
    row('calls to AWS, region with a cluster, first of the day', (m) => m.busy.firstOfDay.calls),
    row('calls to AWS, later ones', (m) => m.busy.later.calls),
    row('calls to AWS, region without clusters, later ones', (m) => m.quiet.later.calls),
    row('items written, nothing changed', (m) => m.busy.later.items, '', '≤ 3'),
    row('bytes written, nothing changed', (m) => m.busy.later.bytes, ' B', '≤ 4,096 B'),
    row('write units, nothing changed', (m) => m.busy.later.writeUnits),
    row('read units, nothing changed', (m) => m.busy.later.readUnits),
    row('items for each changed finding', (m) => m.changedFinding.items),
    row('bytes for each changed finding', (m) => m.changedFinding.bytes, ' B'),
    row('write units for each changed finding', (m) => m.changedFinding.writeUnits),
    row(`seconds billed at ${memory} MB`, (m) => billedSeconds(m.busy.later, memory), ' s'),
    row('GB-seconds', (m) => billedSeconds(m.busy.later, memory) * (memory / 1024)),
    row('CPU until the function is loaded', (m) => m.coldCpuMs, ' ms'),
    row('bytes of log', (m) => m.busy.later.logBytes, ' B'),
  ]);
}

function printCost(now: Measured): void {
  printGrid(
    'cost a month at list price, by what AWS takes for a call',
    ['accounts × regions', ...latenciesMs.map((ms) => `${ms} ms`), 'goal'],
    organizations.map((accounts) => [
      nameOf(accounts),
      ...latenciesMs.map((ms) => dollars(costOf(accounts, ms, now))),
      costGoals.has(accounts) ? `≤ ${dollars(costGoals.get(accounts) ?? 0)}` : '',
    ]),
  );
  const priced = organizations.slice(0, 2).map((accounts) => {
    return { name: nameOf(accounts), services: costByService(costLines(monthlyUsage(deploymentOf(accounts), now))) };
  });
  for (const { name, services } of priced)
    printTable(`cost a month at list price, ${name}`, [
      ...services.flatMap(({ service, lines }) =>
        lines
          .filter((line) => line.units > 0)
          .map((line) => ({ what: `${service}: ${line.what}`, measured: `${units(line.units)}  ${dollars(line.cost)}` })),
      ),
      { what: 'all', measured: dollars(totalCost(services)) },
    ]);
  process.stdout.write(
    `3 regions of each account have clusters; in each of these, ${assumed.changesAMonth} changes a month and ${assumed.commitsAMonth} alerts of ${assumed.findingsOfACommit} findings.\n`,
  );
}

/**
 * Calls a second that an hourly schedule sends, with audits spread over four fifths of the hour. The list of an account
 * and region is read in full once a day, each at a time of day of its own.
 */
function printRates(now: Measured): void {
  const accounts = 1000;
  const count = supportedRegions.names.length;
  const seconds = 3600 * 0.8;
  const ofBusy = 3 / count;
  type Kind = 'lists' | 'gets' | 'all';
  const callsOf = (t: AuditUsage, kind: Kind) =>
    kind === 'lists' ? t.quotaLists : kind === 'gets' ? t.quotaGets : t.quotaLists + t.quotaGets;
  const mean = (kind: Kind, first: number) => {
    const of = ({ firstOfDay, later }: Measured['busy']) => first * callsOf(firstOfDay, kind) + (1 - first) * callsOf(later, kind);
    return ofBusy * of(now.busy) + (1 - ofBusy) * of(now.quiet);
  };
  const rate = (calls: number) => `${(calls / seconds).toFixed(calls / seconds < 1 ? 4 : 1)}/s`;
  const row = (what: string, goal: string, kind: Kind, times: number) => [
    what,
    ...[0, 1 / 24, 1].map((first) => rate(mean(kind, first) * times)),
    goal,
  ];
  const one = (t: AuditUsage) => `${countOf(t.quotaLists, 'list')} + ${countOf(t.quotaGets, 'get')}`;
  printGrid(
    'Service Quotas: calls of one audit',
    ['region', 'first of the day', 'later'],
    [
      ['with a cluster', one(now.busy.firstOfDay), one(now.busy.later)],
      ['without clusters', one(now.quiet.firstOfDay), one(now.quiet.later)],
    ],
  );
  printGrid(
    `Service Quotas: ${accounts.toLocaleString('en-US')} accounts × ${count} regions hourly, against its limits`,
    ['calls a second', 'no full list', 'a usual hour', 'all lists in one hour', 'limit'],
    [
      row('lists of an account and region', '10/s', 'lists', 1),
      row('gets of an account and region', '5/s', 'gets', 1),
      row('all of an account', '50/s', 'all', count),
      row('all of the organization', '100/s', 'all', count * accounts),
    ],
  );
  process.stdout.write('The simulated account lists fewer quotas than AWS, which has some 1,500 of SageMaker on 16 pages.\n');
}

export async function benchCost(): Promise<Measured> {
  const now = await measure(new Date().toISOString().slice(0, 10));
  printAudit(now);
  printCost(now);
  printRates(now);
  return now;
}

if (import.meta.main) {
  const now = await benchCost();
  if (process.argv.includes('--write')) {
    const text = `/**
 * What the deployed functions were measured to take: the bundles, each in a warm process on a shared x86 core, against the
 * simulated account at ${awsLatencyMs} ms a call and a counted table at ${tableLatencyMs} ms. Written by \`node test/bench/cost.ts --write\`, which
 * \`npm run bench\` prints next to what it measures now.
 */
import type { Measured } from './usage.ts';

export const measured: Measured = ${JSON.stringify(now, null, 2)};
`;
    writeFileSync(resolve(import.meta.dirname, '../../infra/cost/measured.ts'), text);
  }
}
