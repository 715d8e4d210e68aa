import { collector } from '../collector.ts';
import { eksArns, readAddons } from '../eks.ts';

export default collector({
  fact: 'instanceStoreAddons',
  grants: [
    {
      action: 'eks:DescribeAddon',
      resources: eksArns('addon'),
      why: 'whether the EKS clusters in use have an add-on that manages local NVMe disks',
    },
  ],
  collect: (scope) => readAddons(scope, 'aws-ec2-local-instance-store-csi-driver'),
});
