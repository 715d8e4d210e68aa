/** A place that a fit found → a plan to audit it by from then on, or the request itself. */
import type { FitResult, Placement } from '../core/fit/fit-result.ts';
import { yaml } from './print.ts';

/** The plan as YAML: one cluster at that place, with comments on what has still to be filled in. It parses as it stands. */
export function planOfPlacement(placement: Placement, { account, at, wanted }: Pick<FitResult, 'account' | 'at' | 'wanted'>): string {
  const notes = [
    `${wanted.count} × ${wanted.type}, where account ${account} had the best place for it on ${at.slice(0, 10)}.`,
    ...(wanted.role === undefined ? ['Put your execution role in the place of YOUR-EXECUTION-ROLE.'] : []),
    ...(wanted.lifecycle === undefined ? ['Add LifeCycleConfig to the group if its nodes are set up by scripts.'] : []),
    ...(placement.subnet === undefined ? ['It has no subnet yet: newVpc says that one comes with it.'] : []),
    ...(wanted.orchestrator === 'eks' && placement.eksCluster === undefined
      ? ['Put the EKS cluster in the place of the one that is yet to be made.']
      : []),
    ...(wanted.orchestrator === 'slurm' ? ['Slurm needs a controller group too: add one next to the workers.'] : []),
  ];
  const cluster = { region: placement.region, request: placement.request, ...(placement.subnet === undefined && { newVpc: true }) };
  return `${notes.map((n) => `# ${n}`).join('\n')}\n${yaml({ regions: [placement.region], clusters: [cluster] })}`;
}

/** The request as JSON, for `aws sagemaker create-cluster --cli-input-json file://…`. */
export const requestOfPlacement = (placement: Placement): string => `${JSON.stringify(placement.request, null, 2)}\n`;
