/** Quota increases over the wire: prepared, sent, and what the next audit says of them. */
import { describe, expect, test } from 'vitest';
import { collectRegion } from '../../shared/aws/collect/collect-region.ts';
import { grantedByAws } from '../../shared/aws/policies/auditor-policy.ts';
import { quotaRequestPolicy } from '../../shared/aws/policies/command-policies.ts';
import { evaluate } from '../../shared/core/evaluation/evaluate.ts';
import { emptyPlan, type Plan } from '../../shared/core/plan/plan.ts';
import type { IncreaseOutcome, RegionIncreases } from '../../shared/core/quotas/quota-increase.ts';
import { changeRegion, type Description } from '../../shared/sandbox/description.ts';
import { actionOf } from '../../shared/sandbox/faults.ts';
import type { Fault, Sandbox } from '../../shared/sandbox/server.ts';
import { storyAccount } from '../../shared/sandbox/story.ts';
import { prepareIncreases, quotaFacts, sendIncreases } from '../../shared/workflows/request-quotas.ts';
import { account, everything, groupRequest, inSandbox, settingsOf, world } from '../aws/world.ts';

const identity = { account, partition: 'aws' };
const places = ['us-west-2', 'us-east-1', 'eu-north-1'] as const;
const p5 = 'ml.p5.48xlarge for cluster usage';
const send = 'servicequotas:RequestServiceQuotaIncrease';

/** So many P5 nodes in each region, without a VPC. */
const wanting = (nodes: number, regions: readonly string[] = places): Plan => ({
  ...emptyPlan,
  clusters: regions.map((region, i) => ({
    region,
    request: { ClusterName: `new-${i}`, InstanceGroups: [groupRequest({ InstanceCount: nodes, InstanceStorageConfigs: [] })] },
  })),
});

const prepare = (sandbox: Sandbox, plan: Plan, regions: readonly string[] = places) =>
  prepareIncreases({ identity, plan, regions }, settingsOf(sandbox));
async function sendAll(sandbox: Sandbox, prepared: readonly RegionIncreases[]): Promise<readonly IncreaseOutcome[]> {
  const reported: IncreaseOutcome[] = [];
  const outcomes = await sendIncreases(prepared, settingsOf(sandbox), async (outcome) => void reported.push(outcome));
  expect(reported).toEqual(outcomes);
  return outcomes;
}
const brief = (outcomes: readonly IncreaseOutcome[]) =>
  outcomes.map((o) => [o.increase.region, o.increase.name, o.increase.desired, o.result]);
const decisions = (prepared: readonly RegionIncreases[]) =>
  prepared.flatMap((r) => r.increases.map((i) => [i.region, i.name, i.desired, i.decision.do]));
const sentTo = (sandbox: Sandbox) => sandbox.calls.filter((c) => `${c.service}:${c.operation}` === send).length;
const story = { description: storyAccount() };
const faulty = (...faults: readonly Fault[]) => ({ ...story, faults });

