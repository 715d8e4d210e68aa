/** Plans and facts that many tests start from: the healthy ones with one thing changed. */
import {
  type EksCluster,
  type Facts,
  type FileSystem,
  type GroupRule,
  requireKey,
  type SecurityGroup,
  type VpcEndpoint,
} from '../../shared/core/evaluation/facts.ts';
import type { ClusterRequest, GroupRequest, Plan } from '../../shared/core/plan/plan.ts';
import { account, allTraffic, facts, groupRequest, ids, ok, onEks, plan, planned, region, request } from './healthy.ts';

export const planOf = (more: Partial<ClusterRequest>): Plan => plan(planned({ request: request(more) }));
export const planOfGroups = (...of: readonly Partial<GroupRequest>[]): Plan => planOf({ InstanceGroups: of.map(groupRequest) });
export const eksPlan = planOf(onEks);
export const noVpcPlan = planOf({ VpcConfig: undefined });
export const fileSystemPlan = plan(planned({ fsxLustre: [ids.fs] }));
export const vpcConfig = (...Subnets: readonly string[]) => ({ Subnets, SecurityGroupIds: [ids.group] });

const healthyEks = requireKey(facts().eksClusters, ids.eks, 'EKS cluster') as EksCluster;
const healthyFileSystem = requireKey(facts().fileSystems, ids.fs, 'file system') as FileSystem;

export const eksFacts = (more: Partial<EksCluster> = {}): Pick<Facts, 'eksClusters'> => ({
  eksClusters: { [ids.eks]: ok({ ...healthyEks, ...more }) },
});
/** `null`: the file system does not exist. */
export const fileSystemFacts = (more: Partial<FileSystem> | null): Pick<Facts, 'fileSystems'> => ({
  fileSystems: { [ids.fs]: ok(more && { ...healthyFileSystem, ...more }) },
});
export const securityGroups = (...of: readonly SecurityGroup[]) => ({ securityGroups: ok(of) });

/** A rule for traffic from a security group of the account, all of it unless `more` says otherwise. */
export const fromGroup = (id: string, more: Partial<GroupRule> = {}): GroupRule => ({
  ...allTraffic,
  egress: false,
  groups: [{ id, account }],
  ...more,
});
export const toGroup = (id: string, more: Partial<GroupRule> = {}): GroupRule => fromGroup(id, { egress: true, ...more });

/** An interface endpoint of a service, `vpce-<service>`, with private DNS. */
export const interfaceEndpoint = (service: string, more: Partial<VpcEndpoint> = {}): VpcEndpoint => ({
  id: `vpce-${service}`,
  vpc: ids.vpc,
  owner: account,
  service: `com.amazonaws.${region}.${service}`,
  type: 'Interface',
  state: 'available',
  routeTables: [],
  subnets: [ids.subnet],
  groups: [ids.group],
  privateDns: true,
  privateDnsOnlyForInbound: false,
  ...more,
});
