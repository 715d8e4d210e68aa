/** Amounts, packed: `<short name of the finding>:<number>/<number>…`, joined by `;`. */
import { createHash } from 'node:crypto';
import type { Finding } from '../../core/evaluation/finding.ts';
import type { Amount } from '../../core/history/amounts.ts';

/** 48 bits of the hash of a finding's id: among 5,000 findings two share a name with odds of 1 to 20 million. */
export const shortName = (id: string): string => createHash('sha256').update(id).digest('base64url').slice(0, 8);

/** How many amounts one item holds: a day's take up to 45 bytes each. */
export const amountsInItem = 6000;

/** The amounts of those findings that have one. */
export const packAmounts = (findings: readonly Pick<Finding, 'id' | 'have' | 'need'>[]): string =>
  findings
    .filter((f) => f.have !== undefined)
    .map((f) => `${shortName(f.id)}:${f.have}/${f.need ?? ''}`)
    .join(';');

/** Numbers by short name; `undefined` where a place is empty. */
function unpack(packed: string | undefined): ReadonlyMap<string, readonly (number | undefined)[]> {
  const entries = packed ? packed.split(';') : [];
  return new Map(
    entries.map((entry) => {
      const [name = '', values = ''] = entry.split(':');
      return [name, values.split('/').map((value) => (value === '' ? undefined : Number(value)))];
    }),
  );
}

export const unpackAmounts = (packed: string | undefined): ReadonlyMap<string, Amount> =>
  new Map([...unpack(packed)].map(([name, [have, need]]) => [name, { have, need }]));

/** The amounts of one day: lowest, highest and last available, and the last requirement. */
export interface DayAmount {
  readonly min: number;
  readonly max: number;
  readonly last: number;
  readonly need?: number | undefined;
}

export const unpackDay = (packed: string | undefined): ReadonlyMap<string, DayAmount> =>
  new Map([...unpack(packed)].map(([name, [min = 0, max = 0, last = 0, need]]) => [name, { min, max, last, need }]));

/** A day's amounts with those of one more audit. Doing it twice changes nothing. */
export function rollUp(day: string | undefined, audit: string): string {
  const days = new Map(unpackDay(day));
  for (const [name, { have, need }] of unpackAmounts(audit)) {
    if (have === undefined) continue;
    const { min = have, max = have } = days.get(name) ?? {};
    days.set(name, { min: Math.min(have, min), max: Math.max(have, max), last: have, need });
  }
  return [...days].map(([name, { min, max, last, need }]) => `${name}:${min}/${max}/${last}/${need ?? ''}`).join(';');
}
