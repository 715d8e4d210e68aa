import { type CheckResult, clusterCheck, fail, pass } from '../evaluation/check.ts';
import { runningRequestOf } from '../evaluation/cluster.ts';
import type { ClusterRequest } from '../plan/plan.ts';
import { continuousMembers, refusedMembers } from '../plan/provisioning.ts';
import { some } from '../text/words.ts';

const verb = (members: readonly string[]): string => `${members.length} ${members.length === 1 ? 'member requires' : 'members require'}`;

/** Of a cluster yet to be made. */
function modeOfRequest(mode: string | undefined, members: readonly string[]): CheckResult {
  if (mode !== undefined) return pass(`NodeProvisioningMode is ${mode}, which ${some(members)} require.`);
  return fail(`NodeProvisioningMode is missing. ${verb(members)} Continuous: ${some(members)}. AWS may refuse the request.`, {
    text: 'Set NodeProvisioningMode to Continuous in the request.',
  });
}

/** Of a cluster that runs: AWS does not document that an update changes its mode. */
function modeThatRuns(name: string, runs: string | undefined, request: ClusterRequest, members: readonly string[]): CheckResult {
  if (runs !== undefined) return pass(`${name} runs with NodeProvisioningMode ${runs}, which ${some(members)} require.`);
  const refused = refusedMembers(request);
  const means =
    refused.length > 0
      ? `According to AWS documentation, ${some(refused)} ${refused.length === 1 ? 'requires' : 'require'} this mode.`
      : 'AWS may refuse the update.';
  return fail(
    `${name} runs without NodeProvisioningMode. ${verb(members)} Continuous: ${some(members)}. ${means}`,
    { text: 'Remove these members, or plan a cluster of another name with NodeProvisioningMode Continuous.' },
    { level: refused.length > 0 ? 'required' : 'recommended' },
  );
}

export default clusterCheck({
  id: 'provisioning-mode',
  level: 'recommended',
  levelNote: 'recommended; required where the cluster runs without it and a member is MinInstanceCount or AutoScaling',
  title: 'NodeProvisioningMode is set in the request or running cluster if members of the request require Continuous',
  rationale:
    'AWS accepts some members in Continuous mode only. Its documentation calls Continuous the default for new clusters and, on the same pages, optional.',
  applies: 'planned clusters with MinInstanceCount, InstanceRequirements, ImageId, VolumeKmsKeyId, AutoScaling or AccountingDatabase',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-scaling-eks.html',
  needs: ['clusterNames', 'runningClusters'],
  *cases(_, cluster) {
    const request: ClusterRequest | undefined = cluster.plan?.request;
    if (!request) return;
    const members = continuousMembers(request);
    if (members.length === 0) return;
    yield {
      resource: 'NodeProvisioningMode',
      evaluate: () => {
        const runs = runningRequestOf(cluster);
        return runs
          ? modeThatRuns(cluster.name, runs.NodeProvisioningMode, request, members)
          : modeOfRequest(request.NodeProvisioningMode, members);
      },
    };
  },
});
