/**
 * One cause, one notification; a limit of messages an hour; nothing lost whatever fails. Audits are saved and notified by the
 * workflows of audit, notify and dispatch, on items in memory, with a clock that is moved.
 */
import { describe, expect, test } from 'vitest';
import type { ItemStore } from '../../shared/aws/findings/item-store.ts';
import { findingsTable } from '../../shared/aws/findings/table.ts';
import { NotAcceptedError } from '../../shared/aws/messaging/alert-topics.ts';
import type { AlertMessage } from '../../shared/core/alerts/alert-message.ts';
import { isNotified } from '../../shared/core/alerts/alert-selection.ts';
import { incidentsOf } from '../../shared/core/alerts/incidents.ts';
import type { RegionResult } from '../../shared/core/evaluation/finding.ts';
import type { Rules } from '../../shared/core/evaluation/rules.ts';
import { carryOver } from '../../shared/core/history/carry-over.ts';
import type { AlertTopic } from '../../shared/core/history/delivery-progress.ts';
import { diff } from '../../shared/core/history/drift.ts';
import type { AlertSettings } from '../../shared/core/plan/plan.ts';
import { emptyPlan } from '../../shared/core/plan/plan.ts';
import { deliverCommit } from '../../shared/workflows/deliver-commit.ts';
import { deliverPending } from '../../shared/workflows/deliver-pending.ts';
import { storeThrough } from '../aws/findings/store-through.ts';
import { mapStore } from '../bench/map-store.ts';
import { notifyOrganization } from '../bench/notified-organization.ts';
import { finding, firstRules, otherRules, planned, result, row } from '../core/results.ts';

const minute = 60_000;
const start = Date.UTC(2026, 10, 24, 8);
const names = ['alerts', 'chat'] as const;

const healthy = result({ findings: [finding()] });
const sick = result({ findings: [finding({ status: 'fail' })] });
const unread = (reason = 'access denied', action = 'ec2:DescribeSubnets') => result({ rows: [row({ resource: 'sg-1', reason, action })] });
const quiet = result({ findings: [finding({ cluster: '', check: 'applied-quotas' })], clusters: [] });
const place = (n: number) => ({
  account: String(111_122_223_000 + Math.floor(n / 4)),
  region: ['us-east-1', 'us-west-2', 'eu-north-1', 'ap-south-1'][n % 4] ?? '',
});

interface Options {
  readonly alerts?: AlertSettings;
  readonly store?: ItemStore;
}

/** A deployment whose functions are called by the test. */
function deployment({ alerts = {}, store = mapStore() }: Options = {}) {
  let clock = start;
  let refused: readonly AlertTopic[] = [];
  const now = () => new Date(clock);
  const table = findingsTable({ store, retentionDays: 400, now });
  const sent: { readonly topic: AlertTopic; readonly message: AlertMessage; readonly at: number }[] = [];
  const topics = {
    names,
    publish: async (message: AlertMessage, before: readonly AlertTopic[] = []) => {
      const open = names.filter((name) => !before.includes(name));
      const accepted = open.filter((name) => !refused.includes(name));
      for (const topic of accepted) sent.push({ topic, message, at: clock });
      if (accepted.length < open.length) throw new NotAcceptedError([...before, ...accepted], refused, [new Error('refused')]);
    },
  };
  const work = { table, topics, now, plan: { ...emptyPlan, alerts }, status: { command: 'readiness' } };
  const seqs = new Map<number, number>();
  const save = async (
    n: number,
    seen: RegionResult,
    { rules = firstRules, planHash = 'p' }: { readonly rules?: Rules; readonly planHash?: string } = {},
  ) => {
    const factsAt = now().toISOString();
    const here = { ...seen, region: place(n).region };
    const audit = { ...place(n), auditId: `${factsAt}`, factsAt, planHash, toolVersion: '1.0.0', rules };
    const { commit } = await table.save(audit, (previous) => {
      const changes = diff(previous, here, factsAt, audit);
      return { result: carryOver(previous, here, factsAt), changes, notify: changes.some(isNotified) };
    });
    if (commit !== undefined) seqs.set(n, commit);
    return commit;
  };
  const notify = (n: number) => deliverCommit(place(n), seqs.get(n) ?? 0, work);
  return {
    table,
    sent,
    save,
    notify,
    audit: async (n: number, ...of: Parameters<typeof save> extends [number, ...infer Rest] ? Rest : never) => {
      await save(n, ...of);
      return notify(n);
    },
    /** Places that were audited before, of which no notification is due. */
    begun: async (...places: readonly number[]) => {
      for (const n of places) {
        const seq = await save(n, healthy);
        if (seq !== undefined) await table.confirmNotified(place(n), seq);
      }
      clock += minute;
    },
    pass: (minutes: number) => {
      clock += minutes * minute;
    },
    sweep: () => deliverPending(work),
    refuse: (...of: readonly AlertTopic[]) => {
      refused = of;
    },
    mails: () => sent.filter((s) => s.topic === 'alerts').map((s) => s.message),
    chats: () => sent.filter((s) => s.topic === 'chat').map((s) => s.message),
    pending: async () => (await table.pendingCommits()).length,
  };
}

