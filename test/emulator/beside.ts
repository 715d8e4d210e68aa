/** What the sandbox answers beside moto: the operations moto cannot, about the things that stand on moto. */
import { type Description, parseDescription } from '../../shared/sandbox/description.ts';
import { account, region, type Seeded } from './seed.ts';

/** A training plan, which cannot be made through an API without paying for it. */
export const trainingPlan = `arn:aws:sagemaker:${region}:${account}:training-plan/p5-winter`;

/** An encrypted image. */
export const image = 'ami-0123456789abcdef0';
const snapshot = 'snap-0123456789abcdef0';

/** The description of that account. */
export const beside = (on: Seeded): Description =>
  parseDescription({
    accounts: {
      [account]: {
        regions: {
          [region]: {
            quotas: {
              sagemaker: {
                applied: {
                  'ml.p5.48xlarge for cluster usage': 8,
                  'Maximum number instances allowed per SageMaker HyperPod cluster': 20,
                  'Total number of instances allowed across SageMaker HyperPod clusters': 40,
                  'Maximum size of EBS volume in GB for a SageMaker HyperPod cluster instance': 1000,
                },
                // A row without a value, so that the long list of defaults is asked for.
                broken: { 'Total number of Spot instances allowed across SageMaker HyperPod clusters': 'DEPENDENCY_THROTTLING_ERROR' },
              },
            },
            quotaRequests: [
              {
                Id: 'r1',
                ServiceCode: 'sagemaker',
                QuotaCode: 'L-8762A75F',
                QuotaName: 'ml.p5.48xlarge for cluster usage',
                DesiredValue: 16,
                Status: 'PENDING',
                Created: '2026-11-20T08:00:00Z',
              },
            ],
            internetGateways: [{ InternetGatewayId: on.gateway, OwnerId: account, Attachments: [{ State: 'available', VpcId: on.vpc }] }],
            fileSystems: [
              {
                FileSystemId: on.fileSystem,
                FileSystemType: 'LUSTRE',
                Lifecycle: 'AVAILABLE',
                VpcId: on.vpc,
                SubnetIds: [on.nodes],
                NetworkInterfaceIds: [on.lustreFace],
                DNSName: `${on.fileSystem}.fsx.${region}.amazonaws.com`,
                LustreConfiguration: { MountName: 'abcdefgh', DeploymentType: 'PERSISTENT_2' },
              },
            ],
            eksClusters: [
              {
                cluster: {
                  name: 'llm',
                  arn: on.eks,
                  status: 'ACTIVE',
                  version: '1.33',
                  resourcesVpcConfig: {
                    subnetIds: [on.nodes, on.pods],
                    securityGroupIds: [],
                    clusterSecurityGroupId: on.nodeGroup,
                    vpcId: on.vpc,
                    endpointPublicAccess: true,
                    endpointPrivateAccess: true,
                    publicAccessCidrs: ['0.0.0.0/0'],
                  },
                  kubernetesNetworkConfig: { ipFamily: 'ipv4' },
                  accessConfig: { authenticationMode: 'API' },
                },
                addons: [{ addonName: 'vpc-cni', status: 'ACTIVE', addonVersion: 'v1.20.4-eksbuild.1' }],
                accessEntries: [{ principalArn: on.role, type: 'HYPERPOD_LINUX' }],
              },
            ],
            blockPublicAccess: 'block-bidirectional',
            blockPublicAccessExclusions: [
              {
                ExclusionId: 'vpcbpa-exclude-0aaa0000000000001',
                InternetGatewayExclusionMode: 'allow-egress',
                ResourceArn: `arn:aws:ec2:${region}:${account}:vpc/${on.vpc}`,
                State: 'create-complete',
              },
            ],
            images: [
              {
                ImageId: image,
                OwnerId: account,
                State: 'available',
                Architecture: 'x86_64',
                BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { SnapshotId: snapshot, Encrypted: true } }],
              },
            ],
            snapshots: [{ SnapshotId: snapshot, OwnerId: account, Encrypted: true, KmsKeyId: on.key }],
            trainingPlans: [
              {
                TrainingPlanArn: trainingPlan,
                TrainingPlanName: 'p5-winter',
                Status: 'Active',
                StartTime: '2026-11-01T11:30:00.000Z',
                EndTime: '2027-02-01T11:30:00.000Z',
                TotalInstanceCount: 8,
                AvailableInstanceCount: 8,
                InUseInstanceCount: 0,
                TargetResources: ['hyperpod-cluster'],
                ReservedCapacitySummaries: [
                  {
                    ReservedCapacityArn: `arn:aws:sagemaker:${region}:${account}:reserved-capacity/r1`,
                    InstanceType: 'ml.p5.48xlarge',
                    TotalInstanceCount: 8,
                    Status: 'Active',
                    AvailabilityZone: 'us-west-2b',
                  },
                ],
              },
            ],
          },
        },
      },
    },
  });
