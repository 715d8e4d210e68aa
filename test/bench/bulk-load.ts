/**
 * Fills a table of dynalite with millions of items. One put at a time takes dynalite days for an organization. Here the keys and
 * values that dynalite would write are made by its own functions, put in order by `sort` and then written from first to
 * last: LevelDB has nothing to rearrange, and the time is that of making and writing the bytes.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { marshall } from '@aws-sdk/util-dynamodb';
import { ClassicLevel } from 'classic-level';
import dynalite from 'dynalite/db/index.js';
import { type Key, tableDefinition } from '../../shared/aws/findings/keys.ts';

const batchSize = 500;

/** An item and its copies in the indexes, each as a line: key, tab, value. Keys are ASCII without tabs, JSON has no raw one. */
function linesOf(tableName: string, item: Key): readonly string[] {
  const stored = marshall(item, { removeUndefinedValues: true });
  const { puts } = dynalite.getIndexActions(tableDefinition.GlobalSecondaryIndexes, undefined, stored, tableDefinition);
  return [
    { place: `item-${tableName}`, key: dynalite.createKey(stored, tableDefinition), value: stored },
    ...puts.map(({ index, key, item: value }) => ({ place: `index-global~${tableName}~${index}`, key, value })),
  ].map(({ place, key, value }) => `${place}~${key}\t${JSON.stringify(value)}\n`);
}

/** Writes items into the table of a folder that no process has open. Returns how many lines of the database they came to, and their bytes. */
export async function bulkLoad(
  folder: string,
  tableName: string,
  items: Iterable<readonly Key[]>,
): Promise<{ readonly lines: number; readonly bytes: number }> {
  let [lines, bytes] = [0, 0];
  function* unsorted() {
    for (const some of items) {
      const text = some.flatMap((item) => linesOf(tableName, item));
      lines += text.length;
      const joined = text.join('');
      bytes += joined.length;
      yield joined;
    }
  }
  const sort = spawn('sort', ['--temporary-directory', folder, '--buffer-size', '25%'], {
    env: { ...process.env, LC_ALL: 'C' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(sort, 'exit');
  const database = new ClassicLevel(join(folder, 'table'), { valueEncoding: 'utf8', writeBufferSize: 64 << 20 });
  const write = async () => {
    let batch: { type: 'put'; key: string; value: string }[] = [];
    for await (const line of createInterface({ input: sort.stdout, crlfDelay: Number.POSITIVE_INFINITY })) {
      const tab = line.indexOf('\t');
      batch.push({ type: 'put', key: line.slice(0, tab), value: line.slice(tab + 1) });
      if (batch.length < batchSize) continue;
      await database.batch(batch);
      batch = [];
    }
    await database.batch(batch);
  };
  await Promise.all([pipeline(Readable.from(unsorted()), sort.stdin), write()]);
  const [code] = await ended;
  await database.close();
  if (code !== 0) throw new Error(`sort ended with ${code}.`);
  return { lines, bytes };
}
