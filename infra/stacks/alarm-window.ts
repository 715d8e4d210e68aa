/** How an alarm looks at the gaps of a schedule, to notice when audits stop. */

/** What an alarm looks at: so many stretches of so many seconds. */
export interface AlarmWindow {
  readonly periodSeconds: number;
  readonly periods: number;
}

const day = 86_400;
/** CloudWatch looks back a day in stretches of under an hour, and a week in longer ones. */
const longestLook = (periodSeconds: number): number => (periodSeconds < 3600 ? day : 7 * day);

/**
 * Two gaps of a schedule as an alarm can look at them: stretches of whole minutes, of at most a day. `undefined` where
 * they are longer than CloudWatch looks back.
 */
export function twoGaps(minutes: number): AlarmWindow | undefined {
  const seconds = minutes * 60;
  const window =
    seconds <= day
      ? // An audit in a stretch is counted when it ends, so a stretch of just the gap would now and then hold none.
        { periodSeconds: Math.max(seconds, 300), periods: Math.max(2, Math.ceil((2 * seconds) / Math.max(seconds, 300))) }
      : { periodSeconds: day, periods: Math.ceil((2 * seconds) / day) };
  return window.periodSeconds * window.periods <= longestLook(window.periodSeconds) ? window : undefined;
}
