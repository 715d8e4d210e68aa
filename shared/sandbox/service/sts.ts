/** STS: the caller identity, and roles of other accounts. */
import { needed, type OperationOutput, RefusalError, text } from '../call.ts';
import type { AccountCall } from '../description.ts';
import { query } from '../protocol/query.ts';
import type { Service } from './service.ts';

function assumeRole(call: AccountCall): OperationOutput {
  const arn = needed(call.input, 'RoleArn', 'ValidationError');
  const session = needed(call.input, 'RoleSessionName', 'ValidationError');
  const [, account = '', name = ''] = /^arn:aws[a-z-]*:iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(arn) ?? [];
  if (account === '') throw new RefusalError('ValidationError', `${arn} is invalid`);
  const role = call.description.accounts[account]?.enterable[name];
  const isAllowed = role?.by.includes(call.caller.account) && [undefined, text(call.input, 'ExternalId')].includes(role.externalId);
  // As in AWS, a role that does not exist and one that does not trust the caller get the same answer.
  if (!isAllowed)
    throw new RefusalError(
      'AccessDenied',
      `User: ${call.caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${arn}`,
      403,
    );
  const assumed = {
    account,
    arn: `arn:aws:sts::${account}:assumed-role/${name}/${session}`,
    userId: `AROASANDBOX${account.slice(0, 10)}:${session}`,
  };
  const { accessKeyId, secretAccessKey, sessionToken } = call.enter(assumed);
  const seconds = Number(text(call.input, 'DurationSeconds') ?? 3600);
  return {
    Credentials: {
      AccessKeyId: accessKeyId,
      SecretAccessKey: secretAccessKey,
      SessionToken: sessionToken,
      Expiration: new Date(Date.now() + seconds * 1000).toISOString(),
    },
    AssumedRoleUser: { AssumedRoleId: assumed.userId, Arn: assumed.arn },
  };
}

const service: Service<AccountCall> = {
  name: 'sts',
  protocol: query('https://sts.amazonaws.com/doc/2011-06-15/'),
  operations: {
    GetCallerIdentity: ({ caller }) => ({ UserId: caller.userId, Account: caller.account, Arn: caller.arn }),
    AssumeRole: assumeRole,
  },
};

export default service;
