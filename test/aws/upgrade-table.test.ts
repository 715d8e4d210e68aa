/** A database that was made before findings could be asked for by region, check and cluster is opened and answers like any other. */
import { once } from 'node:events';
import { cp, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import dynalite from 'dynalite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { documentClient, tableStatus } from '../../shared/aws/findings-table.ts';
import { fleetReader } from '../../shared/aws/fleet-reader.ts';
import { type EmbeddedTable, startEmbeddedTable } from '../../shared/embedded-table.ts';
import { answer } from '../../shared/query/answer.ts';
import { finding, hour, result, row } from '../core/results.ts';
import { save } from '../query/fleet.ts';

const tableName = 'hyperpod-findings';
const place = { account: '111122223333', region: 'us-west-2' };
const now = () => new Date(hour(12));

/** As it was before. */
const olderDefinition = {
  AttributeDefinitions: ['pk', 'sk', 'pending', 'at', 'commitAt', 'open', 'openAt'].map((AttributeName) => ({
    AttributeName,
    AttributeType: 'S' as const,
  })),
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' as const },
    { AttributeName: 'sk', KeyType: 'RANGE' as const },
  ],
  BillingMode: 'PAY_PER_REQUEST' as const,
  GlobalSecondaryIndexes: [
    ['pending', 'pending', 'at'],
    ['time', 'pk', 'commitAt'],
    ['open', 'open', 'openAt'],
  ].map(([IndexName, hash, range]) => ({
    IndexName,
    KeySchema: [
      { AttributeName: hash, KeyType: 'HASH' as const },
      { AttributeName: range, KeyType: 'RANGE' as const },
    ],
    Projection: { ProjectionType: 'ALL' as const },
  })),
};

type Item = Record<string, unknown> & { readonly pk: string; readonly sk: string };

const scan = async (client: DynamoDBDocumentClient): Promise<readonly Item[]> =>
  ((await client.send(new ScanCommand({ TableName: tableName }))).Items ?? []) as Item[];

/** An item as it was before, or nothing where there was none like it. */
function older(item: Item): Item | undefined {
  if (item.pk === 'fleet') return undefined;
  const { logOrder, month, order, check, cluster, fleet, open, ...rest } = item;
  if (logOrder !== undefined) return { ...rest, commitAt: item.factsAt };
  const failing = item.sk.startsWith('F#') && open !== undefined && open !== 'pass';
  return { ...rest, ...(failing && { open, openAt: item.since }) };
}

async function makeOlder(folder: string, items: readonly Item[]): Promise<void> {
  const server = dynalite({ path: join(folder, 'table'), createTableMs: 0 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = documentClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  });
  await client.send(new CreateTableCommand({ TableName: tableName, ...olderDefinition }));
  while ((await tableStatus(client, tableName)) !== 'ACTIVE');
  for (const item of items.flatMap((i) => older(i) ?? [])) await client.send(new PutCommand({ TableName: tableName, Item: item }));
  client.destroy();
  await new Promise((done) => server.close(done));
}

const questions = [
  '/readiness',
  '/readiness?account=111122223333&region=us-west-2',
  '/findings',
  '/findings?check=efa-self-traffic',
  '/findings?cluster=llm-train',
  '/findings?account=111122223333&region=us-west-2',
  '/findings?account=111122223333&at=2026-11-20T08:30:00Z',
  '/changes',
  '/changes?account=111122223333&region=us-west-2',
  '/audits',
  '/coverage',
  '/capacity',
];
async function answers({ table, client }: EmbeddedTable) {
  const ports = { table, reader: fleetReader({ client, tableName, now }), now };
  return Promise.all(
    questions.map(async (question) => {
      const [path = '', query = ''] = question.split('?');
      return [question, (await answer({ method: 'GET', path, query }, ports)).body] as const;
    }),
  );
}

let folder: string;
let items: readonly Item[];
let told: Awaited<ReturnType<typeof answers>>;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'upgrade-table-'));
  const made = await startEmbeddedTable(join(folder, 'made'), { now });
  const seen = (n: number) =>
    result({
      findings: [
        finding({ status: n % 2 ? 'fail' : 'pass' }),
        ...(n < 2 ? [finding({ resource: 'sg-2' })] : []),
        finding({ check: 'vpc-dns', cluster: '', resource: 'vpc-1', status: 'fail', level: 'recommended', have: n, need: 9 }),
      ],
      rows: n > 0 ? [row({ check: 'run-as-enabled' })] : [],
    });
  for (const n of [0, 1, 2, 3]) await save(made.table, place, hour(8 + n), seen(n));
  items = await scan(made.client);
  told = await answers(made);
  await made.close();
  await makeOlder(join(folder, 'old'), items);
}, 60_000);
afterEach(() => rm(folder, { recursive: true }));

const open = () => startEmbeddedTable(join(folder, 'old'), { now });
const upgraded = async () => {
  const table = await open();
  const found = await answers(table);
  await table.close();
  return found;
};
const folders = async () => (await readdir(join(folder, 'old'))).toSorted();

test('nothing is lost, everything is answered, and audits go on where they were', async () => {
  const table = await open();
  const after = await scan(table.client);
  // Item by item what is there is what would have been written, but for two things that the next audit writes.
  const known = (of: readonly Item[]) => new Map(of.map(({ fleet, expires, ...item }) => [`${item.pk} ${item.sk}`, item]));
  expect(known(after)).toEqual(known(items.map((i) => (i.pk === 'fleet' ? { ...i, factsAt: hour(11) } : i))));
  // The fleet knows of the last audit now, and not only of the one that last changed something.
  const same = (of: typeof told) => JSON.stringify(of).replaceAll(/"factsAt":"[^"]+","orLater"/g, '"orLater"');
  expect(same(await answers(table))).toBe(same(told));
  expect(await save(table.table, place, hour(12), result({ findings: [finding()] }))).toMatchObject({ commit: 5 });
  await table.close();
  expect(await folders()).toEqual(['lock', 'table']);
  const again = await open();
  expect((await again.table.currentState(place))?.seq).toBe(5);
  await again.close();
});

test('a process that ends while it copies has changed nothing', async () => {
  await cp(join(folder, 'made', 'table'), join(folder, 'old', 'table.new'), { recursive: true });
  const expected = await upgraded();
  expect(expected.map(([, body]) => (body as { items: readonly unknown[] }).items.length)).toEqual(
    told.map(([, body]) => (body as { items: readonly unknown[] }).items.length),
  );
  expect(await folders()).toEqual(['lock', 'table']);
});

test('a process that ends between the two tables is ended by the next', async () => {
  const path = join(folder, 'old', 'table');
  await rename(path, `${path}.old`);
  await cp(join(folder, 'made', 'table'), `${path}.new`, { recursive: true });
  expect(await upgraded()).toEqual(told);
  expect(await folders()).toEqual(['lock', 'table']);
  // And one that ends before it has taken the old one away.
  await makeOlder(join(folder, 'rest'), []);
  await rename(join(folder, 'rest', 'table'), `${path}.old`);
  expect(await upgraded()).toEqual(told);
  expect(await folders()).toEqual(['lock', 'table']);
});
