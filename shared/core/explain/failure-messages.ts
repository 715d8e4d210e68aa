/**
 * What AWS says when a cluster, a group or a node fails, and the checks that evaluate the cause. Messages are matched by parts
 * without names and ids, because AWS changes the rest. A new message is a new entry here, with the page that has it.
 */

const events = 'https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-cluster-events-reference.html';
const guide = 'https://awslabs.github.io/ai-on-sagemaker-hyperpod/docs/validation-and-testing/troubleshooting-guide';
const createCluster = 'https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateCluster.html';
const prerequisites = 'https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-prerequisites.html';
const updates = 'https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-operate-console-ui-update-software.html';

export interface FailureExplanation {
  /** Matches the part of the message that does not change. */
  readonly pattern: RegExp;
  /** One sentence: what AWS reports. */
  readonly meaning: string;
  /** Ids of the checks that evaluate the possible causes, the most likely first. Empty: no check can. */
  readonly checks: readonly string[];
  /** What to do where no check fails. */
  readonly otherwise: string;
  /** The page that has the message or explains it. */
  readonly source: string;
  /** The message names an operation and no cause: any other message about the same failure says more. */
  readonly isGeneral?: true;
}

const readLogs =
  'Read the log stream LifecycleConfig/GROUP/INSTANCE of the log group /aws/sagemaker/Clusters/CLUSTER/ID, and fix the script.';

