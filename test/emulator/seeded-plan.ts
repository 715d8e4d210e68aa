/** The plan that the seeded account is audited for, in tests and in the benchmark of the command line. */
import { emptyPlan, type Plan } from '../../shared/core/plan/plan.ts';
import { image, trainingPlan } from './beside.ts';
import { account, bucket, region, type Seeded, sharedBucket } from './seed.ts';

export const script = `s3://${bucket}/life cycle/on_create.sh`;
export const missingScript = `s3://${sharedBucket}/none.sh`;
export const goneRole = `arn:aws:iam::${account}:role/gone`;
export const user = `arn:aws:iam::${account}:user/ada`;

/** Two clusters in the seeded account: one in its VPC, and one with a new VPC of which most resources are missing. */
export function planOn(on: Seeded): Plan {
  const group = (ExecutionRole: string, folder: string, OnCreate: string) => ({
    InstanceGroupName: 'workers',
    InstanceType: 'ml.p5.48xlarge',
    InstanceCount: 4,
    ExecutionRole,
    LifeCycleConfig: { SourceS3Uri: `s3://${folder}`, OnCreate },
  });
  return {
    ...emptyPlan,
    clusters: [
      {
        region,
        fsxLustre: [on.fileSystem],
        runAs: { principals: [on.role, user] },
        request: {
          ClusterName: 'on-eks',
          Orchestrator: { Eks: { ClusterArn: on.eks } },
          VpcConfig: { SecurityGroupIds: [on.nodeGroup], Subnets: [on.nodes, on.pods] },
          InstanceGroups: [
            {
              ...group(on.role, `${bucket}/life cycle`, 'on_create.sh'),
              ImageId: image,
              ScheduledUpdateConfig: {
                ScheduleExpression: 'cron(0 6 ? * SUN *)',
                DeploymentConfig: { AutoRollbackConfiguration: [{ AlarmName: 'node errors' }] },
              },
              TrainingPlanArn: trainingPlan,
              InstanceStorageConfigs: [{ EbsVolumeConfig: { RootVolume: true, VolumeKmsKeyId: on.key } }],
            },
          ],
        },
      },
      {
        region,
        newVpc: true,
        request: {
          ClusterName: 'quick',
          Orchestrator: { Slurm: { AccountingDatabase: { Endpoint: 'slurm.example.com', SecretArn: on.secret } } },
          InstanceGroups: [
            group(on.plainRole, sharedBucket, 'none.sh'),
            { ...group(goneRole, 'sagemaker-nowhere', 'x.sh'), InstanceGroupName: 'others' },
          ],
        },
      },
    ],
  };
}
