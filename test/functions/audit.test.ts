import type { SQSBatchResponse } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { HeadItem } from '../../shared/aws/findings/head.ts';
import type { Key } from '../../shared/aws/findings/keys.ts';
import { usedResourcesTable } from '../../shared/aws/findings/used-resources.ts';
import { type Rules, rules } from '../../shared/core/evaluation/rules.ts';
import { emptyPlan } from '../../shared/core/plan/plan.ts';
import { isTypeQuota } from '../../shared/core/quotas/quotas.ts';
import { planHash } from '../../shared/plan/hash.ts';
import { changeRegion } from '../../shared/sandbox/description.ts';
import { drift } from '../../shared/sandbox/drift.ts';
import { storyAccount } from '../../shared/sandbox/story.ts';
import { defaultQuotas } from '../../shared/sandbox/world.ts';
import { account, commitsBorn, type Deployment, deploy, home, queued, requested, storyPlan, tick } from './deployment.ts';

let d: Deployment;
beforeEach(async () => {
  d = await deploy();
  d.at('2026-11-24T08:00:30.000Z');
});
afterEach(() => d.close());

const place = (region: string = home, of: string = account) => ({ account: of, region });
const audit = (...bodies: readonly (object | string)[]) => d.run<SQSBatchResponse>('audit', queued(...bodies));
const states = async (region: string = home) => (await d.table.summary(place(region)))?.readiness.map((r) => r.state);
const step = (name: string) => drift.find((s) => s.name === name) ?? expect.fail(name);
const log = (message: string) => d.lines.filter((l) => l.message === message);
const commits = async (region: string = home) => (await d.table.changesBetween(place(region), {}, { oldestFirst: true })).items;

describe('an audit that was asked for', () => {
  test('is done, kept and measured', async () => {
    expect(await audit(requested(home, 'schedule-1'))).toEqual({ batchItemFailures: [] });
    expect((await commits()).map((c) => [c.seq, c.auditId, c.toolVersion, c.alias, c.pending])).toEqual([
      [1, 'schedule-1', '1.0.0', 'ml-prod', true],
    ]);
    const [line] = log('audited');
    expect(line).toMatchObject({ level: 'info', function: 'audit', account, region: home, auditId: 'schedule-1', commit: 1 });
    expect(line?.calls).toBeGreaterThan(20);
    expect(line?.durationMs).toBeGreaterThanOrEqual(0);
    // What the dashboard asks the log for.
    expect(line).toMatchObject({ ready: 1, blocked: 0, unknown: 0, atRisk: 0, unevaluated: 0 });
    expect(line).toMatchObject({ quotaHeadroom: expect.any(Number), addressHeadroom: expect.any(Number) });
    expect(d.lines.filter((l) => '_aws' in l)).toEqual([]);
  });

  test('notes which roles and keys its clusters use, once', async () => {
    const read = () => usedResourcesTable({ store: d.dynamo.store }).read(place(), planHash(storyPlan()));
    expect(await read()).toBeUndefined();
    await audit(requested(home, 'schedule-1'));
    const used = await read();
    expect(used?.identities?.some((name) => name.startsWith('role/'))).toBe(true);
    expect(used?.keys).toBeDefined();
    const update = vi.fn();
    await usedResourcesTable({ store: { ...d.dynamo.store, update } }).save(place(), planHash(storyPlan()), used ?? {});
    expect(update).not.toHaveBeenCalled();
  });

  test('of a region without clusters has no numbers of them', async () => {
    await audit(requested('us-east-2', 'schedule-1'));
    const [line = {}] = log('audited');
    expect(line).toMatchObject({ unevaluated: expect.any(Number), calls: expect.any(Number) });
    expect(Object.keys(line).filter((name) => ['blocked', 'unknown', 'atRisk', 'ready'].includes(name))).toEqual([]);
  });

  test('again is a no-op: the queue delivers at least once', async () => {
    await audit(requested(home, 'schedule-1'));
    d.at('2026-11-24T08:01:30.000Z');
    await audit(requested(home, 'schedule-1'));
    expect(await commits()).toHaveLength(1);
    expect(log('audited').map((l) => l.discarded)).toEqual([undefined, 'repeated']);
    expect((await d.table.audits(place())).items).toHaveLength(1);
  });

  test('twice at once makes one log', async () => {
    const both = await Promise.all([audit(requested(home, 'schedule-1')), audit(requested(home, 'schedule-2'))]);
    expect(both).toEqual([{ batchItemFailures: [] }, { batchItemFailures: [] }]);
    expect((await commits()).map((c) => c.seq)).toEqual([1]);
  });

  test('whose facts are older than what is known throws itself away: a clock that jumps back overwrites nothing', async () => {
    await audit(requested(home, 'schedule-2'));
    d.at('2026-11-24T07:50:00.000Z');
    d.sandbox.setDescription(step('efa-self-rule-removed').apply(storyAccount()));
    await audit(requested(home, 'schedule-1'));
    expect(log('audited').map((l) => l.discarded)).toEqual([undefined, 'outdated']);
    expect(await states()).toEqual(['READY']);
    d.at('2026-11-24T09:00:00.000Z');
    await audit(requested(home, 'schedule-3'));
    expect(await states()).toEqual(['BLOCKED']);
  });

  test('after a clock that was a year ahead stops nothing from then on', async () => {
    d.at('2027-11-24T08:00:00.000Z');
    await audit(requested(home, 'schedule-ahead'));
    d.at('2026-11-24T09:00:00.000Z');
    d.sandbox.setDescription(step('efa-self-rule-removed').apply(storyAccount()));
    await audit(requested(home, 'schedule-2'));
    expect(await states()).toEqual(['BLOCKED']);
  });

  test('by an earlier version for later is done when it arrives: a function that sent it back would be a chain, which Lambda stops', async () => {
    expect(await audit(requested(home, 'schedule-1', { delaySeconds: 2000 }))).toEqual({ batchItemFailures: [] });
    expect((await commits()).map((c) => c.auditId)).toEqual(['schedule-1']);
    expect(d.requests()).toEqual([]);
  });
});

