/** Organizations: which one an account is in, and its accounts, for the one that manages them. */
import { needed, page, RefusalError } from '../call.ts';
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

/** The organization, which its management account alone may list. */
function managedBy({ description: { organization }, caller }: AccountCall) {
  if (!organization) throw new RefusalError('AWSOrganizationsNotInUseException', 'Your account is not a member of an organization.');
  if (organization.management !== caller.account)
    throw new RefusalError('AccessDeniedException', "You don't have permissions to access this resource.");
  return organization;
}

function parentOf(call: AccountCall) {
  const unit = managedBy(call).units[needed(call.input, 'ParentId', 'InvalidInputException')];
  if (!unit) throw new RefusalError('ParentNotFoundException', "We can't find a root or OU with the ParentId that you specified.");
  return unit;
}

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
      const { rows, next } = page(call, managedBy(call).accounts, paging);
      return { Accounts: rows, ...(next !== undefined && { NextToken: next }) };
    },
    ListAccountsForParent: (call) => {
      const inside = parentOf(call).accounts;
      const accounts = managedBy(call).accounts.filter(({ Id }) => inside.includes(Id));
      const { rows, next } = page(call, accounts, paging);
      return { Accounts: rows, ...(next !== undefined && { NextToken: next }) };
    },
    ListOrganizationalUnitsForParent: (call) => {
      const { rows, next } = page(call, parentOf(call).units, paging);
      return { OrganizationalUnits: rows.map((Id) => ({ Id, Name: Id })), ...(next !== undefined && { NextToken: next }) };
    },
  },
};

export default service;
