/**
 * Updates what is generated from its source: blocks of README files (checks, plan keys, commands, queries, the screen of an audit),
 * the JSON Schemas of the plan and of the events, the ids of the checks, the OpenAPI document, and the hashes of the rules.
 * `--check` changes nothing, names what is stale, and ends with exit code 1.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { checkGroups, checks } from '../../shared/core/checks/index.ts';
import { checksMarkdown } from '../../shared/core/render/checks.ts';
import { planReference } from '../../shared/plan/plan-reference.ts';
import { planSchema } from '../../shared/plan/schema.ts';
import { openApi } from '../../shared/query/openapi.ts';
import { eventSchema } from './event-schemas.ts';
import { auditScreen, commandReference, queryReference } from './readme-blocks.ts';
import { rulesFile } from './rules.ts';

const root = resolve(import.meta.dirname, '../..');

/** Replaces what is between `<!-- name -->` and `<!-- /name -->` in the README.md of a folder. */
function readme(folder: string, blocks: Readonly<Record<string, string>>): { readonly file: string; readonly content: string } {
  const file = join(root, folder, 'README.md');
  const content = Object.entries(blocks).reduce(
    (text, [name, block]) => {
      const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
      const from = text.indexOf(open);
      const to = text.indexOf(close);
      if (from < 0 || to < from) throw new Error(`Expected ${open} … ${close} in ${relative(root, file)}; add both lines.`);
      return `${text.slice(0, from + open.length)}\n${block.trim()}\n${text.slice(to)}`;
    },
    readFileSync(file, 'utf8'),
  );
  return { file, content };
}

/** The ids of the checks without their code, for those that start without it. */
const checkIds = `/**
 * The ids of all checks, in their order: questions and the page only have to know whether there is a check, and start without
 * the code of any. Written by \`npm run docs\` from checks/index.ts.
 */
export const checkIds: readonly string[] = [
${checks.map(({ id }) => `  '${id}',\n`).join('')}];
`;

const checkTables = checkGroups.map((group) => `### ${group.title}\n\n${checksMarkdown(group.checks)}`).join('\n\n');

/** Each generated file with the content it should have. */
export async function generated(): Promise<readonly { readonly file: string; readonly content: string }[]> {
  const commands = await commandReference();
  return [
    await rulesFile(root),
    readme('.', { screen: await auditScreen() }),
    readme('shared/core/checks', { checks: checkTables }),
    readme('shared/plan', { plan: planReference() }),
    readme('functions/cli', { commands: commands.table, help: commands.help }),
    readme('functions/query', { queries: queryReference() }),
    { file: join(root, 'shared/core/evaluation/check-ids.ts'), content: checkIds },
    { file: join(root, 'infra/plan.schema.json'), content: `${JSON.stringify(planSchema(), null, 2)}\n` },
    { file: join(root, 'functions/import/events.schema.json'), content: `${JSON.stringify(eventSchema(), null, 2)}\n` },
    { file: join(root, 'functions/query/openapi.json'), content: `${JSON.stringify(openApi(packageJson.version), null, 2)}\n` },
  ];
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}

if (import.meta.main) {
  const stale = (await generated()).filter(({ file, content }) => read(file) !== content);
  if (process.argv.includes('--check')) {
    for (const { file } of stale) process.stderr.write(`${relative(root, file)} is stale; \`npm run docs\` writes it again.\n`);
    process.exitCode = stale.length > 0 ? 1 : 0;
  } else for (const { file, content } of stale) writeFileSync(file, content);
}
