/**
 * What audits write into the findings table and read from it: counted on the wire to a table of dynalite, in items, in bytes
 * as DynamoDB counts them, and in the read units that the table itself answers with.
 */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { FindingsTable } from '../../shared/aws/findings/table.ts';
import type { Snapshot } from '../../shared/core/evaluation/facts.ts';
import type { Plan } from '../../shared/core/plan/plan.ts';
import { planHash } from '../../shared/plan/hash.ts';
import { auditRegion } from '../../shared/workflows/audit-region.ts';
import { startDynamoTable } from '../aws/findings/dynamo-table.ts';
import { regionWith } from './evaluate.ts';
import { type Item, itemBytes } from './item-size.ts';
import { median, ms, printTable } from './table.ts';

interface Written {
  /** The first part of the sort key: HEAD, LOG, F … */
  readonly kind: string;
  readonly bytes: number;
}

interface Counts {
  readonly written: Written[];
  readonly readUnits: { kind: string; units: number }[];
}

const kindOf = (sk: unknown): string => /^[A-Z]+/.exec(String(sk))?.[0] ?? '';

/** Counts all that a client sends from now on. Writes with a condition that does not hold write nothing and do not count. */
function counting(client: DynamoDBDocumentClient): { readonly take: () => Counts } {
  let counts: Counts = { written: [], readUnits: [] };
  client.middlewareStack.add(
    (next) => async (args) => {
      const { request } = args as { request: { headers: Record<string, string>; body: string | Uint8Array } };
      const operation = request.headers['x-amz-target']?.split('.')[1] ?? '';
      const body = JSON.parse(typeof request.body === 'string' ? request.body : new TextDecoder().decode(request.body));
      const answer = await next(args);
      const put = (item: Item) => counts.written.push({ kind: kindOf(item.sk?.S), bytes: itemBytes(item) });
      if (operation === 'PutItem') put(body.Item);
      // What an update leaves is not seen here: what it sets counts.
      if (operation === 'UpdateItem') put({ ...body.Key, ...body.ExpressionAttributeValues });
      if (operation === 'BatchWriteItem')
        for (const { PutRequest } of Object.values(body.RequestItems).flat() as { PutRequest: { Item: Item } }[]) put(PutRequest.Item);
      return answer;
    },
    // Before signing, behind everything that makes the body; an error, such as a condition that does not hold, flies by.
    { step: 'finalizeRequest', priority: 'high', name: 'countWrites' },
  );
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const reads = ['GetItemCommand', 'QueryCommand', 'GetCommand'].includes(String(context.commandName));
      const input = args.input as Record<string, unknown>;
      const asked = reads ? ({ ...args, input: { ...input, ReturnConsumedCapacity: 'TOTAL' } } as typeof args) : args;
      const answer = await next(asked);
      const used = (answer.output as { ConsumedCapacity?: { CapacityUnits?: number } }).ConsumedCapacity;
      const key = (input.Key ?? {}) as { sk?: unknown };
      // The store writes the partition first, and then where the range begins.
      const from = ((input.ExpressionAttributeValues ?? {}) as Record<string, unknown>)[':v1'];
      if (reads) counts.readUnits.push({ kind: kindOf(key.sk ?? from), units: used?.CapacityUnits ?? Number.NaN });
      return answer;
    },
    { step: 'initialize', name: 'countReads' },
  );
  return {
    take: () => {
      const taken = counts;
      counts = { written: [], readUnits: [] };
      return taken;
    },
  };
}

const at = (minutes: number): string => new Date(Date.UTC(2026, 10, 24, 8, minutes)).toISOString();
const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
const kb = (bytes: number): string => `${(bytes / 1000).toFixed(1)} KB`;

/** The items of each kind with their bytes: `HEAD 0.6 KB, AUDIT 2.1 KB`. */
function kinds(written: readonly Written[]): string {
  const names = [...new Set(written.map((w) => w.kind))];
  return names
    .map((name) => {
      const of = written.filter((w) => w.kind === name);
      return `${of.length > 1 ? `${of.length} × ` : ''}${name} ${kb(sum(of.map((w) => w.bytes)))}`;
    })
    .join(', ');
}

const unitsOf = (reads: Counts['readUnits']): string => reads.map(({ kind, units }) => `${kind} ${units}`).join(', ');

interface Saved {
  readonly counts: Counts;
  readonly saveMs: number;
  readonly changes: number;
  readonly findings: number;
}

