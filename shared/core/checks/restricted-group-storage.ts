import { clusterCheck, fail, pass } from '../evaluation/check.ts';

/** SSD capacities of FSx for Lustre: https://docs.aws.amazon.com/fsx/latest/LustreGuide/managing-storage-capacity.html. */
const isOffered = (gib: number): boolean => gib === 1200 || gib % 2400 === 0;
/** Throughput per TiB of persistent SSD file systems: https://docs.aws.amazon.com/fsx/latest/LustreGuide/using-fsx-lustre.html. */
const throughputs = [125, 250, 500, 1000];

export default clusterCheck({
  id: 'restricted-group-storage',
  level: 'recommended',
  title: 'Restricted groups have an FSx for Lustre file system with a size and throughput that FSx offers',
  rationale:
    'HyperPod creates the file system for the group. FSx offers 1,200 GiB or multiples of 2,400 GiB, and 125, 250, 500 or 1,000 MB/s per TiB.',
  applies: 'restricted instance groups of planned clusters',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_FSxLustreConfig.html',
  needs: [],
  *cases(_, { plan }) {
    if (!plan) return;
    const shared = plan.request.RestrictedInstanceGroupsConfig?.SharedEnvironmentConfig?.FSxLustreConfig;
    for (const { InstanceGroupName: name, EnvironmentConfig: environment } of plan.request.RestrictedInstanceGroups ?? []) {
      const lustre = environment?.FSxLustreConfig ?? shared;
      yield {
        group: name,
        resource: 'FSxLustreConfig',
        evaluate: () => {
          if (lustre === undefined)
            return fail(`Restricted group ${name} has no FSxLustreConfig, and the cluster has no shared one. One is required.`, {
              text: 'Add EnvironmentConfig.FSxLustreConfig to the group, or SharedEnvironmentConfig to the cluster.',
            });
          const { SizeInGiB: size, PerUnitStorageThroughput: throughput } = lustre;
          const faults = [
            ...(isOffered(size) ? [] : [`SizeInGiB is ${size}, 1200 or a multiple of 2400 expected`]),
            ...(throughput === undefined || throughputs.includes(throughput)
              ? []
              : [`PerUnitStorageThroughput is ${throughput}, ${throughputs.join(', ')} expected`]),
          ];
          if (faults.length > 0)
            return fail(`Restricted group ${name}: ${faults.join('; ')}.`, { text: 'Choose values that FSx for Lustre offers.' });
          return pass(`Restricted group ${name} gets ${size} GiB of FSx for Lustre.`);
        },
      };
    }
  },
});
