import { type CheckContext, type CheckResult, clusterCheck, fail, pass } from '../evaluation/check.ts';
import { allRunning, type Cluster } from '../evaluation/cluster.ts';
import { type EksCluster, NotEvaluatedError, requireKey, requireValue } from '../evaluation/facts.ts';
import type { Level } from '../evaluation/finding.ts';
import { minorOf, type UsableVersions, usableVersions } from '../evaluation/kubernetes-versions.ts';
import { subnetsNamed } from '../network/resources.ts';
import { regionOfArn } from '../plan/regions.ts';
import { otherEksUsers } from '../quotas/eks-competition.ts';
import { aws, type CommandLine, inOrder } from '../text/command-line.ts';
import { consolePage } from '../text/console-links.ts';
import { lastSegment, some } from '../text/words.ts';

const needs = ['eksClusters', 'subnets', 'clusterNames', 'runningClusters', 'kubernetesVersions', 'imageVersions'] as const;
type EksClusterContext = CheckContext<(typeof needs)[number]>;

/**
 * Three cases, by the facts they need, so that one failed read affects only its own: the EKS cluster itself (resource: its
 * ARN), its VPC (`<arn>#vpc`) and who else uses it (`<arn>#use`).
 */
export default clusterCheck({
  id: 'eks-cluster',
  level: 'required',
  levelNote: 'required; for an unsupported Kubernetes version and during an update: recommended',
  title:
    'The EKS cluster is active, in the same account, region and VPC, supports access entries, and is used by no other HyperPod cluster',
  rationale:
    'HyperPod joins its nodes to this EKS cluster through an access entry, within its VPC. Each EKS cluster can have only one HyperPod cluster.',
  applies: 'clusters on EKS: the EKS cluster (its ARN), its VPC (#vpc), and other HyperPod clusters that use it (#use)',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-eks-prerequisites.html',
  needs,
  *cases(context, cluster) {
    const arn = cluster.eksCluster;
    if (arn === undefined) return;
    yield { resource: arn, evaluate: () => (isElsewhere(context, cluster, arn) ? undefined : evaluateEksCluster(context, arn)) };
    if (subnetsNamed(cluster).length > 0) yield { resource: `${arn}#vpc`, evaluate: () => evaluateVpc(context, cluster, arn) };
    yield { resource: `${arn}#use`, evaluate: () => evaluateOtherUse(context, cluster, arn) };
  },
});

const consoleOf = (context: EksClusterContext, arn: string): string =>
  consolePage(context)`eks/clusters/${lastSegment(arn)}?region=${context.region}`;

interface EksFault {
  readonly level: Level;
  readonly says: string;
  readonly text: string;
  readonly command: CommandLine | undefined;
}

/** Whether request-region reports the EKS cluster. */
function isElsewhere({ region }: EksClusterContext, { plan }: Cluster, arn: string): boolean {
  return plan !== undefined && (regionOfArn(arn) ?? region) !== region;
}

function evaluateEksCluster(context: EksClusterContext, arn: string): CheckResult {
  const { account, partition, region, facts } = context;
  const [, ofPartition, ofRegion, ofAccount, name] = /^arn:([^:]+):eks:([^:]+):(\d{12}):cluster\/([^/]+)$/.exec(arn) ?? [];
  if (name === undefined)
    return fail(`${arn} is not the ARN of an EKS cluster.`, { text: 'Name the EKS cluster by its ARN in Orchestrator.Eks.ClusterArn.' });
  if (ofPartition !== partition || ofRegion !== region || ofAccount !== account)
    return fail(`EKS cluster ${arn} is not in account ${account}, region ${region}, which HyperPod requires.`, {
      text: `Name an EKS cluster of account ${account} in ${region}.`,
    });
  const found = requireKey(facts.eksClusters, arn, 'EKS cluster');
  if (found === null)
    return fail(`EKS cluster ${name} does not exist in ${region}.`, {
      text: 'Create the EKS cluster first, or correct Orchestrator.Eks.ClusterArn.',
      command: aws(['eks', 'list-clusters'], { region }),
    });
  const usable = usableVersions(facts);
  const faults = faultsOf(found, region, usable).toSorted((a, b) => Number(b.level === 'required') - Number(a.level === 'required'));
  const [worst] = faults;
  if (!worst)
    return pass(
      `EKS cluster ${name} is ${found.status}, runs Kubernetes ${found.version} and has authentication mode ${found.authenticationMode}.${usable.fallback === undefined ? '' : ` The Kubernetes version was compared with a list, ${usable.words}, because ${usable.fallback}.`}`,
    );
  const commands = faults.flatMap((f) => f.command ?? []);
  return fail(
    `EKS cluster ${name} ${faults.map((f) => f.says).join('; it ')}.`,
    {
      text: faults.map((f) => f.text).join(' '),
      ...(commands.length > 0 && { command: inOrder(commands) }),
      console: consoleOf(context, arn),
    },
    { level: worst.level },
  );
}

