import { vi } from 'vitest';

/** So many turns of the event loop without anything sent or answered: what is left waits for a timeout. Both ends are in this process. */
const quietTurns = 200;

/**
 * Does some work in which calls wait for timeouts, and lets the time of `setTimeout` pass as soon as nothing else is left to
 * wait for: no timeout is waited for, and none comes too early on a slow machine. `activity` is a number that changes with
 * each call that arrives and each answer that leaves. The clock is the process's: nothing else may run beside it.
 */
export async function skipTimeouts<T>(timeoutMs: number, activity: () => number, work: () => Promise<T>): Promise<T> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  let isDone = false;
  const skip = async () => {
    let last = activity();
    for (let turns = 0; !isDone; turns += 1) {
      await new Promise(setImmediate);
      if (activity() === last && turns < quietTurns) continue;
      if (activity() === last) vi.advanceTimersByTime(timeoutMs);
      last = activity();
      turns = 0;
    }
  };
  const skipping = skip();
  try {
    return await work();
  } finally {
    isDone = true;
    await skipping;
    vi.useRealTimers();
  }
}
