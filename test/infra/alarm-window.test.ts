/** How long a schedule may be silent before an alarm says so. */
import { describe, expect, test } from 'vitest';
import { twoGaps } from '../../infra/stacks/alarm-window.ts';

describe('two gaps as an alarm can look at them', () => {
  test.each([
    [1, { periodSeconds: 300, periods: 2 }],
    [5, { periodSeconds: 300, periods: 2 }],
    [60, { periodSeconds: 3600, periods: 2 }],
    [90, { periodSeconds: 5400, periods: 2 }],
    [1440, { periodSeconds: 86_400, periods: 2 }],
    [2880, { periodSeconds: 86_400, periods: 4 }],
    [5040, { periodSeconds: 86_400, periods: 7 }],
    [5041, undefined],
    [10_080, undefined],
  ])('%i minutes', (minutes, window) => {
    expect(twoGaps(minutes)).toEqual(window);
  });

  test('are checked in stretches and over times that CloudWatch takes', () => {
    for (let minutes = 1; minutes < 6000; minutes += 7) {
      const window = twoGaps(minutes);
      if (!window) continue;
      const { periodSeconds, periods } = window;
      expect(periodSeconds % 60).toBe(0);
      expect(periodSeconds).toBeLessThanOrEqual(86_400);
      expect(periodSeconds * periods).toBeLessThanOrEqual(periodSeconds < 3600 ? 86_400 : 7 * 86_400);
      expect(periodSeconds * periods).toBeGreaterThanOrEqual(2 * minutes * 60);
    }
  });
});