const subjects = (messages: readonly AlertMessage[]) => messages.map((m) => m.subject);
/** `state cluster account region` of every cluster that messages name. */
const named = (messages: readonly AlertMessage[]) =>
  messages.flatMap(({ data: { summary } }) =>
    (summary?.clusters ?? []).flatMap((c) => c.regions.map((region) => `${summary?.reasons[c.reason]?.status} ${c.account} ${region}`)),
  );

test('each of four causes in 20 places is one message to each topic, and names every cluster that is BLOCKED or UNKNOWN', async () => {
  const places = Array.from({ length: 20 }, (_, n) => place(n));
  const outcomes = await notifyOrganization(places);
  expect(
    outcomes.map(({ name, commits, messages, named: of, pending, subjects: said }) => ({ name, commits, messages, ...of, pending, said })),
  ).toEqual([
    {
      name: 'first audits',
      commits: 20,
      messages: { alerts: 1, chat: 1 },
      BLOCKED: 1,
      UNKNOWN: 0,
      pending: 0,
      said: ['1 BLOCKED: first audits of 20 regions in 5 accounts'],
    },
    {
      name: 'role lost',
      commits: 20,
      messages: { alerts: 1, chat: 1 },
      BLOCKED: 0,
      UNKNOWN: 20,
      pending: 0,
      said: ['20 UNKNOWN: 20 regions in 5 accounts no longer evaluated'],
    },
    {
      name: 'role restored',
      commits: 20,
      messages: { alerts: 1, chat: 1 },
      BLOCKED: 1,
      UNKNOWN: 0,
      pending: 0,
      said: ['1 BLOCKED: 20 regions in 5 accounts evaluated again'],
    },
    {
      name: 'new rules',
      commits: 20,
      messages: { alerts: 1, chat: 1 },
      BLOCKED: 2,
      UNKNOWN: 0,
      pending: 0,
      said: ['2 BLOCKED: new rules in 20 regions in 5 accounts'],
    },
  ]);
});

test('a summary waits until no place came for ten minutes, at the latest an hour after the first', async () => {
  const d = deployment();
  const sentAt: number[] = [];
  // A place every five minutes for two hours, and a sweep after each.
  for (let n = 0; n <= 24; n++) {
    await d.audit(n, sick);
    d.pass(1);
    await d.sweep();
    d.pass(4);
  }
  for (let n = 0; n < 4; n++) {
    await d.sweep();
    d.pass(5);
  }
  for (const { at } of d.sent.filter((s) => s.topic === 'alerts')) sentAt.push((at - start) / minute);
  // The first hour, the second, and what came after it until it was quiet.
  expect(sentAt).toEqual([56, 111, 130]);
  expect(named(d.mails()).toSorted()).toEqual(
    Array.from({ length: 25 }, (_, n) => `BLOCKED ${place(n).account} ${place(n).region}`).toSorted(),
  );
  expect(await d.pending()).toBe(0);
});

