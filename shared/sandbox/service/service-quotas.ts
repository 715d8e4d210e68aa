/** Service Quotas: AWS's defaults with the account's own values over them, and the requests to raise them. */
import { randomUUID } from 'node:crypto';
import { needed, type OperationOutput, page, RefusalError, text } from '../call.ts';
import type { AccountCall, SandboxRegion } from '../description.ts';
import { json } from '../protocol/json.ts';
import { defaultOptIn, defaultQuotas, type QuotaDefault } from '../world.ts';
import type { Service } from './service.ts';

const serviceNames: Readonly<Record<string, string>> = {
  sagemaker: 'Amazon SageMaker',
  vpc: 'Amazon Virtual Private Cloud (Amazon VPC)',
  ec2: 'Amazon Elastic Compute Cloud (Amazon EC2)',
};

const paging = {
  size: 'MaxResults',
  token: 'NextToken',
  most: 100,
  badToken: 'InvalidPaginationTokenException',
  badSize: 'IllegalArgumentException',
};

interface QuotaRows {
  readonly defaults: readonly QuotaDefault[];
  readonly quotas: SandboxRegion['quotas'][keyof SandboxRegion['quotas']];
}

function rowsOf(call: AccountCall): QuotaRows & { readonly service: string } {
  const service = needed(call.input, 'ServiceCode');
  if (serviceNames[service] === undefined) throw noSuch(`The request failed because the specified service does not exist: ${service}.`);
  const quotas = call.here.quotas[service as keyof SandboxRegion['quotas']];
  const missing = new Set(quotas?.missing);
  const defaults = [...defaultQuotas(service, call.region), ...(quotas?.more ?? [])].filter((row) => !missing.has(row.name));
  return { service, defaults, quotas };
}

const noSuch = (message: string): RefusalError => new RefusalError('NoSuchResourceException', message);

function quota(call: AccountCall, service: string, row: QuotaDefault, value: number | undefined): OperationOutput {
  return {
    ServiceCode: service,
    ServiceName: serviceNames[service],
    QuotaArn: `arn:aws:servicequotas:${call.region}:${call.caller.account}:${service}/${row.code}`,
    QuotaCode: row.code,
    QuotaName: row.name,
    ...(value !== undefined && { Value: value }),
    Unit: 'None',
    Adjustable: row.adjustable,
    GlobalQuota: false,
    QuotaAppliedAtLevel: 'ACCOUNT',
  };
}

function applied(call: AccountCall, service: string, row: QuotaDefault, { quotas }: QuotaRows): OperationOutput {
  const error = quotas?.broken[row.name];
  if (error === undefined) return quota(call, service, row, quotas?.applied[row.name] ?? row.default);
  return { ...quota(call, service, row, undefined), ErrorReason: { ErrorCode: error, ErrorMessage: 'The value could not be read.' } };
}

/** One page of quotas. Only its rows become answers: a list has hundreds. */
function list(call: AccountCall, rows: readonly QuotaDefault[], answer: (row: QuotaDefault) => OperationOutput): OperationOutput {
  const { rows: shown, next } = page(call, rows, paging);
  return { Quotas: shown.map(answer), ...(next !== undefined && { NextToken: next }) };
}

function one(call: AccountCall, rows: QuotaRows): QuotaDefault {
  const code = needed(call.input, 'QuotaCode');
  const row = rows.defaults.find((r) => r.code === code);
  if (!row) throw noSuch(`The request failed because the specified quota does not exist: ${code}.`);
  return row;
}

const isOpen = (request: SandboxRegion['quotaRequests'][number]): boolean =>
  request.Status === 'PENDING' || request.Status === 'CASE_OPENED';

/** Open requests that AWS allows: in a region one has to opt in to, and over all the other regions. */
const mostOpen = { optIn: 2, others: 20 } as const;

/** Whether one more request would be too many, counted as AWS counts. */
function tooMany(call: AccountCall): boolean {
  const openIn = (region: SandboxRegion) => region.quotaRequests.filter(isOpen).length;
  if (defaultOptIn(call.region) === 'not-opted-in') return openIn(call.here) >= mostOpen.optIn;
  const others = Object.entries(call.home.regions).filter(([name]) => defaultOptIn(name) !== 'not-opted-in');
  return others.reduce((sum, [, region]) => sum + openIn(region), 0) >= mostOpen.others;
}

