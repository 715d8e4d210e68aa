/**
 * The notifications of an organization: audits of every account and region are requested, saved and notified by the workflows
 * that the functions dispatch, audit and notify run, with prepared findings on items in memory and a clock that is moved.
 */

import { partitionOf, type RegionKey } from '../../shared/aws/findings/keys.ts';
import { scheduledRuns } from '../../shared/aws/findings/scheduled-runs.ts';
import { findingsTable } from '../../shared/aws/findings/table.ts';
import type { AlertTopics } from '../../shared/aws/messaging/alert-topics.ts';
import type { DelayedRequest } from '../../shared/aws/messaging/audit-queue.ts';
import type { AlertMessage } from '../../shared/core/alerts/alert-message.ts';
import { isNotified } from '../../shared/core/alerts/alert-selection.ts';
import { bodyOf, chatBodyOf } from '../../shared/core/alerts/alert-size.ts';
import type { RegionResult } from '../../shared/core/evaluation/finding.ts';
import type { Rules } from '../../shared/core/evaluation/rules.ts';
import { carryOver } from '../../shared/core/history/carry-over.ts';
import type { AlertTopic } from '../../shared/core/history/delivery-progress.ts';
import { diff } from '../../shared/core/history/drift.ts';
import type { Plan } from '../../shared/core/plan/plan.ts';
import { deliverCommit } from '../../shared/workflows/deliver-commit.ts';
import { deliverPending } from '../../shared/workflows/deliver-pending.ts';
import { requestScheduled } from '../../shared/workflows/request-audits.ts';
import { finding, firstRules, otherRules, result, row } from '../core/results.ts';
import { mapStore } from './map-store.ts';

const minute = 60_000;
const sweepMs = 5 * minute;
const start = Date.UTC(2026, 10, 24, 8);
const schedule = 'rate(1 hour)';

export interface Phase {
  readonly name: string;
  readonly rules: Rules;
  /** What an audit of the nth place finds. */
  readonly result: (place: RegionKey, n: number) => RegionResult;
}

const healthy = ['efa-self-traffic', 'vpc-dns', 'subnet-free-ips'].map((check) => finding({ check, group: 'workers' }));
const blocked = finding({
  check: 'security-group-rules',
  status: 'fail',
  message: 'sg-1 does not let its members reach one another.',
  remediation: { text: 'Allow it.', command: 'aws ec2 authorize-security-group-ingress --group-id sg-1' },
});
/** One place in fifty is BLOCKED. */
const found = (n: number) => (n % 50 === 0 ? [...healthy, blocked] : healthy);
const lost = ({ account }: RegionKey) =>
  row({
    check: 'efa-self-traffic',
    reason: `arn:aws:iam::${account}:role/HyperPodAuditor could not be entered: access denied`,
    action: 'sts:AssumeRole',
  });

/** Each is one cause in every place. */
export const phases: readonly Phase[] = [
  { name: 'first audits', rules: firstRules, result: (_, n) => result({ findings: found(n) }) },
  {
    name: 'role lost',
    rules: firstRules,
    result: (place) => ({ ...result({ rows: [lost(place)] }), state: 'failed', reason: lost(place).reason }),
  },
  { name: 'role restored', rules: firstRules, result: (_, n) => result({ findings: found(n) }) },
  {
    name: 'new rules',
    rules: otherRules,
    result: (_, n) => result({ findings: [...found(n), finding({ check: 'a-new-check', status: n % 100 === 1 ? 'fail' : 'pass' })] }),
  },
];

export interface PhaseOutcome {
  readonly name: string;
  readonly commits: number;
  readonly messages: Readonly<Record<AlertTopic, number>>;
  /** Clusters that the messages name as BLOCKED or UNKNOWN. */
  readonly named: { readonly BLOCKED: number; readonly UNKNOWN: number };
  readonly subjects: readonly string[];
  readonly largestBytes: number;
  /** Minutes from the first commit to the last message. */
  readonly minutes: number;
  readonly sweeps: number;
  readonly longestSweepMs: number;
  readonly pending: number;
}

/** Topics that accept everything, and what they accepted. */
function countingTopics(now: () => Date) {
  const sent: { readonly message: AlertMessage; readonly topics: readonly AlertTopic[]; readonly at: number }[] = [];
  const names = ['alerts', 'chat'] as const;
  const topics: Pick<AlertTopics, 'publish' | 'names'> = {
    names,
    publish: async (message, before = []) => {
      sent.push({ message, topics: names.filter((name) => !before.includes(name)), at: now().getTime() });
    },
  };
  return { sent, topics };
}

