/** The plan's schema: every key with its shape, its meaning and what holds without it. */

import * as z from 'zod';
import { defaultAuditRole, emptyPlan, operationHours } from '../core/plan/plan.ts';
import { regionShape, supportedRegions } from '../core/plan/regions.ts';
import { alertSettings } from './alert-settings.ts';
import { clusterRequest } from './cluster-request.ts';
import { mostClusters } from './cross-references.ts';
import { account, auditRole, deployment } from './deployment-settings.ts';
import { accepts, flag, key, line, list, mapping, matching, shaped, whole } from './described-schema.ts';
import { runAs, trainingPlanEnd } from './expectations.ts';
import { scheduleFault, scheduleOutline } from './schedule.ts';

const region = shaped(regionShape, 'a region name like us-west-2', 32);
/**
 * What the policies of a deployment hold. Each account is the ARN of its role in policies of roles, 105 characters at most of the 71,680
 * that inline and managed policies take, and a principal of the event bus, 40 characters of 10,240.
 */
export const mostAccounts = 200;
const accountList = accepts(list(account, 1, mostAccounts, 'account ids'), `a list of 1 to ${mostAccounts} account ids`, (value) =>
  Array.isArray(value) && value.length > mostAccounts
    ? 'policies hold no more; write accounts: organization, and in organizationAccounts which of them'
    : undefined,
);
const clusterName = shaped(/^[a-zA-Z0-9](-*[a-zA-Z0-9])*$/, 'the name of another cluster of this plan', 63);
const fileSystem = shaped(/^fs-[0-9a-f]{8,17}$/, 'a file system id like fs-0123456789abcdef0');
const pattern = (what: string) =>
  matching(/^[^\s\p{Cc}]([^\p{Cc}\u2028\u2029]*[^\s\p{Cc}])?$/u, `${what}, with * for any characters`, 1, 512);

/** The request of a cluster, as a file: read by the parser before anything else looks at it. */
const requestFile = accepts(z.string().min(1), 'the path of a file with the CreateCluster request, or the request itself');

const clusterOf = <R extends z.ZodType>(request: R) =>
  mapping(
    {
      region: key(region, 'Region the cluster is meant for.', { examples: ['us-west-2'] }),
      request: key(
        request,
        'The CreateCluster request: the path (from the plan) of the JSON or YAML file one would pass to `aws sagemaker create-cluster`, or the request itself.',
        { examples: ['create-llm-train.json'] },
      ),
      alternativeTo: key(clusterName, 'Cluster that this one would replace: the two are never added up.', {
        examples: ['llm-train'],
        absent: 'no alternative',
      }).optional(),
      fsxLustre: key(list(fileSystem, 0, undefined, 'file system ids'), 'FSx for Lustre file systems that lifecycle scripts mount.', {
        examples: [['fs-0123456789abcdef0']],
        absent: "those in the request's InstanceStorageConfigs",
      }).optional(),
      runAs: key(runAs, 'What is expected of Session Manager.', { absent: 'Run As is advice' }).optional(),
      operationHours: key(whole(1, 720), 'Hours that the creation of the cluster may take before it is reported.', {
        examples: [48],
        absent: String(operationHours),
      }).optional(),
      trainingPlanEnd: key(trainingPlanEnd, 'How long before the end of a training plan its end is reported.', {
        absent: 'required 2 hours before, recommended 24 hours before',
      }).optional(),
      ipv6Pods: key(flag, 'true makes it required that pods get IPv6 addresses.', {
        absent: 'false: recommended on IPv6 subnets',
      }).optional(),
      headroom: key(whole(0, 1000), 'Percent to add to every amount, as a recommendation.', { examples: [10], absent: '0' }).optional(),
      growTo: key(
        accepts(
          z.record(accepts(z.string(), 'the name of an instance group of the request'), whole(0, 6758)),
          'a mapping of instance groups to the nodes they may grow to, like { workers: 64 }',
        ),
        'Nodes that groups are meant to grow to, as a recommendation.',
        { examples: [{ workers: 64 }], absent: 'InstanceCount' },
      ).optional(),
      acceptMembers: key(
        list(accepts(z.string().min(1).max(512), 'a path like InstanceGroups.DrainMode'), 0, undefined, 'paths of members'),
        'Members of the request that are newer than this version although their names resemble known ones. They are not evaluated.',
        { examples: [['InstanceGroups.DrainMode']], absent: 'a misspelled member is a mistake' },
      ).optional(),
      newVpc: key(flag, 'Whether the cluster comes with a VPC yet to be made (the quick setup of the console).', {
        absent: 'false',
      }).optional(),
    },
    'a cluster, a mapping with region, request and what is expected of it',
  );

