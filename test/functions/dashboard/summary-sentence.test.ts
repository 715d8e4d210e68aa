/** The sentence at the top of the readiness view: never READY of what was not read. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type SummaryInput, summaryOf } from '../../../functions/dashboard/page/summary-sentence.ts';
import { stateOrder } from '../../../shared/core/render/words.ts';

const input = (more: Partial<SummaryInput>): SummaryInput => ({
  states: ['READY', 'READY'],
  read: 'whole',
  outdated: 0,
  filtered: false,
  ...more,
});

test.each<[string, Partial<SummaryInput>, ReturnType<typeof summaryOf>]>([
  ['all of them', {}, { words: '2 clusters: 2 READY.', tone: 'READY' }],
  [
    'the worst first',
    { states: ['READY', 'AT_RISK', 'BLOCKED'] },
    { words: '3 clusters: 1 BLOCKED, 1 AT RISK, 1 READY.', tone: 'BLOCKED' },
  ],
  ['those that filters leave', { filtered: true }, { words: '2 clusters that the filters leave: 2 READY.', tone: 'READY' }],
  ['none', { states: [] }, undefined],
  ['none yet', { states: [], read: 'reading' }, undefined],
  ['some yet', { read: 'reading' }, { words: '2 clusters so far; reading on …' }],
  [
    'some yet, and a bad one',
    { states: ['READY', 'BLOCKED'], read: 'reading' },
    { words: '2 clusters so far, 1 BLOCKED among them; reading on …' },
  ],
  ['some, then an error', { read: 'partly' }, { words: 'Not determined: only 2 clusters were read.', tone: 'UNKNOWN' }],
  [
    'a bad one, then an error',
    { states: ['BLOCKED'], read: 'partly' },
    { words: 'Not determined: only 1 cluster was read, 1 BLOCKED among them.', tone: 'BLOCKED' },
  ],
  ['an outdated region', { outdated: 1 }, { words: '2 clusters: 2 READY. 1 region has no current audit.', tone: 'UNKNOWN' }],
  [
    'a bad one and regions that were not read',
    { states: ['BLOCKED'], outdated: 2 },
    { words: '1 cluster: 1 BLOCKED. 2 regions have no current audit.', tone: 'BLOCKED' },
  ],
])('%s', (_, more, summary) => {
  expect(summaryOf(input(more))).toEqual(summary);
});

test('READY is the tone of what was read to its end alone, and nothing worse is in it', () => {
  const any = fc.record({
    states: fc.array(fc.constantFrom(...stateOrder), { maxLength: 6 }),
    read: fc.constantFrom('reading' as const, 'partly' as const, 'whole' as const),
    outdated: fc.nat(2),
    filtered: fc.boolean(),
  });
  fc.assert(
    fc.property(any, (given) => {
      const green = summaryOf(given)?.tone === 'READY';
      expect(green).toBe(
        given.read === 'whole' && given.outdated === 0 && given.states.length > 0 && given.states.every((s) => s === 'READY'),
      );
    }),
  );
});
