/** The story: what stands in it at first, and what each step changes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { SandboxRegion } from '../../shared/sandbox/description.ts';
import { approveRequest, drift, drifted, removeSelfRule } from '../../shared/sandbox/drift.ts';
import { storyAccount } from '../../shared/sandbox/story.ts';
import { account } from './clients.ts';

const p5 = 'ml.p5.48xlarge for cluster usage';
const regionOf = (name: string, d = storyAccount()): SandboxRegion => {
  const region = d.accounts[account]?.regions[name];
  if (!region) throw new Error(`The story has no ${name}.`);
  return region;
};
const step = (name: string) => {
  const found = drift.find((s) => s.name === name);
  if (!found) throw new Error(`There is no step ${name}.`);
  return found;
};
const nodes = (r: SandboxRegion) => r.securityGroups.find((g) => g.GroupName === 'hyperpod');
const selfRules = (r: SandboxRegion) => {
  const group = nodes(r);
  const self = (p: { readonly UserIdGroupPairs: readonly { readonly GroupId: string }[] }) =>
    p.UserIdGroupPairs.some((x) => x.GroupId === group?.GroupId);
  return [group?.IpPermissions.filter(self).length, group?.IpPermissionsEgress.filter(self).length];
};

describe('drift', () => {
  test('is four steps', () => {
    expect(drift.map((s) => [s.name, s.region])).toEqual([
      ['efa-self-rule-removed', 'us-west-2'],
      ['quota-increase-approved', 'us-east-1'],
      ['subnet-fills', 'eu-north-1'],
      ['permission-lost', 'eu-north-1'],
    ]);
  });

  test.each(drift)('$name changes its region alone, and not the description it came from', ({ apply, region }) => {
    const before = storyAccount();
    const after = apply(before);
    expect(before).toEqual(storyAccount());
    const changed = Object.keys(before.accounts[account]?.regions ?? {}).filter(
      (r) => after.accounts[account]?.regions[r] !== before.accounts[account]?.regions[r],
    );
    expect(changed).toEqual([region]);
    expect(after).not.toEqual(before);
  });

  test('removes the ingress self rule and leaves the others', () => {
    const before = regionOf('us-west-2');
    const after = regionOf('us-west-2', step('efa-self-rule-removed').apply(storyAccount()));
    expect([selfRules(before), selfRules(after)]).toEqual([
      [1, 1],
      [0, 1],
    ]);
    expect(nodes(after)?.IpPermissions).toEqual(nodes(before)?.IpPermissions.slice(1));
  });

  test('a rule that also names others keeps them', () => {
    const before = removeSelfRule(storyAccount(), account, 'us-east-1', 'eks-cluster-sg-llm-east');
    const group = regionOf('us-east-1', before).securityGroups.find((g) => g.GroupName === 'eks-cluster-sg-llm-east');
    expect(group?.IpPermissions.map((p) => p.UserIdGroupPairs.map((x) => x.GroupId))).toEqual([[nodes(regionOf('us-east-1'))?.GroupId]]);
  });

  test('approves what was asked for', () => {
    const [before, after] = [regionOf('us-east-1'), regionOf('us-east-1', step('quota-increase-approved').apply(storyAccount()))];
    expect([before.quotas.sagemaker?.applied[p5], after.quotas.sagemaker?.applied[p5]]).toEqual([undefined, 8]);
    expect(before.quotaRequests[0]?.Status).toBe('CASE_OPENED');
    expect(after.quotaRequests[0]).toMatchObject({ Status: 'APPROVED', LastUpdated: '2026-11-23T16:30:00.000Z' });
    expect(() => approveRequest(storyAccount(), account, 'us-west-2', p5, '2026-11-23T16:30:00.000Z')).toThrow('No request');
  });

  test('fills the subnet and takes the permission', () => {
    const after = regionOf('eu-north-1', drifted(storyAccount()));
    expect(after.subnets.map((s) => [s.CidrBlock, s.AvailableIpAddressCount])).toEqual([
      ['10.40.0.0/24', 250],
      ['10.40.16.0/22', 1012],
      ['10.40.24.0/25', 41],
    ]);
    expect(after.denied).toEqual(['s3:GetBucketPolicy']);
  });
});

describe('the story fits together', () => {
  const d = storyAccount();
  const regions = Object.entries(d.accounts).flatMap(([id, a]) => Object.entries(a.regions).map(([name, r]) => ({ id, name, r })));

  test.each(regions)('$id $name: every id named is there', ({ r }) => {
    const vpcs = r.vpcs.map((v) => v.VpcId);
    const subnets = r.subnets.map((s) => s.SubnetId);
    const groups = r.securityGroups.map((g) => g.GroupId);
    const tables = r.routeTables.map((t) => t.RouteTableId);
    const endpoints = r.vpcEndpoints.map((e) => e.VpcEndpointId);
    const text = (of: unknown): readonly string[] => JSON.stringify(of).match(/(vpc|subnet|sg|rtb|vpce|eni)-0[0-9a-f]{16}/g) ?? [];
    const known = new Set([
      ...vpcs,
      ...subnets,
      ...groups,
      ...tables,
      ...endpoints,
      ...r.networkInterfaces.map((n) => n.NetworkInterfaceId),
    ]);
    expect(text(r).filter((x) => !known.has(x))).toEqual([]);
  });

  test.each(regions)('$id $name: free addresses are what the block leaves', ({ r }) => {
    for (const s of r.subnets) {
      const used = r.networkInterfaces.filter((n) => n.SubnetId === s.SubnetId).length;
      const size = 2 ** (32 - Number(String(s.CidrBlock).split('/')[1])) - 5;
      expect([s.SubnetId, s.AvailableIpAddressCount]).toEqual([s.SubnetId, size - used]);
    }
  });

  test.each(['create-llm-train.json', 'create-llm-train-east.json', 'create-eval-next.json'])('%s names what exists', (file) => {
    const text = readFileSync(join(import.meta.dirname, '../../shared/sandbox', file), 'utf8');
    const story = JSON.stringify(d);
    const named = [
      ...(text.match(/(subnet|sg)-0[0-9a-f]{16}/g) ?? []),
      ...[...text.matchAll(/s3:\/\/([a-z0-9-]+)/g)].map((m) => m[1] ?? ''),
      ...[...text.matchAll(/role\/([\w-]+)/g)].map((m) => m[1] ?? ''),
      ...(text.match(/arn:aws:eks:[^"]+/g) ?? []),
    ];
    expect(named.length).toBeGreaterThan(3);
    expect(named.filter((n) => !story.includes(`"${n}"`))).toEqual([]);
  });
});
