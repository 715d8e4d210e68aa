import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Key } from '../../shared/aws/findings/keys.ts';
import { type FindingsTable, findingsTable } from '../../shared/aws/findings/table.ts';
import { usedResourcesTable } from '../../shared/aws/findings/used-resources.ts';
import { chatService } from '../../shared/core/alerts/alert-routes.ts';
import { isNotified } from '../../shared/core/alerts/alert-selection.ts';
import type { RegionResult } from '../../shared/core/evaluation/finding.ts';
import { rules } from '../../shared/core/evaluation/rules.ts';
import { carryOver } from '../../shared/core/history/carry-over.ts';
import { diff } from '../../shared/core/history/drift.ts';
import { type AlertSettings, emptyPlan } from '../../shared/core/plan/plan.ts';
import { planHash } from '../../shared/plan/hash.ts';
import { storyAccount } from '../../shared/sandbox/story.ts';
import type { StubSubscription } from '../aws/stub.ts';
import { finding, result } from '../core/results.ts';
import {
  account,
  alertTopic,
  change,
  chatTopic,
  context,
  type Deployment,
  deploy,
  home,
  operationsTopic,
  queued,
  secretArn,
  storyPlan,
  tick,
  webhookFunction,
} from './deployment.ts';

let d: Deployment;
beforeEach(async () => {
  d = await deploy(storyPlan({ alerts: {} }));
  d.at('2026-11-24T08:00:30.000Z');
});
afterEach(() => d.close());

const other = '444455556666';
const place = { account, region: home };
const requests = () => d.requests().map(({ event: _, ...request }) => request);
const metric = (name: string) => d.lines.filter((l) => name in l).map((l) => l[name]);

const save = (at: string, seen: RegionResult, region = home, table: Pick<FindingsTable, 'save'> = d.table) => {
  d.at(at);
  const audit = { account, region, auditId: at, factsAt: at, planHash: 'p', toolVersion: '1.0.0', rules };
  return table.save(audit, (previous) => {
    const changes = diff(previous, { ...seen, region }, at, audit);
    return { result: carryOver(previous, { ...seen, region }, at), changes, notify: changes.some(isNotified) };
  });
};

const at = '2026-11-24T08:00:00Z';
const run = (now: string, kind: 'schedule' | 'sweep' = 'sweep', of: string = now) => {
  d.at(now);
  return d.run('dispatch', tick(of, kind));
};
const healthy = result({ findings: [finding()] });
const sick = result({ findings: [finding({ status: 'fail' })] });
/** A region that was audited before, and became sick: commit 2. */
async function sicken(at: string, region = home, table: Pick<FindingsTable, 'save' | 'confirmNotified'> = d.table): Promise<void> {
  await save(new Date(Date.parse(at) - 60_000).toISOString(), healthy, region, table);
  await table.confirmNotified({ account, region }, 1);
  await save(at, sick, region, table);
}

describe('the schedule', () => {
  test('asks for one audit per account and region, under the time it stands for', async () => {
    await d.run('dispatch', tick(at));
    expect(requests().toSorted((a, b) => (a.region < b.region ? -1 : 1))).toEqual(
      ['eu-north-1', 'us-east-1', 'us-west-2'].map((region) => ({ delay: 0, account, region, auditId: `schedule-${at}` })),
    );
    expect(d.requests()[0]?.event).toMatchObject({ source: 'hyperpod-auditor', 'detail-type': 'AuditRequested' });
    expect(d.lines.filter((l) => l.message === 'audits requested').map((l) => l.audits)).toEqual([3]);
  });

  test('delivered twice asks once', async () => {
    await d.run('dispatch', tick(at));
    await d.run('dispatch', tick(at));
    expect(requests()).toHaveLength(3);
  });

  test('late keeps its time', async () => {
    d.at('2026-11-24T11:47:00.000Z');
    await d.run('dispatch', tick(at));
    expect(requests().map((r) => [r.auditId, r.delay])).toEqual(Array.from({ length: 3 }, () => [`schedule-${at}`, 0]));
  });

  test('over an organization asks for its active accounts', async () => {
    d.setPlan(storyPlan({ accounts: 'organization', alerts: {} }));
    await d.run('dispatch', tick(at));
    expect(new Set(requests().map((r) => r.account))).toEqual(new Set([account, other]));
  });

  test('without named regions asks for every enabled one; an account that is closed has those of the own', async () => {
    d.setPlan({ ...emptyPlan, accounts: [account, other], auditRole: { name: 'Missing' } });
    await d.run('dispatch', tick(at));
    await run('2026-11-24T09:00:00.000Z');
    const of = (id: string) =>
      requests()
        .filter((r) => r.account === id)
        .map((r) => r.region)
        .toSorted();
    expect(of(account).length).toBeGreaterThan(10);
    expect(of(other)).toEqual(of(account));
  });

  test('leaves alerts to the sweep: two at once would tell the same commit twice', async () => {
    await sicken('2026-11-24T07:00:00.000Z');
    d.at('2026-11-24T08:00:30.000Z');
    await Promise.all([d.run('dispatch', tick(at)), d.run('dispatch', tick(at, 'sweep'))]);
    expect(d.published()).toHaveLength(1);
  });

  test('an organization that cannot be listed fails the run, and the next sweep does what it was for', async () => {
    d.setPlan(storyPlan({ accounts: 'organization', alerts: {} }));
    d.sandbox.setFaults([{ on: 'organizations:ListAccounts', kind: 'deny' }]);
    await expect(d.run('dispatch', tick(at))).rejects.toThrow("The organization's accounts could not be listed");
    expect(requests()).toEqual([]);
    d.sandbox.setFaults([]);
    await run('2026-11-24T08:05:00.000Z');
    expect(new Set(requests().map((r) => r.auditId))).toEqual(new Set([`schedule-${at}`]));
  });
});

