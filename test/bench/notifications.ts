/** How many messages an organization of 1,000 accounts and 18 regions gets of what has one cause everywhere. */
import { notifyOrganization } from './notified-organization.ts';
import { printGrid } from './table.ts';

const accounts = 1000;
const regions = 18;

export async function benchNotifications(): Promise<void> {
  const places = Array.from({ length: accounts * regions }, (_, n) => ({
    account: String(100_000_000_000 + Math.floor(n / regions)),
    region: `us-bench-${(n % regions) + 1}`,
  }));
  const begun = performance.now();
  const outcomes = await notifyOrganization(places);
  const seconds = ((performance.now() - begun) / 1000).toFixed(0);
  const number = (n: number) => n.toLocaleString('en-US');
  printGrid(
    `notifications of ${number(accounts)} accounts × ${regions} regions, all of it run, in ${seconds} s (goal: 5 minutes)`,
    ['cause', 'commits', 'messages', 'chat', 'BLOCKED named', 'UNKNOWN named', 'largest', 'last after', 'longest sweep', 'still pending'],
    outcomes.map((o) => [
      o.name,
      number(o.commits),
      number(o.messages.alerts),
      number(o.messages.chat),
      number(o.named.BLOCKED),
      number(o.named.UNKNOWN),
      `${number(Math.ceil(o.largestBytes / 1024))} KiB`,
      `${o.minutes.toFixed(0)} min`,
      `${number(Math.round(o.longestSweepMs))} ms`,
      number(o.pending),
    ]),
  );
}
