/** Reads and conditional writes that are repeated when another process was faster. */
import { setTimeout as wait } from 'node:timers/promises';

/** What an attempt returns when another process changed what it had read. */
export const lostRace: unique symbol = Symbol('lost race');

const attempts = 20;

/** Exponential backoff with full jitter, at most 500 ms. */
const backoff = (attempt: number): Promise<void> => wait(Math.random() * Math.min(500, 5 * 2 ** attempt));

/** Repeats an attempt until it wins. Throws after 20 lost races. */
export async function untilWon<T>(attempt: () => Promise<T | typeof lostRace>, failure: (attempts: number) => string): Promise<T> {
  for (let n = 0; n < attempts; n++) {
    if (n > 0) await backoff(n);
    const result = await attempt();
    if (result !== lostRace) return result;
  }
  throw new Error(failure(attempts));
}