describe('accounts and regions', () => {
  const calls = (operation: string) => d.sandbox.calls.filter((c) => c.operation === operation).length;
  const hourly = async (...times: readonly string[]) => {
    for (const time of times) await run(`2026-11-24T${time}:00.000Z`, 'schedule');
  };

  test('of an organization are listed once an hour; if that fails, the known ones are audited and the run fails', async () => {
    d.setPlan(storyPlan({ accounts: 'organization', alerts: {} }));
    await hourly('08:00', '08:20', '08:40', '08:59');
    expect([calls('ListAccounts'), requests().length]).toEqual([1, 4 * 6]);
    d.sandbox.setFaults([{ on: 'organizations:ListAccounts', kind: 'deny' }]);
    await expect(hourly('09:01')).rejects.toThrow('New accounts and regions may be missing from audits');
    expect(requests()).toHaveLength(5 * 6);
    d.sandbox.setFaults([]);
    const before = calls('ListAccounts');
    await hourly('09:06', '09:10');
    expect(calls('ListAccounts')).toBe(before + 1);
  });

  test('the regions of an account are asked for once a day', async () => {
    d.setPlan({ ...emptyPlan, accounts: [account, other], auditRole: { name: 'hyperpod-auditor' } });
    await hourly('08:00', '09:30', '20:00');
    expect([calls('AssumeRole'), calls('DescribeRegions')]).toEqual([1, 2]);
    await run('2026-11-25T00:10:00.000Z', 'schedule');
    expect([calls('AssumeRole'), calls('DescribeRegions')]).toEqual([2, 4]);
  });

  test('of which one account refuses to list its regions: it and all others are audited, and the run fails', async () => {
    d.setPlan({ ...emptyPlan, accounts: [account, other], auditRole: { name: 'hyperpod-auditor' } });
    const description = storyAccount();
    const refusing = description.accounts[other];
    if (!refusing) throw new Error('The story has a second account.');
    d.sandbox.setDescription({
      ...description,
      accounts: { ...description.accounts, [other]: { ...refusing, denied: ['ec2:DescribeRegions'] } },
    });
    await expect(hourly('08:00')).rejects.toThrow('New accounts and regions may be missing from audits');
    expect(new Set(requests().map((r) => r.account))).toEqual(new Set([account, other]));
  });

  test('of another plan are listed at once', async () => {
    d.setPlan({ ...emptyPlan, accounts: 'organization', auditRole: { name: 'hyperpod-auditor' } });
    await hourly('08:00');
    d.setPlan({ ...emptyPlan, accounts: [account], auditRole: { name: 'hyperpod-auditor' } });
    d.stub.forgetCalls();
    await hourly('08:10');
    expect(new Set(requests().map((r) => r.account))).toEqual(new Set([account]));
  });
});

describe('a scheduled run over many places', () => {
  const accounts = Array.from({ length: 40 }, (_, n) => String(100_000_000_000 + n));
  const asked = () => requests().map((r) => `${r.account} ${r.region}`);
  beforeEach(() => d.setPlan(storyPlan({ accounts, alerts: {} })));

  test('is sent by sweeps, each time what is due in the next quarter of an hour, and each place once at its turn', async () => {
    const due = new Map<string, number>();
    await run('2026-11-24T08:00:00.000Z', 'schedule', at);
    for (let minutes = 0; minutes <= 60; minutes += 5) {
      d.stub.forgetCalls();
      await run(new Date(Date.parse(at) + minutes * 60_000).toISOString());
      for (const r of requests()) {
        expect(r.delay).toBeLessThanOrEqual(900);
        due.set(`${r.account} ${r.region}`, minutes * 60 + r.delay);
      }
      expect(d.stub.of('sqs:SendMessageBatch').every((p) => (p.Entries as readonly unknown[]).length <= 10)).toBe(true);
    }
    // What the schedule itself sent is not among these.
    expect(due.size).toBeGreaterThan(70);
    expect(Math.max(...due.values())).toBeLessThanOrEqual(48 * 60);
    expect(Math.max(...due.values())).toBeGreaterThan(40 * 60);
    expect(await run('2026-11-24T09:30:00.000Z')).toBeUndefined();
  });

  test('keeps the turns of its places in the next period', async () => {
    const delays = async (hour: string) => {
      d.stub.forgetCalls();
      await run(`2026-11-24T${hour}:00:00.000Z`, 'schedule', `2026-11-24T${hour}:00:00Z`);
      const first = requests()
        .filter((r) => r.auditId.endsWith(`${hour}:00:00Z`))
        .map((r) => `${r.account} ${r.region} ${r.delay}`)
        .toSorted();
      return first;
    };
    expect(await delays('08')).toEqual(await delays('09'));
  });

  test('goes on where sweeps were missed, and leaves to the newest run what is due in both', async () => {
    await run('2026-11-24T08:00:00.000Z', 'schedule', at);
    d.stub.forgetCalls();
    await run('2026-11-24T09:00:00.000Z', 'schedule', '2026-11-24T09:00:00Z');
    expect(asked()).toHaveLength(new Set(asked()).size);
    const ids = requests().map((r) => r.auditId);
    expect(new Set(ids)).toEqual(new Set([`schedule-${at}`, 'schedule-2026-11-24T09:00:00Z']));
    for (let minutes = 5; minutes <= 60; minutes += 5) await run(new Date(Date.parse(at) + (60 + minutes) * 60_000).toISOString());
    const second = requests().filter((r) => r.auditId === 'schedule-2026-11-24T09:00:00Z');
    expect(second).toHaveLength(120);
  });

  test('sends again what the queue did not take, and says what it would not take at all after the rest was sent', async () => {
    let refusals = 2;
    const last = accounts.at(-1) ?? '';
    d.stub.setRefusedMessages((e) => String(e.MessageBody).includes(last) && refusals-- > 0);
    await run('2026-11-24T09:00:00.000Z', 'schedule', at);
    expect(new Set(asked()).size).toBe(120);
    expect(asked().length).toBeGreaterThan(120);
    d.stub.setRefusedMessages((e) => String(e.MessageBody).includes(last));
    await expect(run('2026-11-24T10:00:00.000Z', 'schedule', '2026-11-24T09:00:00Z')).rejects.toThrow(
      /The audit queue did not take 3 of 120 requests \(RequestThrottled\): 1000/,
    );
    d.stub.setRefusedMessages(() => false);
    d.stub.forgetCalls();
    await run('2026-11-24T10:05:00.000Z');
    expect(asked().filter((place) => place.startsWith(last))).toHaveLength(3);
  });

  test('stops while there is time for the rest of the sweep, and the next goes on', async () => {
    const inTime = (remaining: number) => ({ ...context('dispatch'), getRemainingTimeInMillis: () => remaining });
    d.at('2026-11-24T09:00:00.000Z');
    await d.run('dispatch', tick(at), inTime(30_000));
    expect(requests()).toEqual([]);
    await d.run('dispatch', tick('2026-11-24T09:00:00Z', 'sweep'));
    expect(requests()).toHaveLength(120);
  });
});

