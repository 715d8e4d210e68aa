/**
 * The request of SageMaker's CreateCluster, every member of it. Ranges and patterns are those of the API's own model;
 * instance types, words and members that AWS may add are accepted, reported and not evaluated.
 */
import { key, list, matching, shaped, structure, whole, wordLike } from './described-schema.ts';
import { group, lustre, name, restrictedGroup, roleArn, vpcConfig } from './group-request.ts';

const eksArn = shaped(
  /^arn:aws[a-z-]*:eks:[a-z0-9-]+:\d{12}:cluster\/[0-9A-Za-z][\w-]{0,99}$/,
  'the ARN of an EKS cluster like arn:aws:eks:us-west-2:123456789012:cluster/train',
  2048,
);
const secretArn = shaped(
  /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:.+$/,
  'the ARN of a secret like arn:aws:secretsmanager:us-west-2:123456789012:secret:slurm-AbCdEf',
  2048,
);
const tagText = (min: number, max: number) =>
  matching(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u, `a text of ${min} to ${max} letters, digits, spaces and _ . : / = + - @`, min, max);

/** A CreateCluster request, as `aws sagemaker create-cluster --cli-input-json` takes it. */
export const clusterRequest = structure(
  {
    ClusterName: key(name, 'Name of the cluster.', { examples: ['llm-train'] }),
    InstanceGroups: key(list(group, 1, 100, 'instance groups'), 'Instance groups.').optional(),
    RestrictedInstanceGroups: key(
      list(restrictedGroup, 1, 100, 'restricted instance groups'),
      'Groups for models like Amazon Nova.',
    ).optional(),
    RestrictedInstanceGroupsConfig: key(
      structure({
        SharedEnvironmentConfig: key(
          structure({
            FSxLustreDeletionPolicy: key(wordLike(['Keep', 'DeleteIfNotUsed']), 'Whether the file system is deleted.'),
            FSxLustreConfig: key(lustre, 'FSx for Lustre file system that the restricted groups share.'),
          }),
          'What the restricted groups share.',
        ),
      }),
      'Settings of all restricted groups.',
    ).optional(),
    VpcConfig: key(vpcConfig, 'Subnets and security groups of the cluster.').optional(),
    Tags: key(
      list(
        structure({
          Key: key(tagText(1, 128), 'Key of the tag.', { examples: ['team'] }),
          Value: key(tagText(0, 256), 'Value of the tag.', { examples: ['ml-platform'] }),
        }),
        0,
        50,
        'tags, { Key: …, Value: … }',
      ),
      'Tags of the cluster.',
    ).optional(),
    Orchestrator: key(
      structure({
        Eks: key(
          structure({
            ClusterArn: key(eksArn, 'The EKS cluster.', { examples: ['arn:aws:eks:us-west-2:123456789012:cluster/train'] }),
          }),
          'Amazon EKS runs the cluster.',
        ).optional(),
        Slurm: key(
          structure({
            SlurmConfigStrategy: key(wordLike(['Managed', 'Overwrite', 'Merge']), 'How HyperPod changes slurm.conf.').optional(),
            AccountingDatabase: key(
              structure({
                Endpoint: key(
                  shaped(/^[a-zA-Z0-9][\w.-]*$/, 'a host name like slurm.abc.us-west-2.rds.amazonaws.com', 255),
                  'Host of the database.',
                ),
                Port: key(whole(1, 65535), 'Its port.', { absent: '3306' }).optional(),
                Name: key(shaped(/^[\w$]+$/, 'a database name of letters, digits, $ and _', 64), 'Name of the database.').optional(),
                SecretArn: key(secretArn, 'Secret with the user name and password.'),
              }),
              'External database for Slurm accounting; without it, accounting uses the controller.',
            ).optional(),
          }),
          'Slurm runs the cluster.',
        ).optional(),
      }),
      'What runs the cluster; without it, Slurm.',
    ).optional(),
    NodeRecovery: key(wordLike(['Automatic', 'None']), 'Whether faulty nodes are replaced without being asked.').optional(),
    TieredStorageConfig: key(
      structure({
        Mode: key(wordLike(['Enable', 'Disable']), 'Whether checkpoints go to memory first.'),
        InstanceMemoryAllocationPercentage: key(whole(0, 100), 'Share of the memory set aside for them.', { examples: [20] }).optional(),
      }),
      'Checkpoints in tiers of storage.',
    ).optional(),
    NodeProvisioningMode: key(wordLike(['Continuous']), 'Continuous takes partial capacity and goes on trying.').optional(),
    ClusterRole: key(roleArn, 'IAM role that scales the cluster.').optional(),
    AutoScaling: key(
      structure({
        Mode: key(wordLike(['Enable', 'Disable']), 'Whether the cluster scales by itself.'),
        AutoScalerType: key(wordLike(['Karpenter']), 'What scales it.').optional(),
      }),
      'Scaling by load.',
    ).optional(),
  },
  'a CreateCluster request, a mapping with ClusterName, InstanceGroups and so on',
);
