/** The deployment whose cost the bench prints and infra/README.md shows, and what it costs by what AWS takes for a call. */
import { costLines, totalCost } from '../../../infra/cost/cost.ts';
import type { Measured } from '../../../infra/cost/usage.ts';
import { type DeploymentSize, monthlyUsage } from '../../../infra/cost/usage.ts';
import { emptyPlan } from '../../../shared/core/plan/plan.ts';
import { supportedRegions } from '../../../shared/core/plan/regions.ts';

/** Milliseconds of a call to AWS. */
export const latenciesMs = [150, 200, 250] as const;

/** Dollars a month for 1 account, and for 1,000. */
export const costGoals: ReadonlyMap<number, number> = new Map([
  [1, 10],
  [1000, 200],
]);

/** The alarms of a stack with e-mail and a chat, by the metrics that they look at. */
export const alarmsOfAStack = 23;

/** Audited hourly, clusters in three of 18 regions, with e-mail, a chat, alarms and the dashboard. */
export const deploymentOf = (accounts: number): DeploymentSize => ({
  accounts,
  regions: supportedRegions.names.length,
  busyRegions: 3,
  runs: 730,
  retentionDays: emptyPlan.retentionDays,
  alarms: alarmsOfAStack,
  dashboard: true,
  emails: 1,
  chat: true,
  webhook: false,
  securityHub: false,
  published: false,
});

/** Dollars a month. */
export const costOf = (accounts: number, latencyMs: number, measured: Measured): number =>
  totalCost(costLines(monthlyUsage(deploymentOf(accounts), measured, latencyMs)));
