/** Peak memory of auditing a region with very many network interfaces and quota rows, in a process of its own. */
import { spawnSync } from 'node:child_process';
import { printTable } from './table.ts';

const megabytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(0)} MiB`;

/** Runs in the child: loads everything, notes the peak, collects, notes it again. */
async function measure(): Promise<void> {
  const { collectRegion } = await import('../../shared/aws/collect/collect-region.ts');
  const { evaluate } = await import('../../shared/core/evaluation/evaluate.ts');
  const { story, storyPlan, withSandbox } = await import('./sandbox.ts');
  const plan = storyPlan();
  await withSandbox(['--big'], async (settings) => {
    const idle = process.resourceUsage().maxRSS * 1024;
    const { snapshot, calls } = await collectRegion({ ...story, plan, settings });
    evaluate(plan, snapshot);
    const peak = process.resourceUsage().maxRSS * 1024;
    const interfaces = snapshot.facts.interfaces.ok ? snapshot.facts.interfaces.value.total : 0;
    process.stdout.write(JSON.stringify({ idle, peak, interfaces, calls: calls.length }));
  });
}

export function benchMemory(): void {
  const child = spawnSync(process.execPath, [import.meta.filename], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  const { idle, peak, interfaces, calls }: { idle: number; peak: number; interfaces: number; calls: number } = JSON.parse(child.stdout);
  printTable('peak memory, one region', [
    { what: 'network interfaces (and 2,000 more quota rows)', measured: interfaces.toLocaleString('en-US') },
    { what: 'calls', measured: String(calls) },
    { what: 'idle, everything loaded', measured: megabytes(idle) },
    { what: 'peak over idle', measured: megabytes(peak - idle), goal: '≤ 200 MiB' },
  ]);
}

if (import.meta.main) await measure();
