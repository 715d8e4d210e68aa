import { clusterCheck, fail, pass } from '../evaluation/check.ts';
import { groupsOfRequest } from '../plan/provisioning.ts';
import { some } from '../text/words.ts';

/** Where HyperPod mounts a file system for which the request names no path: its Slurm reference. */
const defaults = { lustre: '/fsx', openZfs: '/home' } as const;

export default clusterCheck({
  id: 'fsx-mounts',
  level: 'required',
  title: 'A group mounts at most one file system of each kind, at different paths',
  rationale: 'AWS accepts one FSx for Lustre and one FSx for OpenZFS file system for each group, and refuses two on one mount path.',
  applies: 'groups of planned clusters with two or more FSx file systems',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-ref.html',
  needs: [],
  *cases(_, { plan }) {
    if (!plan) return;
    for (const { InstanceGroupName: name, InstanceStorageConfigs: storage = [] } of groupsOfRequest(plan.request)) {
      const lustreCount = storage.filter((s) => s.FsxLustreConfig).length;
      const openZfsCount = storage.filter((s) => s.FsxOpenZfsConfig).length;
      const paths = storage.flatMap(({ FsxLustreConfig: lustre, FsxOpenZfsConfig: openZfs }) => [
        ...(lustre ? [lustre.MountPath ?? defaults.lustre] : []),
        ...(openZfs ? [openZfs.MountPath ?? defaults.openZfs] : []),
      ]);
      if (paths.length < 2) continue;
      yield {
        group: name,
        resource: 'MountPath',
        evaluate: () => {
          // "/fsx/" and "/fsx" are one directory.
          const clean = paths.map((path) => path.replace(/\/+/g, '/').replace(/(.)\/$/, '$1'));
          const shared = [...new Set(clean.filter((path, i) => clean.indexOf(path) !== i))];
          if (lustreCount > 1 || openZfsCount > 1)
            return fail(
              `Group ${name} mounts ${lustreCount} FSx for Lustre and ${openZfsCount} FSx for OpenZFS file systems, at most 1 of each allowed.`,
              { text: 'Leave one file system of each kind in InstanceStorageConfigs. Lifecycle scripts can mount others.' },
            );
          if (shared.length === 0) return pass(`Group ${name} mounts ${paths.length} file systems at ${some(clean)}.`);
          return fail(`Group ${name} mounts several file systems at ${some(shared)}, 1 allowed. AWS refuses the request.`, {
            text: 'Set a different MountPath for each file system.',
          });
        },
      };
    }
  },
});
