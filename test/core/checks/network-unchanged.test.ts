import { expect } from 'vitest';
import check from '../../../shared/core/checks/network-unchanged.ts';
import { broken, denied, groupRequest, ids, ok, plan, planned, request, running, runningGroup, withRunning } from '../healthy.ts';
import { eksPlan, planOf } from '../plans.ts';
import { table } from '../table.ts';

const [a, b] = [ids.subnet, ids.subnet2];
const net = (Subnets: string[], SecurityGroupIds: string[] = [ids.group]) => ({ Subnets, SecurityGroupIds });
const runs = (subnets: string[], securityGroups: string[] = [ids.group]) => ({ subnets, securityGroups });
const group = (OverrideVpcConfig?: ReturnType<typeof net>, InstanceGroupName = 'workers') =>
  groupRequest({ InstanceGroupName, OverrideVpcConfig });

table(check, [
  { name: 'does not apply to a cluster that does not run', findings: [] },
  { name: 'does not apply to one that only runs', plan: { ...plan(), clusters: [] }, facts: withRunning(running()), findings: [] },
  {
    name: 'does not apply while its namesake is being deleted',
    facts: withRunning(running({ status: 'Deleting', network: undefined })),
    findings: [],
  },
  {
    name: 'passes where nothing changes',
    facts: withRunning(running()),
    findings: [
      { status: 'pass', level: 'required', resource: 'Orchestrator' },
      { status: 'pass', resource: 'VpcConfig' },
      { status: 'pass', group: 'workers', resource: 'OverrideVpcConfig' },
    ],
  },
  {
    name: 'the order of subnets and security groups does not matter, nor does naming one twice',
    plan: plan(
      planned({
        request: request({ VpcConfig: net([a, b, a], ['sg-1', 'sg-2']), InstanceGroups: [group(net([a, b], ['sg-1', 'sg-2']))] }),
      }),
    ),
    facts: withRunning(
      running({ network: runs([b, a], ['sg-2', 'sg-1']), groups: [runningGroup({ network: runs([b, a], ['sg-2', 'sg-1']) })] }),
    ),
    findings: [{ status: 'pass' }, { status: 'pass' }, { status: 'pass' }],
  },
  {
    name: 'fails on another subnet',
    plan: planOf({ VpcConfig: net([a, b]) }),
    facts: withRunning(running()),
    findings: [
      { status: 'pass' },
      {
        status: 'fail',
        level: 'required',
        resource: 'VpcConfig',
        message: expect.stringContaining(b),
        remediation: { command: expect.stringContaining('--cluster-name llm-train') },
      },
      { status: 'pass' },
    ],
  },
  {
    name: 'fails on another security group',
    plan: planOf({ VpcConfig: net([a], ['sg-other']) }),
    facts: withRunning(running()),
    findings: [{ status: 'pass' }, { status: 'fail', resource: 'VpcConfig' }, { status: 'pass' }],
  },
  {
    name: 'fails where a network is added or dropped',
    plan: planOf({ VpcConfig: undefined, InstanceGroups: [group(net([b]))] }),
    facts: withRunning(running()),
    findings: [
      { status: 'pass' },
      { status: 'fail', resource: 'VpcConfig', message: expect.stringContaining('none planned.') },
      { status: 'fail', group: 'workers', resource: 'OverrideVpcConfig', message: expect.stringContaining('none running,') },
    ],
  },
  {
    name: 'a new group may bring any network',
    plan: planOf({ InstanceGroups: [group(), group(net([b]), 'new')] }),
    facts: withRunning(running()),
    findings: [{ status: 'pass' }, { status: 'pass' }, { status: 'pass', group: 'workers' }],
  },
  {
    name: 'a VPC that was made with the cluster need not be named',
    plan: plan(planned({ newVpc: true, request: request({ VpcConfig: undefined }) })),
    facts: withRunning(running()),
    findings: [
      { status: 'pass', resource: 'Orchestrator' },
      { status: 'pass', resource: 'OverrideVpcConfig' },
    ],
  },
  {
    name: 'fails on another orchestrator',
    plan: eksPlan,
    facts: withRunning(running()),
    findings: [{ status: 'fail', level: 'required', resource: 'Orchestrator' }, { status: 'pass' }, { status: 'pass' }],
    says: ['slurm running,', ids.eks],
  },
  {
    name: 'fails on another EKS cluster',
    plan: eksPlan,
    facts: withRunning(running({ orchestrator: 'eks', eksCluster: `${ids.eks}-2` })),
    findings: [{ status: 'fail', resource: 'Orchestrator' }, { status: 'pass' }, { status: 'pass' }],
  },
  {
    name: 'the running cluster unread: unevaluated',
    facts: { clusterNames: ok(['llm-train']), runningClusters: { 'llm-train': denied('sagemaker:DescribeCluster') } },
    unevaluated: [{ cluster: 'llm-train', level: 'required', action: 'sagemaker:DescribeCluster' }],
  },
  {
    name: 'clusters not listed: unevaluated',
    facts: { clusterNames: broken() },
    unevaluated: [{ cluster: 'llm-train', level: 'required' }, {}],
  },
]);