describe('warnings', () => {
  const mute = { reason: 'known', owner: 'network team', until: '2027-01-31' };

  test('of the plan and of what this region shows stand in the line of the audit, by their paths', async () => {
    const [cluster, ...others] = storyPlan().clusters;
    if (!cluster) throw new Error('The story has a cluster.');
    const [controller, workers] = cluster.request.InstanceGroups ?? [];
    if (!controller || !workers) throw new Error('It has two groups.');
    const InstanceGroups = [controller, { ...workers, InstanceType: 'ml.p5.48xlrage' }];
    d.setPlan(
      storyPlan({
        clusters: [{ ...cluster, request: { ...cluster.request, InstanceGroups } }, ...others],
        mutes: [
          { ...mute, check: 'vpc-dns', until: '2026-11-23' },
          { ...mute, check: 'vpc-dns', region: home, resource: 'vpc-1' },
          // What it could match may be in the other regions, which this audit does not read.
          { ...mute, check: 'vpc-dns', resource: 'vpc-2' },
        ],
      }),
    );
    await audit(requested(home, 'schedule-1'));
    expect(log('audited')[0]?.warnings).toEqual([
      { code: 'mute-expired', path: 'mutes[0].until', message: expect.stringContaining('got 2026-11-23.') },
      {
        code: 'unknown-instance-type',
        path: 'clusters[0].request.InstanceGroups[1].InstanceType',
        message: expect.stringContaining('(did you mean ml.p5.48xlarge?)'),
      },
      { code: 'mute-matches-nothing', path: 'mutes[1]', message: expect.stringContaining('expected a finding of vpc-dns') },
    ]);
  });

  test('are twenty at the most, so that the line stays one that CloudWatch takes', async () => {
    const mutes = Array.from({ length: 23 }, (_, n) => ({ ...mute, check: 'vpc-dns', resource: `vpc-${n}`, until: '2026-11-23' }));
    d.setPlan(storyPlan({ mutes }));
    await audit(requested(home, 'schedule-1'));
    const [line] = log('audited');
    expect([line?.warnings, line?.moreWarnings]).toEqual([expect.objectContaining({ length: 20 }), 3]);
  });

  test('are no member of the line where there is none', async () => {
    await audit(requested(home, 'schedule-1'));
    expect(log('audited')[0]).not.toHaveProperty('warnings');
  });
});

