/**
 * Who made an API call, as CloudTrail records it. A record comes from outside and callers choose names of sessions, so a name
 * is taken only where it has the form that IAM and STS allow; none of these characters means anything in a terminal, in
 * HTML or in a chat beyond emphasis.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
 */
import { isObject, textMember } from '../text/json.ts';
import { lastSegment } from '../text/words.ts';

export const actorKinds = ['role', 'user', 'root', 'federated', 'identity-center', 'service', 'account'] as const;

export interface Actor {
  readonly kind: (typeof actorKinds)[number];
  /** Of the role or user; of a service its domain name, of an account its id. */
  readonly name?: string;
  /** Name of a role's session: the person behind it, where people log in through an identity provider. */
  readonly session?: string;
  /** Where it is another account than the one that was changed. */
  readonly account?: string;
  /** Domain name of a service that made the call with the actor's permissions. */
  readonly through?: string;
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html; sessions: `RoleSessionName` of STS AssumeRole. */
const nameShape = /^[\w+=,.@-]{1,64}$/;
const serviceShape = /^[a-z0-9][a-z0-9.-]{0,80}\.amazonaws\.com(\.cn)?$/;
const accountShape = /^\d{12}$/;
/** Id of a user in the identity store: https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/API_User.html. */
const userIdShape = /^[0-9a-f-]{1,47}$/;

const shaped = (text: string | undefined, shape: RegExp): string | undefined => (text !== undefined && shape.test(text) ? text : undefined);

/** The parts of `arn:aws:sts::123456789012:assumed-role/NetAdmin/alice` after the account. */
const pathOf = (arn: string | undefined): readonly string[] => (arn ?? '').split(':').slice(5).join(':').split('/');

type Named = Pick<Actor, 'kind' | 'name' | 'session'>;

function assumedRole(identity: unknown): Named {
  const issuer = isObject(identity) && isObject(identity.sessionContext) ? identity.sessionContext.sessionIssuer : undefined;
  const [, role, session] = pathOf(textMember(identity, 'arn'));
  return {
    kind: 'role',
    name: shaped(textMember(issuer, 'userName') ?? role, nameShape),
    session: shaped(session, nameShape),
  };
}

function named(identity: unknown): Named | undefined {
  const ownName = shaped(textMember(identity, 'userName') ?? lastSegment(textMember(identity, 'arn') ?? ''), nameShape);
  switch (textMember(identity, 'type')) {
    case 'Root':
      return { kind: 'root' };
    case 'IAMUser':
      return { kind: 'user', name: ownName };
    case 'AssumedRole':
      return assumedRole(identity);
    case 'Role':
      return { kind: 'role', name: ownName };
    case 'FederatedUser':
      return { kind: 'federated', name: shaped(lastSegment(textMember(identity, 'arn') ?? ''), nameShape) };
    case 'SAMLUser':
    case 'WebIdentityUser':
      return { kind: 'federated', name: ownName };
    case 'IdentityCenterUser': {
      const user = isObject(identity) ? textMember(identity.onBehalfOf, 'userId') : undefined;
      return { kind: 'identity-center', name: shaped(user, userIdShape) };
    }
    case 'AWSAccount':
      return { kind: 'account', name: shaped(textMember(identity, 'accountId'), accountShape) };
    default:
      return undefined;
  }
}

/** The actor of a record's `userIdentity`; `undefined` where it does not say, or in no form that is known. */
export function actorOf(identity: unknown, changedAccount: string): Actor | undefined {
  const service = shaped(textMember(identity, 'invokedBy'), serviceShape);
  const { kind, name, session } = named(identity) ?? {};
  // Records of services have no type, or AWSService: a decision of AWS on a quota request is of servicequotas.amazonaws.com.
  if (kind === undefined) return service === undefined ? undefined : { kind: 'service', name: service };
  if (name === undefined && kind !== 'root') return undefined;
  const account = shaped(textMember(identity, 'accountId'), accountShape);
  return {
    kind,
    ...(name !== undefined && { name }),
    ...(session !== undefined && { session }),
    ...(account !== undefined && account !== changedAccount && kind !== 'account' && { account }),
    ...(service !== undefined && { through: service }),
  };
}
