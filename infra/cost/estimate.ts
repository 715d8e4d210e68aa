/** What a plan's deployment would cost, from the plan, its template and what was measured; and what that cannot know. */

import { runsPerMonth } from '../../shared/core/events/schedule.ts';
import type { Plan } from '../../shared/core/plan/plan.ts';
import { regionsOf, supportedRegions } from '../../shared/core/plan/regions.ts';
import { count } from '../../shared/core/render/words.ts';
import { alarmMetricsOf, numberOf, type Template } from '../deploy/inventory.ts';
import { webhookSecretsOf } from '../stacks/functions.ts';
import { costByService, costLines, dollars, type ServiceCost, totalCost, units } from './cost.ts';
import { pricesOf } from './prices.ts';
import { assumed, type DeploymentSize, type Measured, monthlyUsage } from './usage.ts';

/** A schedule whose runs cannot be counted is estimated as daily. */
const runsWhenUnknown = 730 / 24;

/** What of a plan its cost depends on. An organization counts as one account, regions that are not named as those AWS lists. */
export function sizeOf(plan: Plan, template: Template): DeploymentSize {
  const { accounts, alerts } = plan;
  const regions = regionsOf(plan) ?? supportedRegions.names;
  return {
    accounts: Array.isArray(accounts) ? Math.max(1, new Set(accounts).size) : 1,
    regions: regions.length,
    busyRegions: new Set(plan.clusters.map((c) => c.region)).size,
    runs: runsPerMonth(plan.schedule) ?? runsWhenUnknown,
    retentionDays: plan.retentionDays,
    alarms: alarmMetricsOf(template),
    dashboard: numberOf(template, 'AWS::CloudWatch::Dashboard') > 0,
    emails: alerts.email?.length ?? 0,
    // The topic of alerts, the one about the auditor itself, and for chats a third.
    chat: numberOf(template, 'AWS::SNS::Topic') > 2,
    webhook: webhookSecretsOf(plan).length > 0,
    securityHub: alerts.securityHub === true,
    published: alerts.events === true,
  };
}

export interface Estimate {
  readonly size: DeploymentSize;
  /** Dollars a month. */
  readonly total: number;
  readonly services: readonly ServiceCost[];
  /** Dollars a month of one more. */
  readonly further: {
    readonly account: number;
    /** In every account. */
    readonly region: number;
    /** Clusters in a region of an account that has none. */
    readonly clusters: number;
  };
  readonly notKnown: readonly string[];
}

export function estimate(plan: Plan, template: Template, measured: Measured): Estimate {
  const size = sizeOf(plan, template);
  const cost = (more: Partial<DeploymentSize>, latencyMs?: number) =>
    totalCost(costLines(monthlyUsage({ ...size, ...more }, measured, latencyMs)));
  const services = costByService(costLines(monthlyUsage(size, measured)));
  const total = totalCost(services);
  const further = {
    account: cost({ accounts: size.accounts + 1 }) - total,
    region: cost({ regions: size.regions + 1 }) - total,
    clusters: (cost({ busyRegions: size.busyRegions + 1 }) - total) / size.accounts,
  };
  const notKnown = [
    ...(plan.accounts === 'organization' ? ['How many accounts the organization has: estimated for one.'] : []),
    ...(regionsOf(plan) === undefined
      ? [
          `Which regions are enabled: estimated for the ${supportedRegions.names.length} that AWS lists for HyperPod as of ${supportedRegions.asOf}.`,
        ]
      : []),
    ...(runsPerMonth(plan.schedule) === undefined ? [`How often ${plan.schedule} runs: estimated as daily.`] : []),
    ...(size.busyRegions < size.regions ? ['Where clusters run that the plan does not name: estimated as if there were none.'] : []),
    `How much changes: estimated for ${assumed.changesAMonth} changes and ${assumed.commitsAMonth} alerts of ${assumed.findingsOfACommit} findings a month, in each region with clusters.`,
    `How slowly AWS answers: estimated at ${assumed.latencyMs} ms a call; at 150 ms it is ${dollars(cost({}, 150))}, at 250 ms ${dollars(cost({}, 250))}. Calls that audits make (EC2, Service Quotas, IAM …) are free.`,
    ...(size.securityHub ? ['What Security Hub charges for findings that are handed to it.'] : []),
    'What is not priced here: looking at the dashboard (its queries of the log cost $0.005 for each GB of log that they read), keys of your own, the first CloudTrail trail (free) and its bucket, data sent to a webhook.',
  ];
  return { size, total, services, further, notKnown };
}

/** Lines for a screen: the sum, the services, the dearest parts of each. */
export function estimateLines({ size, total, services, further, notKnown }: Estimate, measured: Pick<Measured, 'on'>): readonly string[] {
  const places = `${count(size.accounts, 'account')} × ${count(size.regions, 'region')}, ${units(size.runs)} audits of each a month`;
  const shown = services
    .filter((s) => s.cost >= 0.01)
    .map(({ service, cost, lines }) => {
      const parts = lines
        .filter((l) => l.cost >= 0.005)
        .map((l) => `${units(l.units)} ${l.unit === 'GB-second on arm64' ? 'GB-seconds' : l.what}`);
      return `  ${dollars(cost).padStart(9)}  ${service}: ${parts.join(', ') || 'little'}`;
    });
  const rest = totalCost(services.filter((s) => s.cost < 0.01));
  return [
    `COST  about ${dollars(total)} a month: ${places}`,
    ...shown,
    ...(rest > 0 ? [`  ${dollars(rest).padStart(9)}  everything else`] : []),
    `  Each further account: about ${dollars(further.account)}; each further region of every account: ${dollars(further.region)}; clusters in a region without: ${dollars(further.clusters)} more.`,
    `  List prices of ${pricesOf.region}, ${pricesOf.asOf}, no free tier; usage measured ${measured.on}.`,
    '',
    'NOT KNOWN',
    ...notKnown.map((line) => `  ${line}`),
  ];
}
