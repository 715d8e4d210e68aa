/** A first plan for someone to edit: valid as it stands, with a comment for each setting. */

import { stringify } from 'yaml';
import type { RunningCluster } from '../core/evaluation/cluster-spec.ts';
import type { RunningRequest } from '../core/evaluation/running-request.ts';
import { defaultAuditRole, emptyPlan } from '../core/plan/plan.ts';
import { groupsOfRequest } from '../core/plan/provisioning.ts';
import { installedCommand } from '../core/text/own-command.ts';
import { listed } from '../core/text/words.ts';
import { readDocument } from './document.ts';
import { yaml } from './print.ts';

/** A running cluster with the request behind it, which snapshots of older versions do not contain. */
export type DescribedCluster = RunningCluster & { readonly request: RunningRequest };

export interface RunningRegion {
  readonly region: string;
  readonly clusters: readonly DescribedCluster[];
}

export type PlanOrigin =
  /** Nothing planned: audits what runs, wherever HyperPod can be had. */
  | { readonly from: 'nothing' }
  /** A made-up cluster. */
  | { readonly from: 'example'; readonly region?: string }
  /** The clusters that run in regions, as requests that would make them again. */
  | { readonly from: 'running'; readonly regions: readonly RunningRegion[] }
  /** A file for `aws sagemaker create-cluster --cli-input-json`. `path`: as the plan should name it, from where the plan will lie. */
  | { readonly from: 'request'; readonly path: string; readonly text: string; readonly region?: string };

const exampleRegion = 'us-west-2';
const webhookSecret = 'arn:aws:secretsmanager:us-west-2:123456789012:secret:chat-hook-AbCdEf';
const boundary = 'arn:aws:iam::123456789012:policy/Boundary';

/**
 * The text of a plan to start with. It parses without problems; so it does once the settings that are commented out (a
 * `#` without a space behind it) are switched on. From a request it refers to the file and does not validate its contents.
 */
export function initPlan(start: PlanOrigin): string {
  switch (start.from) {
    case 'nothing':
      return page(
        ['Unchanged, this plan audits every enabled region that lists HyperPod quotas, and the clusters that run there.'],
        [],
        examplesOff,
      );
    case 'example':
      return page(
        ['An example: put the ids of your account in the place of those made up here.'],
        [start.region ?? exampleRegion],
        example(start.region ?? exampleRegion),
      );
    case 'running':
      return ofRunning(start.regions);
    case 'request': {
      const { value } = readDocument(start.text, start.path);
      const given = start.region ?? regionIn(start.text);
      const region = given ?? exampleRegion;
      const notes = given ? [] : [`No region given: replace ${exampleRegion} with yours.`];
      return page(
        [`The cluster of ${oneLine(start.path)}.`, ...notes],
        [region],
        `clusters:\n${clusterItem(region, requestLines(start.path), groupNames(value))}`,
      );
    }
  }
}

function ofRunning(running: readonly RunningRegion[]): string {
  const regions = running.map((r) => r.region);
  const clusters = running.flatMap(({ region, clusters: of }) =>
    of
      .filter((c) => c.status !== 'Deleting')
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map((c) => runningCluster(region, c)),
  );
  if (clusters.length === 0)
    return page(
      [`No cluster runs in ${listed(regions)} yet. Unchanged, this plan audits what applies to the account there.`],
      regions,
      examplesOff,
    );
  return page(
    [
      `The clusters that ran in ${listed(regions)} when this was written, as requests that would make them again.`,
      'Running clusters are audited without a plan too: keep here those that you mean to change or to replace.',
    ],
    regions,
    `clusters:\n${clusters.join('\n')}`,
  );
}

const oneLine = (text: string): string => text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, ' ');
const flow = (value: unknown): string =>
  Array.isArray(value)
    ? `[${value.map(flow).join(', ')}]`
    : stringify(value, { collectionStyle: 'flow', lineWidth: 0, singleQuote: true }).trim();
