/** ec2Query: a form in, XML out; members in lower camel case with many exceptions, rows of a list are called `item`. */
import { RefusalError } from '../call.ts';
import { escaped, formCall, type Protocol } from './wire.ts';

const namespace = 'http://ec2.amazonaws.com/doc/2016-11-15/';

/** Where EC2's XML calls a member otherwise than `memberName` derives; `List.Member` where only there. */
const names: Readonly<Record<string, string>> = {
  Addresses: 'addressesSet',
  Associations: 'associationSet',
  Attachments: 'attachmentSet',
  AvailabilityZones: 'availabilityZoneInfo',
  'AvailabilityZones.State': 'zoneState',
  BlockDeviceMappings: 'blockDeviceMapping',
  DhcpConfigurations: 'dhcpConfigurationSet',
  'DhcpConfigurations.Values': 'valueSet',
  DhcpOptions: 'dhcpOptionsSet',
  DnsEntries: 'dnsEntrySet',
  Entries: 'entrySet',
  Groups: 'groupSet',
  Images: 'imagesSet',
  'Images.OwnerId': 'imageOwnerId',
  'Images.State': 'imageState',
  Ipv4Prefixes: 'ipv4PrefixSet',
  Ipv6Addresses: 'ipv6AddressesSet',
  Ipv6Prefixes: 'ipv6PrefixSet',
  Messages: 'messageSet',
  NatGatewayAddresses: 'natGatewayAddressSet',
  'NetworkAcls.IsDefault': 'default',
  NetworkInterfaceIds: 'networkInterfaceIdSet',
  PrivateIpAddresses: 'privateIpAddressesSet',
  PropagatingVgws: 'propagatingVgwSet',
  Regions: 'regionInfo',
  'Regions.Endpoint': 'regionEndpoint',
  RouteTableIds: 'routeTableIdSet',
  Routes: 'routeSet',
  SecurityGroups: 'securityGroupInfo',
  'SecurityGroups.Description': 'groupDescription',
  SubnetIds: 'subnetIdSet',
  Tags: 'tagSet',
  UserIdGroupPairs: 'groups',
};

/** `list` is the member whose row holds `member`; empty for a member of the answer itself, whose lists are called vpcSet, subnetSet, … */
function memberName(list: string, member: string, value: unknown): string {
  const usual = member.charAt(0).toLowerCase() + member.slice(1);
  const derived = list === '' && Array.isArray(value) ? usual.replace(/s$/, 'Set') : usual;
  return names[`${list}.${member}`] ?? names[member] ?? derived;
}

/** `list` is the member whose row `value` is, since some names hold only there. */
function content(value: unknown, list: string): string {
  if (Array.isArray(value)) return value.map((row) => `<item>${content(row, list)}</item>`).join('');
  if (typeof value !== 'object' || value === null) return escaped(String(value));
  let xml = '';
  for (const [member, v] of Object.entries(value)) {
    if (v === undefined || v === null) continue;
    const name = memberName(list, member, v);
    xml += `<${name}>${content(v, member)}</${name}>`;
  }
  return xml;
}

export const ec2Query: Protocol = {
  read: ({ body }) => formCall(body),
  answer: (operation, output, requestId) => ({
    status: 200,
    headers: { 'content-type': 'text/xml;charset=UTF-8', 'x-amzn-requestid': requestId },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n<${operation}Response xmlns="${namespace}"><requestId>${requestId}</requestId>${content(output, '')}</${operation}Response>`,
  }),
  refuse: (refusal, requestId) => ({
    status: refusal.status,
    headers: { ...refusal.headers, 'content-type': 'text/xml;charset=UTF-8', 'x-amzn-requestid': requestId },
    body:
      `<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error><Code>${escaped(refusal.code)}</Code>` +
      `<Message>${escaped(refusal.message)}</Message></Error></Errors><RequestID>${requestId}</RequestID></Response>`,
  }),
  unknown: (service, operation) => new RefusalError('InvalidAction', `The sandbox account does not answer ${service}:${operation}.`),
};