test('one place alone has its own message, with everything it says', async () => {
  const d = deployment();
  expect(await d.audit(0, sick)).toBe('waiting');
  d.pass(9);
  await d.sweep();
  expect(d.sent).toEqual([]);
  d.pass(1);
  await d.sweep();
  expect(subjects(d.mails())).toEqual([`1 BLOCKED in us-east-1 (${place(0).account}): first audit`]);
  expect(await d.pending()).toBe(0);
});

test('different reasons are different summaries, a role of each account is one', async () => {
  const d = deployment();
  await d.begun(0, 1, 4, 5);
  for (const n of [0, 4]) await d.audit(n, unread(`role of ${place(n).account} could not be entered`, 'sts:AssumeRole'));
  for (const n of [1, 5]) await d.audit(n, unread());
  d.pass(10);
  await d.sweep();
  expect(d.mails().map((m) => [m.attributes.kind, m.data.summary?.reasons.map((r) => r.reason)])).toEqual([
    ['unseen', ['role of ACCOUNT could not be entered (sts:AssumeRole)']],
    ['unseen', ['access denied (ec2:DescribeSubnets)']],
  ]);
});

test('the account’s drift goes out at once; what else the commit holds waits for its summary, and is not said twice', async () => {
  const d = deployment();
  for (const n of [0, 1]) await d.save(n, result({ findings: [finding(), finding({ check: 'vpc-dns', resource: 'vpc-1' })] }));
  for (const n of [0, 1]) await d.table.confirmNotified(place(n), 1);
  d.pass(60);
  const both = result({
    findings: [finding({ status: 'fail' })],
    rows: [row({ check: 'vpc-dns', resource: 'vpc-1', action: 'ec2:DescribeVpcs' })],
  });
  for (const n of [0, 1]) expect(await d.audit(n, both)).toBe('notified');
  expect(d.mails().map((m) => m.data.changes.map((c) => `${c.of} ${c.check ?? ''}`))).toEqual([
    ['readiness ', 'finding efa-self-traffic'],
    ['readiness ', 'finding efa-self-traffic'],
  ]);
  for (const n of [0, 1]) expect(await d.notify(n)).toBe('waiting');
  d.pass(10);
  await d.sweep();
  d.pass(20);
  await d.sweep();
  expect(subjects(d.mails()).slice(2)).toEqual([`2 BLOCKED: 2 regions in account ${place(0).account} no longer evaluated`]);
  expect(await d.pending()).toBe(0);
});

test('an edited plan is one summary', async () => {
  const d = deployment();
  await d.begun(0, 1, 2);
  const more = result({
    findings: [finding(), finding({ cluster: 'second', status: 'fail' })],
    clusters: [planned, { ...planned, cluster: 'second' }],
  });
  for (const n of [0, 1, 2]) await d.audit(n, n === 0 ? sick : more, { planHash: 'q' });
  d.pass(10);
  await d.sweep();
  expect(subjects(d.mails())).toEqual([`3 BLOCKED: edited plan in 3 regions in account ${place(0).account}`]);
});

test('a place without clusters never notifies; one whose clusters could not be listed does', async () => {
  const d = deployment();
  expect(await d.audit(0, quiet)).toBe('silent');
  d.pass(60);
  expect(await d.audit(0, result({ findings: [finding({ cluster: '', check: 'applied-quotas', status: 'fail' })], clusters: [] }))).toBe(
    'silent',
  );
  const unlisted = result({ rows: [row({ cluster: '', check: 'cluster-status', action: 'sagemaker:ListClusters' })], clusters: [] });
  expect(await d.audit(1, unlisted)).toBe('waiting');
  // The last cluster is gone: a notification about a cluster.
  await d.begun(2);
  expect(await d.audit(2, quiet)).toBe('notified');
});

