import { type CheckContext, type CheckResult, clusterCheck, fail, pass } from '../evaluation/check.ts';
import { NotEvaluatedError, requireKey, requireValue } from '../evaluation/facts.ts';
import { sortedUnique } from '../evaluation/order.ts';
import { aclOf } from '../network/acl-traffic.ts';
import { type NodeSet, nodeSets, nodesOf, securityGroupConsole, securityGroupsOf } from '../network/connections.ts';
import { awsListName } from '../network/s3-route.ts';
import { holdsFor, opensTcpPort, tcp } from '../network/traffic.ts';
import type { AccountingDatabase } from '../plan/plan.ts';
import { accountingDatabase, controllerGroups } from '../plan/provisioning.ts';
import { aws } from '../text/command-line.ts';
import { consolePage, vpcConsole } from '../text/console-links.ts';
import { capitalize, listed, some } from '../text/words.ts';

type DatabaseContext = CheckContext<'secrets' | 'securityGroups' | 'prefixLists' | 'networkAcls'>;

/** AWS's default where the request sets no port. */
const defaultPort = 3306;

const portOf = ({ Port = defaultPort }: AccountingDatabase): number => Port;
const addressOf = (database: AccountingDatabase): string => `${database.Endpoint}:${portOf(database)}`;

/** The content of a secret that is scheduled for deletion is not accessible: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html */
function evaluateSecret(context: DatabaseContext, arn: string): CheckResult {
  const { account, region, facts } = context;
  const [, , , secretRegion, owner] = arn.split(':');
  if (owner !== account) throw new NotEvaluatedError(`secret ${arn} belongs to account ${owner}, and the audit reads account ${account}`);
  if (secretRegion !== region) throw new NotEvaluatedError(`secret ${arn} is in ${secretRegion}, and the audit reads ${region}`);
  const console = consolePage(context)`secretsmanager/listsecrets?region=${region}`;
  const secret = requireKey(facts.secrets, arn, 'secret');
  if (!secret)
    return fail(`Secret ${arn} does not exist. slurmdbd has no user name and password for the accounting database.`, {
      text: 'Create the secret with the user name and password of the database, or correct SecretArn.',
      command: aws(['secretsmanager', 'list-secrets'], { region, query: 'SecretList[].ARN' }),
      console,
    });
  if (secret.deleted !== undefined)
    return fail(`Secret ${arn} is scheduled for deletion (DeletedDate ${secret.deleted}). Its user name and password are not accessible.`, {
      text: 'Restore the secret, or name another secret in SecretArn.',
      command: aws(['secretsmanager', 'restore-secret'], { region, 'secret-id': arn }),
      console,
    });
  return pass(`Secret ${arn} exists. Its content and its permissions are not evaluated.`);
}

/**
 * Whether a prefix list may contain the database. Those of AWS name addresses of its services; through VPC Lattice a database
 * can be reached: https://docs.aws.amazon.com/vpc/latest/userguide/working-with-aws-managed-prefix-lists.html
 */
function mayContainDatabase({ facts }: DatabaseContext, id: string): boolean {
  const name = awsListName(facts, id);
  return name === undefined || name.endsWith('.vpc-lattice');
}

/** Subnets of the nodes whose network ACL lets the port out to no address. */
function closedSubnets(context: DatabaseContext, set: NodeSet, port: number): readonly string[] {
  return set.subnets.filter((subnet) => !opensTcpPort(aclOf(context, subnet), 'out', port));
}

/** Traffic within a subnet never meets its network ACL, and where the database is, is not known. */
function failAtAcl(context: DatabaseContext, set: NodeSet, database: AccountingDatabase, closed: readonly string[]): CheckResult {
  const acls = sortedUnique(closed.map((subnet) => aclOf(context, subnet).id));
  const port = portOf(database);
  return fail(
    `0 entries of network ACL ${listed(acls)} of ${listed(closed)} allow tcp ${port} out. ${capitalize(nodesOf(set))} cannot connect to accounting database ${addressOf(database)}, unless it is in the same subnet.`,
    {
      text: `Add an entry to ${listed(acls)} that allows tcp ${port} out to the addresses of the database. The command shows the existing entries.`,
      command: aws(['ec2', 'describe-network-acls'], { region: context.region, 'network-acl-ids': acls }),
      ...(acls[0] !== undefined && { console: vpcConsole(context)`NetworkAclDetails:networkAclId=${acls[0]}` }),
    },
    { level: 'recommended' },
  );
}

