import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HeadItem } from '../../../shared/aws/findings/head.ts';
import type { ItemStore } from '../../../shared/aws/findings/item-store.ts';
import { type LocalStore, openMemoryStore } from '../../../shared/aws/findings/local/local-store.ts';
import { shortName, unpackAmounts, unpackDay } from '../../../shared/aws/findings/packed-amounts.ts';
import { type FindingsTable, findingsTable, type SavedAudit } from '../../../shared/aws/findings/table.ts';
import type { RegionResult } from '../../../shared/core/evaluation/finding.ts';
import { rules as committed, type Rules } from '../../../shared/core/evaluation/rules.ts';
import { carryOver } from '../../../shared/core/history/carry-over.ts';
import { diff } from '../../../shared/core/history/drift.ts';
import { type Commit, type RegionState, replay } from '../../../shared/core/history/log.ts';
import { finding, firstRules, hour, newRulesOf, planned, result, row, running } from '../../core/results.ts';
import { eachByItself, type StoreCall, storeThrough, type Through } from './store-through.ts';

// Every write by itself, as on DynamoDB: what holds here does not depend on transactions.
let local: LocalStore;
let store: ItemStore;
beforeAll(async () => {
  local = await openMemoryStore();
  store = eachByItself(local.store);
});
afterAll(() => local.close());

/** Each test has an account, and so a partition, of its own. */
let accounts = 0;
const newPlace = () => {
  accounts += 1;
  return { account: String(100_000_000_000 + accounts), region: 'us-west-2' };
};
type TestRegion = ReturnType<typeof newPlace>;

const noon = new Date('2026-11-21T12:00:00.000Z');
const tableOn = (on: ItemStore = store, now: () => Date = () => noon, retentionDays = 400) =>
  findingsTable({ store: on, retentionDays, now });

const through = (work: Through): ItemStore => storeThrough(local.store, work);
const kindOf = ({ sk }: StoreCall): string => sk.split('#')[0] ?? '';

interface Audit {
  readonly id: string;
  readonly at: string;
  readonly seen: RegionResult;
  readonly planHash?: string;
  readonly rules?: Rules;
}

/** Saves an audit as the workflow does. */
const save = (
  table: FindingsTable,
  place: TestRegion,
  { id, at, seen, planHash = 'plan-1', rules = firstRules }: Audit,
): Promise<SavedAudit> =>
  table.save({ ...place, auditId: id, factsAt: at, planHash, toolVersion: '1.0.0', rules }, (previous) => {
    const changes = diff(previous, seen, at, { planHash, rules });
    return { result: carryOver(previous, seen, at), changes, notify: changes.length > 0 };
  });

