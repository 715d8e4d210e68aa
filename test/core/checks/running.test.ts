/** Clusters that run and that no plan names, in the healthy account: every check takes them, and none fails. */
import { describe, expect, test } from 'vitest';
import { checks } from '../../../shared/core/checks/index.ts';
import { evaluate } from '../../../shared/core/evaluation/evaluate.ts';
import { ids, ok, plan, running, runningGroup, snapshot, withRunning } from '../healthy.ts';

const unplanned = { ...plan(), clusters: [] };
const lustre = { dnsName: `${ids.fs}.fsx.us-west-2.amazonaws.com`, mountName: 'abcdefgh' };

/** Sessions as the user of the images for EKS; that of the healthy account is on images for Slurm. */
const eksSessions = { sessionDocuments: { 'SSM-SessionManagerRunShell': ok({ runAs: true, defaultUser: 'ec2-user' } as const) } };

describe.each([
  ['on Slurm', running()],
  ['on EKS', running({ orchestrator: 'eks', eksCluster: ids.eks })],
  ['without a VPC', { ...running(), network: undefined as never }],
  ['with a file system in one of two groups', running({ groups: [runningGroup(), runningGroup({ name: 'data', fsxLustre: [lustre] })] })],
])('a cluster %s', (_, cluster) => {
  test.each(checks.map((check) => [check.id, check] as const))('%s', (_, check) => {
    const runs = withRunning({ ...cluster, request: { ClusterName: cluster.name } });
    const facts = { ...runs, ...(cluster.orchestrator === 'eks' && eksSessions) };
    const { findings, coverage } = evaluate(unplanned, snapshot(facts), [check]);
    expect(findings.filter((f) => f.status === 'fail')).toEqual([]);
    expect(coverage.unevaluated).toEqual([]);
  });
});
