/**
 * Time that is counted instead of waited for. A function that runs in it has a clock of its own: calls to AWS move it by their
 * latency, as many at once as the function makes, and its processor time by what the process really took, as much slower
 * as Lambda's memory gives it less than a core.
 */

import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';

interface Event {
  readonly due: number;
  readonly happen: () => void;
}

/** Lambda gives a whole core at this memory. https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
const memoryOfACore = 1769;

export interface VirtualTime extends Disposable {
  readonly now: () => number;
  /** Runs work that begins at `at`. Milliseconds until it ended. `counted`: processor time is added to the clock. */
  readonly run: (at: number, memoryMb: number, work: () => Promise<unknown>) => Promise<number>;
  /** Resolves when the clock has moved by so much. */
  readonly wait: (ms: number) => Promise<void>;
  /** What the simulation itself computes, which is no part of the function's time. */
  readonly aside: <T>(work: () => Promise<T>) => Promise<T>;
}

/** Takes the place of the process's clock and of its pauses until it is disposed of. */
export function virtualTime({ start, countsCpu }: { readonly start: number; readonly countsCpu: boolean }): VirtualTime {
  const RealDate = Date;
  const pause = timers.setTimeout;
  const events: Event[] = [];
  let clock = start;
  let [factor, mark, asideMicros] = [1, 0, 0];
  const micros = (): number => {
    const { user, system } = process.threadCpuUsage();
    return user + system;
  };
  /** Adds what the function computed since it was last asked. */
  const addCpu = (): void => {
    if (!countsCpu) return;
    const at = micros();
    clock += ((at - mark - asideMicros) / 1000) * factor;
    [mark, asideMicros] = [at, 0];
  };
  const at = (due: number, happen: () => void): void => {
    let n = events.length;
    while (n > 0 && (events[n - 1]?.due ?? 0) < due) n -= 1;
    events.splice(n, 0, { due, happen });
  };
  const wait = (ms: number): Promise<void> => {
    addCpu();
    return new Promise((resolve) => at(clock + ms, resolve));
  };

  class VirtualDate extends RealDate {
    // biome-ignore lint/suspicious/noExplicitAny: the parameters of Date, which has overloads
    constructor(...of: any[]) {
      super(...((of.length === 0 ? [clock] : of) as [number]));
    }
    static override now(): number {
      return clock;
    }
  }
  globalThis.Date = VirtualDate as DateConstructor;
  timers.setTimeout = ((ms: number, value: unknown) => wait(ms).then(() => value)) as typeof timers.setTimeout;
  syncBuiltinESMExports();

  return {
    now: () => clock,
    wait,
    aside: async (work) => {
      const before = micros();
      try {
        return await work();
      } finally {
        asideMicros += micros() - before;
      }
    },
    run: async (from, memoryMb, work) => {
      clock = from;
      factor = Math.max(1, memoryOfACore / memoryMb);
      [mark, asideMicros] = [micros(), 0];
      let isOver = false;
      const running = work().finally(() => {
        isOver = true;
      });
      // Each turn lets everything go on that does not wait for AWS; then the call that is answered first is answered.
      while (!isOver) {
        await new Promise(setImmediate);
        addCpu();
        const next = isOver ? undefined : events.pop();
        if (!next) continue;
        clock = Math.max(clock, next.due);
        next.happen();
      }
      await running;
      addCpu();
      return clock - from;
    },
    [Symbol.dispose]: () => {
      globalThis.Date = RealDate;
      timers.setTimeout = pause;
      syncBuiltinESMExports();
    },
  };
}
