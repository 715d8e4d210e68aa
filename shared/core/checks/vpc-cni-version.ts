import { clusterCheck, fail, pass } from '../evaluation/check.ts';
import { NotEvaluatedError, requireKey } from '../evaluation/facts.ts';
import { aws, outputOf } from '../text/command-line.ts';
import { consolePage } from '../text/console-links.ts';
import { lastSegment } from '../text/words.ts';

const least = [1, 18, 3] as const;
const leastText = least.join('.');

/** `v1.20.1-eksbuild.1` → [1, 20, 1]; `undefined` for what is no version. */
function version(text: string): readonly number[] | undefined {
  return /^v?(\d+)\.(\d+)\.(\d+)(?![\d.])/.exec(text)?.slice(1).map(Number);
}

const older = (have: readonly number[]): boolean => {
  const at = least.findIndex((n, i) => have[i] !== n);
  return at >= 0 && (have[at] ?? 0) < (least[at] ?? 0);
};

export default clusterCheck({
  id: 'vpc-cni-version',
  level: 'recommended',
  title: `The VPC CNI add-on of the EKS cluster is version ${leastText} or newer`,
  rationale: 'Older versions do not support HyperPod nodes, and their pods get no addresses.',
  applies: 'clusters on EKS',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-eks-prerequisites.html',
  needs: ['cniAddons'],
  *cases(context, cluster) {
    const { facts, region } = context;
    const arn = cluster.eksCluster;
    if (arn === undefined) return;
    yield {
      resource: arn,
      evaluate: () => {
        const addon = requireKey(facts.cniAddons, arn, 'vpc-cni add-on of EKS cluster');
        const name = lastSegment(arn);
        if (addon === null)
          throw new NotEvaluatedError(
            `EKS cluster ${name} has no managed vpc-cni add-on, and the version of a self-managed one is visible only in Kubernetes`,
          );
        const have = version(addon.version);
        if (!have) throw new NotEvaluatedError(`vpc-cni version ${addon.version} of EKS cluster ${name} cannot be compared`);
        if (!older(have)) return pass(`EKS cluster ${name} has vpc-cni ${addon.version}, ${leastText} or newer required.`);
        const kubernetes = aws(['eks', 'describe-cluster'], { name, query: 'cluster.version', output: 'text', region });
        const newest = aws(['eks', 'describe-addon-versions'], {
          'addon-name': 'vpc-cni',
          'kubernetes-version': outputOf(kubernetes),
          query: 'addons[0].addonVersions[0].addonVersion',
          output: 'text',
          region,
        });
        return fail(`EKS cluster ${name} has vpc-cni ${addon.version}, ${leastText} or newer required.`, {
          text: 'Update the add-on, one minor version at a time if AWS requires that.',
          command: aws(['eks', 'update-addon'], {
            'cluster-name': name,
            'addon-name': 'vpc-cni',
            'resolve-conflicts': 'PRESERVE',
            'addon-version': outputOf(newest),
            region,
          }),
          console: consolePage(context)`eks/clusters/${name}/add-ons/vpc-cni?region=${region}`,
        });
      },
    };
  },
});
