import { expect } from 'vitest';
import check from '../../../shared/core/checks/autoscaling.ts';
import type { Role } from '../../../shared/core/evaluation/facts.ts';
import type { ClusterRequest } from '../../../shared/core/plan/plan.ts';
import { account, denied, groupRequest, ids, ok, onEks, plan, region, running, withRunning } from '../healthy.ts';
import { planOf } from '../plans.ts';
import { table } from '../table.ts';

const arn = `arn:aws:iam::${account}:role/SageMakerHyperPodKarpenterRole`;
const scaling = (more: Partial<ClusterRequest> = {}) =>
  planOf({ ...onEks, AutoScaling: { Mode: 'Enable' }, NodeRecovery: 'Automatic', ClusterRole: arn, ...more });
const policy = (...Statement: readonly object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const trust = policy({ Effect: 'Allow', Principal: { Service: ['hyperpod.sagemaker.amazonaws.com'] }, Action: 'sts:AssumeRole' });
/** The statement of AWS's page. */
const nodes = {
  Effect: 'Allow',
  Action: ['sagemaker:BatchAddClusterNodes', 'sagemaker:BatchDeleteClusterNodes'],
  Resource: 'arn:aws:sagemaker:*:*:cluster/*',
  Condition: { StringEquals: { 'aws:ResourceAccount': '${aws:PrincipalAccount}' } },
};
const roles = (more: Partial<Role> = {}, ...statements: readonly object[]) => ({
  roles: {
    [arn]: ok({
      arn,
      trust,
      policies: [{ name: 'karpenter', document: policy(...(statements.length > 0 ? statements : [nodes])) }],
      ...more,
    }),
  },
});
const key = `arn:aws:kms:${region}:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
const encrypted = (...of: readonly string[]) =>
  scaling({
    InstanceGroups: [
      groupRequest({
        InstanceStorageConfigs: (of.length > 0 ? of : [key]).map((VolumeKmsKeyId) => ({
          EbsVolumeConfig: { VolumeSizeInGB: 500, VolumeKmsKeyId },
        })),
      }),
    ],
  });
const byAccount = { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: 'kms:*', Resource: '*' };
const keys = () => ({
  kmsKeys: {
    [key]: ok({
      state: 'Enabled',
      usage: 'ENCRYPT_DECRYPT',
      spec: 'SYMMETRIC_DEFAULT',
      policy: ok(policy(byAccount)),
      grants: ok([]),
    }),
  },
});
const fails = [{ status: 'fail', level: 'required', resource: arn }] as const;
const softer = [{ status: 'fail', level: 'recommended', resource: arn }] as const;
const says = (words: string) => [{ status: 'fail', level: 'required', resource: arn, message: expect.stringContaining(words) }] as const;

table(check, [
  { name: 'does not apply without AutoScaling', plan: planOf({ ...onEks, ClusterRole: arn }), facts: roles(), findings: [] },
  { name: 'does not apply to AutoScaling Disable', plan: scaling({ AutoScaling: { Mode: 'Disable' } }), facts: roles(), findings: [] },
  { name: 'leaves Slurm to eks-configuration', plan: scaling({ Orchestrator: undefined }), facts: roles(), findings: [] },
  {
    name: "passes the role of AWS's page",
    plan: scaling(),
    facts: roles(),
    findings: [{ status: 'pass', level: 'required', resource: arn }],
  },
  { name: 'leaves a request without ClusterRole to autoscaling-settings', plan: scaling({ ClusterRole: undefined }), findings: [] },
  {
    name: 'fails where the role does not exist',
    plan: scaling(),
    facts: { roles: { [arn]: ok(null) } },
    findings: [
      { status: 'fail', level: 'required', remediation: { command: expect.stringContaining('hyperpod.sagemaker.amazonaws.com') } },
    ],
  },
  {
    name: 'fails with a role of another account',
    plan: scaling({ ClusterRole: 'arn:aws:iam::999999999999:role/x' }),
    findings: [{ status: 'fail', level: 'required', message: expect.stringContaining('is not the ARN of a role of account 111122223333') }],
  },
  {
    name: 'fails where the role trusts another service, and replaces nothing else',
    plan: scaling(),
    facts: roles({ trust: policy({ Effect: 'Allow', Principal: { Service: 'sagemaker.amazonaws.com' }, Action: 'sts:AssumeRole' }) }),
    findings: [
      {
        status: 'fail',
        level: 'required',
        message: expect.not.stringContaining('BatchAdd'),
        remediation: { command: expect.stringMatching(/^aws iam update-assume-role-policy [^&]*$/) },
      },
    ],
  },
  {
    name: 'fails without permission to delete nodes',
    plan: scaling(),
    facts: roles({}, { ...nodes, Action: 'sagemaker:BatchAddClusterNodes' }),
    findings: says('does not allow sagemaker:BatchDeleteClusterNodes ('),
  },
  {
    name: 'fails with clusters of another region',
    plan: scaling(),
    facts: roles({}, { ...nodes, Resource: `arn:aws:sagemaker:us-east-1:${account}:cluster/*` }),
    findings: fails,
  },
  {
    name: 'fails with clusters of another account',
    plan: scaling(),
    facts: roles({}, { ...nodes, Resource: `arn:aws:sagemaker:${region}:999999999999:cluster/*` }),
    findings: fails,
  },
  {
    name: 'offers no command against a Deny statement',
    plan: scaling(),
    facts: roles({}, nodes, { Effect: 'Deny', Action: 'sagemaker:*', Resource: '*' }),
    findings: [{ status: 'fail', level: 'required', remediation: expect.not.objectContaining({ command: expect.anything() }) }],
  },
  {
    name: 'is softer where one cluster id is allowed',
    plan: scaling(),
    facts: roles({}, { ...nodes, Resource: `arn:aws:sagemaker:${region}:${account}:cluster/abc` }),
    findings: softer,
  },
  {
    name: 'is softer where a condition decides',
    plan: scaling(),
    facts: roles({}, { ...nodes, Condition: { StringEquals: { 'aws:SourceVpc': 'vpc-1' } } }),
    findings: softer,
  },
  {
    name: 'evaluates the role of a cluster that only runs',
    plan: { ...plan(), clusters: [] },
    facts: {
      ...roles({ trust: policy() }),
      ...withRunning(running({ orchestrator: 'eks', eksCluster: ids.eks, autoScaling: true, clusterRole: arn })),
    },
    findings: [{ status: 'fail', level: 'required', resource: arn }],
  },
  {
    name: 'passes with a key of volumes that the role may use',
    plan: encrypted(),
    facts: { ...roles({}, nodes, { Effect: 'Allow', Action: ['kms:CreateGrant', 'kms:DescribeKey'], Resource: '*' }), ...keys() },
    findings: [
      { status: 'pass', resource: arn },
      { status: 'pass', level: 'required', resource: key },
    ],
  },
  {
    name: 'fails with a key of volumes that the role may not use',
    plan: encrypted(),
    facts: { ...roles(), ...keys() },
    findings: [
      { status: 'pass', resource: arn },
      {
        status: 'fail',
        level: 'required',
        resource: key,
        message: expect.stringContaining(`ClusterRole ${arn} may not use key ${key} (kms:CreateGrant and kms:DescribeKey)`),
        remediation: { command: expect.stringContaining('--policy-name hyperpod-autoscaling-volumes') },
      },
    ],
  },
  {
    name: 'does not evaluate a key that could not be read',
    plan: encrypted(),
    facts: { ...roles(), kmsKeys: { [key]: denied('kms:DescribeKey') } },
    findings: [{ status: 'pass' }],
    unevaluated: [{ level: 'required', resource: key, action: 'kms:DescribeKey' }],
  },
  {
    name: 'leaves keys of other accounts and missing ones to kms-keys',
    plan: encrypted(key, key.replace(account, '999999999999')),
    facts: { ...roles(), kmsKeys: { [key]: ok(null) } },
    findings: [{ status: 'pass', resource: arn }],
  },
  {
    name: 'does not evaluate a role that could not be read',
    plan: scaling(),
    facts: { roles: { [arn]: denied('iam:GetRole') } },
    unevaluated: [{ level: 'required', resource: arn, action: 'iam:GetRole' }],
  },
]);
