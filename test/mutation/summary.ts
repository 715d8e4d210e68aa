/** Writes SUMMARY.md from the report of a mutation run: the score of each folder and every mutant that no test noticed. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { MutantResult, schema } from '@stryker-mutator/api/core';

type Status = MutantResult['status'];

const report: schema.MutationTestResult = JSON.parse(readFileSync('.stryker-tmp/reports/mutation.json', 'utf8'));
const folderOf = (file: string): string => file.split('/').slice(0, -1).join('/');
const mutants = Object.entries(report.files).flatMap(([file, { source, mutants }]) =>
  mutants.map((mutant) => ({ file, source, ...mutant })),
);
type Mutant = (typeof mutants)[number];

const count = (of: readonly Mutant[], ...statuses: readonly Status[]): number => of.filter((m) => statuses.includes(m.status)).length;

const row = (name: string, of: readonly Mutant[]): string => {
  const detected = count(of, 'Killed', 'Timeout');
  const undetected = count(of, 'Survived', 'NoCoverage');
  const score = detected + undetected === 0 ? '–' : `${((100 * detected) / (detected + undetected)).toFixed(1)} %`;
  const counts = [count(of, 'Killed'), count(of, 'Timeout'), count(of, 'Survived'), count(of, 'NoCoverage')];
  return `| ${[name, detected + undetected, ...counts, score].join(' | ')} |`;
};

const oneLine = (text: string): string => {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 90 ? `${line.slice(0, 60)} … ${line.slice(-27)}` : line;
};

function original({ source, location: { start, end } }: Mutant): string {
  const lines = source.split('\n').slice(start.line - 1, end.line);
  lines[lines.length - 1] = (lines.at(-1) ?? '').slice(0, end.column - 1);
  lines[0] = (lines[0] ?? '').slice(start.column - 1);
  return oneLine(lines.join('\n'));
}

const survivor = (mutant: Mutant): string => {
  const { line, column } = mutant.location.start;
  const status = mutant.status === 'NoCoverage' ? ' (no coverage)' : '';
  return `${line}:${column} ${mutant.mutatorName}${status}: ${original(mutant)}  →  ${oneLine(mutant.replacement ?? '')}`;
};

const folders = [...new Set(mutants.map((m) => folderOf(m.file)))].toSorted();
const survivors = mutants.filter((m) => m.status === 'Survived' || m.status === 'NoCoverage');
const files = [...new Set(survivors.map((m) => m.file))].toSorted();

writeFileSync(
  'test/mutation/SUMMARY.md',
  `# Mutation score of the core

Full run of ${new Date().toISOString().slice(0, 10)} over every file of \`shared/core\`. Repeat it with \`npm run test:mutation\`, which writes this file.

- Mutants: all of StrykerJS ${report.framework?.version ?? ''} except those of string literals. ${count(mutants, 'Ignored')} of the ${mutants.length} are ignored: string literals, and static mutants, which are active only while a module loads.
- Tests: \`test/core\` in one process (runner.ts), without the slow ones that runner.ts lists. Random cases have a fixed seed.
- Score: killed and timeout of all that were tested.

| Folder | Mutants | Killed | Timeout | Survived | No coverage | Score |
|---|--:|--:|--:|--:|--:|--:|
${folders
  .map((folder) =>
    row(
      folder,
      mutants.filter((m) => folderOf(m.file) === folder),
    ),
  )
  .join('\n')}
${row('**all**', mutants)}

## Survivors

Line and column, mutator, original text, replacement.

${files
  .map(
    (file) =>
      `### ${file}\n\n\`\`\`\n${survivors
        .filter((m) => m.file === file)
        .map(survivor)
        .join('\n')}\n\`\`\``,
  )
  .join('\n\n')}
`,
);
