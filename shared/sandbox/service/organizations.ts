/** Organizations: which one an account is in, and its accounts, for the one that manages them. */
import { page, RefusalError } from '../call.ts';
import type { AccountCall } from '../description.ts';
import { json } from '../protocol/json.ts';
import type { Service } from './service.ts';

const paging = {
  size: 'MaxResults',
  token: 'NextToken',
  most: 20,
  badToken: 'InvalidInputException',
  badSize: 'InvalidInputException',
};

const service: Service<AccountCall> = {
  name: 'organizations',
  protocol: json(['JoinedTimestamp']),
  global: true,
  operations: {
    DescribeOrganization: (call) => {
      const organization = call.description.organization;
      if (!organization?.accounts.some(({ Id }) => Id === call.caller.account))
        throw new RefusalError('AWSOrganizationsNotInUseException', 'Your account is not a member of an organization.');
      return { Organization: { Id: organization.id, MasterAccountId: organization.management } };
    },
    ListAccounts: (call) => {
      const organization = call.description.organization;
      if (!organization) throw new RefusalError('AWSOrganizationsNotInUseException', 'Your account is not a member of an organization.');
      if (organization.management !== call.caller.account)
        throw new RefusalError('AccessDeniedException', "You don't have permissions to access this resource.");
      const { rows, next } = page(call, organization.accounts, paging);
      return { Accounts: rows, ...(next !== undefined && { NextToken: next }) };
    },
  },
};

export default service;
