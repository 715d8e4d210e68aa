/**
 * Alerts on bad days: the bundled `notify` is killed after a random write, topics and table refuse, and a topic accepts a
 * message whose answer is lost. Later sweeps come on good days. Every commit that has something to notify of has to reach every
 * topic; one that no longer is pending was accepted.
 */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { isNotified } from '../../shared/core/alerts/alert-selection.ts';
import { carryOver } from '../../shared/core/history/carry-over.ts';
import { diff } from '../../shared/core/history/drift.ts';
import { finding, firstRules, result } from '../core/results.ts';
import { type Bundles, bundle } from '../functions/bundled.ts';
import { account, alertTopic, chatTopic, commitsBorn, type Deployment, deploy, home, storyPlan } from '../functions/deployment.ts';
import { randomFor, report, rounds } from './random.ts';

const plan = storyPlan({ alerts: { perHour: 1000 } });
const figures = { commits: 0, kills: 0, refused: 0, 'lost answers': 0, 'lost alerts': 0 };
let bundles: Bundles;
let d: Deployment;
beforeAll(async () => {
  bundles = await bundle();
});
afterAll(() => bundles?.close());
beforeEach(async () => {
  d = await deploy(plan);
});
afterEach(async () => {
  await d.close();
  // The deployment of these tests takes what is written to standard output for the log of a function.
  report('alerts', figures);
});

const healthy = result({ findings: [finding()] });
const sick = result({ findings: [finding({ status: 'fail' })] });

/** Saves an audit as the workflow does. Each differs from the one before, so each is a commit that notifies. */
async function save(n: number): Promise<number> {
  const factsAt = new Date(Date.UTC(2026, 10, 24) + n * 3_600_000).toISOString();
  d.at(factsAt);
  const audit = { account, region: home, auditId: `a-${n}`, factsAt, planHash: 'p', toolVersion: '1.0.0', rules: firstRules };
  const seen = { ...(n % 2 === 0 ? healthy : sick), region: home };
  const saved = await d.table.save(audit, (previous) => {
    const changes = diff(previous, seen, factsAt, audit);
    return { result: carryOver(previous, seen, factsAt), changes, notify: changes.some(isNotified) };
  });
  if (saved.commit === undefined) throw new Error(`audit ${n} found no change`);
  return saved.commit;
}

/** Commits of which a topic accepted a message; one whose answer was lost counts, for it was delivered. */
function delivered(topic: string): ReadonlySet<string> {
  return new Set(
    d.stub.calls
      .filter((c) => c.operation === 'sns:Publish' && c.ok && c.input.TopicArn === topic)
      .flatMap((c) => [...JSON.stringify(c.input).matchAll(new RegExp(`${account}/${home}/(\\d+)`, 'g'))].map(([, seq]) => seq ?? '')),
  );
}

test('kills, refusals and lost answers lose no alert', async () => {
  const random = randomFor('alerts');
  const commits: number[] = [];
  for (let round = 0; round < 25 * rounds; round++) {
    const seq = await save(round);
    commits.push(seq);
    const day = random.below(4);
    if (day === 0) {
      // Killed after its nth write; the answer to that one is lost, too.
      const f = await bundles.run('notify', plan);
      d.stub.setCut({ after: random.below(5), kill: f.kill });
      const outcome = await f.invoke(commitsBorn({ region: home, seq }));
      d.stub.setCut(undefined);
      if (!outcome.ok) {
        figures.kills += 1;
        figures['lost answers'] += 1;
      }
      await f.close();
      continue;
    }
    const topic = random.pick([alertTopic, chatTopic]);
    const faults = {
      1: { on: 'sns:Publish', kind: 'refuse', when: (input: Readonly<Record<string, unknown>>) => input.TopicArn === topic },
      2: { on: 'dynamodb:UpdateItem', kind: 'refuse' },
      3: { on: 'sns:Publish', kind: 'error' },
    } as const;
    d.stub.setFaults([faults[day as 1 | 2 | 3]]);
    const before = d.stub.calls.length;
    await d.run('notify', commitsBorn({ region: home, seq })).catch((error: unknown) => error);
    figures.refused += d.stub.calls.slice(before).filter((c) => !c.ok).length;
    d.stub.setFaults([]);
  }
  // Good days: the first sweep notifies of what has been pending for more than ten minutes, and lets the first audit wait for the
  // summary that the second sends.
  for (const hours of [1, 2]) {
    d.at(new Date(Date.UTC(2026, 10, 24) + (25 * rounds + hours) * 3_600_000).toISOString());
    await d.run('dispatch', { kind: 'sweep', at: '2026-12-24T00:00:00Z' });
  }
  expect(await d.table.pendingCommits()).toEqual([]);
  for (const topic of [alertTopic, chatTopic]) {
    const reached = delivered(topic);
    const lost = commits.filter((seq) => !reached.has(String(seq)));
    figures['lost alerts'] += lost.length;
    expect(lost, `commits that ${topic} never accepted`).toEqual([]);
  }
  figures.commits = commits.length;
  expect(figures.kills).toBeGreaterThan(0);
  expect(figures.refused).toBeGreaterThan(0);
});
