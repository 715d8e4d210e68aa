/** Reminders of thousands of clusters that stay BLOCKED: within the limit of messages and the time of a function, and each once. */
import { expect, test } from 'vitest';
import { inventoryReader } from '../../shared/aws/findings/inventory-reader.ts';
import { partitionOf } from '../../shared/aws/findings/keys.ts';
import { markersTable } from '../../shared/aws/findings/markers.ts';
import { findingsTable } from '../../shared/aws/findings/table.ts';
import { type AlertTopics, NotAcceptedError } from '../../shared/aws/messaging/alert-topics.ts';
import type { AlertMessage } from '../../shared/core/alerts/alert-message.ts';
import { bodyOf } from '../../shared/core/alerts/alert-size.ts';
import { carryOver } from '../../shared/core/history/carry-over.ts';
import type { AlertTopic } from '../../shared/core/history/delivery-progress.ts';
import { diff } from '../../shared/core/history/drift.ts';
import { emptyPlan } from '../../shared/core/plan/plan.ts';
import { sendReminders } from '../../shared/workflows/send-reminders.ts';
import { type StoreCall, storeThrough } from '../aws/findings/store-through.ts';
import { mapStore } from '../bench/map-store.ts';
import { finding, firstRules, result } from '../core/results.ts';

const minute = 60_000;
const hour = 60 * minute;
const start = Date.UTC(2026, 10, 24, 8);
const names = ['alerts', 'chat'] as const;
const regions = ['us-east-1', 'us-west-2', 'eu-north-1', 'ap-south-1'];
const place = (n: number) => ({ account: String(111_122_220_000 + n), region: regions[n % 4] ?? '' });
const sick = result({ findings: [finding({ status: 'fail', remediation: { text: 'Allow it.', command: 'aws ec2 fix' } })] });

/** Places that became BLOCKED at the start, a day later. */
async function blockedPlaces(count: number) {
  let clock = start;
  let refused: readonly AlertTopic[] = [];
  let isTimeUp = () => false;
  let through = async (send: () => Promise<unknown>, _: StoreCall): Promise<unknown> => send();
  const now = () => new Date(clock);
  const store = storeThrough(mapStore(), (send, call) => through(send, call));
  const table = findingsTable({ store, retentionDays: 400, now });
  const marks = markersTable({ store });
  const sent: { readonly topic: AlertTopic; readonly message: AlertMessage }[] = [];
  const topics: Pick<AlertTopics, 'publish' | 'names'> = {
    names,
    publish: async (message, before = []) => {
      const open = names.filter((name) => !before.includes(name));
      const accepted = open.filter((name) => !refused.includes(name));
      for (const topic of accepted) sent.push({ topic, message });
      if (accepted.length < open.length) throw new NotAcceptedError([...before, ...accepted], refused, [new Error('refused')]);
    },
  };
  for (let n = 0; n < count; n++) {
    const factsAt = now().toISOString();
    const audit = { ...place(n), auditId: factsAt, factsAt, planHash: 'p', toolVersion: '1.0.0', rules: firstRules };
    const here = { ...sick, region: place(n).region };
    await table.save(audit, (previous) => ({
      result: carryOver(previous, here, factsAt),
      changes: diff(previous, here, factsAt, audit),
      notify: false,
    }));
  }
  clock += 24 * hour;
  const work = { table, marks, topics, now, plan: { ...emptyPlan, alerts: {} }, status: { command: 'readiness' } };
  const of = (topic: AlertTopic) => sent.filter((s) => s.topic === topic).map((s) => s.message);
  const at = now();
  return {
    pass: (minutes: number) => {
      clock += minutes * minute;
    },
    refuse: (...of: readonly AlertTopic[]) => {
      refused = of;
    },
    /** Leaves so many messages of the hour. */
    leave: async (messages: number) => {
      for (let n = messages; n < 19; n++) for (const topic of names) await table.sent.reserve(topic, at, 20);
    },
    timeUpWhen: (isUp: () => boolean) => {
      isTimeUp = isUp;
    },
    through: (next: typeof through) => {
      through = next;
    },
    sweep: () => sendReminders({ ...work, inventory: inventoryReader({ store, now }), isTimeUp: () => isTimeUp() }),
    mails: () => of('alerts'),
    chats: () => of('chat'),
    marked: async () => (await marks.reminded(Array.from({ length: count }, (_, n) => place(n)))).filter((r) => 'llm-train' in r).length,
  };
}

const namedIn = (messages: readonly AlertMessage[]) =>
  messages.flatMap(({ data }) =>
    data.summary
      ? data.summary.clusters.flatMap((c) => c.regions.map((region) => partitionOf({ account: c.account, region })))
      : [partitionOf({ account: data.account, region: data.region })],
  );
const all = (count: number) => Array.from({ length: count }, (_, n) => partitionOf(place(n))).toSorted();

test('a part that the limit of the hour leaves out is sent by a later sweep, no cluster twice, and chats get one message', async () => {
  const d = await blockedPlaces(2600);
  await d.leave(1);
  expect((await d.sweep()).sent).toBe(1);
  const first = namedIn(d.mails());
  expect(d.mails()[0]?.subject).toMatch(/^2,600 BLOCKED: still so in 2,600 regions in 2,600 accounts \(1 of 2\)/);
  expect(first.length).toBeLessThan(2600);
  expect(await d.marked()).toBe(first.length);
  d.pass(5);
  expect((await d.sweep()).sent).toBe(0);
  d.pass(60);
  expect((await d.sweep()).sent).toBe(1);
  d.pass(5);
  expect((await d.sweep()).sent).toBe(0);
  expect(namedIn(d.mails()).toSorted()).toEqual(all(2600));
  expect(d.chats()).toHaveLength(1);
  for (const message of d.mails()) expect(Buffer.byteLength(bodyOf(message))).toBeLessThan(256 * 1024);
  expect(await d.marked()).toBe(2600);
});

