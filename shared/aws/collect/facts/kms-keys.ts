import { DescribeKeyCommand, GetKeyPolicyCommand, ListGrantsCommand } from '@aws-sdk/client-kms';
import type { KmsKey, Read } from '../../../core/evaluation/facts.ts';
import { scriptKeyUses, volumeKeyUses } from '../../../core/iam/key-access.ts';
import { orNull, tryRead } from '../../client/errors.ts';
import { collector, type PolicyPlace } from '../collector.ts';
import { clustersIn, distinct, isHere, readByKey } from '../referenced.ts';
import { allPages, list, present, text, texts } from '../response.ts';

/** Any key of the account: what encrypts the scripts of running clusters, only AWS knows. */
const resources = (_: unknown, { partition, account }: PolicyPlace) => [`arn:${partition}:kms:*:${account}:key/*`];

/** Keys of this account and region that execution roles are to use. Of keys of other accounts neither policy nor grants can be read. */
export default collector({
  fact: 'kmsKeys',
  grants: [
    { action: 'kms:DescribeKey', resources, why: 'state and type of the keys of volumes and lifecycle scripts' },
    { action: 'kms:GetKeyPolicy', resources, why: 'whether the key policy lets execution roles use the key' },
    { action: 'kms:ListGrants', resources, why: 'whether a grant lets execution roles use the key' },
  ],
  collect: async ({ call, ...scope }) => {
    const [{ specs }, lifecycleObjects] = await Promise.all([clustersIn(scope), scope.fact('lifecycleObjects')]);
    const uses = [
      ...scope.planned.flatMap(({ request }) => volumeKeyUses(scope, request)),
      ...specs.flatMap((cluster) => scriptKeyUses(cluster, { lifecycleObjects })),
    ].filter(({ key }) => isHere(scope, key));

    const policyOf = (KeyId: string): Promise<Read<string>> =>
      tryRead(async () => {
        const answer = await call('kms:GetKeyPolicy', (kms, o) => kms.send(new GetKeyPolicyCommand({ KeyId, PolicyName: 'default' }), o));
        return text(answer.Policy, 'Policy');
      });

    /** Of the roles alone: a key may have tens of thousands. */
    const grantsOf = (KeyId: string): Promise<KmsKey['grants']> =>
      tryRead(async () => {
        const roles = distinct(uses.flatMap(({ key, role }) => (key === KeyId ? [role] : [])));
        const found = roles.map((GranteePrincipal) =>
          allPages(
            (Marker) =>
              call('kms:ListGrants', (kms, o) =>
                kms.send(new ListGrantsCommand({ KeyId, GranteePrincipal, Limit: 100, ...(Marker !== undefined && { Marker }) }), o),
              ),
            (page) =>
              list(page.Grants, 'Grants').map((grant) => ({
                grantee: text(grant.GranteePrincipal, 'GranteePrincipal'),
                operations: texts(grant.Operations, 'Operations'),
                constrained: Object.keys(grant.Constraints ?? {}).length > 0,
              })),
            (page) => (page.Truncated ? page.NextMarker : undefined),
          ),
        );
        return (await Promise.all(found)).flat();
      });

    return readByKey(distinct(uses.map(({ key }) => key)), (KeyId) =>
      tryRead(() =>
        orNull(async (): Promise<KmsKey> => {
          const [answer, policy, grants] = await Promise.all([
            call('kms:DescribeKey', (kms, o) => kms.send(new DescribeKeyCommand({ KeyId }), o)),
            policyOf(KeyId),
            grantsOf(KeyId),
          ]);
          const key = present(answer.KeyMetadata, 'KeyMetadata');
          return {
            state: text(key.KeyState, 'KeyState'),
            usage: text(key.KeyUsage, 'KeyUsage'),
            spec: text(key.KeySpec, 'KeySpec'),
            policy,
            grants,
          };
        }, 'NotFoundException'),
      ),
    );
  },
});
