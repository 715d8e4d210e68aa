import { expect } from 'vitest';
import check from '../../../shared/core/checks/vpc-given.ts';
import { groupRequest, ids, onEks, plan, planned, request, running, runningGroup, withRunning } from '../healthy.ts';
import { eksPlan, planOf } from '../plans.ts';
import { table } from '../table.ts';

const noVpc = { VpcConfig: undefined };
const storage = (config: object) => ({ InstanceGroups: [groupRequest({ InstanceStorageConfigs: [config] })] });
const lustre = storage({ FsxLustreConfig: { DnsName: `${ids.fs}.fsx.us-west-2.amazonaws.com`, MountName: 'abcdefgh' } });
const zfs = storage({ FsxOpenZfsConfig: { DnsName: 'fs-0bbb.fsx.us-west-2.amazonaws.com' } });

table(check, [
  { name: 'does not apply to Slurm without a file system', findings: [] },
  { name: 'does not apply to Slurm without file system and VPC', plan: planOf(noVpc), findings: [] },
  {
    name: 'passes on EKS',
    plan: eksPlan,
    findings: [{ status: 'pass', level: 'required', resource: 'llm-train' }],
  },
  {
    name: 'fails on EKS without a VPC',
    plan: planOf({ ...onEks, ...noVpc }),
    findings: [{ status: 'fail', level: 'required', remediation: { command: expect.stringContaining('--region us-west-2') } }],
    says: ['EKS'],
  },
  {
    name: 'passes on Slurm with a file system of the plan',
    plan: plan(planned({ fsxLustre: [ids.fs] })),
    findings: [{ status: 'pass' }],
    says: [ids.fs],
  },
  {
    name: 'fails on Slurm with a file system of the plan and no VPC',
    plan: plan(planned({ fsxLustre: [ids.fs], request: request(noVpc) })),
    findings: [{ status: 'fail', level: 'required' }],
    says: [ids.fs],
  },
  {
    name: 'fails on Slurm with Lustre in the request',
    plan: planOf({ ...lustre, ...noVpc }),
    findings: [{ status: 'fail' }],
    says: [ids.fs],
  },
  {
    name: 'fails on Slurm with OpenZFS in the request',
    plan: planOf({ ...zfs, ...noVpc }),
    findings: [{ status: 'fail' }],
    says: ['fs-0bbb'],
  },
  {
    name: 'an override is no VpcConfig',
    plan: plan(
      planned({
        fsxLustre: [ids.fs],
        request: request({
          ...noVpc,
          InstanceGroups: [groupRequest({ OverrideVpcConfig: { SecurityGroupIds: [], Subnets: [ids.subnet] } })],
        }),
      }),
    ),
    findings: [{ status: 'fail' }],
  },
  {
    name: 'passes where the VPC is yet to be made',
    plan: plan(planned({ newVpc: true, request: request({ ...onEks, ...noVpc }) })),
    findings: [{ status: 'pass' }],
    says: ['newVpc'],
  },
  {
    name: 'a cluster that only runs has what it was made with',
    plan: { ...plan(), clusters: [] },
    facts: withRunning(running({ orchestrator: 'eks', eksCluster: ids.eks, groups: [runningGroup()] })),
    findings: [],
  },
]);