/** Audits of one plan, one after the other, in a table of their own. */
async function auditing<T>(plan: Plan, work: (audit: (snapshot: Snapshot, minutes: number) => Promise<Saved>) => Promise<T>): Promise<T> {
  const { table, client, close } = await startDynamoTable({ now: () => new Date(at(24 * 60)) });
  const { take } = counting(client);
  const audit = async (snapshot: Snapshot, minutes: number): Promise<Saved> => {
    let saveMs = 0;
    const save: FindingsTable['save'] = async (of, decide) => {
      const begun = performance.now();
      const saved = await table.save(of, decide);
      saveMs = performance.now() - begun;
      return saved;
    };
    take();
    const { result, changes } = await auditRegion({
      plan,
      planHash: planHash(plan),
      toolVersion: '1.0.0',
      auditId: `audit-${minutes}`,
      collect: async () => ({ ...snapshot, factsAt: at(minutes) }),
      table: { save },
    });
    return { counts: take(), saveMs, changes: changes.length, findings: result.findings.length };
  };
  try {
    return await work(audit);
  } finally {
    await close();
  }
}

/** The same region where one subnet has lost its free addresses, and with it what every cluster there rests on. */
function withoutRoom(snapshot: Snapshot): Snapshot {
  const { subnets } = snapshot.facts;
  if (!subnets.ok) throw new Error('The region has subnets.');
  return {
    ...snapshot,
    facts: { ...snapshot.facts, subnets: { ok: true, value: subnets.value.map((s, n) => (n === 0 ? { ...s, freeIpv4: 3 } : s)) } },
  };
}

async function benchUnchanged(clusters: number, goals: boolean): Promise<void> {
  const { plan, snapshot } = regionWith(clusters);
  await auditing(plan, async (audit) => {
    const first = await audit(snapshot, 0);
    const unchanged: Saved[] = [];
    for (let n = 1; n <= 15; n += 1) unchanged.push(await audit(snapshot, n));
    const { written, readUnits } = (unchanged.at(-1) ?? first).counts;
    const changed = await audit(withoutRoom(snapshot), 20);
    // In addition to what every audit writes at its end: the mark on HEAD, the commit, the records, the histories.
    const more = changed.counts.written.slice(0, -written.length);
    const moreBytes = sum(more.map((w) => w.bytes));
    printTable(`audits of one region with ${first.findings} findings`, [
      { what: `first: ${first.changes} changes (${kinds(first.counts.written)})`, measured: `${first.counts.written.length} items` },
      { what: 'first: save()', measured: ms(first.saveMs) },
      { what: 'unchanged: items written', measured: String(written.length), ...(goals && { goal: '≤ 3' }) },
      { what: `unchanged: written (${kinds(written)})`, measured: kb(sum(written.map((w) => w.bytes))), ...(goals && { goal: '≤ 4 KB' }) },
      { what: `unchanged: read units (${unitsOf(readUnits)})`, measured: String(sum(readUnits.map((r) => r.units))) },
      { what: 'unchanged: save(), median of 15', measured: ms(median(unchanged.map((u) => u.saveMs))) },
      {
        what: `changed: in addition, for ${changed.changes} changes (${kinds(more)})`,
        measured: `${more.length} items, ${kb(moreBytes)}`,
      },
      {
        what: 'changed: items and bytes a change',
        measured: `${(more.length / changed.changes).toFixed(1)}, ${kb(moreBytes / changed.changes)}`,
      },
      { what: 'changed: save()', measured: ms(changed.saveMs) },
    ]);
  });
}

async function benchFirst(): Promise<void> {
  const { plan, snapshot } = regionWith(161);
  await auditing(plan, async (audit) => {
    const first = await audit(snapshot, 0);
    const { written } = first.counts;
    const again = await audit(snapshot, 1);
    printTable(`a first audit of one region with ${first.findings.toLocaleString('en-US')} findings`, [
      { what: `written (${kinds(written)})`, measured: `${written.length.toLocaleString('en-US')} items` },
      { what: 'bytes', measured: kb(sum(written.map((w) => w.bytes))) },
      { what: 'save()', measured: ms(first.saveMs) },
      { what: `the next, unchanged (${kinds(again.counts.written)}): save()`, measured: ms(again.saveMs) },
      { what: 'the next, unchanged: read units', measured: String(sum(again.counts.readUnits.map((r) => r.units))) },
    ]);
  });
}

export async function benchLog(): Promise<void> {
  // As large as a region usually gets, which is what the goal is for, and one that is far larger.
  await benchUnchanged(4, true);
  await benchUnchanged(10, false);
  await benchFirst();
}
