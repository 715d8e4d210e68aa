import type { LocalStore } from '../../../shared/aws/findings/local/local-store.ts';
import type { Level } from '../../../shared/core/evaluation/finding.ts';
import { exitCode } from '../../../shared/core/evaluation/readiness.ts';
import { selectionSentences } from '../../../shared/core/render/selection.ts';
import { sayLine } from '../../process/io.ts';
import { emit } from '../../process/output.ts';
import { declaredIn, sayWarnings } from '../../process/plan-file.ts';
import { type AwsOptions, onAws } from '../account-access.ts';
import { auditAccounts } from '../audit-accounts.ts';
import { withAuditStore } from '../audit-store.ts';
import type { ResultFormat } from '../formats.ts';
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

/** An audit that nothing fails, and that later commands do not know of. */
const notStoredCode = 2;

export async function audit(options: AuditOptions): Promise<number> {
  const screen = screenOf({ ...options, file: options.output !== undefined });
  return onAws(options, screen.progress, (target) =>
    withAuditStore({ ...options, say: screen.progress.note }, async (store) => {
      const { result, scope, plannedRegions } = await auditAccounts(target, store.table, screen.progress);
      const { format, output } = options;
      const from = [sourceWords(options), ...(result.selection ? selectionSentences(result.selection) : [])].join(' ');
      const failure = store.failure();
      if (format === 'html') {
        const report = (local: LocalStore) =>
          htmlReport(askingDatabase(local), from, { plan: target.plan, accounts: scope, results: result.accounts });
        await emit(await store.withResults(report), output);
        sayWarnings(result.warnings ?? []);
      } else {
        const shown = { ...result, ...(failure && { notStored: failure.message }) };
        await printResult(shown, { ...options, format, screen, planFile: target.planFile, declaredAt: declaredIn(target) });
      }
      if (failure) sayLine(`not stored: ${failure.message}`);
      const code = exitCode(result, plannedRegions);
      return failure && code === 0 ? notStoredCode : code;
    }),
  );
}
