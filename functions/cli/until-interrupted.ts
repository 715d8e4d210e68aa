import { once } from 'node:events';
import { currentIo } from '../process/io.ts';

/** For what runs until it is interrupted: Ctrl-C is then the regular end and not an accident. */
export async function untilInterrupted(): Promise<void> {
  const { interruption } = currentIo();
  if (interruption) {
    if (!interruption.aborted) await once(interruption, 'abort');
    return;
  }
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.removeAllListeners(signal);
  await new Promise<void>((resolve) => {
    // A launcher and the terminal may both send it: the second must not interrupt what the first began to close.
    for (const signal of signals) process.on(signal, () => resolve());
  });
}
