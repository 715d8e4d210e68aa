/** Every operation that a collection sends × every fault: the run ends, the rest is judged, the reason is named. */
import pLimit from 'p-limit';
import { beforeAll, describe, expect, test } from 'vitest';
import { type AwsSettings, defaultSettings } from '../../../shared/aws/client/settings.ts';
import { collectRegion } from '../../../shared/aws/collect/collect-region.ts';
import { checks } from '../../../shared/core/checks/index.ts';
import { evaluate } from '../../../shared/core/evaluation/evaluate.ts';
import type { FactName, Facts, Keyed, Read, Snapshot } from '../../../shared/core/evaluation/facts.ts';
import type { Finding, RegionResult } from '../../../shared/core/evaluation/finding.ts';
import type { Plan } from '../../../shared/core/plan/plan.ts';
import { loadPlan } from '../../../shared/plan/load.ts';
import { type Fault, faultKinds } from '../../../shared/sandbox/faults.ts';
import { sandboxCredentials, startSandbox } from '../../../shared/sandbox/server.ts';
import { storyAccountId } from '../../../shared/sandbox/story.ts';

const region = 'us-west-2';
/** Waits that only a fault can outlast, on a busy machine too; where the fault is one that has to be waited for, once. */
const patient: Partial<AwsSettings> = {
  maxAttempts: 2,
  maxThrottled: 2,
  requestTimeoutMs: 20_000,
  connectionTimeoutMs: 20_000,
  deadlineMs: 60_000,
};
const waiting: Partial<AwsSettings> = { ...patient, maxAttempts: 1, requestTimeoutMs: 2_500 };
const settingsFor = (kind: Fault['kind']) => (kind === 'hang' || kind === 'slow' ? waiting : patient);

const loaded = loadPlan('shared/sandbox/plan.yaml');
if (!loaded.ok) throw new Error('The plan of the sandbox is valid.');
const plan: Plan = loaded.plan;

async function collectWith(faults: readonly Fault[], more: Partial<AwsSettings> = patient) {
  const sandbox = await startSandbox({ faults });
  try {
    const settings: AwsSettings = {
      ...defaultSettings,
      endpoint: sandbox.endpoint,
      credentials: sandboxCredentials(storyAccountId),
      homeRegion: region,
      ...more,
    };
    const { snapshot } = await collectRegion({ account: storyAccountId, partition: 'aws', region, plan, settings });
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
const failedFacts = ({ facts }: Snapshot): readonly FactName[] =>
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

const faultOf = (kind: Fault['kind'], on: string): Fault => (kind === 'slow' ? { on, kind, ms: 6_000 } : { on, kind });
const severity = (f: Finding): number => (f.status === 'pass' ? 0 : f.level === 'recommended' ? 1 : 2);
const byId = (r: RegionResult) => new Map(r.findings.map((f) => [f.id, f]));

let healthy: Awaited<ReturnType<typeof collectWith>>;
beforeAll(async () => {
  healthy = await collectWith([]);
});

function check(on: string, kind: Fault['kind'], struck: Awaited<ReturnType<typeof collectWith>>): void {
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

describe.concurrent('a fault in one operation', () => {
  test.for(faultKinds)('%s', { timeout: 110_000 }, async (kind) => {
    expect(healthy.sent.length).toBeGreaterThan(25);
    const atOnce = pLimit(kind === 'hang' || kind === 'slow' ? 8 : 4);
    await Promise.all(
      healthy.sent.map((on) => atOnce(async () => check(on, kind, await collectWith([faultOf(kind, on)], settingsFor(kind))))),
    );
  });
});

test('a fault that passes is not noticed: throttled twice, broken once, cut short once', { timeout: 110_000 }, async () => {
  const faults: readonly Fault[] = [
    { on: 'ec2:DescribeSubnets', kind: 'throttle', times: 2 },
    { on: 'servicequotas:ListServiceQuotas', kind: 'throttle', times: 1 },
    { on: 'fsx:*', kind: 'error', times: 1 },
    { on: 'ssm:*', kind: 'truncate', times: 1 },
    { on: 'sagemaker:*', kind: 'html', times: 1 },
    { on: 'iam:*', kind: 'reset', times: 1 },
  ];
  const { snapshot } = await collectWith(faults, { ...patient, maxAttempts: 6, maxThrottled: 6 });
  expect(failedFacts(snapshot)).toEqual([]);
  expect(snapshot.facts).toEqual(healthy.snapshot.facts);
});
