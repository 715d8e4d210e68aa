/**
 * The process of a function is killed after each of its writes in turn, with the write done and its answer on the way. Then
 * the deployment goes on, and nothing may be lost, doubled in the log, or overwritten.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { FunctionName } from '../../infra/stacks/functions.ts';
import { isNotified } from '../../shared/core/alerts/alert-selection.ts';
import type { RegionResult } from '../../shared/core/evaluation/finding.ts';
import { rules } from '../../shared/core/evaluation/rules.ts';
import { carryOver } from '../../shared/core/history/carry-over.ts';
import { diff } from '../../shared/core/history/drift.ts';
import { type Commit, replay } from '../../shared/core/history/log.ts';
import { emptyPlan, type Plan } from '../../shared/core/plan/plan.ts';
import { supportedRegions } from '../../shared/core/plan/regions.ts';
import { changeRegion } from '../../shared/sandbox/description.ts';
import { drift } from '../../shared/sandbox/drift.ts';
import { storyAccount } from '../../shared/sandbox/story.ts';
import { finding, result } from '../core/results.ts';
import { type Bundles, bundle } from '../functions/bundled.ts';
import {
  account,
  change,
  commitsBorn,
  type Deployment,
  deploy,
  home,
  queued,
  requested,
  storyPlan,
  tick,
} from '../functions/deployment.ts';

let bundles: Bundles;
let d: Deployment;
beforeAll(async () => {
  bundles = await bundle();
});
afterAll(() => bundles.close());
beforeEach(async () => {
  d = await deploy(plan);
});
afterEach(() => d.close());

const plan = storyPlan({ alerts: { email: ['ml-platform@example.com'], remindAfterHours: 24 } });
const place = (region: string) => ({ account, region });
const start = Date.UTC(2026, 10, 24, 8);
/** The nth day of a test. */
const on = (day: number, hour = 0, minute = 0) => new Date(start + ((day * 24 + hour) * 60 + minute) * 60_000).toISOString();

const logOf = async (region: string): Promise<readonly Commit[]> => {
  const commits: Commit[] = [];
  let cursor: string | undefined;
  do {
    const page = await d.table.changesBetween(place(region), {}, { oldestFirst: true, ...(cursor !== undefined && { cursor }) });
    commits.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return commits;
};
/** The log is whole, and the records say what it adds up to. */
const expectWhole = async (region: string): Promise<readonly Commit[]> => {
  const log = await logOf(region);
  expect(log.map((c) => c.seq)).toEqual(log.map((_, n) => n + 1));
  expect(log.map((c) => c.factsAt)).toEqual(log.map((c) => c.factsAt).toSorted());
  const state = await d.table.currentState(place(region));
  const added = replay(log);
  expect([state?.seq, state?.readiness, state?.evaluatedChecks]).toEqual([added?.seq, added?.readiness, added?.evaluatedChecks]);
  expect([...(state?.findings ?? [])].map(([id, r]) => [id, r.seq, r.since, r.finding.status])).toEqual(
    [...(added?.findings ?? [])]
      .map(([id, r]) => [id, r.seq, r.since, r.finding.status])
      .toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1)),
  );
  expect([...(state?.coverage.keys() ?? [])].toSorted()).toEqual([...(added?.coverage.keys() ?? [])].toSorted());
  return log;
};
const pending = async () => (await d.table.pendingCommits()).map((c) => `${c.region}/${c.seq}`);
const times = (ids: readonly (string | undefined)[], id: string) => ids.filter((i) => i === id).length;
const alertsOf = (id: string) => ({
  mails: times(
    d.published().map((p) => p.data.commit),
    id,
  ),
  chats: times(
    d.chats().map((c) => c.id),
    id,
  ),
});
/** Every form went out, and a repeat came at most for the one write that no one could confirm. */
const expectNotified = (id: string) => {
  const { mails, chats } = alertsOf(id);
  expect(
    [mails, chats].every((n) => n === 1 || n === 2),
    `${id} was published ${mails} and ${chats} times`,
  ).toBe(true);
};

const save = (at: string, seen: RegionResult, region: string) => {
  d.at(at);
  const audit = { account, region, auditId: at, factsAt: at, planHash: 'p', toolVersion: '1.0.0', rules };
  return d.table.save(audit, (previous) => {
    const changes = diff(previous, { ...seen, region }, at, audit);
    return { result: carryOver(previous, { ...seen, region }, at), changes, notify: changes.some(isNotified) };
  });
};
const healthy = result({ findings: [finding()] });
const sick = result({ findings: [finding({ status: 'fail' })] });

