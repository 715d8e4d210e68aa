/** The instance groups of a CreateCluster request, and the shapes that groups share with the cluster. */
import * as z from 'zod';
import { accepts, flag, key, line, list, shaped, structure, whole, wordLike } from './described-schema.ts';

const nameShape = /^[a-zA-Z0-9](-*[a-zA-Z0-9])*$/;
export const name = shaped(nameShape, 'a name of up to 63 letters, digits and hyphens, no hyphen at its ends', 63);
const instanceType = shaped(/^ml\.[a-z0-9-]+\.[a-z0-9]+$/, 'an instance type like ml.p5.48xlarge', 64);
const subnet = shaped(/^subnet-[0-9a-f]{8,17}$/, 'a subnet id like subnet-0123456789abcdef0');
const securityGroup = shaped(/^sg-[0-9a-f]{8,17}$/, 'a security group id like sg-0123456789abcdef0');
export const roleArn = shaped(
  /^arn:aws[a-z-]*:iam::\d{12}:role\/?[\w+=,.@/-]+$/,
  'the ARN of an IAM role like arn:aws:iam::123456789012:role/HyperPodNode',
  2048,
);
const trainingPlanArn = shaped(
  /^arn:aws[a-z-]*:sagemaker:[a-z0-9-]+:\d{12}:training-plan\/[^\s/]+$|^$/,
  'the ARN of a training plan like arn:aws:sagemaker:us-west-2:123456789012:training-plan/june',
  2048,
);
const kmsKey = shaped(/^[\w:/-]*$/, 'the id or ARN of a KMS key', 2048);
const s3Uri = shaped(/^(https|s3):\/\/[^/\s]+(\/.*)?$/, 'an S3 address like s3://sagemaker-scripts/hyperpod', 1024);
const fileName = shaped(/^\S(.*\S)?$/, 'the name of a script like on_create.sh', 128);
const fileSystemDns = shaped(
  /^(fs|fc)i?-[0-9a-f]{8,}\.\S{4,253}$/,
  'the DNS name of a file system like fs-0123456789abcdef0.fsx.us-west-2.amazonaws.com',
  275,
);
const mountName = shaped(/^[\w-]{1,8}$/, 'a mount name of up to 8 letters, digits, _ and -');
const mountPath = shaped(/^\/[\w./-]+$/, 'an absolute path like /fsx', 1024);
const image = shaped(/^(ami-[0-9a-fA-F]{8,17}|default)$/, 'an image id like ami-0123456789abcdef0, or default');
const labelKey = shaped(
  /^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/)?[A-Za-z0-9]([-\w.]*[A-Za-z0-9])?$/,
  'a Kubernetes label key like team or example.com/team',
  317,
);
const labelValue = shaped(/^(([A-Za-z0-9][-\w.]*)?[A-Za-z0-9])?$/, 'a Kubernetes label value of up to 63 letters, digits, -, _ and .', 63);
const labels = z
  .record(labelKey, labelValue)
  .refine((all) => Object.keys(all).length <= 50)
  .meta({ maxProperties: 50 });

export const vpcConfig = structure({
  SecurityGroupIds: key(list(securityGroup, 1, 5, 'security group ids'), 'Security groups of the nodes.', {
    examples: [['sg-0123456789abcdef0']],
  }),
  Subnets: key(list(subnet, 1, 16, 'subnet ids'), 'Subnets to choose from; HyperPod takes one of them for the cluster.', {
    examples: [['subnet-0123456789abcdef0']],
  }),
});

const batchSize = structure({
  Type: key(wordLike(['INSTANCE_COUNT', 'CAPACITY_PERCENTAGE'], /^[A-Z][A-Z_]{1,63}$/), 'Whether Value counts nodes or percent.'),
  Value: key(whole(1, 6758), 'How many nodes, or how many percent of them, at a time.', { examples: [1] }),
});

