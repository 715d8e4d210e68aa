import { ListRoleTagsCommand, ListUserTagsCommand, type Tag } from '@aws-sdk/client-iam';
import type { PrincipalTags } from '../../../core/evaluation/facts.ts';
import type { Plan } from '../../../core/plan/plan.ts';
import { lastSegment } from '../../../core/text/words.ts';
import { AwsError, orNull, tryRead } from '../../client/errors.ts';
import { collector } from '../collector.ts';
import { arnParts, distinct, readByKey } from '../referenced.ts';
import { allPages, list, text } from '../response.ts';

type PrincipalKind = 'role' | 'user';

/** What an ARN names, as far as IAM keeps tags of it. A session of a role has the role's. */
function principal(arn: string): { readonly kind: PrincipalKind; readonly name: string } | undefined {
  const { resource } = arnParts(arn);
  const [kind = '', ...rest] = resource.split('/');
  if (kind === 'assumed-role' && rest[0]) return { kind: 'role', name: rest[0] };
  return (kind === 'role' || kind === 'user') && rest.length > 0 ? { kind, name: lastSegment(resource) } : undefined;
}

const named = (plan: Pick<Plan, 'clusters'>): readonly string[] => distinct(plan.clusters.flatMap((c) => c.runAs?.principals ?? []));
const ofKind = (plan: Pick<Plan, 'clusters'>, kind: PrincipalKind) => named(plan).filter((arn) => principal(arn)?.kind === kind);

/** The ARN of a session is not an IAM ARN: it stands for the role, whose path it omits. */
function inIam(arn: string): readonly string[] {
  const { partition, account, resource } = arnParts(arn);
  const [kind, role] = resource.split('/');
  return kind === 'assumed-role' ? ['', '*/'].map((path) => `arn:${partition}:iam::${account}:role/${path}${role}`) : [arn];
}

/** Only principals that the plan names are read. */
export default collector({
  fact: 'principals',
  grants: [
    {
      action: 'iam:ListRoleTags',
      needed: (plan) => ofKind(plan, 'role').length > 0,
      resources: (plan) => ofKind(plan, 'role').flatMap(inIam),
      why: 'the user that sessions of a role run as',
    },
    {
      action: 'iam:ListUserTags',
      needed: (plan) => ofKind(plan, 'user').length > 0,
      resources: (plan) => ofKind(plan, 'user'),
      why: 'the user that sessions of a user run as',
    },
  ],
  collect: ({ call, ...scope }) => {
    const tags = (kind: PrincipalKind, name: string) =>
      allPages(
        (token) => {
          const page = { MaxItems: 100, ...(token !== undefined && { Marker: token }) };
          return kind === 'role'
            ? call('iam:ListRoleTags', (iam, o) => iam.send(new ListRoleTagsCommand({ RoleName: name, ...page }), o))
            : call('iam:ListUserTags', (iam, o) => iam.send(new ListUserTagsCommand({ UserName: name, ...page }), o));
        },
        (page) => list<Tag>(page.Tags, 'Tags'),
        (page) => (page.IsTruncated ? page.Marker : undefined),
      );
    return readByKey(named({ clusters: scope.planned }), (arn) =>
      tryRead(() =>
        orNull(
          async (): Promise<PrincipalTags> => {
            const who = principal(arn);
            if (!who) throw new AwsError({ ok: false, reason: `${arn} is neither a role nor a user` });
            const { account } = arnParts(arn);
            if (account !== scope.account) throw new AwsError({ ok: false, reason: `${arn} is in another account` });
            const runAs = (await tags(who.kind, who.name)).find((t) => t.Key === 'SSMSessionRunAs')?.Value;
            return runAs === undefined || runAs === '' ? {} : { runAs: text(runAs, 'Value') };
          },
          'NoSuchEntity',
          'NoSuchEntityException',
        ),
      ),
    );
  },
});
