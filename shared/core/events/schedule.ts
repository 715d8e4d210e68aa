/**
 * What a schedule means in minutes: how often it fires, and how long it is silent at the most. Own code, because the longest gap
 * needs the minutes and days of an expression, not its runs one by one: with croner 11.0.1 two years of an hourly schedule take
 * 1.8 s of CPU and of one each minute 110 s; it also throws on L as a weekday, on WL and on FRI-MON.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */

export const minutesOfDay = 1440;

/** Minutes between two scheduled audits; `undefined` for a cron expression, which has no one period. */
export function periodMinutes(schedule: string): number | undefined {
  const [, count, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(schedule.trim()) ?? [];
  if (unit === undefined) return undefined;
  return Number(count) * { minute: 1, hour: 60, day: 1440 }[unit as 'minute' | 'hour' | 'day'];
}

const days = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];

/** The numbers a field of a cron expression stands for; `undefined` where it holds a word that depends on the month (L, W, #). */
function numbers(field: string, min: number, max: number, names: readonly string[] = []): ReadonlySet<number> | undefined {
  const value = (text: string): number => (names.includes(text.toUpperCase()) ? names.indexOf(text.toUpperCase()) + min : Number(text));
  const found = new Set<number>();
  for (const member of field.split(',')) {
    const [range = '', step] = member.split('/');
    const [low = '', high] = range.split('-');
    const from = range === '*' || range === '?' ? min : value(low);
    const to = high !== undefined ? value(high) : step !== undefined || range === '*' || range === '?' ? max : from;
    if (Number.isNaN(from) || Number.isNaN(to)) return undefined;
    for (let n = from; n <= to; n += Number(step ?? 1)) found.add(n);
    // FRI-MON goes over the end of the week.
    if (to < from) for (let n = from; n <= max + to - min + 1; n += Number(step ?? 1)) found.add(((n - min) % (max - min + 1)) + min);
  }
  return found;
}

/** Minutes of the day at which a cron expression fires, and on which days. */
function firing(cron: string): { readonly at: readonly number[]; readonly on: (date: Date) => boolean } | undefined {
  const [minute = '', hour = '', dayOfMonth = '', month = '', dayOfWeek = '', year = ''] = cron.trim().split(/\s+/);
  const minutes = numbers(minute, 0, 59);
  const hours = numbers(hour, 0, 23);
  const ofMonth = numbers(dayOfMonth, 1, 31);
  const inMonths = numbers(month, 1, 12, months);
  const ofWeek = numbers(dayOfWeek, 1, 7, days);
  if (!minutes || !hours || !ofMonth || !inMonths || !ofWeek || year !== '*') return undefined;
  const at = [...hours].flatMap((h) => [...minutes].map((m) => h * 60 + m)).toSorted((a, b) => a - b);
  return {
    at,
    on: (date) => ofMonth.has(date.getUTCDate()) && inMonths.has(date.getUTCMonth() + 1) && ofWeek.has(date.getUTCDay() + 1),
  };
}

/** A leap year and a common one: every shape that a month can have. */
const watched = { from: Date.UTC(2027, 0, 1), days: 2 * 366 };

/** Minutes between the runs of a cron expression over the watched days; `undefined` where it holds a year, or words like L and W. */
function gapsOf(schedule: string): { readonly shortest: number; readonly longest: number } | undefined {
  const times = firing(/^cron\((.+)\)$/.exec(schedule.trim())?.[1] ?? '');
  if (!times) return undefined;
  let last: number | undefined;
  let longest = 0;
  let shortest = Number.POSITIVE_INFINITY;
  for (let day = 0; day < watched.days; day++) {
    if (!times.on(new Date(watched.from + day * 86_400_000))) continue;
    for (const minute of times.at) {
      const now = day * minutesOfDay + minute;
      if (last !== undefined) longest = Math.max(longest, now - last);
      if (last !== undefined) shortest = Math.min(shortest, now - last);
      last = now;
    }
  }
  return longest > 0 ? { shortest, longest } : undefined;
}

/**
 * The longest time between two audits of a schedule, in minutes. `undefined` where it cannot be determined: a cron expression
 * with a year, or with words like L and W that mean another day each month.
 */
export const longestGapMinutes = (schedule: string): number | undefined => periodMinutes(schedule) ?? gapsOf(schedule)?.longest;

/** Milliseconds after which a region counts as late: two of the longest gaps of the schedule; of days where they are not known. */
export const lateAfterMs = (schedule: string): number => 2 * (longestGapMinutes(schedule) ?? minutesOfDay) * 60_000;

/** The shortest, by the same rules. */
export const shortestGapMinutes = (schedule: string): number | undefined => periodMinutes(schedule) ?? gapsOf(schedule)?.shortest;

/** Runs of a schedule in a month of 730 hours, on average. `undefined` where it cannot be determined, as above. */
export function runsPerMonth(schedule: string): number | undefined {
  const minutesOfMonth = 730 * 60;
  const rate = periodMinutes(schedule);
  if (rate !== undefined) return minutesOfMonth / rate;
  const times = firing(/^cron\((.+)\)$/.exec(schedule.trim())?.[1] ?? '');
  if (!times) return undefined;
  const days = Array.from({ length: watched.days }, (_, day) => new Date(watched.from + day * 86_400_000)).filter(times.on).length;
  return (days * times.at.length * minutesOfMonth) / (watched.days * minutesOfDay);
}

/** Enough years to include a leap year from any year on, so that 29 February is included. */
const yearsWatched = 12;

/**
 * Whether no time is left at which a valid schedule would run: its years are over, or its days do not exist (30 February).
 * A day that depends on the month (L, W, #) counts as one that exists.
 */
export function neverRuns(schedule: string, at: string): boolean {
  const cron = /^cron\((.+)\)$/.exec(schedule.trim())?.[1];
  if (cron === undefined) return false;
  const [minute = '', hour = '', dayOfMonth = '', month = '', dayOfWeek = '', year = ''] = cron.trim().split(/\s+/);
  const has = (set: ReadonlySet<number> | undefined, n: number): boolean => set?.has(n) ?? true;
  const [ofMonth, inMonths, ofWeek] = [numbers(dayOfMonth, 1, 31), numbers(month, 1, 12, months), numbers(dayOfWeek, 1, 7, days)];
  const last = Math.max(...(numbers(hour, 0, 23) ?? [23])) * 60 + Math.max(...(numbers(minute, 0, 59) ?? [59]));
  const now = new Date(at);
  const years = [...(numbers(year, 1970, 2199) ?? [])].filter((y) => y >= now.getUTCFullYear()).slice(0, yearsWatched);
  return !years.some((y) => {
    for (const date = new Date(Date.UTC(y, 0, 1)); date.getUTCFullYear() === y; date.setUTCDate(date.getUTCDate() + 1)) {
      const isDay = has(ofMonth, date.getUTCDate()) && has(inMonths, date.getUTCMonth() + 1) && has(ofWeek, date.getUTCDay() + 1);
      if (isDay && date.getTime() + last * 60_000 >= now.getTime()) return true;
    }
    return false;
  });
}
