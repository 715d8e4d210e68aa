import { clusterCheck } from '../evaluation/check.ts';
import { NotEvaluatedError, requireKey, requireValue } from '../evaluation/facts.ts';
import { lustreAddress, lustreConsole, lustreUses, otherLustre } from '../network/lustre.ts';
import { consolePage } from '../network/resources.ts';
import { listed } from '../text/words.ts';

export default clusterCheck({
  id: 'fsx-available',
  level: 'required',
  title: 'The FSx for Lustre file systems that nodes mount exist here and serve',
  rationale: 'A mount that fails in a lifecycle script, or that HyperPod makes itself, fails the node and with it the cluster.',
  applies: 'clusters with a VPC that mount FSx for Lustre',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-prerequisites.html',
  needs: ['fileSystems'],
  *cases({ facts, region }, cluster) {
    for (const { id, mounts } of lustreUses(cluster, region))
      yield {
        resource: id,
        evaluate: () => {
          const console = lustreConsole(region, id);
          const found = requireKey(facts.fileSystems, id, 'file system');
          if (!found)
            return {
              status: 'fail',
              message: `File system ${id} does not exist in ${region}.`,
              remediation: { text: `Name a file system of this account in ${region}, or create one.`, console },
            };
          if (found.type !== 'LUSTRE')
            return {
              status: 'fail',
              message: `File system ${id} is of type ${found.type}; HyperPod mounts it as FSx for Lustre.`,
              remediation: { text: 'Name a file system of type LUSTRE.', console },
            };
          if (found.lifecycle !== 'AVAILABLE' && found.lifecycle !== 'UPDATING')
            return {
              status: 'fail',
              message: `File system ${id} is ${found.lifecycle}, so nodes cannot mount it.`,
              remediation: {
                text:
                  found.lifecycle === 'CREATING'
                    ? 'Wait until it is AVAILABLE.'
                    : 'See in the console what is wrong with it, or name another file system.',
                console,
              },
            };
          const { mountName } = found;
          if (mounts.length > 0 && mountName === undefined) throw new NotEvaluatedError(`FSx gave no mount name for ${id}`);
          const wrong = mounts
            .filter((m) => m.mountName !== mountName)
            .toSorted((a, b) => (a.group + a.mountName < b.group + b.mountName ? -1 : 1));
          if (wrong.length > 0)
            return {
              status: 'fail',
              message: `File system ${id} has the mount name ${mountName}, but ${wrong.map((m) => `group ${m.group} asks for ${m.mountName}`).join(' and ')}.`,
              remediation: {
                text: `Set MountName to ${mountName} in the FsxLustreConfig of ${listed([...new Set(wrong.map((m) => m.group))])}.`,
                console,
              },
            };
          return {
            status: 'pass',
            message: `File system ${id} is ${found.lifecycle}${found.lifecycle === 'UPDATING' ? ', which serves all the same' : ''}.`,
          };
        },
      };
    for (const { dnsName, region: other, groups } of otherLustre(cluster, region))
      yield {
        resource: dnsName,
        evaluate: () => {
          if (other === undefined)
            return void requireValue({
              ok: false,
              reason: `${dnsName}, which ${listed(groups)} mounts, is not the DNS name FSx gave a file system, so which one it leads to is not known`,
            });
          return {
            status: 'fail',
            message: `Group ${listed(groups)} mounts ${lustreAddress(dnsName)?.id} of ${other}, and the cluster is in ${region}.`,
            remediation: {
              text: `Name a file system in ${region}.`,
              console: consolePage({ partition: 'aws', region })`fsx/home?region=${region}#file-systems`,
            },
          };
        },
      };
  },
});
