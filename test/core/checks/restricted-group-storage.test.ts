import check from '../../../shared/core/checks/restricted-group-storage.ts';
import { groupRequest, onEks } from '../healthy.ts';
import { planOf } from '../plans.ts';
import { table } from '../table.ts';

const rig = (size?: number, throughput = 250) =>
  groupRequest({
    InstanceGroupName: 'rig',
    ...(size !== undefined && { EnvironmentConfig: { FSxLustreConfig: { SizeInGiB: size, PerUnitStorageThroughput: throughput } } }),
  });
const restricted = (group: ReturnType<typeof rig>, shared?: { SizeInGiB: number; PerUnitStorageThroughput: number }) =>
  planOf({
    ...onEks,
    RestrictedInstanceGroups: [group],
    ...(shared && { RestrictedInstanceGroupsConfig: { SharedEnvironmentConfig: { FSxLustreConfig: shared } } }),
  });
const failed = [{ status: 'fail', level: 'recommended', group: 'rig', resource: 'FSxLustreConfig' }] as const;

table(check, [
  { name: 'does not apply without restricted groups', findings: [] },
  { name: 'passes 1,200 GiB', plan: restricted(rig(1200)), findings: [{ status: 'pass' }] },
  { name: 'passes 4,800 GiB', plan: restricted(rig(4800, 1000)), findings: [{ status: 'pass' }] },
  { name: 'fails for 3,600 GiB', plan: restricted(rig(3600)), findings: failed, says: ['SizeInGiB is 3600'] },
  {
    name: 'fails for a throughput that FSx does not offer',
    plan: restricted(rig(1200, 300)),
    findings: failed,
    says: ['PerUnitStorageThroughput is 300'],
  },
  { name: 'fails without a file system', plan: restricted(rig()), findings: failed, says: ['no FSxLustreConfig'] },
  {
    name: 'passes what the cluster shares',
    plan: restricted(rig(), { SizeInGiB: 2400, PerUnitStorageThroughput: 125 }),
    findings: [{ status: 'pass' }],
  },
  {
    name: 'fails for what the cluster shares',
    plan: restricted(rig(), { SizeInGiB: 2500, PerUnitStorageThroughput: 125 }),
    findings: failed,
  },
]);
