import { checks } from '../../../shared/core/checks/index.ts';
import { checksJson, checksMarkdown, checksText } from '../../../shared/core/render/checks.ts';
import { Ending } from '../ending.ts';
import { emit } from '../output.ts';

export async function listChecks(
  ids: readonly string[],
  options: { readonly format: 'text' | 'json' | 'markdown'; readonly output?: string },
): Promise<number> {
  const unknown = ids.filter((id) => !checks.some((c) => c.id === id));
  if (unknown.length > 0) throw new Ending(`There is no check "${unknown[0]}"; \`hyperpod-auditor checks\` lists them all.`);
  const chosen = ids.length > 0 ? checks.filter((c) => ids.includes(c.id)) : checks;
  const text = { text: () => checksText(chosen, 100), json: () => checksJson(chosen), markdown: () => `${checksMarkdown(chosen)}\n` }[
    options.format
  ]();
  await emit(text, options.output);
  return 0;
}
