/** The way a subnet's nodes take to S3, as far as policies can tell ways apart: by the VPC and by the endpoint. */
import type { Facts, Read, VpcEndpoint } from './facts.ts';

export interface S3Path {
  readonly vpc: string;
  /** Absent: the way leads past every endpoint (a NAT gateway, a transit gateway, or nowhere). */
  readonly endpoint?: VpcEndpoint;
}

export const s3PathNeeds = ['subnets', 'vpcs', 'routeTables', 'endpoints'] as const;

/**
 * An interface endpoint answers S3's own names where its private DNS is on for the VPC, so it comes first; a gateway
 * endpoint serves the subnets whose effective route table (explicit, else main) it is in. Unread where one of the facts
 * is, or where the VPC is another account's: its endpoints are seen there alone.
 */
export function s3Path(
  {
    account,
    region,
    facts,
  }: { readonly account: string; readonly region: string; readonly facts: Pick<Facts, (typeof s3PathNeeds)[number]> },
  subnetId: string,
): Read<S3Path> {
  if (!facts.subnets.ok) return facts.subnets;
  const subnet = facts.subnets.value.find((s) => s.id === subnetId);
  if (!subnet) return { ok: false, reason: `subnet ${subnetId} does not exist in this region` };
  const { vpc } = subnet;
  const vpcOwner = facts.vpcs.ok ? facts.vpcs.value.find((v) => v.id === vpc)?.owner : undefined;
  const owner = [subnet.owner, vpcOwner].find((o) => o !== undefined && o !== account);
  if (owner !== undefined) return { ok: false, reason: `VPC ${vpc} belongs to account ${owner}, and only that account sees its endpoints` };
  if (!facts.endpoints.ok) return facts.endpoints;
  const endpoints = facts.endpoints.value
    .filter((e) => e.vpc === vpc && e.service.endsWith(`.${region}.s3`) && e.state.toLowerCase() === 'available')
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const byName = endpoints.find((e) => e.type === 'Interface' && e.privateDns && !e.privateDnsOnlyForInbound);
  if (byName) return { ok: true, value: { vpc, endpoint: byName } };
  const gateways = endpoints.filter((e) => e.type === 'Gateway');
  if (gateways.length === 0) return { ok: true, value: { vpc } };
  if (!facts.routeTables.ok) return facts.routeTables;
  const tables = facts.routeTables.value.filter((t) => t.vpc === vpc);
  const table = tables.find((t) => t.subnets.includes(subnetId)) ?? tables.find((t) => t.main);
  if (!table) return { ok: false, reason: `no route table of subnet ${subnetId} was read` };
  const gateway = gateways.find((e) => e.routeTables.includes(table.id));
  return { ok: true, value: gateway ? { vpc, endpoint: gateway } : { vpc } };
}
