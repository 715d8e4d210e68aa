import { type CheckContext, type CheckResult, clusterCheck, fail, pass } from '../evaluation/check.ts';
import { NotEvaluatedError, requireKey } from '../evaluation/facts.ts';
import { type LustreUse, lustreAddress, lustreConsole, lustreUses, otherLustre } from '../network/lustre.ts';
import { consolePage } from '../text/console-links.ts';
import { listed } from '../text/words.ts';

export default clusterCheck({
  id: 'fsx-available',
  level: 'required',
  title: 'The FSx for Lustre file systems that nodes mount exist here and serve',
  rationale: 'A mount that fails in a lifecycle script, or that HyperPod makes itself, fails the node and with it the cluster.',
  applies: 'clusters with a VPC that mount FSx for Lustre',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-prerequisites.html',
  needs: ['fileSystems'],
  *cases(context, cluster) {
    const { region } = context;
    for (const use of lustreUses(cluster, region)) yield { resource: use.id, evaluate: () => evaluateFileSystem(context, use) };
    for (const { dnsName, region: other, groups } of otherLustre(cluster, region))
      yield { resource: dnsName, evaluate: () => evaluateOtherRegion(region, dnsName, other, groups) };
  },
});

function evaluateFileSystem({ facts, region }: CheckContext<'fileSystems'>, { id, mounts }: LustreUse): CheckResult {
  const console = lustreConsole(region, id);
  const found = requireKey(facts.fileSystems, id, 'file system');
  if (!found)
    return fail(`File system ${id} does not exist in ${region}.`, {
      text: `Name a file system of this account in ${region}, or create one.`,
      console,
    });
  const { type, lifecycle, mountName } = found;
  if (type !== 'LUSTRE')
    return fail(`File system ${id} is of type ${type}; HyperPod mounts it as FSx for Lustre.`, {
      text: 'Name a file system of type LUSTRE.',
      console,
    });
  if (lifecycle !== 'AVAILABLE' && lifecycle !== 'UPDATING') {
    const repair = 'See in the console what is wrong with it, or name another file system.';
    const text = lifecycle === 'CREATING' ? 'Wait until it is AVAILABLE.' : repair;
    return fail(`File system ${id} is ${lifecycle}, so nodes cannot mount it.`, { text, console });
  }
  if (mounts.length > 0 && mountName === undefined) throw new NotEvaluatedError(`FSx gave no mount name for ${id}`);
  const wrong = mounts
    .filter((m) => m.mountName !== mountName)
    .toSorted((a, b) => (a.group + a.mountName < b.group + b.mountName ? -1 : 1));
  if (wrong.length > 0)
    return fail(
      `File system ${id} has the mount name ${mountName}, but ${wrong.map((m) => `group ${m.group} asks for ${m.mountName}`).join(' and ')}.`,
      { text: `Set MountName to ${mountName} in the FsxLustreConfig of ${listed([...new Set(wrong.map((m) => m.group))])}.`, console },
    );
  return pass(`File system ${id} is ${lifecycle}${lifecycle === 'UPDATING' ? ', which serves all the same' : ''}.`);
}

function evaluateOtherRegion(region: string, dnsName: string, other: string | undefined, groups: readonly string[]): CheckResult {
  if (other === undefined)
    throw new NotEvaluatedError(
      `${dnsName}, which ${listed(groups)} mounts, is not the DNS name FSx gave a file system, so which one it leads to is not known`,
    );
  return fail(`Group ${listed(groups)} mounts ${lustreAddress(dnsName)?.id} of ${other}, and the cluster is in ${region}.`, {
    text: `Name a file system in ${region}.`,
    console: consolePage({ partition: 'aws', region })`fsx/home?region=${region}#file-systems`,
  });
}