const logOf = async (place: TestRegion): Promise<readonly Commit[]> => {
  const commits: Commit[] = [];
  let cursor: string | undefined;
  do {
    const page = await tableOn().changesBetween(place, {}, { oldestFirst: true, limit: 2, ...(cursor && { cursor }) });
    commits.push(...page.items);
    cursor = page.cursor;
  } while (cursor);
  return commits;
};
interface Standing {
  readonly sk: string;
  readonly expires?: number;
  readonly writer?: string;
  readonly parts?: number;
}
/** Everything that stands in a place, expired or not. */
const standing = async (place: TestRegion): Promise<readonly Standing[]> => {
  const partition = `${place.account}#${place.region}`;
  return (await store.query<Standing>({ partition, now: 0, only: ['sk', 'expires', 'writer', 'parts'] })).items;
};
/** When what stands under such sort keys expires, each time once. */
const expiriesOf = async (place: TestRegion, keys: RegExp) => [
  ...new Set((await standing(place)).filter(({ sk }) => keys.test(sk)).map(({ expires }) => expires)),
];
/** Whether the checkpoint at a commit stays for ever, whole, and how many other items of checkpoints do, or parts. */
const checkpointAt = async (place: TestRegion, seq: number) => {
  const items = await standing(place);
  const checkpoint = items.find(({ sk }) => sk === `CHECKPOINT#${String(seq).padStart(10, '0')}`);
  const isOwn = (sk: string) => sk === checkpoint?.sk || sk.startsWith(`PART#${String(seq).padStart(10, '0')}#${checkpoint?.writer}#`);
  const all = items.filter(({ sk }) => /^(CHECKPOINT|PART)#/.test(sk));
  const own = all.filter(({ sk }) => isOwn(sk));
  return {
    stays: own.length === 1 + (checkpoint?.parts ?? 0) && own.every(({ expires }) => expires === undefined),
    others: all.filter(({ sk, expires }) => !isOwn(sk) && expires === undefined).length,
  };
};
const alone = { stays: true, others: 0 };
const kept = (state: RegionState | undefined) => ({
  findings: state?.findings,
  coverage: state?.coverage,
  readiness: state?.readiness,
  judged: state?.judged,
});
/** What the log adds up to is what the records say. */
const expectReplay = async (place: TestRegion) => {
  const log = await logOf(place);
  expect(log.map((c) => c.seq)).toEqual(log.map((_, n) => n + 1));
  expect(kept(await tableOn().currentState(place))).toEqual(kept(replay(log)));
  return log;
};

const fail = (more = {}) => finding({ status: 'fail', ...more });
const before = result({
  findings: [finding(), finding({ resource: 'sg-2' }), fail({ resource: 'sg-3' }), finding({ check: 'vpc-dns', resource: 'vpc-1' })],
  rows: [row({ check: 'ipv6-pods' })],
  clusters: [planned, { ...running, cluster: 'llm-eval' }],
});
/** Everything that can become of a finding, a row and a cluster. */
const after = result({
  findings: [fail(), finding({ resource: 'sg-3' }), fail({ resource: 'sg-4' })],
  rows: [row({ check: 'vpc-dns' })],
  clusters: [planned],
});
const first: Audit = { id: 'first', at: hour(8), seen: before };
const second: Audit = { id: 'second', at: hour(9), seen: after };

describe('an audit is saved', () => {
  test('as one commit, as the state it adds up to, as history and as an audit', async () => {
    const place = newPlace();
    const table = tableOn();
    expect(await table.currentState(place)).toBeUndefined();
    expect((await save(table, place, first)).commit).toBe(1);
    const saved = await save(table, place, second);
    expect(saved.commit).toBe(2);
    const log = await expectReplay(place);
    expect(log[1]?.changes).toEqual(saved.changes);
    expect(log[1]).toMatchObject({ seq: 2, auditId: 'second', at: noon.toISOString(), factsAt: hour(9), pending: true });
    expect((await table.currentState(place))?.audit).toMatchObject({
      auditId: 'second',
      coverage: { evaluated: 3, unevaluated: 1, required: 1 },
    });
    expect((await table.historyOf(place, finding().id)).items).toMatchObject([
      {
        seq: 2,
        kind: 'regressed',
        cause: 'account',
        auditId: 'second',
        factsAt: hour(9),
        before: { status: 'pass' },
        after: { status: 'fail' },
      },
      { seq: 1, kind: 'appeared', cause: 'baseline', message: 'sg-1 was looked at.' },
    ]);
    expect((await table.audits(place)).items).toMatchObject([
      { auditId: 'second', commit: 2, readiness: { 'llm-train': 'BLOCKED' } },
      { auditId: 'first', commit: 1, readiness: { 'llm-train': 'BLOCKED', 'llm-eval': 'READY' } },
    ]);
  });

  test('without a commit where nothing changed, in at most three items and 4 KB', async () => {
    const place = newPlace();
    // A region as large as they come: 120 findings, half of them with amounts.
    const findings = Array.from({ length: 120 }, (_, n) =>
      finding({
        check: `a-check-with-a-long-name-${n % 40}`,
        group: 'workers',
        resource: `ml.p5.48xlarge for cluster usage ${n}`,
        ...(n % 4 === 0 && { have: 4000 + n, need: 128 }),
      }),
    );
    await save(tableOn(), place, { id: 'a', at: hour(8), seen: result({ findings }) });
    const written: StoreCall[] = [];
    const counting = through((send, call) => {
      if (call.isWrite) written.push(call);
      return send();
    });
    const saved = await save(tableOn(counting), place, { id: '2026-11-20T09:00:00Z', at: hour(9), seen: result({ findings }) });
    expect(saved).toMatchObject({ changes: [] });
    expect(saved.commit).toBeUndefined();
    expect(written.map((c) => [c.operation, kindOf(c)])).toEqual([
      ['put', 'AUDIT'],
      ['put', 'DAY'],
      ['put', 'HEAD'],
    ]);
    const bytes = written.reduce((sum, c) => sum + Buffer.byteLength(JSON.stringify(c.keys[0])), 0);
    expect(bytes).toBeLessThan(4096);
    expect(await logOf(place)).toHaveLength(1);
    expect((await tableOn().currentState(place))?.audit.factsAt).toBe(hour(9));
  });

  test('with amounts that only moved in the same three items, and reads as it was seen', async () => {
    const place = newPlace();
    const free = (have: number) =>
      finding({
        check: 'subnet-free-ips',
        resource: 'subnet-1',
        have,
        need: 324,
        message: `subnet-1 has ${have} free addresses; 324 are needed.`,
      });
    const written: string[] = [];
    const counting = through((send, call) => {
      if (call.isWrite) written.push(kindOf(call));
      return send();
    });
    await save(tableOn(), place, { id: 'a', at: hour(8), seen: result({ findings: [free(4000), finding()] }) });
    await save(tableOn(counting), place, { id: 'b', at: hour(9), seen: result({ findings: [free(3990), finding()] }) });
    expect(written).toEqual(['AUDIT', 'DAY', 'HEAD']);
    const now = async () => (await tableOn().currentState(place))?.findings.get(free(0).id)?.finding;
    expect(await now()).toEqual(free(3990));
    await save(tableOn(), place, { id: 'c', at: hour(10), seen: result({ findings: [free(4000), finding()] }) });
    expect(await now()).toEqual(free(4000));
    expect(await logOf(place)).toHaveLength(1);
    const [day] = (await tableOn().days(place)).items;
    expect(day).toMatchObject({ date: '2026-11-20', factsAt: hour(10) });
    expect(unpackDay(day?.amounts).get(shortName(free(0).id))).toEqual({ min: 3990, max: 4000, last: 4000, need: 324 });
    const [audit] = (await tableOn().audits(place, { from: hour(9), to: hour(9) })).items;
    expect(unpackAmounts(audit?.amounts).get(shortName(free(0).id))).toEqual({ have: 3990, need: 324 });
  });

  describe('with the rules that it evaluated by', () => {
    /** Sort keys of what an audit writes, and of the rules it reads. */
    const saving = async (place: TestRegion, audit: Audit, on: ItemStore = store) => {
      const written: string[] = [];
      const read: string[] = [];
      const watched = storeThrough(on, (send, { isWrite, sk }) => {
        if (isWrite) written.push(sk.replace(/^(?!RULES)(\w+)#.*/, '$1'));
        else if (sk.startsWith('RULES#')) read.push(sk);
        return send();
      });
      const { changes } = await save(tableOn(watched), place, audit);
      return { written, read, causes: changes.map((c) => `${c.id.split('/')[0]} ${c.cause}`) };
    };
    const all = (status: 'pass' | 'fail') => result({ findings: [finding({ status }), finding({ check: 'vpc-dns', status })] });

    test('stored once for all regions and only when they change', async () => {
      const [one, two] = [newPlace(), newPlace()];
      const mine = { ...committed, hash: 'once' };
      const first = await saving(one, { id: 'a', at: hour(8), seen: all('pass'), rules: mine });
      expect(first.written[0]).toBe('RULES#once');
      expect((await saving(one, { id: 'b', at: hour(9), seen: all('pass'), rules: mine })).written).toEqual(['AUDIT', 'DAY', 'HEAD']);
      await saving(two, { id: 'a', at: hour(8), seen: all('pass'), rules: mine });
      const item = await store.get({ pk: 'deployment', sk: 'RULES#once' });
      expect(item).toEqual({ pk: 'deployment', sk: 'RULES#once', ...mine });
      expect(Buffer.byteLength(JSON.stringify(item))).toBeLessThan(4096);
    });

    test('and compares check by check with those of the audit before, which it reads only if they differ', async () => {
      const place = newPlace();
      await save(tableOn(), place, { id: 'a', at: hour(8), seen: all('pass') });
      const second = await saving(place, { id: 'b', at: hour(9), seen: all('fail'), rules: newRulesOf('vpc-dns') });
      expect(second.read).toEqual(['RULES#rules-1']);
      expect(second.written[0]).toBe('RULES#vpc-dns');
      expect(second.causes).toEqual(['efa-self-traffic account', 'vpc-dns auditor', 'llm-train account']);
      const third = await saving(place, { id: 'c', at: hour(10), seen: all('pass'), rules: newRulesOf('vpc-dns') });
      expect(third.read).toEqual([]);
      expect(third.causes).toEqual(['efa-self-traffic account', 'vpc-dns account', 'llm-train account']);
      expect((await expectReplay(place)).map((c) => c.rules)).toEqual(['rules-1', 'vpc-dns', 'vpc-dns']);
    });

    test('moves on to new rules where nothing changed', async () => {
      const place = newPlace();
      await save(tableOn(), place, { id: 'a', at: hour(8), seen: all('pass') });
      const second = await saving(place, { id: 'b', at: hour(9), seen: all('pass'), rules: newRulesOf('vpc-dns', 'efa-self-traffic') });
      expect(second.written).toEqual(['RULES#vpc-dns+efa-self-traffic', 'AUDIT', 'DAY', 'HEAD']);
      const third = await saving(place, { id: 'c', at: hour(10), seen: all('fail'), rules: newRulesOf('vpc-dns', 'efa-self-traffic') });
      expect(new Set(third.causes.map((c) => c.split(' ')[1]))).toEqual(new Set(['account']));
    });

    const remove = async (place: TestRegion) => {
      const key = { pk: `${place.account}#${place.region}`, sk: 'HEAD' };
      const { audit } = (await store.get<HeadItem>(key)) ?? expect.fail('no HEAD');
      await store.update(key, { set: { audit: { ...audit, rules: undefined } } });
    };

    test('reports nothing as a change of the account after a version that stored none, and everything again after that', async () => {
      const place = newPlace();
      await save(tableOn(), place, { id: 'a', at: hour(8), seen: all('pass') });
      await remove(place);
      const second = await saving(place, { id: 'b', at: hour(9), seen: all('fail') });
      expect(second.read).toEqual([]);
      expect(second.causes).toEqual(['efa-self-traffic auditor', 'vpc-dns auditor', 'llm-train auditor']);
      const third = await saving(place, { id: 'c', at: hour(10), seen: all('pass') });
      expect(third.causes).toEqual(['efa-self-traffic account', 'vpc-dns account', 'llm-train account']);
    });

    test('reports nothing as a change of the account where the previous rules are no longer there', async () => {
      const place = newPlace();
      await save(tableOn(), place, { id: 'a', at: hour(8), seen: all('pass'), rules: { ...firstRules, hash: 'lost' } });
      const lost = through(async (send, { operation, sk }) => (operation === 'get' && sk === 'RULES#lost' ? undefined : send()));
      const second = await saving(place, { id: 'b', at: hour(9), seen: all('fail') }, lost);
      expect(second.read).toEqual(['RULES#lost']);
      expect(new Set(second.causes.map((c) => c.split(' ')[1]))).toEqual(new Set(['auditor']));
    });

    test('stores them before anything refers to them', async () => {
      const place = newPlace();
      const refused = through((send, { sk }) => (sk.startsWith('RULES#') ? Promise.reject(new Error('refused')) : send()));
      const rules = { ...firstRules, hash: 'refused' };
      await expect(save(tableOn(refused), place, { id: 'a', at: hour(8), seen: all('pass'), rules })).rejects.toThrow('refused');
      expect(await standing(place)).toEqual([]);
    });
  });

  test('with words that are new though nothing became better or worse, without a commit', async () => {
    const place = newPlace();
    const open = fail({ message: 'Requested: PENDING.' });
    const refused = fail({ message: 'Requested: DENIED.' });
    const blind = row({ check: 'vpc-dns' });
    await save(tableOn(), place, { id: 'a', at: hour(8), seen: result({ findings: [open], rows: [blind] }) });
    await save(tableOn(), place, {
      id: 'b',
      at: hour(9),
      seen: result({ findings: [refused], rows: [{ ...blind, reason: 'timed out' }] }),
    });
    const state = await tableOn().currentState(place);
    expect(state?.findings.get(open.id)).toMatchObject({ seq: 1, since: hour(8), finding: { message: 'Requested: DENIED.' } });
    expect([...(state?.coverage.values() ?? [])]).toMatchObject([{ since: hour(8), row: { reason: 'timed out' } }]);
    expect(await logOf(place)).toHaveLength(1);
  });

  test('in parts where a commit is over 300 KB: 5,000 findings', async () => {
    const place = newPlace();
    const findings = Array.from({ length: 5000 }, (_, n) =>
      finding({
        resource: `sg-${n}`,
        message: `Security group sg-${n} was looked at, and this sentence has the length that sentences have.`,
      }),
    );
    const commits: string[] = [];
    const watching = through((send, call) => {
      if (call.operation === 'put' && /^(LOG|PART)#/.test(call.sk)) commits.push(kindOf(call));
      return send();
    });
    const saved = await save(tableOn(watching), place, { id: 'a', at: hour(8), seen: result({ findings }) });
    expect(saved.changes).toHaveLength(5001);
    expect(commits.length).toBeGreaterThan(5);
    expect(commits.indexOf('LOG')).toBe(commits.length - 1);
    await expectReplay(place);
  }, 120_000);

  test('also where an id is longer than a key may be', async () => {
    const place = newPlace();
    const long = (end: string) => finding({ check: 'lifecycle-scripts', resource: `s3://bucket/${'folder/'.repeat(140)}${end}` });
    await save(tableOn(), place, { id: 'a', at: hour(8), seen: result({ findings: [long('a.sh'), long('b.sh')] }) });
    await expectReplay(place);
    expect((await tableOn().historyOf(place, long('b.sh').id)).items).toHaveLength(1);
  });
});

describe('an audit is not saved', () => {
  test('twice under one id', async () => {
    const place = newPlace();
    await save(tableOn(), place, first);
    await save(tableOn(), place, second);
    const again = await save(tableOn(), place, { ...first, at: hour(10) });
    expect(again).toMatchObject({ discarded: 'repeated', changes: [] });
    expect(await logOf(place)).toHaveLength(2);
    expect((await tableOn().audits(place)).items).toHaveLength(2);
  });

  test('with facts older than those of the last', async () => {
    const place = newPlace();
    await save(tableOn(), place, first);
    await save(tableOn(), place, { ...second, at: hour(12) });
    const late = await save(tableOn(), place, { id: 'late', at: hour(10), seen: before });
    expect(late).toMatchObject({ discarded: 'outdated', changes: [] });
    expect((await tableOn().currentState(place))?.audit.auditId).toBe('second');
    expect(await logOf(place)).toHaveLength(2);
  });

  test('but a last audit whose clock was ahead of the time does not keep others out until then', async () => {
    const place = newPlace();
    await save(tableOn(), place, { ...first, at: '2031-01-01T00:00:00.000Z' });
    const saved = await save(tableOn(), place, second);
    expect(saved).toMatchObject({ commit: 2 });
    expect(saved.discarded).toBeUndefined();
  });
});

/** Dies after so many writes: not one call later reaches the table. Writes go one by one, so that "after" means something. */
function dyingAfter(writes: number) {
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

describe('a crash after any write', () => {
  const undisturbed = async () => {
    const place = newPlace();
    await save(tableOn(), place, first);
    await save(tableOn(), place, second);
    return {
      log: await logOf(place),
      state: await tableOn().currentState(place),
      history: await historyOf(place),
      audits: await auditsOf(place),
    };
  };
  const auditsOf = async (place: TestRegion) => (await tableOn().audits(place)).items.map((a) => a.auditId);
  const historyOf = async (place: TestRegion) =>
    Promise.all(
      ['sg-1', 'sg-2', 'sg-3', 'sg-4'].map(async (resource) => (await tableOn().historyOf(place, finding({ resource }).id)).items),
    );

  test.each([
    { name: 'the first audit', done: [], dies: first, next: [first, second] },
    { name: 'an audit that found changes', done: [first], dies: second, next: [second] },
  ])('of $name is healed when it is repeated: the same log, state and history', async ({ done, dies, next }) => {
    const expected = await undisturbed();
    let crashes = 0;
    for (let writes = 0; ; writes++) {
      const place = newPlace();
      for (const audit of done) await save(tableOn(), place, audit);
      const died = await save(tableOn(dyingAfter(writes)), place, dies).then(
        () => false,
        (error: Error) => error.message === 'The process died.',
      );
      // What is read before anyone repaired it is one of the two states, never a mixture.
      const seen = await tableOn().currentState(place);
      if (seen) expect(kept(seen)).toEqual(kept(replay((await logOf(place)).slice(0, seen.seq))));
      for (const audit of next) await save(tableOn(), place, audit);
      expect(await logOf(place), `after ${writes} writes`).toEqual(expected.log);
      expect(await tableOn().currentState(place), `after ${writes} writes`).toEqual(expected.state);
      expect(await historyOf(place), `after ${writes} writes`).toEqual(expected.history);
      expect(await auditsOf(place), `after ${writes} writes`).toEqual(expected.audits);
      if (!died) break;
      crashes += 1;
    }
    expect(crashes).toBeGreaterThan(10);
  });

  test('is healed by the next audit as well: the same changes, under its own name where the other’s were not appended', async () => {
    const expected = await undisturbed();
    for (let writes = 0; ; writes++) {
      const place = newPlace();
      await save(tableOn(), place, first);
      const died = await save(tableOn(dyingAfter(writes)), place, second).then(
        () => false,
        () => true,
      );
      await save(tableOn(), place, { id: 'third', at: hour(10), seen: after });
      const log = await expectReplay(place);
      expect(log).toHaveLength(2);
      expect(log[1]?.changes.map((c) => [c.of, c.kind, c.id])).toEqual(expected.log[1]?.changes.map((c) => [c.of, c.kind, c.id]));
      expect((await tableOn().currentState(place))?.audit.auditId).toBe('third');
      if (!died) break;
    }
  });

  describe('of a commit in parts, where a checkpoint in parts is due as well', () => {
    // Few findings with long texts: what is over 300 KB here is written in few calls.
    const long = (statuses: readonly ('pass' | 'fail')[]) =>
      result({ findings: statuses.map((status, n) => finding({ status, resource: `sg-${n}`, message: `${n}`.repeat(80_000) })) });
    const well: Audit = { id: 'first', at: hour(8), seen: long(['pass', 'pass', 'pass', 'fail']) };
    const ill: Audit = { id: 'second', at: hour(9), seen: long(['fail', 'fail', 'fail', 'pass']), planHash: 'plan-2' };

    test.each([
      { name: 'when it is repeated', next: ill },
      { name: 'by the next audit', next: { ...ill, id: 'third', at: hour(10) } },
    ])(
      'is healed $name: nothing lost, nothing doubled, every alert still to be told, every moment as it was',
      async ({ next }) => {
        const written: string[] = [];
        for (let writes = 0; ; writes++) {
          const place = newPlace();
          await save(tableOn(), place, well);
          const was = await tableOn().currentState(place);
          const died = await save(tableOn(dyingAfter(writes)), place, ill).then(
            () => false,
            (error: Error) => error.message === 'The process died.',
          );
          const after = `after ${writes} writes`;
          // Before anyone repaired it: one of the two states, whole.
          const seen = await tableOn().currentState(place);
          expect(kept(seen), after).toEqual(kept(replay((await logOf(place)).slice(0, seen?.seq))));
          await save(tableOn(), place, next);

          const log = await expectReplay(place);
          expect(
            log.map((c) => [c.seq, c.pending]),
            after,
          ).toEqual([
            [1, true],
            [2, true],
          ]);
          expect(log[1]?.changes.map((c) => [c.of, c.kind, c.id])).toEqual([
            ...[0, 1, 2].map((n) => ['finding', 'regressed', finding({ resource: `sg-${n}` }).id]),
            ['finding', 'recovered', finding({ resource: 'sg-3' }).id],
          ]);
          const { items: pending } = await tableOn().pendingCommits({ limit: 1000 });
          expect(new Set(pending.filter((c) => c.account === place.account).map((c) => c.seq)), after).toEqual(new Set([1, 2]));
          const now = await tableOn().currentState(place);
          expect(now?.audit.auditId).toBe(next.id);
          for (const [moment, state] of [
            [hour(8), was],
            [log[1]?.factsAt ?? '', now],
            [hour(11), now],
          ] as const) {
            const then = await tableOn().stateAt(place, moment);
            expect('seq' in then && kept(then), `${moment} ${after}`).toEqual(kept(state));
          }
          for (const n of [0, 3]) {
            const { items } = await tableOn().historyOf(place, finding({ resource: `sg-${n}` }).id);
            expect(
              items.map((h) => h.seq),
              after,
            ).toEqual([2, 1]);
          }
          expect(await checkpointAt(place, 2), after).toEqual(alone);
          if (!died) {
            written.push(...(await standing(place)).map(({ sk }) => sk.split('#', 2).join('#')));
            break;
          }
        }
        // The commit and the checkpoint were in parts.
        expect(written.filter((sk) => sk === 'PART#0000000002').length).toBeGreaterThanOrEqual(4);
      },
      120_000,
    );

    test('leaves it to be told whole, or told, and its parts go in the end', async () => {
      for (let writes = 0; ; writes++) {
        const place = newPlace();
        await save(tableOn(), place, well);
        const { changes } = (await tableOn().commit(place, 1)) ?? expect.fail('no commit');
        const died = await tableOn(dyingAfter(writes))
          .confirmNotified(place, 1)
          .then(
            () => false,
            () => true,
          );
        const commit = await tableOn().commit(place, 1);
        expect(commit?.changes).toEqual(changes);
        expect(commit?.pending).toBe(writes === 0 ? true : undefined);
        if (commit?.pending) await tableOn().confirmNotified(place, 1);
        expect(await expiriesOf(place, /^(LOG|PART)#/)).not.toContain(undefined);
        if (died) continue;
        expect(writes).toBeGreaterThan(2);
        break;
      }
    });
  });

  test('of an audit that found nothing leaves nothing behind', async () => {
    for (let writes = 0; writes < 3; writes++) {
      const place = newPlace();
      await save(tableOn(), place, first);
      await expect(save(tableOn(dyingAfter(writes)), place, { ...second, seen: before })).rejects.toThrow('The process died.');
      await save(tableOn(), place, { ...second, seen: before });
      expect(await logOf(place)).toHaveLength(1);
      expect((await tableOn().currentState(place))?.audit.auditId).toBe('second');
    }
  });
});

describe('audits at the same time', () => {
  /** Stops a store before its first write of a kind, until it is told to go on. */
  function stoppedBefore(prefix: string) {
    let stopped: () => void = () => undefined;
    let goOn: () => void = () => undefined;
    const reached = new Promise<void>((done) => {
      stopped = done;
    });
    const released = new Promise<void>((done) => {
      goOn = done;
    });
    const stopping = through(async (send, call) => {
      if (call.isWrite && call.sk.startsWith(prefix)) {
        stopped();
        await released;
      }
      return send();
    });
    return { store: stopping, reached, goOn: () => goOn() };
  }

  test('a slow one with older facts cannot append after a newer one that found nothing', async () => {
    const place = newPlace();
    await save(tableOn(), place, first);
    const slow = stoppedBefore('LOG#');
    const older = save(tableOn(slow.store), place, second);
    await slow.reached;
    const newer = await save(tableOn(), place, { id: 'third', at: hour(10), seen: before });
    slow.goOn();
    expect(await older).toMatchObject({ discarded: 'outdated', changes: [] });
    // An empty commit stands where the slow one would have written; nobody is told of it.
    expect(newer.changes).toEqual([]);
    const log = await expectReplay(place);
    expect(log.map((c) => [c.auditId, c.changes.length > 0, c.pending])).toEqual([
      ['first', true, true],
      ['third', false, undefined],
    ]);
  });

  test('a slow one that has appended is finished by the next, and knows that it was', async () => {
    const place = newPlace();
    await save(tableOn(), place, first);
    const slow = stoppedBefore('HEAD');
    const marking = save(tableOn(slow.store), place, second);
    await slow.reached;
    // It has not said yet that it will append: the next one is simply first, and it the later.
    await save(tableOn(), place, { id: 'third', at: hour(10), seen: after });
    slow.goOn();
    expect(await marking).toMatchObject({ discarded: 'outdated' });

    const other = newPlace();
    await save(tableOn(), other, first);
    const appended = stoppedBefore('AUDIT#');
    const older = save(tableOn(appended.store), other, second);
    await appended.reached;
    const newer = await save(tableOn(), other, { id: 'third', at: hour(10), seen: before });
    appended.goOn();
    expect(newer.commit).toBe(3);
    expect(await older).toMatchObject({ commit: 2 });
    const log = await expectReplay(other);
    expect(log.map((c) => c.auditId)).toEqual(['first', 'second', 'third']);
    expect((await tableOn().currentState(other))?.audit.auditId).toBe('third');
  });

  test('a slow one that found nothing does not put an older audit over a newer one', async () => {
    const place = newPlace();
    await save(tableOn(), place, first);
    const slow = stoppedBefore('HEAD');
    const older = save(tableOn(slow.store), place, { id: 'second', at: hour(9), seen: before });
    await slow.reached;
    await save(tableOn(), place, { id: 'third', at: hour(10), seen: before });
    slow.goOn();
    expect(await older).toMatchObject({ discarded: 'outdated' });
    expect((await tableOn().currentState(place))?.audit.auditId).toBe('third');
  });

  test('a slow one does not write its records over those of a later commit', async () => {
    const place = newPlace();
    await save(tableOn(), place, first);
    const slow = stoppedBefore('F#');
    const older = save(tableOn(slow.store), place, second);
    await slow.reached;
    await save(tableOn(), place, { id: 'third', at: hour(10), seen: before });
    slow.goOn();
    expect(await older).toMatchObject({ commit: 2 });
    await expectReplay(place);
    expect((await tableOn().currentState(place))?.findings.get(finding().id)).toMatchObject({ seq: 3, finding: { status: 'pass' } });
  });

  test('one that is slow with a checkpoint takes nothing from that of another, of the same commit or of a later one', async () => {
    const replanned = (id: string, at: string, seen: RegionResult): Audit => ({ id, at, seen, planHash: 'plan-2' });
    for (const then of [before, after]) {
      const place = newPlace();
      await save(tableOn(), place, first);
      const slow = stoppedBefore('CHECKPOINT#');
      const older = save(tableOn(slow.store), place, replanned('second', hour(9), before));
      await slow.reached;
      const newer = await save(tableOn(), place, replanned('third', hour(10), then));
      slow.goOn();
      expect(await older).toMatchObject({ discarded: 'outdated' });
      expect(await checkpointAt(place, newer.commit ?? 1)).toMatchObject({ stays: true });
      const states = [await tableOn().stateAt(place, hour(8)), await tableOn().currentState(place)];
      // What the slow one left behind goes when the next checkpoint is written.
      const late = () => new Date(noon.getTime() + 20 * 86_400_000);
      const { commit } = await save(tableOn(undefined, late), place, { id: 'fourth', at: hour(11), seen: result({}), planHash: 'plan-3' });
      expect(commit).toBe((newer.commit ?? 1) + 1);
      expect(await checkpointAt(place, commit ?? 0)).toEqual(alone);
      states.push(await tableOn().currentState(place));
      // Until then, and when the first of it has gone.
      for (const now of [late, () => new Date(noon.getTime() + 410 * 86_400_000)])
        for (const [n, state] of states.entries()) {
          const then = await tableOn(undefined, now).stateAt(place, hour([8, 10, 11][n] ?? 0));
          expect('seq' in then && kept(then)).toEqual(state && 'seq' in state && kept(state));
        }
    }
  });

  test('in any interleaving of their calls: the log in the order of facts, the newest facts last, nothing lost or doubled', async () => {
    const small = (status: 'pass' | 'fail', more: readonly string[] = []) =>
      result({ findings: [finding({ status }), ...more.map((resource) => finding({ resource }))] });
    const audits: readonly Audit[] = [
      { id: 'second', at: hour(9), seen: small('fail') },
      { id: 'third', at: hour(10), seen: small('pass') },
      { id: 'fourth', at: hour(11), seen: small('pass', ['sg-2']) },
    ];
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (s) => {
        const place = newPlace();
        await save(tableOn(), place, { id: 'first', at: hour(8), seen: small('pass') });
        const outcomes = Promise.all(
          audits.map((audit) => {
            const scheduled = through(async (send) => {
              await s.schedule(Promise.resolve(audit.id));
              return send();
            });
            return save(tableOn(scheduled), place, audit);
          }),
        );
        const saved = await s.waitFor(outcomes);
        const log = await expectReplay(place);
        expect(log.map((c) => c.factsAt)).toEqual(log.map((c) => c.factsAt).toSorted());
        const told = log.filter((c) => c.changes.length > 0 && c.seq > 1).map((c) => c.seq);
        expect(saved.flatMap((o) => o.commit ?? []).toSorted()).toEqual(expect.arrayContaining(told));
        const state = await tableOn().currentState(place);
        expect(state?.audit.auditId).toBe('fourth');
        expect([...(state?.findings.values() ?? [])].map((f) => [f.finding.resource, f.finding.status]).toSorted()).toEqual([
          ['sg-1', 'pass'],
          ['sg-2', 'pass'],
        ]);
      }),
      { numRuns: 60, seed: 20261120 },
    );
  }, 120_000);

  test('thirty at once are all saved or discarded, none fails', async () => {
    const place = newPlace();
    const outcomes = await Promise.all(
      Array.from({ length: 30 }, (_, n) =>
        save(tableOn(), place, {
          id: `audit-${n}`,
          at: new Date(Date.parse(hour(8)) + n * 1000).toISOString(),
          seen: n % 2 ? before : after,
        }),
      ),
    );
    expect(outcomes).toHaveLength(30);
    const log = await expectReplay(place);
    expect(log.map((c) => c.factsAt)).toEqual(log.map((c) => c.factsAt).toSorted());
    expect((await tableOn().currentState(place))?.audit.auditId).toBe('audit-29');
  }, 60_000);
});

describe('reading', () => {
  test('commits of a period, in pages, newest first', async () => {
    const place = newPlace();
    for (let n = 0; n < 6; n++) await save(tableOn(), place, { id: `a${n}`, at: hour(n), seen: n % 2 ? before : after });
    const seqs = async (from?: string, to?: string) =>
      (await tableOn().changesBetween(place, { ...(from && { from }), ...(to && { to }) })).items.map((c) => c.seq);
    expect(await seqs()).toEqual([6, 5, 4, 3, 2, 1]);
    expect(await seqs(hour(1), hour(3))).toEqual([4, 3, 2]);
    expect(await seqs(hour(4))).toEqual([6, 5]);
    expect(await seqs(undefined, hour(0))).toEqual([1]);
    const page = await tableOn().changesBetween(place, {}, { limit: 4 });
    expect(page.items.map((c) => c.seq)).toEqual([6, 5, 4, 3]);
    const rest = await tableOn().changesBetween(place, {}, { limit: 4, ...(page.cursor && { cursor: page.cursor }) });
    expect(rest.items.map((c) => c.seq)).toEqual([2, 1]);
    await expect(tableOn().changesBetween(place, {}, { cursor: 'bm9uc2Vuc2U' })).rejects.toThrow('is not the cursor of a page');
  });

  test('pending commits until they are confirmed, the oldest first', async () => {
    const place = newPlace();
    await save(
      tableOn(undefined, () => new Date('2026-11-20T08:01:00Z')),
      place,
      first,
    );
    await save(
      tableOn(undefined, () => new Date('2026-11-20T09:01:00Z')),
      place,
      second,
    );
    const mine = async () => (await tableOn().pendingCommits({ limit: 1000 })).items.filter((c) => c.account === place.account);
    expect(await mine()).toEqual([
      { ...place, seq: 1, at: '2026-11-20T08:01:00.000Z' },
      { ...place, seq: 2, at: '2026-11-20T09:01:00.000Z' },
    ]);
    await tableOn().confirmNotified(place, 1);
    await tableOn().confirmNotified(place, 1);
    expect((await mine()).map((c) => c.seq)).toEqual([2]);
    expect(await tableOn().commit(place, 1)).toMatchObject({ seq: 1, auditId: 'first' });
    expect((await tableOn().commit(place, 1))?.pending).toBeUndefined();
    await tableOn().confirmNotified(place, 99);
    expect(await tableOn().commit(place, 99)).toBeUndefined();
  });

  test('open failures by level over all regions, until they pass', async () => {
    const place = newPlace();
    const soft = fail({ resource: 'sg-9', level: 'recommended' });
    await save(tableOn(), place, { id: 'a', at: hour(8), seen: result({ findings: [fail(), finding({ resource: 'sg-2' }), soft] }) });
    const mine = async (level: 'required' | 'recommended') => {
      const found: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await tableOn().openFailures(level, { limit: 1000, ...(cursor && { cursor }) });
        found.push(...page.items.filter((f) => f.account === place.account).map((f) => f.finding.resource));
        cursor = page.cursor;
      } while (cursor);
      return found;
    };
    expect(await mine('required')).toEqual(['sg-1']);
    expect(await mine('recommended')).toEqual(['sg-9']);
    await save(tableOn(), place, { id: 'b', at: hour(9), seen: result({ findings: [finding(), finding({ resource: 'sg-2' })] }) });
    expect(await mine('required')).toEqual([]);
    expect(await mine('recommended')).toEqual([]);
  });
});

describe('what is kept', () => {
  const day = (n: number) => new Date(Date.UTC(2026, 0, 1 + n, 12));
  const onDay = (n: number, retentionDays = 90) => tableOn(store, () => day(n), retentionDays);
  const audit = (n: number, seen: RegionResult, planHash = 'plan-1'): Audit => ({
    id: `day-${n}`,
    at: day(n).toISOString(),
    seen,
    planHash,
  });
  const told = async (table: FindingsTable, place: TestRegion, of: Audit) => {
    const { commit } = await save(table, place, of);
    if (commit !== undefined) await table.confirmNotified(place, commit);
  };
  const seqAt = async (table: FindingsTable, place: TestRegion, n: number) => {
    const state = await table.stateAt(place, new Date(day(n).getTime() + 1000).toISOString());
    return 'seq' in state ? state.seq : state;
  };

  test('the state at any moment since the first audit, from the last checkpoint before it', async () => {
    const place = newPlace();
    const states: (RegionState | undefined)[] = [];
    for (let n = 0; n < 100; n += 10) {
      await save(onDay(n, 120), place, audit(n, n % 20 ? before : after, n < 50 ? 'plan-1' : 'plan-2'));
      states.push(await onDay(n).currentState(place));
    }
    for (const [i, state] of states.entries()) {
      const then = await onDay(90).stateAt(place, new Date(day(i * 10).getTime() + 86_400_000).toISOString());
      expect('seq' in then && kept(then)).toEqual(kept(state));
    }
    expect(await onDay(90).stateAt(place, day(-1).toISOString())).toEqual({ notKeptBefore: day(0).toISOString() });
  });

  test('log and history for as long as asked, the newest checkpoint beyond; earlier moments are answered with from when', async () => {
    const place = newPlace();
    await told(onDay(0), place, audit(0, after));
    await told(onDay(10), place, audit(10, before));
    await told(onDay(31), place, audit(31, after));
    await told(onDay(40), place, audit(40, before));
    // Day 95: the first commit is no longer kept, and it is the second whose base is missing.
    expect(await seqAt(onDay(95), place, 12)).toEqual({ notKeptBefore: day(31).toISOString() });
    expect(await seqAt(onDay(95), place, 33)).toBe(3);
    expect(await seqAt(onDay(95), place, 41)).toBe(4);
    expect((await onDay(95).historyOf(place, finding().id)).items.map((h) => h.seq)).toEqual([4, 3, 2]);
    expect(await onDay(95).commit(place, 1)).toBeUndefined();
    // Day 200: the whole log is gone. What came between the newest checkpoint and the last commit nobody can say; what has been
    // so since, the records do.
    expect((await onDay(200).changesBetween(place, {})).items).toEqual([]);
    expect(await seqAt(onDay(200), place, 33)).toEqual({ notKeptBefore: day(40).toISOString() });
    expect(await seqAt(onDay(200), place, 41)).toBe(4);
    // Findings themselves do not expire, and the next change is compared with them.
    expect((await onDay(200).currentState(place))?.findings.size).toBe(before.findings.length);
    expect((await save(onDay(200), place, audit(200, after))).commit).toBe(5);
    expect(await seqAt(onDay(200), place, 201)).toBe(5);
    expect(await seqAt(onDay(200), place, 41)).toEqual({ notKeptBefore: day(200).toISOString() });
  });

  test.each([
    { name: 'in one item', seen: after },
    { name: 'in parts', seen: result({ findings: [1, 2, 3, 4].map((n) => fail({ resource: `sg-${n}`, message: 'x'.repeat(120_000) })) }) },
  ])('a commit $name until it was told, however long that takes, and then as long as asked', async ({ seen }) => {
    const place = newPlace();
    const { changes } = await save(onDay(0, 1), place, audit(0, seen));
    const mine = async (n: number) => (await onDay(n, 1).pendingCommits({ limit: 1000 })).items.filter((c) => c.account === place.account);
    for (const n of [1, 2, 300]) {
      expect(await onDay(n, 1).commit(place, 1)).toMatchObject({ seq: 1, pending: true, changes });
      expect(await mine(n)).toMatchObject([{ seq: 1 }]);
    }
    await onDay(301, 1).markNotified(place, 1);
    expect(await onDay(301, 1).commit(place, 1)).toMatchObject({ pending: true, told: true });
    await onDay(301, 1).confirmNotified(place, 1);
    expect(await mine(301)).toEqual([]);
    expect((await onDay(301, 1).commit(place, 1))?.changes).toEqual(changes);
    expect(await onDay(302, 1).commit(place, 1)).toBeUndefined();
    // Its parts go with it.
    expect(await expiriesOf(place, /^(LOG|PART)#/)).toEqual([Math.floor(day(302).getTime() / 1000)]);
  });

  test('a commit that tells nothing for as long as asked from the start', async () => {
    const place = newPlace();
    await onDay(0, 1).save(
      { ...place, auditId: 'a', factsAt: day(0).toISOString(), planHash: 'p', toolVersion: '1', rules: firstRules },
      (previous) => ({
        result: carryOver(previous, after, day(0).toISOString()),
        changes: diff(previous, after, day(0).toISOString(), { planHash: 'p', rules: firstRules }),
        notify: false,
      }),
    );
    expect(await onDay(0, 1).commit(place, 1)).toMatchObject({ seq: 1 });
    expect(await onDay(1, 1).commit(place, 1)).toBeUndefined();
  });

  test('no state that a commit which outlives those after it would give a wrong one of', async () => {
    const place = newPlace();
    // Nobody is told of the second; or the third was written when less was kept.
    for (const [n, seen] of [before, after, before, after, before].entries()) {
      await save(onDay(n * 10, n < 2 ? 90 : 30), place, audit(n * 10, seen));
      if (n !== 1) await onDay(n * 10, n < 2 ? 90 : 30).confirmNotified(place, n + 1);
    }
    // Day 55: the first, the second, the fourth and the fifth are kept.
    const on = onDay(55);
    expect((await on.changesBetween(place, {})).items.map((c) => c.seq)).toEqual([5, 4, 2, 1]);
    // What became of the second nobody can say any more; of the third there is a checkpoint.
    expect(await seqAt(on, place, 15)).toEqual({ notKeptBefore: day(20).toISOString() });
    expect(await seqAt(on, place, 25)).toBe(3);
    expect(await seqAt(on, place, 35)).toBe(4);
    // Day 80: of those after the second none is left.
    expect((await onDay(80).changesBetween(place, {})).items.map((c) => c.seq)).toEqual([2, 1]);
    expect(await seqAt(onDay(80), place, 15)).toEqual({ notKeptBefore: day(40).toISOString() });
    expect(await seqAt(onDay(80), place, 35)).toEqual({ notKeptBefore: day(40).toISOString() });
    expect(await seqAt(onDay(80), place, 45)).toBe(5);
  });

  test('of checkpoints the newest alone, whenever the one who wrote it died', async () => {
    for (let writes = 0; ; writes++) {
      const place = newPlace();
      await save(tableOn(), place, first);
      await save(tableOn(), place, { id: 'a', at: hour(9), seen: before, planHash: 'plan-2' });
      const died = await save(tableOn(dyingAfter(writes)), place, { ...second, at: hour(10), planHash: 'plan-3' }).then(
        () => false,
        () => true,
      );
      await save(tableOn(), place, { id: 'third', at: hour(11), seen: after, planHash: 'plan-3' });
      expect(await checkpointAt(place, 2), `after ${writes} writes`).toEqual(alone);
      if (!died) break;
    }
  });

  test('audits for 35 days', async () => {
    const place = newPlace();
    await save(onDay(0), place, audit(0, after));
    await save(onDay(20), place, audit(20, after));
    expect((await onDay(34).audits(place)).items.map((a) => a.auditId)).toEqual(['day-20', 'day-0']);
    expect((await onDay(36).audits(place)).items.map((a) => a.auditId)).toEqual(['day-20']);
  });

  test('the version of what is gone, so that nothing older brings it back', async () => {
    const place = newPlace();
    await save(onDay(0), place, audit(0, after));
    await save(onDay(1), place, audit(1, result({})));
    expect((await onDay(1).currentState(place))?.findings.size).toBe(0);
    // The check is known here, so its return is the account's doing and no baseline.
    const back = await save(onDay(2), place, audit(2, result({ findings: [finding()] })));
    expect(back.changes.map((c) => [c.of, c.kind, c.cause])).toEqual([['finding', 'appeared', 'account']]);
  });
});

test('other errors of the table are errors of the audit', async () => {
  const refusing = through(async (send, call) => {
    if (!call.isWrite) return send();
    throw Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });
  });
  await expect(save(tableOn(refusing), newPlace(), first)).rejects.toThrow('Rate exceeded');
});
