/** A question to the operator at the terminal. */
import { createInterface } from 'node:readline/promises';
import { printable } from '../../shared/core/text/printable.ts';

interface Terminal {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  /** Default: as the output says of itself. */
  readonly terminal?: boolean;
}

/**
 * What is typed; empty where the input ends, as by Ctrl-D. Ctrl-C interrupts this process as at any other time: readline takes
 * the key away from the terminal.
 */
export async function askTerminal(
  question: string,
  terminal: Terminal,
  interrupt = (): boolean => process.kill(process.pid, 'SIGINT'),
): Promise<string> {
  const asking = createInterface(terminal);
  const ended = new AbortController();
  asking.once('SIGINT', interrupt).once('close', () => ended.abort());
  try {
    return (await asking.question(printable(question), { signal: ended.signal })).trim();
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') return '';
    throw error;
  } finally {
    asking.close();
  }
}
