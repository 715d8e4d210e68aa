/** IAM: roles with what they may do, tags of principals, the account's alias. */
import { createHash } from 'node:crypto';
import { lastSegment } from '../../core/text/words.ts';
import { needed, type OperationOutput, page, RefusalError } from '../call.ts';
import type { AccountCall, SandboxAccount, SandboxPolicy } from '../description.ts';
import { query } from '../protocol/query.ts';
import { managedPolicies } from '../world.ts';
import type { Service } from './service.ts';

const paging = { size: 'MaxItems', token: 'Marker', most: 100, badToken: 'ValidationError', badSize: 'ValidationError' };
const created = '2025-03-03T09:00:00Z';

/** IAM hands documents out percent-encoded. */
const encoded = (document: object): string =>
  encodeURIComponent(JSON.stringify(document)).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

const idOf = (prefix: string, arn: string): string => prefix + createHash('sha1').update(arn).digest('hex').slice(0, 17).toUpperCase();

const noSuch = (message: string): RefusalError => new RefusalError('NoSuchEntity', message, 404);

function roleOf(call: AccountCall): { readonly name: string; readonly role: SandboxAccount['iam']['roles'][string] } {
  const name = needed(call.input, 'RoleName', 'ValidationError');
  const role = call.home.iam.roles[name];
  if (!role) throw noSuch(`The role with name ${name} cannot be found.`);
  return { name, role };
}

function policyOf(call: AccountCall): { readonly arn: string; readonly document: SandboxPolicy } {
  const arn = needed(call.input, 'PolicyArn', 'ValidationError');
  const document = call.home.iam.policies[arn] ?? managedPolicies[arn];
  if (!document) throw noSuch(`Policy ${arn} was not found.`);
  return { arn, document };
}

function listed(call: AccountCall, as: string, all: readonly unknown[]): OperationOutput {
  const { rows, next } = page(call, all, paging);
  return { [as]: rows, IsTruncated: next !== undefined, ...(next !== undefined && { Marker: next }) };
}

const tagList = (tags: { readonly [key: string]: string }) => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
const service: Service<AccountCall> = {
  name: 'iam',
  protocol: query('https://iam.amazonaws.com/doc/2010-05-08/'),
  global: true,
  operations: {
    GetRole: (call) => {
      const { name, role } = roleOf(call);
      const arn = `arn:aws:iam::${call.caller.account}:role${role.path}${name}`;
      const tags = tagList(role.tags);
      return {
        Role: {
          Path: role.path,
          RoleName: name,
          RoleId: idOf('AROA', arn),
          Arn: arn,
          CreateDate: created,
          AssumeRolePolicyDocument: encoded(role.trust),
          MaxSessionDuration: 3600,
          ...(role.boundary !== undefined && {
            PermissionsBoundary: { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: role.boundary },
          }),
          ...(tags.length > 0 && { Tags: tags }),
        },
      };
    },
    ListAttachedRolePolicies: (call) =>
      listed(
        call,
        'AttachedPolicies',
        roleOf(call).role.attached.map((PolicyArn) => ({ PolicyName: lastSegment(PolicyArn), PolicyArn })),
      ),
    ListRolePolicies: (call) => listed(call, 'PolicyNames', Object.keys(roleOf(call).role.inline)),
    GetRolePolicy: (call) => {
      const { name, role } = roleOf(call);
      const policy = needed(call.input, 'PolicyName', 'ValidationError');
      const document = role.inline[policy];
      if (!document) throw noSuch(`The role policy with name ${policy} cannot be found.`);
      return { RoleName: name, PolicyName: policy, PolicyDocument: encoded(document) };
    },
    GetPolicy: (call) => {
      const { arn } = policyOf(call);
      return {
        Policy: {
          PolicyName: lastSegment(arn),
          PolicyId: idOf('ANPA', arn),
          Arn: arn,
          Path: '/',
          DefaultVersionId: 'v1',
          IsAttachable: true,
          CreateDate: created,
          UpdateDate: created,
        },
      };
    },
    GetPolicyVersion: (call) => {
      const { arn, document } = policyOf(call);
      const version = needed(call.input, 'VersionId', 'ValidationError');
      if (version !== 'v1') throw noSuch(`Policy ${arn} version ${version} does not exist or is not attachable.`);
      return { PolicyVersion: { Document: encoded(document), VersionId: version, IsDefaultVersion: true, CreateDate: created } };
    },
    ListRoleTags: (call) => listed(call, 'Tags', tagList(roleOf(call).role.tags)),
    ListUserTags: (call) => {
      const name = needed(call.input, 'UserName', 'ValidationError');
      const user = call.home.iam.users[name];
      if (!user) throw noSuch(`The user with name ${name} cannot be found.`);
      return listed(call, 'Tags', tagList(user.tags));
    },
    ListAccountAliases: (call) => listed(call, 'AccountAliases', call.home.iam.aliases),
  },
};

export default service;
