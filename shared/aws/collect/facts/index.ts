/** Every fact and who collects it. A fact without a collector does not compile. */
import type { FactName } from '../../../core/evaluation/facts.ts';
import type { Collector } from '../collector.ts';
import accessEntries from './access-entries.ts';
import alarms from './alarms.ts';
import buckets from './buckets.ts';
import clusterEvents from './cluster-events.ts';
import clusterNames from './cluster-names.ts';
import clusterNodes from './cluster-nodes.ts';
import cniAddons from './cni-addons.ts';
import dhcpOptions from './dhcp-options.ts';
import eksClusters from './eks-clusters.ts';
import endpoints from './endpoints.ts';
import fileSystemGroups from './file-system-groups.ts';
import fileSystems from './file-systems.ts';
import imageVersions from './image-versions.ts';
import images from './images.ts';
import instanceStoreAddons from './instance-store-addons.ts';
import instanceTypes from './instance-types.ts';
import interfaces from './interfaces.ts';
import kmsKeys from './kms-keys.ts';
import kubernetesVersions from './kubernetes-versions.ts';
import lifecycleObjects from './lifecycle-objects.ts';
import natGateways from './nat-gateways.ts';
import networkAcls from './network-acls.ts';
import newVpcUsage from './new-vpc-usage.ts';
import nodeGroups from './node-groups.ts';
import offerings from './offerings.ts';
import organizations from './organizations.ts';
import prefixListEntries from './prefix-list-entries.ts';
import prefixLists from './prefix-lists.ts';
import principals from './principals.ts';
import quotaRequests from './quota-requests.ts';
import quotas from './quotas.ts';
import regionOptIn from './region-opt-in.ts';
import roles from './roles.ts';
import routeTables from './route-tables.ts';
import runningClusters from './running-clusters.ts';
import secrets from './secrets.ts';
import securityGroups from './security-groups.ts';
import sessionDocuments from './session-documents.ts';
import slurmParameters from './slurm-parameters.ts';
import subnets from './subnets.ts';
import trainingPlans from './training-plans.ts';
import vpcBlockPublicAccess from './vpc-block-public-access.ts';
import vpcDns from './vpc-dns.ts';
import vpcs from './vpcs.ts';
import zones from './zones.ts';

export const collectors: { readonly [F in FactName]: Collector<F> } = {
  regionOptIn,
  zones,
  quotas,
  quotaRequests,
  instanceTypes,
  offerings,
  vpcs,
  vpcDns,
  dhcpOptions,
  subnets,
  routeTables,
  natGateways,
  vpcBlockPublicAccess,
  networkAcls,
  securityGroups,
  prefixLists,
  prefixListEntries,
  endpoints,
  interfaces,
  newVpcUsage,
  clusterNames,
  runningClusters,
  clusterNodes,
  clusterEvents,
  eksClusters,
  cniAddons,
  instanceStoreAddons,
  accessEntries,
  nodeGroups,
  alarms,
  kubernetesVersions,
  imageVersions,
  fileSystems,
  fileSystemGroups,
  sessionDocuments,
  organizations,
  principals,
  roles,
  lifecycleObjects,
  buckets,
  slurmParameters,
  images,
  kmsKeys,
  secrets,
  trainingPlans,
};
