/**
 * Whether a NAT gateway takes traffic out of its VPC. One that does not is as good as no route.
 * https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-troubleshooting.html
 * https://docs.aws.amazon.com/vpc/latest/userguide/security-vpc-bpa-basics.html
 */
import type { CheckContext, CheckRemediation } from '../evaluation/check.ts';
import { type NatGateway, NotEvaluatedError, type Route, type RouteTable, requireValue } from '../evaluation/facts.ts';
import { aws } from '../text/command-line.ts';
import { vpcConsole } from '../text/console-links.ts';
import { sharedBy } from './resources.ts';
import { effectiveRouteTable, egressRoutes, tableText, toInternetGateway } from './route-tables.ts';

export const natNeeds = ['natGateways', 'vpcBlockPublicAccess', 'routeTables', 'vpcs'] as const;

export type NatContext = Pick<CheckContext<(typeof natNeeds)[number]>, 'account' | 'partition' | 'region' | 'facts'>;

/** A NAT gateway that takes nothing out of its VPC. */
export interface BrokenNat {
  /** A clause of its own: "NAT gateway nat-… is failed". */
  readonly text: string;
  readonly remediation: CheckRemediation;
}

/**
 * Why the NAT gateway of a route takes nothing out; `undefined` where it does, where the route leads elsewhere, and in a
 * shared VPC, whose NAT gateways a participant does not see.
 */
export function brokenNat(context: NatContext, table: RouteTable, { target: id }: Route): BrokenNat | undefined {
  const { facts, region } = context;
  if (!id.startsWith('nat-') || sharedBy(context, table.vpc) !== undefined) return undefined;
  const nat = requireValue(facts.natGateways).find((n) => n.id === id);
  if (!nat) throw new NotEvaluatedError(`NAT gateway ${id} is not visible in this account`);
  const console = vpcConsole(context)`NatGatewayDetails:natGatewayId=${id}`;
  if (nat.state !== 'available')
    return {
      text: `NAT gateway ${id} is ${nat.state}${nat.failure === undefined ? '' : ` (${nat.failure})`}`,
      remediation: {
        text:
          nat.state === 'pending'
            ? `Audit again when NAT gateway ${id} is available.`
            : `Create another NAT gateway, and replace the route of ${table.id} to ${id}.`,
        command: aws(['ec2', 'describe-nat-gateways'], { region, 'nat-gateway-ids': [id] }),
        console,
      },
    };
  // A regional one has a route table of its own, which AWS creates with a route to the internet gateway.
  if (nat.subnet === undefined) return blockedNat(context, nat);
  const place = { id: nat.subnet, vpc: nat.vpc };
  const own = effectiveRouteTable(facts, place);
  // A firewall or a transit gateway may stand between it and the internet.
  if (egressRoutes(own).some((r) => r.target !== id)) return undefined;
  if (nat.connectivity === 'public' && own.routes.some((r) => r.state === 'active' && toInternetGateway(r)))
    return blockedNat(context, nat);
  return {
    text: `${nat.connectivity} NAT gateway ${id} is in ${nat.subnet}, and ${tableText(own, place)} has no route out of the VPC`,
    remediation: {
      text: `Create a NAT gateway with a route to an internet gateway, and replace the route of ${table.id} to ${id}. The command creates a regional one, which needs no public subnet.`,
      command: aws(['ec2', 'create-nat-gateway'], { region, 'vpc-id': nat.vpc, 'availability-mode': 'regional' }),
      console,
    },
  };
}

/** States of an exclusion that holds; one that is being made or taken back does not. */
const holds = ['create-complete', 'update-complete', 'update-in-progress', 'update-failed'];

/** Why VPC Block Public Access stops a NAT gateway: both directions are blocked, and neither its VPC nor its subnet is excluded. */
function blockedNat(context: NatContext, { id, vpc, subnet }: NatGateway): BrokenNat | undefined {
  const { facts, region } = context;
  const { mode, exclusions } = requireValue(facts.vpcBlockPublicAccess);
  const places = [vpc, ...(subnet === undefined ? [] : [subnet])];
  const excluded = exclusions.some((e) => holds.includes(e.state) && places.some((place) => e.resource.endsWith(`/${place}`)));
  if (mode !== 'block-bidirectional' || excluded) return undefined;
  return {
    text: `VPC Block Public Access blocks NAT gateway ${id}, and does not exclude ${subnet === undefined ? vpc : `${vpc} or ${subnet}`}`,
    remediation: {
      text: `Exclude ${subnet ?? vpc} from VPC Block Public Access for egress. If the organization manages the setting, ask its administrator.`,
      command: aws(['ec2', 'create-vpc-block-public-access-exclusion'], {
        region,
        ...(subnet === undefined ? { 'vpc-id': vpc } : { 'subnet-id': subnet }),
        'internet-gateway-exclusion-mode': 'allow-egress',
      }),
      console: vpcConsole(context)`Settings:`,
    },
  };
}

/** How a subnet's table leads out of the VPC. */
export interface WaysOut {
  /** Whether a route does. */
  readonly open: boolean;
  /** The NAT gateways that do not work, where none does. */
  readonly broken: readonly BrokenNat[];
}

/** Evaluates the egress routes of a table: one that does not lead to a NAT gateway is enough. */
export function waysOut(context: NatContext, table: RouteTable): WaysOut {
  const routes = egressRoutes(table);
  if (routes.some((r) => !r.target.startsWith('nat-'))) return { open: true, broken: [] };
  const broken = routes.map((r) => brokenNat(context, table, r));
  return broken.includes(undefined) ? { open: true, broken: [] } : { open: false, broken: broken.filter((b) => b !== undefined) };
}