test('alerts.minimum silences first audits and coverage below it', async () => {
  const soft = result({ findings: [], rows: [row({ check: 'subnet-size', level: 'recommended' })], clusters: [] });
  const of = async (minimum: AlertSettings['minimum']) => {
    const d = deployment({ alerts: { ...(minimum && { minimum }) } });
    await d.begun(1);
    const later = result({ findings: [finding()], rows: [row({ check: 'subnet-size', level: 'recommended', resource: 'subnet-1' })] });
    return [await d.audit(0, { ...soft, state: 'failed' }), await d.audit(1, later)];
  };
  expect(await of(undefined)).toEqual(['waiting', 'waiting']);
  // A cluster that is AT RISK for it has no required change either.
  expect(await of('required')).toEqual(['silent', 'silent']);
});

/** How many messages a topic was sent in any hour. */
function mostInAnHour(sent: readonly { readonly topic: AlertTopic; readonly at: number }[], topic: AlertTopic): number {
  const times = sent.filter((s) => s.topic === topic).map((s) => s.at);
  return Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at < from + 60 * minute).length));
}

test('beyond the limit of an hour, one summary names each cluster that became BLOCKED, and recoveries', async () => {
  const d = deployment({ alerts: { perHour: 10 } });
  const places = Array.from({ length: 30 }, (_, n) => n);
  await d.begun(...places);
  // Parallel functions do not exceed it: a fifth of the limit, and one for the digest, are left to summaries.
  for (const n of places) await d.save(n, sick);
  const outcomes = await Promise.all(places.map((n) => d.notify(n)));
  expect(outcomes.filter((o) => o === 'notified')).toHaveLength(7);
  const direct = places.filter((_, n) => outcomes[n] === 'notified');
  d.pass(5);
  // One recovers whose message went out, and one whose message did not.
  const [recovered = 0, other = 0] = [direct[0], places.find((n) => outcomes[n] === 'waiting')];
  for (const n of [recovered, other]) expect(await d.audit(n, healthy)).toBe('waiting');
  d.pass(10);
  await d.sweep();
  const summary = d.mails().at(-1);
  const waited = places.filter((n) => outcomes[n] === 'waiting');
  // Which of the parallel functions win is random, so an account may have no place that waited.
  const accounts = new Set([...waited, recovered].map((n) => place(n).account));
  expect(summary?.subject).toBe(`22 BLOCKED: further changes in 24 regions in ${accounts.size} accounts`);
  const expected = [
    ...waited.filter((n) => n !== other).map((n) => `BLOCKED ${place(n).account} ${place(n).region}`),
    ...[recovered, other].map((n) => `READY ${place(n).account} ${place(n).region}`),
  ];
  expect(named(summary ? [summary] : []).toSorted()).toEqual(expected.toSorted());
  expect(summary?.text).toContain('NO LONGER BLOCKED OR UNKNOWN (2)');
  expect(await d.pending()).toBe(0);
  for (const topic of names) expect(mostInAnHour(d.sent, topic)).toBeLessThanOrEqual(10);
  // An hour later drift is notified one by one again.
  d.pass(61);
  expect(await d.audit(direct[1] ?? 0, healthy)).toBe('notified');
});

test('a topic that refuses receives the summary later, and the other does not receive it again', async () => {
  const d = deployment();
  for (const n of [0, 1]) await d.audit(n, sick);
  d.pass(10);
  d.refuse('chat');
  expect((await d.sweep()).failed).toHaveLength(1);
  expect(await d.pending()).toBe(2);
  d.pass(5);
  d.refuse();
  expect((await d.sweep()).failed).toEqual([]);
  expect([d.mails().length, d.chats().length, await d.pending()]).toEqual([1, 1, 0]);
});

/** Ends a function before its nth write, or after it. */
function dying(): { readonly store: ItemStore; readonly dieAt: (write: number | undefined, when?: 'before' | 'after') => void } {
  let left = Number.POSITIVE_INFINITY;
  let moment: 'before' | 'after' = 'before';
  const store = storeThrough(mapStore(), async (send, call) => {
    if (!call.isWrite) return send();
    left -= 1;
    const isLast = left === 0;
    if (isLast && moment === 'before') throw new Error('died before a write');
    const answer = await send();
    if (isLast) throw new Error('died after a write');
    return answer;
  });
  return {
    store,
    dieAt: (write = Number.POSITIVE_INFINITY, when = 'before') => {
      left = write;
      moment = when;
    },
  };
}

