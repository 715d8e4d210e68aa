/** The cost model: arithmetic by tables and properties, and a plan's estimate over its real template. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { costByService, costLines, dollars, totalCost, type Usage, units } from '../../infra/cost/cost.ts';
import { estimate, estimateLines, sizeOf } from '../../infra/cost/estimate.ts';
import { measured } from '../../infra/cost/measured.ts';
import { type PriceName, priceNames, prices } from '../../infra/cost/prices.ts';
import { billedSeconds, type DeploymentSize, monthlyUsage } from '../../infra/cost/usage.ts';
import { alarmMetricsOf } from '../../infra/deploy/inventory.ts';
import { emptyPlan, type Plan } from '../../shared/core/plan/plan.ts';
import { alarmsOfAStack, costGoals, costOf, latenciesMs } from '../bench/scale/monthly-cost.ts';
import { planned, request } from '../core/healthy.ts';
import { fullPlan, stack } from './world.ts';

const nothing = Object.fromEntries(priceNames.map((name) => [name, 0])) as Usage;
const using = (change: Partial<Record<PriceName, number>>): Usage => ({ ...nothing, ...change });

describe('usage at list price', () => {
  test.each<readonly [PriceName, number, number]>([
    ['lambdaRequests', 1_000_000, 0.2],
    ['lambdaGbSeconds', 400_000, 5.33336],
    ['dynamoWriteUnits', 2_000_000, 1.25],
    ['dynamoReadUnits', 2_000_000, 0.25],
    ['metrics', 157, 47.1],
    ['alarms', 55, 5.5],
    ['dashboards', 1, 3],
    ['logGbTaken', 10, 5],
    ['snsEmails', 1000, 0.02],
    ['secrets', 1, 0.4],
  ])('%s: %d units', (name, amount, cost) => {
    expect(totalCost(costLines(using({ [name]: amount })))).toBeCloseTo(cost, 6);
  });

  const usages = fc.record(
    Object.fromEntries(priceNames.map((n) => [n, fc.double({ min: 0, max: 1e9, noNaN: true })])),
  ) as fc.Arbitrary<Usage>;

  test('nothing is lost between lines, services and the sum, and the dearest comes first', () => {
    fc.assert(
      fc.property(usages, (usage) => {
        const lines = costLines(usage);
        const services = costByService(lines);
        expect(lines.map((l) => l.name)).toEqual(priceNames);
        expect(totalCost(services)).toBeCloseTo(totalCost(lines), 4);
        expect(services.map((s) => s.cost)).toEqual(services.map((s) => s.cost).toSorted((a, b) => b - a));
      }),
    );
  });

  test('every price says of what and where it is from', () => {
    for (const { usd, per, unit, source } of Object.values(prices)) {
      expect(usd).toBeGreaterThan(0);
      expect(per).toBeGreaterThanOrEqual(1);
      expect(unit).not.toBe('');
      expect(source).toMatch(/^https:\/\/aws\.amazon\.com\/.+\/pricing\//);
    }
  });

  test.each([
    [0, '$0.00'],
    [0.004, '< $0.01'],
    [0.5, '$0.50'],
    [56.094, '$56.09'],
    [1234.5, '$1,235'],
  ])('%d dollars are %s', (amount, words) => {
    expect(dollars(amount)).toBe(words);
  });

  test.each([
    [0.0251, '0.025'],
    [3, '3'],
    [18_250.4, '18,250'],
    [13_170_000, '13.2 million'],
  ])('%d units are %s', (amount, words) => {
    expect(units(amount)).toBe(words);
  });
});

describe('what a month takes', () => {
  const size: DeploymentSize = {
    accounts: 1,
    regions: 18,
    busyRegions: 3,
    runs: 730,
    retentionDays: 400,
    alarms: 55,
    dashboard: true,
    emails: 1,
    chat: false,
    webhook: false,
    securityHub: false,
    published: false,
  };

  test.each([
    [{ waitMs: 1000, cpuMs: 0 }, 512, 1],
    [{ waitMs: 0, cpuMs: 100 }, 1769, 0.1],
    [{ waitMs: 0, cpuMs: 100 }, 3000, 0.1],
    [{ waitMs: 500, cpuMs: 100 }, 512, 0.5 + 0.1 * (1769 / 512)],
  ])('%o at %d MB', (taken, memory, seconds) => {
    expect(billedSeconds(taken, memory)).toBeCloseTo(seconds, 9);
  });

  test('every unit is a number that makes sense, for any size', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.integer({ min: 1, max: 30 }),
        fc.nat(30),
        fc.double({ min: 0.3, max: 9000, noNaN: true }),
        (accounts, regions, busy, runs) => {
          const usage = monthlyUsage({ ...size, accounts, regions, busyRegions: Math.min(busy, regions), runs }, measured);
          for (const name of priceNames) expect(usage[name], name).toBeGreaterThanOrEqual(0);
        },
      ),
    );
  });

  test('grows with accounts, regions, clusters, runs and retention, never shrinks', () => {
    const cost = (change: Partial<DeploymentSize>) =>
      totalCost(costLines(monthlyUsage({ ...size, dashboard: false, ...change }, measured)));
    const base = cost({});
    for (const change of [
      { accounts: 2 },
      { regions: 19 },
      { busyRegions: 4 },
      { runs: 1460 },
      { retentionDays: 800 },
      { alarms: 56 },
      { dashboard: true },
      { emails: 2 },
      { webhook: true },
      { securityHub: true },
      { published: true },
    ])
      expect(cost(change), JSON.stringify(change)).toBeGreaterThan(base);
  });

  test('a call with several audits waits as long as the slowest', () => {
    const seconds = (busyRegions: number) => monthlyUsage({ ...size, accounts: 1000, busyRegions }, measured).lambdaGbSeconds;
    const [none, some, all] = [seconds(0), seconds(3), seconds(18)];
    expect(some - none).toBeGreaterThan((all - none) * (3 / 18));
    expect(all).toBeGreaterThan(some);
  });

  test('1,000 accounts in 18 regions, audited each hour, stay below 200 dollars at any of three latencies; infra/README.md has the table', () => {
    const readme = readFileSync(new URL('../../infra/README.md', import.meta.url), 'utf8');
    const row = (accounts: number) => {
      const costs = latenciesMs.map((latencyMs) => costOf(accounts, latencyMs, measured));
      const shown = costs.map((cost) => (cost < 100 ? dollars(cost) : `$${Math.round(cost).toLocaleString('en-US')}`));
      expect(readme).toContain(`| ${accounts.toLocaleString('en-US')} | ${shown.join(' | ')} |`);
      return costs;
    };
    for (const [accounts, goal] of costGoals) expect(Math.max(...row(accounts)), `${accounts} accounts`).toBeLessThan(goal);
    row(10_000);
    const chat = { slack: { workspace: 'T0123ABCD', channel: 'C0456EFGH' } };
    expect(alarmMetricsOf(stack({ regions: 'supported', alerts: { email: ['a@example.com'], ...chat } }).template.toJSON())).toBe(
      alarmsOfAStack,
    );
  });

  test('metrics are as many for any number of accounts and regions', () => {
    const metrics = (change: Partial<DeploymentSize>) => monthlyUsage({ ...size, ...change }, measured).metrics;
    expect(metrics({ accounts: 1000, busyRegions: 18 })).toBe(metrics({ regions: 1, busyRegions: 0 }));
  });

  test('slower answers of AWS cost the time of audits alone', () => {
    const [fast, slow] = [150, 250].map((latencyMs) => monthlyUsage(size, measured, latencyMs));
    expect(slow?.lambdaGbSeconds).toBeGreaterThan(fast?.lambdaGbSeconds ?? 0);
    expect({ ...slow, lambdaGbSeconds: 0 }).toEqual({ ...fast, lambdaGbSeconds: 0 });
  });

  test('each audit takes a message of the queue', () => {
    const daily = monthlyUsage({ ...size, runs: 730 / 24 }, measured);
    const hourly = monthlyUsage(size, measured);
    // Sent with nine others, received and deleted with one other.
    expect(hourly.sqsRequests - daily.sqsRequests).toBeCloseTo(1.1 * 18 * (730 - 730 / 24), 6);
  });
});

describe("a plan's estimate", () => {
  const of = (plan: Partial<Plan>) => estimate({ ...emptyPlan, ...plan }, stack(plan).template.toJSON(), measured);

  test('takes regions, accounts, schedule, routes and alarms from plan and template', () => {
    expect(sizeOf(fullPlan, stack(fullPlan).template.toJSON())).toEqual({
      accounts: 2,
      regions: 2,
      busyRegions: 0,
      runs: 730,
      retentionDays: 400,
      // One of them compares two metrics.
      alarms: stack(fullPlan).of('AWS::CloudWatch::Alarm').length + 1,
      dashboard: true,
      emails: 2,
      chat: true,
      webhook: true,
      securityHub: fullPlan.alerts.securityHub === true,
      published: fullPlan.alerts.events === true,
    });
    expect(sizeOf({ ...emptyPlan, clusters: [planned({ request: request({}) })] }, {})).toMatchObject({ regions: 1, busyRegions: 1 });
  });

  test.each<readonly [string, Partial<Plan>, RegExp]>([
    ['an organization', { accounts: 'organization' }, /How many accounts the organization has: estimated for one\./],
    ['regions that are not named', {}, /Which regions are enabled: estimated for the 18/],
    ['a schedule that cannot be counted', { schedule: 'cron(0 6 L * ? *)' }, /How often cron\(0 6 L \* \? \*\) runs: estimated as daily\./],
    ['clusters that run outside the plan', { regions: ['us-west-2'] }, /Where clusters run that the plan does not name/],
  ])('says what it cannot know: %s', (_, plan, said) => {
    expect(of(plan).notKnown.join('\n')).toMatch(said);
  });

  test('does not speak of what it knows', () => {
    const said = of({ regions: ['us-west-2'], accounts: ['111122223333'] }).notKnown.join('\n');
    expect(said).not.toMatch(/organization|Which regions|How often/);
  });

  test('one account in 18 regions, audited each hour, stays below 10 dollars with all alarms and the dashboard', () => {
    expect(of({ regions: 'supported', alerts: fullPlan.alerts }).total).toBeLessThan(10);
  });

  test('the screen adds up and names its prices', () => {
    const made = of(fullPlan);
    const lines = estimateLines(made, measured);
    expect(lines[0]).toBe(`COST  about ${dollars(made.total)} a month: 2 accounts × 2 regions, 730 audits of each a month`);
    const listed = lines.flatMap((l) => /^ +\$([\d.,]+) {2}/.exec(l)?.[1] ?? []).reduce((sum, n) => sum + Number(n), 0);
    expect(Math.abs(listed - made.total)).toBeLessThan(0.05);
    const { account, region, clusters } = made.further;
    expect(lines.join('\n')).toContain(
      `Each further account: about ${dollars(account)}; each further region of every account: ${dollars(region)}; clusters in a region without: ${dollars(clusters)} more.`,
    );
    for (const more of [account, region, clusters]) expect(more).toBeGreaterThan(0);
    expect(lines.join('\n')).toContain(`List prices of us-east-1, 2026-06, no free tier; usage measured ${measured.on}.`);
  });
});