interface Crash {
  readonly name: FunctionName;
  readonly plan?: Plan;
  /** What is so before; the event that is then handed to the function. */
  readonly event: (n: number) => Promise<unknown>;
  /** What comes next, and what has to hold then. */
  readonly after: (n: number) => Promise<void>;
}

/** Runs a function to its nth write, for every n, until it needs no more of them. How many it needed. */
async function atEveryWrite({ name, plan: own = plan, event, after }: Crash): Promise<number> {
  for (let n = 0; ; n++) {
    const given = await event(n);
    const f = await bundles.run(name, own);
    d.stub.setCut({ after: n, kill: f.kill });
    const outcome = await f.invoke(given);
    d.stub.setCut(undefined);
    if (!outcome.ok)
      expect(outcome).toMatchObject({ errorType: 'Runtime.ExitError', errorMessage: expect.stringContaining('signal: killed') });
    await f.close();
    await after(n);
    if (outcome.ok) return n - 1;
  }
}

describe('audit', () => {
  test('of a region that changed: the same request again makes one commit of the change, published once it is there', async () => {
    d.at(on(-1));
    await d.run('audit', queued(requested(home, 'schedule-0')));
    await d.table.confirmNotified(place(home), 1);
    const removed = drift.find((s) => s.name === 'efa-self-rule-removed') ?? expect.fail();
    const broken = removed.apply(storyAccount());
    const writes = await atEveryWrite({
      name: 'audit',
      event: async (n) => {
        d.at(on(n));
        d.stub.forgetCalls();
        await d.marks.markDirty(place(home), on(n));
        d.sandbox.setDescription(n % 2 === 0 ? broken : storyAccount());
        d.at(on(n, 0, 1));
        return queued(requested(home, `change-${n}`));
      },
      after: async (n) => {
        // The queue shows the message again when its visibility timeout is over.
        d.at(on(n, 0, 25));
        await d.run('audit', queued(requested(home, `change-${n}`)));
        // Who died with the audit done and the mark still there could not tell that it had seen the change: one more looks.
        d.at(on(n, 0, 31));
        for await (const changed of d.marks.dirtyPlaces())
          for (const { marker } of changed) {
            expect(marker.again).toBe(true);
            await d.run('audit', queued(requested(home, `change-${n}-again`)));
          }
        const log = await expectWhole(home);
        expect(log).toHaveLength(n + 2);
        const last = log.at(-1);
        expect(last?.readiness.map((r) => r.state)).toEqual([n % 2 === 0 ? 'BLOCKED' : 'READY']);
        expect(last?.changes.filter((c) => c.of === 'readiness').map((c) => [c.kind, c.cause])).toEqual([
          [n % 2 === 0 ? 'regressed' : 'recovered', 'account'],
        ]);
        expect(await d.marks.clearDirty(place(home), '0')).toBeUndefined();
        expect(await pending()).toEqual([`${home}/${n + 2}`]);
        await d.run('notify', commitsBorn({ region: home, seq: n + 2 }));
        expect(alertsOf(`${account}/${home}/${n + 2}`)).toEqual({ mails: 1, chats: 1 });
        expect(await pending()).toEqual([]);
      },
    });
    expect(writes).toBeGreaterThan(8);
  });

  test('the first of a region without clusters: one commit, all of it baseline, and no notification', async () => {
    // A region for each crash; none of them has anything to judge but what holds for the account.
    const all = supportedRegions.names;
    const quiet = { ...emptyPlan, regions: all };
    const raised = {
      applied: { 'Total number of instances allowed across SageMaker HyperPod clusters': 5000 },
      defaultOnly: [],
      missing: [],
      broken: {},
      more: [],
    };
    d.sandbox.setDescription(
      all.reduce(
        (seen, region) => changeRegion(seen, account, region, (r) => ({ quotas: { ...r.quotas, sagemaker: raised } })),
        storyAccount(),
      ),
    );
    d.setPlan(quiet);
    const writes = await atEveryWrite({
      name: 'audit',
      plan: quiet,
      event: async (n) => {
        d.at(on(n));
        return queued(requested(all[n] ?? expect.fail('more writes than regions'), 'schedule-1'));
      },
      after: async (n) => {
        const region = all[n] ?? '';
        d.at(on(n, 0, 25));
        await d.run('audit', queued(requested(region, 'schedule-1')));
        const log = await expectWhole(region);
        expect(log).toHaveLength(1);
        expect(new Set(log[0]?.changes.map((c) => c.cause))).toEqual(new Set(['baseline']));
        await d.run('notify', commitsBorn({ region, seq: 1 }));
        expect(
          d
            .published()
            .filter((p) => p.data.region === region)
            .map((p) => p.attributes.kind),
        ).toEqual([]);
      },
    });
    expect(writes).toBeGreaterThan(5);
  });
});

