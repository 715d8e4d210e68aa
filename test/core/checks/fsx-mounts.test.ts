import check from '../../../shared/core/checks/fsx-mounts.ts';
import { planOfGroups } from '../plans.ts';
import { table } from '../table.ts';

const lustre = (MountPath?: string) => ({
  FsxLustreConfig: { DnsName: 'fs-0123456789abcdef0.fsx.us-west-2.amazonaws.com', MountName: 'abcdefgh', MountPath },
});
const openZfs = (MountPath?: string) => ({ FsxOpenZfsConfig: { DnsName: 'fs-0123456789abcdef1.fsx.us-west-2.amazonaws.com', MountPath } });
const mounts = (...InstanceStorageConfigs: readonly object[]) => planOfGroups({ InstanceStorageConfigs });
const failed = [{ status: 'fail', level: 'required', group: 'workers', resource: 'MountPath' }] as const;

table(check, [
  { name: 'does not apply to one file system', plan: mounts(lustre(), { EbsVolumeConfig: { VolumeSizeInGB: 1 } }), findings: [] },
  {
    name: 'passes the default paths of both kinds',
    plan: mounts(lustre(), openZfs()),
    findings: [{ status: 'pass' }],
    says: ['/fsx, /home'],
  },
  {
    name: 'refuses two of one kind at different paths',
    plan: mounts(lustre('/a'), lustre('/b')),
    findings: failed,
    says: ['mounts 2 FSx for Lustre and 0'],
  },
  { name: 'refuses two FSx for OpenZFS', plan: mounts(openZfs('/a'), openZfs('/b')), findings: failed, says: ['2 FSx for OpenZFS'] },
  { name: 'fails for a path that is the default of another', plan: mounts(lustre('/home'), openZfs()), findings: failed, says: ['/home'] },
  { name: 'fails where the paths differ in slashes only', plan: mounts(lustre('/data'), openZfs('//data/')), findings: failed },
  { name: 'passes a path below another', plan: mounts(lustre('/data'), openZfs('/data/home')), findings: [{ status: 'pass' }] },
]);
