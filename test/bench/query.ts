/**
 * What the first page of each question reads, and how long that takes, in an embedded table with a fleet in it.
 *
 * The fleet of the goal (1,000 accounts × 18 regions × 100 findings, a year of changes) is 1.8 million findings, each in
 * four indexes: hours of writing for the embedded database. So its regions are all there in short, as the view over all of
 * them reads them, but findings and log only of as many accounts as are written in a minute or two, in two sizes: a figure
 * that is the same for both is that of a keyed read, which costs the same in any fleet; one that is not says so.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BatchWriteCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import {
  commitItems,
  expiryOf,
  type FleetItem,
  fleetItem,
  historyItem,
  packAmounts,
  recordItem,
  regionEntry,
  rollUp,
} from '../../shared/aws/findings-items.ts';
import { type Key, type Place, partitionOf, sortKeys } from '../../shared/aws/findings-keys.ts';
import { fleetReader } from '../../shared/aws/fleet-reader.ts';
import { type Finding, findingId } from '../../shared/core/finding.ts';
import { type AuditRef, briefOf, type Commit, type FindingRecord } from '../../shared/core/log.ts';
import { readinessOf } from '../../shared/core/readiness.ts';
import { type EmbeddedTable, startEmbeddedTable } from '../../shared/embedded-table.ts';
import { answer } from '../../shared/query/answer.ts';
import { median, ms, printGrid } from './table.ts';

const regions = Array.from({ length: 18 }, (_, n) => `us-bench-${n + 1}`);
const findingsOfRegion = 100;
const commitsOfYear = 52;
const changesOfCommit = 4;
const auditsKept = 48;
const now = new Date('2026-11-20T12:00:00.000Z');
const day = 86_400_000;
const account = (n: number): string => String(100_000_000_000 + n);
const expires = expiryOf(now, 400);

/** A finding of the size that real ones have: 0.9 KB where it passes, 1.5 KB with its way out where it fails. */
function findingOf(place: Place, n: number): Finding {
  const check = `check-with-a-long-name-${n % 40}`;
  const of = {
    check,
    ...(n % 3 > 0 && { cluster: 'llm-train', group: 'workers' }),
    resource: `subnet-0854bed66e8d6${String(n).padStart(4, '0')}`,
  };
  const fails = n % 5 === 0;
  return {
    id: findingId(of),
    ...of,
    checkLevel: 'required',
    level: n % 2 ? 'required' : 'recommended',
    status: fails ? 'fail' : 'pass',
    ...(n % 4 === 0 && { have: 4000 - n, need: 128, unit: 'addresses' }),
    title: 'Each subnet that HyperPod may choose can take the nodes that would land there',
    message: `Subnet ${of.resource} (10.30.8.0/24) has room for 251 addresses; 324 are needed for 4 nodes of workers (81 each): they could not all be there, however many addresses are free.`,
    ...(fails && {
      remediation: {
        text: 'Use a larger subnet, or add another one of the same zone to the VpcConfig of the cluster; a subnet itself cannot grow.',
        command: `aws ec2 create-subnet --region ${place.region} --vpc-id vpc-0174996e189b0dcf1 --cidr-block 10.30.16.0/22 --availability-zone-id use1-az4 --tag-specifications 'ResourceType=subnet,Tags=[{Key=Name,Value=hyperpod}]'`,
        console: `https://${place.region}.console.aws.amazon.com/vpcconsole/home?region=${place.region}#SubnetDetails:subnetId=${of.resource}`,
      },
    }),
    reference: 'https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-prerequisites.html',
  };
}

const refOf = (at: string): AuditRef => ({
  auditId: `audit-${at}`,
  factsAt: at,
  planHash: '2d86cd8228890fc86ddb64f1ff90f833eeb3a0800385d36b150f8927740be056',
  toolVersion: '1.0.0',
  regionState: 'audited',
  coverage: { evaluated: findingsOfRegion, unevaluated: 0, required: 0 },
  alias: 'ml-prod',
});

/** When the nth of a region's commits was: the newest a little before now, no two regions at the same time. */
const timeOf = (n: number, spread: number): string => new Date(now.getTime() - (commitsOfYear - n) * 7 * day - spread * 1000).toISOString();

function fleetItemOf(place: Place, at: string): FleetItem {
  const findings = Array.from({ length: findingsOfRegion }, (_, n) => findingOf(place, n));
  const readiness = [readinessOf({ cluster: 'llm-train', planned: true, running: false }, findings, [])];
  const records = readiness.map(({ because, ...r }) => ({ ...r, since: at }));
  return fleetItem(
    place,
    commitsOfYear,
    at,
    regionEntry(refOf(at), { findings, coverage: { evaluated: 0, unevaluated: [] }, readiness }, records),
    expires,
  );
}

