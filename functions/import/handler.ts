/** Invoked by the table's stream like notify, if the plan has Security Hub: brings it up to date with the log. */
import type { DynamoDBBatchResponse } from 'aws-lambda';
import { partitionOf } from '../../shared/aws/findings/keys.ts';
import { securityHub } from '../../shared/aws/messaging/security-hub.ts';
import { importFindings } from '../../shared/workflows/import-findings.ts';
import { onceFor } from '../runtime/environment.ts';
import { importEvent } from '../runtime/events.ts';
import { lambda } from '../runtime/middleware.ts';
import { tablesOf } from '../runtime/wiring.ts';

const wired = onceFor((environment) => tablesOf(environment));

export const handler = lambda('import', importEvent, async (records, { home, log, logError }): Promise<DynamoDBBatchResponse> => {
  const work = { ...wired(), hub: securityHub(home.region) };
  // Security Hub takes findings of the account that hands them over. One look at a region brings all its commits.
  const own = records.flatMap(({ commit, sequenceNumber }) => (commit?.account === home.account ? [{ ...commit, sequenceNumber }] : []));
  const failed = new Set<string>();
  for (const [key, [of]] of Map.groupBy(own, partitionOf)) {
    if (!of) continue;
    const { account, region } = of;
    try {
      log('imported', { account, region, findings: await importFindings({ account, region }, work) });
    } catch (error) {
      logError('findings could not be imported', error, { account, region });
      failed.add(key);
    }
  }
  const lowest = own.find((of) => failed.has(partitionOf(of)))?.sequenceNumber;
  return { batchItemFailures: lowest === undefined ? [] : [{ itemIdentifier: lowest }] };
});
