/** Waiting for what others do in their own time. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Asks again and again until there is something, and gives that. Rejects after the limit, saying what was waited for. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined> | T | undefined,
  { seconds = 600, everyMs = 50 }: { readonly seconds?: number; readonly everyMs?: number } = {},
): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`Waited ${seconds} s in vain for ${what}.`);
    await sleep(everyMs);
  }
}
