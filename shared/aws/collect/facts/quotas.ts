import {
  GetServiceQuotaCommand,
  ListAWSDefaultServiceQuotasCommand,
  ListServiceQuotasCommand,
  type ServiceQuota,
} from '@aws-sdk/client-service-quotas';
import type { Quota } from '../../../core/evaluation/facts.ts';
import type { CallAws } from '../../client/calls.ts';
import { AwsError, orNull, tryRead } from '../../client/errors.ts';
import { hasMissing, quotasByMemory, sortByCode, withDefaults } from '../../quotas/quota-reading.ts';
import { isWatched, neededQuotas, quotaArns, quotaServices } from '../../quotas/quota-service.ts';
import { collector } from '../collector.ts';
import { clustersIn, readByKey } from '../referenced.ts';
import { after, allPages, flag, list, present, text } from '../response.ts';

const levels = ['ACCOUNT', 'RESOURCE', 'ALL'] as const;

const named = (service: string, row: ServiceQuota) => ({
  service,
  code: text(row.QuotaCode, 'QuotaCode'),
  name: text(row.QuotaName, 'QuotaName'),
  adjustable: flag(row.Adjustable, 'Adjustable'),
});

/** A value that checks can compute with; a row with any other stands without one. */
const usable = (value: number | undefined): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;

function applied(service: string, row: ServiceQuota): Quota {
  const level = levels.find((l) => l === row.QuotaAppliedAtLevel);
  const value = usable(row.Value);
  const error = row.ErrorReason?.ErrorCode ?? (row.ErrorReason || value === undefined ? 'no value' : undefined);
  return {
    ...named(service, row),
    ...(error === undefined && value !== undefined && { applied: value }),
    ...(level && { level }),
    ...(error !== undefined && { error: text(error, 'ErrorCode') }),
  };
}

function standard(service: string, row: ServiceQuota): Quota {
  const value = usable(row.Value);
  return { ...named(service, row), ...(value === undefined ? { error: 'no value' } : { default: value }) };
}

/** Rows that may matter, of all pages, and how many pages there were. */
async function rows(
  service: string,
  ask: (token?: string) => Promise<{ readonly Quotas?: ServiceQuota[] | undefined }>,
  row: typeof applied,
) {
  let pages = 0;
  const quotas = await allPages(ask, (page) => {
    pages += 1;
    return list(page.Quotas, 'Quotas')
      .filter((q) => isWatched(service, text(q.QuotaName, 'QuotaName')))
      .map((q) => row(service, q));
  });
  return { quotas, pages };
}

type QuotaAction = 'servicequotas:ListServiceQuotas' | 'servicequotas:ListAWSDefaultServiceQuotas' | 'servicequotas:GetServiceQuota';

/** The lists of Service Quotas and one value of the account's own, as facts hold them. */
function quotaLists(call: CallAws<QuotaAction>) {
  const own = (ServiceCode: string) =>
    rows(
      ServiceCode,
      (token) =>
        call('servicequotas:ListServiceQuotas', (quotas, options) =>
          quotas.send(new ListServiceQuotasCommand({ ServiceCode, MaxResults: 100, ...after(token) }), options),
        ),
      applied,
    );
  const defaults = (ServiceCode: string) =>
    rows(
      ServiceCode,
      (token) =>
        call('servicequotas:ListAWSDefaultServiceQuotas', (quotas, options) =>
          quotas.send(new ListAWSDefaultServiceQuotasCommand({ ServiceCode, MaxResults: 100, ...after(token) }), options),
        ),
      standard,
    );
  const one = (ServiceCode: string, QuotaCode: string) =>
    orNull(async () => {
      const { Quota } = await call('servicequotas:GetServiceQuota', (quotas, options) =>
        quotas.send(new GetServiceQuotaCommand({ ServiceCode, QuotaCode }), options),
      );
      return applied(ServiceCode, present(Quota, 'Quota'));
    }, 'NoSuchResourceException');
  return { own, defaults, one };
}

/**
 * Applied values; the defaults, as long a list again, where a quota that is needed is not among them (Service Quotas
 * keeps no applied value for some) or came without a value. SageMaker's sixteen pages are read in full once a day where
 * quotas are remembered; the one or two of the other services always.
 */
export default collector({
  fact: 'quotas',
  grants: [
    { action: 'servicequotas:ListServiceQuotas', why: "the account's quotas" },
    { action: 'servicequotas:ListAWSDefaultServiceQuotas', why: 'defaults of quotas for which the account has no value of its own' },
    {
      action: 'servicequotas:GetServiceQuota',
      resources: (_, at) => quotaArns(['sagemaker'], at),
      deployed: true,
      why: 'quotas that matter here, between two lists of all of them',
    },
  ],
  collect: async ({ call, quotaMemory, note, ...scope }) => {
    const { own, defaults, one } = quotaLists(call);
    const clusters = async () => (await clustersIn(scope)).specs;

    async function listed(service: string): Promise<readonly Quota[]> {
      const [{ quotas }, specs] = await Promise.all([own(service), clusters()]);
      const missing = hasMissing(quotas, neededQuotas(service, specs));
      const mute = quotas.some((q) => q.error !== undefined);
      if (!missing && !mute) return sortByCode(quotas);
      try {
        return sortByCode(withDefaults(quotas, (await defaults(service)).quotas));
      } catch (error) {
        // A row without a value stays one; a row that is not there at all would be taken for "not offered".
        if (missing || !(error instanceof AwsError)) throw error;
        return sortByCode(quotas);
      }
    }

    async function remembered(memory: NonNullable<typeof quotaMemory>): Promise<readonly Quota[]> {
      const { account, region, factsAt: at } = scope;
      const source = { own: () => own('sagemaker'), defaults: () => defaults('sagemaker'), one: (code: string) => one('sagemaker', code) };
      const requests = async () => (await scope.fact('quotaRequests')).sagemaker ?? { ok: false as const, reason: 'they were not read' };
      const { quotas, how } = await quotasByMemory(source, memory, { place: { account, region }, at, clusters, requests });
      note('quotas', how);
      return quotas;
    }

    const read = (service: string) => tryRead(() => (service === 'sagemaker' && quotaMemory ? remembered(quotaMemory) : listed(service)));
    const readOthers = async () =>
      readByKey(
        (await quotaServices(scope)).filter((service) => service !== 'sagemaker'),
        read,
      );
    // SageMaker's long list is begun at once: whether the others are needed hangs on what runs.
    const [sagemaker, others] = await Promise.all([read('sagemaker'), readOthers()]);
    return { sagemaker, ...others };
  },
});
