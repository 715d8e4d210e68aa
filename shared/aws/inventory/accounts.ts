/** Other accounts: which there are, and the way in. */
import { ListAccountsCommand, ListAccountsForParentCommand, ListOrganizationalUnitsForParentCommand } from '@aws-sdk/client-organizations';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { type AuditRole, defaultAuditRole, defaultExternalId, type OrganizationScope } from '../../core/plan/plan.ts';
import { type AwsConnection, withConnection } from '../client/calls.ts';
import { tryRead, type Unread } from '../client/errors.ts';
import type { AwsCredentials, AwsSettings } from '../client/settings.ts';
import { after, allPages, list, present, text } from '../collect/response.ts';
import { aliasOf, configuredRegion } from '../credentials/identity.ts';
import { defaultRegionOf } from './account-wide-regions.ts';

/** ARN of the role by which an account is entered. */
export const auditRoleArn = (account: string, role: AuditRole | undefined, partition: string): string =>
  `arn:${partition}:iam::${account}:role${role?.path ?? '/'}${role?.name ?? defaultAuditRole}`;

export interface AuditRoleTarget {
  readonly account: string;
  readonly partition: string;
  /** As the plan names it; absent: the usual name and external id. */
  readonly role?: AuditRole;
}

/** Settings that lead into the account, or why it stays closed. */
export type AccountAccess = { readonly ok: true; readonly settings: AwsSettings; readonly alias?: string } | Unread;

const callingRegion = async (settings: AwsSettings, partition: string): Promise<string> =>
  (await configuredRegion(settings)) ?? defaultRegionOf(partition) ?? '';

/**
 * Enters another account by its audit role, for an hour. A role that is not there, does not trust the caller or asks for
 * another external id is refused alike: AWS does not distinguish these.
 */
export async function assumeAuditRole({ account, partition, role }: AuditRoleTarget, settings: AwsSettings): Promise<AccountAccess> {
  const region = await callingRegion(settings, partition);
  const RoleArn = auditRoleArn(account, role, partition);
  const keys = await withConnection(settings, region, ({ call }) =>
    tryRead(async (): Promise<AwsCredentials> => {
      const answer = await call('sts:AssumeRole', (sts, options) =>
        sts.send(
          new AssumeRoleCommand({
            RoleArn,
            RoleSessionName: 'hyperpod-auditor',
            DurationSeconds: 3600,
            ExternalId: role?.externalId ?? defaultExternalId,
          }),
          options,
        ),
      );
      const found = present(answer.Credentials, 'Credentials');
      return {
        accessKeyId: text(found.AccessKeyId, 'AccessKeyId'),
        secretAccessKey: text(found.SecretAccessKey, 'SecretAccessKey'),
        sessionToken: text(found.SessionToken, 'SessionToken'),
        ...(found.Expiration && { expiration: found.Expiration }),
      };
    }),
  );
  if (!keys.ok) return { ...keys, reason: `${RoleArn} could not be entered: ${keys.reason}` };
  // Of the caller's own credentials; these are others.
  const { profile: _, explain: __, ...rest } = settings;
  const entered: AwsSettings = { ...rest, credentials: keys.value };
  const alias = await withConnection(entered, region, ({ call }) => aliasOf(call));
  return { ok: true, settings: entered, ...(alias !== undefined && { alias }) };
}

/** The organization could not be asked; the message is a whole sentence. `action`: what is denied. */
export class NoOrganizationError extends Error {
  readonly action: string | undefined;
  constructor(message: string, action?: string) {
    super(message);
    this.name = 'NoOrganizationError';
    this.action = action;
  }
}

type Call = AwsConnection['call'];
interface AccountsPage {
  readonly Accounts?: readonly { readonly Id?: string; readonly State?: string; readonly Status?: string }[];
}

const activeOf = (page: AccountsPage): readonly string[] =>
  list(page.Accounts, 'Accounts')
    .filter((a) => (a.State ?? a.Status) === 'ACTIVE')
    .map((a) => text(a.Id, 'Id'));

const allAccounts = (call: Call): Promise<readonly string[]> =>
  allPages(
    (token) =>
      call('organizations:ListAccounts', (organizations, options) => organizations.send(new ListAccountsCommand(after(token)), options)),
    activeOf,
  );

/** Of roots or units, and of every unit below them. */
async function accountsOfUnits(call: Call, units: readonly string[]): Promise<readonly string[]> {
  const found = new Set<string>();
  const seen = new Set<string>();
  // A list that grows: each unit adds those directly below it.
  const left = [...units];
  for (const ParentId of left) {
    if (seen.has(ParentId)) continue;
    seen.add(ParentId);
    const accounts = await allPages(
      (token) =>
        call('organizations:ListAccountsForParent', (organizations, options) =>
          organizations.send(new ListAccountsForParentCommand({ ParentId, ...after(token) }), options),
        ),
      activeOf,
    );
    for (const id of accounts) found.add(id);
    const below = await allPages(
      (token) =>
        call('organizations:ListOrganizationalUnitsForParent', (organizations, options) =>
          organizations.send(new ListOrganizationalUnitsForParentCommand({ ParentId, ...after(token) }), options),
        ),
      (page) => list(page.OrganizationalUnits, 'OrganizationalUnits').map((u) => text(u.Id, 'Id')),
    );
    left.push(...below);
  }
  return [...found];
}

/**
 * Ids of the organization's active accounts that are audited, sorted. Throws `NoOrganizationError` where the caller may not list them, or is
 * in none.
 */
export async function organizationAccounts(
  settings: AwsSettings,
  { units, except = [] }: OrganizationScope = {},
): Promise<readonly string[]> {
  const accounts = await withConnection(settings, await callingRegion(settings, 'aws'), ({ call }) =>
    tryRead(() => (units === undefined ? allAccounts(call) : accountsOfUnits(call, units))),
  );
  if (!accounts.ok) throw new NoOrganizationError(`The organization's accounts could not be listed: ${accounts.reason}.`, accounts.action);
  return accounts.value.filter((id) => !except.includes(id)).toSorted();
}