describe('an event that is not ours', () => {
  test.each([
    ['no JSON', 'hello'],
    ['another source', { ...requested('us-west-2', 'a'), source: 'aws.ec2' }],
    ['another type', { ...requested('us-west-2', 'a'), 'detail-type': 'Scheduled Event' }],
    ['an account that is none', requested('us-west-2', 'a', { account: '1234' })],
    ['a region that is none', requested('us-west-2', 'a', { region: 'us-west-2#x' })],
    ['no audit id', requested('us-west-2', '')],
    ['a time that is none', { ...requested('us-west-2', 'a'), time: 'soon' }],
  ])('%s: is put back, said, and nothing else happens', async (_, body) => {
    expect(await audit(body)).toEqual({ batchItemFailures: [{ itemIdentifier: 'message-0' }] });
    expect(log('audit failed')[0]).toMatchObject({ level: 'error', error: 'ForeignEvent', messageId: 'message-0' });
    expect(d.stub.calls).toEqual([]);
    expect(d.sandbox.calls).toEqual([]);
  });

  test('next to a good one does not hold that up', async () => {
    expect(await audit('hello', requested(home, 'schedule-1'))).toEqual({ batchItemFailures: [{ itemIdentifier: 'message-0' }] });
    expect(await commits()).toHaveLength(1);
  });

  // F: a body that is no request; a: an audit. Unlike a stream, a queue puts back exactly the messages that are reported.
  test.each([
    ['FF', ['message-0', 'message-1']],
    ['aFF', ['message-1', 'message-2']],
    ['FaF', ['message-0', 'message-2']],
  ])('in a batch %s every failure is reported and every audit is done', async (outcomes, failed) => {
    const answer = await audit(...[...outcomes].map((o, n) => (o === 'F' ? 'hello' : requested(home, `schedule-${n}`))));
    expect(answer).toEqual({ batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) });
    expect(await commits()).toHaveLength(outcomes.includes('a') ? 1 : 0);
  });

  test('that is no batch of a queue is refused as a whole', async () => {
    await expect(d.run('audit', { Records: [] })).rejects.toThrow('audit takes messages of its queue');
    await expect(d.run('audit', { Records: [{ eventSource: 'aws:s3' }] })).rejects.toThrow('not one of ours');
    await expect(d.run('audit', null)).rejects.toThrow('not one of ours');
    expect(log('failed')).toHaveLength(3);
    expect(d.stub.calls).toEqual([]);
  });
});

