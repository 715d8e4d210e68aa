/** What the database on this machine costs: the time in which an audit is saved, and in which a question is answered. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inventoryReader } from '../../shared/aws/findings/inventory-reader.ts';
import { type LocalStore, openLocalStore } from '../../shared/aws/findings/local/local-store.ts';
import { answer } from '../../shared/query/run-query.ts';
import { finding, result } from '../core/results.ts';
import { save } from '../query/inventory.ts';
import { median, ms, printTable } from './table.ts';

const at = (minutes: number): string => new Date(Date.UTC(2026, 10, 24, 8, minutes)).toISOString();

/** A region with findings of the usual length. */
const region = (findings: number) =>
  result({
    findings: Array.from({ length: findings }, (_, n) =>
      finding({
        check: `a-check-with-a-long-name-${n % 40}`,
        group: 'workers',
        resource: `sg-0123456789abcdef0/${n}`,
        message: `Security group sg-0123456789abcdef0 allows traffic from itself on all ports, as EFA requires; rule ${n}.`,
        ...(n % 4 === 0 && { have: 4000 + n, need: 128 }),
      }),
    ),
  });

async function timed<T>(work: () => Promise<T>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

/** The first save of a region in a new database, and the median of ten that find nothing new. */
async function savesOf(local: LocalStore, findings: number): Promise<{ readonly first: number; readonly unchanged: number }> {
  const place = { account: String(100_000_000_000 + findings), region: 'us-west-2' };
  const seen = region(findings);
  const audit = (n: number) => timed(() => save(local.table, place, at(n), seen));
  const first = await audit(0);
  const unchanged: number[] = [];
  for (let n = 1; n <= 10; n++) unchanged.push(await audit(n));
  return { first, unchanged: median(unchanged) };
}

const regions = 20;
const perRegion = 5_000;

export async function benchStore(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-store-'));
  const opening: number[] = [];
  const open = async () => {
    const begun = performance.now();
    const local = await openLocalStore(folder);
    opening.push(performance.now() - begun);
    return local;
  };
  try {
    const local = await open();
    const usual = await savesOf(local, 120);
    const large = await savesOf(local, perRegion);
    const seen = region(perRegion);
    for (let n = 0; n < regions; n++) await save(local.table, { account: '111122223333', region: `region-${n}` }, at(60 + n), seen);
    local.close();
    // As a command asks: it opens the database, asks, and closes it.
    const asked = async (question: string) => {
      const times: number[] = [];
      for (let n = 0; n < 5; n++)
        times.push(
          await timed(async () => {
            const { table, store, close } = await open();
            const [path = '', query = ''] = question.split('?');
            const ports = { table, reader: inventoryReader({ store }), now: () => new Date(at(120)) };
            const { status } = await answer({ method: 'GET', path, query }, ports);
            if (status !== 200) throw new Error(`${question} was answered with ${status}.`);
            close();
          }),
        );
      return median(times);
    };
    const pages = [
      await asked('/changes?limit=50'),
      await asked('/changes?limit=200'),
      await asked('/findings?limit=200'),
      await asked('/readiness'),
    ].map(ms);
    const size = statSync(join(folder, 'findings.sqlite')).size;
    printTable('database on this machine', [
      { what: '120 findings: first save', measured: ms(usual.first) },
      { what: '120 findings: save that finds nothing new, median of 10', measured: ms(usual.unchanged), goal: '≤ 50 ms' },
      { what: '5,000 findings: first save', measured: ms(large.first), goal: '≤ 2,000 ms' },
      { what: '5,000 findings: save that finds nothing new, median of 10', measured: ms(large.unchanged) },
      { what: 'opening an existing database, median', measured: ms(median(opening.slice(1))) },
      {
        what: `changes, first page of 50 over ${(regions * perRegion).toLocaleString('en-US')} findings`,
        measured: pages[0] ?? '',
        goal: '≤ 300 ms',
      },
      { what: 'changes, first page of 200', measured: pages[1] ?? '', goal: '≤ 300 ms' },
      { what: 'findings, first page of 200', measured: pages[2] ?? '' },
      { what: 'readiness of all regions', measured: pages[3] ?? '' },
      {
        what: `size of the file with ${(regions * perRegion + perRegion + 120).toLocaleString('en-US')} findings`,
        measured: `${(size / 1e6).toFixed(0)} MB`,
      },
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
