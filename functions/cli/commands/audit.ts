import type { Level } from '../../../shared/core/finding.ts';
import { exitCode } from '../../../shared/core/readiness.ts';
import { selectionSentences } from '../../../shared/core/render/selection.ts';
import { auditAccounts } from '../audit-accounts.ts';
import { type AwsOptions, onAws } from '../aws.ts';
import { withDatabase } from '../database.ts';
import type { ResultFormat } from '../formats.ts';
import { emit } from '../output.ts';
import { sayWarnings } from '../plan-file.ts';
import { askingDatabase } from '../questions.ts';
import { htmlReport } from '../report.ts';
import { printResult } from '../result.ts';
import { screenOf } from '../screen.ts';
import { sourceWords } from './dashboard.ts';

export interface AuditOptions extends AwsOptions {
  readonly format: ResultFormat | 'html';
  readonly level: Level;
  readonly database?: string;
  readonly color?: boolean;
}

export async function audit(options: AuditOptions): Promise<number> {
  const screen = screenOf({ ...options, file: options.output !== undefined });
  return onAws(options, screen.progress, (target) =>
    withDatabase(options, async (table, embedded) => {
      const { result, scope, plannedRegions } = await auditAccounts(target, table, screen.progress);
      const { format, output } = options;
      const from = [sourceWords(options), ...(result.selection ? selectionSentences(result.selection) : [])].join(' ');
      if (format === 'html') {
        await emit(await htmlReport(askingDatabase(table, embedded), from, { plan: target.plan, accounts: scope }), output);
        sayWarnings(result.warnings ?? []);
      } else await printResult(result, { ...options, format, screen, planFile: target.planFile });
      return exitCode(result, plannedRegions);
    }),
  );
}
