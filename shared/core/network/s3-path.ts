/** The path from a subnet's nodes to S3, as far as policies distinguish paths: by the VPC and by the endpoint. */

import { type Facts, NotEvaluatedError, type Read, type Route, requireValue, tryRequire, type VpcEndpoint } from '../evaluation/facts.ts';
import { byId } from '../evaluation/order.ts';
import { answersPrivateDns, endpointServices, isAvailable, subnetOf } from './resources.ts';
import { effectiveRouteTable, egressRoutes, toGatewayEndpoint, toPrivateAddresses } from './route-tables.ts';

export interface S3Path {
  readonly vpc: string;
  /** Absent: by a NAT gateway, past every endpoint, unless `unclear`. */
  readonly endpoint?: VpcEndpoint;
  /**
   * What s3-reachable reports: that there is no path, or that it leaves the VPC by a hub, an appliance or a NAT gateway, and
   * may lead through an endpoint that is not seen from here.
   */
  readonly unclear?: { readonly kind: 'none' | 'beyond'; readonly reason: string };
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
 * facts is, and where the VPC is another account's: its endpoints are seen there alone.
 */
export const s3Path = (context: S3PathContext, subnetId: string): Read<S3Path> => tryRequire(() => pathOf(context, subnetId));

function pathOf({ account, region, facts }: S3PathContext, subnetId: string): S3Path {
  const subnet = subnetOf(facts, subnetId);
  const { vpc } = subnet;
  const vpcOwner = facts.vpcs.ok ? facts.vpcs.value.find((v) => v.id === vpc)?.owner : undefined;
  const owner = [subnet.owner, vpcOwner].find((o) => o !== undefined && o !== account);
  if (owner !== undefined) throw new NotEvaluatedError(`the endpoints of VPC ${vpc} are visible only to its owner, account ${owner}`);
  const services = endpointServices(region, 's3');
  const endpoints = requireValue(facts.endpoints)
    .filter((e) => e.vpc === vpc && services.includes(e.service) && isAvailable(e))
    .toSorted(byId);
  const byName = endpoints.find(answersPrivateDns);
  if (byName) return { vpc, endpoint: byName };
  const table = effectiveRouteTable(facts, subnet);
  const targets = table.routes.filter((r) => r.state === 'active' && r.target !== 'local').map((r) => r.target);
  const gateways = endpoints.filter((e) => e.type === 'Gateway');
  const gateway = gateways.find((e) => targets.includes(e.id));
  if (gateway) return { vpc, endpoint: gateway };
  // A gateway endpoint may still serve the NAT gateway's own subnet; then the request comes from an endpoint after all.
  if (gateways.length === 0 && targets.some((t) => t.startsWith('nat-')) && targets.every((t) => /^(nat|igw|eigw)-/.test(t)))
    return { vpc };
  const reason = `cannot determine how subnet ${subnetId} reaches S3 from route table ${table.id}`;
  if (egressRoutes(table).length > 0) return { vpc, unclear: { kind: 'beyond', reason } };
  const leads = (r: Route) =>
    r.state === 'active' && !/^(local$|igw-|eigw-)/.test(r.target) && !toGatewayEndpoint(r) && !toPrivateAddresses(r);
  if (!table.routes.some(leads)) return { vpc, unclear: { kind: 'none', reason } };
  throw new NotEvaluatedError(reason);
}
