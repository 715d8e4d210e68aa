import check from '../../../shared/core/checks/override-vpc-config.ts';
import { groupRequest, ids, plan, planned, request, running, runningGroup, withRunning } from '../healthy.ts';
import { planOf } from '../plans.ts';
import { table } from '../table.ts';

const OverrideVpcConfig = { SecurityGroupIds: [ids.group], Subnets: [ids.subnet2] };
const groups = [groupRequest(), groupRequest({ InstanceGroupName: 'own', OverrideVpcConfig })];

table(check, [
  { name: 'does not apply without an override', findings: [] },
  {
    name: 'passes where the cluster has a VpcConfig',
    plan: planOf({ InstanceGroups: groups }),
    findings: [{ status: 'pass', level: 'required', group: 'own', resource: 'own' }],
    says: [ids.subnet2],
  },
  {
    name: 'fails where it has none',
    plan: planOf({ InstanceGroups: groups, VpcConfig: undefined }),
    findings: [
      {
        status: 'fail',
        level: 'required',
        group: 'own',
        remediation: {
          text: 'Add a VpcConfig to the request of llm-train, such as the subnets and security groups of own, or remove OverrideVpcConfig.',
        },
      },
    ],
  },
  {
    name: 'fails beside a VPC that is yet to be made, in which the subnets cannot lie',
    plan: plan(planned({ newVpc: true, request: request({ InstanceGroups: groups, VpcConfig: undefined }) })),
    findings: [{ status: 'fail' }],
    says: ['These subnets cannot be in a VPC that the console creates'],
  },
  {
    name: 'judges restricted groups too',
    plan: planOf({
      RestrictedInstanceGroups: [groupRequest({ InstanceGroupName: 'rig', OverrideVpcConfig })],
      VpcConfig: undefined,
    }),
    findings: [{ status: 'fail', group: 'rig' }],
  },
  {
    name: 'a cluster that only runs has what it was made with',
    plan: { ...plan(), clusters: [] },
    facts: withRunning(
      running({ network: undefined, groups: [runningGroup({ network: { subnets: [ids.subnet2], securityGroups: [ids.group] } })] }),
    ),
    findings: [],
  },
]);