describe('notify', () => {
  test('between its topics and the table: every form goes out, and then it is no longer pending', async () => {
    await save(on(-1), healthy, home);
    await d.table.confirmNotified(place(home), 1);
    const id = (n: number) => `${account}/${home}/${n + 2}`;
    const writes = await atEveryWrite({
      name: 'notify',
      event: async (n) => {
        await save(on(n), n % 2 === 0 ? sick : healthy, home);
        return commitsBorn({ region: home, seq: n + 2 });
      },
      after: async (n) => {
        // The stream hands out the record again.
        await d.run('notify', commitsBorn({ region: home, seq: n + 2 }));
        expectNotified(id(n));
        expect(await pending()).toEqual([]);
      },
    });
    // Two topics, each counted before, one confirmation.
    expect(writes).toBe(5);
  });

  test('of a commit in parts: every form goes out, and it is whole before and after', async () => {
    const long = (status: 'pass' | 'fail') =>
      result({ findings: [1, 2, 3, 4].map((n) => finding({ status, resource: `sg-${n}`, message: 'x'.repeat(80_000) })) });
    await save(on(-1), long('pass'), home);
    await d.table.confirmNotified(place(home), 1);
    const writes = await atEveryWrite({
      name: 'notify',
      event: async (n) => {
        await save(on(n), long(n % 2 === 0 ? 'fail' : 'pass'), home);
        return commitsBorn({ region: home, seq: n + 2 });
      },
      after: async (n) => {
        // Four findings and their cluster.
        expect((await d.table.commit(place(home), n + 2))?.changes).toHaveLength(5);
        await d.run('notify', commitsBorn({ region: home, seq: n + 2 }));
        expectNotified(`${account}/${home}/${n + 2}`);
        expect(await pending()).toEqual([]);
        expect((await d.table.commit(place(home), n + 2))?.changes).toHaveLength(5);
      },
    });
    // Two topics, each counted before, one confirmation, two parts.
    expect(writes).toBe(7);
  });

  test('with something debounced: the rest goes out, and what is debounced is published when it lasted', async () => {
    const low = finding({ check: 'subnet-free-ips', level: 'recommended', resource: 'subnet-1', status: 'fail', have: 40, need: 324 });
    const region = (n: number) => `eu-west-${n + 1}`;
    const writes = await atEveryWrite({
      name: 'notify',
      event: async (n) => {
        await save(on(n, -1), result({ findings: [finding(), { ...low, status: 'pass' }] }), region(n));
        await d.table.confirmNotified(place(region(n)), 1);
        await save(on(n), result({ findings: [finding({ status: 'fail' }), low] }), region(n));
        return commitsBorn({ region: region(n), seq: 2 });
      },
      after: async (n) => {
        await d.run('notify', commitsBorn({ region: region(n), seq: 2 }));
        await save(on(n, 1, 1), result({ findings: [finding({ status: 'fail' }), low] }), region(n));
        d.at(on(n, 1, 30));
        await d.run('dispatch', tick(on(n, 1, 30), 'sweep'));
        const said = d.published().filter((p) => p.data.commit === `${account}/${region(n)}/2`);
        expect(said.at(-1)?.data.changes.map((c) => c.check)).toEqual(['subnet-free-ips']);
        expect(said.slice(0, -1).every((p) => p.data.changes.some((c) => c.check === 'efa-self-traffic'))).toBe(true);
        expect([2, 3]).toContain(said.length);
        expect(await pending()).toEqual([]);
      },
    });
    expect(writes).toBe(5);
  });
});

