import { expect } from 'vitest';
import check from '../../../shared/core/checks/eks-cluster.ts';
import type { PlannedCluster } from '../../../shared/core/plan/plan.ts';
import { account, broken, denied, ids, ok, onEks, plan, planned, region, request, running, subnet, withRunning } from '../healthy.ts';
import { eksFacts, planOf } from '../plans.ts';
import { type Row, table } from '../table.ts';

const onIt = (name = 'llm-train', more: Partial<PlannedCluster> = {}) =>
  planned({ request: request({ ...onEks, ClusterName: name }), ...more });
const mine = plan(onIt());
const runs = (name: string, more: Parameters<typeof running>[0] = {}) =>
  running({ name, orchestrator: 'eks', eksCluster: ids.eks, ...more });

const itself = { resource: ids.eks } as const;
const vpc = { resource: `${ids.eks}#vpc` } as const;
const use = { resource: `${ids.eks}#use` } as const;
const required = { status: 'fail', level: 'required' } as const;
const softer = { status: 'fail', level: 'recommended' } as const;
const itselfPasses = { status: 'pass', level: 'required', ...itself } as const;
const vpcPasses = { status: 'pass', level: 'required', ...vpc } as const;
const usePasses = { status: 'pass', level: 'required', ...use } as const;
const rest = [vpcPasses, usePasses];
const at = (ClusterArn: string) => planOf({ Orchestrator: { Eks: { ClusterArn } } });

const noCommand = expect.not.objectContaining({ command: expect.anything() });
const versions = (level: 'pass' | 'softer', ...list: readonly string[]): Row[] =>
  list.map((version) => ({
    name: `Kubernetes ${version}: ${level}`,
    plan: mine,
    facts: eksFacts({ version }),
    findings: [level === 'pass' ? itselfPasses : { ...softer, ...itself }, ...rest],
    says: level === 'pass' ? [version] : [version, '1.32 to 1.36 (EKS and the images of HyperPod)'],
  }));

