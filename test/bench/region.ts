/** The audit of one region: wall time against what the network alone would take, and the number of calls. */
import type { CallRecord } from '../../shared/aws/client/calls.ts';
import { collectRegion } from '../../shared/aws/collect/collect-region.ts';
import { evaluate } from '../../shared/core/evaluation/evaluate.ts';
import { story, storyPlan, withSandbox } from './sandbox.ts';
import { median, ms, printTable } from './table.ts';

const latency = 50;
const runs = 7;

/** Calls of which each began only after the one before had ended, found backwards from the one that ended last. */
function longestChain(calls: readonly CallRecord[]): readonly CallRecord[] {
  const end = (c: CallRecord) => c.begun + c.ms;
  const lastOf = (of: readonly CallRecord[]) => of.toSorted((a, b) => end(a) - end(b)).at(-1);
  const chain: CallRecord[] = [];
  for (let next = lastOf(calls); next; ) {
    chain.unshift(next);
    const { begun } = next;
    next = lastOf(calls.filter((c) => end(c) <= begun));
  }
  return chain;
}

async function timed(args: readonly string[]) {
  const plan = storyPlan();
  return withSandbox(args, async (settings) => {
    const walls: number[] = [];
    let calls: readonly CallRecord[] = [];
    for (let i = 0; i <= runs; i += 1) {
      const start = performance.now();
      const collected = await collectRegion({ ...story, plan, settings });
      evaluate(plan, collected.snapshot);
      // The first run loads and compiles; it is not counted.
      if (i > 0) walls.push(performance.now() - start);
      calls = collected.calls;
    }
    return { wall: median(walls), calls };
  });
}

export async function benchRegion(): Promise<void> {
  const far = await timed(['--latency', String(latency)]);
  const near = await timed(['--latency', '0']);
  const chain = longestChain(far.calls);
  const ideal = chain.length * latency + near.wall;
  printTable(`audit of one region, ${latency} ms a call`, [
    { what: 'calls', measured: String(far.calls.length) },
    { what: 'longest chain of dependent calls', measured: `${chain.length} × ${latency} ms` },
    { what: 'parsing and evaluation (the same at 0 ms a call)', measured: ms(near.wall) },
    { what: `wall time, median of ${runs}`, measured: ms(far.wall) },
    { what: 'wall time ÷ (chain + parsing)', measured: (far.wall / ideal).toFixed(2), goal: '≤ 1.15' },
  ]);
  process.stdout.write(`chain: ${chain.map((c) => c.action).join(' → ')}\n`);
}
