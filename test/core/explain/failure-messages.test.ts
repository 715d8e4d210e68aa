/**
 * Every message that AWS documents for a failure has an explanation. The first part of the table is the cluster events reference
 * (https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-cluster-events-reference.html): all of its events that
 * report a failure, with names filled in. The second is messages of DescribeCluster, of refused requests and of public reports.
 */
import { describe, expect, test } from 'vitest';
import { checks } from '../../../shared/core/checks/index.ts';
import { checksFor, explanationOf, failureExplanations } from '../../../shared/core/explain/failure-messages.ts';

/** Message → the check that is named first. `general`: the message names no cause. */
const documented: readonly (readonly [message: string, first: string])[] = [
  ['Failed to start Cluster llm-train creation', 'general'],
  ['Cluster llm-train creation failed', 'general'],
  ['Failed to start InstanceGroup workers scaling in Cluster llm-train', 'general'],
  ['Instance Group workers scaling in Cluster llm-train failed', 'general'],
  ['Failed to process Instance Group Network Configuration details for IG workers in Cluster llm-train', 'network-resources'],
  ['Failed to process Custom AMI Override details for IG workers in Cluster llm-train', 'custom-image'],
  ['Failed to start Instance creation in Cluster llm-train and IG workers', 'general'],
  ['No CapacityReservation found for Cluster llm-train and IG workers, using on-demand pool', 'training-plan'],
  ['Failed to process CapacityReservationDetails for Cluster llm-train and IG workers', 'training-plan'],
  ['Failed to create Customer ENI for instance in Cluster llm-train and IG workers', 'subnet-free-ips'],
  ['Failed to provision EC2 Instance in Cluster llm-train and IG workers', 'general'],
  [
    'Instance lifecycle script execution for EC2 Instance i-0391f86fa0fe0d465 has Failed. To view lifecycle script logs, visit log group /aws/sagemaker/Clusters/llm-train/abc',
    'lifecycle-scripts',
  ],
  ['Failed to delete unused Customer ENIs for EC2 Instance i-0391f86fa0fe0d465 in Cluster llm-train and IG workers', 'general'],
  ['Failed to terminate EC2 Instance i-0391f86fa0fe0d465 in Cluster llm-train and IG workers', 'general'],
  ['Failed to submit reboot request for EC2 Instance i-0391f86fa0fe0d465 in Cluster llm-train and IG workers', 'general'],
  ['Instance creation in Cluster sample-cluster and InstanceGroup p5Inst failed', 'general'],
  ['Instance i-0391f86fa0fe0d465 failed to start as part of instance replacement in Cluster llm-train and IG workers', 'replacement'],
  ['Instance i-0391f86fa0fe0d465 creation failed as part of instance replacement in Cluster llm-train and IG workers', 'replacement'],
  ['Failed to create FSx for IG workers in Cluster llm-train', 'restricted-group-storage'],
  ['Failed to update FSx for IG workers in Cluster llm-train', 'restricted-group-storage'],
  ['Failed to delete FSx for IG workers in Cluster llm-train', 'restricted-group-storage'],
  ['Failed to schedule UpdateClusterSoftware for IG workers in Cluster llm-train.', 'software-updates'],
  ['Failed to start root volume replacement for Instance i-0391f86fa0fe0d465 in IG workers.', 'software-updates'],
  ['SLR Access Entry creation failed for Cluster llm-train', 'eks-cluster'],
  ['EKS Access Entries creation failed for Cluster llm-train', 'eks-cluster'],
  ['Failed to update Kubernetes config for instance i-0391f86fa0fe0d465 in Cluster llm-train and IG workers', 'eks-cluster'],
  ['Failed to enable AutoScaling in Cluster llm-train', 'autoscaling'],
  ['CustomResourceDefinition installation failed for EKS Cluster llm-train', 'autoscaling'],
  ['Failed to associate access policies with AmazonSageMakerHyperPodServiceRole access entry in EKS cluster llm-train', 'autoscaling'],
  ['Failed to prepare instance i-0391f86fa0fe0d465 in IG workers for UpdateClusterSoftware.', 'software-updates'],
  [
    'Baking period failed for IG workers in Cluster llm-train. Alarms [high] entered ALARM state. Initiating auto-rollback.',
    'software-updates',
  ],
  ['UpdateClusterSoftware failed for IG workers in Cluster llm-train. Initiating rollback.', 'software-updates'],
  ['Instance i-0391f86fa0fe0d465 in IG workers failed to update. Rollback initiated.', 'software-updates'],
  ['No provisioning_parameters.json found in LifeCycleScript S3 Path for controller group controller', 'slurm-parameters'],
  ['Found provisioning\\_parameters.json in LifeCycleScript S3 Path for controller group controller', 'slurm-parameters'],
  ['Slurm configuration drift detected: PartitionName', 'slurm-configuration'],
  ['Cluster creation failed: controller and login nodes did not become ready within the expected time', 'slurm-configuration'],

  [
    'EFA health checks did not run successfully. Ensure that your VPC and security groups are properly configured before attempting to create a new cluster.',
    'efa-self-traffic',
  ],
  ['We currently do not have sufficient capacity for the requested instance type(s). Please try again.', 'zone-offers-instance'],
  ['We currently do not have sufficient capacity to launch new ml.p5.48xlarge instances. Please try again.', 'zone-offers-instance'],
  ['We currently do not have sufficient p5.48xlarge capacity in the Availability Zone you requested (us-west-2d).', 'zone-offers-instance'],
  ['InsufficientInstanceCapacity', 'zone-offers-instance'],
  ['No subnets in the capacity AZ use2-az1', 'cluster-placement'],
  [
    'Instance i-0b66516c4a8bfcea4 failed to provision with the following error: "Lifecycle scripts did not run successfully. Ensure the scripts exist in provided S3 path, are accessible, and run without errors. Please see CloudWatch logs for lifecycle script execution details." Note that multiple instances may be impacted.',
    'lifecycle-scripts',
  ],
  ['Lifecycle scripts execution timed out', 'lifecycle-scripts'],
  ['Instance bootstrap failed likely because of customer network misconfiguration', 'network-acl'],
  ['Rollback initiated: MinInstanceCount was not reached within 3 hours', 'instance-type-quota'],
  ['Instance replacement start failed', 'replacement'],
  ['The LifeCycleConfig cannot include both a SLURM Orchestrator Config and a provisioning_parameters.json file', 'slurm-parameters'],
  ["ResourceLimitExceeded: The account-level service limit 'ml.p5.48xlarge for cluster usage' is 0 Instances", 'instance-type-quota'],
  ['The maximum number of instances in a cluster is exceeded', 'instance-type-quota'],
  ['You are not authorized to perform this operation. User: arn:aws:sts::111122223333:assumed-role/x/y', 'execution-role'],
  ['Service role could not be created', 'execution-role'],
  ['The KMS key arn:aws:kms:us-west-2:111122223333:key/1234 is disabled', 'kms-keys'],
  ['Instance likely experienced a hardware failure', 'node-recovery'],
];