describe('a change', () => {
  test('marks its region and brings one audit, a little later; a swarm brings no more', async () => {
    for (const n of [1, 2, 3]) await d.run('dispatch', change(`e-${n}`));
    expect(requests()).toEqual([{ delay: 45, account, region: home, auditId: 'change-e-1' }]);
    d.at('2026-11-24T08:01:00.000Z');
    await d.run('dispatch', change('e-4'));
    expect(requests()).toHaveLength(1);
    expect(await d.marks.clearDirty(place, '0')).toMatchObject({ since: '2026-11-24T08:00:30.000Z', last: '2026-11-24T08:01:00.000Z' });
  });

  test('after the audit brings another', async () => {
    await d.run('dispatch', change('e-1'));
    await d.marks.clearDirty(place, '2026-11-24T08:01:15.000Z');
    await d.run('dispatch', change('e-2'));
    expect(requests().map((m) => m.auditId)).toEqual(['change-e-1', 'change-e-2']);
  });

  test('of which the message was lost is asked for again by the next change, ten minutes later', async () => {
    d.stub.setFaults([{ on: 'sqs:SendMessageBatch', kind: 'refuse' }]);
    await expect(d.run('dispatch', change('e-1'))).rejects.toThrow();
    d.stub.setFaults([]);
    // Lambda tries the same event again.
    await d.run('dispatch', change('e-1'));
    expect(requests().map((m) => m.auditId)).toEqual(['change-e-1']);
    d.at('2026-11-24T08:11:00.000Z');
    await d.run('dispatch', change('e-2'));
    expect(requests().map((m) => m.auditId)).toEqual(['change-e-1', 'change-e-2']);
  });

  test('of which the message was lost is asked for again by a sweep, once', async () => {
    d.stub.setFaults([{ on: 'sqs:SendMessageBatch', kind: 'refuse' }]);
    await expect(d.run('dispatch', change('e-1'))).rejects.toThrow();
    d.stub.setFaults([]);
    await run('2026-11-24T08:05:00.000Z');
    expect(requests()).toEqual([]);
    await run('2026-11-24T08:15:00.000Z');
    await run('2026-11-24T08:20:00.000Z');
    expect(requests()).toEqual([{ delay: 0, account, region: home, auditId: 'change-2026-11-24T08:15:00.000Z' }]);
  });

  test('that came during its audit is audited after the next sweep', async () => {
    await d.run('dispatch', change('e-1'));
    await d.marks.markAgain(place);
    await run('2026-11-24T08:05:00.000Z');
    await run('2026-11-24T08:10:00.000Z');
    expect(requests().map((m) => [m.delay, m.auditId])).toEqual([
      [45, 'change-e-1'],
      [0, 'change-2026-11-24T08:05:00.000Z'],
    ]);
    expect(d.lines.filter((l) => l.message === 'audits requested again').map((l) => l.audits)).toEqual([1]);
  });

  test('of an earlier version, which was listed nowhere, is found once an audit came too early for it', async () => {
    await d.dynamo.store.put({
      pk: `${account}#${home}`,
      sk: 'DIRTY',
      since: '2026-11-24T08:00:00.000Z',
      last: '2026-11-24T08:00:40.000Z',
      queued: '2026-11-24T08:00:00.000Z',
    } as Key);
    await run('2026-11-24T08:00:50.000Z');
    expect(requests()).toEqual([]);
    await d.marks.markAgain(place);
    await run('2026-11-24T08:05:00.000Z');
    expect(requests()).toHaveLength(1);
  });

  test('a mark of a clock that was ahead holds up nothing', async () => {
    d.at('2027-11-24T08:00:00.000Z');
    await d.run('dispatch', change('e-1'));
    d.at('2026-11-24T08:00:30.000Z');
    await d.run('dispatch', change('e-2'));
    expect(requests()).toHaveLength(2);
  });

  test('of IAM, which is recorded in one region, makes every planned region dirty', async () => {
    const iam = { region: 'us-east-1', source: 'aws.iam', detail: { eventSource: 'iam.amazonaws.com', eventName: 'DetachRolePolicy' } };
    await d.run('dispatch', change('e-1', iam));
    expect(
      requests()
        .map((m) => m.region)
        .toSorted(),
    ).toEqual(['eu-north-1', 'us-east-1', 'us-west-2']);
  });

  describe('of a role', () => {
    const detach = (roleName: string) => ({
      region: 'us-east-1',
      source: 'aws.iam',
      detail: {
        eventSource: 'iam.amazonaws.com',
        eventName: 'DetachRolePolicy',
        requestParameters: { roleName, policyArn: 'arn:aws:iam::aws:policy/X' },
      },
    });
    const regions = ['eu-north-1', 'us-east-1', 'us-west-2'];
    const uses = () => usedResourcesTable({ store: d.dynamo.store });
    const hash = () => planHash(storyPlan({ alerts: {} }));
    const used = { identities: ['role/nodes'], keys: [] };
    const asked = (): readonly unknown[] =>
      requests()
        .map((m) => m.region)
        .toSorted();
    const audited = () =>
      Promise.all(
        regions.map((region) => uses().save({ account, region }, hash(), region === 'us-west-2' ? used : { ...used, identities: [] })),
      );

    test('triggers audits where a cluster uses it, and nowhere else', async () => {
      await audited();
      await d.run('dispatch', change('e-1', detach('Nodes')));
      expect(asked()).toEqual(['us-west-2']);
    });

    test('that no cluster uses waits for the schedule', async () => {
      await audited();
      await d.run('dispatch', change('e-1', detach('web-server')));
      expect(asked()).toEqual([]);
    });

    test.each([
      ['before the first audit', async (): Promise<void> => undefined, regions],
      ['that could not be read', () => uses().save({ account, region: 'eu-north-1' }, hash(), { keys: [] }), regions],
      [
        'while another change waits for its audit',
        async () => {
          await audited();
          await d.marks.markDirty({ account, region: 'us-east-1' }, '2026-11-24T08:00:00.000Z');
        },
        ['us-east-1'],
      ],
      [
        'after another plan',
        async () => {
          await audited();
          await uses().save({ account, region: 'us-east-1' }, 'another', used);
        },
        ['us-east-1'],
      ],
    ] as const)('whose use is not known, %s, triggers', async (_name, prepare: () => Promise<void>, expected) => {
      await prepare();
      await d.run('dispatch', change('e-1', detach('web-server')));
      expect(asked()).toEqual([...expected]);
    });
  });

  test.each([
    ['a cluster’s state', { 'detail-type': 'SageMaker HyperPod Cluster State Change', source: 'aws.sagemaker', detail: {} }],
    [
      'AWS’s decision on a quota',
      {
        'detail-type': 'AWS Service Event via CloudTrail',
        source: 'aws.servicequotas',
        detail: { eventSource: 'servicequotas.amazonaws.com', eventName: 'UpdateServiceQuotaIncreaseRequestStatus' },
      },
    ],
  ])('%s counts as well', async (_, event) => {
    await d.run('dispatch', change('e-1', event));
    expect(requests().map((m) => m.region)).toContain(home);
  });

  test.each([
    ['of an account no one planned', { account: '999988887777' }],
    ['in a region no one planned', { region: 'ap-south-1' }],
  ])('%s is noted in the log and brings nothing', async (_, event) => {
    await d.run('dispatch', change('e-1', event));
    expect(d.stub.calls).toEqual([]);
    expect(d.lines[0]).toMatchObject({ message: 'change', audits: 0 });
  });

  test('of a member account dirties its region there', async () => {
    d.setPlan(storyPlan({ accounts: [account, other], alerts: {} }));
    await d.run('dispatch', change('e-1', { account: other }));
    expect(requests()).toMatchObject([{ account: other, region: home }]);
  });
});