const mute = mapping(
  {
    check: key(
      shaped(/^[a-z][a-z0-9-]{0,99}$/, 'the id of a check like efa-open-egress'),
      'Check whose findings stay out of alerts and lists; readiness and exit code still count them.',
      {
        examples: ['efa-open-egress'],
      },
    ),
    cluster: key(pattern('the name of a cluster'), 'Only for these clusters.', { examples: ['llm-*'], absent: 'every cluster' }).optional(),
    resource: key(pattern('the id, ARN or name of a resource'), 'Only for these resources.', {
      examples: ['sg-0123456789abcdef0'],
      absent: 'every resource',
    }).optional(),
    region: key(region, 'Only in this region.', { absent: 'every region' }).optional(),
    account: key(account, 'Only in this account.', { absent: 'every account' }).optional(),
    reason: key(line(500), 'Why this is all right.', { examples: ['egress is filtered by the firewall'] }),
    owner: key(line(200), 'Who answers for it.', { examples: ['network team'] }),
    until: key(accepts(z.iso.date(), 'a date like 2027-01-31'), 'Last day (UTC) of the mute.', { examples: ['2027-01-31'] }),
  },
  'a mute, a mapping with check, reason, owner, until and where it holds',
);

const schedule = accepts(
  z
    .string()
    .regex(scheduleOutline)
    .refine((text) => scheduleFault(text) === undefined),
  'a schedule of EventBridge like rate(1 hour) or cron(0 6 * * ? *)',
  (value) => (typeof value === 'string' ? scheduleFault(value) : undefined),
).default(emptyPlan.schedule);

const organizationAccounts = mapping({
  units: key(
    list(
      shaped(
        /^(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[0-9a-z]{8,32})$/,
        'the id of an organizational unit like ou-ab12-1a2b3c4d, or of a root',
      ),
      1,
      undefined,
      'ids of organizational units',
    ),
    'Only accounts in these organizational units, and in those below them.',
    { examples: [['ou-ab12-1a2b3c4d']], absent: 'the whole organization' },
  ).optional(),
  except: key(list(account, 1, undefined, 'account ids'), 'Accounts that are left out.', {
    examples: [['123456789012']],
    absent: 'none',
  }).optional(),
});

const planOf = <R extends z.ZodType>(request: R) =>
  mapping(
    {
      regions: key(
        accepts(
          z.union([z.literal('supported'), list(region, 1, undefined, 'region names')]),
          'a list of region names, or the word supported',
        ),
        `Regions to audit. supported: the ${supportedRegions.names.length} regions that AWS listed for HyperPod as of ${supportedRegions.asOf}.`,
        {
          examples: [['us-west-2', 'us-east-1'], 'supported'],
          absent: "the clusters' regions; without clusters, every enabled region that lists HyperPod quotas",
        },
      ).optional(),
      clusters: key(
        list(clusterOf(request), 0, mostClusters, 'clusters').nullable().default([]),
        'Clusters that are planned. They compete for quotas and addresses in this order. Running clusters are audited without being named.',
        { absent: 'none' },
      ),
      accounts: key(
        accepts(
          z.union([z.literal('organization'), accountList]),
          `a list of up to ${mostAccounts} account ids like ['123456789012'], or the word organization`,
        ),
        'Accounts to audit, each entered by the audit role. organization: every account of it, or those that organizationAccounts names.',
        { examples: [['123456789012'], 'organization'], absent: "the caller's account" },
      ).optional(),
      organizationAccounts: key(organizationAccounts, 'Which accounts of the organization are audited, with accounts: organization.', {
        absent: 'every account of it',
      }).optional(),
      auditRole: key(auditRole, 'How other accounts are entered.', { absent: `by the role ${defaultAuditRole}` }).optional(),
      readRunningScripts: key(
        flag,
        'true: the lifecycle scripts of clusters that the plan does not name are read. The audit role may then read every object of buckets whose names begin with sagemaker- or match deployment.lifecycleBuckets. Otherwise only whether they exist is read. Line ends, first line and encryption are then not evaluated.',
        { absent: 'false' },
      ).optional(),
      mutes: key(list(mute, 0, undefined, 'mutes').nullable().default([]), 'Findings that are known and accepted for a time.', {
        absent: 'none',
      }),
      schedule: key(schedule, 'How often the deployed auditor runs.', {
        examples: ['rate(1 hour)', 'cron(0 6 * * ? *)'],
        absent: emptyPlan.schedule,
      }),
      retentionDays: key(whole(1, 3650).default(emptyPlan.retentionDays), 'Days that findings and their changes are stored.', {
        examples: [400],
        absent: String(emptyPlan.retentionDays),
      }),
      alerts: key(alertSettings.nullable().default({}), 'Who is notified of changes.', { absent: 'no one' }),
      deployment: key(deployment, 'What everything that is deployed has to have.', { absent: 'nothing more' }).optional(),
    },
    'a plan, a mapping with regions, clusters, mutes and so on',
  );

/** The plan once files are read: what the parser holds a plan against. */
export const wholePlan = planOf(accepts(clusterRequest, 'a CreateCluster request (a mapping), or the path of a file that holds one'));

/** The plan as it is written: a request may be a file's path. */
export const writtenPlan = planOf(accepts(z.union([requestFile, clusterRequest]), 'the path of a file, or a CreateCluster request'));

/** The plan's JSON Schema (draft 2020-12), for editors: what is written, so a request may be a file's path. */
export function planSchema(): object {
  return {
    title: 'Plan of hyperpod-auditor',
    ...z.toJSONSchema(writtenPlan, { target: 'draft-2020-12', io: 'input' }),
  };
}