describe('a message that AWS documents', () => {
  test.each(documented)('%s', (message, first) => {
    const found = explanationOf(message);
    expect(found?.isGeneral ? 'general' : found?.checks[0]).toBe(first);
    // As it arrives in tables and logs: wrapped, and in another case.
    expect(explanationOf(message.replaceAll(' ', '\n  '))).toBe(found);
    expect(explanationOf(message.toUpperCase()), 'in capitals').toBe(found);
  });

  test('every explanation explains one of them', () => {
    const used = new Set(documented.map(([message]) => explanationOf(message)));
    expect(failureExplanations.filter((one) => !used.has(one))).toEqual([]);
  });
});

describe('an explanation', () => {
  test.each(failureExplanations)(
    '$pattern names checks that exist, and a page',
    ({ checks: named, source, meaning, otherwise, isGeneral }) => {
      const ids = checks.map(({ id }) => id);
      expect(named.filter((id) => !ids.includes(id))).toEqual([]);
      expect(new Set(named).size).toBe(named.length);
      expect(named.length === 0).toBe(isGeneral === true);
      expect(source).toMatch(/^https:\/\/(?:docs\.aws\.amazon\.com|awslabs\.github\.io)\//);
      for (const sentence of [meaning, otherwise]) expect(sentence).toMatch(/^[A-Z].*\.$/);
    },
  );

  test('is not invented for what AWS does not say', () => {
    for (const text of ['the moon is full', '', 'all nodes are well', 'The job failed because of its code'])
      expect(explanationOf(text), text).toBeUndefined();
    expect(checksFor('the moon is full')).toEqual([]);
  });
});