describe('a batch of changes', () => {
  const other = { account, region: 'us-east-1' };
  const elsewhere = (id: string) => change(id, { region: other.region });

  test('asks for what each of them asks for alone', async () => {
    expect(await d.run('dispatch', queued(change('e-1'), elsewhere('e-2'), change('e-3')))).toEqual({ batchItemFailures: [] });
    expect(requests()).toMatchObject([{ account, region: home }, other]);
  });

  test('one that is none, or that fails, comes again alone', async () => {
    expect(await d.run('dispatch', queued('{', change('e-1'), { kind: 'sweep', at: '2026-11-24T08:00:00Z' }))).toEqual({
      batchItemFailures: [{ itemIdentifier: 'message-0' }, { itemIdentifier: 'message-2' }],
    });
    expect(requests()).toMatchObject([{ account, region: home }]);
    expect(d.lines.filter((l) => l.level === 'error').map((l) => l.reason)).toEqual([
      'The message is no change from CloudTrail or SageMaker.',
      'The message is no change from CloudTrail or SageMaker.',
    ]);
  });
});

test.each([
  [null],
  [{}],
  [{ kind: 'schedule' }],
  [{ kind: 'schedule', at: '<aws.scheduler.scheduled-time>' }],
  [{ kind: 'digest', at: '2026-11-24T08:00:00Z' }],
  [{ ...change('e-1'), 'detail-type': 'EC2 Instance State-change Notification' }],
  [{ ...change('e-1'), detail: { eventSource: 'ec2.amazonaws.com', eventName: 'RunInstances' } }],
  [{ ...change('e-1'), detail: { eventSource: 'constructor', eventName: 'name' } }],
  [{ ...change('e-1'), 'detail-type': 'SageMaker HyperPod Cluster Event', source: 'my.app' }],
  [{ ...change('e-1'), account: 'x' }],
])('an event that is not ours (%j) is refused, and nothing else happens', async (event) => {
  await expect(d.run('dispatch', event)).rejects.toThrow('The event is not one of ours: dispatch takes a time of its schedule');
  expect(d.lines).toMatchObject([{ level: 'error', message: 'failed', error: 'ForeignEvent' }]);
  expect(d.stub.calls).toEqual([]);
  expect(d.sandbox.calls).toEqual([]);
});

