import { type CheckContext, type CheckResult, clusterCheck, fail, pass } from '../evaluation/check.ts';
import { type Cluster, type Group, networkOf } from '../evaluation/cluster.ts';
import { type FileSystem, NotEvaluatedError, requireKey, requireValue } from '../evaluation/facts.ts';
import { byName } from '../evaluation/order.ts';
import { failBlocked, type NodeSet, nodeEnd, nodeSets, nodesOf, servedEnd } from '../network/connections.ts';
import { evaluateVpc, vpcFacts } from '../network/file-system-vpc.ts';
import { lustreAddress as addressOf, lustreConsole as consoleOf } from '../network/lustre.ts';
import { unreportedTraffic } from '../network/self-rules.ts';
import { blockedTraffic, tcp, udp } from '../network/traffic.ts';
import { consolePage } from '../text/console-links.ts';
import { capitalize, listed } from '../text/words.ts';

const needs = ['fileSystems', 'fileSystemGroups', 'securityGroups', 'instanceTypes', ...vpcFacts] as const;
type OpenZfsContext = CheckContext<(typeof needs)[number]>;

/** https://docs.aws.amazon.com/fsx/latest/OpenZFSGuide/limit-access-security-groups.html */
const nfs = [tcp(111), tcp(2049), tcp(20001, 20003), udp(111), udp(2049), udp(20001, 20003)];

/** Why nodes cannot mount the file system, with the fix; `undefined`: it serves. */
function obstacle(region: string, found: FileSystem | null): readonly [fault: string, fix: string] | undefined {
  if (!found) return [`does not exist in ${region}`, `Name a file system of this account in ${region}, or create one.`];
  if (found.type !== 'OPENZFS') return [`is of type ${found.type}, OPENZFS required`, 'Name a file system of type OPENZFS.'];
  if (found.lifecycle === 'CREATING')
    return ['is CREATING, AVAILABLE required. Nodes cannot mount it', 'Wait until the file system is AVAILABLE.'];
  if (found.lifecycle !== 'AVAILABLE' && found.lifecycle !== 'UPDATING')
    return [
      `is ${found.lifecycle}, AVAILABLE required. Nodes cannot mount it`,
      'Repair the file system in the console, or name another file system.',
    ];
  return undefined;
}

function evaluateDnsName(region: string, dnsName: string, groups: readonly Group[]): CheckResult {
  const address = addressOf(dnsName);
  const names = listed(groups.map((group) => group.name));
  if (!address) throw new NotEvaluatedError(`${dnsName} of ${names} is not the DNS name of an FSx file system`);
  return fail(`Group ${names} mounts ${address.id} in ${address.region}, ${region} required.`, {
    text: `Name a file system in ${region}.`,
    console: consolePage({ partition: 'aws', region })`fsx/home?region=${region}#file-systems`,
  });
}

function evaluatePorts(context: OpenZfsContext, cluster: Cluster, id: string, set: NodeSet): CheckResult | undefined {
  const { facts, region } = context;
  const found = requireKey(facts.fileSystems, id, 'file system');
  // What keeps it from serving is a finding of its own.
  if (!found || obstacle(region, found)) return undefined;
  const ids = requireKey(facts.fileSystemGroups, id, 'security groups of file system');
  if (ids.length === 0) throw new NotEvaluatedError(`FSx reports no security group for file system ${id}`);
  const server = servedEnd(facts, `file system ${id}`, ids, found.subnets);
  const blocked = requireValue(blockedTraffic(nodeEnd(facts, set), server, nfs, facts.prefixListEntries));
  if (blocked.length > 0) {
    const left = unreportedTraffic(context, cluster, set, blocked);
    return left.length > 0 ? failBlocked(context, left) : undefined;
  }
  return pass(`${capitalize(nodesOf(set))} reach file system ${id} on tcp and udp 111, 2049 and 20001-20003.`);
}

export default clusterCheck({
  id: 'openzfs',
  level: 'required',
  title: 'The FSx for OpenZFS file systems that nodes mount are available, and nodes reach them',
  rationale: 'HyperPod mounts the file systems of FsxOpenZfsConfig when a node starts. If a mount fails, the node fails.',
  applies: 'groups with a VPC and FsxOpenZfsConfig',
  reference: 'https://docs.aws.amazon.com/fsx/latest/OpenZFSGuide/limit-access-security-groups.html',
  needs,
  *cases(context, cluster) {
    const { facts, region } = context;
    const mounts = cluster.groups
      .filter((group) => networkOf(cluster, group))
      .toSorted(byName)
      .flatMap((group) => (group.openZfs ?? []).map((dnsName) => ({ dnsName, group })));
    const byDnsName = Map.groupBy(mounts, ({ dnsName }) => dnsName);
    for (const dnsName of [...byDnsName.keys()].toSorted()) {
      const groups = [...new Set((byDnsName.get(dnsName) ?? []).map(({ group }) => group))];
      const address = addressOf(dnsName);
      if (address?.region !== region) {
        yield { resource: dnsName, evaluate: () => evaluateDnsName(region, dnsName, groups) };
        continue;
      }
      const { id } = address;
      yield {
        resource: id,
        evaluate: () => {
          const found = requireKey(facts.fileSystems, id, 'file system');
          const problem = obstacle(region, found);
          if (problem) return fail(`File system ${id} ${problem[0]}.`, { text: problem[1], console: consoleOf(region, id) });
          return found ? evaluateVpc(context, cluster, found, groups) : undefined;
        },
      };
      for (const set of nodeSets({ ...cluster, groups }))
        yield { resource: `${id} ${set.key}`, evaluate: () => evaluatePorts(context, cluster, id, set) };
    }
  },
});
