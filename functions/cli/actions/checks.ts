import { checks } from '../../../shared/core/checks/index.ts';
import { checksJson, checksMarkdown, checksText } from '../../../shared/core/render/checks.ts';
import { ownCommand } from '../../../shared/core/text/own-command.ts';
import { printable } from '../../../shared/core/text/printable.ts';
import { closest } from '../../../shared/core/text/suggestion.ts';
import { NoResultError } from '../../process/exit.ts';
import { emit } from '../../process/output.ts';

export async function listChecks(
  ids: readonly string[],
  options: { readonly format: 'text' | 'json' | 'markdown'; readonly output?: string },
): Promise<number> {
  const known = checks.map((c) => c.id);
  const unknown = ids.find((id) => !known.includes(id));
  if (unknown !== undefined) {
    const meant = closest(unknown, known);
    const fix = meant === undefined ? `\`${ownCommand(['checks'])}\` lists them all.` : `did you mean ${meant}?`;
    throw new NoResultError(printable(`The check "${unknown}" does not exist; ${fix}`));
  }
  const chosen = ids.length > 0 ? checks.filter((c) => ids.includes(c.id)) : checks;
  const text = { text: () => checksText(chosen, 100), json: () => checksJson(chosen), markdown: () => `${checksMarkdown(chosen)}\n` }[
    options.format
  ]();
  await emit(text, options.output);
  return 0;
}
