/** The reference of checks, from their metadata: for the terminal, for programs and for shared/core/checks/README.md. */

import type { Check } from '../evaluation/check.ts';
import type { FactName } from '../evaluation/facts.ts';
import type { Finding, Unevaluated } from '../evaluation/finding.ts';
import { jsonText } from '../text/json.ts';
import { columns } from './layout.ts';
import { findingLines, type TerminalOptions } from './terminal.ts';
import { placeWords, wrap } from './words.ts';

/** A check with what its metadata does not contain. */
export interface CheckReference {
  readonly check: Check;
  readonly group: string;
  /** The IAM actions that the facts of the check require. */
  readonly facts: readonly { readonly fact: FactName; readonly actions: readonly string[] }[];
  /** A finding of the check, a failure if it can fail. */
  readonly example?: CheckExample;
}

/** A finding, or a coverage row of a check that has no other result. */
export type CheckExample = Omit<Finding, 'id' | 'title' | 'reference' | 'checkLevel'> | Unevaluated;

const levelOf = (c: Check): string => c.levelNote ?? c.level;

export function checksMarkdown(checks: readonly Check[]): string {
  const cell = (text: string) => text.replaceAll('|', '\\|');
  return [
    '| check | level | healthy | applies to |',
    '|---|---|---|---|',
    ...checks.map((c) => `| [${c.id}](${c.reference}) | ${cell(levelOf(c))} | ${cell(c.title)} | ${cell(c.applies)} |`),
  ].join('\n');
}

/** All checks by group: id, level and healthy state. */
export function checkListText(
  groups: readonly { readonly title: string; readonly checks: readonly Check[] }[],
  o: TerminalOptions,
): string {
  const longestId = Math.max(...groups.flatMap(({ checks }) => checks.map(({ id }) => id.length)));
  const row = (c: Check) => [c.id.padEnd(longestId), c.level.padEnd('recommended'.length), c.title];
  const lines = (checks: readonly Check[]) => columns(checks.map(row), { width: o.width, indent: '  ' });
  return groups.map(({ title, checks }) => [o.paint('bold', title), ...lines(checks), ''].join('\n')).join('\n');
}

function exampleLines(example: CheckExample, o: TerminalOptions): readonly string[] {
  if (!('reason' in example) && example.status === 'fail') return findingLines(example, o);
  const [status, text] = 'reason' in example ? ['not evaluated', example.reason] : ['pass', example.message];
  return [
    `  ${status}  ${example.check}  ${example.resource ?? placeWords(example)}`,
    ...wrap(text, o.width - 6).map((line) => `      ${line}`),
  ];
}

/** Everything about one check. */
export function checkText({ check, group, facts, example }: CheckReference, o: TerminalOptions): string {
  const part = (label: string, text: string) => wrap(text, o.width - 11).map((line, i) => `${(i === 0 ? label : '').padEnd(11)}${line}`);
  return [
    o.paint('bold', check.id),
    ...part('Healthy', check.title),
    ...part('Purpose', check.rationale),
    ...(check.rule === undefined ? [] : part('Rule', check.rule)),
    ...part('Level', levelOf(check)),
    ...part('Applies to', check.applies),
    ...part('Group', group),
    ...part('AWS page', check.reference),
    '',
    'Facts and the IAM actions that read them',
    ...(facts.length > 0
      ? columns(
          facts.map(({ fact, actions }) => [fact, actions.join(', ') || '-']),
          { width: o.width, indent: '  ' },
        )
      : ['  none: only the request is evaluated']),
    ...(example === undefined ? [] : ['', 'Example', ...exampleLines(example, o)]),
    '',
  ].join('\n');
}

export const checksJson = (references: readonly CheckReference[]): string =>
  `${jsonText(
    references.map(
      ({ check: { id, level, levelNote, title, rationale, applies, rule, reference, needs, per }, group, facts, example }) => ({
        id,
        group,
        level,
        ...(levelNote && { levelNote }),
        per,
        title,
        rationale,
        ...(rule && { rule }),
        applies,
        needs,
        facts,
        reference,
        ...(example && { example }),
      }),
    ),
    2,
  )}\n`;
