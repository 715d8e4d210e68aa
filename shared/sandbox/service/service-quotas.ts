/** Service Quotas: AWS's defaults with the account's own values over them, and the requests to raise them. */
import { type Call, needed, type Output, page, Refusal, text } from '../call.ts';
import type { Region } from '../description.ts';
import { json } from '../protocol/json.ts';
import { defaultQuotas, type QuotaDefault } from '../world.ts';
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

interface Rows {
  readonly defaults: readonly QuotaDefault[];
  readonly quotas: Region['quotas'][keyof Region['quotas']];
}

function rowsOf(call: Call): Rows & { readonly service: string } {
  const service = needed(call.input, 'ServiceCode');
  if (serviceNames[service] === undefined) throw noSuch(`The request failed because the specified service does not exist: ${service}.`);
  const quotas = call.here.quotas[service as keyof Region['quotas']];
  const missing = new Set(quotas?.missing);
  const defaults = [...defaultQuotas(service, call.region), ...(quotas?.more ?? [])].filter((row) => !missing.has(row.name));
  return { service, defaults, quotas };
}

const noSuch = (message: string): Refusal => new Refusal('NoSuchResourceException', message);

function quota(call: Call, service: string, row: QuotaDefault, value: number | undefined): Output {
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

function applied(call: Call, service: string, row: QuotaDefault, { quotas }: Rows): Output {
  const error = quotas?.broken[row.name];
  if (error === undefined) return quota(call, service, row, quotas?.applied[row.name] ?? row.default);
  return { ...quota(call, service, row, undefined), ErrorReason: { ErrorCode: error, ErrorMessage: 'The value could not be read.' } };
}

function list(call: Call, read: (rows: Rows & { readonly service: string }) => readonly Output[]): Output {
  const { rows, next } = page(call, read(rowsOf(call)), paging);
  return { Quotas: rows, ...(next !== undefined && { NextToken: next }) };
}

function one(call: Call, rows: Rows): QuotaDefault {
  const code = needed(call.input, 'QuotaCode');
  const row = rows.defaults.find((r) => r.code === code);
  if (!row) throw noSuch(`The request failed because the specified quota does not exist: ${code}.`);
  return row;
}

function history(call: Call, requests: Region['quotaRequests']): Output {
  const status = text(call.input, 'Status');
  const fitting = requests.filter((r) => status === undefined || r.Status === status);
  const { rows, next } = page(call, fitting, paging);
  return { RequestedQuotas: rows, ...(next !== undefined && { NextToken: next }) };
}

const service: Service = {
  name: 'servicequotas',
  protocol: json(['Created', 'LastUpdated']),
  operations: {
    ListServiceQuotas: (call) => {
      const code = text(call.input, 'QuotaCode');
      return list(call, (rows) => {
        const hidden = new Set(rows.quotas?.defaultOnly);
        return rows.defaults
          .filter((row) => !hidden.has(row.name) && (code === undefined || row.code === code))
          .map((row) => applied(call, rows.service, row, rows));
      });
    },
    ListAWSDefaultServiceQuotas: (call) => list(call, (rows) => rows.defaults.map((row) => quota(call, rows.service, row, row.default))),
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
  },
};

export default service;
