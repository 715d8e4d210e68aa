/** The checks by group. Their order is that of the reference and of findings. */
import type { Check } from '../evaluation/check.ts';
import accountingDatabase from './accounting-database.ts';
import appliedQuotas from './applied-quotas.ts';
import autoscaling from './autoscaling.ts';
import autoscalingSettings from './autoscaling-settings.ts';
import capacityRequirements from './capacity-requirements.ts';
import clusterHealth from './cluster-health.ts';
import clusterPlacement from './cluster-placement.ts';
import clusterSizeQuota from './cluster-size-quota.ts';
import customImage from './custom-image.ts';
import dhcpOptions from './dhcp-options.ts';
import efaOpenEgress from './efa-open-egress.ts';
import efaSelfTraffic from './efa-self-traffic.ts';
import efaSingleZone from './efa-single-zone.ts';
import egressReachesServices from './egress-reaches-services.ts';
import eksApiEndpoint from './eks-api-endpoint.ts';
import eksCluster from './eks-cluster.ts';
import eksConfiguration from './eks-configuration.ts';
import eksNodeRoles from './eks-node-roles.ts';
import executionRole from './execution-role.ts';
import fsxAvailable from './fsx-available.ts';
import fsxMounts from './fsx-mounts.ts';
import fsxPorts from './fsx-ports.ts';
import fsxSameVpc from './fsx-same-vpc.ts';
import fsxSameZone from './fsx-same-zone.ts';
import groupSettingsUnchanged from './group-settings-unchanged.ts';
import healthChecks from './health-checks.ts';
import imageCurrent from './image-current.ts';
import instanceGroups from './instance-groups.ts';
import instanceStoreDriver from './instance-store-driver.ts';
import instanceTypeQuota from './instance-type-quota.ts';
import ipv6Pods from './ipv6-pods.ts';
import kmsKeys from './kms-keys.ts';
import lifecycleScriptKeys from './lifecycle-script-keys.ts';
import lifecycleScripts from './lifecycle-scripts.ts';
import lifecycleSettings from './lifecycle-settings.ts';
import networkAcl from './network-acl.ts';
import networkInterfaceQuota from './network-interface-quota.ts';
import networkInterfaceType from './network-interface-type.ts';
import networkResources from './network-resources.ts';
import networkUnchanged from './network-unchanged.ts';
import newVpcQuotas from './new-vpc-quotas.ts';
import nodeHealth from './node-health.ts';
import nodeRecovery from './node-recovery.ts';
import openzfs from './openzfs.ts';
import overrideVpcConfig from './override-vpc-config.ts';
import provisioningMode from './provisioning-mode.ts';
import regionEnabled from './region-enabled.ts';
import replacement from './replacement.ts';
import requestMembers from './request-members.ts';
import requestRegion from './request-region.ts';
import restrictedGroupStorage from './restricted-group-storage.ts';
import restrictedStorageQuota from './restricted-storage-quota.ts';
import runAsEnabled from './run-as-enabled.ts';
import runAsUserMapped from './run-as-user-mapped.ts';
import s3AccessAllowed from './s3-access-allowed.ts';
import s3Reachable from './s3-reachable.ts';
import s3RestrictedToVpc from './s3-restricted-to-vpc.ts';
import securityGroupInternalTraffic from './security-group-internal-traffic.ts';
import serviceEndpoints from './service-endpoints.ts';
import slurmConfiguration from './slurm-configuration.ts';
import slurmParameters from './slurm-parameters.ts';
import softwareUpdates from './software-updates.ts';
import subnetFreeIps from './subnet-free-ips.ts';
import subnetPrivate from './subnet-private.ts';
import subnetSize from './subnet-size.ts';
import systemPods from './system-pods.ts';
import tags from './tags.ts';
import threads from './threads.ts';
import totalInstanceQuota from './total-instance-quota.ts';
import trainingPlan from './training-plan.ts';
import trainingPlanEnd from './training-plan-end.ts';
import updateAlarms from './update-alarms.ts';
import volumeSizeQuota from './volume-size-quota.ts';
import volumes from './volumes.ts';
import vpcCniVersion from './vpc-cni-version.ts';
import vpcDns from './vpc-dns.ts';
import vpcGiven from './vpc-given.ts';
import zoneOffersInstance from './zone-offers-instance.ts';
import zoneState from './zone-state.ts';

interface CheckGroup {
  readonly title: string;
  readonly checks: readonly Check[];
}

export const checkGroups: readonly CheckGroup[] = [
  {
    title: 'Regions and running clusters',
    checks: [regionEnabled, clusterHealth, nodeHealth, imageCurrent, replacement],
  },
  {
    title: 'CreateCluster request',
    checks: [
      requestMembers,
      instanceGroups,
      provisioningMode,
      slurmConfiguration,
      slurmParameters,
      accountingDatabase,
      eksConfiguration,
      capacityRequirements,
      volumes,
      lifecycleSettings,
      softwareUpdates,
      updateAlarms,
      nodeRecovery,
      healthChecks,
      networkInterfaceType,
      threads,
      fsxMounts,
      restrictedGroupStorage,
      tags,
      requestRegion,
    ],
  },
  {
    title: 'Quotas',
    checks: [
      instanceTypeQuota,
      clusterSizeQuota,
      totalInstanceQuota,
      volumeSizeQuota,
      networkInterfaceQuota,
      newVpcQuotas,
      restrictedStorageQuota,
      appliedQuotas,
    ],
  },
  {
    title: 'VPC and subnets',
    checks: [
      vpcGiven,
      networkResources,
      overrideVpcConfig,
      networkUnchanged,
      groupSettingsUnchanged,
      clusterPlacement,
      subnetFreeIps,
      subnetSize,
      subnetPrivate,
      vpcDns,
      dhcpOptions,
    ],
  },
  {
    title: 'Routes, endpoints and security groups',
    checks: [
      s3Reachable,
      s3AccessAllowed,
      s3RestrictedToVpc,
      serviceEndpoints,
      networkAcl,
      securityGroupInternalTraffic,
      efaSelfTraffic,
      efaOpenEgress,
      egressReachesServices,
    ],
  },
  {
    title: 'Zones and IP families',
    checks: [zoneOffersInstance, zoneState, efaSingleZone, ipv6Pods],
  },
  {
    title: 'Session Manager',
    checks: [runAsEnabled, runAsUserMapped],
  },
  {
    title: 'File systems',
    checks: [fsxAvailable, fsxSameVpc, fsxPorts, fsxSameZone, openzfs],
  },
  {
    title: 'Roles, images, keys and scripts',
    checks: [executionRole, autoscalingSettings, autoscaling, customImage, kmsKeys, lifecycleScripts, lifecycleScriptKeys],
  },
  {
    title: 'EKS',
    checks: [eksCluster, eksApiEndpoint, vpcCniVersion, eksNodeRoles, instanceStoreDriver, systemPods],
  },
  {
    title: 'Training plans',
    checks: [trainingPlan, trainingPlanEnd],
  },
];

export const checks: readonly Check[] = checkGroups.flatMap((group) => group.checks);
