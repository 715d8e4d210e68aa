/** What it costs the audit of one region when AWS throttles: wall time against the unthrottled one, and what was not read. */
import { collectRegion } from '../../shared/aws/collect/collect-region.ts';
import type { Fault } from '../../shared/sandbox/faults.ts';
import { readsOf } from '../aws/world.ts';
import { story, storyPlan, withSandbox } from './sandbox.ts';
import { printTable } from './table.ts';

const latency = 50;
const goal = '≤ 3 × + 2 s';
const throttled = (more: Pick<Fault, 'times' | 'share' | 'seed' | 'beyond'>): readonly Fault[] => [{ on: '*', kind: 'throttle', ...more }];

const cases: readonly { readonly what: string; readonly faults: readonly Fault[]; readonly goal?: string }[] = [
  { what: 'each operation once', faults: throttled({ times: 1 }), goal },
  { what: 'each operation twice', faults: throttled({ times: 2 }) },
  { what: 'calls beyond 2 a second of each operation', faults: throttled({ beyond: { burst: 2, perSecond: 2 } }) },
  ...[0.3, 0.6, 0.9].map((share) => ({ what: `${share * 100} % of all calls`, faults: throttled({ share, seed: 2 }), goal: 'all read' })),
];

function timed(faults: readonly Fault[]) {
  const plan = storyPlan();
  return withSandbox(['--latency', String(latency), '--faults', JSON.stringify(faults)], async (settings) => {
    const start = performance.now();
    const { calls, snapshot } = await collectRegion({ ...story, plan, settings });
    const unread = readsOf(snapshot.facts).filter(({ read }) => !read.ok).length;
    return { seconds: (performance.now() - start) / 1000, throttled: calls.reduce((sum, c) => sum + c.throttled, 0), unread };
  });
}

export async function benchThrottling(): Promise<void> {
  // The first run loads and compiles; it is not counted.
  await timed([]);
  const calm = await timed([]);
  const rows = [{ what: 'nothing', measured: `${calm.seconds.toFixed(1)} s` }];
  for (const { faults, ...row } of cases) {
    const { seconds, throttled: count, unread } = await timed(faults);
    const ratio = (seconds / calm.seconds).toFixed(1);
    rows.push({ ...row, measured: `${seconds.toFixed(1)} s, ${ratio} ×; throttled ${count} times; ${unread} not read` });
  }
  printTable(`audit of one region, ${latency} ms a call, where AWS throttles`, rows);
}
