import type { Level } from '../../../shared/core/finding.ts';
import { exitCode } from '../../../shared/core/readiness.ts';
import { auditAccounts } from '../audit-accounts.ts';
import { type AwsOptions, onAws } from '../aws.ts';
import { withDatabase } from '../database.ts';
import type { ResultFormat } from '../formats.ts';
import { emit } from '../output.ts';
import { render } from '../result.ts';
import { screenOf } from '../screen.ts';

export interface AuditOptions extends AwsOptions {
  readonly format: ResultFormat;
  readonly level: Level;
  readonly database?: string;
  readonly color?: boolean;
}

export async function audit(options: AuditOptions): Promise<number> {
  const screen = screenOf({ ...options, file: options.output !== undefined });
  return onAws(options, screen.progress, (target) =>
    withDatabase(options, async (table) => {
      const { result, plannedRegions } = await auditAccounts(target, table, screen.progress);
      await emit(render(result, options.format, { screen, level: options.level, planFile: target.planFile }), options.output);
      return exitCode(result, plannedRegions);
    }),
  );
}
