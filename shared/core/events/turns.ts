/**
 * When in a period the audit of a place is due. Each place has a fixed turn, so that its audits are one period apart however
 * many places come or go, and a run over all of them can be continued by anyone who knows how many turns were sent.
 */
import { periodMinutes, shortestGapMinutes } from './schedule.ts';

/** Turns of a run. About three places share one in the largest organization. */
export const turnsOfRun = 65_536;

/** The longest delay of a message in SQS. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-queues.html */
export const longestDelaySeconds = 900;

/** A time further ahead of the own clock than this is a wrong clock's, its own or another's. */
const clockToleranceSeconds = 15 * 60;

/** So many audits begin at once; the queue lets no more of them run side by side than AWS's rates allow. */
const atOnce = 20;

/** The turn of a place: FNV-1a with a final mix, so that neighbouring names are far apart. Never change it: places keep their turns. */
export function turnOf({ account, region }: { readonly account: string; readonly region: string }): number {
  let hash = 0x811c9dc5;
  for (const character of `${account}#${region}`) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % turnsOfRun;
}

/**
 * Seconds over which the turns of a run are spread: four fifths of the period, so that the last audit ends before the next run
 * begins. Of a cron expression, which has no one period, of a quarter of an hour or of its shortest gap.
 */
export function spreadSeconds(places: number, schedule: string): number {
  if (places <= atOnce) return 0;
  return (periodMinutes(schedule) ?? Math.min(15, shortestGapMinutes(schedule) ?? 15)) * 60 * 0.8;
}

/** Seconds since the time a run stands for. All turns are due where that is too far ahead: one of the clocks is wrong. */
function elapsedSeconds(runAt: string, now: Date): number {
  const seconds = (now.getTime() - Date.parse(runAt)) / 1000;
  return seconds < -clockToleranceSeconds ? Number.POSITIVE_INFINITY : seconds;
}

/** The turns below this one are due within the longest delay of a message that is sent now. */
export function turnsDue(runAt: string, now: Date, spread: number): number {
  const seconds = elapsedSeconds(runAt, now) + longestDelaySeconds;
  if (seconds >= spread) return turnsOfRun;
  return Math.max(0, Math.floor((seconds / spread) * turnsOfRun));
}

/** Seconds until a turn, at most what SQS takes. */
export function delayOf(turn: number, runAt: string, now: Date, spread: number): number {
  const seconds = Math.ceil((turn / turnsOfRun) * spread - elapsedSeconds(runAt, now));
  return Math.max(0, Math.min(longestDelaySeconds, seconds));
}
