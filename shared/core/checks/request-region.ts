import { type CheckResult, clusterCheck, fail, pass } from '../evaluation/check.ts';
import { sortedUnique } from '../evaluation/order.ts';
import { groupsOfRequest } from '../plan/provisioning.ts';
import { regionOfArn } from '../plan/regions.ts';
import { aws, type CommandLine } from '../text/command-line.ts';

/** `undefined` for what is no ARN: the checks of the resource report that. */
function evaluateRegion(what: string, arn: string, region: string, command: CommandLine): CheckResult | undefined {
  const named = regionOfArn(arn);
  if (named === undefined) return undefined;
  if (named === region) return pass(`${what} ${arn} is in ${region}, where the cluster is planned.`);
  return fail(`${what} ${arn} is in ${named}, ${region} required. The cluster is planned there.`, {
    text: `Plan the cluster in ${named}, or name another resource in ${region}.`,
    command,
  });
}

export default clusterCheck({
  id: 'request-region',
  level: 'required',
  title: 'The EKS cluster and the training plans that a request names are in the region of the cluster',
  rationale: 'HyperPod cannot use an EKS cluster or training plan in another region.',
  applies: 'planned clusters that name an EKS cluster or a training plan',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateCluster.html',
  needs: [],
  *cases({ region }, { plan }) {
    if (!plan) return;
    const eks = plan.request.Orchestrator?.Eks?.ClusterArn;
    if (eks !== undefined)
      yield { resource: eks, evaluate: () => evaluateRegion('EKS cluster', eks, region, aws(['eks', 'list-clusters'], { region })) };
    for (const arn of sortedUnique(groupsOfRequest(plan.request).flatMap((group) => group.TrainingPlanArn ?? [])))
      yield {
        resource: arn,
        evaluate: () => evaluateRegion('Training plan', arn, region, aws(['sagemaker', 'list-training-plans'], { region })),
      };
  },
});
