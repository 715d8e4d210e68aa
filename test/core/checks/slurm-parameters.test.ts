import { expect } from 'vitest';
import check from '../../../shared/core/checks/slurm-parameters.ts';
import type { ClusterRequest } from '../../../shared/core/plan/plan.ts';
import { broken, denied, groupRequest, ids, ok, running, withRunning } from '../healthy.ts';
import { eksPlan, planOf, planOfGroups } from '../plans.ts';
import { table } from '../table.ts';

const uri = `s3://${ids.bucket}/scripts/provisioning_parameters.json`;
const stored = (content: unknown) => ({
  slurmParameters: { [uri]: ok(typeof content === 'string' ? content : JSON.stringify(content)) },
});
const lustre = { DnsName: `${ids.fs}.fsx.us-west-2.amazonaws.com`, MountName: 'abcdefgh' };
const file = { version: '1.0.0', workload_manager: 'slurm', controller_group: 'head', worker_groups: [{ instance_group_name: 'workers' }] };
const head = groupRequest({ InstanceGroupName: 'head', InstanceType: 'ml.m5.xlarge', InstanceCount: 1 });
const legacy = (more: Partial<ClusterRequest> = {}) => planOf({ InstanceGroups: [head, groupRequest()], ...more });
const mounting = planOf({
  InstanceGroups: [head, groupRequest({ InstanceStorageConfigs: [{ FsxLustreConfig: lustre }] })],
});
const configured = planOf({
  InstanceGroups: [
    { ...head, SlurmConfig: { NodeType: 'Controller' } },
    groupRequest({ SlurmConfig: { NodeType: 'Compute', PartitionNames: ['gpu'] } }),
  ],
});
const passed = [{ status: 'pass', level: 'recommended', resource: uri }] as const;
const failed = [{ ...passed[0], status: 'fail' }] as const;
const refused = [{ ...failed[0], level: 'required' }] as const;

table(check, [
  { name: 'does not apply on EKS', plan: eksPlan, facts: stored(file), findings: [] },
  { name: 'does not apply without scripts', plan: planOfGroups({ LifeCycleConfig: undefined }), findings: [] },
  { name: 'does not apply to a cluster that only runs', plan: { ...legacy(), clusters: [] }, facts: withRunning(running()), findings: [] },
  { name: 'says nothing of a request with neither', plan: legacy(), findings: [] },
  { name: 'passes SlurmConfig alone', plan: configured, findings: [{ ...passed[0], level: 'required' }] },
  {
    name: 'refuses both',
    plan: configured,
    facts: stored(file),
    findings: [{ ...refused[0], remediation: { command: expect.stringContaining(`aws s3 mv ${uri}`) } }],
    says: ['2 groups have SlurmConfig', 'does not allow both'],
  },
  { name: 'refuses both, whatever the file contains', plan: configured, facts: stored(''), findings: refused },
  {
    name: 'passes a file with all groups of the request',
    plan: legacy(),
    facts: stored(file),
    findings: passed,
    says: ['2 instance groups'],
  },
  {
    name: 'passes a login group',
    plan: planOf({ InstanceGroups: [head, { ...head, InstanceGroupName: 'login' }, groupRequest()] }),
    facts: stored({ ...file, login_group: 'login' }),
    findings: passed,
  },
  {
    name: 'fails for a group that the request does not have',
    plan: legacy(),
    facts: stored({ ...file, controller_group: 'controller' }),
    findings: failed,
    says: ['does not match the request: controller missing in', 'head missing in the file'],
  },
  {
    name: 'fails for a group that the file does not name',
    plan: legacy(),
    facts: stored({ ...file, worker_groups: 'workers' }),
    findings: failed,
    says: ['the request: workers missing in the file. According'],
  },
  ...['', '{', '[]', 'null'].map((content) => ({
    name: `fails for ${JSON.stringify(content)}`,
    plan: legacy(),
    facts: stored(content),
    findings: failed,
    says: ['is not a JSON object'],
  })),
  {
    name: 'passes the file system of the request',
    plan: mounting,
    facts: stored({ ...file, fsx_dns_name: lustre.DnsName, fsx_mountname: lustre.MountName }),
    findings: passed,
  },
  {
    name: 'fails for another file system',
    plan: mounting,
    facts: stored({ ...file, fsx_dns_name: 'fs-0bbb.fsx.us-west-2.amazonaws.com', fsx_mountname: lustre.MountName }),
    findings: failed,
    says: ['request: mount fs-0bbb.fsx.us-west-2.amazonaws.com/abcdefgh'],
  },
  {
    name: 'fails for another mount name',
    plan: mounting,
    facts: stored({ ...file, fsx_dns_name: lustre.DnsName, fsx_mountname: 'xyz' }),
    findings: failed,
  },
  {
    name: 'accepts a file system that the request leaves to the file',
    plan: legacy(),
    facts: stored({ ...file, fsx_dns_name: lustre.DnsName }),
    findings: passed,
  },
  {
    name: 'leaves a missing SlurmConfig with Continuous provisioning to slurm-configuration',
    plan: legacy({ NodeProvisioningMode: 'Continuous' }),
    facts: stored({}),
    findings: [],
  },
  {
    name: 'evaluates each location once',
    plan: planOf({
      InstanceGroups: [head, groupRequest({ LifeCycleConfig: { SourceS3Uri: `s3://${ids.bucket}/other/`, OnCreate: 'a.sh' } })],
    }),
    facts: {
      slurmParameters: {
        ...stored(file).slurmParameters,
        [`s3://${ids.bucket}/other/provisioning_parameters.json`]: ok(JSON.stringify(file)),
      },
    },
    findings: [{ ...passed[0], resource: `s3://${ids.bucket}/other/provisioning_parameters.json` }, passed[0]],
  },
  {
    name: 'does not evaluate an unread file: required where groups have SlurmConfig',
    plan: configured,
    facts: { slurmParameters: { [uri]: denied('s3:GetObject') } },
    unevaluated: [{ level: 'required', resource: uri, action: 's3:GetObject' }],
  },
  {
    name: 'does not evaluate an unread file: recommended elsewhere',
    plan: legacy(),
    facts: { slurmParameters: {} },
    unevaluated: [{ level: 'recommended', resource: uri }],
  },
  {
    name: 'does not evaluate a file whose use depends on an unread cluster',
    plan: legacy(),
    facts: { ...stored(file), clusterNames: ok(['llm-train']), runningClusters: { 'llm-train': broken() } },
    unevaluated: [{ level: 'recommended', resource: uri }],
  },
]);
