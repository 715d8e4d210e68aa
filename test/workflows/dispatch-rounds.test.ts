/**
 * Weeks of dispatch with any schedule, any number of places and bad clocks: sweeps that are missed or doubled, schedules that
 * are delivered twice, functions that die after any call and are invoked again by Lambda. Every place is audited once in each
 * run, and no chain of invocations is longer than two.
 */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { openMemoryStore } from '../../shared/aws/findings/local/local-store.ts';
import { markersTable } from '../../shared/aws/findings/markers.ts';
import { scheduledRuns } from '../../shared/aws/findings/scheduled-runs.ts';
import type { DelayedRequest } from '../../shared/aws/messaging/audit-queue.ts';
import { scheduledId } from '../../shared/core/events/audit-request.ts';
import type { ChangeEvent } from '../../shared/core/events/change-events.ts';
import { longestDelaySeconds, spreadSeconds, turnOf, turnsOfRun } from '../../shared/core/events/turns.ts';
import { settleMarkers } from '../../shared/workflows/perform-audit.ts';
import { recordChange, requestAgain, requestScheduled } from '../../shared/workflows/request-audits.ts';
import { examples } from '../helpers/examples.ts';

const minute = 60_000;
const start = Date.UTC(2026, 10, 24);
const regions = ['us-east-1', 'us-west-2', 'eu-north-1', 'ap-south-1'];
const placesOf = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ account: String(100_000_000_000 + Math.floor(n / 4)), region: regions[n % 4] ?? '' }));

interface Message extends DelayedRequest {
  /** By the true clock. */
  readonly visibleAt: number;
  /** Invocations in a row that led to it: Lambda counts these. */
  readonly chain: number;
}

class DeathError extends Error {
  override readonly name = 'DeathError';
}

/** Dispatch and audit with a queue, a table and a clock of their own. */
async function world(schedule: string, count: number) {
  const { store, close } = await openMemoryStore({ now: () => new Date(start) });
  const places = placesOf(count);
  let time = start;
  let skew = 0;
  let callsLeft = Number.POSITIVE_INFINITY;
  let chain = 0;
  const messages: Message[] = [];
  const audits: { readonly place: string; readonly auditId: string; readonly at: number; readonly chain: number }[] = [];
  const now = () => new Date(time + skew);
  /** A function dies before the call, or after it took effect. */
  const dying =
    <A extends readonly unknown[], R>(call: (...a: A) => Promise<R>) =>
    async (...given: A): Promise<R> => {
      callsLeft -= 1;
      if (callsLeft === 0) throw new DeathError('before the call');
      const answer = await call(...given);
      callsLeft -= 1;
      if (callsLeft === 0) throw new DeathError('after the call');
      return answer;
    };
  const runs = scheduledRuns({ store });
  const marks = markersTable({ store });
  const queue = {
    send: dying(async (requests: readonly DelayedRequest[]) => {
      for (const request of requests) {
        expect(request.afterSeconds).toBeGreaterThanOrEqual(0);
        expect(request.afterSeconds).toBeLessThanOrEqual(longestDelaySeconds);
        messages.push({ ...request, visibleAt: time + request.afterSeconds * 1000, chain });
      }
    }),
  };
  const work = {
    plan: { schedule },
    places: async () => places,
    runs: { ...runs, start: dying(runs.start), advance: dying(runs.advance) },
    marks: { ...marks, markDirty: dying(marks.markDirty), markQueued: dying(marks.markQueued) },
    queue,
    now,
    isTimeUp: () => false,
  };
  /** As Lambda invokes dispatch: what fails is invoked twice more. */
  const invoke = async (deadlyCall: number | undefined, run: () => Promise<unknown>): Promise<void> => {
    chain = 1;
    callsLeft = deadlyCall ?? Number.POSITIVE_INFINITY;
    for (let attempt = 0; attempt < 3; attempt++) {
      try {
        await run();
        return;
      } catch (error) {
        if (!(error instanceof DeathError)) throw error;
        callsLeft = Number.POSITIVE_INFINITY;
      }
    }
  };
  return {
    places,
    messages,
    audits,
    close,
    time: () => time,
    pass: (ms: number) => {
      time += ms;
    },
    setSkew: (ms: number) => {
      skew = ms;
    },
    schedule: (at: string, deadlyCall?: number) => invoke(deadlyCall, () => requestScheduled(work, at)),
    sweep: (deadlyCall?: number) =>
      invoke(deadlyCall, async () => {
        await requestScheduled(work);
        await requestAgain(work);
      }),
    change: (n: number, id: string, deadlyCall?: number) =>
      invoke(deadlyCall, () => recordChange({ id } as ChangeEvent, [places[n % count] ?? expect.fail('no place')], work)),
    /** Audits what is visible. An audit has no queue to send to. */
    deliver: async () => {
      for (const message of messages.splice(0)) {
        if (message.visibleAt > time) {
          messages.push(message);
          continue;
        }
        const { account, region, auditId } = message;
        audits.push({ place: `${account}#${region}`, auditId, at: time, chain: message.chain + 1 });
        // The first half of its collection is before what changes next.
        const factsAt = new Date(time - 1000).toISOString();
        await settleMarkers({ account, region, auditId }, { snapshot: { factsAt } }, { marks, now: () => new Date(time) });
      }
    },
    dirty: async () => {
      const left: string[] = [];
      for await (const page of marks.dirtyPlaces()) left.push(...page.map((p) => `${p.account}#${p.region}`));
      return left;
    },
  };
}