function namedIn(messages: readonly AlertMessage[], state: 'BLOCKED' | 'UNKNOWN'): number {
  return messages.reduce((sum, { data }) => {
    const { reasons = [], clusters = [] } = data.summary ?? {};
    const summed = clusters.filter((c) => reasons[c.reason]?.status === state).reduce((n, c) => n + c.regions.length, 0);
    return sum + summed + (data.summary ? 0 : data.readiness.filter((r) => r.state === state).length);
  }, 0);
}

const plan: Plan = { clusters: [], mutes: [], schedule, retentionDays: 400, alerts: {} };

/** What the queue of audits holds, the next first. */
interface DueAudit extends RegionKey {
  readonly due: number;
}

/** Runs the phases one after the other, each with an audit of every place. */
export async function notifyOrganization(places: readonly RegionKey[], of: readonly Phase[] = phases): Promise<readonly PhaseOutcome[]> {
  let clock = start;
  const now = () => new Date(clock);
  const store = mapStore();
  const table = findingsTable({ store, retentionDays: plan.retentionDays, now });
  const { sent, topics } = countingTopics(now);
  const work = { table, topics, plan, now, status: { command: 'npx --no-install hyperpod-auditor readiness' } };
  const queued: DueAudit[] = [];
  const queue = {
    send: async (requests: readonly DelayedRequest[]) => {
      for (const { account, region, afterSeconds } of requests) queued.push({ account, region, due: clock + afterSeconds * 1000 });
    },
  };
  const dispatch = { plan, queue, now, runs: scheduledRuns({ store }), places: async () => places, isTimeUp: () => false };
  const order = new Map(places.map((place, n) => [partitionOf(place), n]));

  /** The audit of one place, and notify for its commit. Whether there was one. */
  const audit = async (place: RegionKey, { name, rules, result: resultOf }: Phase): Promise<boolean> => {
    const factsAt = now().toISOString();
    const seen = { ...resultOf(place, order.get(partitionOf(place)) ?? 0), region: place.region };
    const saved = { ...place, auditId: name, factsAt, planHash: 'p', toolVersion: '1.0.0', rules };
    const { commit } = await table.save(saved, (previous) => {
      const changes = diff(previous, seen, factsAt, saved);
      return { result: carryOver(previous, seen, factsAt), changes, notify: changes.some(isNotified) };
    });
    if (commit !== undefined) await deliverCommit(place, commit, work);
    return commit !== undefined;
  };

  const outcomes: PhaseOutcome[] = [];
  for (const phase of of) {
    const begun = clock;
    let [commits, sweeps, longestSweepMs] = [0, 0, 0];
    await requestScheduled(dispatch, now().toISOString());
    // Two hours: the messages of a phase do not count against the next.
    for (let next = begun + sweepMs; next <= begun + 120 * minute; next += sweepMs) {
      const due = queued.filter((m) => m.due < next).toSorted((a, b) => a.due - b.due);
      queued.splice(0, queued.length, ...queued.filter((m) => m.due >= next));
      for (const { account, region, due: at } of due) {
        clock = Math.max(clock, at);
        if (await audit({ account, region }, phase)) commits += 1;
      }
      clock = next;
      const from = performance.now();
      await requestScheduled(dispatch);
      const { failed } = await deliverPending(work);
      if (failed.length > 0) throw failed[0];
      longestSweepMs = Math.max(longestSweepMs, performance.now() - from);
      sweeps += 1;
    }
    const mine = sent.filter(({ at }) => at > begun);
    const pending = (await table.pendingCommits()).length;
    outcomes.push({ ...outcomeOf(mine), name: phase.name, commits, minutes: minutesOf(mine, begun), sweeps, longestSweepMs, pending });
  }
  return outcomes;
}

type Sent = ReturnType<typeof countingTopics>['sent'];

/** Minutes until the last message. */
const minutesOf = (sent: Sent, begun: number): number => Math.max(0, ...sent.map(({ at }) => (at - begun) / minute));

function outcomeOf(sent: Sent): Pick<PhaseOutcome, 'messages' | 'named' | 'subjects' | 'largestBytes'> {
  const messages = sent.map(({ message }) => message);
  const count = (topic: AlertTopic) => sent.filter((m) => m.topics.includes(topic)).length;
  return {
    messages: { alerts: count('alerts'), chat: count('chat') },
    named: { BLOCKED: namedIn(messages, 'BLOCKED'), UNKNOWN: namedIn(messages, 'UNKNOWN') },
    subjects: messages.map(({ subject }) => subject),
    largestBytes: Math.max(0, ...messages.flatMap((m) => [Buffer.byteLength(bodyOf(m)), Buffer.byteLength(chatBodyOf(m))])),
  };
}