test.each(['before', 'after'] as const)(
  'a sweep that dies %s any write of a summary: nothing is lost, at most one repeat',
  async (when) => {
    let writes = 1;
    for (let isOver = false; !isOver; writes++) {
      const { store, dieAt } = dying();
      const d = deployment({ store });
      await d.begun(0, 1, 2);
      for (const n of [0, 1, 2]) await d.audit(n, unread());
      d.pass(10);
      dieAt(writes, when);
      const { failed } = await d.sweep().catch((error: unknown) => ({ failed: [error] }));
      isOver = failed.length === 0;
      dieAt(undefined);
      // The claim of the one that died ends.
      d.pass(7);
      await d.sweep();
      const mails = d.mails();
      expect([1, 2], `write ${writes}`).toContain(mails.length);
      for (const mail of mails) expect(named([mail])).toHaveLength(3);
      expect(await d.pending(), `write ${writes}`).toBe(0);
      expect(await d.table.waiting.list()).toEqual([]);
      // No later sweep says it again.
      d.pass(70);
      await d.sweep();
      expect(d.mails()).toHaveLength(mails.length);
    }
    expect(writes).toBeGreaterThan(10);
  },
);

test.each(['before', 'after'] as const)(
  'notify that dies %s any write: drift goes out, and the rest of the commit is summed up once',
  async (when) => {
    let isOver = false;
    for (let write = 1; !isOver; write++) {
      const { store, dieAt } = dying();
      const d = deployment({ store });
      for (const n of [0, 1]) await d.save(n, result({ findings: [finding(), finding({ check: 'vpc-dns', resource: 'vpc-1' })] }));
      for (const n of [0, 1]) await d.table.confirmNotified(place(n), 1);
      d.pass(60);
      const both = result({
        findings: [finding({ status: 'fail' })],
        rows: [row({ check: 'vpc-dns', resource: 'vpc-1', action: 'ec2:DescribeVpcs' })],
      });
      for (const n of [0, 1]) await d.save(n, both);
      dieAt(write, when);
      isOver = await d.notify(0).then(
        () => true,
        () => false,
      );
      dieAt(undefined);
      // The stream hands out the records again.
      for (const n of [0, 1]) await d.notify(n);
      for (let n = 0; n < 3; n++) {
        d.pass(11);
        await d.sweep();
      }
      const drift = d.mails().filter((m) => m.data.commit?.startsWith(`${place(0).account}/${place(0).region}/`));
      expect([1, 2]).toContain(drift.length);
      expect(
        d
          .mails()
          .filter((m) => m.data.summary)
          .map((m) => m.data.summary?.places),
      ).toEqual([2]);
      expect(await d.pending()).toBe(0);
    }
  },
);

test('a late delivery of a commit that was summed up says nothing again', async () => {
  const d = deployment();
  for (const n of [0, 1]) await d.audit(n, sick);
  d.pass(10);
  await d.sweep();
  expect(await d.notify(0)).toBe('done');
  expect(await d.table.waiting.list()).toEqual([]);
});

test('a new rule in places with debounced changes: summed up first, then what lasted', async () => {
  const d = deployment();
  const low = (status: 'pass' | 'fail') =>
    finding({ check: 'subnet-free-ips', level: 'recommended', resource: 'subnet-1', status, have: 40, need: 324 });
  const seen = (status: 'pass' | 'fail', more: Parameters<typeof finding>[0][] = []) =>
    result({ findings: [finding(), low(status), ...more.map(finding)] });
  for (const n of [0, 1]) await d.save(n, seen('pass'));
  for (const n of [0, 1]) await d.table.confirmNotified(place(n), 1);
  d.pass(60);
  for (const n of [0, 1]) expect(await d.audit(n, seen('fail', [{ check: 'a-new-check' }]))).toBe('waiting');
  d.pass(10);
  await d.sweep();
  expect(subjects(d.mails())).toEqual([`2 AT RISK: new rules in 2 regions in account ${place(0).account}`]);
  expect(await d.pending()).toBe(2);
  d.pass(55);
  for (const n of [0, 1]) await d.save(n, seen('fail', [{ check: 'a-new-check' }]));
  d.pass(5);
  await d.sweep();
  expect(
    d
      .mails()
      .slice(1)
      .map((m) => m.data.changes.map((c) => c.check ?? c.of)),
  ).toEqual([
    ['readiness', 'subnet-free-ips'],
    ['readiness', 'subnet-free-ips'],
  ]);
  expect(await d.pending()).toBe(0);
});

