import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkGroups, checks } from '../../../shared/core/checks/index.ts';
import type { Check } from '../../../shared/core/evaluation/check.ts';
import {
  type CheckExample,
  type CheckReference,
  checkListText,
  checksJson,
  checksMarkdown,
  checkText,
} from '../../../shared/core/render/checks.ts';
import { ownCommand } from '../../../shared/core/text/own-command.ts';
import { closest } from '../../../shared/core/text/suggestion.ts';
import { emit } from '../../process/output.ts';
import { packageRoot } from '../../process/package.ts';
import { wrongValue } from '../../process/wrong-value.ts';
import { screenOf } from '../screen.ts';

async function referenceOf(check: Check): Promise<CheckReference> {
  const { collectors } = await import('../../../shared/aws/collect/facts/index.ts');
  const example = await readFile(join(packageRoot, 'shared/core/checks/examples', `${check.id}.json`), 'utf8');
  return {
    check,
    group: checkGroups.find((group) => group.checks.includes(check))?.title ?? '',
    facts: check.needs.map((fact) => ({
      fact,
      actions: [...new Set(collectors[fact].grants.filter((grant) => !grant.deployed).map((grant): string => grant.action))].toSorted(),
    })),
    example: JSON.parse(example) as CheckExample,
  };
}

/** The checks of these ids, in the order of the reference. */
function checksOf(ids: readonly string[]): readonly Check[] {
  const known = checks.map((c) => c.id);
  const unknown = ids.find((id) => !known.includes(id));
  if (unknown === undefined) return checks.filter((c) => ids.includes(c.id));
  const meant = closest(unknown, known);
  const similar = meant === undefined ? known.filter((id) => id.includes(unknown.toLowerCase())) : [meant];
  const fix = similar.length > 0 ? `Did you mean ${similar.join(', ')}?` : `\`${ownCommand(['checks'])}\` lists all checks.`;
  throw wrongValue('checks', 'the id of a check', unknown, fix);
}

/** Without ids: all checks by group. With ids: everything about each. */
export async function listChecks(
  ids: readonly string[],
  options: { readonly format: 'text' | 'json' | 'markdown'; readonly output?: string; readonly color?: boolean },
): Promise<number> {
  const chosen = ids.length > 0 ? checksOf(ids) : checks;
  const screen = { ...screenOf({ ...options, file: options.output !== undefined }), level: 'advice' } as const;
  const references = () => Promise.all(chosen.map(referenceOf));
  const text = await {
    text: async () =>
      ids.length > 0
        ? (await references()).map((reference) => checkText(reference, screen)).join('\n')
        : `${checkListText(checkGroups, screen)}\n\`${ownCommand(['checks'])} ID\` prints one check with its facts, IAM actions and an example.\n`,
    json: async () => checksJson(await references()),
    markdown: () => `${checksMarkdown(chosen)}\n`,
  }[options.format]();
  await emit(text, options.output);
  return 0;
}
