import { clusterCheck, fail, pass } from '../evaluation/check.ts';
import { requireKey } from '../evaluation/facts.ts';
import { aws } from '../text/command-line.ts';
import { consolePage } from '../text/console-links.ts';
import { lastSegment } from '../text/words.ts';

const driver = 'aws-ec2-local-instance-store-csi-driver';

export default clusterCheck({
  id: 'instance-store-driver',
  level: 'recommended',
  title: 'The EKS cluster has no add-on that manages local NVMe disks',
  rationale:
    'HyperPod images combine the local NVMe disks of a node into one volume group at start. A CSI driver for the same disks causes I/O failures and corrupts the state of devices, also on replaced nodes.',
  applies: 'clusters on EKS; drivers installed without an EKS add-on are not evaluated',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-eks-ebs.html',
  needs: ['eksClusters', 'instanceStoreAddons'],
  *cases(context, cluster) {
    const { facts, region } = context;
    const arn = cluster.eksCluster;
    if (arn === undefined) return;
    yield {
      resource: arn,
      evaluate: () => {
        const name = lastSegment(arn);
        const found = requireKey(facts.instanceStoreAddons, arn, `add-on ${driver} of EKS cluster`);
        if (found === null && requireKey(facts.eksClusters, arn, 'EKS cluster') === null) return undefined;
        if (found === null) return pass(`EKS cluster ${name} does not have the add-on ${driver}.`);
        return fail(
          `EKS cluster ${name} has the add-on ${driver} ${found.version} (${found.status}). It conflicts with the volume group that HyperPod images create on local NVMe disks, according to AWS documentation.`,
          {
            text: 'Delete the add-on. Then replace the nodes on which it ran. HyperPod mounts local NVMe disks at /opt/sagemaker.',
            command: aws(['eks', 'delete-addon'], { 'cluster-name': name, 'addon-name': driver, region }),
            console: consolePage(context)`eks/clusters/${name}/add-ons/${driver}?region=${region}`,
          },
        );
      },
    };
  },
});