test('rules of another version change what they find: one summary, whatever it finds', async () => {
  const d = deployment();
  await d.begun(0, 1);
  for (const n of [0, 1]) await d.audit(n, sick, { rules: otherRules });
  d.pass(10);
  await d.sweep();
  expect(subjects(d.mails())).toEqual([`2 BLOCKED: new rules in 2 regions in account ${place(0).account}`]);
});

/** What the messages leave of the incident of each cluster. */
const incidents = (messages: readonly AlertMessage[]) => [
  ...new Map(messages.flatMap((m) => incidentsOf(m.data)).map((event) => [event.key, event.action])).values(),
];

describe.each([[[0]], [[0, 1]]])('a summary of places %j says what is so when it is sent', (places) => {
  test('a cluster that was fixed while its first audit waited is no longer BLOCKED', async () => {
    const d = deployment();
    for (const n of places) await d.audit(n, sick);
    d.pass(4);
    for (const n of places) expect(await d.audit(n, healthy)).toBe('notified');
    expect(incidents(d.mails())).toEqual(places.map(() => 'resolve'));
    d.pass(8);
    await d.sweep();
    expect(d.mails()).toHaveLength(places.length + 1);
    expect(d.mails().at(-1)?.subject).not.toContain('BLOCKED');
    expect(incidents(d.mails())).toEqual(places.map(() => 'resolve'));
    expect(await d.pending()).toBe(0);
  });

  test('a cluster that was BLOCKED again while its regained access waited keeps its incident', async () => {
    const d = deployment();
    await d.begun(...places);
    for (const n of places) await d.audit(n, sick);
    d.pass(60);
    for (const n of places) expect(await d.audit(n, unread())).toBe('waiting');
    d.pass(60);
    await d.sweep();
    d.pass(60);
    for (const n of places) expect(await d.audit(n, healthy)).toBe('waiting');
    d.pass(5);
    for (const n of places) expect(await d.audit(n, sick)).toBe('notified');
    d.pass(11);
    await d.sweep();
    expect(d.mails().at(-1)?.subject).toMatch(new RegExp(`^${places.length} BLOCKED: .* evaluated again$`));
    expect(incidents(d.mails())).toEqual(places.map(() => 'trigger'));
    expect(await d.pending()).toBe(0);
  });
});

test('a summary that one topic accepted is not sent to it again, whatever changes until the other accepts it', async () => {
  const d = deployment();
  for (const n of [0, 1, 2]) await d.audit(n, sick);
  d.pass(4);
  await d.audit(0, healthy);
  d.pass(8);
  d.refuse('chat');
  for (const n of [1, 2]) {
    await d.sweep();
    d.pass(1);
    await d.save(n, healthy);
  }
  d.refuse();
  await d.sweep();
  const summaries = (of: readonly AlertMessage[]) => of.filter((m) => m.data.summary).map((m) => m.data.summary?.states);
  expect([summaries(d.mails()), summaries(d.chats())]).toEqual([[{ BLOCKED: 2, READY: 1 }], [{ BLOCKED: 2, READY: 1 }]]);
});

