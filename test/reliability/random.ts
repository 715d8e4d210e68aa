/** Seeded choices: every run prints its seed, and RELIABILITY_SEED repeats it. */
export const seed: number = Number(process.env.RELIABILITY_SEED ?? Math.floor(Math.random() * 2 ** 31));

/** How many times the short form a suite runs; 1 by default. */
export const rounds: number = Number(process.env.RELIABILITY_ROUNDS ?? 1);

export interface Random {
  /** From 0 up to, not including, 1. */
  readonly next: () => number;
  /** A whole number from 0 up to, not including, `n`. */
  readonly below: (n: number) => number;
  readonly pick: <T>(of: readonly T[]) => T;
}

/** mulberry32: the same numbers for the same seed on every machine. `name` keeps the choices of two tests apart. */
export function randomFor(name: string): Random {
  let state = [...name].reduce((hash, c) => Math.imul(hash ^ c.charCodeAt(0), 16_777_619), seed ^ 2_166_136_261);
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (n: number) => Math.floor(next() * n);
  return {
    next,
    below,
    pick: <T>(of: readonly T[]): T => {
      const chosen = of[below(of.length)];
      if (chosen === undefined) throw new Error('There is nothing to pick from.');
      return chosen;
    },
  };
}

/** One line of the table that the suite prints. */
export const report = (what: string, figures: Readonly<Record<string, number>>): void => {
  const shown = Object.entries(figures).map(([name, value]) => `${value} ${name}`);
  process.stdout.write(`reliability, seed ${seed}: ${what}: ${shown.join(', ')}\n`);
};