describe('a sweep', () => {
  beforeEach(() => d.setPlan(storyPlan({ alerts: { remindAfterHours: 0 } })));

  const sweep = (at: string) => {
    d.at(at);
    return d.run('dispatch', tick(at, 'sweep'));
  };

  test('asks for no audit and tells what has been pending for more than ten minutes', async () => {
    await sicken('2026-11-24T08:00:00.000Z');
    await sweep('2026-11-24T08:09:00.000Z');
    expect(d.published()).toEqual([]);
    await sweep('2026-11-24T08:11:00.000Z');
    expect(d.published()).toHaveLength(1);
    expect(requests()).toEqual([]);
    expect(metric('PendingCommits')).toEqual([0, 0]);
  });

  test('tells what notify, switched off for days, left behind, in the order it happened', async () => {
    for (const [n, region] of ['us-west-2', 'us-east-1', 'eu-north-1'].entries()) await sicken(`2026-11-24T0${n}:00:00.000Z`, region);
    await sweep('2026-11-27T08:00:00.000Z');
    expect(d.published().map((p) => p.data.region)).toEqual(['us-west-2', 'us-east-1', 'eu-north-1']);
    expect(await d.table.pendingCommits()).toEqual([]);
  });

  test('gives up while the topic takes nothing, says how much waits and for how long, and loses nothing', async () => {
    for (let n = 10; n < 20; n++) await sicken(`2026-11-24T0${n % 10}:00:00.000Z`, `us-west-${n}`);
    d.stub.setFaults([{ on: 'sns:Publish', kind: 'refuse' }]);
    await expect(sweep('2026-11-25T12:00:00.000Z')).rejects.toThrow('Some alerts could not be published');
    // Five commits, each tried at both topics.
    expect(d.stub.calls.filter((c) => c.operation === 'sns:Publish')).toHaveLength(10);
    expect(metric('PendingCommits')).toEqual([10]);
    expect(metric('PendingSeconds')).toEqual([36 * 3600]);
    d.stub.setFaults([]);
    await sweep('2026-11-25T12:10:00.000Z');
    expect(d.published()).toHaveLength(10);
    expect(metric('PendingCommits')).toEqual([10, 0]);
  });

  test('tells what the topics refused for longer than findings are kept', async () => {
    await sicken('2026-11-20T18:00:00.000Z', home, findingsTable({ store: d.dynamo.store, retentionDays: 1 }));
    d.stub.setFaults([{ on: 'sns:Publish', kind: 'refuse' }]);
    await expect(sweep('2026-11-23T08:00:00.000Z')).rejects.toThrow('Some alerts could not be published');
    expect(metric('PendingCommits')).toEqual([1]);
    d.stub.setFaults([]);
    await sweep('2026-11-23T08:10:00.000Z');
    expect(d.published().map((p) => p.data.commit)).toEqual([`${account}/${home}/2`]);
    expect(await d.table.pendingCommits()).toEqual([]);
  });

  test('a chat topic that takes nothing keeps no mail back, however many commits wait for it', async () => {
    for (let n = 0; n < 9; n++) await sicken(`2026-11-24T0${n}:00:00.000Z`, `us-west-${10 + n}`);
    d.stub.setFaults([{ on: 'sns:Publish', kind: 'refuse', when: (p) => String(p.TopicArn).endsWith('Chat') }]);
    await expect(sweep('2026-11-25T12:00:00.000Z')).rejects.toThrow('Some alerts could not be published');
    await sicken('2026-11-25T12:01:00.000Z', 'us-west-19');
    await expect(sweep('2026-11-25T12:20:00.000Z')).rejects.toThrow('Some alerts could not be published');
    expect(d.published().map((p) => p.data.region)).toEqual(Array.from({ length: 10 }, (_, n) => `us-west-${10 + n}`));
    d.stub.setFaults([]);
    await sweep('2026-11-25T12:30:00.000Z');
    expect([d.published().length, d.chats().length]).toEqual([10, 10]);
  });

  test('one commit that is refused does not hold up the others', async () => {
    for (const region of ['us-west-2', 'us-east-1', 'eu-north-1']) await sicken('2026-11-24T08:00:00.000Z', region);
    d.stub.setFaults([{ on: 'sns:Publish', kind: 'refuse', when: (p) => String(p.Subject).includes('us-east-1') }]);
    await expect(sweep('2026-11-24T09:00:00.000Z')).rejects.toThrow(`Commit 2 of ${account}/us-east-1 could not be delivered`);
    expect(
      d
        .published()
        .map((p) => p.data.region)
        .toSorted(),
    ).toEqual(['eu-north-1', 'us-west-2']);
  });

  test('commits that cannot be read or that the topic takes for wrong do not keep it from the others, however many they are', async () => {
    for (let n = 0; n < 6; n++) await sicken(`2026-11-24T0${n}:00:00.000Z`, `us-west-${10 + n}`);
    for (let n = 0; n < 6; n++) await sicken(`2026-11-24T0${n}:30:00.000Z`, `us-east-${10 + n}`);
    await sicken('2026-11-24T07:00:00.000Z');
    d.stub.setFaults([
      { on: 'dynamodb:GetItem', kind: 'refuse', when: (p) => JSON.stringify(p).includes('us-west-1') },
      { on: 'sns:Publish', kind: 'invalid', when: (p) => String(p.Subject).includes('us-east-1') },
    ]);
    await expect(sweep('2026-11-24T08:00:00.000Z')).rejects.toThrow('Some alerts could not be published');
    expect(d.published().map((p) => p.data.region)).toEqual([home]);
    expect(metric('PendingCommits')).toEqual([12]);
  });

  test('tells what a clock that was ahead dated into next year', async () => {
    await sicken('2027-11-24T08:00:00.000Z');
    await sweep('2026-11-24T08:11:00.000Z');
    expect(d.published()).toHaveLength(1);
  });
});