const deploymentConfig = structure({
  RollingUpdatePolicy: key(
    structure({
      MaximumBatchSize: key(batchSize, 'How much may be updated at a time.'),
      RollbackMaximumBatchSize: key(batchSize, 'How much may be rolled back at a time.').optional(),
    }),
    'Updates nodes batch by batch.',
  ).optional(),
  WaitIntervalInSeconds: key(whole(0, 3600), 'Pause between two batches.', { examples: [300] }).optional(),
  AutoRollbackConfiguration: key(
    list(
      structure({ AlarmName: key(line(255), 'Name of a CloudWatch alarm.', { examples: ['gpu-errors'] }) }),
      1,
      10,
      'alarms, { AlarmName: … }',
    ),
    'Alarms that roll the update back.',
  ).optional(),
});

const scheduledUpdate = structure({
  ScheduleExpression: key(line(256), 'When the machine image is updated, as a cron expression.', { examples: ['cron(0 6 ? * SUN *)'] }),
  DeploymentConfig: key(deploymentConfig, 'How the update is rolled out.').optional(),
});

const autoPatch = structure({
  PatchingStrategy: key(
    wordLike(['WhenIdle', 'WhenAllIdle', 'DrainFirst']),
    'Whether each node is patched once it is idle, all once all are idle, or after its pods are evicted.',
  ),
  PatchSchedule: key(
    structure({
      NextPatchDate: key(
        accepts(z.union([z.number().nonnegative(), z.string().regex(/^\d{4}-\d{2}-\d{2}([T ]\S+)?$/)]), 'a time like 2027-01-31T06:00:00Z'),
        'When the next patch is due.',
      ).optional(),
    }),
    'Moves the next patch to another date.',
  ).optional(),
  DeploymentConfig: key(deploymentConfig, 'How patches are rolled out.').optional(),
  IdleWaitWindowInSeconds: key(whole(3600, 2_160_000), 'How long patching waits for nodes to become idle.', {
    absent: '86400: one day',
  }).optional(),
  DrainPolicy: key(
    structure({
      DrainTimeoutInSeconds: key(whole(0, 5400), 'How long pods have to leave a node.').optional(),
      OnDrainTimeout: key(wordLike(['Force', 'Skip']), 'Whether a node whose pods stay is patched.').optional(),
    }),
    'How pods are evicted with DrainFirst.',
  ).optional(),
});

const storage = structure(
  {
    EbsVolumeConfig: key(
      structure({
        VolumeSizeInGB: key(whole(1, 16384), 'Size of the additional volume of each node.', { examples: [500] }).optional(),
        VolumeKmsKeyId: key(kmsKey, 'KMS key that encrypts the volume.').optional(),
        RootVolume: key(flag, 'Whether this is about the root volume.').optional(),
      }),
      'An EBS volume for each node.',
    ).optional(),
    FsxLustreConfig: key(
      structure({
        DnsName: key(fileSystemDns, 'DNS name of the FSx for Lustre file system.'),
        MountName: key(mountName, 'Its mount name.', { examples: ['abcdefgh'] }),
        MountPath: key(mountPath, 'Where nodes mount it.', { examples: ['/fsx'] }).optional(),
      }),
      'An FSx for Lustre file system that nodes mount.',
    ).optional(),
    FsxOpenZfsConfig: key(
      structure({
        DnsName: key(fileSystemDns, 'DNS name of the FSx for OpenZFS file system.'),
        MountPath: key(mountPath, 'Where nodes mount it.', { examples: ['/home'] }).optional(),
      }),
      'An FSx for OpenZFS file system that nodes mount.',
    ).optional(),
  },
  'a mapping with one of EbsVolumeConfig, FsxLustreConfig and FsxOpenZfsConfig',
);

export const lustre = structure({
  SizeInGiB: key(whole(1200, 100800), 'Capacity.', { examples: [1200] }),
  PerUnitStorageThroughput: key(whole(125, 1000), 'MB/s for each TiB.', { examples: [250] }),
});