/** In this order the first that matches decides: what names a cause is before what names an operation alone. */
export const failureExplanations: readonly FailureExplanation[] = [
  {
    pattern: /EFA health checks did not run/i,
    meaning: 'The nodes could not exchange EFA traffic with each other.',
    checks: ['efa-self-traffic', 'efa-open-egress', 'efa-single-zone', 'network-acl'],
    otherwise: 'Allow all traffic of the security group to and from itself, and place the group in one Availability Zone.',
    source: guide,
  },
  {
    pattern: /sufficient (?:\S+ )?capacity|insufficient ?(?:instance ?)?capacity|cannot provision requested instances/i,
    meaning: 'AWS had no free instances of this type in the Availability Zones of the subnets.',
    checks: ['zone-offers-instance', 'cluster-placement', 'training-plan', 'capacity-requirements'],
    otherwise: 'Use a training plan or a reservation, another Availability Zone, or try again later.',
    source: guide,
  },
  {
    pattern: /no subnets? in the capacity AZ/i,
    meaning: 'The reserved capacity is in an Availability Zone in which the group has no subnet.',
    checks: ['cluster-placement', 'training-plan'],
    otherwise: 'Name a subnet in the Availability Zone of the training plan or reservation in OverrideVpcConfig.',
    source: guide,
  },
  {
    pattern: /lifecycle scripts? (?:did not run|execution (?:timed out|for .* has failed))|lifecycle script .*timed out/i,
    meaning: 'The lifecycle script did not end successfully on a node.',
    checks: [
      'lifecycle-scripts',
      'lifecycle-script-keys',
      'lifecycle-settings',
      's3-access-allowed',
      's3-reachable',
      'egress-reaches-services',
      'slurm-parameters',
      'fsx-ports',
    ],
    otherwise: readLogs,
    source: guide,
  },
  {
    pattern: /customer network misconfiguration/i,
    meaning: 'A node started and could not reach the services that it needs.',
    checks: [
      'network-acl',
      'egress-reaches-services',
      'vpc-dns',
      'dhcp-options',
      'subnet-private',
      'service-endpoints',
      's3-reachable',
      'eks-api-endpoint',
    ],
    otherwise: 'Check the routes, security groups and DNS of the subnet; network firewalls and proxies are not evaluated.',
    source: events,
  },
  {
    pattern: /create customer ENI|customer ENI creation failed/i,
    meaning: 'HyperPod could not create a network interface in the subnet.',
    checks: ['subnet-free-ips', 'network-interface-quota', 'execution-role', 'network-resources'],
    otherwise: 'Check free IP addresses of the subnet, the quota of network interfaces and the ec2 permissions of the execution role.',
    source: events,
  },
  {
    pattern: /process instance group network configuration/i,
    meaning: 'HyperPod could not use the subnets and security groups of the group.',
    checks: ['network-resources', 'override-vpc-config', 'vpc-given', 'cluster-placement', 'zone-offers-instance', 'execution-role'],
    otherwise: 'Check that subnets and security groups exist in one VPC, and that the execution role may describe them.',
    source: events,
  },
  {
    pattern: /process custom AMI override/i,
    meaning: 'HyperPod could not use the custom image of the group.',
    checks: ['custom-image', 'kms-keys'],
    otherwise: 'Check that the image exists in this region, is shared with this account and is based on a HyperPod image.',
    source: events,
  },
  {
    pattern: /process CapacityReservationDetails/i,
    meaning: 'HyperPod could not use the reserved capacity of the group.',
    checks: ['training-plan', 'training-plan-end', 'capacity-requirements', 'cluster-placement'],
    otherwise: 'Check that the training plan or reservation is active and has free instances in the zone of the subnets.',
    source: events,
  },
  {
    pattern: /no CapacityReservation found/i,
    meaning: 'The group has no reserved capacity. AWS used the on-demand pool.',
    checks: ['training-plan', 'capacity-requirements'],
    otherwise: 'Name the training plan in TrainingPlanArn if the group is meant to use one.',
    source: events,
  },
  {
    pattern: /no provisioning\\?_parameters\.json found/i,
    meaning: 'AWS found no provisioning_parameters.json in the folder of the lifecycle scripts.',
    checks: ['slurm-parameters', 'slurm-configuration', 'lifecycle-scripts'],
    otherwise: 'Upload the file, or use SlurmConfig in the request.',
    source: events,
  },
  {
    pattern: /provisioning\\?_parameters\.json/i,
    meaning: 'The folder of the lifecycle scripts has a provisioning_parameters.json.',
    checks: ['slurm-parameters', 'slurm-configuration'],
    otherwise: 'Use either the file or SlurmConfig in the request, not both.',
    source: events,
  },
  {
    pattern: /controller and login nodes did not become ready/i,
    meaning: 'Slurm did not start on the controller and login nodes in time, so AWS rolled the cluster back.',
    checks: ['slurm-configuration', 'slurm-parameters', 'accounting-database', 'lifecycle-scripts', 's3-reachable'],
    otherwise: readLogs,
    source: events,
  },
  {
    pattern: /slurm configuration drift detected/i,
    meaning: 'The Slurm configuration on the nodes differs from the configuration of the cluster.',
    checks: ['slurm-configuration'],
    otherwise: 'Set SlurmConfigStrategy, or revert the change on the controller node.',
    source: events,
  },
  {
    pattern: /as part of instance replacement|instance replacement (?:start )?failed/i,
    meaning: 'A node was not replaced.',
    checks: ['replacement', 'node-recovery', 'subnet-free-ips', 'instance-type-quota', 'training-plan'],
    otherwise: 'A replacement needs a free IP address, quota for one more instance and capacity in the zone.',
    source: events,
  },
  {
    pattern: /baking period|UpdateClusterSoftware|failed to update\. Rollback|root volume replacement|rolled back .* previous AMI/i,
    meaning: 'A software update failed or was rolled back.',
    checks: ['software-updates', 'update-alarms', 'image-current', 'system-pods'],
    otherwise: 'Read the alarms and the PodDisruptionBudgets that the event names.',
    source: updates,
  },
  {
    pattern: /initiating (?:auto-)?rollback|rollback initiated/i,
    meaning: 'Too few instances started within the time that AWS waits, so AWS rolls the operation back.',
    checks: ['instance-type-quota', 'cluster-placement', 'subnet-free-ips', 'zone-offers-instance', 'provisioning-mode'],
    otherwise: 'Read the Error events before the rollback: they have the reason.',
    source: createCluster,
  },
  {
    pattern:
      /CustomResourceDefinition installation|Karpenter|AutoScaling in Cluster|access policies with AmazonSageMakerHyperPodServiceRole/i,
    meaning: 'HyperPod could not set up autoscaling (Karpenter) in the EKS cluster.',
    checks: ['autoscaling', 'autoscaling-settings', 'eks-cluster', 'eks-configuration'],
    otherwise: 'Check the access entry of the HyperPod service-linked role, and older Karpenter resources in the EKS cluster.',
    source: events,
  },
  {
    pattern: /access entr(?:y|ies)/i,
    meaning: 'HyperPod could not manage the access entries of the EKS cluster.',
    checks: ['eks-cluster', 'eks-node-roles'],
    otherwise: 'The EKS cluster needs authentication mode API or API_AND_CONFIG_MAP.',
    source: events,
  },
  {
    pattern: /update Kubernetes config/i,
    meaning: 'A node did not join the EKS cluster.',
    checks: ['eks-cluster', 'eks-api-endpoint', 'eks-node-roles', 'vpc-cni-version', 'security-group-internal-traffic'],
    otherwise: 'Check that nodes reach the API server of the EKS cluster.',
    source: events,
  },
  {
    pattern: /(?:create|update|delete) FSx/i,
    meaning: 'HyperPod could not manage the file system of the group.',
    checks: ['restricted-group-storage', 'restricted-storage-quota', 'fsx-available', 'fsx-same-vpc', 'fsx-same-zone', 'execution-role'],
    otherwise: 'Check the FSx quotas of the region and the permissions of the execution role.',
    source: events,
  },
  {
    pattern: /ResourceLimitExceeded|maximum number of instances|service limit|account-level (?:service )?limit/i,
    meaning: 'A quota of the account is too low.',
    checks: ['instance-type-quota', 'cluster-size-quota', 'total-instance-quota', 'volume-size-quota', 'network-interface-quota'],
    otherwise: 'Request an increase of the quota that the message names.',
    source: prerequisites,
  },
  {
    pattern: /\bKMS\b/,
    meaning: 'A KMS key could not be used.',
    checks: ['kms-keys', 'lifecycle-script-keys', 'execution-role'],
    otherwise: 'Check the state of the key, its policy and the kms permissions of the execution role.',
    source: createCluster,
  },
  {
    pattern: /not authorized|access ?denied|service(?:-linked)? role could not be created/i,
    meaning: 'A role is missing a permission.',
    checks: ['execution-role', 'kms-keys', 's3-access-allowed', 'autoscaling'],
    otherwise:
      'The message names the action and the principal: allow it in the policies, boundaries and service control policies of that principal.',
    source: prerequisites,
  },
  {
    pattern: /hardware failure/i,
    meaning: 'The hardware of a node failed.',
    checks: ['node-recovery', 'replacement'],
    otherwise: 'With NodeRecovery Automatic AWS replaces the node; otherwise replace it yourself.',
    source: 'https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-resiliency-slurm-auto-resume.html',
  },
  {
    pattern: /^failed to (?:start|provision|terminate|submit|delete) |^(?:cluster|instance ?group|instance) .{1,400} failed\.?$/i,
    meaning: 'An operation failed. This message does not say why.',
    checks: [],
    otherwise: 'Read the other messages of the same time, or the details of this event with describe-cluster-event.',
    source: events,
    isGeneral: true,
  },
];

/** The explanation of a message; `undefined` where AWS says something that is not in the list. */
export const explanationOf = (message: string): FailureExplanation | undefined => {
  // Messages come wrapped, in quotes and with doubled spaces; each pattern is one line.
  const line = message.replaceAll(/\s+/g, ' ').replaceAll(/^[" ]+|[" ]+$/g, '');
  return failureExplanations.find(({ pattern }) => pattern.test(line));
};

/** The checks that evaluate what a message reports. */
export const checksFor = (message: string): readonly string[] => explanationOf(message)?.checks ?? [];

/** Ids in messages differ from node to node: what is left says whether two report the same. */
export const withoutIds = (text: string): string =>
  text.replaceAll(/\b(?:i|eni|subnet|vol)-[0-9a-f]{8,17}\b|\b[0-9a-f]{8}-[0-9a-f-]{27}\b/g, '#');
