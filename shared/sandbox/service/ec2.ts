/** Amazon EC2: regions, zones, types, and everything of a VPC that a node touches. */
import type * as z from 'zod';
import { flag, needed, type OperationOutput, page, RefusalError, text, texts } from '../call.ts';
import type { AccountCall, SandboxRegion } from '../description.ts';
import { ec2Query } from '../protocol/ec2-query.ts';
import { defaultOptIn, defaultZones, instanceTypes, offerings, regionNames, type TypeRow } from '../world.ts';
import type { Ec2Resource, RowFilters } from './ec2-resource.ts';
import { ec2Resources } from './ec2-resources.ts';
import type { Service } from './service.ts';

type Ec2Row = { readonly [member: string]: unknown };

const paging = (most: number) => ({
  size: 'MaxResults',
  token: 'NextToken',
  most,
  badToken: 'InvalidNextToken',
  badSize: 'InvalidParameterValue',
});

/** EC2's wildcards: `*` is any text, `?` one character. */
const pattern = (filter: string): RegExp =>
  new RegExp(
    `^${filter
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    's',
  );

function matcher<T>(call: AccountCall, filters: RowFilters<T>): (row: T) => boolean {
  const asked = Array.isArray(call.input.Filter) ? (call.input.Filter as readonly Ec2Row[]) : [];
  const tests = asked.map((f) => {
    const name = String(f.Name);
    const values = texts(f, 'Value').map(pattern);
    const tag = /^tag:(.+)$/.exec(name)?.[1];
    const read = tag !== undefined ? (row: T) => tagsOf(row).flatMap((t) => (t.Key === tag ? [t.Value] : [])) : filters[name];
    if (!read) throw new RefusalError('InvalidParameterValue', `The filter '${name}' is invalid`);
    return (row: T) => read(row).some((value) => value !== undefined && values.some((v) => v.test(String(value))));
  });
  return (row) => tests.every((t) => t(row));
}

const tagsOf = (row: unknown): readonly { readonly Key: string; readonly Value: string }[] => {
  const tags = (row as { readonly Tags?: unknown }).Tags;
  return Array.isArray(tags) ? tags : [];
};

interface DescribeOptions<T> {
  /** Member of the answer that holds the rows. */
  readonly as: string;
  readonly rows: (here: SandboxRegion, call: AccountCall) => readonly T[];
  readonly filters: RowFilters<T>;
  /** Request member with ids, how a row is called, and the error for one that is not there. */
  readonly ids?: { readonly member: string; readonly of: (row: T) => string; readonly missing: (ids: readonly string[]) => RefusalError };
  /** Default and largest page; absent: all at once unless asked otherwise. */
  readonly most?: number | undefined;
  readonly answer?: (row: T) => unknown;
}

const missing =
  (code: string, what: string) =>
  (ids: readonly string[]): RefusalError =>
    new RefusalError(code, `The ${what} '${ids.join(', ')}' does not exist`);

/** A Describe operation: ids must all exist, filters narrow, pages follow. */
const describe =
  <T>(listing: DescribeOptions<T>) =>
  (call: AccountCall): OperationOutput => {
    const all = listing.rows(call.here, call);
    let rows = all;
    const ids = listing.ids ? texts(call.input, listing.ids.member) : [];
    if (listing.ids && ids.length > 0) {
      const byId = new Map(all.map((row) => [listing.ids?.of(row), row]));
      const absent = ids.filter((id) => !byId.has(id));
      if (absent.length > 0) throw listing.ids.missing(absent);
      rows = all.filter((row) => ids.includes(listing.ids?.of(row) ?? ''));
    }
    const { rows: shown, next } = page(call, rows.filter(matcher(call, listing.filters)), paging(listing.most ?? 1_000_000));
    return { [listing.as]: listing.answer ? shown.map(listing.answer) : shown, ...(next !== undefined && { NextToken: next }) };
  };

const zonesOf = (call: AccountCall): readonly Ec2Row[] => {
  const zones = call.here.zones ?? defaultZones(call.region);
  return Object.entries(zones).map(([ZoneName, ZoneId]) => {
    // A Local Zone is named after its place: us-west-2-lax-1a.
    const isLocal = ZoneName.slice(call.region.length).length > 1;
    const group = ZoneName.slice(0, -1);
    return {
      State: 'available',
      OptInStatus: isLocal ? 'opted-in' : 'opt-in-not-required',
      Messages: [],
      RegionName: call.region,
      ZoneName,
      ZoneId,
      GroupName: isLocal ? group : `${call.region}-zg-1`,
      NetworkBorderGroup: isLocal ? group : call.region,
      ZoneType: isLocal ? 'local-zone' : 'availability-zone',
    };
  });
};

/** EC2 type → zone ids in this region: what AWS offers, with the description's differences. */
function offered(call: AccountCall): ReadonlyMap<string, readonly string[]> {
  const zones = new Set(Object.values(call.here.zones ?? defaultZones(call.region)));
  const merged = new Map([...offerings(call.region), ...Object.entries(call.here.offerings)]);
  return new Map([...merged].map(([type, ids]) => [type, ids.filter((id) => zones.has(id))] as const).filter(([, ids]) => ids.length > 0));
}

function typeInfo(t: TypeRow): Ec2Row {
  const [gpus, gpu] = t.gpu ?? [];
  const [devices, device, cores] = t.neuron ?? [];
  return {
    InstanceType: t.type,
    CurrentGeneration: true,
    VCpuInfo: { DefaultVCpus: t.cpus, ...(t.threads && { ValidThreadsPerCore: t.threads }) },
    ProcessorInfo: { SupportedArchitectures: [t.arm ? 'arm64' : 'x86_64'] },
    MemoryInfo: { SizeInMiB: t.mib },
    ...(t.gpu && { GpuInfo: { Gpus: [{ Name: gpu, Manufacturer: 'NVIDIA', Count: gpus }] } }),
    ...(t.neuron && { NeuronInfo: { NeuronDevices: [{ Count: devices, Name: device, CoreInfo: { Count: cores } }] } }),
    NetworkInfo: {
      MaximumNetworkInterfaces: t.interfaces,
      MaximumNetworkCards: t.cards,
      DefaultNetworkCardIndex: 0,
      NetworkCards: Array.from({ length: t.cards }, (_, NetworkCardIndex) => ({
        NetworkCardIndex,
        MaximumNetworkInterfaces: t.interfaces / t.cards,
      })),
      Ipv4AddressesPerInterface: t.ipv4,
      Ipv6AddressesPerInterface: t.ipv4,
      Ipv6Supported: true,
      EnaSupport: 'required',
      EfaSupported: t.efa > 0,
      ...(t.efa > 0 && { EfaInfo: { MaximumEfaInterfaces: t.efa } }),
    },
  };
}

const typeRow = new Map(instanceTypes.map((t) => [t.type, t]));

function describeRegions(call: AccountCall): OperationOutput {
  const names = texts(call.input, 'RegionName');
  const unknown = names.filter((name) => !regionNames.includes(name));
  if (unknown.length > 0) throw new RefusalError('InvalidParameterValue', `Invalid region provided: [${unknown.join(', ')}]`);
  const rows = regionNames
    .filter((name) => names.length === 0 || names.includes(name))
    .map((name) => ({
      RegionName: name,
      Endpoint: `ec2.${name}.amazonaws.com`,
      OptInStatus: call.home.regions[name]?.optIn ?? defaultOptIn(name),
    }))
    .filter((r) => flag(call.input, 'AllRegions') || r.OptInStatus !== 'not-opted-in')
    .filter(
      matcher(call, {
        'region-name': (r: { readonly RegionName: string }) => [r.RegionName],
        endpoint: (r: Ec2Row) => [r.Endpoint],
        'opt-in-status': (r: Ec2Row) => [r.OptInStatus],
      }),
    );
  return { Regions: rows };
}

function describeZones(call: AccountCall): OperationOutput {
  const names = texts(call.input, 'ZoneName');
  const ids = texts(call.input, 'ZoneId');
  const zones = zonesOf(call);
  const absent = [...names, ...ids].filter((name) => !zones.some((z) => z.ZoneName === name || z.ZoneId === name));
  if (absent.length > 0) throw new RefusalError('InvalidParameterValue', `Invalid availability zone: [${absent.join(', ')}]`);
  const named = zones.filter(
    (z) => (names.length === 0 || names.includes(String(z.ZoneName))) && (ids.length === 0 || ids.includes(String(z.ZoneId))),
  );
  return {
    AvailabilityZones: named.filter(
      matcher(call, {
        'group-name': (z: Ec2Row) => [z.GroupName],
        'opt-in-status': (z: Ec2Row) => [z.OptInStatus],
        'region-name': (z: Ec2Row) => [z.RegionName],
        state: (z: Ec2Row) => [z.State],
        'zone-id': (z: Ec2Row) => [z.ZoneId],
        'zone-name': (z: Ec2Row) => [z.ZoneName],
        'zone-type': (z: Ec2Row) => [z.ZoneType],
      }),
    ),
  };
}

function describeOfferings(call: AccountCall): OperationOutput {
  const kind = text(call.input, 'LocationType') ?? 'region';
  const zoneName = new Map(Object.entries(call.here.zones ?? defaultZones(call.region)).map(([name, id]) => [id, name]));
  const places = (ids: readonly string[]): readonly (string | undefined)[] => {
    if (kind === 'region') return [call.region];
    if (kind === 'availability-zone-id') return ids;
    if (kind === 'availability-zone') return ids.map((id) => zoneName.get(id));
    throw new RefusalError('InvalidParameterValue', `The location type '${kind}' is invalid`);
  };
  const rows = [...offered(call)].flatMap(([InstanceType, ids]) =>
    places(ids).map((Location) => ({ InstanceType, LocationType: kind, Location })),
  );
  const fitting = rows.filter(matcher(call, { 'instance-type': (r: Ec2Row) => [r.InstanceType], location: (r: Ec2Row) => [r.Location] }));
  const { rows: shown, next } = page(call, fitting, paging(1000));
  return { InstanceTypeOfferings: shown, ...(next !== undefined && { NextToken: next }) };
}

function describeVpcAttribute(call: AccountCall): OperationOutput {
  const id = needed(call.input, 'VpcId', 'MissingParameter');
  const attribute = needed(call.input, 'Attribute', 'MissingParameter');
  if (!call.here.vpcs.some((v) => v.VpcId === id)) throw missing('InvalidVpcID.NotFound', 'vpc ID')([id]);
  const dns = call.here.vpcDns[id] ?? { support: true, hostnames: false };
  switch (attribute) {
    case 'enableDnsSupport':
      return { VpcId: id, EnableDnsSupport: { Value: dns.support } };
    case 'enableDnsHostnames':
      return { VpcId: id, EnableDnsHostnames: { Value: dns.hostnames } };
    case 'enableNetworkAddressUsageMetrics':
      return { VpcId: id, EnableNetworkAddressUsageMetrics: { Value: false } };
    default:
      throw new RefusalError('InvalidParameterValue', `Value (${attribute}) for parameter attribute is invalid.`);
  }
}

const blockPublicAccess = (call: AccountCall): OperationOutput => ({
  VpcBlockPublicAccessOptions: {
    AwsAccountId: call.caller.account,
    AwsRegion: call.region,
    State: call.here.blockPublicAccess === 'off' ? 'default-state' : 'update-complete',
    InternetGatewayBlockMode: call.here.blockPublicAccess,
    ManagedBy: 'account',
    ExclusionsAllowed: 'allowed',
  },
});

function prefixListEntries(call: AccountCall): OperationOutput {
  const id = needed(call.input, 'PrefixListId', 'MissingParameter');
  const list = call.here.prefixLists.find((p) => p.PrefixListId === id);
  if (!list) throw missing('InvalidPrefixListID.NotFound', 'prefix list ID')([id]);
  const { rows, next } = page(call, list.Entries, paging(100));
  return { Entries: rows, ...(next !== undefined && { NextToken: next }) };
}

/** The Describe operation of a resource. */
const describeResource = (name: keyof typeof ec2Resources) => {
  const { as, id, notFound, filters, hidden, most } = ec2Resources[name] as Ec2Resource<z.ZodType<Ec2Row>>;
  return describe<Ec2Row>({
    as,
    rows: (here) => here[name],
    most,
    ids: { member: id, of: (row) => String(row[id]), missing: missing(...notFound) },
    filters,
    answer: (row) => (hidden === undefined ? row : { ...row, [hidden]: undefined }),
  });
};
const resourceNames = Object.keys(ec2Resources) as (keyof typeof ec2Resources)[];
const describeInterfaces = describeResource('networkInterfaces');
const describeAddresses = describeResource('addresses');

const service: Service<AccountCall> = {
  name: 'ec2',
  protocol: ec2Query,
  operations: {
    ...Object.fromEntries(resourceNames.map((name) => [ec2Resources[name].operation, describeResource(name)])),
    DescribeRegions: describeRegions,
    DescribeAvailabilityZones: describeZones,
    DescribeInstanceTypes: describe<TypeRow>({
      as: 'InstanceTypes',
      rows: (_, call) => [...offered(call).keys()].flatMap((type) => typeRow.get(type) ?? []),
      most: 100,
      answer: typeInfo,
      ids: {
        member: 'InstanceType',
        of: (t) => t.type,
        missing: (types) =>
          new RefusalError('InvalidInstanceType', `The following supplied instance types do not exist: [${types.join(', ')}]`),
      },
      filters: {
        'instance-type': (t) => [t.type],
        'network-info.efa-supported': (t) => [t.efa > 0],
        'network-info.maximum-network-cards': (t) => [t.cards],
      },
    }),
    DescribeInstanceTypeOfferings: describeOfferings,
    DescribeVpcAttribute: describeVpcAttribute,
    DescribeVpcBlockPublicAccessOptions: blockPublicAccess,
    GetManagedPrefixListEntries: prefixListEntries,
    DescribeNetworkInterfaces: (call) => {
      if (call.input.MaxResults !== undefined && texts(call.input, 'NetworkInterfaceId').length > 0)
        throw new RefusalError('InvalidParameterCombination', 'The parameters networkInterfaceSet and maxResults cannot be used together');
      return describeInterfaces(call);
    },
    // The one list of EC2 here that AWS never pages.
    DescribeAddresses: (call) => {
      const { NextToken: _, ...all } = describeAddresses({ ...call, pageSize: Number.MAX_SAFE_INTEGER });
      return all;
    },
  },
};

export default service;
