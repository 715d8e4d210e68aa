/** Moments as people write them: a time, a day, or how long ago. */
import { timePattern } from '../../shared/query/parameters.ts';
import { Ending } from './ending.ts';

const units = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

const accepted = 'a time such as 2026-11-01T12:00Z, a day such as 2026-11-01 (UTC), or how long ago, such as 24h or 7d';

function timeOf(text: string, now: Date): number {
  const [, count, unit] = /^(\d{1,5})([mhdw])$/.exec(text) ?? [];
  if (count !== undefined && unit !== undefined) return now.getTime() - Number(count) * units[unit as keyof typeof units];
  const [, day, time = 'T00:00', seconds = ':00', zone = 'Z'] =
    /^(\d{4}-\d{2}-\d{2})(?:(T\d{2}:\d{2})(:\d{2}(?:\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/.exec(text) ?? [];
  const isDay = day !== undefined && !Number.isNaN(Date.parse(day)) && new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
  return isDay ? Date.parse(`${day}${time}${seconds}${zone}`) : Number.NaN;
}

/** The moment as RFC 3339 writes it. `option` names it in the sentence for what is none. */
export function momentOf(text: string, option: string, now: Date): string {
  const at = timeOf(text, now);
  const moment = Number.isNaN(at) ? '' : new Date(at).toISOString();
  if (!timePattern.test(moment)) throw new Ending(`${option} takes ${accepted}, not "${text}".`);
  return moment;
}
