/** A crash of this tool is no result: one sentence and, below it, what happened. Exit code 1 stays with what an audit finds. */
import { printableLines } from '../../shared/core/text/printable.ts';
import { noResult } from './exit.ts';
import { sayLine } from './io.ts';
import { readerHasGone, stdoutSentence } from './output.ts';

/** Never throws: what was thrown may be anything. */
function shown(error: unknown): string {
  try {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  } catch {
    return 'what was thrown cannot be shown';
  }
}

/** `changes`: what the crash leaves behind, as the end of the sentence. */
export const sayDefect = (error: unknown, changes: string): void => {
  sayLine(`this is a defect of the tool, please report it with the lines below; ${changes}.\n${printableLines(shown(error))}`);
};

/**
 * Does the work of this process, whose result is the exit code. The code is `noResult` where anything is thrown that
 * nothing catches, also after the work is done, where the work never ends, and where its output is lost. A reader of the
 * output that has gone away (`| head`) is no error.
 */
export async function runToEnd(work: () => Promise<number>, changes: () => string): Promise<void> {
  let working = true;
  let lost: NodeJS.ErrnoException | undefined;
  process.exitCode = noResult;
  // Before the listener of crash.mjs, which says less.
  process.prependListener('uncaughtException', (error) => {
    working = false;
    sayDefect(error, changes());
    process.exit(noResult);
  });
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (!readerHasGone(error)) lost ??= error;
  });
  // There is nowhere else to say it.
  process.stderr.on('error', () => {});
  process.on('exit', (code) => {
    if (working && code === noResult) sayDefect('It waits for what never comes.', changes());
    if (!lost || code === noResult) return;
    sayLine(stdoutSentence(lost));
    process.exitCode = noResult;
  });
  const code = await work();
  working = false;
  process.exitCode = code;
}
