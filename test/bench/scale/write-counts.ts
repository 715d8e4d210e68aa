/** Write units by partition key and second. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html */
import type { KeyWrite } from './packed-items.ts';

/** What one partition of a table or an index takes in a second. */
export const unitsOfAPartition = 1000;

/** The partition that took most in one second. */
export interface HottestKey {
  readonly in: string;
  readonly key: string;
  readonly units: number;
}

export interface WriteCounts {
  readonly add: (writes: readonly KeyWrite[], atMs: number) => void;
  /** Everything since this was last asked, indexes included, and the hottest key of each of them and of the table. */
  readonly take: () => { readonly units: number; readonly hottest: readonly HottestKey[] };
}

export function writeCounts(): WriteCounts {
  let units = 0;
  let bySecond = new Map<number, Map<string, number>>();
  return {
    add: (writes, atMs) => {
      const second = Math.floor(atMs / 1000);
      const keys = bySecond.get(second) ?? new Map<string, number>();
      bySecond.set(second, keys);
      for (const write of writes) {
        units += write.units;
        const key = `${write.in} ${write.key}`;
        keys.set(key, (keys.get(key) ?? 0) + write.units);
      }
    },
    take: () => {
      const most = new Map<string, HottestKey>();
      for (const keys of bySecond.values())
        for (const [name, of] of keys) {
          const [index = '', key = ''] = name.split(/ (.*)/s);
          if (of > (most.get(index)?.units ?? 0)) most.set(index, { in: index, key, units: of });
        }
      const taken = { units, hottest: [...most.values()].toSorted((a, b) => b.units - a.units) };
      units = 0;
      bySecond = new Map();
      return taken;
    },
  };
}