/** Everything that a year of audits leaves of one region. */
function itemsOf(place: Place, spread: number): readonly Key[] {
  const pk = partitionOf(place);
  const recordOf = (n: number): FindingRecord => {
    const since = timeOf(n % commitsOfYear, spread);
    return { finding: findingOf(place, n), firstSeen: since, since, lastChanged: since };
  };
  const commits = Array.from({ length: commitsOfYear }, (_, n): Commit => {
    const at = timeOf(n, spread);
    const changes = Array.from({ length: changesOfCommit }, (_, c) => {
      const after = recordOf((n + c) % findingsOfRegion);
      return {
        of: 'finding' as const,
        kind: 'regressed' as const,
        cause: 'account' as const,
        id: after.finding.id,
        before: briefOf(after),
        after,
      };
    });
    return {
      ...refOf(at),
      seq: n + 1,
      at,
      changes,
      readiness: [{ cluster: 'llm-train', planned: true, running: false, state: 'BLOCKED', since: at }],
    };
  });
  const findings = Array.from({ length: findingsOfRegion }, (_, n) => findingOf(place, n));
  const amounts = packAmounts(findings);
  const last = timeOf(commitsOfYear - 1, spread);
  return [
    ...commits.flatMap((commit) => [
      commitItems(place, commit, 'writer', expires).item,
      ...commit.changes.flatMap((c) => (c.of === 'finding' ? [historyItem(place, commit, c, expires)] : [])),
    ]),
    ...findings.map((_, n) =>
      recordItem(place, { of: 'finding', id: findingId(findingOf(place, n)), seq: 1, record: recordOf(n) }, expires),
    ),
    ...Array.from({ length: auditsKept }, (_, n) => {
      const at = new Date(now.getTime() - n * 3_600_000 - spread * 1000).toISOString();
      return { pk, sk: sortKeys.audit(at, `audit-${at}`), ...refOf(at), at, readiness: { 'llm-train': 'BLOCKED' }, amounts, expires };
    }),
    ...Array.from({ length: 30 }, (_, n) => {
      const date = new Date(now.getTime() - n * day).toISOString().slice(0, 10);
      return { pk, sk: sortKeys.day(date), date, factsAt: `${date}T23:00:00.000Z`, amounts: rollUp(undefined, amounts), expires };
    }),
    {
      pk,
      sk: sortKeys.head,
      version: 1,
      seq: commitsOfYear,
      loggedAt: last,
      audit: refOf(last),
      at: last,
      done: [],
      readiness: commits.at(-1)?.readiness,
    } as Key,
    fleetItemOf(place, last),
  ];
}

async function write({ client, tableName }: EmbeddedTable, items: readonly Key[]): Promise<void> {
  for (let n = 0; n < items.length; n += 25) {
    const batch = items.slice(n, n + 25).map((item) => ({ PutRequest: { Item: { ...item } } }));
    await client.send(new BatchWriteCommand({ RequestItems: { [tableName]: batch } }));
  }
}

interface Read {
  items: number;
  units: number;
  calls: number;
}

/** A client that has each read say what it cost. */
function measuring(client: DynamoDBDocumentClient): { readonly client: DynamoDBDocumentClient; readonly take: () => Read } {
  let read: Read = { items: 0, units: 0, calls: 0 };
  const send = async (command: { input: Record<string, unknown> }) => {
    command.input.ReturnConsumedCapacity = 'TOTAL';
    const answer = (await (client.send as unknown as (c: object) => Promise<unknown>)(command)) as {
      ConsumedCapacity?: { CapacityUnits?: number };
      ScannedCount?: number;
      Item?: unknown;
    };
    read.items += answer.ScannedCount ?? (answer.Item === undefined ? 0 : 1);
    read.units += answer.ConsumedCapacity?.CapacityUnits ?? 0;
    read.calls += 1;
    return answer;
  };
  const take = () => {
    const taken = read;
    read = { items: 0, units: 0, calls: 0 };
    return taken;
  };
  return { client: { send } as unknown as DynamoDBDocumentClient, take };
}