describe('regions whose audits have stopped', () => {
  const seen = result({});
  // The story's only account has its turn in the first five minutes of an hour.
  const late = async (at: string) => {
    d.at(at);
    const before = d.lines.length;
    await d.run('dispatch', tick(at, 'sweep'));
    return d.lines.slice(before).flatMap((l) => ('RegionsLate' in l ? [l.RegionsLate] : []));
  };
  beforeEach(() => d.setPlan(storyPlan({ alerts: {}, regions: [home, 'us-east-1'], clusters: [], schedule: 'rate(1 hour)' })));

  test('are counted once an hour, from two periods after the last audit on', async () => {
    await save('2026-11-24T08:00:00.000Z', seen);
    await save('2026-11-24T09:30:00.000Z', seen, 'us-east-1');
    expect(await late('2026-11-24T10:00:00.000Z')).toEqual([0]);
    expect(await late('2026-11-24T10:10:00.000Z')).toEqual([0]);
    expect(await late('2026-11-24T11:00:00.000Z')).toEqual([1]);
    expect(await late('2026-11-24T11:10:00.000Z')).toEqual([0]);
    expect(await late('2026-11-24T12:00:00.000Z')).toEqual([2]);
    expect(d.lines.filter((l) => l.message === 'audits have stopped').map((l) => l.places)).toEqual([
      [place],
      [place, { account, region: 'us-east-1' }],
    ]);
    await save('2026-11-24T12:30:00.000Z', seen);
    expect(await late('2026-11-24T13:00:00.000Z')).toEqual([1]);
  });

  test('without an audit yet have two periods from when they were first seen', async () => {
    await save('2026-11-24T10:00:00.000Z', seen);
    expect(await late('2026-11-24T10:00:00.000Z')).toEqual([0]);
    await save('2026-11-24T11:50:00.000Z', seen);
    expect(await late('2026-11-24T12:00:00.000Z')).toEqual([0]);
    expect(await late('2026-11-24T13:00:00.000Z')).toEqual([1]);
  });

  test('of a plan without regions: those without HyperPod are none of them, but no audit at all is one', async () => {
    d.setPlan(storyPlan({ alerts: {}, regions: undefined, clusters: [] }));
    expect(await late('2026-11-24T10:00:00.000Z')).toEqual([0]);
    expect(await late('2026-11-24T13:00:00.000Z')).toEqual([1]);
    await save('2026-11-24T13:30:00.000Z', seen);
    expect(await late('2026-11-24T14:00:00.000Z')).toEqual([0]);
  });
});

