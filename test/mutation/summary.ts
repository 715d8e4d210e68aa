/** The score of each folder, and every mutant that no test noticed. */
import type { Mutant, Outcome, TestedMutant, Totals } from './outcome.ts';

const folderOf = ({ file }: Mutant): string => file.split('/').slice(0, -1).join('/');
const count = (of: readonly TestedMutant[], ...outcomes: readonly Outcome[]): number =>
  of.filter((m) => outcomes.includes(m.outcome)).length;

const row = (name: string, of: readonly TestedMutant[]): string => {
  const score = (100 * count(of, 'killed', 'timeout')) / of.length;
  const counts = (['killed', 'timeout', 'survived', 'no coverage'] as const).map((outcome) => count(of, outcome));
  return `| ${[name, of.length, ...counts, `${score.toFixed(1)} %`].join(' | ')} |`;
};

const oneLine = (text: string): string => {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 90 ? `${line.slice(0, 60)} … ${line.slice(-27)}` : line;
};

const survivor = ({ line, column, mutator, outcome, original, replacement }: TestedMutant): string =>
  `${line}:${column} ${mutator}${outcome === 'no coverage' ? ' (no coverage)' : ''}: ${oneLine(original)}  →  ${oneLine(replacement)}`;

export function summaryOf(tested: readonly TestedMutant[], totals: Totals, seed: string): string {
  const testable = totals.total - totals.static;
  const folders = [...new Set(tested.map(folderOf))].toSorted();
  const survivors = tested
    .filter((m) => m.outcome === 'survived' || m.outcome === 'no coverage')
    .toSorted((a, b) => a.line - b.line || a.column - b.column);
  const files = [...new Set(survivors.map((m) => m.file))].toSorted();
  const extent =
    tested.length === testable ? 'Full run' : `Random sample, seed ${seed}: ${tested.length} of ${testable} mutants over all files`;
  return `# Mutation score of the core

${extent}, ${new Date().toISOString().slice(0, 10)}. \`npm run test:mutation\` repeats the run and writes this file; \`MUTATION_SECONDS\`
limits its time, \`MUTATION_SEED\` gives another order; without a limit it is a full run.

- Sources: \`shared/core\` without the composition of texts (\`render\`, and in \`alerts\` the digest, message, reminder, sample, size,
  webhook and route texts), which the end-to-end tests compare as a whole.
- Mutants: those of StrykerJS except of string literals. ${totals.static} of ${totals.total} are left out because they are active only while a module loads.
- Tests: ${totals.tests} cases of \`test/core\` and \`test/plan/warnings.test.ts\`, without the slow ones that \`worker.ts\` lists. Random values have a fixed seed.
- Score: mutants that a test noticed (killed, timeout) of all that were tested.

| Folder | Mutants | Killed | Timeout | Survived | No coverage | Score |
|---|--:|--:|--:|--:|--:|--:|
${folders
  .map((folder) =>
    row(
      folder,
      tested.filter((m) => folderOf(m) === folder),
    ),
  )
  .join('\n')}
${row('**all**', tested)}

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
`;
}