table(check, [
  { name: 'passes at the healthy default', plan: mine, findings: [itselfPasses, ...rest] },
  { name: 'Slurm: does not apply' },
  {
    name: 'an ARN of another account is never asked for',
    plan: at(`arn:aws:eks:${region}:999999999999:cluster/train`),
    facts: { eksClusters: {}, clusterNames: ok([]) },
    findings: [{ ...required, resource: `arn:aws:eks:${region}:999999999999:cluster/train` }, { status: 'pass' }],
    unevaluated: [{}],
    says: ['999999999999', account],
  },
  {
    name: 'leaves an ARN of another region to request-region',
    plan: at(`arn:aws:eks:us-east-1:${account}:cluster/train`),
    facts: { eksClusters: {} },
    findings: [{ status: 'pass' }],
    unevaluated: [{}],
  },
  {
    name: 'an ARN of something else',
    plan: at('arn:aws:eks:x'),
    facts: { eksClusters: {} },
    findings: [required, { status: 'pass' }],
    unevaluated: [{}],
    says: ['is not the ARN of an EKS cluster'],
  },
  {
    name: 'does not exist: said once',
    plan: mine,
    facts: { eksClusters: { [ids.eks]: ok(null) } },
    findings: [{ ...required, ...itself }, usePasses],
    says: ['does not exist'],
  },
  ...(['CREATING', 'PENDING', 'DELETING', 'FAILED'] as const).map(
    (status): Row => ({
      name: `${status} is not active`,
      plan: mine,
      facts: eksFacts({ status }),
      findings: [{ ...required, ...itself }, ...rest],
      says: [status],
    }),
  ),
  {
    name: 'UPDATING is softer: the control plane goes on, and it ends by itself',
    plan: mine,
    facts: eksFacts({ status: 'UPDATING' }),
    findings: [{ ...softer, ...itself, remediation: { command: 'aws eks wait cluster-active --name train --region us-west-2' } }, ...rest],
  },
  { name: 'access mode API', plan: mine, facts: eksFacts({ authenticationMode: 'API' }), findings: [itselfPasses, ...rest] },
  {
    name: 'access mode CONFIG_MAP',
    plan: mine,
    facts: eksFacts({ authenticationMode: 'CONFIG_MAP' }),
    findings: [
      {
        ...required,
        ...itself,
        remediation: {
          command: 'aws eks update-cluster-config --name train --access-config authenticationMode=API_AND_CONFIG_MAP --region us-west-2',
        },
      },
      ...rest,
    ],
    says: ['CONFIG_MAP'],
  },
  ...versions('pass', '1.32', '1.36'),
  ...versions('softer', '1.30', '1.31', '1.37', '1.3', '2.31', 'unknown'),
  {
    name: 'a version that EKS and HyperPod have since added',
    plan: mine,
    facts: {
      ...eksFacts({ version: '1.37' }),
      kubernetesVersions: ok([{ version: '1.37', status: 'STANDARD_SUPPORT' }]),
      imageVersions: ok(['1.37']),
    },
    findings: [itselfPasses, ...rest],
  },
  {
    name: 'a version that EKS has and HyperPod has no image for',
    plan: mine,
    facts: { ...eksFacts({ version: '1.36' }), imageVersions: ok(['1.33', '1.34']) },
    findings: [{ ...softer, ...itself }, ...rest],
    says: ['1.33 to 1.34 (EKS and the images of HyperPod)'],
  },
  {
    name: 'versions denied: the dated list stands in, and the text says so',
    plan: mine,
    facts: { ...eksFacts({ version: '1.31' }), kubernetesVersions: denied('eks:DescribeClusterVersions') },
    findings: [{ ...softer, ...itself }, ...rest],
    says: ['1.32 to 1.36 (as of 2026-11-30)', 'could not be read (eks:DescribeClusterVersions)'],
  },
  {
    name: 'images unreadable: a version of the dated list passes, and the text says so',
    plan: mine,
    facts: { imageVersions: broken() },
    findings: [itselfPasses, ...rest],
    says: ['1.32 to 1.36 (as of 2026-11-30), because the images of HyperPod could not be read'],
  },
  {
    name: 'an old version is updated by one, to a version without an image of HyperPod too',
    plan: mine,
    facts: {
      ...eksFacts({ version: '1.30' }),
      kubernetesVersions: ok(['1.30', '1.31', '1.32'].map((version) => ({ version, status: 'EXTENDED_SUPPORT' }))),
      imageVersions: ok(['1.32']),
    },
    findings: [
      { ...softer, remediation: { command: 'aws eks update-cluster-version --name train --kubernetes-version 1.31 --region us-west-2' } },
      ...rest,
    ],
  },
  ...[{}, { kubernetesVersions: denied('eks:DescribeClusterVersions') }].map(
    (unread): Row => ({
      name: `a version whose next one EKS does not list is not updated: ${JSON.stringify(unread)}`,
      plan: mine,
      facts: { ...eksFacts({ version: '1.30' }), ...unread },
      findings: [
        {
          ...softer,
          remediation: {
            text: expect.stringContaining('EKS does not list 1.31 for an update. Wait until EKS has updated the cluster to a supported'),
            command: 'aws eks describe-cluster --name train --query cluster.version --output text --region us-west-2',
          },
        },
        ...rest,
      ],
    }),
  ),
  ...['1.37', '2.31', '2.10', 'unknown'].map(
    (version): Row => ({
      name: `Kubernetes ${version} is none to be updated from here`,
      plan: mine,
      facts: eksFacts({ version }),
      findings: [
        {
          ...softer,
          remediation: expect.objectContaining({ text: expect.stringContaining('Check whether AWS documentation lists this version') }),
        },
        ...rest,
      ],
    }),
  ),
  {
    name: 'a new version brings no line',
    plan: mine,
    facts: eksFacts({ version: '2.10' }),
    findings: [{ ...softer, remediation: noCommand }, ...rest],
  },
  {
    name: 'the oldest version before the list is updated into it',
    plan: mine,
    facts: eksFacts({ version: '1.31' }),
    findings: [
      {
        ...softer,
        remediation: {
          command: expect.stringContaining('--kubernetes-version 1.32'),
          text: expect.stringContaining('Update the EKS cluster, one minor version at a time.'),
        },
      },
      ...rest,
    ],
  },
  ...['CREATING', 'PENDING'].map(
    (status): Row => ({
      name: `${status} is waited for`,
      plan: mine,
      facts: eksFacts({ status }),
      findings: [
        {
          ...required,
          remediation: {
            text: expect.stringContaining('Wait until the EKS cluster is ACTIVE.'),
            command: 'aws eks wait cluster-active --name train --region us-west-2',
          },
        },
        ...rest,
      ],
    }),
  ),
  {
    name: 'FAILED is not',
    plan: mine,
    facts: eksFacts({ status: 'FAILED' }),
    findings: [{ ...required, remediation: noCommand }, ...rest],
  },
  {
    name: 'several faults in one finding, the worst first and deciding',
    plan: mine,
    facts: eksFacts({ status: 'UPDATING', version: '1.29', authenticationMode: 'CONFIG_MAP' }),
    findings: [{ ...required, ...itself, message: expect.stringMatching(/CONFIG_MAP.*UPDATING.*1\.29/) }, ...rest],
  },

  {
    name: 'another VPC',
    plan: mine,
    facts: eksFacts({ vpc: 'vpc-other' }),
    findings: [
      itselfPasses,
      { ...required, ...vpc, message: expect.stringMatching(/vpc-other.*subnet-0aaa0000000000001.*vpc-0aaa0000000000001/) },
      usePasses,
    ],
  },
  {
    name: 'subnets of the right VPC are offered',
    plan: mine,
    facts: {
      ...eksFacts({ vpc: 'vpc-other' }),
      subnets: ok([subnet(), subnet({ id: 'subnet-b', vpc: 'vpc-other' }), subnet({ id: 'subnet-a', vpc: 'vpc-other' })]),
    },
    findings: [itselfPasses, { ...required, ...vpc, remediation: { text: expect.stringContaining('subnet-a, subnet-b') } }, usePasses],
  },
  {
    name: 'the first subnet that exists decides',
    plan: plan(
      planned({ request: request({ ...onEks, VpcConfig: { Subnets: ['subnet-gone', ids.subnet], SecurityGroupIds: [ids.group] } }) }),
    ),
    findings: [itselfPasses, ...rest],
  },
  {
    name: 'none of the subnets exists: unevaluated',
    plan: mine,
    facts: { subnets: ok([]) },
    findings: [itselfPasses, usePasses],
    unevaluated: [{ ...vpc, level: 'required', reason: expect.stringContaining('0 of the subnets') }],
  },
  {
    name: 'no VpcConfig: vpc-given says so',
    plan: plan(planned({ request: { ClusterName: 'llm-train', ...onEks } })),
    findings: [itselfPasses, usePasses],
  },
  {
    name: 'subnets denied: only the VPC is unevaluated',
    plan: mine,
    facts: { subnets: denied('ec2:DescribeSubnets') },
    findings: [itselfPasses, usePasses],
    unevaluated: [{ ...vpc, level: 'required', action: 'ec2:DescribeSubnets' }],
  },

  { name: 'the cluster itself runs on it', plan: mine, facts: withRunning(runs('llm-train')), findings: [itselfPasses, ...rest] },
  {
    name: 'another runs on it',
    plan: mine,
    facts: withRunning(runs('other')),
    findings: [
      itselfPasses,
      vpcPasses,
      { ...required, ...use, cluster: 'llm-train' },
      itselfPasses,
      vpcPasses,
      { ...usePasses, cluster: 'other' },
    ],
  },
  {
    name: 'another runs on another',
    plan: mine,
    facts: withRunning(running({ name: 'other', orchestrator: 'eks', eksCluster: `${ids.eks}-2` })),
    findings: [itselfPasses, ...rest, { resource: `${ids.eks}-2#use`, status: 'pass' }],
    unevaluated: [
      { cluster: 'other', resource: `${ids.eks}-2` },
      { cluster: 'other', resource: `${ids.eks}-2#vpc` },
    ],
  },
  {
    name: 'one that failed still holds it',
    plan: mine,
    facts: withRunning(runs('other', { status: 'Failed' })),
    findings: [itselfPasses, vpcPasses, { ...required, ...use }, {}, {}, {}],
  },
  {
    name: 'one that is being deleted is softer',
    plan: mine,
    facts: withRunning(runs('other', { status: 'Deleting' })),
    findings: [itselfPasses, vpcPasses, { ...softer, ...use, message: expect.stringContaining('still used by other,') }],
  },
  {
    name: 'one that this stands in for does not count',
    plan: plan(onIt('llm-train', { alternativeTo: 'other' })),
    facts: withRunning(runs('other')),
    findings: [itselfPasses, ...rest, {}, {}, { ...usePasses, cluster: 'other' }],
  },
  {
    name: 'of two planned the first has it',
    plan: plan(onIt('a'), onIt('b')),
    findings: [
      { cluster: 'a' },
      { cluster: 'a' },
      { ...usePasses, cluster: 'a' },
      { cluster: 'b' },
      { cluster: 'b' },
      { ...required, ...use, cluster: 'b', message: expect.stringContaining('used by a.') },
    ],
  },
  {
    name: 'two planned that stand in for one another',
    plan: plan(onIt('a'), onIt('b', { alternativeTo: 'a' })),
    findings: [{}, {}, usePasses, {}, {}, usePasses],
  },
  {
    name: 'the one it would be replaced by, planned before it',
    plan: plan(onIt('a', { alternativeTo: 'b' }), onIt('b')),
    findings: [{}, {}, usePasses, {}, {}, usePasses],
  },
  {
    name: 'one that runs keeps it from one planned before',
    plan: plan(onIt('a'), onIt('b')),
    facts: withRunning(runs('b')),
    findings: [
      {},
      {},
      { ...required, ...use, cluster: 'a', message: expect.stringContaining('used by b.') },
      {},
      {},
      { ...usePasses, cluster: 'b' },
    ],
  },
  {
    name: 'a conflict is seen though another cluster could not be read',
    plan: mine,
    facts: {
      clusterNames: ok(['other', 'dark']),
      runningClusters: { other: ok(runs('other')), dark: denied('sagemaker:DescribeCluster') },
    },
    findings: [itselfPasses, vpcPasses, { ...required, ...use }, { cluster: 'other' }, { cluster: 'other' }],
    unevaluated: [{ ...use, cluster: 'other' }, { cluster: 'dark' }],
  },
  {
    name: 'a cluster that could not be read may use it',
    plan: mine,
    facts: { clusterNames: ok(['dark']), runningClusters: { dark: denied('sagemaker:DescribeCluster') } },
    findings: [itselfPasses, vpcPasses],
    unevaluated: [{ ...use, cluster: 'llm-train', level: 'required', action: 'sagemaker:DescribeCluster' }, { cluster: 'dark' }],
  },
  {
    name: 'which clusters run could not be read',
    plan: mine,
    facts: { clusterNames: denied('sagemaker:ListClusters') },
    findings: [itselfPasses, vpcPasses],
    unevaluated: [{ ...use, level: 'required', action: 'sagemaker:ListClusters' }, {}],
  },
  {
    name: 'a rival in the plan, and whether this one runs could not be read',
    plan: plan(onIt('a'), onIt('b')),
    facts: { clusterNames: denied('x') },
    findings: [{}, {}, {}, {}],
    unevaluated: [{ ...use, cluster: 'a' }, { ...use, cluster: 'b', action: 'x' }, {}],
  },

  {
    name: 'EKS denied: who uses it is judged all the same',
    plan: mine,
    facts: { eksClusters: { [ids.eks]: denied('eks:DescribeCluster') } },
    findings: [usePasses],
    unevaluated: [
      { ...itself, level: 'required', action: 'eks:DescribeCluster' },
      { ...vpc, action: 'eks:DescribeCluster' },
    ],
  },
  {
    name: 'EKS unreadable',
    plan: mine,
    facts: { eksClusters: { [ids.eks]: broken() } },
    findings: [usePasses],
    unevaluated: [{ ...itself, reason: 'the service did not answer in time' }, vpc],
  },
  ...[`x${ids.eks}`, `${ids.eks}/nodes`].map(
    (arn): Row => ({
      name: `${arn} is no ARN of an EKS cluster`,
      plan: at(arn),
      facts: { eksClusters: {} },
      findings: [required, { status: 'pass' }],
      unevaluated: [{}],
      says: ['is not the ARN of an EKS cluster'],
    }),
  ),
  {
    name: 'an ARN of another partition',
    plan: at(`arn:aws-cn:eks:${region}:${account}:cluster/train`),
    facts: { eksClusters: {} },
    findings: [required, { status: 'pass' }],
    unevaluated: [{}],
    says: [`is not in account ${account}, region ${region}`],
  },
  {
    name: 'one that does not exist comes with the command that lists them',
    plan: mine,
    facts: { eksClusters: { [ids.eks]: ok(null) } },
    findings: [{ remediation: { command: 'aws eks list-clusters --region us-west-2' } }, usePasses],
  },
  ...['FAILED', 'DELETING'].map(
    (status): Row => ({
      name: `${status} needs a repair or another cluster`,
      plan: mine,
      facts: eksFacts({ status }),
      findings: [{ ...required, remediation: { text: 'Repair the EKS cluster, or name another.' } }, ...rest],
    }),
  ),
  {
    name: 'UPDATING needs patience only',
    plan: mine,
    facts: eksFacts({ status: 'UPDATING' }),
    findings: [{ ...softer, remediation: { text: 'Wait until the EKS cluster is ACTIVE.' } }, ...rest],
  },
  ...['1', '1.37'].map(
    (version): Row => ({
      name: `Kubernetes ${version} brings no line`,
      plan: mine,
      facts: eksFacts({ version }),
      findings: [{ ...softer, remediation: expect.not.objectContaining({ command: expect.anything() }) }, ...rest],
    }),
  ),
  {
    name: 'only subnets of the right VPC are offered, with the command that lists them',
    plan: mine,
    facts: { ...eksFacts({ vpc: 'vpc-other' }), subnets: ok([subnet(), subnet({ id: 'subnet-a', vpc: 'vpc-other' })]) },
    findings: [
      itselfPasses,
      {
        ...vpc,
        remediation: {
          text: 'Name subnets of vpc-other in VpcConfig: it has subnet-a.',
          command: "aws ec2 describe-subnets --filters Name=vpc-id,Values=vpc-other --query 'Subnets[].SubnetId' --region us-west-2",
        },
      },
      usePasses,
    ],
  },
  {
    name: 'a VPC without a subnet offers none',
    plan: mine,
    facts: eksFacts({ vpc: 'vpc-other' }),
    findings: [itselfPasses, { ...vpc, remediation: { text: 'Name subnets of vpc-other in VpcConfig.' } }, usePasses],
  },
  {
    name: 'a planned cluster on another EKS cluster takes nothing',
    plan: plan(planned({ request: request({ ClusterName: 'a', Orchestrator: { Eks: { ClusterArn: `${ids.eks}-2` } } }) }), onIt('b')),
    findings: [
      { cluster: 'a', status: 'pass' },
      {},
      {},
      { ...usePasses, cluster: 'b', message: 'EKS cluster train is used by no other HyperPod cluster than b.' },
    ],
    unevaluated: [{ cluster: 'a' }, { cluster: 'a' }],
  },
  {
    name: 'one that runs on it beside another that runs, and one planned before',
    plan: plan(onIt('a'), onIt('b')),
    facts: withRunning(runs('b'), runs('c')),
    findings: [
      {},
      {},
      { ...use, cluster: 'a', message: expect.stringContaining('used by b, c.') },
      {},
      {},
      { ...use, cluster: 'b', message: expect.stringContaining('used by a, c.') },
      {},
      {},
      {},
    ],
  },
  {
    name: 'one that is being deleted comes with the command that shows its status',
    plan: mine,
    facts: withRunning(runs('other', { status: 'Deleting' })),
    findings: [
      itselfPasses,
      vpcPasses,
      {
        ...use,
        remediation: {
          command: 'aws sagemaker describe-cluster --cluster-name other --query ClusterStatus --output text --region us-west-2',
        },
      },
    ],
  },
]);