/** Only egress: the endpoint is a name, so its addresses, and the rules at them, are not known. */
function evaluateEgress(context: DatabaseContext, set: NodeSet, database: AccountingDatabase): CheckResult {
  const { region, facts } = context;
  const address = addressOf(database);
  const rules = requireValue(securityGroupsOf(facts, set.ids))
    .flatMap((group) => group.rules)
    .filter((rule) => rule.egress && holdsFor(rule, tcp(portOf(database))));
  const addressed = rules.flatMap((rule) => [...rule.ipv4, ...rule.ipv6, ...rule.groups.map(({ id }) => id)]);
  const lists = sortedUnique(rules.flatMap((rule) => rule.prefixLists));
  // Where rules name addresses or groups too, nothing depends on what the prefix lists contain.
  const peers = sortedUnique([...addressed, ...lists.filter((id) => addressed.length > 0 || mayContainDatabase(context, id))]);
  const ids = listed(set.ids);
  if (peers.length > 0) {
    const closed = closedSubnets(context, set, portOf(database));
    if (closed.length > 0) return failAtAcl(context, set, database, closed);
    return pass(
      `${capitalize(nodesOf(set))} may connect on tcp ${portOf(database)} to ${some(peers)} (${ids}). The addresses and rules of ${address} are not evaluated.`,
    );
  }
  const onlyLists = lists.length > 0 ? `, except to addresses of AWS services (${listed(lists)})` : '';
  return fail(
    `0 egress rules of ${ids} allow tcp ${portOf(database)}${onlyLists}. ${capitalize(nodesOf(set))} cannot connect to accounting database ${address}.`,
    {
      text: `Add an egress rule to ${set.ids[0]}: tcp ${portOf(database)} to the security group or the addresses of the database.`,
      command: aws(['ec2', 'describe-security-group-rules'], {
        region,
        filters: [{ Name: 'group-id', Values: set.ids }],
        query: 'SecurityGroupRules[?IsEgress]',
      }),
      console: securityGroupConsole(context, set.ids[0] ?? ''),
    },
  );
}

/** AWS: "The database must be reachable from the subnets and security groups that you configure for the cluster." */
const failWithoutVpc = (name: string, address: string): CheckResult =>
  fail(
    `The request of ${name} has no VpcConfig. According to AWS documentation, accounting database ${address} has to be reachable from the subnets and security groups of the request.`,
    { text: 'Add a VpcConfig with subnets and security groups from which the database is reachable.' },
    { level: 'recommended' },
  );

/** Reasons of failure: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DatabaseConfigurationMetadata.html */
export default clusterCheck({
  id: 'accounting-database',
  level: 'required',
  levelNote: 'required; recommended without a VPC, and for a network ACL',
  title: 'The secret of the accounting database exists, and security groups and network ACLs allow connections from the controller',
  rationale:
    'The controller runs slurmdbd, which connects to the database with the user name and password of the secret. According to AWS documentation, attaching a database fails if it cannot be reached.',
  applies:
    'planned Slurm clusters with AccountingDatabase: the secret, and the security groups of the controller with the network ACLs of its subnets',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ClusterAccountingDatabase.html',
  needs: ['secrets', 'securityGroups', 'prefixLists', 'networkAcls'],
  *cases(context, cluster) {
    const request = cluster.plan?.request;
    const database = request && accountingDatabase(request);
    if (!database) return;
    yield { resource: database.SecretArn, evaluate: () => evaluateSecret(context, database.SecretArn) };
    const address = addressOf(database);
    const names = controllerGroups(request).map((group) => group.InstanceGroupName);
    const sets = nodeSets({ ...cluster, groups: cluster.groups.filter((group) => names.includes(group.name)) });
    for (const set of sets) yield { resource: `${address} ${set.key}`, evaluate: () => evaluateEgress(context, set, database) };
    if (sets.length > 0) return;
    yield {
      resource: address,
      evaluate: () => {
        if (!cluster.network) return failWithoutVpc(cluster.name, address);
        throw new NotEvaluatedError(`0 groups have SlurmConfig.NodeType Controller, so the nodes that connect to ${address} are unknown`);
      },
    };
  },
});
