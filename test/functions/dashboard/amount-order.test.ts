import { expect, test } from 'vitest';
import { mostUrgentFirst } from '../../../functions/dashboard/page/amount-order.ts';

const flat = { perDay: 0, plusMinus: 0 };
const amount = (name: string, more: Partial<Parameters<typeof mostUrgentFirst>[0][number]>) => ({
  name,
  status: 'pass' as const,
  level: 'required' as const,
  ...more,
});

test('short ones first, required before recommended; then what is needed, by when it runs out; then the rest', () => {
  const amounts = [
    amount('watched', {}),
    amount('enough for ever', { need: 4, headroom: 8, trend: flat }),
    amount('enough, without a trend', { need: 4, headroom: 8 }),
    amount('ends in May', { need: 4, headroom: 8, trend: { ...flat, runsOut: '2027-05-01' } }),
    amount('ends in March', { need: 4, headroom: 8, trend: { ...flat, runsOut: '2027-03-01' } }),
    amount('short, recommended', { need: 4, headroom: -1, status: 'fail', level: 'recommended' }),
    amount('short, required', { need: 4, headroom: -1, status: 'fail' }),
    amount('short though it passes', { need: 4, headroom: -1 }),
    amount('watched too', {}),
  ];
  expect(mostUrgentFirst(amounts).map(({ name }) => name)).toEqual([
    'short, required',
    'short though it passes',
    'short, recommended',
    'ends in March',
    'ends in May',
    'enough for ever',
    'enough, without a trend',
    'watched',
    'watched too',
  ]);
});
