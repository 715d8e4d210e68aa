import { type CheckContext, type CheckResult, clusterCheck, fail, pass } from '../evaluation/check.ts';
import { ec2Type, requireKnownTypes } from '../evaluation/cluster.ts';
import { type Image, NotEvaluatedError, requireKey, requireValue } from '../evaluation/facts.ts';
import { keyArn } from '../iam/key-access.ts';
import type { GroupRequest } from '../plan/plan.ts';
import { customImage, groupsOfRequest } from '../plan/provisioning.ts';
import { aws } from '../text/command-line.ts';
import { consolePage } from '../text/console-links.ts';
import { some } from '../text/words.ts';

type ImageContext = CheckContext<'images' | 'instanceTypes'>;

const imageConsole = (context: ImageContext, id: string): string =>
  consolePage(context)`ec2/home?region=${context.region}#ImageDetails:imageId=${id}`;

/** What is required of an image for any group. */
function evaluateImage(context: ImageContext, id: string): CheckResult {
  const { account, region, facts } = context;
  const console = imageConsole(context, id);
  const image = requireKey(facts.images, id, 'image');
  if (!image)
    return fail(`Image ${id} does not exist in ${region}, or is not shared with account ${account}.`, {
      text: `Set ImageId to an image of account ${account} in ${region}. The command lists them.`,
      command: aws(['ec2', 'describe-images'], { owners: ['self'], region }),
      console,
    });
  if (image.state !== 'available')
    return fail(`Image ${id} is ${image.state}, available expected. Nodes start only from an available image.`, {
      text: 'Wait until the image is available, or set ImageId to another image.',
      console,
    });
  if (image.volumes.length > 1)
    return fail(
      `Image ${id} has ${image.volumes.length} volumes, 1 allowed. According to AWS documentation HyperPod supports no additional volumes.`,
      {
        text: 'Create the image again with only the root volume.',
        console,
      },
    );
  if (image.owner !== account && image.ownerAlias !== 'amazon')
    return fail(
      `Image ${id} belongs to account ${image.owner}. According to AWS documentation a custom image has to belong to the account that creates the cluster.`,
      {
        text: `Copy the image to account ${account} and set ImageId to the copy.`,
        command: aws(['ec2', 'copy-image'], { 'source-image-id': id, 'source-region': region, name: id, region }),
        console,
      },
      { level: 'recommended' },
    );
  return pass(`Image ${id} is available, with ${image.volumes.length} volume.`);
}

/** The key of the group's root volume, by ARN. */
function rootKey(context: ImageContext, group: GroupRequest): string | undefined {
  const volumes = (group.InstanceStorageConfigs ?? []).flatMap((storage) => storage.EbsVolumeConfig ?? []);
  const key = volumes.find((volume) => volume.RootVolume === true)?.VolumeKmsKeyId;
  return key ? keyArn(context, key) : undefined;
}

/** https://docs.aws.amazon.com/sagemaker/latest/dg/hyperpod-custom-ami-cluster-management.html */
function evaluateEncryption(context: ImageContext, group: GroupRequest, id: string, image: Image): CheckResult | undefined {
  const encrypted = image.volumes.find((volume) => volume.encrypted);
  if (!encrypted) return undefined;
  const root = rootKey(context, group);
  const name = group.InstanceGroupName;
  const fix = (text: string) => ({ text, console: imageConsole(context, id) });
  if (root === undefined)
    return fail(
      `Image ${id} of group ${name} is encrypted, and the root volume of the group has no key. According to AWS documentation both require the same key.`,
      fix('Add an EbsVolumeConfig with RootVolume true and the key of the image as VolumeKmsKeyId, or use an unencrypted image.'),
    );
  if (!encrypted.key) throw new NotEvaluatedError(`the key of image ${id} was not read`);
  const key = requireValue(encrypted.key);
  if (key === root) return undefined;
  return fail(
    `Image ${id} of group ${name} is encrypted with key ${key}, and the root volume with ${root}. According to AWS documentation both require the same key.`,
    fix(`Set VolumeKmsKeyId of the root volume to ${key}, or encrypt the image with ${root}.`),
  );
}

function evaluateGroup(context: ImageContext, group: GroupRequest, id: string): CheckResult | undefined {
  const image = requireKey(context.facts.images, id, 'image');
  if (!image) return undefined;
  const name = group.InstanceGroupName;
  const known = requireValue(context.facts.instanceTypes);
  const types = group.InstanceRequirements?.InstanceTypes ?? (group.InstanceType ? [group.InstanceType] : []);
  requireKnownTypes(known, types);
  const others = types.filter((type) => {
    const architectures = known[ec2Type(type)]?.architectures;
    if (!architectures) throw new NotEvaluatedError(`the architectures of ${type} were not read`);
    return !architectures.includes(image.architecture);
  });
  if (others.length > 0)
    return fail(`Image ${id} of group ${name} is for ${image.architecture}, which ${some(others)} cannot run.`, {
      text: `Set ImageId to an image for ${some([...new Set(others.flatMap((type) => known[ec2Type(type)]?.architectures ?? []))])}.`,
      console: imageConsole(context, id),
    });
  return (
    evaluateEncryption(context, group, id, image) ??
    pass(`Image ${id} of group ${name} fits ${some(types)} (${image.architecture}) and the root volume.`)
  );
}

export default clusterCheck({
  id: 'custom-image',
  level: 'required',
  levelNote: 'required; an image of another account: recommended',
  title: 'A custom image exists, is available, and fits the instance types and the root volume',
  rationale:
    'Nodes start from the image. HyperPod supports images with one volume, unencrypted or encrypted with the key of the root volume, for the architecture of the instance type.',
  applies: 'planned clusters with ImageId other than default: each image, and each group that names it',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ClusterInstanceGroupSpecification.html',
  needs: ['images', 'instanceTypes'],
  *cases(context, { plan }) {
    if (!plan) return;
    const users = groupsOfRequest(plan.request).flatMap((group) => {
      const image = customImage(group);
      return image === undefined ? [] : [{ group, image }];
    });
    for (const image of new Set(users.map((user) => user.image))) yield { resource: image, evaluate: () => evaluateImage(context, image) };
    for (const { group, image } of users)
      yield { group: group.InstanceGroupName, resource: image, evaluate: () => evaluateGroup(context, group, image) };
  },
});
