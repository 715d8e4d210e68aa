/** What collectors of EKS have in common. */
import { DescribeAddonCommand } from '@aws-sdk/client-eks';
import type { Keyed } from '../../core/evaluation/facts.ts';
import { lastSegment } from '../../core/text/words.ts';
import { orNull, tryRead } from '../client/errors.ts';
import type { CollectorScope, PolicyPlace } from './collector.ts';
import { arnParts, isHere, namedBy, type ReferencedIds, readByKey } from './referenced.ts';
import { allPages, present, text, texts, unreadable } from './response.ts';

type EksScope = Pick<CollectorScope, 'partition' | 'region' | 'account' | 'planned' | 'fact'>;

/** ARNs of EKS: of clusters, or of what belongs to them. */
export const eksArns =
  (kind: 'access-entry' | 'addon' | 'cluster' | 'nodegroup') =>
  (_: unknown, { partition, account }: PolicyPlace): readonly string[] => [`arn:${partition}:eks:*:${account}:${kind}/*`];

/** The EKS clusters that clusters of the region name, as far as they are of this account and region. */
export async function eksClustersHere(scope: EksScope): Promise<ReferencedIds> {
  const { ids, ...rest } = await namedBy(scope, (c) => (c.eksCluster === undefined ? [] : [c.eksCluster]));
  return { ids: ids.filter((arn) => isHere(scope, arn)), ...rest };
}

/**
 * One read for each EKS cluster that clusters of the region name; `null` where EKS does not find what is asked for. Of clusters
 * of other accounts and regions nothing can be read here, and the ARN says already that they do not fit.
 */
export async function readByEksCluster<T>(
  scope: EksScope,
  read: (name: string, arn: string) => Promise<T>,
  ...absent: readonly string[]
): Promise<Keyed<T | null>> {
  const { ids } = await eksClustersHere(scope);
  return readByKey(ids, (arn) =>
    tryRead(() => orNull(() => read(lastSegment(arnParts(arn).resource), arn), 'ResourceNotFoundException', ...absent)),
  );
}

/** An add-on of these EKS clusters; `null` where a cluster does not have it as a managed add-on. */
export const readAddons = ({ call, ...scope }: EksScope & Pick<CollectorScope<'eks:DescribeAddon'>, 'call'>, addonName: string) =>
  readByEksCluster(scope, async (clusterName) => {
    const { addon } = await call('eks:DescribeAddon', (eks, options) =>
      eks.send(new DescribeAddonCommand({ clusterName, addonName }), options),
    );
    const found = present(addon, 'addon');
    return { version: text(found.addonVersion, 'addonVersion'), status: text(found.status, 'status') };
  });

/** All rows of a list of EKS, whose tokens have a name that differs from that of the other services. */
export const eksPages = <P extends { readonly nextToken?: string | undefined }, T>(
  ask: (page: { readonly nextToken?: string }) => Promise<P>,
  rows: (page: P) => readonly T[],
): Promise<readonly T[]> =>
  allPages(
    (nextToken) => ask(nextToken === undefined ? {} : { nextToken }),
    rows,
    ({ nextToken }) => nextToken,
  );

/** The names of a list, which has to be there where it is empty too. */
export const namesIn = (names: readonly string[] | undefined, member: string): readonly string[] =>
  texts(names ?? unreadable(member), member);