const commonMembers = {
  InstanceGroupName: key(name, 'Name of the group, once in a cluster.', { examples: ['workers'] }),
  InstanceCount: key(whole(0, 6758), 'Nodes of the group.', { examples: [4] }),
  ExecutionRole: key(roleArn, 'IAM role of the nodes.', { examples: ['arn:aws:iam::123456789012:role/HyperPodNode'] }),
  ThreadsPerCore: key(whole(1, 2), '1 turns multithreading off, 2 on.').optional(),
  InstanceStorageConfigs: key(list(storage, 0, 4, 'storage configurations'), 'Volumes and file systems of each node.').optional(),
  OnStartDeepHealthChecks: key(
    list(wordLike(['InstanceStress', 'InstanceConnectivity', 'MultiNodeTrainingValidation']), 1, 3, 'deep health checks'),
    'Tests each node passes before it is used.',
    { examples: [['InstanceStress', 'InstanceConnectivity']] },
  ).optional(),
  TrainingPlanArn: key(trainingPlanArn, 'Training plan whose reserved capacity the group uses.').optional(),
  OverrideVpcConfig: key(vpcConfig, "Subnets and security groups of this group, instead of the cluster's.").optional(),
  ScheduledUpdateConfig: key(scheduledUpdate, 'When and how the machine image is updated.').optional(),
};

export const group = structure({
  ...commonMembers,
  MinInstanceCount: key(whole(0, 6758), 'Nodes that have to come up before the group is in service.', { examples: [2] }).optional(),
  InstanceType: key(instanceType, 'Type of the nodes; this or InstanceRequirements.', { examples: ['ml.p5.48xlarge'] }).optional(),
  InstanceRequirements: key(
    structure({
      InstanceTypes: key(list(instanceType, 1, 20, 'instance types'), 'Types in order of priority.', {
        examples: [['ml.p5en.48xlarge', 'ml.p5.48xlarge']],
      }),
    }),
    'Several types to choose from; this or InstanceType.',
  ).optional(),
  LifeCycleConfig: key(
    structure({
      SourceS3Uri: key(s3Uri, 'Where the lifecycle scripts lie.', { examples: ['s3://sagemaker-scripts/hyperpod'] }).optional(),
      OnCreate: key(fileName, 'Script that runs when a node is made.', { examples: ['on_create.sh'] }).optional(),
      OnInitComplete: key(fileName, 'Script that runs once the image has set the node up.').optional(),
    }),
    'Scripts that set up each node.',
  ).optional(),
  ImageId: key(image, 'Machine image of the nodes.').optional(),
  ImageReleaseVersion: key(shaped(/^\d+\.\d+\.\d+$/, 'a version like 1.2.3', 64), "Version of HyperPod's own image.").optional(),
  AutoPatchConfig: key(autoPatch, 'Automatic security patches.').optional(),
  KubernetesConfig: key(
    structure({
      Labels: key(accepts(labels, 'a mapping of up to 50 label keys to values'), 'Labels of the nodes.').optional(),
      Taints: key(
        list(
          structure({
            Key: key(labelKey, 'Key of the taint.'),
            Value: key(labelValue, 'Value of the taint.').optional(),
            Effect: key(wordLike(['NoSchedule', 'PreferNoSchedule', 'NoExecute']), 'What the taint keeps off.'),
          }),
          0,
          50,
          'taints',
        ),
        'Taints of the nodes.',
      ).optional(),
    }),
    'Kubernetes labels and taints.',
  ).optional(),
  SlurmConfig: key(
    structure({
      NodeType: key(wordLike(['Controller', 'Login', 'Compute']), 'Part of the group in Slurm.'),
      PartitionNames: key(list(shaped(nameShape, 'a partition name', 1024), 0, 1, 'partition name'), 'Its partition.').optional(),
    }),
    'Slurm settings of the group.',
  ).optional(),
  CapacityRequirements: key(
    structure({
      Spot: key(structure({}), 'Spot capacity; has no settings of its own.', { examples: [{}] }).optional(),
      OnDemand: key(structure({}), 'On-demand capacity; has no settings of its own.', { examples: [{}] }).optional(),
    }),
    'Whether the nodes are Spot or on-demand.',
  ).optional(),
  NetworkInterface: key(
    structure({
      InterfaceType: key(wordLike(['efa', 'efa-only'], /^[a-z][a-z-]{1,63}$/), 'efa-only interfaces have no IP address.').optional(),
    }),
    'Kind of network interface.',
  ).optional(),
});

export const restrictedGroup = structure({
  ...commonMembers,
  InstanceType: key(instanceType, 'Type of the nodes.', { examples: ['ml.p5.48xlarge'] }),
  EnvironmentConfig: key(
    structure({ FSxLustreConfig: key(lustre, 'FSx for Lustre file system made for the group.').optional() }),
    'Storage of the restricted group.',
  ).optional(),
});
