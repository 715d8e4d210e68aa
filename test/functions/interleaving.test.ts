/**
 * Weeks as they come: the account drifts, plans are edited, versions follow one another, messages come late, twice, out
 * of order and side by side, topics and table refuse, notify sleeps for longer than a stream keeps. In any order,
 * once the weather is fair again the log is whole, the state is what the log adds up to, and everything was published.
 */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { messageOf } from '../../shared/core/alerts/alert-message.ts';
import { kindOfGroup, type SummaryKind, splitCommit } from '../../shared/core/alerts/commit-split.ts';
import { type Commit, replay } from '../../shared/core/history/log.ts';
import type { Plan } from '../../shared/core/plan/plan.ts';
import type { Description } from '../../shared/sandbox/description.ts';
import { drift } from '../../shared/sandbox/drift.ts';
import { storyAccount } from '../../shared/sandbox/story.ts';
import type { StubFault } from '../aws/stub.ts';
import { examples } from '../helpers/examples.ts';
import { account, change, commitsBorn, type Deployment, deploy, home, queued, requestsIn, storyPlan, tick } from './deployment.ts';

const minute = 60_000;
const start = Date.UTC(2026, 10, 24, 8);

// The plans that someone writes, and the states the account comes into.

const other = 'eu-north-1';
const regions = [home, other];
const base = storyPlan({ alerts: {}, regions });
const only = (plan: Plan, clusters: Plan['clusters']): Plan => ({ ...plan, clusters: clusters.filter((c) => regions.includes(c.region)) });
const renamed = base.clusters.map((c) => (c.region === home ? { ...c, request: { ...c.request, ClusterName: 'llm-train-2' } } : c));
const mute = { check: 'efa-*', reason: 'known', owner: 'network team', until: '2026-11-25' };
const plans: readonly Plan[] = [
  only(base, base.clusters),
  only(base, renamed),
  only(
    base,
    base.clusters.filter((c) => c.region !== home),
  ),
  only({ ...base, mutes: [mute] }, base.clusters),
];

const step = (name: string) => (drift.find((s) => s.name === name) ?? expect.fail(name)).apply;
const accounts: readonly ((d: Description) => Description)[] = [
  (d) => d,
  step('efa-self-rule-removed'),
  step('subnet-fills'),
  step('permission-lost'),
  (d) => step('efa-self-rule-removed')(step('permission-lost')(d)),
];

const weather: readonly (readonly StubFault[])[] = [
  [],
  [{ on: 'sns:Publish', kind: 'refuse' }],
  [{ on: 'sns:Publish', kind: 'refuse', when: (p) => p.TopicArn !== undefined && String(p.TopicArn).endsWith('Chat') }],
  [{ on: 'sns:Publish', kind: 'refuse', when: (p) => JSON.stringify(p).includes(other) }],
  [{ on: 'dynamodb:PutItem', kind: 'refuse' }],
  [{ on: 'dynamodb:UpdateItem', kind: 'refuse' }],
  [{ on: 'dynamodb:*', kind: 'throttle', times: 3 }],
  [{ on: 'sqs:SendMessageBatch', kind: 'refuse' }],
];

const pick = fc.nat({ max: 99 });
const day = fc.oneof(
  fc.record({ do: fc.constant('wait' as const), minutes: fc.integer({ min: 1, max: 150 }) }),
  fc.record({ do: fc.constant('sleep' as const) }),
  fc.record({ do: fc.constant('jump' as const), minutes: fc.constantFrom(-10, -3, 9) }),
  fc.record({ do: fc.constant('drift' as const), to: fc.nat({ max: accounts.length - 1 }) }),
  fc.record({ do: fc.constant('plan' as const), to: fc.nat({ max: plans.length - 1 }) }),
  fc.record({ do: fc.constant('version' as const) }),
  fc.record({ do: fc.constant('weather' as const), to: fc.nat({ max: weather.length - 1 }) }),
  fc.record({ do: fc.constant('schedule' as const) }),
  fc.record({ do: fc.constant('change' as const), region: fc.constantFrom(...regions) }),
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('audit' as const), which: fc.array(pick, { minLength: 1, maxLength: 2 }), keep: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('notify' as const), which: fc.array(pick, { minLength: 1, maxLength: 3 }) }) },
  fc.record({ do: fc.constant('sweep' as const) }),
);
type Event = typeof day extends fc.Arbitrary<infer E> ? E : never;