/** Minutes between runs of what is scheduled here. */
const schedules = {
  'rate(1 minute)': 1,
  'rate(5 minutes)': 5,
  'rate(1 hour)': 60,
  'rate(6 hours)': 360,
  'rate(1 day)': 1440,
  'cron(0/5 * * * ? *)': 5,
  'cron(0 6 * * ? *)': 1440,
} as const;

const anySchedule = fc.constantFrom(...(Object.keys(schedules) as (keyof typeof schedules)[]));
const anySweep = fc.record({
  happens: fc.constantFrom<'once' | 'twice' | 'missed'>('once', 'once', 'once', 'twice', 'missed'),
  lateSeconds: fc.integer({ min: 0, max: 240 }),
  deadlyCall: fc.option(fc.integer({ min: 1, max: 8 }), { nil: undefined, freq: 4 }),
  skewMinutes: fc.constantFrom(0, 0, 0, 1, -1, -4, 9, -14, 60 * 24 * 365, -60 * 24 * 365),
});
const scenario = fc.record({
  schedule: anySchedule,
  places: fc.constantFrom(1, 3, 20, 21, 50, 400),
  sweeps: fc.array(anySweep, { minLength: 6, maxLength: 40 }),
  scheduleTwice: fc.boolean(),
  scheduleDies: fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined, freq: 3 }),
});

test('every place is audited once in every run, and no chain is longer than two', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async ({ schedule, places: count, sweeps, scheduleTwice, scheduleDies }) => {
      const w = await world(schedule, count);
      const period = schedules[schedule] * minute;
      const begun: string[] = [];
      try {
        let nextRun = start;
        let nextSweep = start + 2 * minute;
        for (const sweep of [...sweeps, ...Array.from({ length: Math.ceil(period / (5 * minute)) + 4 }, () => undefined)]) {
          for (; nextRun <= nextSweep && sweep !== undefined; nextRun += period) {
            w.pass(nextRun - w.time());
            const at = new Date(nextRun).toISOString();
            begun.push(at);
            await w.schedule(at, scheduleDies);
            if (scheduleTwice) await w.schedule(at);
            await w.deliver();
          }
          w.pass(Math.max(0, nextSweep - w.time()));
          w.setSkew((sweep?.skewMinutes ?? 0) * minute);
          if (sweep?.happens !== 'missed') await w.sweep(sweep?.deadlyCall);
          if (sweep?.happens === 'twice') await w.sweep();
          w.setSkew(0);
          w.pass((sweep?.lateSeconds ?? 0) * 1000);
          await w.deliver();
          nextSweep += 5 * minute;
        }
        w.pass(longestDelaySeconds * 1000);
        await w.deliver();
        expect(w.messages).toEqual([]);
        expect(Math.max(...w.audits.map((a) => a.chain))).toBe(2);
        const done = new Set(w.audits.map((a) => `${a.place} ${a.auditId}`));
        for (const place of w.places) {
          const of = `${place.account}#${place.region}`;
          const last = begun.at(-1) ?? '';
          expect(done.has(`${of} ${scheduledId(last)}`), `${of} in the last run`).toBe(true);
          // A run that was overtaken, because sweeps were missed for longer than a period, leaves its places to the newer one.
          const audited = w.audits
            .filter((a) => a.place === of)
            .map((a) => a.at)
            .toSorted((a, b) => a - b);
          for (const at of begun) {
            const from = Date.parse(at);
            const isOwn = done.has(`${of} ${scheduledId(at)}`);
            expect(isOwn || audited.some((a) => a >= from), `${of} in the run of ${at}`).toBe(true);
          }
        }
      } finally {
        w.close();
      }
    }),
    { numRuns: examples(25) },
  );
});