describe('increases', () => {
  test('are prepared from what the plan needs, and nothing is sent for it', () =>
    inSandbox(story, async (sandbox) => {
      expect(decisions(await prepare(sandbox, wanting(34)))).toEqual([
        ['us-west-2', p5, 34, 'send'],
        ['us-east-1', p5, 34, 'open-lower'],
        ['eu-north-1', p5, 34, 'send'],
        ['eu-north-1', 'Maximum number instances allowed per SageMaker HyperPod cluster', 34, 'send'],
        ['eu-north-1', 'Total number of instances allowed across SageMaker HyperPod clusters', 39, 'send'],
      ]);
      expect(sentTo(sandbox)).toBe(0);
    }));

  test('are sent one after the other, each with its id, and stand beside the shortfall in the next audit', () =>
    inSandbox(story, async (sandbox) => {
      const plan = wanting(34);
      const outcomes = await sendAll(sandbox, await prepare(sandbox, plan));
      expect(brief(outcomes)).toEqual([
        ['us-west-2', p5, 34, 'sent'],
        ['eu-north-1', p5, 34, 'sent'],
        ['eu-north-1', 'Maximum number instances allowed per SageMaker HyperPod cluster', 34, 'sent'],
        ['eu-north-1', 'Total number of instances allowed across SageMaker HyperPod clusters', 39, 'sent'],
      ]);
      const ids = outcomes.map((o) => (o.result === 'sent' ? o.id : ''));
      expect(new Set(ids).size).toBe(4);
      for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
      expect(sentTo(sandbox)).toBe(4);

      const { snapshot } = await collectRegion({ account, partition: 'aws', region: 'us-west-2', plan, settings: settingsOf(sandbox) });
      const { findings } = evaluate(plan, snapshot);
      const short = findings.find((f) => f.check === 'instance-type-quota' && f.status === 'fail');
      expect(short?.message).toMatch(/quota is 32\. Increase to 34 requested on \d{4}-\d{2}-\d{2} \(PENDING\)\.$/);
      expect(findings.find((f) => f.check === 'applied-quotas' && f.resource === p5)?.watched).toBe('value=32 request=PENDING:34');
    }));

  test('are not sent again on a repeat', () =>
    inSandbox(story, async (sandbox) => {
      const plan = wanting(34);
      const first = await prepare(sandbox, plan);
      await sendAll(sandbox, first);
      const before = sentTo(sandbox);
      const again = await prepare(sandbox, plan);
      expect(new Set(decisions(again).map(([, , , what]) => what))).toEqual(new Set(['open', 'open-lower']));
      expect(await sendAll(sandbox, again)).toEqual([]);
      // Nor by someone whose list is from before.
      const stale = await sendAll(sandbox, first);
      expect(stale.map((o) => (o.result === 'skipped' ? o.decision.do : o.result))).toEqual(['open', 'open', 'open', 'open']);
      expect(sentTo(sandbox)).toBe(before);
    }));

  test('are not sent for a value that was granted in between', () =>
    inSandbox(story, async (sandbox) => {
      const prepared = await prepare(sandbox, wanting(34, ['us-west-2']), ['us-west-2']);
      sandbox.setDescription(
        changeRegion(storyAccount(), account, 'us-west-2', (r) => ({
          quotas: { ...r.quotas, sagemaker: { applied: { [p5]: 34 }, defaultOnly: [], missing: [], broken: {}, more: [] } },
        })),
      );
      expect((await sendAll(sandbox, prepared)).map((o) => o.result === 'skipped' && o.decision.do)).toEqual(['enough']);
      expect(sentTo(sandbox)).toBe(0);
    }));

  test('are held against the default where the account has no value of its own', () => {
    const description = changeRegion(storyAccount(), account, 'us-west-2', (r) => ({
      quotas: { ...r.quotas, sagemaker: { applied: {}, missing: [], broken: {}, more: [], ...r.quotas.sagemaker, defaultOnly: [p5] } },
    }));
    return inSandbox({ description }, async (sandbox) => {
      const prepared = await prepare(sandbox, wanting(2, ['us-west-2']), ['us-west-2']);
      expect(prepared[0]?.increases[0]).toMatchObject({ current: 0, desired: 2 });
      expect(brief(await sendAll(sandbox, prepared))).toEqual([['us-west-2', p5, 2, 'sent']]);
    });
  });

  test('of a region that is not enabled there are none', () =>
    inSandbox(story, async (sandbox) => {
      const prepared = await prepare(sandbox, wanting(34, ['ap-southeast-3']), ['ap-southeast-3']);
      expect(prepared).toMatchObject([{ region: 'ap-southeast-3', state: 'not-enabled', increases: [] }]);
    }));
});