const place = `account=${account(1)}&region=${regions[0]}`;
const id = encodeURIComponent(findingOf({ account: account(1), region: regions[0] ?? '' }, 0).id);
const keyed = '≤ 10';
const questions: readonly (readonly [what: string, address: string, goal: string])[] = [
  ['readiness of all', '/readiness', keyed],
  ['readiness of an account', `/readiness?account=${account(1)}`, keyed],
  ['readiness of a region', `/readiness?${place}`, keyed],
  ['findings of a region', `/findings?${place}`, keyed],
  ['open, required', '/findings?open=true&level=required', keyed],
  ['open', '/findings?open=true', ''],
  ['findings of a check', '/findings?check=check-with-a-long-name-1', keyed],
  ['findings of a cluster', '/findings?cluster=llm-train', keyed],
  ['findings of an account', `/findings?account=${account(1)}`, ''],
  ['findings, all', '/findings', ''],
  ['findings of a resource (no key)', '/findings?resource=none', ''],
  ['history of a finding', `/findings/${id}/history?${place}`, keyed],
  ['changes of a region', `/changes?${place}`, keyed],
  ['changes of all', '/changes', keyed],
  ['audits of a region', `/audits?${place}`, keyed],
  ['coverage of all', '/coverage', keyed],
  ['capacity of a region, 30 days', `/capacity?${place}`, ''],
  ['findings of a region half a year ago', `/findings?${place}&at=${new Date(now.getTime() - 180 * day).toISOString()}`, ''],
];

async function ask(embedded: EmbeddedTable) {
  const { client, take } = measuring(embedded.client);
  const { findingsTable } = await import('../../shared/aws/findings-table.ts');
  const of = { client, tableName: embedded.tableName, retentionDays: 400, now: () => now };
  const ports = { table: findingsTable(of), reader: fleetReader(of), now: () => now };
  const rows = new Map<string, { readonly read: Read; readonly shown: number; readonly times: readonly number[] }>();
  for (const [what, address] of questions) {
    const [path = '', query = ''] = address.split('?');
    const times: number[] = [];
    let shown = 0;
    let read: Read = { items: 0, units: 0, calls: 0 };
    for (let n = 0; n < 7; n++) {
      take();
      const begun = performance.now();
      const { status, body } = await answer({ method: 'GET', path, query }, ports);
      times.push(performance.now() - begun);
      if (status !== 200) throw new Error(`${address} was answered with ${JSON.stringify(body)}.`);
      shown = (body as { items: readonly unknown[] }).items.length;
      read = take();
    }
    rows.set(what, { read, shown, times });
  }
  return rows;
}

/** BENCH_ACCOUNTS: with findings and a log; default 6, a minute or so. */
export async function benchQuery(): Promise<void> {
  const most = Number(process.env.BENCH_ACCOUNTS ?? 6);
  const sizes = [Math.max(1, Math.round(most / 6)), most];
  const folder = mkdtempSync(join(tmpdir(), 'bench-query-'));
  const embedded = await startEmbeddedTable(folder, { now: () => now });
  try {
    const begun = performance.now();
    let written = 0;
    const results: Awaited<ReturnType<typeof ask>>[] = [];
    let from = 1;
    for (const size of sizes) {
      for (; from <= size; from++)
        for (const [n, region] of regions.entries()) {
          const items = itemsOf({ account: account(from), region }, from * 18 + n);
          written += items.length;
          await write(embedded, items);
        }
      if (size === sizes.at(-1)) {
        // The rest of the fleet, as the view over all of it reads it.
        const at = timeOf(commitsOfYear - 1, 0);
        const rest = Array.from({ length: 1000 - size }, (_, n) =>
          regions.map((region) => fleetItemOf({ account: account(size + 1 + n), region }, at)),
        );
        written += rest.flat().length;
        await write(embedded, rest.flat());
      }
      results.push(await ask(embedded));
    }
    const seconds = (performance.now() - begun) / 1000;
    const [small, large] = results;
    printGrid(
      `First pages: ${most} accounts × 18 regions × 100 findings with a year of weekly commits, 1,000 × 18 regions in short (${written.toLocaleString('en-US')} items, ${seconds.toFixed(0)} s); in brackets with ${sizes[0]} account`,
      ['question', 'shown', 'items read', 'read units', 'calls', 'time', 'goal'],
      questions.map(([what, , goal]) => {
        const [s, l] = [small?.get(what), large?.get(what)];
        return [
          what,
          String(l?.shown),
          `${l?.read.items} (${s?.read.items})`,
          `${l?.read.units.toFixed(1)} (${s?.read.units.toFixed(1)})`,
          String(l?.read.calls),
          ms(median(l?.times ?? [])),
          goal,
        ];
      }),
    );
  } finally {
    await embedded.close();
    rmSync(folder, { recursive: true });
  }
}
