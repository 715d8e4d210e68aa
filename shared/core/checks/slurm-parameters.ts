import { type CheckContext, type CheckResult, clusterCheck, fail, pass } from '../evaluation/check.ts';
import { type Cluster, runningRequestOf } from '../evaluation/cluster.ts';
import { requireKey } from '../evaluation/facts.ts';
import { slurmParameterUris } from '../iam/lifecycle-scripts.ts';
import type { ClusterRequest } from '../plan/plan.ts';
import { provisioningMode } from '../plan/provisioning.ts';
import { aws } from '../text/command-line.ts';
import { isObject, jsonOf } from '../text/json.ts';
import { listed, some } from '../text/words.ts';

type ParametersContext = CheckContext<'slurmParameters' | 'clusterNames' | 'runningClusters'>;

/** What the file says that the request says too. */
interface Parameters {
  readonly groups: readonly string[];
  readonly lustre?: string;
  readonly mount?: string;
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** `undefined` where the file is no JSON object. Members: https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-ref.html */
function parseParameters(content: string): Parameters | undefined {
  const read = jsonOf(content);
  if (!isObject(read)) return undefined;
  const workers = Array.isArray(read.worker_groups) ? read.worker_groups.filter(isObject).map((group) => group.instance_group_name) : [];
  const lustre = textOf(read.fsx_dns_name);
  const mount = textOf(read.fsx_mountname);
  return {
    groups: [read.controller_group, read.login_group, ...workers].flatMap((name) => textOf(name) ?? []),
    ...(lustre !== undefined && { lustre }),
    ...(mount !== undefined && { mount }),
  };
}

/** How the file differs from the request. */
function differences({ groups, lustre, mount }: Parameters, request: ClusterRequest): readonly string[] {
  const requested = (request.InstanceGroups ?? []).map((group) => group.InstanceGroupName);
  const unknown = groups.filter((name) => !requested.includes(name));
  const missing = requested.filter((name) => !groups.includes(name));
  const mounts = (request.InstanceGroups ?? [])
    .flatMap((group) => group.InstanceStorageConfigs ?? [])
    .flatMap((storage) => storage.FsxLustreConfig ?? []);
  const isMounted = mounts.some(({ DnsName, MountName }) => DnsName === lustre && (mount === undefined || MountName === mount));
  return [
    ...(unknown.length > 0 ? [`${listed(unknown)} missing in the request`] : []),
    ...(missing.length > 0 ? [`${listed(missing)} missing in the file`] : []),
    ...(lustre !== undefined && mounts.length > 0 && !isMounted
      ? [`mount ${[lustre, mount].filter((part) => part !== undefined).join('/')} missing in the request`]
      : []),
  ];
}

function evaluateFile(context: ParametersContext, cluster: Cluster, request: ClusterRequest, uri: string): CheckResult | undefined {
  const { region, facts } = context;
  const content = requireKey(facts.slurmParameters, uri, 'file');
  const configured = (request.InstanceGroups ?? []).filter((group) => group.SlurmConfig).map((group) => group.InstanceGroupName);
  if (content === null) return configured.length > 0 ? pass(`${uri} does not exist, so SlurmConfig decides.`) : undefined;
  if (configured.length > 0)
    return fail(
      `${uri} exists, and ${configured.length} groups have SlurmConfig: ${some(configured)}. AWS does not allow both, and the request fails.`,
      {
        text: 'Move the file to another place, or remove SlurmConfig from all groups.',
        command: aws(['s3', 'mv', uri, 'provisioning_parameters.json'], { region }),
      },
    );
  const mode = provisioningMode(request, () => runningRequestOf(cluster));
  // slurm-configuration reports that Continuous provisioning requires SlurmConfig.
  if (mode === 'continuous' || mode === 'implied') return undefined;
  const fix = {
    text: 'Correct the file. It has to name each instance group once (controller_group, login_group or worker_groups) and the file system of the request.',
    command: aws(['s3', 'cp', uri, '-'], { region }),
  };
  const parameters = parseParameters(content);
  if (!parameters) return fail(`${uri} is not a JSON object. Slurm cannot be configured from it.`, fix);
  const found = differences(parameters, request);
  if (found.length === 0) return pass(`${uri} names the ${parameters.groups.length} instance groups of the request.`);
  return fail(
    `${uri} does not match the request: ${found.join('; ')}. According to AWS documentation Slurm is configured from this file.`,
    fix,
  );
}

export default clusterCheck({
  id: 'slurm-parameters',
  level: 'required',
  levelNote: 'required, recommended where no group has SlurmConfig',
  title: 'Slurm is configured by SlurmConfig or by a provisioning_parameters.json that matches the request',
  rationale:
    'Without SlurmConfig, Slurm is configured from provisioning_parameters.json next to the lifecycle scripts. AWS does not allow both, and nodes of a group with another name are not configured.',
  applies: 'planned Slurm clusters with LifeCycleConfig: each SourceS3Uri',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-slurm-api-config-migration.html',
  needs: ['slurmParameters', 'clusterNames', 'runningClusters'],
  *cases(context, cluster) {
    const request = cluster.plan?.request;
    if (!request) return;
    const isConfigured = request.InstanceGroups?.some((group) => group.SlurmConfig) ?? false;
    for (const uri of slurmParameterUris(request))
      yield {
        resource: uri,
        level: isConfigured ? 'required' : 'recommended',
        evaluate: () => evaluateFile(context, cluster, request, uri),
      };
  },
});
