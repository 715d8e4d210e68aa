import { ListRequestedServiceQuotaChangeHistoryCommand, type RequestedServiceQuotaChange } from '@aws-sdk/client-service-quotas';
import type { QuotaRequest } from '../../../core/evaluation/facts.ts';
import { tryRead } from '../../client/errors.ts';
import { isWatched, quotaServices } from '../../quotas/quota-service.ts';
import { collector } from '../collector.ts';
import { readByKey } from '../referenced.ts';
import { after, allPages, amount, list, moment, oneOf, text } from '../response.ts';

const statuses = ['PENDING', 'CASE_OPENED', 'APPROVED', 'DENIED', 'CASE_CLOSED', 'NOT_APPROVED', 'INVALID_REQUEST'] as const;

/** A row of the history as the fact holds it. */
export const reduced = (service: string, row: RequestedServiceQuotaChange): QuotaRequest => ({
  service,
  code: text(row.QuotaCode, 'QuotaCode'),
  name: text(row.QuotaName, 'QuotaName'),
  desired: amount(row.DesiredValue, 'DesiredValue'),
  status: oneOf(statuses, row.Status, 'Status'),
  ...(row.CaseId !== undefined && row.CaseId !== '' && { caseId: text(row.CaseId, 'CaseId') }),
  created: moment(row.Created, 'Created'),
  ...(row.LastUpdated && { updated: moment(row.LastUpdated, 'LastUpdated') }),
});

/** Requests of the last 90 days: AWS keeps no others in this list. */
export default collector({
  fact: 'quotaRequests',
  grants: [
    { action: 'servicequotas:ListRequestedServiceQuotaChangeHistory', why: 'open and refused requests for quotas with a shortfall' },
  ],
  collect: async ({ call, ...scope }) =>
    readByKey(await quotaServices(scope), (ServiceCode) =>
      tryRead(() =>
        allPages(
          (token) =>
            call('servicequotas:ListRequestedServiceQuotaChangeHistory', (quotas, options) =>
              quotas.send(new ListRequestedServiceQuotaChangeHistoryCommand({ ServiceCode, MaxResults: 100, ...after(token) }), options),
            ),
          (page) =>
            list(page.RequestedQuotas, 'RequestedQuotas')
              .filter((row) => isWatched(ServiceCode, text(row.QuotaName, 'QuotaName')))
              .map((row) => reduced(ServiceCode, row)),
        ),
      ),
    ),
});
