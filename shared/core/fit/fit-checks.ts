/** Which checks and facts a placement is evaluated by, and what it says nothing about. */
import { checks as allChecks } from '../checks/index.ts';
import type { Check } from '../evaluation/check.ts';
import type { FactName } from '../evaluation/facts.ts';
import type { RequestedCluster } from './candidates.ts';

/** A part that the request leaves out of the evaluation, and the option that includes it. */
export interface UncheckedPart {
  readonly what: string;
  readonly checks: readonly string[];
  /** The option that includes it, where there is one. */
  readonly option?: string;
}

/** What decides which parts are evaluated. */
export type FitParts = Pick<RequestedCluster, 'role' | 'lifecycle' | 'orchestrator'>;

/** What a placement does not cover. Checks that depend on it are left out of its state, and it is listed. */
export function uncheckedParts({ role, lifecycle, orchestrator }: FitParts): readonly UncheckedPart[] {
  const scripts = ['lifecycle-scripts', 'lifecycle-script-keys', 's3-access-allowed', 's3-restricted-to-vpc'];
  return [
    ...(role === undefined ? [{ what: 'the execution role', checks: ['execution-role', 'eks-node-roles'], option: '--role' }] : []),
    ...(lifecycle === undefined ? [{ what: 'lifecycle scripts', checks: scripts, option: '--lifecycle' }] : []),
    { what: 'file systems', checks: ['fsx-available', 'fsx-same-vpc', 'fsx-ports', 'fsx-same-zone', 'openzfs'] },
    { what: 'training plans', checks: ['training-plan', 'training-plan-end'] },
    { what: 'autoscaling', checks: ['autoscaling'] },
    { what: 'keys of volumes', checks: ['kms-keys'] },
    { what: 'custom images', checks: ['custom-image'] },
    ...(orchestrator === 'slurm'
      ? [
          { what: 'a controller group in addition to the nodes', checks: ['slurm-configuration', 'slurm-parameters'] },
          { what: 'an accounting database', checks: ['accounting-database'] },
        ]
      : []),
    { what: 'principals that open sessions', checks: ['run-as-user-mapped'] },
    { what: 'whether instances are free', checks: [] },
  ];
}

/** Nothing that says whether a cluster would come up: changes of quotas, what runs already, the topology of a Slurm request, and threads. */
const unrelated = ['applied-quotas', 'node-health', 'replacement', 'slurm-parameters', 'threads'];

/** The checks that are asked. */
export function fitChecks(requested: FitParts): readonly Check[] {
  const left = [...unrelated, ...uncheckedParts(requested).flatMap((n) => n.checks)];
  return allChecks.filter((c) => !left.includes(c.id));
}

/** The facts that those checks rest on. Training plans are needed by a placement only where the request names one. */
export function fitFacts(requested: FitParts): readonly FactName[] {
  const needed = fitChecks(requested).flatMap((c) => c.needs);
  // Policies may compare with the id of the organization.
  const organizations: readonly FactName[] = needed.includes('roles') ? ['organizations'] : [];
  return [...new Set<FactName>(['regionOptIn', 'clusterNames', 'runningClusters', ...organizations, ...needed])].filter(
    (name) => name !== 'trainingPlans',
  );
}
