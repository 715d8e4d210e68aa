/** Security Hub of one region, as far as findings are handed to it. */
import { BatchImportFindingsCommand, SecurityHubClient } from '@aws-sdk/client-securityhub';
import type { SecurityFinding, SecurityHubPlace } from '../../core/render/asff.ts';
import { messagingConfig } from '../client/client-config.ts';
import { type AwsSettings, defaultSettings } from '../client/settings.ts';

export interface SecurityHub {
  /** Account and region in which it is called; findings and product ARNs name them. */
  readonly place: SecurityHubPlace;
  /** Resolves when every finding was taken; rejects with the first few that were not, after all were offered. */
  readonly put: (findings: readonly SecurityFinding[]) => Promise<void>;
}

/** BatchImportFindings takes a hundred, and 6 MB: https://docs.aws.amazon.com/securityhub/latest/partnerguide/guidelines-batchimportfindings.html */
const atOnce = 100;

type ImportInput = ConstructorParameters<typeof BatchImportFindingsCommand>[0];

export function securityHub(place: SecurityHubPlace, settings: AwsSettings = defaultSettings): SecurityHub {
  const client = new SecurityHubClient(messagingConfig(settings, place.region));
  return {
    place,
    put: async (findings) => {
      const refused: string[] = [];
      for (let from = 0; from < findings.length; from += atOnce) {
        const { FailedFindings = [] } = await client.send(
          new BatchImportFindingsCommand({ Findings: findings.slice(from, from + atOnce) as NonNullable<ImportInput['Findings']> }),
        );
        refused.push(...FailedFindings.map((f) => `${f.Id} (${f.ErrorCode}: ${f.ErrorMessage})`));
      }
      if (refused.length > 0)
        throw new Error(
          `Security Hub in ${place.region} did not take ${refused.length} of ${findings.length} findings: ${refused.slice(0, 3).join(', ')}${refused.length > 3 ? ', …' : ''}.`,
        );
    },
  };
}