describe('bad days', () => {
  test('a region that fails for hours is UNKNOWN, alerts once, and comes back', async () => {
    await audit(requested(home, 'schedule-1'));
    d.sandbox.setFaults([{ on: '*', kind: 'deny', region: home }]);
    for (const hour of [9, 10, 11]) {
      d.at(`2026-11-24T${String(hour).padStart(2, '0')}:00:00.000Z`);
      await audit(requested(home, `schedule-${hour}`));
    }
    expect(await states()).toEqual(['UNKNOWN']);
    expect(await commits()).toHaveLength(2);
    // One audit may fail for a moment: the second counts what is lost, and no later one does again.
    expect(d.lines.filter((l) => '_aws' in l)).toMatchObject([{ CoverageLost: expect.any(Number), auditId: 'schedule-10', region: home }]);
    d.sandbox.setFaults([]);
    d.at('2026-11-24T12:00:00.000Z');
    await audit(requested(home, 'schedule-12'));
    expect(await states()).toEqual(['READY']);
    const all = await commits();
    expect(all).toHaveLength(3);
    expect(new Set(all[2]?.changes.map((c) => c.cause))).toEqual(new Set(['visibility']));
  });

  test('a permission that is lost and regained', async () => {
    await audit(requested('eu-north-1', 'schedule-1'));
    const before = await states('eu-north-1');
    d.at('2026-11-24T09:00:00.000Z');
    d.sandbox.setDescription(step('permission-lost').apply(storyAccount()));
    await audit(requested('eu-north-1', 'schedule-2'));
    const [, lost] = await commits('eu-north-1');
    expect(lost?.changes).toContainEqual(expect.objectContaining({ of: 'coverage', kind: 'unseen', cause: 'account' }));
    d.at('2026-11-24T10:00:00.000Z');
    d.sandbox.setDescription(storyAccount());
    await audit(requested('eu-north-1', 'schedule-3'));
    const [, , regained] = await commits('eu-north-1');
    expect(regained?.changes).toContainEqual(expect.objectContaining({ of: 'coverage', kind: 'seen', cause: 'visibility' }));
    expect(await states('eu-north-1')).toEqual(before);
  });

  test('a plan edited between audits: a cluster renamed, another removed', async () => {
    await audit(requested(home, 'schedule-1'), requested('us-east-1', 'schedule-1'));
    const plan = storyPlan();
    const renamed = plan.clusters
      .filter((c) => c.region !== 'us-east-1')
      .map((c) => (c.region === home ? { ...c, request: { ...c.request, ClusterName: 'llm-train-2' } } : c));
    d.setPlan({ ...plan, clusters: renamed });
    d.at('2026-11-24T09:00:00.000Z');
    await audit(requested(home, 'schedule-2'), requested('us-east-1', 'schedule-2'));
    const [, second] = await commits();
    expect(second?.changes.filter((c) => c.of === 'readiness').map((c) => [c.kind, c.id, c.cause])).toEqual([
      ['gone', 'llm-train', 'plan'],
      ['appeared', 'llm-train-2', 'plan'],
    ]);
    expect((await d.table.summary(place('us-east-1')))?.readiness).toEqual([]);
  });

  describe('a new version', () => {
    const headKey = { pk: `${account}#${home}`, sk: 'HEAD' };
    /** The region as a version with other rules audited it; `undefined`: a version that stored none. */
    const auditedBy = async (before: Rules | undefined) => {
      await audit(requested(home, 'schedule-1'));
      const { store } = d.dynamo;
      if (before) await store.put({ pk: 'deployment', sk: `RULES#${before.hash}`, ...before } as Key);
      const head = (await store.get<HeadItem>(headKey)) ?? expect.fail('no HEAD');
      await store.update(headKey, { set: { audit: { ...head.audit, rules: before?.hash } } });
    };
    /** The next audit finds that a rule was removed from a security group. Causes by what changed. */
    const causes = async () => {
      d.at('2026-11-24T10:00:00.000Z');
      d.sandbox.setDescription(step('efa-self-rule-removed').apply(storyAccount()));
      await audit(requested(home, 'schedule-2'));
      const [, second] = await commits();
      return [...new Set(second?.changes.map((c) => `${c.of === 'readiness' ? c.of : c.id.split('/')[0]} ${c.cause}`))];
    };
    const all = (cause: string) =>
      ['efa-open-egress', 'efa-self-traffic', 'security-group-internal-traffic', 'readiness'].map((what) => `${what} ${cause}`);
    const other = (check: string): Rules => ({ ...rules, hash: 'previous', checks: { ...rules.checks, [check]: 'previous' } });

    test('without new rules is no cause', async () => {
      await audit(requested(home, 'schedule-1'));
      d.setVersion('3.0.0');
      expect(await causes()).toEqual(all('account'));
      expect((await commits())[1]).toMatchObject({ toolVersion: '3.0.0', rules: rules.hash });
      expect(log('audited')[1]).toMatchObject({ rules: rules.hash });
    });

    test('with another rule of a check is the cause of what that check found', async () => {
      await auditedBy(other('efa-self-traffic'));
      expect(await causes()).toEqual([
        'efa-open-egress account',
        'efa-self-traffic auditor',
        'security-group-internal-traffic account',
        'readiness auditor',
      ]);
    });

    test('with another rule of another check is not', async () => {
      await auditedBy(other('vpc-dns'));
      expect(await causes()).toEqual(all('account'));
    });

    test('after one that stored no rules reports nothing as a change of the account, and names the cluster until that is delivered', async () => {
      await auditedBy(undefined);
      expect(await causes()).toEqual(all('auditor'));
      await d.run('notify', commitsBorn({ region: home, seq: 2 }));
      d.at(new Date(Date.now() + 11 * 60_000).toISOString());
      d.stub.setFaults([{ on: 'sns:*', kind: 'refuse' }]);
      await expect(d.run('dispatch', tick(new Date().toISOString(), 'sweep'))).rejects.toThrow('The summary rules of 1 regions');
      d.stub.setFaults([]);
      expect((await d.table.pendingCommits()).map((c) => c.seq)).toContain(2);
      await d.run('dispatch', tick(new Date().toISOString(), 'sweep'));
      expect((await d.table.pendingCommits()).map((c) => c.seq)).not.toContain(2);
      const said = d.published().at(-1);
      expect(said?.email).toMatch(
        new RegExp(
          `^New rules of the auditor \\(version 1\\.0\\.0, rules ${rules.hash}\\) change readiness\\. Now\\s+BLOCKED: llm-train\\.`,
        ),
      );
      expect(said?.data).toMatchObject({ rules: rules.hash });
      expect(d.chats().at(-1)?.content.description).toContain('change readiness. Now BLOCKED: llm-train.');
    });
  });

  test('a table that throttles is asked again', async () => {
    d.stub.setFaults([{ on: 'dynamodb:*', kind: 'throttle', times: 4 }]);
    expect(await audit(requested(home, 'schedule-1'))).toEqual({ batchItemFailures: [] });
    expect(await commits()).toHaveLength(1);
  });

  test('a table that takes nothing puts the request back, and later it is done', async () => {
    d.stub.setFaults([{ on: 'dynamodb:PutItem', kind: 'refuse' }]);
    expect(await audit(requested(home, 'schedule-1'))).toEqual({ batchItemFailures: [{ itemIdentifier: 'message-0' }] });
    expect(log('audit failed')[0]).toMatchObject({ account, region: home, auditId: 'schedule-1', error: 'AccessDeniedException' });
    expect(await commits()).toEqual([]);
    d.stub.setFaults([]);
    expect(await audit(requested(home, 'schedule-1'))).toEqual({ batchItemFailures: [] });
    expect(await commits()).toHaveLength(1);
  });
});

