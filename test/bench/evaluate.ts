/** How long an evaluation takes when a region has very many planned clusters. */
import { evaluate } from '../../shared/core/evaluation/evaluate.ts';
import type { Snapshot } from '../../shared/core/evaluation/facts.ts';
import type { Plan } from '../../shared/core/plan/plan.ts';
import { facts, groupRequest, ids, ok, plan, planned, request, snapshot, subnet } from '../core/healthy.ts';
import { median, ms, printTable } from './table.ts';

/** A healthy region with so many planned clusters that share its subnets, about 31 findings each. */
export function regionWith(clusterCount: number): { readonly plan: Plan; readonly snapshot: Snapshot } {
  const clusters = Array.from({ length: clusterCount }, (_, i) =>
    planned({
      request: request({
        ClusterName: `cluster-${i}`,
        InstanceGroups: [groupRequest(), groupRequest({ InstanceGroupName: 'login', InstanceType: 'ml.m5.xlarge', InstanceCount: 1 })],
        VpcConfig: { SecurityGroupIds: [ids.group], Subnets: [`subnet-${i % 40}`] },
      }),
    }),
  );
  const healthy = facts();
  const table = healthy.routeTables.ok ? healthy.routeTables.value : [];
  const acls = healthy.networkAcls.ok ? healthy.networkAcls.value : [];
  const names = Array.from({ length: 40 }, (_, i) => `subnet-${i}`);
  const world = snapshot({
    subnets: ok(names.map((id) => subnet({ id }))),
    routeTables: ok(table.map((t) => (t.main ? t : { ...t, subnets: names }))),
    networkAcls: ok(acls.map((a) => ({ ...a, subnets: names }))),
  });
  return { plan: plan(...clusters), snapshot: world };
}

export function benchEvaluate(): void {
  const { plan, snapshot } = regionWith(200);
  const times: number[] = [];
  // Processor time: other programs on the machine lengthen it less than the time that passes.
  const work: number[] = [];
  let findings = 0;
  for (let i = 0; i < 30; i += 1) {
    const start = performance.now();
    const before = process.cpuUsage();
    findings = evaluate(plan, snapshot).findings.length;
    const { user, system } = process.cpuUsage(before);
    times.push(performance.now() - start);
    work.push((user + system) / 1000);
  }
  printTable('evaluate(), 200 planned clusters', [
    { what: 'findings', measured: String(findings) },
    { what: 'first run (cold)', measured: ms(times[0] ?? Number.NaN) },
    { what: 'median of 30 runs', measured: ms(median(times)) },
    { what: 'processor time, least of 30 runs', measured: ms(Math.min(...work)), goal: '≤ 100 ms' },
  ]);
}
