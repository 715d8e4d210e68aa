/**
 * What the first page of each question reads, and how long that takes, in a table of dynalite with an organization in it: 1,000 accounts
 * × 18 regions, all of them as the view over all regions reads them, and BENCH_ACCOUNTS of them with 100 findings a region and
 * a year of weekly commits. With BENCH_ACCOUNTS=1000 that is everything: 16.7 million items and copies, 26 GB, a quarter of an hour and 40 GB
 * of disk while it is put in order. A figure that is the same for one account is that of a keyed read, which costs the same in
 * any organization.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { dynamoStore } from '../../shared/aws/findings/dynamodb-store.ts';
import { inventoryReader } from '../../shared/aws/findings/inventory-reader.ts';
import { findingsTable } from '../../shared/aws/findings/table.ts';
import { answer } from '../../shared/query/run-query.ts';
import { type DynamoTable, startDynamoTable } from '../aws/findings/dynamo-table.ts';
import { bulkLoad } from './bulk-load.ts';
import { account, day, findingOf, now, organizationItems, regions } from './organization.ts';
import { median, ms, printGrid } from './table.ts';

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
const id = encodeURIComponent(findingOf({ account: account(1), region: regions[0] ?? '' }, 10).id);
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
  ['findings of a resource (no key) that does not occur', '/findings?resource=none', ''],
  ['findings of a cluster that does not occur', '/findings?cluster=none', ''],
  ['findings of a region that does not occur', '/findings?region=us-wst-2', ''],
  ['findings of an account that does not occur', '/findings?account=999999999999', ''],
  ['findings of a cluster, none of them', '/findings?cluster=llm-train&status=fail&muted=true', ''],
  ['history of a finding', `/findings/${id}/history?${place}`, keyed],
  ['changes of a region', `/changes?${place}`, keyed],
  ['changes of all', '/changes', keyed],
  ['audits of a region', `/audits?${place}`, keyed],
  ['coverage of all', '/coverage', keyed],
  ['capacity of a region, 30 days', `/capacity?${place}`, ''],
  ['findings of a region half a year ago', `/findings?${place}&at=${new Date(now.getTime() - 180 * day).toISOString()}`, ''],
];

async function ask(dynamo: DynamoTable) {
  const { client, take } = measuring(dynamo.client);
  const of = { store: dynamoStore({ client, tableName: dynamo.tableName }), retentionDays: 400, now: () => now };
  const ports = { table: findingsTable(of), reader: inventoryReader(of), now: () => now };
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

/** The answers of an organization, and what it took to write it. */
async function withOrganization(accounts: number, whole: number) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-query-'));
  try {
    const begun = performance.now();
    const path = join(folder, 'table');
    const empty = await startDynamoTable({ path });
    await empty.close();
    const written = await bulkLoad(folder, empty.tableName, organizationItems(accounts, whole));
    const seconds = (performance.now() - begun) / 1000;
    const dynamo = await startDynamoTable({ path, now: () => now });
    try {
      return { ...written, seconds, answers: await ask(dynamo) };
    } finally {
      await dynamo.close();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** BENCH_ACCOUNTS: with findings and a log; default 25, less than a minute. */
export async function benchQuery(): Promise<void> {
  const whole = Number(process.env.BENCH_ACCOUNTS ?? 25);
  const small = await withOrganization(1, 1);
  const large = await withOrganization(1000, whole);
  printGrid(
    `First pages: ${whole} accounts × 18 regions × 100 findings with a year of weekly commits, 1,000 × 18 regions in short (${large.lines.toLocaleString('en-US')} items and copies, ${(large.bytes / 1e9).toFixed(1)} GB, written in ${large.seconds.toFixed(0)} s); in brackets with 1 account alone`,
    ['question', 'shown', 'items read', 'read units', 'calls', 'time', 'goal'],
    questions.map(([what, , goal]) => {
      const [s, l] = [small.answers.get(what), large.answers.get(what)];
      return [
        what,
        String(l?.shown),
        `${l?.read.items} (${s?.read.items})`,
        `${l?.read.units.toFixed(1)} (${s?.read.units.toFixed(1)})`,
        String(l?.read.calls),
        `${ms(median(l?.times ?? []))} (${ms(median(s?.times ?? []))})`,
        goal,
      ];
    }),
  );
}
