/**
 * Requests for quota increases: what is open, what stands, and the one call of this program that changes something in an
 * account. Nothing that is deployed makes it.
 */
import {
  GetAWSDefaultServiceQuotaCommand,
  GetServiceQuotaCommand,
  ListRequestedServiceQuotaChangeHistoryByQuotaCommand,
  ListRequestedServiceQuotaChangeHistoryCommand,
  RequestServiceQuotaIncreaseCommand,
} from '@aws-sdk/client-service-quotas';
import type { QuotaRequest, Read } from '../../core/evaluation/facts.ts';
import { type AwsConnection, withConnection } from '../client/calls.ts';
import { AwsError, orNull, tryRead, type Unread } from '../client/errors.ts';
import type { AwsSettings } from '../client/settings.ts';
import type { Grant, PolicyPlace } from '../collect/collector.ts';
import { reduced } from '../collect/facts/quota-requests.ts';
import { after, allPages, list, number, present, text } from '../collect/response.ts';
import { quotaArns } from './quota-service.ts';

export interface QuotaId {
  readonly service: string;
  readonly code: string;
}

/** Quotas of the services that HyperPod falls under. */
const quotasAskedFor = (at: PolicyPlace): readonly string[] => quotaArns(['ec2', 'sagemaker', 'vpc'], at);

/** What these calls need to read, in addition to the grants of the collectors. */
export const increaseGrants: readonly Grant[] = [
  { action: 'servicequotas:ListRequestedServiceQuotaChangeHistory', why: 'how many requests are open' },
  {
    action: 'servicequotas:ListRequestedServiceQuotaChangeHistoryByQuota',
    resources: (_, at) => quotasAskedFor(at),
    why: 'whether a request is open, right before another is sent',
  },
  {
    action: 'servicequotas:GetServiceQuota',
    resources: (_, at) => quotasAskedFor(at),
    why: 'the value in force, right before a request is sent',
  },
  { action: 'servicequotas:GetAWSDefaultServiceQuota', why: 'the default of a quota for which the account has no value of its own' },
];

/** The request itself. */
export const requestGrant = { action: 'servicequotas:RequestServiceQuotaIncrease', resources: quotasAskedFor } as const;

/** How many requests are open in a region, for all quotas. */
export async function openRequests(region: string, settings: AwsSettings): Promise<Read<number>> {
  return withConnection(settings, region, ({ call }) =>
    tryRead(async () => {
      const counts = await Promise.all(
        (['PENDING', 'CASE_OPENED'] as const).map((Status) =>
          allPages(
            (token) =>
              call('servicequotas:ListRequestedServiceQuotaChangeHistory', (quotas, options) =>
                quotas.send(new ListRequestedServiceQuotaChangeHistoryCommand({ Status, MaxResults: 100, ...after(token) }), options),
              ),
            (page) => list(page.RequestedQuotas, 'RequestedQuotas'),
          ),
        ),
      );
      return counts.flat().length;
    }),
  );
}

/** A quota as it stands now: the value in force, and the requests of the last 90 days. */
export interface QuotaState {
  readonly value: number;
  readonly requests: readonly (QuotaRequest & { readonly id: string })[];
}

/** Service Quotas' id of a request, what became of it so far, and the support case if one was opened. */
export interface SentIncrease {
  readonly id: string;
  readonly status: QuotaRequest['status'];
  readonly caseId?: string;
}

/** Why a request was not taken. `code`: AWS's name of the error; `says`: AWS's own words, where the service refused it. */
export interface RefusedIncrease extends Unread {
  readonly code: string;
  readonly says?: string;
}

export interface QuotaClient {
  /** The value in force and all requests of a quota. */
  readonly state: (quota: QuotaId) => Promise<Read<QuotaState>>;
  /** Sends one request. Callers read `state` immediately before. */
  readonly request: (quota: QuotaId, desired: number) => Promise<{ readonly ok: true; readonly value: SentIncrease } | RefusedIncrease>;
}

async function valueInForce({ call }: AwsConnection, { service: ServiceCode, code: QuotaCode }: QuotaId): Promise<number> {
  const own = await orNull(
    () =>
      call('servicequotas:GetServiceQuota', (quotas, options) =>
        quotas.send(new GetServiceQuotaCommand({ ServiceCode, QuotaCode }), options),
      ),
    'NoSuchResourceException',
  );
  const answer =
    own ??
    (await call('servicequotas:GetAWSDefaultServiceQuota', (quotas, options) =>
      quotas.send(new GetAWSDefaultServiceQuotaCommand({ ServiceCode, QuotaCode }), options),
    ));
  return number(present(answer.Quota, 'Quota').Value, 'Value');
}

const requestsOf = ({ call }: AwsConnection, { service: ServiceCode, code: QuotaCode }: QuotaId): Promise<QuotaState['requests']> =>
  allPages(
    (token) =>
      call('servicequotas:ListRequestedServiceQuotaChangeHistoryByQuota', (quotas, options) =>
        quotas.send(
          new ListRequestedServiceQuotaChangeHistoryByQuotaCommand({ ServiceCode, QuotaCode, MaxResults: 100, ...after(token) }),
          options,
        ),
      ),
    (page) => list(page.RequestedQuotas, 'RequestedQuotas').map((row) => ({ ...reduced(ServiceCode, row), id: text(row.Id, 'Id') })),
  );

/** Work with a region's quotas on one line. */
export async function withQuotaClient<T>(region: string, settings: AwsSettings, work: (desk: QuotaClient) => Promise<T>): Promise<T> {
  return withConnection(settings, region, (line) =>
    work({
      state: (quota) =>
        tryRead(async () => {
          const [value, requests] = await Promise.all([valueInForce(line, quota), requestsOf(line, quota)]);
          return { value, requests };
        }),
      request: async ({ service: ServiceCode, code: QuotaCode }, DesiredValue) => {
        try {
          const answer = await line.call(requestGrant.action, (quotas, options) =>
            quotas.send(new RequestServiceQuotaIncreaseCommand({ ServiceCode, QuotaCode, DesiredValue }), options),
          );
          const row = present(answer.RequestedQuota, 'RequestedQuota');
          const { status, caseId } = reduced(ServiceCode, row);
          return { ok: true, value: { id: text(row.Id, 'Id'), status, ...(caseId !== undefined && { caseId }) } };
        } catch (error) {
          if (!(error instanceof AwsError)) throw error;
          const refused = error.cause instanceof Error && error.read.reason.startsWith('the service refused');
          return { ...error.read, code: error.code, ...(refused && { says: (error.cause as Error).message }) };
        }
      },
    }),
  );
}