/** Keeps the request, if AWS would: it stands in the history from then on, pending. */
function increase(call: AccountCall): OperationOutput {
  const rows = rowsOf(call);
  const row = one(call, rows);
  const desired = call.input.DesiredValue;
  if (typeof desired !== 'number' || desired < 0 || desired > 1e10)
    throw new RefusalError('IllegalArgumentException', 'The DesiredValue has to be a number from 0 to 10000000000.');
  if (!row.adjustable) throw new RefusalError('IllegalArgumentException', `The quota ${row.code} is not adjustable.`);
  const own = rows.quotas?.defaultOnly.includes(row.name) ? undefined : rows.quotas?.applied[row.name];
  if (desired <= (own ?? row.default))
    throw new RefusalError('IllegalArgumentException', 'You must provide a quota value greater than the current quota value.');
  if (call.here.quotaRequests.some((r) => r.ServiceCode === rows.service && r.QuotaCode === row.code && isOpen(r)))
    throw new RefusalError('ResourceAlreadyExistsException', 'Only one open service quota increase request is allowed per quota.');
  if (tooMany(call))
    throw new RefusalError('QuotaExceededException', 'You have exceeded the number of open service quota increase requests.');
  const now = new Date().toISOString();
  const request = {
    Id: randomUUID().replaceAll('-', ''),
    ServiceCode: rows.service,
    ServiceName: serviceNames[rows.service],
    QuotaCode: row.code,
    QuotaName: row.name,
    DesiredValue: desired,
    Status: 'PENDING' as const,
    Created: now,
    LastUpdated: now,
    Requester: JSON.stringify({ accountId: call.caller.account, callerArn: call.caller.arn }),
    QuotaArn: `arn:aws:servicequotas:${call.region}:${call.caller.account}:${rows.service}/${row.code}`,
    GlobalQuota: false,
    Unit: 'None',
    QuotaRequestedAtLevel: 'ACCOUNT',
  };
  call.revise((here) => ({ quotaRequests: [...here.quotaRequests, request] }));
  return { RequestedQuota: request };
}

function history(call: AccountCall, requests: SandboxRegion['quotaRequests']): OperationOutput {
  const status = text(call.input, 'Status');
  const fitting = requests.filter((r) => status === undefined || r.Status === status);
  const { rows, next } = page(call, fitting, paging);
  return { RequestedQuotas: rows, ...(next !== undefined && { NextToken: next }) };
}

const service: Service<AccountCall> = {
  name: 'servicequotas',
  protocol: json(['Created', 'LastUpdated']),
  operations: {
    ListServiceQuotas: (call) => {
      const code = text(call.input, 'QuotaCode');
      const rows = rowsOf(call);
      const hidden = new Set(rows.quotas?.defaultOnly);
      const own = rows.defaults.filter((row) => !hidden.has(row.name) && (code === undefined || row.code === code));
      return list(call, own, (row) => applied(call, rows.service, row, rows));
    },
    ListAWSDefaultServiceQuotas: (call) => {
      const { service, defaults } = rowsOf(call);
      return list(call, defaults, (row) => quota(call, service, row, row.default));
    },
    GetServiceQuota: (call) => {
      const rows = rowsOf(call);
      const row = one(call, rows);
      if (rows.quotas?.defaultOnly.includes(row.name))
        throw noSuch(`The request failed because there is no applied value for the quota ${row.code}.`);
      return { Quota: applied(call, rows.service, row, rows) };
    },
    GetAWSDefaultServiceQuota: (call) => {
      const rows = rowsOf(call);
      const row = one(call, rows);
      return { Quota: quota(call, rows.service, row, row.default) };
    },
    ListRequestedServiceQuotaChangeHistory: (call) => {
      const only = text(call.input, 'ServiceCode');
      return history(
        call,
        call.here.quotaRequests.filter((r) => only === undefined || r.ServiceCode === only),
      );
    },
    ListRequestedServiceQuotaChangeHistoryByQuota: (call) => {
      const row = one(call, rowsOf(call));
      return history(
        call,
        call.here.quotaRequests.filter((r) => r.QuotaCode === row.code && r.ServiceCode === call.input.ServiceCode),
      );
    },
    RequestServiceQuotaIncrease: increase,
  },
};

export default service;
