/** What a plan's deployment would cost, from the plan, its template and what was measured; and what that cannot know. */

import { runsPerMonth } from '../../shared/core/events/schedule.ts';
import type { Plan } from '../../shared/core/plan/plan.ts';
import { regionsOf, supportedRegions } from '../../shared/core/plan/regions.ts';
import { count } from '../../shared/core/render/words.ts';
import { numberOf, type Template } from '../deploy/inventory.ts';
import { costByService, costLines, dollars, type ServiceCost, totalCost, units } from './cost.ts';
import { pricesOf } from './prices.ts';
import { assumed, type DeploymentSize, type Measured, monthlyUsage } from './usage.ts';

/** A schedule whose runs cannot be counted is estimated as daily. */
const runsWhenUnknown = 730 / 24;

/** What of a plan its cost depends on. An organisation counts as one account, regions that are not named as those AWS lists. */
export function sizeOf(plan: Plan, template: Template): DeploymentSize {
  const { accounts, alerts } = plan;
  const regions = regionsOf(plan) ?? supportedRegions.names;
  return {
    accounts: Array.isArray(accounts) ? Math.max(1, new Set(accounts).size) : 1,
    regions: regions.length,
    busyRegions: new Set(plan.clusters.map((c) => c.region)).size,
    runs: runsPerMonth(plan.schedule) ?? runsWhenUnknown,
    retentionDays: plan.retentionDays,
    alarms: numberOf(template, 'AWS::CloudWatch::Alarm'),
    emails: alerts.email?.length ?? 0,
    // The topic of alerts, the one about the auditor itself, and for chats a third.
    chat: numberOf(template, 'AWS::SNS::Topic') > 2,
    webhook: alerts.webhookSecret !== undefined,
    securityHub: alerts.securityHub === true,
  };
}

export interface Estimate {
  readonly size: DeploymentSize;
  /** Dollars a month. */
  readonly total: number;
  readonly services: readonly ServiceCost[];
  readonly notKnown: readonly string[];
}

export function estimate(plan: Plan, template: Template, measured: Measured): Estimate {
  const size = sizeOf(plan, template);
  const cost = (more: Partial<DeploymentSize>) => totalCost(costLines(monthlyUsage({ ...size, ...more }, measured)));
  const services = costByService(costLines(monthlyUsage(size, measured)));
  const total = totalCost(services);
  const account = dollars(cost({ accounts: size.accounts + 1 }) - total);
  const cluster = dollars(cost({ busyRegions: size.busyRegions + 1 }) - total);
  const notKnown = [
    ...(plan.accounts === 'organization'
      ? [`How many accounts the organisation has: estimated for one; each further one is about ${account}.`]
      : []),
    ...(regionsOf(plan) === undefined
      ? [
          `Which regions are enabled: estimated for the ${supportedRegions.names.length} that AWS lists for HyperPod as of ${supportedRegions.asOf}.`,
        ]
      : []),
    ...(runsPerMonth(plan.schedule) === undefined ? [`How often ${plan.schedule} runs: estimated as daily.`] : []),
    ...(size.busyRegions < size.regions
      ? [`Where clusters run that the plan does not name: each such region of an account is about ${cluster} more.`]
      : []),
    `How much changes: estimated for ${assumed.changesAMonth} changes and ${assumed.commitsAMonth} alerts of ${assumed.findingsOfACommit} findings a month, in each region with clusters.`,
    'How slowly AWS answers: measured at 50 ms a call. Calls that audits make (EC2, Service Quotas, IAM …) are free.',
    ...(size.securityHub ? ['What Security Hub charges for findings that are handed to it.'] : []),
    'What is not priced here: looking at dashboards, keys of your own, the first CloudTrail trail (free) and its bucket, data sent to a webhook.',
  ];
  return { size, total, services, notKnown };
}

/** Lines for a screen: the sum, the services, the dearest parts of each. */
export function estimateLines({ size, total, services, notKnown }: Estimate, measured: Pick<Measured, 'on'>): readonly string[] {
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
    `  List prices of ${pricesOf.region}, ${pricesOf.asOf}, no free tier; usage measured ${measured.on}.`,
    '',
    'NOT KNOWN',
    ...notKnown.map((line) => `  ${line}`),
  ];
}