test('the parts of one sweep go to chats once', async () => {
  const d = await blockedPlaces(2600);
  expect(await d.sweep()).toEqual({ sent: 2, failed: [] });
  expect([d.mails().length, d.chats().length]).toEqual([2, 1]);
  // A day later the same again: what chats got yesterday does not count.
  d.pass(24 * 60);
  await d.sweep();
  expect([d.mails().length, d.chats().length]).toEqual([4, 2]);
});

test('a sweep whose time is up sends no further part; the next one goes on', async () => {
  const d = await blockedPlaces(2600);
  d.timeUpWhen(() => d.mails().length > 0);
  expect((await d.sweep()).sent).toBe(1);
  expect(await d.marked()).toBe(namedIn(d.mails()).length);
  d.timeUpWhen(() => false);
  d.pass(5);
  await d.sweep();
  expect(namedIn(d.mails()).toSorted()).toEqual(all(2600));
  expect(d.chats()).toHaveLength(1);
});

test('a sweep without time sends nothing', async () => {
  const d = await blockedPlaces(20);
  d.timeUpWhen(() => true);
  expect(await d.sweep()).toEqual({ sent: 0, failed: [] });
});

test('what failures are is read for a minute at most; what was not read is sent by the next sweeps', async () => {
  const d = await blockedPlaces(600);
  let reads = 0;
  d.through(async (send, { operation }) => {
    // A query of records takes a while: 600 do not fit into a minute.
    if (operation === 'query') reads += 1;
    if (operation === 'query' && reads % 100 === 0) d.pass(0.25);
    return send();
  });
  const counts: number[] = [];
  for (let n = 0; n < 6; n++) {
    await d.sweep();
    counts.push(namedIn(d.mails()).length);
    d.pass(5);
  }
  expect(counts[0]).toBeGreaterThan(0);
  expect(counts[0]).toBeLessThan(600);
  expect(namedIn(d.mails()).toSorted()).toEqual(all(600));
});

test('a part that the topic refuses stays unmarked, though chats have a message of it', async () => {
  const d = await blockedPlaces(2600);
  d.through(async (send, { sk }) => {
    // After the first message.
    if (sk === 'REMINDED') d.refuse('alerts');
    return send();
  });
  const { sent, failed } = await d.sweep();
  expect([sent, failed.length, d.chats().length]).toEqual([1, 1, 1]);
  expect(await d.marked()).toBe(namedIn(d.mails()).length);
  d.through((send) => send());
  d.refuse();
  d.pass(5);
  await d.sweep();
  expect(namedIn(d.mails()).toSorted()).toEqual(all(2600));
  expect(d.chats()).toHaveLength(1);
});

test('a function that ends after a part repeats no other part', async () => {
  const d = await blockedPlaces(2600);
  d.through(async (send, { sk }) => {
    // The marks of the second part are never saved.
    if (sk === 'REMINDED' && d.mails().length === 2) throw new Error('ended');
    return send();
  });
  await d.sweep();
  const [first = [], second = []] = d.mails().map((message) => namedIn([message]));
  d.through((send) => send());
  d.pass(5);
  await d.sweep();
  expect(namedIn(d.mails().slice(2)).toSorted()).toEqual(second.toSorted());
  expect([first.length + second.length, d.chats().length]).toEqual([2600, 1]);
});

test('marks are saved side by side, before the next part; one that cannot be saved is reported and repeats only its region', async () => {
  const d = await blockedPlaces(2600);
  let [open, most, saved] = [0, 0, 0];
  d.through(async (send, { sk }) => {
    if (sk !== 'REMINDED') return send();
    saved += 1;
    if (saved === 10) throw new Error('throttled');
    open += 1;
    most = Math.max(most, open);
    await new Promise((resolve) => setImmediate(resolve));
    const answer = await send();
    open -= 1;
    return answer;
  });
  expect((await d.sweep()).failed).toHaveLength(1);
  expect(most).toBe(100);
  // The other part waits: without marks it would come again with every sweep.
  expect([d.mails().length, await d.marked()]).toEqual([1, namedIn(d.mails()).length - 1]);
  d.pass(5);
  await d.sweep();
  expect(namedIn(d.mails())).toHaveLength(2601);
  expect(await d.marked()).toBe(2600);
});

test('a sweep in which no reminder is due reads a hundred regions with a call', async () => {
  const d = await blockedPlaces(1200);
  await d.sweep();
  const calls: StoreCall[] = [];
  d.pass(13 * 60);
  d.through((send, call) => {
    calls.push(call);
    return send();
  });
  expect((await d.sweep()).sent).toBe(0);
  // Two pages of the inventory; HEADs and marks of 1,200 regions.
  const count = (of: StoreCall['operation']) => calls.filter(({ operation }) => operation === of).length;
  expect([count('query'), count('getAll'), count('get')]).toEqual([2, 24, 0]);
  for (const { keys } of calls) expect(keys.length).toBeLessThanOrEqual(100);
});
