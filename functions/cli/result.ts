/** A result in the format that was asked for. */

import { checks } from '../../shared/core/checks/index.ts';
import { type Finding, type Level, type Result, reachesLevel } from '../../shared/core/evaluation/finding.ts';
import { asff } from '../../shared/core/render/asff.ts';
import { csv } from '../../shared/core/render/csv.ts';
import { jsonLines } from '../../shared/core/render/jsonl.ts';
import { junit } from '../../shared/core/render/junit.ts';
import { ocsf } from '../../shared/core/render/ocsf.ts';
import { type DeclaredAt, sarif } from '../../shared/core/render/sarif.ts';
import { remarksOf } from '../../shared/core/render/selection.ts';
import { terminal } from '../../shared/core/render/terminal.ts';
import { jsonText } from '../../shared/core/text/json.ts';
import { printable } from '../../shared/core/text/printable.ts';
import { sayLine } from '../process/io.ts';
import { emit, emitData } from '../process/output.ts';
import { sayWarnings } from '../process/plan-file.ts';
import type { ResultFormat } from './formats.ts';
import type { CommandScreen } from './screen.ts';

export interface PrintOptions {
  readonly format: ResultFormat;
  readonly level: Level;
  readonly output?: string;
  readonly screen: CommandScreen;
  readonly planFile: string;
  readonly declaredAt: DeclaredAt;
}

/**
 * The result with the findings of a level and above, and how many failures that leaves out. Readiness and coverage stay whole;
 * the exit code is computed from the whole result.
 */
function filtered(result: Result, level: Level): Result {
  const isShown = (f: Finding) => reachesLevel(f.level, level);
  const all = result.accounts.flatMap((a) => a.regions.flatMap((r) => r.findings));
  const hiddenFailures = all.filter((f) => !isShown(f) && f.status === 'fail' && !f.muted).length;
  return {
    ...result,
    ...(hiddenFailures > 0 && { hiddenFailures }),
    accounts: result.accounts.map((a) => ({
      ...a,
      regions: a.regions.map((r) => ({ ...r, findings: r.findings.filter(isShown) })),
    })),
  };
}

/** Formats whose rows have no place for remarks about the whole. */
const withoutRemarks: readonly ResultFormat[] = ['jsonl', 'csv', 'ocsf', 'asff'];

/** What a format cannot say about the selection and about what `--level` hides, as sentences for stderr. */
const remarksBeside = (result: Result, format: ResultFormat, level: Level): readonly string[] =>
  withoutRemarks.includes(format) ? remarksOf(filtered(result, level)) : [];

/**
 * Prints a result to `output` or stdout. What a format has no place for is said on stderr, whether or not progress is shown.
 */
export async function printResult(result: Result, options: PrintOptions): Promise<void> {
  const { format, level, output } = options;
  await (format === 'text' ? emit : emitData)(render(result, format, options), output);
  for (const sentence of remarksBeside(result, format, level)) sayLine(printable(sentence));
  if (withoutRemarks.includes(format)) sayWarnings(result.warnings ?? []);
}

export function render(
  result: Result,
  format: ResultFormat,
  options: Pick<PrintOptions, 'screen' | 'level' | 'planFile' | 'declaredAt'>,
): string {
  const shown = filtered(result, options.level);
  switch (format) {
    case 'json':
      return `${jsonText(shown, 2)}\n`;
    case 'jsonl':
      return jsonLines(shown);
    case 'csv':
      return csv(shown);
    case 'ocsf':
      return ocsf(shown);
    case 'asff':
      return asff(shown);
    case 'junit':
      return junit(shown);
    case 'sarif':
      return sarif(shown, checks, options.planFile, options.declaredAt);
    case 'text':
      return terminal(result, { paint: options.screen.paint, width: options.screen.width, level: options.level });
  }
}
