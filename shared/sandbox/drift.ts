/** What happens in the story account between two audits: each step a pure change of the description. */
import { changeRegion, type Description } from './description.ts';
import { storyAccountId } from './story.ts';

export interface DriftStep {
  readonly name: string;
  readonly region: string;
  /** What happened, as a sentence. */
  readonly says: string;
  readonly apply: (description: Description) => Description;
}

type SandboxSecurityGroup = Description['accounts'][string]['regions'][string]['securityGroups'][number];
type Permission = SandboxSecurityGroup['IpPermissions'][number];

/** A group's permissions without what it grants itself; one that names only the group goes altogether. */
const withoutSelf = (group: SandboxSecurityGroup, permissions: readonly Permission[]): readonly Permission[] =>
  permissions.flatMap((p) => {
    const pairs = p.UserIdGroupPairs.filter((pair) => pair.GroupId !== group.GroupId);
    const empty = pairs.length + p.IpRanges.length + p.Ipv6Ranges.length + p.PrefixListIds.length === 0;
    return empty ? [] : [{ ...p, UserIdGroupPairs: pairs }];
  });

/** Removes the ingress rule by which a group's members reach one another. */
export const removeSelfRule = (d: Description, account: string, region: string, groupName: string): Description =>
  changeRegion(d, account, region, (r) => ({
    securityGroups: r.securityGroups.map((g) => (g.GroupName === groupName ? { ...g, IpPermissions: withoutSelf(g, g.IpPermissions) } : g)),
  }));

/** AWS approves the open request for a SageMaker quota: the asked value is in force from then on. */
export const approveRequest = (d: Description, account: string, region: string, quotaName: string, at: string): Description =>
  changeRegion(d, account, region, (r) => {
    const open = r.quotaRequests.find((q) => q.QuotaName === quotaName && (q.Status === 'PENDING' || q.Status === 'CASE_OPENED'));
    if (!open) throw new Error(`No request for "${quotaName}" is open in ${region}.`);
    const sagemaker = r.quotas.sagemaker ?? { applied: {}, defaultOnly: [], missing: [], broken: {}, more: [] };
    return {
      quotas: { ...r.quotas, sagemaker: { ...sagemaker, applied: { ...sagemaker.applied, [quotaName]: open.DesiredValue } } },
      quotaRequests: r.quotaRequests.map((q) => (q === open ? { ...q, Status: 'APPROVED' as const, LastUpdated: at } : q)),
    };
  });

/** Others take addresses until so many are left. */
export const fillSubnet = (d: Description, account: string, region: string, cidr: string, left: number): Description =>
  changeRegion(d, account, region, (r) => ({
    subnets: r.subnets.map((s) =>
      s.CidrBlock === cidr ? { ...s, AvailableIpAddressCount: Math.min(left, s.AvailableIpAddressCount) } : s,
    ),
  }));

/** The auditor may no longer do this in one region. */
export const losePermission = (d: Description, account: string, region: string, action: string): Description =>
  changeRegion(d, account, region, (r) => ({ denied: [...r.denied, action] }));

/** The steps of the story, in order; each stands alone as well. */
export const drift: readonly DriftStep[] = [
  {
    name: 'efa-self-rule-removed',
    region: 'us-west-2',
    says: 'Someone tidies up security groups and removes the rule by which HyperPod nodes reach one another.',
    apply: (d) => removeSelfRule(d, storyAccountId, 'us-west-2', 'hyperpod'),
  },
  {
    name: 'quota-increase-approved',
    region: 'us-east-1',
    says: 'AWS approves the quota increase for eight ml.p5.48xlarge nodes.',
    apply: (d) => approveRequest(d, storyAccountId, 'us-east-1', 'ml.p5.48xlarge for cluster usage', '2026-11-23T16:30:00.000Z'),
  },
  {
    name: 'subnet-fills',
    region: 'eu-north-1',
    says: 'A service moves into the subnet of eval-next and takes most of its addresses.',
    apply: (d) => fillSubnet(d, storyAccountId, 'eu-north-1', '10.40.24.0/25', 41),
  },
  {
    name: 'permission-lost',
    region: 'eu-north-1',
    says: 'A policy change takes s3:GetBucketPolicy in eu-north-1 away from the auditor.',
    apply: (d) => losePermission(d, storyAccountId, 'eu-north-1', 's3:GetBucketPolicy'),
  },
];

/** The description after every step. */
export const drifted = (description: Description): Description => drift.reduce((d, step) => step.apply(d), description);
