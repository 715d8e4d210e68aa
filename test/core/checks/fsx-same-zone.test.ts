import { expect } from 'vitest';
import check from '../../../shared/core/checks/fsx-same-zone.ts';
import { broken, denied, groupRequest, ids, ok, plan, planned, request, subnet } from '../healthy.ts';
import { fileSystemFacts, planOf, vpcConfig } from '../plans.ts';
import { table } from '../table.ts';

const farSubnet = 'subnet-0bbb0000000000001';
const over = (...Subnets: string[]) =>
  plan(planned({ fsxLustre: [ids.fs], request: request({ VpcConfig: { SecurityGroupIds: [ids.group], Subnets } }) }));
const openZfs = (subnetId: string) =>
  planOf({
    VpcConfig: vpcConfig(subnetId),
    InstanceGroups: [
      groupRequest({
        InstanceStorageConfigs: [{ FsxOpenZfsConfig: { DnsName: `${ids.fs}.fsx.us-west-2.amazonaws.com`, MountPath: '/home' } }],
      }),
    ],
  });
const inSubnet = (...subnets: string[]) => fileSystemFacts({ subnets });
const zones = ok([subnet({ id: ids.subnet2, zone: 'usw2-az2' }), subnet(), subnet({ id: farSubnet, vpc: 'vpc-0bbb', zone: 'usw2-az2' })]);

table(check, [
  { name: 'does not apply without a file system', plan: plan(), findings: [] },
  {
    name: 'does not apply without a VPC',
    plan: plan(planned({ fsxLustre: [ids.fs], request: request({ VpcConfig: undefined }) })),
    findings: [],
  },
  {
    name: 'the same zone',
    plan: over(ids.subnet),
    findings: [{ status: 'pass', level: 'advice', resource: ids.fs }],
    says: ['usw2-az1'],
  },
  {
    name: 'another subnet of the same zone',
    plan: over(ids.subnet),
    facts: { ...inSubnet(farSubnet), subnets: ok([subnet(), subnet({ id: farSubnet })]) },
    findings: [{ status: 'pass' }],
  },
  {
    name: 'another zone',
    plan: over(ids.subnet2),
    facts: { subnets: zones },
    findings: [{ status: 'fail', level: 'advice', remediation: { text: expect.stringContaining('usw2-az1') } }],
    says: [`${ids.subnet2} is in usw2-az2`],
  },
  {
    name: 'one of two candidates in another zone',
    plan: over(ids.subnet, ids.subnet2),
    facts: { subnets: zones },
    findings: [{ status: 'fail', level: 'advice' }],
    says: [`${ids.subnet2} is in usw2-az2. HyperPod may place its nodes there`],
  },
  {
    name: 'a file system in another VPC still has a zone',
    plan: over(ids.subnet2),
    facts: { ...inSubnet(farSubnet), subnets: zones },
    findings: [{ status: 'pass' }],
  },
  {
    name: 'OpenZFS in another zone',
    plan: openZfs(ids.subnet2),
    facts: { ...fileSystemFacts({ type: 'OPENZFS', mountName: undefined }), subnets: zones },
    findings: [{ status: 'fail', level: 'advice', resource: ids.fs }],
    says: [`${ids.subnet2} is in usw2-az2`],
  },
  {
    name: 'OpenZFS over two zones, one of them that of the nodes',
    plan: openZfs(ids.subnet2),
    facts: { ...fileSystemFacts({ type: 'OPENZFS', mountName: undefined, subnets: [ids.subnet, ids.subnet2] }), subnets: zones },
    findings: [{ status: 'pass', level: 'advice', resource: ids.fs }],
  },
  {
    name: 'fsx-available speaks of one that does not exist',
    plan: over(ids.subnet),
    facts: { fileSystems: { [ids.fs]: ok(null) } },
    findings: [],
  },
  {
    name: 'a subnet no one can see: unevaluated',
    plan: over(ids.subnet),
    facts: inSubnet(farSubnet),
    unevaluated: [{ level: 'advice', resource: ids.fs, reason: expect.stringContaining(farSubnet) }],
  },
  {
    name: 'the file system denied: unevaluated',
    plan: over(ids.subnet),
    facts: { fileSystems: { [ids.fs]: denied('fsx:DescribeFileSystems') } },
    unevaluated: [{ resource: ids.fs, action: 'fsx:DescribeFileSystems' }],
  },
  { name: 'subnets unreadable: unevaluated', plan: over(ids.subnet), facts: { subnets: broken() }, unevaluated: [{ resource: ids.fs }] },
  {
    name: 'the message names one subnet, or several, of the same zone',
    plan: over(ids.subnet, ids.subnet2),
    facts: { subnets: ok([subnet(), subnet({ id: ids.subnet2 })]) },
    findings: [{ status: 'pass', message: `File system ${ids.fs} is in usw2-az1, the same zone as ${ids.subnet} and ${ids.subnet2}.` }],
  },
  {
    name: 'the message for one subnet of the same zone',
    plan: over(ids.subnet),
    findings: [{ message: `File system ${ids.fs} is in usw2-az1, the same zone as ${ids.subnet}.` }],
  },
  {
    name: 'where every subnet is in another zone, the placement is certain',
    plan: over(ids.subnet2),
    facts: { subnets: zones },
    findings: [{ message: `File system ${ids.fs} is in usw2-az1, but ${ids.subnet2} is in usw2-az2.` }],
  },
]);
