/** How an audit is saved: as a commit, as records, as history and as an audit. */
import { describe, expect, test } from 'vitest';
import type { HeadItem } from '../../../shared/aws/findings/head.ts';
import type { ItemStore } from '../../../shared/aws/findings/item-store.ts';
import { shortName, unpackAmounts, unpackDay } from '../../../shared/aws/findings/packed-amounts.ts';
import { rules as committed } from '../../../shared/core/evaluation/rules.ts';
import { finding, firstRules, hour, newRulesOf, result, row } from '../../core/results.ts';
import {
  type Audit,
  before,
  expectReplay,
  fail,
  first,
  itemsIn,
  kindOf,
  logOf,
  newPlace,
  noon,
  save,
  second,
  store,
  type TestRegion,
  tableOn,
  through,
} from './audited-table.ts';
import { type StoreCall, storeThrough } from './store-through.ts';

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
      { seq: 1, kind: 'appeared', cause: 'baseline', message: 'sg-1 was read.' },
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
      expect(await itemsIn(place)).toEqual([]);
    });
  });

  test('with words that are new though nothing became better or worse, without a commit', async () => {
    const place = newPlace();
    const open = fail({ message: 'Requested: PENDING.' });
    const refused = fail({ message: 'Requested: DENIED.' });
    const unevaluated = row({ check: 'vpc-dns' });
    await save(tableOn(), place, { id: 'a', at: hour(8), seen: result({ findings: [open], rows: [unevaluated] }) });
    await save(tableOn(), place, {
      id: 'b',
      at: hour(9),
      seen: result({ findings: [refused], rows: [{ ...unevaluated, reason: 'timed out' }] }),
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
        message: `Security group sg-${n} was evaluated, and this sentence has the length that sentences have.`,
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

  test('but a last audit with a clock ahead of the time does not keep others out until then', async () => {
    const place = newPlace();
    await save(tableOn(), place, { ...first, at: '2031-01-01T00:00:00.000Z' });
    const saved = await save(tableOn(), place, second);
    expect(saved).toMatchObject({ commit: 2 });
    expect(saved.discarded).toBeUndefined();
  });
});