const indent = (text: string, by: string): string => text.trimEnd().replaceAll(/^(?=.)/gm, by);
/** Commented out, to be switched on: no space behind the #. */
const off = (text: string): string => text.replaceAll(/^( *)(?=\S)(?!#)/gm, '$1#');

const head = `# yaml-language-server: $schema=plan.schema.json
# (\`${installedCommand} plan schema --output plan.schema.json\` writes that file; editors complete keys
# and show mistakes by it.)
#
# The plan of hyperpod-auditor. Lines that begin with a # and no space are settings to switch on: take the # away.
# \`${installedCommand} plan validate FILE\` shows every mistake at once. No credentials belong here, and
# nothing is substituted from the environment.`;

function page(intro: readonly string[], regions: readonly string[], clusters: string): string {
  const named = regions.length > 0 ? flow(regions) : undefined;
  return `${head}
#
${intro.map((line) => `# ${line}`).join('\n')}

# Regions to audit: a list, or the word supported (those that AWS lists for HyperPod). Left out: the regions of the
# clusters below; without clusters, every enabled region that lists HyperPod quotas.
${named ? `regions: ${named}` : `#regions: ${flow([exampleRegion, 'us-east-1'])}`}

# Clusters that are planned, in the order in which they may take quotas and addresses. Running ones need not be named.
${clusters.trimEnd()}

# Other accounts to audit: a list of ids in quotes, or the word organization. Left out: the account of the caller.
${off(`accounts: ${flow(['123456789012'])}`)}
# The role by which they are entered.
${off(`auditRole: ${flow({ name: defaultAuditRole, externalId: 'choose-a-long-one' })}`)}

# Findings that are known and accepted for a time: they stay out of alerts and lists, never out of readiness.
mutes:
${off(`  - ${flow({ check: 'efa-open-egress', cluster: 'llm-*', reason: 'egress is filtered by the firewall', owner: 'network team', until: '2027-01-31' })}`)}

# How often the deployed auditor runs, and how long findings and their changes are stored.
schedule: ${emptyPlan.schedule}
retentionDays: ${emptyPlan.retentionDays}

# Who is notified of changes. minimum: required, recommended, or advice for all three.
alerts:
${off(`  email: ${flow(['ml-platform@example.com'])}
  slack: ${flow({ workspace: 'T0123ABCD', channel: 'C0456EFGH' })}
  teams: ${flow({
    tenant: 'a1b2c3d4-1111-4222-8333-0123456789ab',
    team: 'e5f6a7b8-1111-4222-8333-0123456789ab',
    channel: '19:b6ef35dc342d56ba5654e6fc6d25a071@thread.tacv2',
  })}
  webhookSecret: ${webhookSecret}
  minimum: required
  securityHub: true
  remindAfterHours: 24`)}

# What everything that is deployed has to have.
${off(`deployment: { permissionsBoundary: '${boundary}' }`)}
`;
}

/** One cluster of the list: region, the request's lines, and what else could be expected of it. */
function clusterItem(region: string, request: string, groups: readonly string[], notes: readonly string[] = []): string {
  const growTo = groups.slice(0, 3).map((name) => [name, 64] as const);
  const lines = [
    `region: ${region}`,
    ...notes.map((note) => `# ${note}`),
    request.trimEnd(),
    '# Percent to add to every amount, as a recommendation.',
    off('headroom: 10'),
    ...(growTo.length > 0
      ? ['# Nodes that groups are meant to grow to, as a recommendation.', off(`growTo: ${flow(Object.fromEntries(growTo))}`)]
      : []),
    '# FSx for Lustre file systems that lifecycle scripts mount; those in the request are known from there.',
    off(`fsxLustre: ${flow(['fs-0123456789abcdef0'])}`),
    '# Session Manager has to run as an operating system user, and these roles need the tag SSMSessionRunAs.',
    off("runAs: { expected: true, principals: ['arn:aws:iam::123456789012:role/Researchers'] }"),
    '# Hours that the creation of the cluster may take before it is reported.',
    off('operationHours: 24'),
    '# Hours before HyperPod begins to terminate the nodes of a training plan within which its end is reported.',
    off('trainingPlanEnd: { requiredHours: 2, recommendedHours: 24 }'),
    '# Pods have to get IPv6 addresses.',
    off('ipv6Pods: true'),
    '# The cluster comes with a VPC yet to be made.',
    off('newVpc: true'),
    '# alternativeTo: the name of another cluster here that this one would replace; the two are never added up.',
  ];
  return indent(lines.join('\n'), '    ').replace(/^ {4}/, '  - ');
}

function requestLines(path: string): string {
  // YAML would spread a text of several lines over several lines; JSON's way of writing it is YAML, too.
  const written = oneLine(path) === path ? flow(path) : JSON.stringify(path);
  return `# As for \`aws sagemaker create-cluster --cli-input-json\`; the path is seen from this file.\nrequest: ${written}`;
}

const inline = (request: object): string =>
  `# The request of CreateCluster, in the API's own names; or the path of a file that holds it.\n${yaml({ request })}`;

const example = (region: string): string =>
  `clusters:\n${clusterItem(
    region,
    inline({
      ClusterName: 'llm-train',
      Orchestrator: { Eks: { ClusterArn: `arn:aws:eks:${region}:123456789012:cluster/train` } },
      InstanceGroups: [
        {
          InstanceGroupName: 'workers',
          InstanceType: 'ml.p5.48xlarge',
          InstanceCount: 4,
          ExecutionRole: 'arn:aws:iam::123456789012:role/HyperPodNode',
          LifeCycleConfig: { SourceS3Uri: 's3://sagemaker-lifecycle-123456789012/scripts', OnCreate: 'on_create.sh' },
          InstanceStorageConfigs: [{ EbsVolumeConfig: { VolumeSizeInGB: 500 } }],
        },
      ],
      VpcConfig: { SecurityGroupIds: ['sg-0123456789abcdef0'], Subnets: ['subnet-0123456789abcdef0'] },
    }),
    ['workers'],
  )}`;

const examplesOff = `clusters:
  # A cluster is a region and a request; \`${installedCommand} init\` shows one
  # with the request written here.
${off(clusterItem(exampleRegion, requestLines('create-llm-train.json'), ['workers']))}`;

/** The first region that an ARN of the text names, for what has to lie in the cluster's own region. */
function regionIn(text: string): string | undefined {
  return /arn:aws[a-z-]*:(?:eks|sagemaker):([a-z]{2,4}(?:-[a-z]+)+-\d{1,2}):/.exec(text)?.[1];
}

function groupNames(request: unknown): readonly string[] {
  if (typeof request !== 'object' || request === null || !('InstanceGroups' in request) || !Array.isArray(request.InstanceGroups))
    return [];
  return request.InstanceGroups.flatMap((group: unknown) =>
    typeof group === 'object' && group !== null && 'InstanceGroupName' in group && typeof group.InstanceGroupName === 'string'
      ? [group.InstanceGroupName]
      : [],
  );
}

/** What the request of a running cluster cannot say. */
function notesOn({ autoScaling, groups, orchestrator }: DescribedCluster, request: RunningRequest): readonly string[] {
  const requests = groupsOfRequest(request);
  const hasImage = (name: string) => requests.some((group) => group.InstanceGroupName === name && group.ImageId !== undefined);
  const lustre = request.RestrictedInstanceGroupsConfig?.SharedEnvironmentConfig;
  return [
    ...(autoScaling ? ['Autoscaling is on: set growTo to the final size. Without it, amounts are not evaluated.'] : []),
    'Tags are not written here: DescribeCluster does not return them.',
    // AWS accepts the database in Continuous mode only, and the AWS SDK leaves it out of the answer of DescribeCluster.
    ...(orchestrator === 'slurm' && request.NodeProvisioningMode === 'Continuous'
      ? ['Orchestrator.Slurm.AccountingDatabase is not written here: this version cannot read it. Add it if the cluster has one.']
      : []),
    ...(lustre && lustre.FSxLustreDeletionPolicy === undefined
      ? ['RestrictedInstanceGroupsConfig is not written here: its FSxLustreDeletionPolicy is unknown.']
      : []),
    ...(requests.some((group) => group.AutoPatchConfig)
      ? ['Of AutoPatchConfig, the schedule, DrainPolicy and IdleWaitWindowInSeconds are not written here.']
      : []),
    ...groups.flatMap(({ name, image }) =>
      image === undefined || hasImage(name)
        ? []
        : [`Group ${name} runs image ${image}; without ImageId it starts from the latest of HyperPod.`],
    ),
  ].map(oneLine);
}

function runningCluster(region: string, cluster: DescribedCluster): string {
  const { request } = cluster;
  const { RestrictedInstanceGroupsConfig: shared, ...others } = request;
  // The API refuses the configuration without a deletion policy.
  const complete = shared?.SharedEnvironmentConfig?.FSxLustreDeletionPolicy === undefined ? others : request;
  return clusterItem(
    region,
    inline(complete),
    cluster.groups.map((g) => g.name),
    notesOn(cluster, request),
  );
}