/** A deployment with what is in its queue and its stream. */
class Weeks {
  private now = start;
  private version = 1;
  private readonly messages: object[] = [];
  private seen = 0;
  readonly d: Deployment;

  constructor(d: Deployment) {
    this.d = d;
    d.at(new Date(this.now).toISOString());
  }

  private get time(): string {
    return new Date(this.now).toISOString();
  }

  pass(minutes: number): void {
    this.now += minutes * minute;
    this.d.at(this.time);
  }

  /** What went into the queue since the last look. */
  private collect(): void {
    const { calls } = this.d.stub;
    for (const { operation, input, ok } of calls.slice(this.seen)) {
      if (!ok) continue;
      if (operation === 'sqs:SendMessageBatch') this.messages.push(...requestsIn(input).map(({ event }) => event));
    }
    this.seen = calls.length;
  }

  /** A function that fails is called again by Lambda some day; here the later days do that. */
  private async run(...call: Parameters<Deployment['run']>): Promise<unknown> {
    try {
      return await this.d.run(...call);
    } catch (error) {
      return error;
    } finally {
      this.collect();
    }
  }

  async logs(): Promise<readonly { readonly region: string; readonly log: readonly Commit[] }[]> {
    return Promise.all(
      regions.map(async (region) => {
        const { items, cursor } = await this.d.table.changesBetween({ account, region }, {}, { oldestFirst: true, limit: 500 });
        expect(cursor).toBeUndefined();
        return { region, log: items.toSorted((a, b) => a.seq - b.seq) };
      }),
    );
  }

  async live(event: Event): Promise<void> {
    switch (event.do) {
      case 'wait':
      case 'jump':
        return this.pass(event.minutes);
      case 'sleep':
        return this.pass(26 * 60);
      case 'drift':
        return this.d.sandbox.setDescription(accounts[event.to]?.(storyAccount()) ?? storyAccount());
      case 'plan':
        return this.d.setPlan(plans[event.to] ?? base);
      case 'version':
        this.version += 1;
        return this.d.setVersion(`${this.version}.0.0`);
      case 'weather':
        return this.d.stub.setFaults(weather[event.to] ?? []);
      case 'schedule':
        await this.run('dispatch', tick(this.time));
        return;
      case 'change':
        await this.run('dispatch', change(`e-${this.now}`, { region: event.region }));
        return;
      case 'audit': {
        // Two at once where two are picked; what is kept comes a second time.
        const { length } = this.messages;
        if (length === 0) return;
        const chosen = [...new Set(event.which.map((n) => n % length))];
        await Promise.all(
          chosen.map(async (n) => {
            const message = this.messages[n] ?? {};
            const said = await this.run('audit', queued(message));
            const done = JSON.stringify(said) === '{"batchItemFailures":[]}';
            if (done && !event.keep) this.messages.splice(this.messages.indexOf(message), 1);
          }),
        );
        return;
      }
      case 'notify': {
        const commits = (await this.logs()).flatMap(({ region, log }) => log.map(({ seq }) => ({ region, seq })));
        const chosen = event.which.flatMap((n) => commits[n % Math.max(1, commits.length)] ?? []);
        if (chosen.length > 0) await this.run('notify', commitsBorn(...chosen));
        return;
      }
      case 'sweep':
        await this.run('dispatch', tick(this.time, 'sweep'));
        return;
    }
  }

  /** Fair weather: everything works, two days and two schedules pass, the queue empties, sweeps come; the stream forgot it all. */
  async settle(): Promise<void> {
    this.d.stub.setFaults([]);
    for (const _ of ['one schedule', 'and a period later another, for what was deferred']) {
      this.pass(24 * 60);
      await this.live({ do: 'schedule' });
      // A sweep asks for another audit where one found a newer mark.
      for (const _ of ['for the schedule', 'for what changed', 'for the rest']) {
        for (let rounds = 0; this.messages.length > 0; rounds++) {
          expect(rounds).toBeLessThan(200);
          this.pass(16);
          await this.live({ do: 'audit', which: [0], keep: false });
        }
        this.pass(20);
        await this.live({ do: 'sweep' });
      }
    }
    // What began to wait for a summary is sent, however many messages went out in the hour before.
    for (let n = 0; n < 3; n++) {
      this.pass(61);
      await this.live({ do: 'sweep' });
    }
  }
}

