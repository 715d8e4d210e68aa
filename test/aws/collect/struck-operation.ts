/** One operation of a collection struck by one fault: the run ends, the rest is evaluated, the reason is named. */
import { expect } from 'vitest';
import { type AwsSettings, defaultSettings } from '../../../shared/aws/client/settings.ts';
import { collectRegion } from '../../../shared/aws/collect/collect-region.ts';
import { checks } from '../../../shared/core/checks/index.ts';
import { evaluate } from '../../../shared/core/evaluation/evaluate.ts';
import type { FactName, Facts, Keyed, Read, Snapshot } from '../../../shared/core/evaluation/facts.ts';
import type { Finding, RegionResult } from '../../../shared/core/evaluation/finding.ts';
import type { Plan } from '../../../shared/core/plan/plan.ts';
import { loadPlan } from '../../../shared/plan/load.ts';
import type { Fault } from '../../../shared/sandbox/faults.ts';
import { sandboxCredentials, startSandbox } from '../../../shared/sandbox/server.ts';
import { storyAccountId } from '../../../shared/sandbox/story.ts';
import { skipTimeouts } from '../skip-timeouts.ts';

const region = 'us-west-2';
/** Waits that only a fault can outlast, on a busy machine too. */
export const patient: Partial<AwsSettings> = {
  maxAttempts: 2,
  maxThrottled: 2,
  requestTimeoutMs: 120_000,
  connectionTimeoutMs: 120_000,
  deadlineMs: 240_000,
};
/** Where the end of the fault is a timeout: once. */
const waiting: Partial<AwsSettings> = { ...patient, maxAttempts: 1, deadlineMs: 3_600_000 };
/** Kinds that nothing but a timeout ends. It is skipped, so that such collections run one by one. */
export const isLate = (kind: Fault['kind']): boolean => kind === 'hang' || kind === 'slow';

const loaded = loadPlan('shared/sandbox/plan.yaml');
if (!loaded.ok) throw new Error('The plan of the sandbox is valid.');
const plan: Plan = loaded.plan;

export async function collectWith(faults: readonly Fault[], more: Partial<AwsSettings> = patient) {
  let answered = 0;
  const sandbox = await startSandbox({
    faults,
    onAnswer: () => {
      answered += 1;
    },
  });
  try {
    const settings: AwsSettings = {
      ...defaultSettings,
      endpoint: sandbox.endpoint,
      credentials: sandboxCredentials(storyAccountId),
      homeRegion: region,
      ...more,
    };
    const collect = () => collectRegion({ account: storyAccountId, partition: 'aws', region, plan, settings });
    const { snapshot } = faults.some(({ kind }) => isLate(kind))
      ? await skipTimeouts(settings.requestTimeoutMs, () => sandbox.calls.length + answered, collect)
      : await collect();
    return { snapshot, result: evaluate(plan, snapshot), sent: [...new Set(sandbox.calls.map((c) => `${c.service}:${c.operation}`))] };
  } finally {
    await sandbox.close();
  }
}

const isRead = (fact: Read<unknown> | Keyed<unknown>): fact is Read<unknown> => typeof fact.ok === 'boolean';
const readsOf = (fact: Read<unknown> | Keyed<unknown>): readonly Read<unknown>[] => (isRead(fact) ? [fact] : Object.values(fact));
/** Reasons of all failed reads of a fact, also of those inside a bucket. */
const reasonsOf = (fact: Read<unknown> | Keyed<unknown>): readonly string[] =>
  JSON.stringify(fact)
    .match(/"ok":false,"reason":"[^"]*"/g)
    ?.map((m) => m.slice(21, -1)) ?? readsOf(fact).flatMap((r) => (r.ok ? [] : [r.reason]));
export const failedFacts = ({ facts }: Snapshot): readonly FactName[] =>
  (Object.keys(facts) as FactName[]).filter((name) => reasonsOf(facts[name]).length > 0);

const said: Readonly<Record<Fault['kind'], RegExp>> = {
  throttle: /throttled/,
  deny: /access denied/,
  error: /the service failed/,
  html: /the service failed|could not be read/,
  slow: /did not answer in time/,
  hang: /did not answer in time|deadline/,
  truncate: /reset|could not be read/,
  reset: /reset/,
  malformed: /could not be read/,
};

/** A throttled HEAD has no body that could say so: only its status is left. */
const saidOf = (on: string, kind: Fault['kind']): RegExp => (on === 's3:HeadBucket' && kind === 'throttle' ? said.error : said[kind]);

const faultOf = (kind: Fault['kind'], on: string): Fault => (kind === 'slow' ? { on, kind, ms: 600_000 } : { on, kind });
const severity = (f: Finding): number => (f.status === 'pass' ? 0 : f.level === 'recommended' ? 1 : 2);
const byId = (r: RegionResult) => new Map(r.findings.map((f) => [f.id, f]));

export type Struck = Awaited<ReturnType<typeof collectWith>>;

/** What comes of a fault in one operation, against a collection without any. */
export async function expectRestEvaluated(on: string, kind: Fault['kind'], healthy: Struck): Promise<void> {
  const struck = await collectWith([faultOf(kind, on)], isLate(kind) ? waiting : patient);
  const lost = failedFacts(struck.snapshot);
  const name = `${on} ${kind}`;
  expect(lost.length, `${name}: something is unread`).toBeGreaterThan(0);
  for (const fact of lost)
    for (const reason of reasonsOf(struck.snapshot.facts[fact])) expect(reason, `${name}: ${fact}`).toMatch(saidOf(on, kind));

  const before = byId(healthy.result);
  for (const f of struck.result.findings)
    if (f.status === 'pass') expect(before.get(f.id)?.status ?? 'pass', `${name}: ${f.id}`).toBe('pass');
  // What rests on nothing that was lost is judged as ever.
  const untouched = new Set(checks.filter((c) => c.needs.every((n) => !lost.includes(n as keyof Facts))).map((c) => c.id));
  const verdicts = (r: RegionResult) => r.findings.filter((f) => untouched.has(f.check)).map((f) => [f.id, severity(f)]);
  if (struck.result.state !== 'failed' && !lost.includes('clusterNames') && !lost.includes('runningClusters'))
    expect(verdicts(struck.result), name).toEqual(verdicts(healthy.result));
  for (const c of struck.result.readiness)
    if (c.state === 'READY') expect(healthy.result.readiness.find((h) => h.cluster === c.cluster)?.state, name).toBe('READY');
}
