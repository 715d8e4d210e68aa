import { DescribeInstanceTypesCommand, type InstanceTypeInfo } from '@aws-sdk/client-ec2';
import type { InstanceType } from '../../../core/evaluation/facts.ts';
import { collector } from '../collector.ts';
import { namedBy, readReferenced, typesOf } from '../referenced.ts';
import { byFilter, count, counts, flag, list, present, text, texts } from '../response.ts';

function reduced(info: InstanceTypeInfo): InstanceType {
  const network = present(info.NetworkInfo, 'NetworkInfo');
  const threads = info.VCpuInfo?.ValidThreadsPerCore;
  const architectures = info.ProcessorInfo?.SupportedArchitectures;
  const efa = flag(network.EfaSupported, 'EfaSupported');
  return {
    networkCards: count(network.MaximumNetworkCards, 'MaximumNetworkCards'),
    ipv4PerInterface: count(network.Ipv4AddressesPerInterface, 'Ipv4AddressesPerInterface'),
    efa,
    // Types with one card take one EFA, and not for all of them AWS says so.
    maxEfa: efa ? count(network.EfaInfo?.MaximumEfaInterfaces ?? 1, 'MaximumEfaInterfaces') : 0,
    accelerated: [info.GpuInfo, info.NeuronInfo, info.InferenceAcceleratorInfo, info.FpgaInfo].some((a) => a !== undefined),
    ...(threads && { validThreads: counts(threads, 'ValidThreadsPerCore') }),
    ...(architectures && { architectures: texts(architectures, 'SupportedArchitectures') }),
  };
}

export default collector({
  fact: 'instanceTypes',
  grants: [
    {
      action: 'ec2:DescribeInstanceTypes',
      why: 'network cards, addresses per interface, EFA, threads and architectures of the types in use',
    },
  ],
  // By filter: a type the region does not know is left out, where a list of names is refused as a whole.
  collect: async ({ call, ...scope }) =>
    readReferenced(
      await namedBy(scope, typesOf),
      async (types) => {
        const found = await byFilter(
          'instance-type',
          types,
          (request) =>
            call('ec2:DescribeInstanceTypes', (ec2, options) =>
              ec2.send(new DescribeInstanceTypesCommand({ ...request, MaxResults: 100 }), options),
            ),
          (page) =>
            list(page.InstanceTypes, 'InstanceTypes')
              .filter((info) => types.includes(text(info.InstanceType, 'InstanceType')))
              .map((info) => [text(info.InstanceType, 'InstanceType'), reduced(info)] as const),
        );
        return Object.fromEntries(found.toSorted(([a], [b]) => (a < b ? -1 : 1)));
      },
      {},
    ),
});