describe('another account', () => {
  const other = '444455556666';
  test('is entered by its audit role', async () => {
    d.setPlan(storyPlan({ accounts: [account, other], auditRole: { name: 'hyperpod-auditor' } }));
    await audit(requested(home, 'schedule-1', { account: other }));
    expect(await d.table.summary(place(home, other))).toMatchObject({ regionState: 'audited' });
    expect(d.sandbox.calls.some((c) => c.operation === 'AssumeRole')).toBe(true);
  });

  test('that cannot be entered is reported as not evaluated, and is no failure of the audit', async () => {
    d.setPlan(storyPlan({ accounts: [account, other], auditRole: { name: 'Missing' } }));
    expect(await audit(requested(home, 'schedule-1', { account: other }))).toEqual({ batchItemFailures: [] });
    const summary = await d.table.summary(place(home, other));
    expect(summary?.regionState).toBe('failed');
    expect(summary?.reason).toContain('arn:aws:iam::444455556666:role/Missing could not be entered');
    const state = await d.table.currentState(place(home, other));
    const rows = [...(state?.coverage.values() ?? [])].map((c) => c.row);
    expect(rows.length).toBeGreaterThan(30);
    expect(new Set(rows.map((r) => r.action))).toEqual(new Set(['sts:AssumeRole']));
    expect(d.sandbox.calls.every((c) => c.operation === 'AssumeRole')).toBe(true);
  });
});

