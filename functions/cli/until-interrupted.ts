/** For what runs until somebody ends it: Ctrl-C is then the way out and no accident. */
export async function untilInterrupted(): Promise<void> {
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.removeAllListeners(signal);
  await new Promise<void>((resolve) => {
    // A launcher and the terminal may both send it: the second must not cut off what the first began to put away.
    for (const signal of signals) process.on(signal, () => resolve());
  });
}
