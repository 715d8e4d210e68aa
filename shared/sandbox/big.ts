import { changeRegion, type Description, type SandboxRegion } from './description.ts';
import { storyAccount, storyAccountId } from './story.ts';

/**
 * The story account grown large in us-west-2: so many network interfaces, spread over four zones, and so many quota
 * rows of SageMaker. What is audited stays the same, there is only more to read.
 */
export function bigAccount({ interfaces = 10_000, quotaRows = 2_000 } = {}): Description {
  return changeRegion(storyAccount(), storyAccountId, 'us-west-2', (r) => {
    const vpc = r.vpcs[0];
    if (!vpc) throw new Error('The story account has no VPC in us-west-2.');
    const zones = Object.entries(r.zones ?? {});
    const serial = (kind: string, n: number) => `${kind}-0b16${n.toString(16).padStart(13, '0')}`;
    const added = Array.from({ length: interfaces - r.networkInterfaces.length }, (_, i): SandboxRegion['networkInterfaces'][number] => {
      const [AvailabilityZone = '', AvailabilityZoneId] = zones[i % zones.length] ?? [];
      const ip = `10.20.${128 + ((i >> 8) & 127)}.${i & 255}`;
      return {
        NetworkInterfaceId: serial('eni', i),
        AvailabilityZone,
        AvailabilityZoneId,
        Description: `aws-K8S-i-0b16${i.toString(16).padStart(13, '0')}`,
        Groups: [{ GroupId: serial('sg', 1), GroupName: 'services' }],
        InterfaceType: 'interface',
        MacAddress: `06:00:${[24, 16, 8, 0].map((shift) => ((i >> shift) & 255).toString(16).padStart(2, '0')).join(':')}`,
        OwnerId: storyAccountId,
        PrivateIpAddress: ip,
        PrivateIpAddresses: Array.from({ length: 4 }, (_unused, n) => ({ Primary: n === 0, PrivateIpAddress: ip })),
        RequesterManaged: false,
        SourceDestCheck: true,
        Status: 'in-use',
        SubnetId: serial('subnet', i % zones.length),
        TagSet: [
          { Key: 'cluster.k8s.amazonaws.com/name', Value: 'services' },
          { Key: 'node.k8s.amazonaws.com/instance_id', Value: serial('i', i) },
        ],
        VpcId: vpc.VpcId,
      };
    });
    const sagemaker = r.quotas.sagemaker ?? { applied: {}, defaultOnly: [], missing: [], broken: {}, more: [] };
    const more = Array.from({ length: quotaRows }, (_, i) => ({
      code: `L-F${i.toString(16).toUpperCase().padStart(7, '0')}`,
      name: `Further quota ${i} of SageMaker`,
      default: i,
      adjustable: i % 2 === 0,
    }));
    return {
      networkInterfaces: [...r.networkInterfaces, ...added],
      quotas: { ...r.quotas, sagemaker: { ...sagemaker, more: [...sagemaker.more, ...more] } },
    };
  });
}
