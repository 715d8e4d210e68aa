/** Which increases a plan misses, and which of them may be asked for. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checks } from '../../../shared/core/checks/index.ts';
import { evaluate } from '../../../shared/core/evaluation/evaluate.ts';
import type { Facts, QuotaRequest } from '../../../shared/core/evaluation/facts.ts';
import type { Plan } from '../../../shared/core/plan/plan.ts';
import {
  decideIncrease,
  type IncreaseDecision,
  type IncreaseOutcome,
  increasesExit,
  increasesOf,
  mostOpen,
  type QuotaIncrease,
  quotaChecks,
  type RegionIncreases,
  withinLimits,
} from '../../../shared/core/quotas/quota-increase.ts';
import { raiseAsked, raiseQuota } from '../../../shared/core/quotas/quotas.ts';
import { decisionWords, increasesText, outcomeWords } from '../../../shared/core/render/quota-increase.ts';
import { at, broken, denied, facts, groupRequest, ok, plan, planned, quota, region, request, snapshot } from '../healthy.ts';
import { planOf } from '../plans.ts';

const p5 = { service: 'sagemaker', code: 'L-8762A75F', name: 'ml.p5.48xlarge for cluster usage' };
const asked = (desired: number, status: QuotaRequest['status'], more: Partial<QuotaRequest> = {}): QuotaRequest => ({
  ...p5,
  desired,
  status,
  created: '2026-11-01T08:00:00.000Z',
  ...more,
});
const applied = (value: number, more = {}): Partial<Facts> => {
  const { quotas } = facts();
  const rows = quotas.sagemaker?.ok ? quotas.sagemaker.value : [];
  return { quotas: { ...quotas, sagemaker: ok(rows.map((q) => (q.code === p5.code ? { ...q, applied: value, ...more } : q))) } };
};
const nodes = (InstanceCount: number, ClusterName = 'llm-train', more = {}) =>
  planned({ request: request({ ClusterName, InstanceGroups: [groupRequest({ InstanceCount })] }), ...more });
const lacking = (of: Plan, more: Partial<Facts> = {}): RegionIncreases => {
  const seen = snapshot(more);
  return increasesOf(seen, evaluate(of, seen));
};
const brief = ({ increases }: RegionIncreases) => increases.map((i) => [i.name, i.current, i.desired, i.level, i.decision.do]);

describe('whether an increase may be asked for', () => {
  const hour = (n: number) => new Date(Date.parse(at) - n * 3600_000).toISOString();
  test.each<[string, number, number, readonly QuotaRequest[], IncreaseDecision['do']]>([
    ['nothing was asked', 8, 4, [], 'send'],
    ['never the value in force', 8, 8, [], 'enough'],
    ['never less', 4, 8, [], 'enough'],
    ['not beside an open one for as much', 8, 4, [asked(8, 'PENDING')], 'open'],
    ['nor for more', 8, 4, [asked(16, 'CASE_OPENED')], 'open'],
    ['an open one for less is in the way', 8, 4, [asked(6, 'CASE_OPENED')], 'open-lower'],
    [
      'refused ones are not',
      8,
      4,
      [asked(8, 'DENIED'), asked(8, 'CASE_CLOSED'), asked(8, 'NOT_APPROVED'), asked(8, 'INVALID_REQUEST')],
      'send',
    ],
    ['one that was approved just now is not in force yet', 8, 4, [asked(8, 'APPROVED', { updated: hour(23) })], 'granted'],
    ['one that was approved long ago was for something else', 8, 4, [asked(8, 'APPROVED', { updated: hour(25) })], 'send'],
    ['nor does one for less help', 8, 4, [asked(7, 'APPROVED', { updated: hour(1) })], 'send'],
    ['an open one decides, whatever was approved', 8, 4, [asked(8, 'APPROVED', { updated: hour(1) }), asked(6, 'PENDING')], 'open-lower'],
  ])('%s', (_, desired, current, requests, expected) => {
    expect(decideIncrease(desired, current, requests, at).do).toBe(expected);
    expect(decideIncrease(desired, current, requests.toReversed(), at).do).toBe(expected);
  });

  test('is sent only for more than the value in force, and only where none is open', () => {
    const status = fc.constantFrom<QuotaRequest['status']>(
      'PENDING',
      'CASE_OPENED',
      'APPROVED',
      'DENIED',
      'CASE_CLOSED',
      'NOT_APPROVED',
      'INVALID_REQUEST',
    );
    const requests = fc.array(
      fc.tuple(fc.nat({ max: 20 }), status).map(([n, s]) => asked(n, s)),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(fc.nat({ max: 20 }), fc.nat({ max: 20 }), requests, (desired, current, all) => {
        if (decideIncrease(desired, current, all, at).do !== 'send') return;
        expect(desired).toBeGreaterThan(current);
        expect(all.filter((r) => r.status === 'PENDING' || r.status === 'CASE_OPENED')).toEqual([]);
      }),
    );
  });
});

describe('what is missing for a plan', () => {
  test('nothing where everything fits', () => {
    expect(lacking(plan())).toEqual({ region, state: 'audited', optIn: false, increases: [], stuck: [], unseen: [] });
  });

  test('each quota once, at the most that any of its findings needs', () => {
    const two = plan(nodes(14), nodes(9, 'b'));
    expect(brief(lacking(two, applied(4)))).toEqual([[p5.name, 4, 23, 'required', 'send']]);
    expect(lacking(two, applied(4)).increases[0]?.why.map((w) => [w.check, w.cluster])).toEqual([
      ['instance-type-quota', 'llm-train'],
      ['instance-type-quota', 'b'],
    ]);
  });

  test('alternatives are not added up', () => {
    expect(brief(lacking(plan(nodes(14), nodes(9, 'b', { alternativeTo: 'llm-train' })), applied(4)))).toEqual([
      [p5.name, 4, 14, 'required', 'send'],
    ]);
  });

  test('with headroom at once, though only what is required blocks', () => {
    expect(brief(lacking(plan(nodes(4, 'llm-train', { headroom: 50 })), applied(3)))).toEqual([[p5.name, 3, 6, 'required', 'send']]);
    expect(brief(lacking(plan(nodes(4, 'llm-train', { headroom: 50 })), applied(4)))).toEqual([[p5.name, 4, 6, 'recommended', 'send']]);
  });

  test('of every quota that a check of quotas watches, required ones first', () => {
    const { quotas } = facts();
    const low = (service: string) => ok((quotas[service]?.ok ? quotas[service].value : []).map((q) => ({ ...q, applied: 1 })));
    const big = planned({
      request: request({
        InstanceGroups: [groupRequest({ InstanceCount: 2 })],
        RestrictedInstanceGroups: [
          groupRequest({
            InstanceGroupName: 'nova',
            InstanceCount: 2,
            EnvironmentConfig: { FSxLustreConfig: { SizeInGiB: 4096, PerUnitStorageThroughput: 250 } },
          }),
        ],
      }),
      headroom: 10,
    });
    const fresh = planned({
      request: request({ ClusterName: 'fresh', InstanceGroups: [groupRequest({ InstanceCount: 1, InstanceStorageConfigs: [] })] }),
      newVpc: true,
    });
    const found = lacking(plan(big, fresh), {
      quotas: { sagemaker: low('sagemaker'), vpc: low('vpc'), ec2: low('ec2') },
      newVpcUsage: { vpcs: ok(1), 'internet-gateways': ok(1), 'elastic-ips': ok(1) },
    });
    expect(new Set(found.increases.flatMap((i) => i.why.map((w) => w.check)))).toEqual(new Set(quotaChecks));
    expect(found.increases.map((i) => i.level)).toEqual(
      found.increases.map((i) => i.level).toSorted((a, b) => (a === b ? 0 : a === 'required' ? -1 : 1)),
    );
    for (const i of found.increases) expect(i.desired).toBeGreaterThan(i.current);
    expect(new Set(found.increases.map((i) => i.code)).size).toBe(found.increases.length);
  });

  test('what no request fixes is said apart', () => {
    expect(lacking(plan(nodes(4)), applied(1, { adjustable: false }))).toMatchObject({
      increases: [],
      stuck: [{ name: p5.name, level: 'required' }],
    });
    const none = lacking(planOf({ InstanceGroups: [groupRequest({ InstanceType: 'ml.trn1.32xlarge' })] }));
    expect(none.stuck.map((s) => s.message).join()).toContain('HyperPod does not offer it in this region');
  });

  test('what could not be judged is said apart, and asked for by no one', () => {
    const unread = lacking(plan(nodes(40)), { quotas: { sagemaker: denied('servicequotas:ListServiceQuotas') } });
    expect(unread.increases).toEqual([]);
    expect(unread.unseen.length).toBeGreaterThan(0);
    expect(unread.unseen.every((u) => quotaChecks.includes(u.check))).toBe(true);
  });

  test.each<[string, Partial<Facts>, Partial<IncreaseDecision>]>([
    [
      'open',
      { quotaRequests: { sagemaker: ok([asked(8, 'CASE_OPENED', { caseId: '17' })]) } },
      { do: 'open', request: asked(8, 'CASE_OPENED', { caseId: '17' }) },
    ],
    ['open for another quota', { quotaRequests: { sagemaker: ok([asked(8, 'PENDING', { code: 'L-1' })]) } }, { do: 'send' }],
    [
      'unread',
      { quotaRequests: { sagemaker: denied('servicequotas:ListRequestedServiceQuotaChangeHistory') } },
      { do: 'unseen', reason: 'access denied', action: 'servicequotas:ListRequestedServiceQuotaChangeHistory' },
    ],
    ['not read at all', { quotaRequests: {} }, { do: 'unseen' }],
    ['unread for a while', { quotaRequests: { sagemaker: broken() } }, { do: 'unseen' }],
  ])('requests %s', (_, more, expected) => {
    expect(lacking(plan(nodes(4)), { ...applied(1), ...more }).increases[0]?.decision).toMatchObject(expected);
  });

  test('of a region one has to opt in to, that', () => {
    expect(lacking(plan(), { regionOptIn: ok('opted-in') }).optIn).toBe(true);
    expect(lacking(plan(), { regionOptIn: ok('not-opted-in') })).toMatchObject({
      state: 'not-enabled',
      reason: 'the region is not enabled for this account',
      increases: [],
    });
  });

  test('is asked of checks that there are', () => {
    const known = checks.map((c) => c.id);
    expect(quotaChecks.filter((id) => !known.includes(id))).toEqual([]);
  });
});

test('what a finding says is what is asked for, whatever the amount', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e12, noNaN: true }), fc.constantFrom('vpc', 'sagemaker'), (to, service) => {
      expect(raiseAsked(raiseQuota(quota(service, 'L-0AF', 'a "b" c', 1), to, 'eu-north-1'))).toEqual({ service, code: 'L-0AF', to });
    }),
  );
  expect(raiseAsked(raiseQuota(quota('vpc', 'L-1', 'n', 1, { adjustable: false }), 9, region))).toBeUndefined();
  expect(raiseAsked({ text: 'Do.', command: 'aws ec2 describe-vpcs' })).toBeUndefined();
  expect(raiseAsked(undefined)).toBeUndefined();
});

const increase = (more: Partial<QuotaIncrease> = {}): QuotaIncrease => ({
  region,
  ...p5,
  current: 1,
  desired: 4,
  level: 'required',
  why: [{ check: 'instance-type-quota', cluster: 'a', message: 'M.' }],
  decision: { do: 'send' },
  ...more,
});
const of = (increases: readonly QuotaIncrease[], more: Partial<RegionIncreases> = {}): RegionIncreases => ({
  region,
  state: 'audited',
  optIn: false,
  increases,
  stuck: [],
  unseen: [],
  ...more,
});
const many = (n: number, more: Partial<QuotaIncrease> = {}) => Array.from({ length: n }, (_, i) => increase({ code: `L-${i}`, ...more }));

describe("AWS's limits on open requests", () => {
  const sends = (regions: readonly RegionIncreases[]) => regions.map((r) => r.increases.filter((i) => i.decision.do === 'send').length);

  test.each<[string, readonly RegionIncreases[], readonly (readonly [string, number])[], readonly number[]]>([
    ['over all ordinary regions together', [of(many(15)), of(many(15), { region: 'us-east-1' })], [], [15, 5]],
    ['those that are open count', [of(many(15))], [[region, 12]], [8]],
    ['more than there may be', [of(many(3))], [[region, 25]], [0]],
    [
      'in each opt-in region for itself',
      [of(many(3), { region: 'ap-southeast-3', optIn: true }), of(many(3), { region: 'eu-south-2', optIn: true }), of(many(3))],
      [['eu-south-2', 1]],
      [2, 1, 3],
    ],
  ])('%s', (_, regions, open, expected) => {
    expect(sends(withinLimits(regions, new Map(open)))).toEqual(expected);
  });

  test('required ones go first, wherever they are', () => {
    const limited = withinLimits([of(many(20, { level: 'recommended' })), of(many(3), { region: 'us-east-1' })], new Map());
    expect(sends(limited)).toEqual([17, 3]);
    expect(limited[0]?.increases.at(-1)?.decision).toEqual({ do: 'limit', most: mostOpen.others });
  });

  test('what is not sent anyway takes no place', () => {
    const open: IncreaseDecision = { do: 'open', request: asked(8, 'PENDING') };
    expect(sends(withinLimits([of([...many(20, { decision: open }), ...many(20)])], new Map()))).toEqual([20]);
  });
});

describe('how it ends', () => {
  const sent = (i: QuotaIncrease): IncreaseOutcome => ({ increase: i, result: 'sent', id: '1', status: 'PENDING' });
  const open: IncreaseDecision = { do: 'open', request: asked(8, 'PENDING') };
  const stuck = { region, name: 'q', level: 'required', message: 'M.' } as const;
  const one = increase();
  test.each<[string, readonly RegionIncreases[], readonly IncreaseOutcome[], number]>([
    ['nothing is missing', [of([])], [], 0],
    ['all was sent', [of([one])], [sent(one)], 0],
    ['all is open already', [of([increase({ decision: open })])], [], 0],
    ['it turned out to be open', [of([one])], [{ increase: one, result: 'skipped', decision: open }], 0],
    ['no one confirmed', [of([one])], [], 1],
    ['one failed', [of([one])], [{ increase: one, result: 'failed', reason: 'r' }], 1],
    ['one was debounced', [of([one])], [{ increase: one, result: 'held', reason: 'r' }], 1],
    ['an open one is for less', [of([increase({ decision: { do: 'open-lower', request: asked(2, 'PENDING') } })])], [], 1],
    ['the limit is reached', [of([increase({ decision: { do: 'limit', most: 20 } })])], [], 1],
    ['no request helps', [of([], { stuck: [stuck] })], [], 1],
    ['the region is off', [of([], { state: 'not-enabled' })], [], 1],
    ['requests unread', [of([increase({ decision: { do: 'unseen', reason: 'r' } })])], [], 2],
    ['a quota unread', [of([], { unseen: [{ check: 'c', level: 'required', reason: 'r' }] })], [], 2],
    [
      'the same quota of another region was sent',
      [of([one]), of([increase({ region: 'us-east-1' })], { region: 'us-east-1' })],
      [sent(one)],
      1,
    ],
  ])('%s', (_, regions, outcomes, code) => {
    expect(increasesExit(regions, outcomes)).toBe(code);
  });
});

describe('in words', () => {
  const request17 = asked(8, 'CASE_OPENED', { caseId: '17' });
  test.each<[IncreaseDecision, string]>([
    [{ do: 'send' }, ''],
    [{ do: 'open', request: request17 }, 'not sent again: 8 requested on 2026-11-01: CASE_OPENED, case 17'],
    [
      { do: 'open-lower', request: request17 },
      'not sent: 8 requested on 2026-11-01: CASE_OPENED, case 17, which is less, and AWS takes one open request per quota; raise it in that case, or close it',
    ],
    [{ do: 'limit', most: 20 }, 'not sent: AWS lets 20 requests be open at once; send it when one of them is closed'],
    [
      { do: 'unseen', reason: 'access denied', action: 'a:B' },
      'not sent, since it could not be read whether a request is open: access denied (a:B)',
    ],
  ])('%#', (decision, words) => {
    expect(decisionWords(decision)).toBe(words);
  });

  test('the list has value, code and why', () => {
    const text = increasesText(
      'ml-prod (1)',
      [of([increase()]), of([], { region: 'us-east-1' }), of([], { region: 'xx', state: 'not-enabled', reason: 'off' })],
      { paint: (_, t) => t, width: 100 },
    );
    expect(text).toBe(
      `Quota increases that the plan needs in account ml-prod (1), 1 request to send\n\nus-west-2\n  → send     ${p5.name}  1 → 4  sagemaker L-8762A75F, required\n      instance-type-quota: M.\n\nus-east-1\n  The plan needs no quota increase here.\n\nxx  off\n`,
    );
  });

  test.each<[IncreaseOutcome, string]>([
    [{ increase: increase(), result: 'sent', id: 'abc', status: 'CASE_OPENED', caseId: '17' }, 'request abc: CASE_OPENED, case 17'],
    [{ increase: increase(), result: 'failed', reason: 'access denied', action: 'a:B' }, 'access denied (a:B)'],
    [{ increase: increase(), result: 'held', reason: 'too many are open' }, 'too many are open'],
    [{ increase: increase(), result: 'skipped', decision: { do: 'enough' } }, 'the value covers it'],
  ])('%#: what became of one', (outcome, words) => {
    expect(outcomeWords(outcome)).toContain(words);
    expect(outcomeWords(outcome)).toContain(`us-west-2  ${p5.name}  1 → 4`);
  });
});