describe('reminders', () => {
  const blocked = result({ findings: [finding({ status: 'fail', remediation: { text: 'Allow it.', command: 'aws ec2 fix' } })] });
  const sweep = (at: string) => {
    d.at(at);
    return d.run('dispatch', tick(at, 'sweep'));
  };
  const reminders = () => d.published().filter((p) => p.attributes.kind === 'reminder');
  beforeEach(async () => {
    d.setPlan(storyPlan({ alerts: { remindAfterHours: 24 } }));
    await save('2026-11-24T08:00:00.000Z', blocked);
    await d.table.confirmNotified(place, 1);
  });

  test('come once in so many hours for as long as the cluster is BLOCKED', async () => {
    await sweep('2026-11-25T07:59:00.000Z');
    expect(reminders()).toEqual([]);
    await sweep('2026-11-25T08:00:00.000Z');
    await sweep('2026-11-25T08:10:00.000Z');
    await save('2026-11-26T07:30:00.000Z', blocked);
    await sweep('2026-11-26T07:50:00.000Z');
    expect(reminders()).toHaveLength(1);
    await sweep('2026-11-26T08:10:00.000Z');
    expect(reminders().map((r) => r.subject)).toEqual([
      `STILL BLOCKED llm-train us-west-2 (${account})`,
      `STILL BLOCKED llm-train us-west-2 (${account})`,
    ]);
    expect(reminders()[0]?.email).toContain('llm-train is still BLOCKED, since 2026-11-24 08:00 UTC (1 day).');
    expect(reminders()[0]?.email).toContain('$ aws ec2 fix');
    expect(reminders()[0]?.attributes).toEqual({ account, region: home, level: 'required', kind: 'reminder', readiness: 'BLOCKED' });
  });

  test('come at weekends too, though the schedule rests then', async () => {
    d.setPlan(storyPlan({ schedule: 'cron(0 8 ? * MON-FRI *)', alerts: { remindAfterHours: 24 } }));
    await sweep('2026-11-27T07:00:00.000Z');
    expect(reminders()).toHaveLength(1);
    await sweep('2026-12-03T07:00:00.000Z');
    expect(reminders()).toHaveLength(1);
  });

  test('end with the trouble, and count again with the next', async () => {
    await sweep('2026-11-25T08:00:00.000Z');
    await save('2026-11-25T09:00:00.000Z', result({ findings: [finding()] }));
    await save('2026-11-25T10:00:00.000Z', blocked);
    await sweep('2026-11-26T08:30:00.000Z');
    expect(reminders()).toHaveLength(1);
    await sweep('2026-11-26T10:00:00.000Z');
    expect(reminders()).toHaveLength(2);
  });

  test('that the topic refuses come with the next sweep', async () => {
    d.stub.setFaults([{ on: 'sns:Publish', kind: 'refuse' }]);
    await expect(sweep('2026-11-25T08:00:00.000Z')).rejects.toThrow();
    d.stub.setFaults([]);
    await sweep('2026-11-25T08:10:00.000Z');
    expect(reminders()).toHaveLength(1);
  });

  test('of several regions are one message, also of what will be due within half a day', async () => {
    await save('2026-11-24T19:30:00.000Z', blocked, 'us-east-1');
    await d.table.confirmNotified({ account, region: 'us-east-1' }, 1);
    await save('2026-11-25T08:00:00.000Z', blocked);
    await sweep('2026-11-25T08:10:00.000Z');
    expect(reminders().map((r) => r.data.summary?.clusters)).toEqual([
      [{ account, cluster: 'llm-train', regions: ['us-east-1', home], reason: 0 }],
    ]);
    expect(reminders()[0]?.subject).toBe(`2 BLOCKED: still so in 2 regions in account ${account}`);
    expect(reminders()[0]?.email).toContain('$ aws ec2 fix');
    await sweep('2026-11-25T19:40:00.000Z');
    expect(reminders()).toHaveLength(1);
  });

  test('that a topic took are not sent again because the other refused', async () => {
    d.stub.setFaults([{ on: 'sns:Publish', kind: 'refuse', when: (p) => String(p.TopicArn).endsWith('Chat') }]);
    await expect(sweep('2026-11-25T08:00:00.000Z')).rejects.toThrow('The reminder could not be sent');
    await sweep('2026-11-25T08:10:00.000Z');
    expect(reminders()).toHaveLength(1);
  });

  test('end with the audits: a cluster that was not audited for two days may no longer be BLOCKED', async () => {
    await sweep('2026-11-25T08:00:00.000Z');
    expect(reminders()).toHaveLength(1);
    await sweep('2026-11-27T08:10:00.000Z');
    expect(reminders()).toHaveLength(1);
    await save('2026-11-27T08:20:00.000Z', blocked);
    await sweep('2026-11-27T08:30:00.000Z');
    expect(reminders()).toHaveLength(2);
  });

  test('are not sent of a region that the plan has no more', async () => {
    d.setPlan(storyPlan({ clusters: [], regions: ['us-east-1'], alerts: { remindAfterHours: 24 } }));
    await sweep('2026-11-25T08:00:00.000Z');
    expect(reminders()).toEqual([]);
  });

  test('not about what is muted', async () => {
    const muted = { reason: 'known', owner: 'ml', until: '2026-12-31' };
    await save('2026-11-24T09:00:00.000Z', result({ findings: [finding({ status: 'fail', muted })] }));
    await sweep('2026-11-25T12:00:00.000Z');
    expect(reminders()).toEqual([]);
  });

  test('come daily where the plan says nothing of them', async () => {
    d.setPlan(storyPlan({ alerts: {} }));
    await sweep('2026-11-25T07:50:00.000Z');
    expect(reminders()).toEqual([]);
    for (const at of ['2026-11-25T08:00:00.000Z', '2026-11-25T20:00:00.000Z', '2026-11-26T08:00:00.000Z']) await sweep(at);
    expect(reminders()).toHaveLength(2);
  });

  test('are not sent where the plan wants none', async () => {
    d.setPlan(storyPlan({ alerts: { remindAfterHours: 0 } }));
    await sweep('2026-11-30T12:00:00.000Z');
    expect(reminders()).toEqual([]);
  });
});

