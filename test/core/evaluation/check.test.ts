import { expect, test } from 'vitest';
import { compareAmount } from '../../../shared/core/evaluation/check.ts';

test.each([
  { have: 7, need: [8, 12], is: { status: 'fail', have: 7, need: 8 } },
  { have: 8, need: [8, 12], is: { status: 'fail', level: 'recommended', have: 8, need: 12 } },
  { have: 11, need: [8, 12], is: { status: 'fail', level: 'recommended', have: 11, need: 12 } },
  { have: 12, need: [8, 12], is: { status: 'pass', have: 12, need: 12 } },
  { have: 0, need: [0, 0], is: { status: 'pass', have: 0, need: 0 } },
])('$have for what is required and recommended, $need', ({ have, need: [required = 0, recommended = 0], is }) => {
  expect(compareAmount(have, { required, recommended })).toEqual(is);
});
