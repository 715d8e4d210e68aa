/** From an event of the schedule to the alert at a subscriber, deployed on the emulator: every hop on the way is a real call. */
import { type Deployment, deploy, otherRegion, withQuota } from '../emulator/deployment.ts';
import { ensureVenv } from '../emulator/python.ts';
import { until } from '../emulator/until.ts';
import { median, ms, printTable } from './table.ts';

const rounds = 6;

/** Asks for audits and waits for the alert of the other region. Milliseconds between the two. */
async function alertAfter(d: Deployment, change: () => void): Promise<number> {
  change();
  const begun = Date.now();
  const at = new Date(begun).toISOString();
  await d.tick('schedule', at);
  const posted = await until('the alert', () =>
    d.server.posted.find((p) => {
      const { Type, Message } = JSON.parse(p.body);
      return Type === 'Notification' && JSON.parse(Message).region === otherRegion && JSON.parse(Message).auditId === `schedule-${at}`;
    }),
  );
  await d.audited(at);
  return posted.at - begun;
}

/** Needs Python: see `npm run test:emulator`. */
export async function benchDeployed(): Promise<void> {
  ensureVenv();
  const begun = Date.now();
  const d = await deploy();
  const deployed = Date.now() - begun;
  try {
    const first = await alertAfter(d, () => undefined);
    const later: number[] = [];
    for (let round = 0; round < rounds; round++)
      later.push(await alertAfter(d, () => d.cloud.sandbox.setDescription(withQuota(round % 2 === 0 ? 0 : 4)(d.cloud.seeded))));
    printTable('Deployed on the emulator, two regions', [
      { what: 'synthesised, bootstrapped, deployed', measured: `${(deployed / 1000).toFixed(0)} s` },
      { what: 'event to alert, every function cold', measured: ms(first) },
      { what: `event to alert, median of ${rounds}`, measured: ms(median(later)) },
    ]);
  } finally {
    await d.stop();
  }
}