test('a summary of several messages ends as it began, whatever changes between them', async () => {
  const d = deployment({ alerts: { perHour: 2 } });
  const clusters = Array.from({ length: 250 }, (_, n) => ({ ...planned, cluster: `${'x'.repeat(200)}-${n}` }));
  const seen = (status: 'pass' | 'fail') => result({ findings: clusters.map(({ cluster }) => finding({ cluster, status })), clusters });
  const places = [0, 4, 8, 12];
  for (const n of places) await d.save(n, seen('fail'));
  for (const n of places) expect(await d.notify(n)).toBe('waiting');
  d.pass(10);
  for (let hour = 0; hour < 12; hour++) {
    await d.sweep();
    d.pass(61);
    // Changes of accounts, which are beyond the limit, have precedence while they come.
    if (hour < 4) for (const n of places) await d.save(n, seen(hour % 2 === 0 ? 'pass' : 'fail'));
  }
  const summaries = d.mails().flatMap((m) => (m.data.summary?.of === 'first' ? [m.data.summary] : []));
  expect(summaries.length).toBeGreaterThan(1);
  expect(summaries.map((s) => `${s.part} of ${s.parts}`)).toEqual(summaries.map((_, n) => `${n + 1} of ${summaries.length}`));
  expect(new Set(summaries.flatMap((s) => s.clusters.map((c) => `${c.account} ${c.cluster}`))).size).toBe(1000);
});

/** Seven places that can no longer be evaluated, each for a reason of its own. */
const sevenReasons = [0, 1, 2, 3, 4, 5, 6];
const lostFor = (n: number) => unread('access denied', `ec2:Describe${n}`);

test('many reasons for lost access are one message, which comes after the changes of accounts', async () => {
  const d = deployment({ alerts: { perHour: 4 } });
  const drift = [10, 11, 12, 13];
  await d.begun(...sevenReasons, ...drift);
  for (const n of sevenReasons) await d.audit(n, lostFor(n));
  for (const n of drift) await d.audit(n, sick);
  // Drift has two of the four messages of an hour, summaries three.
  expect(d.mails()).toHaveLength(2);
  d.pass(56);
  await d.sweep();
  expect(d.mails().map((m) => m.data.summary?.of)).toEqual([undefined, undefined, 'limit']);
  expect(named(d.mails())).toEqual([12, 13].map((n) => `BLOCKED ${place(n).account} ${place(n).region}`));
  d.pass(10);
  await d.sweep();
  expect(d.mails().slice(3)).toHaveLength(1);
  expect(named(d.mails().slice(3)).toSorted()).toEqual(
    sevenReasons.map((n) => `UNKNOWN ${place(n).account} ${place(n).region}`).toSorted(),
  );
  expect(await d.pending()).toBe(0);
});

test('lost access for many reasons that one topic refused comes to the other alone, with the same places', async () => {
  const d = deployment();
  await d.begun(...sevenReasons, 7);
  for (const n of sevenReasons) await d.audit(n, lostFor(n));
  d.pass(11);
  d.refuse('chat');
  await d.sweep();
  d.refuse();
  await d.audit(7, lostFor(7));
  await d.sweep();
  expect([d.mails(), d.chats()].map((of) => of.map((m) => m.data.summary?.places))).toEqual([[7], [7]]);
  d.pass(11);
  await d.sweep();
  expect(d.mails()).toHaveLength(2);
  expect(await d.pending()).toBe(0);
});

test('a sweep that listed what another one has sent since sends nothing', async () => {
  const late = { isOn: false, store: mapStore() };
  let before: Promise<unknown> = Promise.resolve();
  // The first sweep is held up after its list, until the second is done.
  const d = deployment({
    store: storeThrough(late.store, async (send, call) => {
      const answer = await send();
      if (late.isOn && !call.isWrite) {
        late.isOn = false;
        before = d.sweep();
        await before;
      }
      return answer;
    }),
  });
  for (const n of [0, 1]) await d.audit(n, sick);
  d.pass(10);
  late.isOn = true;
  await d.sweep();
  await d.sweep();
  expect(d.mails()).toHaveLength(1);
  expect(await d.pending()).toBe(0);
});

