/** A findings table in memory as audits leave it, and what its items say. */
import { expect } from 'vitest';
import type { ItemStore } from '../../../shared/aws/findings/item-store.ts';
import { type LocalStore, openMemoryStore } from '../../../shared/aws/findings/local/local-store.ts';
import { type FindingsTable, findingsTable, type SavedAudit } from '../../../shared/aws/findings/table.ts';
import type { RegionResult } from '../../../shared/core/evaluation/finding.ts';
import type { Rules } from '../../../shared/core/evaluation/rules.ts';
import { carryOver } from '../../../shared/core/history/carry-over.ts';
import { diff } from '../../../shared/core/history/drift.ts';
import { type Commit, type RegionState, replay } from '../../../shared/core/history/log.ts';
import { finding, firstRules, hour, planned, result, row, running } from '../../core/results.ts';
import { eachByItself, type StoreCall, storeThrough, type Through } from './store-through.ts';

// Every write by itself, as on DynamoDB: what holds here does not depend on transactions.
// Test files of one worker share it, so none of them closes it.
export const local: LocalStore = await openMemoryStore();
export const store: ItemStore = eachByItself(local.store);

/** Each test has an account, and so a partition, of its own. */
let accounts = 0;
export const newPlace = () => {
  accounts += 1;
  return { account: String(100_000_000_000 + accounts), region: 'us-west-2' };
};
export type TestRegion = ReturnType<typeof newPlace>;

export const noon = new Date('2026-11-21T12:00:00.000Z');
export const tableOn = (on: ItemStore = store, now: () => Date = () => noon, retentionDays = 400) =>
  findingsTable({ store: on, retentionDays, now });

export const through = (work: Through): ItemStore => storeThrough(local.store, work);
export const kindOf = ({ sk }: StoreCall): string => sk.split('#')[0] ?? '';

export interface Audit {
  readonly id: string;
  readonly at: string;
  readonly seen: RegionResult;
  readonly planHash?: string;
  readonly rules?: Rules;
}

/** Saves an audit as the workflow does. */
export const save = (
  table: FindingsTable,
  place: TestRegion,
  { id, at, seen, planHash = 'plan-1', rules = firstRules }: Audit,
): Promise<SavedAudit> =>
  table.save({ ...place, auditId: id, factsAt: at, planHash, toolVersion: '1.0.0', rules }, (previous) => {
    const changes = diff(previous, seen, at, { planHash, rules });
    return { result: carryOver(previous, seen, at), changes, notify: changes.length > 0 };
  });

export const logOf = async (place: TestRegion): Promise<readonly Commit[]> => {
  const commits: Commit[] = [];
  let cursor: string | undefined;
  do {
    const page = await tableOn().changesBetween(place, {}, { oldestFirst: true, limit: 2, ...(cursor && { cursor }) });
    commits.push(...page.items);
    cursor = page.cursor;
  } while (cursor);
  return commits;
};
export interface ItemExpiry {
  readonly sk: string;
  readonly expires?: number;
  readonly writer?: string;
  readonly parts?: number;
}
/** All items of a region, expired or not. */
export const itemsIn = async (place: TestRegion): Promise<readonly ItemExpiry[]> => {
  const partition = `${place.account}#${place.region}`;
  return (await store.query<ItemExpiry>({ partition, now: 0, only: ['sk', 'expires', 'writer', 'parts'] })).items;
};
/** When what stands under such sort keys expires, each time once. */
export const expiriesOf = async (place: TestRegion, keys: RegExp) => [
  ...new Set((await itemsIn(place)).filter(({ sk }) => keys.test(sk)).map(({ expires }) => expires)),
];
/** Whether the checkpoint at a commit stays for ever, whole, and how many other items of checkpoints do, or parts. */
export const checkpointAt = async (place: TestRegion, seq: number) => {
  const items = await itemsIn(place);
  const checkpoint = items.find(({ sk }) => sk === `CHECKPOINT#${String(seq).padStart(10, '0')}`);
  const isOwn = (sk: string) => sk === checkpoint?.sk || sk.startsWith(`PART#${String(seq).padStart(10, '0')}#${checkpoint?.writer}#`);
  const all = items.filter(({ sk }) => /^(CHECKPOINT|PART)#/.test(sk));
  const own = all.filter(({ sk }) => isOwn(sk));
  return {
    stays: own.length === 1 + (checkpoint?.parts ?? 0) && own.every(({ expires }) => expires === undefined),
    others: all.filter(({ sk, expires }) => !isOwn(sk) && expires === undefined).length,
  };
};
export const alone = { stays: true, others: 0 };
export const recordsOf = (state: RegionState | undefined) => ({
  findings: state?.findings,
  coverage: state?.coverage,
  readiness: state?.readiness,
  judged: state?.evaluatedChecks,
});
/** What the log adds up to is what the records say. */
export const expectReplay = async (place: TestRegion) => {
  const log = await logOf(place);
  expect(log.map((c) => c.seq)).toEqual(log.map((_, n) => n + 1));
  expect(recordsOf(await tableOn().currentState(place))).toEqual(recordsOf(replay(log)));
  return log;
};

export const fail = (more = {}) => finding({ status: 'fail', ...more });
export const before = result({
  findings: [finding(), finding({ resource: 'sg-2' }), fail({ resource: 'sg-3' }), finding({ check: 'vpc-dns', resource: 'vpc-1' })],
  rows: [row({ check: 'ipv6-pods' })],
  clusters: [planned, { ...running, cluster: 'llm-eval' }],
});
/** Everything that can become of a finding, a row and a cluster. */
export const after = result({
  findings: [fail(), finding({ resource: 'sg-3' }), fail({ resource: 'sg-4' })],
  rows: [row({ check: 'vpc-dns' })],
  clusters: [planned],
});
export const first: Audit = { id: 'first', at: hour(8), seen: before };
export const second: Audit = { id: 'second', at: hour(9), seen: after };

/** Dies after so many writes: not one call later reaches the table. Writes go one by one, so that "after" means something. */
export function dyingAfter(writes: number) {
  let left = writes;
  let queue: Promise<unknown> = Promise.resolve();
  return through((send, call) => {
    const done = queue.then(async () => {
      if (left <= 0) throw new Error('The process died.');
      if (!call.isWrite) return send();
      left -= 1;
      return send();
    });
    queue = done.catch(() => undefined);
    return done;
  });
}
