import { DescribeOrganizationCommand } from '@aws-sdk/client-organizations';
import { namesOrganization } from '../../../core/iam/organization.ts';
import { orNull, tryRead } from '../../client/errors.ts';
import { collector } from '../collector.ts';
import { readValues } from '../referenced.ts';
import { text } from '../response.ts';

/** The organization of the account, where a policy that was read has a condition on it. */
export default collector({
  fact: 'organizations',
  grants: [{ action: 'organizations:DescribeOrganization', why: 'the id that conditions such as aws:PrincipalOrgID compare with' }],
  collect: async ({ call, ...scope }) => {
    const [roles, buckets, endpoints, keys] = await Promise.all([
      scope.fact('roles'),
      scope.fact('buckets'),
      scope.fact('endpoints'),
      scope.fact('kmsKeys'),
    ]);
    const policies = [
      ...readValues(roles).flatMap(({ trust, policies: own, boundary }) => [trust, ...own.map((p) => p.document), boundary?.document]),
      ...[...readValues(buckets), ...readValues(keys)].map(({ policy }) => (policy?.ok ? policy.value : null)),
      ...(endpoints.ok ? endpoints.value.map((endpoint) => endpoint.policy) : []),
    ];
    if (!policies.some((policy) => typeof policy === 'string' && namesOrganization(policy))) return {};
    const organization = await tryRead(() =>
      orNull(async () => {
        const answer = await call('organizations:DescribeOrganization', (client, options) =>
          client.send(new DescribeOrganizationCommand({}), options),
        );
        return text(answer.Organization?.Id, 'Id');
      }, 'AWSOrganizationsNotInUseException'),
    );
    return { [scope.account]: organization };
  },
});