describe('dispatch', () => {
  test('of a change in IAM: every region is marked and has its audit', async () => {
    const iam = { region: 'us-east-1', source: 'aws.iam', detail: { eventSource: 'iam.amazonaws.com', eventName: 'DetachRolePolicy' } };
    const regions = ['eu-north-1', 'us-east-1', 'us-west-2'];
    const asked = () => d.requests();
    const writes = await atEveryWrite({
      name: 'dispatch',
      event: async (n) => {
        d.at(on(n));
        d.stub.forgetCalls();
        return change(`e-${n}`, iam);
      },
      after: async (n) => {
        // Lambda tries an event again that it handed over without waiting.
        await d.run('dispatch', change(`e-${n}`, iam));
        expect([...new Set(asked().map((m) => m.region))].toSorted()).toEqual(regions);
        d.at(on(n, 0, 2));
        for (const { event } of asked()) await d.run('audit', queued(event));
        for (const region of regions) expect(await d.marks.clearDirty(place(region), '0')).toBeUndefined();
      },
    });
    // A mark and a note of it for each, and one batch of messages.
    expect(writes).toBe(7);
  });

  test('of the schedule: every audit is asked for under the same name, by a repeat or by the next sweep', async () => {
    const writes = await atEveryWrite({
      name: 'dispatch',
      event: async (n) => {
        d.at(on(n));
        d.stub.forgetCalls();
        return tick(on(n));
      },
      after: async (n) => {
        if (n % 2 === 0) await d.run('dispatch', tick(on(n)));
        // A run that was never noted is begun by Scheduler or Lambda again.
        else await d.run('dispatch', n === 0 ? tick(on(n)) : tick(on(n, 0, 5), 'sweep'));
        expect([...new Set(d.requests().map((r) => `${r.region} ${r.auditId}`))].toSorted()).toEqual(
          ['eu-north-1', 'us-east-1', 'us-west-2'].map((r) => `${r} schedule-${on(n)}`),
        );
      },
    });
    // The run, that it is being sent, its messages with a longer claim before them, that they were sent, and the end of the claim.
    expect(writes).toBe(6);
  });

  test('of the sweep: every pending commit is published, reminders go out, the routes are checked', async () => {
    // A plan that names no region reminds of any.
    const open = { ...emptyPlan, alerts: plan.alerts };
    d.setPlan(open);
    const regions = (n: number) => [`us-east-${n + 1}`, `eu-north-${n + 1}`];
    const blocked = (n: number) => `ap-south-${n + 1}`;
    const routesAt = async () => (await d.marks.routes())?.at;
    const writes = await atEveryWrite({
      name: 'dispatch',
      plan: open,
      event: async (n) => {
        await save(on(n * 2 - 1, -1), sick, blocked(n));
        await d.table.confirmNotified(place(blocked(n)), 1);
        for (const region of regions(n)) {
          await save(on(n * 2, -1), healthy, region);
          await d.table.confirmNotified(place(region), 1);
          await save(on(n * 2), sick, region);
        }
        // Seen again, still so.
        await save(on(n * 2, 0, 5), sick, blocked(n));
        d.at(on(n * 2, 0, 20));
        return tick(on(n * 2, 0, 20), 'sweep');
      },
      after: async (n) => {
        d.at(on(n * 2, 0, 30));
        await d.run('dispatch', tick(on(n * 2, 0, 30), 'sweep'));
        for (const region of regions(n)) expectNotified(`${account}/${region}/2`);
        const reminders = d.published().filter((p) => p.attributes.kind === 'reminder' && p.data.region === blocked(n));
        expect([1, 2]).toContain(reminders.length);
        expect(await pending()).toEqual([]);
        expect((await routesAt()) ?? '').toMatch(new RegExp(`^${on(n * 2).slice(0, 13)}`));
        // Out of the way of the next round's reminders.
        for (const region of [...regions(n), blocked(n)]) {
          const { commit = 0 } = await save(on(n * 2, 0, 40), healthy, region);
          await d.table.confirmNotified(place(region), commit);
        }
      },
    });
    // Twice two topics, each counted before, and a confirmation; a reminder's topics and its mark; the routes. Commits and reminders
    // are counted at the same time, and who loses a race counts again.
    expect(writes).toBeGreaterThanOrEqual(16);
  });
});

test('digest: it goes out in every form', async () => {
  const ofWeek = (at: string) => d.published().filter((p) => p.attributes.kind === 'digest' && p.data.at.startsWith(at.slice(0, 10)));
  const writes = await atEveryWrite({
    name: 'digest',
    event: async (n) => {
      d.at(on(7 * n));
      return tick(on(7 * n), 'digest');
    },
    after: async (n) => {
      await d.run('digest', tick(on(7 * n), 'digest'));
      expect([1, 2]).toContain(ofWeek(on(7 * n)).length);
      expect(d.chats().some((c) => c.metadata.threadId === `digest/${on(7 * n).slice(0, 10)}`)).toBe(true);
    },
  });
  // Two topics, each counted before.
  expect(writes).toBe(4);
});
