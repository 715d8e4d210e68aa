/** Databases of earlier versions, in LevelDB by dynalite, and what a migration makes of them. Each test has its own folder. */
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { afterAll, afterEach, beforeEach } from 'vitest';
import { inventoryReader } from '../../../shared/aws/findings/inventory-reader.ts';
import type { ItemStore, QueryPosition } from '../../../shared/aws/findings/item-store.ts';
import type { Key } from '../../../shared/aws/findings/keys.ts';
import { type LocalStore, openLocalStore } from '../../../shared/aws/findings/local/local-store.ts';
import { answer } from '../../../shared/query/run-query.ts';
import { finding, hour, result, row } from '../../core/results.ts';
import { save } from '../../query/inventory.ts';
import { type DynamoTable, scan, startDynamoTable } from './dynamo-table.ts';

export const place = { account: '111122223333', region: 'us-west-2' };
export const now = () => new Date(hour(12));

export type Item = Key & Record<string, unknown>;

const newFolder = () => mkdtemp(join(tmpdir(), 'migrate-'));

export let folder: string;
beforeEach(async () => {
  folder = await newFolder();
});
afterEach(() => rm(folder, { recursive: true, force: true }));

export const names = async () => (await readdir(folder)).toSorted();

/** The lock that earlier versions hold. */
export async function lock(inFolder = folder): Promise<ClassicLevel> {
  const held = new ClassicLevel(join(inFolder, 'lock'));
  await held.open();
  return held;
}

/** Runs `work` on an earlier version's database in the folder. */
export async function older<T>(work: (table: DynamoTable) => Promise<T>, inFolder = folder): Promise<T> {
  await (await lock(inFolder)).close();
  const table = await startDynamoTable({ path: join(inFolder, 'table'), now });
  try {
    return await work(table);
  } finally {
    await table.close();
  }
}

export const seen = (n: number) =>
  result({
    findings: [
      finding({ status: n % 2 ? 'fail' : 'pass' }),
      ...(n < 2 ? [finding({ resource: 'sg-2' })] : []),
      finding({ check: 'vpc-dns', cluster: '', resource: 'vpc-1', status: 'fail', level: 'recommended', have: n, need: 9 }),
    ],
    rows: n > 0 ? [row({ check: 'run-as-enabled' })] : [],
  });

export async function itemsOf(store: ItemStore, of: readonly Key[]): Promise<readonly Item[]> {
  const items: Item[] = [];
  for (const partition of new Set(of.map(({ pk }) => pk))) {
    let after: QueryPosition | undefined;
    do {
      const page = await store.query<Item>({ partition, now: 0, limit: 500, after });
      items.push(...page.items);
      after = page.last;
    } while (after);
  }
  return items;
}
export const byKey = (items: readonly Key[]) => new Map(items.map((item) => [`${item.pk} ${item.sk}`, item]));

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
export const answers = ({ table, store }: Pick<LocalStore, 'table' | 'store'>) =>
  Promise.all(
    questions.map(async (question) => {
      const [path = '', query = ''] = question.split('?');
      const ports = { table, reader: inventoryReader({ store, now }), now };
      return [question, (await answer({ method: 'GET', path, query }, ports)).body] as const;
    }),
  );

/** An earlier version's database after four audits, created once for all tests of a file: its folder, items and answers. */
async function createFourAudits() {
  const folder = await newFolder();
  const content = await older(async (table) => {
    for (const n of [0, 1, 2, 3]) await save(table.table, place, hour(8 + n), seen(n));
    return { items: (await scan(table)) as readonly Item[], answers: await answers(table) };
  }, folder);
  return { folder, ...content };
}
let created: ReturnType<typeof createFourAudits> | undefined;
afterAll(async () => {
  if (created) await rm((await created).folder, { recursive: true });
});

/** Copies the database of four audits into the folder. */
export async function fourAudits() {
  created ??= createFourAudits();
  const { folder: from, ...content } = await created;
  await cp(from, folder, { recursive: true });
  return content;
}

/** Runs `work` on the database in the folder as this version opens it. */
export async function migrated<T>(work: (local: LocalStore) => Promise<T>): Promise<T> {
  const local = await openLocalStore(folder, { now });
  try {
    return await work(local);
  } finally {
    local.close();
  }
}
