import { collector } from '../collector.ts';
import { eksArns, readAddons } from '../eks.ts';

export default collector({
  fact: 'cniAddons',
  grants: [{ action: 'eks:DescribeAddon', resources: eksArns('addon'), why: 'version of the VPC CNI add-on of the EKS clusters in use' }],
  collect: (scope) => readAddons(scope, 'vpc-cni'),
});
