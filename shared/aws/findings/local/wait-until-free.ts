/** Waiting for what another process holds: a lock, or the one transaction that writes. */
import { setTimeout as wait } from 'node:timers/promises';

/** What an attempt returns while another process is in the way. */
export const held: unique symbol = Symbol('held');

export interface Patience {
  /** How long to wait. */
  readonly patienceMs: number;
  /** Pause between two attempts. */
  readonly pauseMs: () => number;
  /** Called once for each wait of more than a second. */
  readonly onWait: () => void;
  /** The error to end with once the patience is over. */
  readonly tooLong: () => Error;
}

const waitWordAfterMs = 1_000;

/** Attempts until nothing is in the way, and returns what the attempt gave. Rejects with `tooLong` where that takes longer. */
export async function untilFree<T>(attempt: () => T | typeof held | Promise<T | typeof held>, patience: Patience): Promise<T> {
  const begun = performance.now();
  let isSaid = false;
  for (;;) {
    const result = await attempt();
    if (result !== held) return result;
    const waited = performance.now() - begun;
    if (waited > patience.patienceMs) throw patience.tooLong();
    if (!isSaid && waited > waitWordAfterMs) {
      isSaid = true;
      patience.onWait();
    }
    await wait(patience.pauseMs());
  }
}
