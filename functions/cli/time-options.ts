/** Moments as people write them: a time, a day, or how long ago. */
import { timePattern } from '../../shared/query/parameters.ts';
import { wrongValue } from '../process/wrong-value.ts';

const minute = 60_000;
const units = { m: minute, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

const accepted = 'a time such as 2026-11-01T12:00Z, a day such as 2026-11-01 (UTC), or how long ago, such as 24h or 7d';

/** Options that name an end: a time copied from the screen, which shows minutes, has to find what is shown with it. */
const ends = ['--at', '--to'];

function timeOf(text: string, isEnd: boolean, now: number): number {
  const [, count, unit] = /^(\d{1,5})([mhdw])$/.exec(text) ?? [];
  if (count !== undefined && unit !== undefined) return now - Number(count) * units[unit as keyof typeof units];
  const [, day, time, seconds, zone = 'Z'] =
    /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(:\d{2}(?:\.\d{1,9})?)?(Z| UTC|[+-]\d{2}:\d{2}))?$/.exec(text) ?? [];
  const isDay = day !== undefined && !Number.isNaN(Date.parse(day)) && new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
  if (!isDay) return Number.NaN;
  const begin = Date.parse(`${day}T${time ?? '00:00'}${seconds ?? ':00'}${zone === ' UTC' ? 'Z' : zone}`);
  if (!isEnd || time === undefined || seconds !== undefined) return begin;
  const end = begin + minute - 1;
  return begin <= now ? Math.min(end, now) : end;
}

/**
 * The moment as RFC 3339 writes it; of --to and --at named to the minute, the end of that minute, as far as it has been.
 * `option` names it in the error.
 */
export function momentOf(text: string, option: string, now: Date): string {
  const at = timeOf(text, ends.includes(option), now.getTime());
  const moment = Number.isNaN(at) ? '' : new Date(at).toISOString();
  if (!timePattern.test(moment)) throw wrongValue(option, accepted, text);
  return moment;
}
