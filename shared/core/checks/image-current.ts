import { clusterCheck, fail, pass } from '../evaluation/check.ts';
import { requireValue } from '../evaluation/facts.ts';
import { aws } from '../text/command-line.ts';
import { clusterConsole } from '../text/console-links.ts';

/** What AWS says of ClusterImageVersionStatus. Nodes with a missing security update still start and work. */
const outdated: ReadonlyMap<string, { readonly reason: string; readonly level?: 'advice' }> = new Map([
  ['EndOfLife', { reason: 'It has reached the end of its support, and AWS requires an upgrade' }],
  ['SecurityUpdateRequired', { reason: 'It has known security vulnerabilities, and a patched version is available', level: 'advice' }],
]);

export default clusterCheck({
  id: 'image-current',
  level: 'recommended',
  levelNote: 'recommended; a missing security update: advice',
  title: 'The machine images of running instance groups are supported and have their security updates',
  rationale: 'Replacement nodes start from the same image. AWS does not fix images without support.',
  applies: 'groups of running clusters for which AWS reports the status of their image',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ClusterInstanceGroupDetails.html',
  needs: ['clusterNames', 'runningClusters'],
  *cases(context, cluster) {
    const running = requireValue(cluster.running);
    if (!running || running.status === 'Deleting') return;
    for (const { name, image, imageStatus } of running.groups) {
      if (imageStatus === undefined) continue;
      yield {
        group: name,
        resource: 'ImageVersionStatus',
        evaluate: () => {
          const says = `Image${image === undefined ? '' : ` ${image}`} of group ${name} is ${imageStatus}`;
          const problem = outdated.get(imageStatus);
          if (!problem) return pass(`${says}.`);
          return fail(
            `${says}. ${problem.reason}.`,
            {
              text: 'Update the software of the cluster. The update replaces the root volume of each node.',
              command: aws(['sagemaker', 'update-cluster-software'], { region: context.region, 'cluster-name': running.name }),
              console: clusterConsole(context, running.name),
            },
            { level: problem.level },
          );
        },
      };
    }
  },
});
