/** How many executions of functions Lambda runs at once for the account in a region. New accounts have 10. */
import { GetServiceQuotaCommand } from '@aws-sdk/client-service-quotas';
import type { Read } from '../../core/evaluation/facts.ts';
import { withConnection } from '../client/calls.ts';
import { tryRead } from '../client/errors.ts';
import type { AwsSettings } from '../client/settings.ts';
import { amount, present } from '../collect/response.ts';

/** "Concurrent executions": https://docs.aws.amazon.com/general/latest/gr/lambda-service.html */
const quota = { ServiceCode: 'lambda', QuotaCode: 'L-B99A9384' };

export const concurrentExecutions = (region: string, settings: AwsSettings): Promise<Read<number>> =>
  withConnection(settings, region, ({ call }) =>
    tryRead(async () => {
      const answer = await call('servicequotas:GetServiceQuota', (quotas, options) =>
        quotas.send(new GetServiceQuotaCommand(quota), options),
      );
      return amount(present(answer.Quota, 'Quota').Value, 'Value');
    }),
  );