describe('a region that is not named', () => {
  test('and that has no HyperPod is passed over', async () => {
    d.setPlan(emptyPlan);
    const missing = defaultQuotas('sagemaker', 'us-west-1').flatMap((q) => (isTypeQuota(q.name) ? [q.name] : []));
    const none = { applied: {}, defaultOnly: [], missing, broken: {}, more: [] };
    d.sandbox.setDescription(changeRegion(storyAccount(), account, 'us-west-1', (r) => ({ quotas: { ...r.quotas, sagemaker: none } })));
    await d.marks.markDirty(place('us-west-1'), '2026-11-24T07:59:00.000Z');
    await audit(requested('us-west-1', 'change-e1'));
    expect(log('skipped')).toHaveLength(1);
    expect(await d.table.summary(place('us-west-1'))).toBeUndefined();
    // Otherwise each sweep would request the same audit again.
    for await (const page of d.marks.dirtyPlaces()) expect(page).toEqual([]);
  });
});

describe('the mark of a change', () => {
  const dirty = (at: string) => d.marks.markDirty(place(), at);

  const again = async () => {
    const places = [];
    for await (const page of d.marks.dirtyPlaces()) places.push(...page);
    return places.map(({ region, marker }) => [region, marker.again === true]);
  };

  test('goes with an audit that is newer than it', async () => {
    await dirty('2026-11-24T07:59:00.000Z');
    expect(await again()).toEqual([[home, false]]);
    await audit(requested(home, 'change-e1'));
    expect(await d.marks.clearDirty(place(), '0')).toBeUndefined();
    expect(await again()).toEqual([]);
  });

  test('stays when something newer arrived, and says that another audit is needed', async () => {
    await dirty('2026-11-24T07:59:00.000Z');
    await dirty('2026-11-24T08:00:31.000Z');
    expect(await audit(requested(home, 'change-e1'))).toEqual({ batchItemFailures: [] });
    expect(await again()).toEqual([[home, true]]);
    expect(log('audited')[0]).toMatchObject({ again: true });
    d.at('2026-11-24T08:05:31.000Z');
    await audit(requested(home, 'change-e2'));
    expect(await d.marks.clearDirty(place(), '0')).toBeUndefined();
    expect(await again()).toEqual([]);
  });

  test('that an audit took away since makes further requests of the change end at once', async () => {
    await dirty('2026-11-24T07:59:00.000Z');
    await audit(requested(home, 'change-e1'));
    await audit(requested(home, 'change-e2'));
    expect(log('audited')).toHaveLength(1);
    expect(log('covered')).toEqual([expect.objectContaining({ auditId: 'change-e2', calls: 0 })]);
  });

  test('stays when the audit was done before: its facts were not evaluated', async () => {
    await dirty('2026-11-24T07:59:00.000Z');
    await audit(requested(home, 'change-e1'));
    await dirty('2026-11-24T08:00:31.000Z');
    d.at('2026-11-24T08:02:00.000Z');
    await audit(requested(home, 'change-e1'));
    expect(await again()).toEqual([[home, true]]);
  });

  test('is left to its own message by a scheduled audit', async () => {
    await dirty('2026-11-24T08:00:31.000Z');
    await audit(requested(home, 'schedule-1'));
    expect(await again()).toEqual([[home, false]]);
    expect(await d.marks.clearDirty(place(), '0')).toMatchObject({ last: '2026-11-24T08:00:31.000Z' });
  });

  test('of a clock that was ahead does not ask for audits until that time', async () => {
    await dirty('2027-11-24T08:00:31.000Z');
    await audit(requested(home, 'change-e1'));
    expect(await again()).toEqual([]);
    expect(await d.marks.clearDirty(place(), '0')).toBeUndefined();
  });
});
