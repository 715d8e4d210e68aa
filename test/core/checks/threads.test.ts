import { expect } from 'vitest';
import check from '../../../shared/core/checks/threads.ts';
import { broken, instanceTypes, ok, running, withRunning } from '../healthy.ts';
import { planOfGroups } from '../plans.ts';
import { table } from '../table.ts';

const graviton = { ...instanceTypes['m5.xlarge'], validThreads: [1], architectures: ['arm64'] };
const types = {
  instanceTypes: ok({
    ...instanceTypes,
    'c7g.large': graviton,
    'm7g.large': graviton,
    'g5.xlarge': { ...instanceTypes['g5.xlarge'], validThreads: undefined },
  }),
};
const two = (InstanceType: string) => planOfGroups({ InstanceType, ThreadsPerCore: 2 });
const flexible = (...InstanceTypes: readonly string[]) =>
  planOfGroups({ InstanceType: undefined, InstanceRequirements: { InstanceTypes }, ThreadsPerCore: 2 });

table(check, [
  { name: 'does not apply without ThreadsPerCore', plan: planOfGroups({ InstanceType: 'ml.p4d.24xlarge' }), findings: [] },
  {
    name: 'advises a value for P5, which starts with one thread per core without it',
    plan: planOfGroups({ InstanceType: 'ml.p5.48xlarge' }),
    facts: { instanceTypes: broken() },
    findings: [
      {
        status: 'fail',
        level: 'advice',
        group: 'workers',
        resource: 'ThreadsPerCore',
        have: 96,
        need: 192,
        unit: 'vCPUs',
        remediation: { text: expect.stringContaining('Set ThreadsPerCore to 2') },
      },
    ],
    says: ['96 of 192 vCPUs'],
  },
  {
    name: 'advises a value for a flexible group with P5',
    plan: planOfGroups({ InstanceType: undefined, InstanceRequirements: { InstanceTypes: ['ml.p4d.24xlarge', 'ml.p5.48xlarge'] } }),
    findings: [{ status: 'fail', level: 'advice' }],
  },
  { name: 'does not apply to a cluster that only runs', plan: { ...two('ml.p5.48xlarge'), clusters: [] }, facts: withRunning(running()) },
  {
    name: 'passes a supported value',
    plan: two('ml.p5.48xlarge'),
    findings: [{ status: 'pass', group: 'workers', resource: 'ThreadsPerCore' }],
    says: ['ml.p5.48xlarge supports ThreadsPerCore 2'],
  },
  {
    name: 'passes 1 on Graviton',
    plan: planOfGroups({ InstanceType: 'ml.c7g.large', ThreadsPerCore: 1 }),
    facts: types,
    findings: [{ status: 'pass' }],
  },
  {
    name: 'fails with 2 on Graviton',
    plan: two('ml.c7g.large'),
    facts: types,
    findings: [{ status: 'fail', level: 'required', group: 'workers', resource: 'ThreadsPerCore' }],
    says: ['requests ThreadsPerCore 2', 'ml.c7g.large supports 1'],
  },
  {
    name: 'fails where one type of a flexible group refuses, even beside a type that is unknown',
    plan: flexible('ml.m5.xlarge', 'ml.z9.large', 'ml.m7g.large'),
    facts: types,
    findings: [{ status: 'fail' }],
    says: ['but ml.m7g.large supports 1.'],
  },
  {
    name: 'names all types of a flexible group',
    plan: flexible('ml.m5.xlarge', 'ml.m5.4xlarge'),
    findings: [{ status: 'pass' }],
    says: ['support ThreadsPerCore 2'],
  },
  { name: 'does not apply where EC2 lists no values', plan: two('ml.g5.xlarge'), facts: types, findings: [] },
  {
    name: 'does not evaluate an unknown type',
    plan: two('ml.z9.large'),
    unevaluated: [{ level: 'required', group: 'workers', reason: 'instance type ml.z9.large is unknown in this region' }],
  },
  {
    name: 'does not evaluate types that could not be read',
    plan: two('ml.p5.48xlarge'),
    facts: { instanceTypes: broken() },
    unevaluated: [{ level: 'required' }],
  },
]);
