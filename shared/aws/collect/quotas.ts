import { ListAWSDefaultServiceQuotasCommand, ListServiceQuotasCommand, type ServiceQuota } from '@aws-sdk/client-service-quotas';
import type { Quota } from '../../core/facts.ts';
import { after, allPages, flag, list, text } from '../answer.ts';
import { collector } from '../collector.ts';
import { Failed, reading } from '../errors.ts';
import { isWatched, neededQuotas, quotaServices } from '../quota-service.ts';
import { clustersIn, keyed } from '../used.ts';

const levels = ['ACCOUNT', 'RESOURCE', 'ALL'] as const;

function applied(service: string, row: ServiceQuota): Quota {
  const level = levels.find((l) => l === row.QuotaAppliedAtLevel);
  const error = row.ErrorReason?.ErrorCode ?? (row.ErrorReason || row.Value === undefined ? 'no value' : undefined);
  return {
    service,
    code: text(row.QuotaCode, 'QuotaCode'),
    name: text(row.QuotaName, 'QuotaName'),
    ...(error === undefined && row.Value !== undefined && { applied: row.Value }),
    adjustable: flag(row.Adjustable, 'Adjustable'),
    ...(level && { level }),
    ...(error !== undefined && { error }),
  };
}

/** The defaults put beside the account's own values; what the account has none of stands with its default alone. */
function withDefaults(service: string, own: readonly Quota[], defaults: readonly ServiceQuota[]): readonly Quota[] {
  const byCode = new Map(defaults.map((row) => [text(row.QuotaCode, 'QuotaCode'), row]));
  const known = new Set(own.map((q) => q.code));
  return [
    ...own.map((q) => {
      const value = byCode.get(q.code)?.Value;
      return value === undefined ? q : { ...q, default: value };
    }),
    ...defaults
      .filter((row) => !known.has(text(row.QuotaCode, 'QuotaCode')))
      .map(
        (row): Quota => ({
          service,
          code: text(row.QuotaCode, 'QuotaCode'),
          name: text(row.QuotaName, 'QuotaName'),
          ...(row.Value === undefined ? { error: 'no value' } : { default: row.Value }),
          adjustable: flag(row.Adjustable, 'Adjustable'),
        }),
      ),
  ];
}

/**
 * Applied values; the defaults, as long a list again, only where a quota that is needed is not among them (Service Quotas
 * keeps no applied value for some) or came without a value.
 */
export default collector({
  fact: 'quotas',
  grants: [
    { action: 'servicequotas:ListServiceQuotas', why: "the account's quotas" },
    { action: 'servicequotas:ListAWSDefaultServiceQuotas', why: 'defaults of quotas for which the account has no value of its own' },
  ],
  collect: async ({ call, ...scope }) => {
    const own = (ServiceCode: string) =>
      allPages(
        (token) =>
          call('servicequotas:ListServiceQuotas', (quotas, options) =>
            quotas.send(new ListServiceQuotasCommand({ ServiceCode, MaxResults: 100, ...after(token) }), options),
          ),
        (page) =>
          list(page.Quotas, 'Quotas')
            .filter((row) => isWatched(ServiceCode, text(row.QuotaName, 'QuotaName')))
            .map((row) => applied(ServiceCode, row)),
      );
    const defaults = (ServiceCode: string) =>
      allPages(
        (token) =>
          call('servicequotas:ListAWSDefaultServiceQuotas', (quotas, options) =>
            quotas.send(new ListAWSDefaultServiceQuotasCommand({ ServiceCode, MaxResults: 100, ...after(token) }), options),
          ),
        (page) => list(page.Quotas, 'Quotas').filter((row) => isWatched(ServiceCode, text(row.QuotaName, 'QuotaName'))),
      );

    async function quotasOf(service: string): Promise<readonly Quota[]> {
      const [rows, { specs }] = await Promise.all([own(service), clustersIn(scope)]);
      const names = new Set(rows.map((q) => q.name));
      const missing = neededQuotas(service, specs).some((alternatives) => !alternatives.some((name) => names.has(name)));
      const mute = rows.some((q) => q.error !== undefined);
      let all = rows;
      if (missing || mute)
        try {
          all = withDefaults(service, rows, await defaults(service));
        } catch (error) {
          // A row without a value stays one; a row that is not there at all would be taken for "not offered".
          if (missing || !(error instanceof Failed)) throw error;
        }
      return all.toSorted((a, b) => (a.code < b.code ? -1 : 1));
    }

    const read = (service: string) => reading(() => quotasOf(service));
    const beside = async () =>
      keyed(
        (await quotaServices(scope)).filter((service) => service !== 'sagemaker'),
        read,
      );
    // SageMaker's long list is begun at once: whether the others are needed hangs on what runs.
    const [sagemaker, others] = await Promise.all([read('sagemaker'), beside()]);
    return { sagemaker, ...others };
  },
});