/** Whether a commit was summed up: by its own message later, or in one of its kind together with others. */
const isSummedUp = (d: Deployment, commit: Commit, kinds: readonly SummaryKind[]): boolean =>
  d.published().some(({ data: { summary } }) => {
    const kind = kinds.find((k) => k === summary?.of);
    return kind !== undefined && summary !== undefined && summary.from <= commit.factsAt && commit.factsAt <= summary.to;
  });

async function expectFair({ d, ...weeks }: { readonly d: Deployment; readonly logs: Weeks['logs'] }): Promise<void> {
  expect(await d.table.pendingCommits()).toEqual([]);
  const mails = new Set(d.published().map((p) => p.data.commit));
  const chats = new Set(d.chats().map((c) => c.id));
  for (const { region, log } of await weeks.logs()) {
    const place = { account, region };
    // Nothing lost, nothing doubled, in the order of facts.
    expect(log.map((c) => c.seq)).toEqual(log.map((_, n) => n + 1));
    expect(log.map((c) => c.factsAt)).toEqual(log.map((c) => c.factsAt).toSorted());
    for (const commit of log) {
      const before = replay(log.slice(0, commit.seq - 1));
      for (const c of commit.changes) {
        if (c.of === 'finding') {
          const was = before?.findings.get(c.id);
          expect([c.before?.status, c.before?.level, c.before?.since], `${region}/${commit.seq} ${c.id}`).toEqual([
            was?.finding.status,
            was?.finding.level,
            was?.since,
          ]);
        } else if (c.of === 'readiness') {
          const was = before?.readiness.get(c.id);
          expect([c.before?.state, c.before?.since]).toEqual([was?.state, was?.since]);
        } else expect(before?.coverage.has(c.id) ?? false).toBe(c.kind === 'seen');
      }
      // All that had to be published was, in every form.
      const id = `${account}/${region}/${commit.seq}`;
      const { own, summed, group } = splitCommit(place, commit);
      const notified = (changes: Commit['changes']) =>
        messageOf({ ...commit, changes }, { ...place, status: { command: 'readiness' } }, 'where');
      const kinds: readonly SummaryKind[] = group === undefined ? ['limit'] : ['limit', kindOfGroup(group)];
      const direct = mails.has(id) && chats.has(id);
      if (notified(own)) expect(direct || isSummedUp(d, commit, ['limit']), id).toBe(true);
      if (notified(summed)) expect(direct || isSummedUp(d, commit, kinds), `${id} ${group}`).toBe(true);
    }
    // The state is what the log adds up to.
    const state = await d.table.currentState(place);
    const added = replay(log);
    expect([state?.readiness, state?.evaluatedChecks]).toEqual([added?.readiness, added?.evaluatedChecks]);
    const brief = (s: typeof state) => [...(s?.findings ?? [])].map(([k, r]) => [k, r.seq, r.finding.status, r.carried]).toSorted();
    expect(brief(state)).toEqual(brief(added));
    // No change waits for an audit any more.
    expect(await d.marks.clearDirty(place, '0')).toBeUndefined();
  }
}

describe('in any order of events', () => {
  test.each([1, 2, 3, 4])('nothing is lost, doubled or overwritten, and all of it is published (%i)', async (seed) => {
    await fc.assert(
      fc.asyncProperty(fc.array(day, { minLength: 25, maxLength: 45 }), async (events) => {
        const d = await deploy(plans[0]);
        try {
          const weeks = new Weeks(d);
          await weeks.live({ do: 'schedule' });
          for (const event of events) await weeks.live(event);
          await weeks.settle();
          await expectFair({ d, logs: () => weeks.logs() });
        } finally {
          await d.close();
        }
      }),
      { numRuns: examples(3), seed, endOnFailure: true },
    );
  });
});
