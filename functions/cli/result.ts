/** A result in the format that was asked for. */
import { checks } from '../../shared/core/checks/index.ts';
import type { Level, Result } from '../../shared/core/finding.ts';
import { asff } from '../../shared/core/render/asff.ts';
import { csv } from '../../shared/core/render/csv.ts';
import { jsonLines } from '../../shared/core/render/jsonl.ts';
import { junit } from '../../shared/core/render/junit.ts';
import { ocsf } from '../../shared/core/render/ocsf.ts';
import { sarif } from '../../shared/core/render/sarif.ts';
import { terminal } from '../../shared/core/render/terminal.ts';
import type { ResultFormat } from './formats.ts';
import type { Screen } from './screen.ts';

/** Filters change what is shown, never what is counted: machine formats that carry levels are filtered, states are not. */
function filtered(result: Result, level: Level): Result {
  if (level === 'recommended') return result;
  const wanted = (x: { readonly level: Level }) => x.level === 'required';
  return {
    ...result,
    accounts: result.accounts.map((a) => ({
      ...a,
      regions: a.regions.map((r) => ({ ...r, findings: r.findings.filter(wanted) })),
    })),
  };
}

export function render(
  result: Result,
  format: ResultFormat,
  options: { readonly screen: Screen; readonly level: Level; readonly planFile: string },
): string {
  const shown = filtered(result, options.level);
  switch (format) {
    case 'json':
      return `${JSON.stringify(shown, null, 2)}\n`;
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
      return sarif(shown, checks, options.planFile);
    case 'text':
      return terminal(result, { paint: options.screen.paint, width: options.screen.width, level: options.level });
  }
}
