/** The reference table of checks, made from their metadata: for the terminal and for shared/core/checks/README.md. */

import type { Check } from '../evaluation/check.ts';
import { jsonText } from '../text/json.ts';
import { wrap } from './words.ts';

const levelOf = (c: Check): string => c.levelNote ?? c.level;

export function checksMarkdown(checks: readonly Check[]): string {
  const cell = (text: string) => text.replaceAll('|', '\\|');
  return [
    '| check | level | healthy | applies to |',
    '|---|---|---|---|',
    ...checks.map((c) => `| [${c.id}](${c.reference}) | ${cell(levelOf(c))} | ${cell(c.title)} | ${cell(c.applies)} |`),
  ].join('\n');
}

export function checksText(checks: readonly Check[], width: number): string {
  const block = (c: Check) => {
    const part = (label: string, text: string) => wrap(text, width - 13).map((line, i) => `  ${(i === 0 ? label : '').padEnd(11)}${line}`);
    return [
      c.id,
      ...part('healthy', c.title),
      ...part('level', levelOf(c)),
      ...part('applies', c.applies),
      ...part('why', c.rationale),
      ...part('reads', c.needs.join(', ')),
      ...part('reference', c.reference),
      '',
    ];
  };
  return checks.flatMap(block).join('\n');
}

export const checksJson = (checks: readonly Check[]): string =>
  `${jsonText(
    checks.map(({ id, level, levelNote, title, rationale, applies, reference, needs, per }) => ({
      id,
      level,
      ...(levelNote && { levelNote }),
      per,
      title,
      rationale,
      applies,
      needs,
      reference,
    })),
    2,
  )}\n`;