function faultsOf({ name, status, version, authenticationMode }: EksCluster, region: string, usable: UsableVersions): readonly EksFault[] {
  const faults: EksFault[] = [];
  const settling = ['UPDATING', 'CREATING', 'PENDING'].includes(status);
  if (status !== 'ACTIVE')
    faults.push({
      // The control plane works during an update, and the update ends by itself.
      level: status === 'UPDATING' ? 'recommended' : 'required',
      says: `is ${status}, not ACTIVE`,
      text: settling ? 'Wait until the EKS cluster is ACTIVE.' : 'Repair the EKS cluster, or name another.',
      command: settling ? aws(['eks', 'wait', 'cluster-active'], { name, region }) : undefined,
    });
  if (authenticationMode !== 'API' && authenticationMode !== 'API_AND_CONFIG_MAP')
    faults.push({
      level: 'required',
      says: `has authentication mode ${authenticationMode}, API or API_AND_CONFIG_MAP required`,
      text: 'Set the authentication mode to API_AND_CONFIG_MAP. This cannot be undone.',
      command: aws(['eks', 'update-cluster-config'], {
        name,
        'access-config': { authenticationMode: 'API_AND_CONFIG_MAP' },
        region,
      }),
    });
  const minor = minorOf(version);
  if (minor === undefined || !usable.minors.includes(minor))
    faults.push({
      level: 'recommended',
      says: `runs Kubernetes ${version}, ${usable.words} required${usable.fallback === undefined ? '' : `; ${usable.fallback}`}`,
      ...versionFix(name, minor, region, usable),
    });
  return faults;
}

/**
 * EKS updates by one minor version, to one that it offers. A cluster beyond extended support is updated by EKS itself to the oldest
 * version offered: https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html
 */
function versionFix(
  name: string,
  minor: number | undefined,
  region: string,
  { minors, offered }: UsableVersions,
): Pick<EksFault, 'text' | 'command'> {
  const oldest = minors[0] ?? 0;
  if (minor === undefined || minor >= oldest)
    return { text: 'Check whether AWS documentation lists this version for HyperPod.', command: undefined };
  const next = `1.${minor + 1}`;
  if (offered.includes(minor + 1))
    return {
      text: 'Update the EKS cluster, one minor version at a time.',
      command: aws(['eks', 'update-cluster-version'], { name, 'kubernetes-version': next, region }),
    };
  return {
    text: `EKS does not list ${next} for an update. Wait until EKS has updated the cluster to a supported version, or name an EKS cluster created with 1.${oldest} or later. The command shows the version.`,
    command: aws(['eks', 'describe-cluster'], { name, query: 'cluster.version', output: 'text', region }),
  };
}

/** Against the first subnet that exists; network-resources evaluates them one by one. */
function evaluateVpc(context: EksClusterContext, cluster: Cluster, arn: string): CheckResult | undefined {
  const { facts } = context;
  const found = requireKey(facts.eksClusters, arn, 'EKS cluster');
  if (found === null) return undefined;
  const all = requireValue(facts.subnets);
  const subnet = subnetsNamed(cluster)
    .map((id) => all.find((s) => s.id === id))
    .find((s) => s !== undefined);
  if (!subnet) throw new NotEvaluatedError(`0 of the subnets of ${cluster.name} exist in this region, so its VPC is unknown`);
  const own = all.filter((s) => s.vpc === found.vpc).map((s) => s.id);
  if (subnet.vpc === found.vpc) return pass(`EKS cluster ${found.name} and ${cluster.name} are both in ${found.vpc}.`);
  return fail(
    `EKS cluster ${found.name} is in ${found.vpc}, and subnet ${subnet.id} of ${cluster.name} is in ${subnet.vpc}. Both have to be in one VPC.`,
    {
      text: `Name subnets of ${found.vpc} in VpcConfig${own.length > 0 ? `: it has ${some(own.toSorted(), 4)}` : ''}.`,
      command: aws(['ec2', 'describe-subnets'], {
        filters: [{ Name: 'vpc-id', Values: [found.vpc] }],
        query: 'Subnets[].SubnetId',
        region: context.region,
      }),
      console: consoleOf(context, arn),
    },
  );
}

/** HyperPod pairs an EKS cluster with one HyperPod cluster: any other that uses it fails. */
function evaluateOtherUse(context: EksClusterContext, cluster: Cluster, arn: string): CheckResult {
  const name = lastSegment(arn);
  const { users, leaving } = otherEksUsers(context, cluster, arn);
  if (users.length > 0)
    return fail(`EKS cluster ${name} is used by ${some(users)}. An EKS cluster can have only one HyperPod cluster.`, {
      text: 'Name another EKS cluster, or delete the other HyperPod cluster first.',
      console: consoleOf(context, arn),
    });
  allRunning(context.facts);
  if (leaving.length > 0)
    return fail(
      `EKS cluster ${name} is still used by ${some(leaving)}, which is being deleted.`,
      {
        text: 'Wait until the other HyperPod cluster is deleted.',
        command: aws(['sagemaker', 'describe-cluster'], {
          'cluster-name': leaving[0] ?? '',
          query: 'ClusterStatus',
          output: 'text',
          region: context.region,
        }),
      },
      { level: 'recommended' },
    );
  return pass(`EKS cluster ${name} is used by no other HyperPod cluster than ${cluster.name}.`);
}