test('where nothing goes wrong, each place is audited exactly once in a run, at the same turn in each', async () => {
  for (const schedule of ['rate(1 hour)', 'rate(6 hours)', 'rate(1 day)'] as const) {
    const w = await world(schedule, 200);
    const period = schedules[schedule] * minute;
    for (let run = 0; run < 2; run++) {
      await w.schedule(new Date(w.time()).toISOString());
      for (let passed = 0; passed < period; passed += 5 * minute) {
        await w.sweep();
        for (let part = 0; part < 5; part++) {
          w.pass(minute);
          await w.deliver();
        }
      }
    }
    expect(w.audits).toHaveLength(400);
    const spread = spreadSeconds(200, schedule) * 1000;
    for (const place of w.places) {
      const [first, second, ...more] = w.audits.filter((a) => a.place === `${place.account}#${place.region}`);
      expect(more).toEqual([]);
      expect(Math.abs((second?.at ?? 0) - (first?.at ?? 0) - period)).toBeLessThanOrEqual(minute);
      // Seen each minute, so up to one late, and never early.
      const late = (first?.at ?? 0) - start - (turnOf(place) / turnsOfRun) * spread;
      expect(late).toBeGreaterThanOrEqual(0);
      expect(late).toBeLessThanOrEqual(minute + 1000);
    }
    w.close();
  }
});

test('a schedule and the sweep of its minute send each request once', async () => {
  const w = await world('rate(1 hour)', 400);
  const at = new Date(start).toISOString();
  await w.schedule(at);
  const early = w.messages.length;
  w.pass(10 * minute);
  await Promise.all([w.schedule(at), w.sweep(), w.sweep()]);
  expect(w.messages.length).toBeGreaterThan(early);
  const ids = w.messages.map((m) => `${m.account} ${m.region} ${m.auditId}`);
  expect(new Set(ids).size).toBe(ids.length);
  w.close();
});

test('two missed sweeps delay no audit', async () => {
  const w = await world('rate(6 hours)', 400);
  await w.schedule(new Date(start).toISOString());
  for (let n = 1; w.time() < start + 360 * minute; n++) {
    w.pass(minute);
    if (n % 15 === 0) await w.sweep();
    await w.deliver();
  }
  const spread = spreadSeconds(400, 'rate(6 hours)') * 1000;
  expect(w.audits).toHaveLength(400);
  for (const { place, at } of w.audits) {
    const [account = '', region = ''] = place.split('#');
    expect(at - start - (turnOf({ account, region }) / turnsOfRun) * spread).toBeLessThanOrEqual(minute + 1000);
  }
  w.close();
});

test('changes, however many come, bring no chain, and each is seen by an audit that began after it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({ place: fc.nat({ max: 4 }), after: fc.integer({ min: 1, max: 200 }), dies: fc.option(fc.integer({ min: 1, max: 8 })) }),
        {
          minLength: 1,
          maxLength: 60,
        },
      ),
      async (changes) => {
        const w = await world('rate(1 day)', 5);
        try {
          let nextSweep = start + 5 * minute;
          for (const [n, { place, after, dies }] of changes.entries()) {
            await w.change(place, `e-${n}`, dies ?? undefined);
            w.pass(after * 1000);
            if (w.time() >= nextSweep) {
              await w.sweep();
              nextSweep += 5 * minute;
            }
            await w.deliver();
          }
          for (let n = 0; n < 5; n++) {
            w.pass(5 * minute);
            await w.sweep();
            w.pass(minute);
            await w.deliver();
          }
          expect(await w.dirty()).toEqual([]);
          expect(Math.max(...w.audits.map((a) => a.chain))).toBe(2);
        } finally {
          w.close();
        }
      },
    ),
    { numRuns: examples(25) },
  );
});

test('turns are spread evenly, and the shares of an account too', () => {
  const turns = placesOf(20_000).map(turnOf);
  for (let tenth = 0; tenth < 10; tenth++) {
    const share = turns.filter((turn) => Math.floor((turn / turnsOfRun) * 10) === tenth).length;
    expect(Math.abs(share - 2000)).toBeLessThan(200);
  }
});
