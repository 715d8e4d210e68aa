import check from '../../../shared/core/checks/custom-image.ts';
import type { Image } from '../../../shared/core/evaluation/facts.ts';
import type { GroupRequest } from '../../../shared/core/plan/plan.ts';
import { account, denied, instanceTypes, ok, region, running, withRunning } from '../healthy.ts';
import { planOfGroups } from '../plans.ts';
import { table } from '../table.ts';

const id = 'ami-0123456789abcdef0';
const key = `arn:aws:kms:${region}:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
const plain: Image = { state: 'available', owner: account, architecture: 'x86_64', volumes: [{ encrypted: false }] };
const having = (more: Partial<Image> = {}) => ({ images: { [id]: ok({ ...plain, ...more }) } });
const encrypted = having({ volumes: [{ encrypted: true, key: ok(key) }] });
const using = (more: Partial<GroupRequest> = {}) => planOfGroups({ ImageId: id, ...more });
const root = (VolumeKmsKeyId: string) => ({ InstanceStorageConfigs: [{ EbsVolumeConfig: { RootVolume: true, VolumeKmsKeyId } }] });
const secondary = { InstanceStorageConfigs: [{ EbsVolumeConfig: { VolumeSizeInGB: 500, VolumeKmsKeyId: key } }] };

const image = { status: 'pass', level: 'required', resource: id } as const;
const group = { ...image, group: 'workers' } as const;
const imageFails = [{ ...image, status: 'fail' }, group] as const;
const groupFails = [image, { ...group, status: 'fail' }] as const;
const arm = { ...instanceTypes, 'p5.48xlarge': { ...instanceTypes['p5.48xlarge'], architectures: ['arm64'] } };
const { architectures: _, ...old } = instanceTypes['p5.48xlarge'];

table(check, [
  { name: 'does not apply without an image', findings: [] },
  { name: 'does not apply to the default image', plan: planOfGroups({ ImageId: 'default' }), findings: [] },
  { name: 'does not apply to a cluster that only runs', plan: { ...using(), clusters: [] }, facts: withRunning(running()), findings: [] },
  { name: 'passes an unencrypted image of the account', plan: using(), facts: having(), findings: [image, group] },
  {
    name: 'reports an image of two groups once, and each group',
    plan: planOfGroups({ ImageId: id }, { InstanceGroupName: 'more', ImageId: id }),
    facts: having(),
    findings: [image, group, { ...group, group: 'more' }],
  },
  {
    name: 'passes an image of AWS',
    plan: using(),
    facts: having({ owner: '999999999999', ownerAlias: 'amazon' }),
    findings: [image, group],
  },
  {
    name: 'fails for an image that does not exist, once',
    plan: using(),
    facts: { images: { [id]: ok(null) } },
    findings: [{ ...image, status: 'fail' }],
    says: ['does not exist in us-west-2'],
  },
  { name: 'fails for a pending image', plan: using(), facts: having({ state: 'pending' }), findings: imageFails, says: ['is pending,'] },
  {
    name: 'fails for further volumes',
    plan: using(),
    facts: having({ volumes: [{ encrypted: false }, { encrypted: false }] }),
    findings: imageFails,
    says: ['2 volumes, 1 allowed.'],
  },
  {
    name: 'is softer for an image of another account',
    plan: using(),
    facts: having({ owner: '999999999999' }),
    findings: [{ ...image, status: 'fail', level: 'recommended' }, group],
    says: ['belongs to account 999999999999'],
  },
  {
    name: 'fails for another architecture',
    plan: using(),
    facts: { ...having({ architecture: 'arm64' }) },
    findings: groupFails,
  },
  {
    name: 'passes an image for Graviton',
    plan: using(),
    facts: { ...having({ architecture: 'arm64' }), instanceTypes: ok(arm) },
    findings: [image, group],
  },
  {
    name: 'fails where one type of a flexible group has another architecture',
    plan: using({ InstanceType: undefined, InstanceRequirements: { InstanceTypes: ['ml.p5.48xlarge', 'ml.m5.xlarge'] } }),
    facts: { ...having(), instanceTypes: ok(arm) },
    findings: groupFails,
  },
  { name: 'passes an encrypted image with the key of the root volume', plan: using(root(key)), facts: encrypted, findings: [image, group] },
  {
    name: 'knows the key by its id',
    plan: using(root('1234abcd-12ab-34cd-56ef-1234567890ab')),
    facts: encrypted,
    findings: [image, group],
  },
  { name: 'fails for an encrypted image without a key of the root volume', plan: using(), facts: encrypted, findings: groupFails },
  { name: 'fails where only the secondary volume has the key', plan: using(secondary), facts: encrypted, findings: groupFails },
  { name: 'fails for an encrypted image with another key', plan: using(root(`${key}0`)), facts: encrypted, findings: groupFails },
  {
    name: 'does not evaluate an unread image',
    plan: using(),
    facts: { images: { [id]: denied('ec2:DescribeImages') } },
    unevaluated: [
      { level: 'required', resource: id, action: 'ec2:DescribeImages' },
      { level: 'required', resource: id, group: 'workers', action: 'ec2:DescribeImages' },
    ],
  },
  { name: 'does not evaluate an image that older facts lack', plan: using(), facts: { images: {} }, unevaluated: [{}, {}] },
  {
    name: 'does not evaluate an unread key of the image',
    plan: using(root(key)),
    facts: having({ volumes: [{ encrypted: true, key: denied('ec2:DescribeSnapshots') }] }),
    findings: [image],
    unevaluated: [{ level: 'required', group: 'workers', resource: id, action: 'ec2:DescribeSnapshots' }],
  },
  {
    name: 'does not evaluate a type without architectures',
    plan: using(),
    facts: { ...having(), instanceTypes: ok({ ...instanceTypes, 'p5.48xlarge': old }) },
    findings: [image],
    unevaluated: [{ group: 'workers', resource: id }],
  },
  {
    name: 'does not evaluate a type that EC2 does not list',
    plan: using({ InstanceType: 'ml.x9.large' }),
    facts: having(),
    findings: [image],
    unevaluated: [{ group: 'workers', resource: id }],
  },
]);
