/** The path from a subnet's nodes to S3, as far as policies distinguish paths: by the VPC and by the endpoint. */

import type { Facts, Read, VpcEndpoint } from '../evaluation/facts.ts';
import { byId } from '../evaluation/order.ts';
import { endpointServices } from './resources.ts';

export interface S3Path {
  readonly vpc: string;
  /** Absent: by a NAT gateway, past every endpoint. */
  readonly endpoint?: VpcEndpoint;
}

export const s3PathNeeds = ['subnets', 'vpcs', 'routeTables', 'endpoints'] as const;

interface S3PathContext {
  readonly account: string;
  readonly region: string;
  readonly facts: Pick<Facts, (typeof s3PathNeeds)[number]>;
}

/**
 * An interface endpoint answers S3's own names where its private DNS is on for the VPC, so it comes first; then the
 * gateway endpoint to which the effective route table (explicit, else main) has an active route. Unread where one of the
 * facts is, where the VPC is another account's (its endpoints are seen there alone), and where the traffic leaves by a
 * hub or an appliance, behind which another VPC's endpoint may serve it.
 */
export function s3Path({ account, region, facts }: S3PathContext, subnetId: string): Read<S3Path> {
  const unread = (reason: string): Read<never> => ({ ok: false, reason });
  if (!facts.subnets.ok) return facts.subnets;
  const subnet = facts.subnets.value.find((s) => s.id === subnetId);
  if (!subnet) return unread(`subnet ${subnetId} does not exist in this region`);
  const { vpc } = subnet;
  const vpcOwner = facts.vpcs.ok ? facts.vpcs.value.find((v) => v.id === vpc)?.owner : undefined;
  const owner = [subnet.owner, vpcOwner].find((o) => o !== undefined && o !== account);
  if (owner !== undefined) return unread(`VPC ${vpc} belongs to account ${owner}, and only that account sees its endpoints`);
  if (!facts.endpoints.ok) return facts.endpoints;
  const endpoints = facts.endpoints.value
    .filter((e) => e.vpc === vpc && endpointServices(region, 's3').includes(e.service) && e.state.toLowerCase() === 'available')
    .toSorted(byId);
  const byName = endpoints.find((e) => e.type === 'Interface' && e.privateDns && !e.privateDnsOnlyForInbound);
  if (byName) return { ok: true, value: { vpc, endpoint: byName } };
  if (!facts.routeTables.ok) return facts.routeTables;
  const tables = facts.routeTables.value;
  const table = tables.find((t) => t.subnets.includes(subnetId)) ?? tables.find((t) => t.main && t.vpc === vpc);
  if (!table) return unread(`neither a route table of subnet ${subnetId} nor the main one of ${vpc} is visible`);
  const targets = table.routes.filter((r) => r.state === 'active' && r.target !== 'local').map((r) => r.target);
  const gateways = endpoints.filter((e) => e.type === 'Gateway');
  const gateway = gateways.find((e) => targets.includes(e.id));
  if (gateway) return { ok: true, value: { vpc, endpoint: gateway } };
  // A gateway endpoint may still serve the NAT gateway's own subnet; then the request comes from an endpoint after all.
  if (gateways.length === 0 && targets.some((t) => t.startsWith('nat-')) && targets.every((t) => /^(nat|igw|eigw)-/.test(t)))
    return { ok: true, value: { vpc } };
  return unread(`cannot determine how subnet ${subnetId} reaches S3 from route table ${table.id}`);
}