describe('the routes', () => {
  const emails = ['a@example.com', 'B@example.com', 'c@example.com', 'd@example.com'];
  const everywhere: AlertSettings = { email: emails, slack: { workspace: 'T0', channel: 'C0' }, webhookSecret: secretArn };
  const at = (TopicArn: string, Protocol: string, Endpoint: string, more: Partial<StubSubscription> = {}): StubSubscription => ({
    TopicArn,
    Protocol,
    Endpoint,
    SubscriptionArn: `${TopicArn}:${Endpoint.replaceAll(/[^a-z0-9]/gi, '')}`,
    ...more,
  });
  const pending = { SubscriptionArn: 'PendingConfirmation' };
  const all = [
    ...[alertTopic, operationsTopic].flatMap((topic) => emails.map((e) => at(topic, 'email', e.toLowerCase(), { guarded: true }))),
    ...[chatTopic, operationsTopic].map((topic) => at(topic, 'https', chatService)),
    at(chatTopic, 'lambda', webhookFunction),
  ];
  const sweep = (time: string) => {
    d.at(time);
    return d.run('dispatch', tick(time, 'sweep'));
  };
  const look = async (alerts: AlertSettings, subscriptions: readonly StubSubscription[]) => {
    d.setPlan(storyPlan({ alerts }));
    d.stub.setSubscriptions(subscriptions);
    await sweep('2026-11-24T08:00:00.000Z');
    return (await d.marks.routes()) ?? expect.fail('routes were not checked');
  };

  test('are checked once a day; one that is pending or gone is kept, logged and counted', async () => {
    d.setPlan(storyPlan({ alerts: everywhere }));
    d.stub.setSubscriptions([
      ...all.filter((s) => !(s.TopicArn === alertTopic && /^[cd]@/.test(s.Endpoint))),
      at(alertTopic, 'email', 'c@example.com', pending),
      at(alertTopic, 'sqs', 'arn:aws:sqs:x'),
    ]);
    await sweep('2026-11-24T08:00:00.000Z');
    await sweep('2026-11-24T08:10:00.000Z');
    const route = { topic: 'alerts', topicArn: alertTopic, protocol: 'email' };
    expect(await d.marks.routes()).toEqual({
      at: '2026-11-24T08:00:00.000Z',
      broken: [
        { ...route, endpoint: 'c@example.com', state: 'pending' },
        { ...route, endpoint: 'd@example.com', state: 'gone' },
      ],
      weak: [],
    });
    expect(metric('RoutesBroken')).toEqual([2, 2]);
    expect(d.lines.filter((l) => l.message === 'alert routes are broken')).toHaveLength(1);
    d.stub.setSubscriptions(all);
    await sweep('2026-11-25T08:00:00.000Z');
    expect(metric('RoutesBroken')).toEqual([2, 2, 0]);
  });

  test('are checked every hour while one is broken: an alarm must not last a day beyond the click', async () => {
    const { broken } = await look({ email: emails }, []);
    expect(broken).toHaveLength(8);
    d.stub.setSubscriptions(all);
    await sweep('2026-11-24T08:40:00.000Z');
    await sweep('2026-11-24T09:00:00.000Z');
    await sweep('2026-11-24T10:00:00.000Z');
    expect(metric('RoutesBroken')).toEqual([8, 8, 0, 0]);
    expect((await d.marks.routes())?.at).toBe('2026-11-24T09:00:00.000Z');
  });

  test('every topic is asked once, to its last page', async () => {
    await look(everywhere, all);
    const asked = d.stub.of('sns:ListSubscriptionsByTopic').map((c) => c.TopicArn);
    expect(new Set(asked)).toEqual(new Set([alertTopic, operationsTopic, chatTopic]));
    // Two subscriptions a page: four, five and two of them.
    expect(asked).toHaveLength(2 + 3 + 1);
  });

  test.each([
    ['an address at the topic of operations', operationsTopic, 'email', 'B@example.com', 'operations'],
    ['the webhook function', chatTopic, 'lambda', webhookFunction, 'chat'],
    ['the chat service at the topic of chats', chatTopic, 'https', chatService, 'chat'],
    ['the chat service at the topic of operations', operationsTopic, 'https', chatService, 'operations'],
  ])('%s that is gone is noticed', async (_, topicArn, protocol, endpoint, topic) => {
    const { broken } = await look(
      everywhere,
      all.filter((s) => !(s.TopicArn === topicArn && s.Endpoint.toLowerCase() === endpoint.toLowerCase())),
    );
    expect(broken).toEqual([{ topic, topicArn, protocol, endpoint, state: 'gone' }]);
    expect(metric('RoutesBroken')).toEqual([1]);
  });

  test('another function, or another listener by HTTPS, is not the one that was planned', async () => {
    const { broken } = await look(everywhere, [
      ...all.filter((s) => s.TopicArn !== chatTopic),
      at(chatTopic, 'lambda', `${webhookFunction}2`),
      at(chatTopic, 'https', 'https://example.com'),
    ]);
    expect(broken.map((b) => [b.topic, b.protocol, b.state])).toEqual([
      ['chat', 'https', 'gone'],
      ['chat', 'lambda', 'gone'],
    ]);
  });

  test('an address that was confirmed by a click is weak, and no alarm', async () => {
    const { broken, weak } = await look(
      { email: ['a@example.com', 'B@example.com'] },
      all.map((s) => (s.Endpoint === 'b@example.com' ? { ...s, guarded: s.TopicArn === operationsTopic } : s)),
    );
    expect(broken).toEqual([]);
    expect(weak).toEqual([{ topic: 'alerts', protocol: 'email', endpoint: 'B@example.com' }]);
    expect(metric('RoutesBroken')).toEqual([0]);
  });

  test('an address of which no one may say how it was confirmed is not called weak, and the others are checked', async () => {
    d.stub.setFaults([{ on: 'sns:GetSubscriptionAttributes', kind: 'refuse' }]);
    const { broken, weak } = await look(
      { email: ['a@example.com', 'B@example.com'] },
      all.filter((s) => s.Endpoint !== 'a@example.com' || s.TopicArn === operationsTopic).map((s) => ({ ...s, guarded: false })),
    );
    expect(broken.map((b) => [b.topic, b.endpoint, b.state])).toEqual([['alerts', 'a@example.com', 'gone']]);
    expect(weak).toEqual([]);
  });

  test('are not asked for where the plan names none', async () => {
    await sweep('2026-11-24T08:00:00.000Z');
    expect(d.stub.of('sns:ListSubscriptionsByTopic')).toEqual([]);
    expect(metric('RoutesBroken')).toEqual([0]);
  });
});

test('what fails in several actions at once is reported together, and ends none of the others', async () => {
  d.setPlan(storyPlan({ alerts: { email: ['a@example.com'], remindAfterHours: 1 } }));
  await sicken('2026-11-24T07:00:00.000Z');
  d.stub.setFaults([{ on: 'sns:*', kind: 'refuse' }]);
  d.at('2026-11-24T09:00:00.000Z');
  await expect(d.run('dispatch', tick('2026-11-24T09:00:00Z', 'sweep'))).rejects.toThrow('the sweep did not get everything done');
  const tried = new Set(d.stub.calls.filter((c) => c.operation.startsWith('sns:')).map((c) => c.operation));
  expect(tried).toEqual(new Set(['sns:Publish', 'sns:ListSubscriptionsByTopic']));
  expect(metric('PendingCommits')).toEqual([1]);
});