test('a deferred change beyond the limit that ended while it waited is not notified', async () => {
  const d = deployment({ alerts: { perHour: 2 } });
  const low = (status: 'pass' | 'fail') =>
    result({
      findings: [finding(), finding({ check: 'subnet-free-ips', level: 'recommended', resource: 'subnet-1', status, have: 40, need: 324 })],
    });
  await d.save(0, low('pass'));
  await d.table.confirmNotified(place(0), 1);
  d.pass(60);
  await d.audit(0, low('fail'));
  const seq = 2;
  d.pass(65);
  await d.save(0, low('fail'));
  // One of two messages of the hour is the digest's, the other a summary's: drift waits for a summary.
  d.pass(5);
  await d.sweep();
  expect((await d.table.waiting.list()).map((c) => [c.group, c.seq])).toEqual([['limit', seq]]);
  await d.save(0, low('pass'));
  d.pass(10);
  await d.sweep();
  expect(d.mails()).toEqual([]);
  expect(await d.table.waiting.list()).toEqual([]);
});

/** One region with three clusters, which have their subnet in common. */
const three = ['a', 'b', 'c'].map((cluster) => ({ ...planned, cluster }));
const threeAre = (status: 'pass' | 'fail') =>
  result({ findings: three.map(({ cluster }) => finding({ cluster, status })), clusters: three });
/** The cluster of each message. */
const about = (messages: readonly AlertMessage[]) =>
  messages.map((m) => m.data.changes.flatMap((c) => (c.of === 'readiness' ? c.id : [])).join());

describe('several clusters of one commit', () => {
  const begin = async (options: Options = {}) => {
    const d = deployment(options);
    await d.save(0, threeAre('pass'));
    await d.table.confirmNotified(place(0), 1);
    d.pass(60);
    return d;
  };

  test('have a message and a thread each, in which the recovery of each arrives', async () => {
    const d = await begin();
    expect(await d.audit(0, threeAre('fail'))).toBe('notified');
    d.pass(60);
    expect(await d.audit(0, threeAre('pass'))).toBe('notified');
    expect(about(d.mails())).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
    const threads = d.chats().map((m) => m.chat.metadata.threadId);
    expect(threads.slice(0, 3)).toEqual(threads.slice(3));
    expect(new Set(threads).size).toBe(3);
    expect(new Set(d.mails().map((m) => m.data.id)).size).toBe(6);
    expect(incidents(d.mails())).toEqual(['resolve', 'resolve', 'resolve']);
    expect(await d.pending()).toBe(0);
  });

  test('that the limit of an hour leaves out are named by its summary, and the others not again', async () => {
    const d = await begin({ alerts: { perHour: 4 } });
    expect(await d.audit(0, threeAre('fail'))).toBe('waiting');
    expect(about(d.mails())).toEqual(['a', 'b']);
    d.pass(10);
    await d.sweep();
    expect(about(d.mails())).toEqual(['a', 'b', 'c']);
    expect(await d.pending()).toBe(0);
  });

  test('that one topic refused get their messages there, each once', async () => {
    const d = await begin();
    await d.save(0, threeAre('fail'));
    d.refuse('chat');
    await expect(d.notify(0)).rejects.toThrow('refused');
    d.refuse();
    expect(await d.notify(0)).toBe('notified');
    expect([about(d.mails()), about(d.chats())]).toEqual([
      ['a', 'b', 'c'],
      ['a', 'b', 'c'],
    ]);
    expect(await d.pending()).toBe(0);
  });

  test.each(['before', 'after'] as const)('whose notify dies %s any write lose none, and repeat one at most', async (when) => {
    let isOver = false;
    for (let write = 1; !isOver; write++) {
      const { store, dieAt } = dying();
      const d = await begin({ store });
      await d.save(0, threeAre('fail'));
      dieAt(write, when);
      isOver = await d.notify(0).then(
        () => true,
        () => false,
      );
      dieAt(undefined);
      await d.notify(0);
      expect(new Set(about(d.mails())), `write ${write}`).toEqual(new Set(['a', 'b', 'c']));
      expect(d.mails().length, `write ${write}`).toBeLessThanOrEqual(4);
      expect(await d.pending()).toBe(0);
    }
  });
});
