import { describe, expect, test } from 'vitest';
import { changedResource, mayMatter, usedResources } from '../../../shared/core/events/used-resources.ts';
import { account, denied, facts, ids, ok, region } from '../healthy.ts';

const iam = 'iam.amazonaws.com';
const kms = 'kms.amazonaws.com';

test.each([
  [iam, { roleName: 'Nodes', policyArn: 'arn:aws:iam::aws:policy/X' }, 'role/nodes'],
  [iam, { userName: 'ada' }, 'user/ada'],
  [iam, { policyArn: `arn:aws:iam::${account}:policy/teams/Own` }, 'policy/own'],
  [iam, {}, undefined],
  [iam, null, undefined],
  [iam, { roleName: 7 }, undefined],
  [kms, { keyId: `arn:aws:kms:${region}:${account}:key/1234-AB` }, 'key/1234-ab'],
  [kms, { keyId: '1234-ab' }, 'key/1234-ab'],
  [kms, { keyId: 'alias/x' }, undefined],
  [kms, undefined, undefined],
  ['ec2.amazonaws.com', { roleName: 'x' }, undefined],
] as const)('%s with %j changes %s', (source, request, expected) => {
  expect(changedResource(source, request)).toBe(expected);
});

test.each([
  ['role/nodes', { identities: ['role/nodes'] }, true],
  ['role/web', { identities: ['role/nodes'] }, false],
  ['policy/x', { identities: [] }, false],
  ['role/web', { keys: [] }, true],
  ['key/a', { identities: [], keys: ['key/b'] }, false],
  ['key/a', { identities: [] }, true],
] as const)('%s where %j is used: %s', (resource, used, expected) => {
  expect(mayMatter(resource, used)).toBe(expected);
});

describe('what facts show to be used', () => {
  const key = `arn:aws:kms:${region}:${account}:key/1234-AB`;
  const policy = (name: string) => ({ name, document: '{}' });
  const role = { arn: ids.role, trust: '', policies: [policy('Inline'), policy('Managed')], boundary: policy('Fence') };
  const gone = `arn:aws:iam::${account}:role/teams/Gone`;
  const full = facts({
    roles: { [ids.role]: ok(role), [gone]: ok(null) },
    principals: { [`arn:aws:sts::${account}:assumed-role/ML/ada`]: ok({}), [`arn:aws:iam::${account}:user/Bo`]: ok({}) },
    kmsKeys: { [key]: ok(null) },
  });

  test('roles, also missing ones, their policies and boundaries, principals of the plan, keys', () => {
    const name = ids.role.split('/').at(-1)?.toLowerCase();
    expect(usedResources(full)).toEqual({
      identities: ['policy/fence', 'policy/inline', 'policy/managed', 'role/gone', 'role/ml', `role/${name}`, 'user/bo'].toSorted(),
      keys: ['key/1234-ab'],
    });
  });

  test.each([
    ['clusters', { clusterNames: denied('sagemaker:ListClusters') }, []],
    ['a cluster', { runningClusters: { llm: denied('sagemaker:DescribeCluster') } }, []],
    ['a role', { roles: { [ids.role]: denied('iam:GetRole') } }, ['keys']],
    ['a principal', { principals: { [ids.role]: denied('iam:ListRoleTags') } }, ['keys']],
    ['a key', { kmsKeys: { [key]: denied('kms:DescribeKey') } }, ['identities']],
    ['a script, whose key is not known', { lifecycleObjects: { [ids.script]: denied('s3:GetObject') } }, ['identities']],
  ] as const)('without %s what it would show is not known', (_, more, known) => {
    expect(Object.keys(usedResources({ ...full, ...more }))).toEqual([...known]);
  });
});
