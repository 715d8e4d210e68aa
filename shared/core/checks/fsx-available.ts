import { type CheckContext, type CheckResult, clusterCheck, fail, pass } from '../evaluation/check.ts';
import { NotEvaluatedError, requireKey } from '../evaluation/facts.ts';
import { type LustreUse, lustreAddress, lustreConsole, lustreUses, otherLustre } from '../network/lustre.ts';
import { consolePage } from '../text/console-links.ts';
import { listed } from '../text/words.ts';

export default clusterCheck({
  id: 'fsx-available',
  level: 'required',
  title: 'The FSx for Lustre file systems that nodes mount exist and are available',
  rationale: 'A mount that fails, in a lifecycle script or by HyperPod, fails the node and with it the cluster.',
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
    return fail(`File system ${id} is of type ${type}, LUSTRE required.`, {
      text: 'Name a file system of type LUSTRE.',
      console,
    });
  if (lifecycle !== 'AVAILABLE' && lifecycle !== 'UPDATING') {
    const repair = 'Repair the file system in the console, or name another file system.';
    const text = lifecycle === 'CREATING' ? 'Wait until the file system is AVAILABLE.' : repair;
    return fail(`File system ${id} is ${lifecycle}, AVAILABLE required. Nodes cannot mount it.`, { text, console });
  }
  if (mounts.length > 0 && mountName === undefined) throw new NotEvaluatedError(`FSx reports no mount name for ${id}`);
  const wrong = mounts
    .filter((m) => m.mountName !== mountName)
    .toSorted((a, b) => (a.group + a.mountName < b.group + b.mountName ? -1 : 1));
  if (wrong.length > 0)
    return fail(
      `File system ${id} has mount name ${mountName}, but ${wrong.map((m) => `group ${m.group} requests ${m.mountName}`).join(' and ')}.`,
      { text: `Set MountName to ${mountName} in the FsxLustreConfig of ${listed([...new Set(wrong.map((m) => m.group))])}.`, console },
    );
  return pass(`File system ${id} is ${lifecycle}${lifecycle === 'UPDATING' ? ' and available' : ''}.`);
}

function evaluateOtherRegion(region: string, dnsName: string, other: string | undefined, groups: readonly string[]): CheckResult {
  if (other === undefined) throw new NotEvaluatedError(`${dnsName} of ${listed(groups)} is not the DNS name of an FSx file system`);
  return fail(`Group ${listed(groups)} mounts ${lustreAddress(dnsName)?.id} in ${other}, ${region} required.`, {
    text: `Name a file system in ${region}.`,
    console: consolePage({ partition: 'aws', region })`fsx/home?region=${region}#file-systems`,
  });
}
