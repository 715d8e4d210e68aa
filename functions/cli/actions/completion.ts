import type { Command } from 'commander';
import { ownPrefix } from '../../../shared/core/text/own-command.ts';
import { emit } from '../../process/output.ts';
import { wrongValue } from '../../process/wrong-value.ts';
import { complete, shells } from '../completion.ts';
import { completionScript, joinedWords, replyOf } from '../completion-scripts.ts';

/** Without words: the script. With words, which the script hands over: what may follow them. */
export async function printCompletion([name, ...words]: readonly string[], _: unknown, command: Command): Promise<number> {
  const shell = shells.find((known) => known === name);
  if (shell === undefined) throw wrongValue('completion', `one of ${shells.join(', ')}`, name);
  const root = command.parent ?? command;
  if (words.length === 0) await emit(completionScript(shell, root.name(), ownPrefix()));
  else {
    const completion = complete(root, shell === 'bash' ? joinedWords(words) : words);
    await emit(
      replyOf(shell, completion, words)
        .map((line) => `${line}\n`)
        .join(''),
    );
  }
  return 0;
}