describe('on bad days', () => {
  const failing: readonly (readonly [string, Fault, readonly string[]])[] = [
    ['one that is denied loses none of the others', { on: send, kind: 'deny', region: 'us-west-2' }, ['failed', 'sent', 'sent', 'sent']],
    [
      'one that the service breaks on loses none of the others',
      { on: send, kind: 'error', region: 'us-west-2' },
      ['failed', 'sent', 'sent', 'sent'],
    ],
    ['throttling holds all that is left', { on: send, kind: 'throttle', region: 'us-west-2' }, ['failed', 'held', 'held', 'held']],
    [
      'where it cannot be read whether one is open, none is sent',
      { on: 'servicequotas:ListRequestedServiceQuotaChangeHistoryByQuota', kind: 'deny', region: 'us-west-2' },
      ['failed', 'sent', 'sent', 'sent'],
    ],
    [
      'nor where the value in force cannot be read',
      { on: 'servicequotas:GetServiceQuota', kind: 'html', region: 'us-west-2' },
      ['failed', 'sent', 'sent', 'sent'],
    ],
  ];
  test.each(failing)('%s', (_, fault, results) =>
    inSandbox(faulty(fault), async (sandbox) => {
      const outcomes = await sendAll(sandbox, await prepare(sandbox, wanting(34)));
      expect(outcomes.map((o) => o.result)).toEqual(results);
      const [first] = outcomes;
      expect(first?.result === 'failed' && first.reason).toMatch(/access denied|the service failed|throttled|could not be read/);
    }),
  );

  test('an answer that was lost: the request stands in the history, so it was sent, and once', () =>
    inSandbox(faulty({ on: send, kind: 'reset' }), async (sandbox) => {
      const outcomes = await sendAll(sandbox, await prepare(sandbox, wanting(34, ['us-west-2']), ['us-west-2']));
      expect(outcomes).toMatchObject([{ result: 'sent', status: 'PENDING', id: expect.stringMatching(/^[0-9a-f]{32}$/) }]);
      const history = (d: Description) => d.accounts[account]?.regions['us-west-2']?.quotaRequests.length;
      expect(history(storyAccount())).toBe(1);
      expect(decisions(await prepare(sandbox, wanting(34, ['us-west-2']), ['us-west-2']))).toEqual([['us-west-2', p5, 34, 'open']]);
    }));

  test('when AWS takes no more, the rest of those regions is held, and no call is made for it', () => {
    const open = (n: number) =>
      Array.from({ length: n }, (_, i) => ({
        Id: `id-${i}`,
        ServiceCode: 'ec2',
        ServiceName: 'Amazon Elastic Compute Cloud (Amazon EC2)',
        QuotaCode: `L-${i}`,
        QuotaName: `n ${i}`,
        DesiredValue: 9,
        Status: 'PENDING' as const,
        Created: '2026-11-01T08:00:00.000Z',
      }));
    // In a region that is not read here, so that only AWS can know.
    const description = changeRegion(storyAccount(), account, 'eu-west-1', () => ({ quotaRequests: open(18) }));
    return inSandbox({ description }, async (sandbox) => {
      const prepared = await prepare(sandbox, wanting(34));
      const outcomes = await sendAll(sandbox, prepared);
      expect(outcomes.map((o) => o.result)).toEqual(['sent', 'failed', 'held', 'held']);
      expect(outcomes[2]).toMatchObject({ reason: 'AWS takes no further increase request now: too many are open' });
      expect(sentTo(sandbox)).toBe(2);
    });
  });

  test('what is open in the regions at hand is counted before', () => {
    const description = changeRegion(storyAccount(), account, 'us-west-2', (r) => ({
      quotaRequests: [
        ...r.quotaRequests,
        ...Array.from({ length: 18 }, (_, i) => ({
          ...(r.quotaRequests[0] as (typeof r.quotaRequests)[number]),
          Id: `id-${i}`,
          QuotaCode: `L-${i}`,
          QuotaName: `n ${i}`,
          Status: 'CASE_OPENED' as const,
        })),
      ],
    }));
    return inSandbox({ description }, async (sandbox) => {
      const prepared = await prepare(sandbox, wanting(34));
      expect(decisions(prepared).map(([, , , what]) => what)).toEqual(['send', 'open-lower', 'limit', 'limit', 'limit']);
    });
  });
});

describe('the policy of it', () => {
  const at = { partition: 'aws', account };
  const granted = (plan: Plan) => quotaRequestPolicy(plan, quotaFacts, at).Statement.flatMap((s) => s.Action);

  test('has what is called for a plan that needs everything, and no more', async () => {
    const plan: Plan = {
      ...everything,
      clusters: everything.clusters.map((c) => ({ ...c, headroom: 1000 })),
    };
    await inSandbox({ description: world() }, async (sandbox) => {
      const regions = ['us-west-2'];
      const prepared = await prepareIncreases({ identity, plan, regions }, settingsOf(sandbox));
      await sendIncreases(prepared, settingsOf(sandbox), async () => undefined);
      const called = new Set(sandbox.calls.map((c) => actionOf(c.service, c.operation)).filter((a) => !grantedByAws.includes(a)));
      // Asked around it; made once in an account by Service Quotas itself; asked where interfaces come without a zone id.
      const around = ['iam:ListAccountAliases', 'iam:CreateServiceLinkedRole', 'ec2:DescribeAvailabilityZones'];
      expect(
        granted(plan)
          .filter((a) => !around.includes(a))
          .toSorted(),
      ).toEqual([...called].toSorted());
    });
  });

  test('lets quotas be raised for the services that HyperPod falls under, and the role of Service Quotas be made, no other', () => {
    const { Statement } = quotaRequestPolicy(emptyPlan, quotaFacts, at);
    expect(Statement.filter((s) => s.Action.some((a) => !/:(Describe|Get|List)/.test(a)))).toEqual([
      {
        Sid: 'RequestQuotaIncreases',
        Effect: 'Allow',
        Action: [send],
        Resource: ['ec2', 'sagemaker', 'vpc'].map((s) => `arn:aws:servicequotas:*:${account}:${s}/*`),
      },
      {
        Sid: 'ServiceQuotasOwnRole',
        Effect: 'Allow',
        Action: ['iam:CreateServiceLinkedRole'],
        Resource: [`arn:aws:iam::${account}:role/aws-service-role/servicequotas.amazonaws.com/AWSServiceRoleForServiceQuotas`],
        Condition: { StringEquals: { 'iam:AWSServiceName': 'servicequotas.amazonaws.com' } },
      },
    ]);
    expect(new Set(Statement.map((s) => s.Sid)).size).toBe(Statement.length);
  });
});
