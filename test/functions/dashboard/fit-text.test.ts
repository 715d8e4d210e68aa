/** What a fit comes to, as the page says it. */
import { expect, test } from 'vitest';
import { requestedClusterOf } from '../../../functions/cli/requested-cluster.ts';
import { fitSummary, missingText, notEvaluatedText, refusalText } from '../../../functions/dashboard/page/fit-text.ts';
import type { ReadinessState } from '../../../shared/core/evaluation/finding.ts';

test.each<[readonly ReadinessState[], ReturnType<typeof fitSummary>]>([
  [['READY', 'UNKNOWN', 'BLOCKED'], { words: 'It would come up in 1 place.', tone: 'READY' }],
  [['AT_RISK', 'AT_RISK'], { words: 'It would come up in 2 places, with something recommended missing.', tone: 'AT_RISK' }],
  [['UNKNOWN', 'BLOCKED'], { words: 'Not known yet: 1 place was not evaluated in full.', tone: 'UNKNOWN' }],
  [['BLOCKED', 'BLOCKED'], { words: 'It would come up in none of 2 places.', tone: 'BLOCKED' }],
  [[], { words: 'No place was evaluated.', tone: 'UNKNOWN' }],
])('of %j', (states, summary) => {
  expect(fitSummary(states.map((state) => ({ state })))).toEqual(summary);
});

test('what is missing is said once', () => {
  const lack = { kind: 'setting' as const, level: 'required' as const, words: 'route to S3 missing', message: '' };
  expect(missingText({ lacks: [lack], unseen: [], state: 'BLOCKED' })).toBe('route to S3 missing');
  expect(missingText({ lacks: [], unseen: [], state: 'READY' })).toBe('nothing missing');
});

test.each([
  [['roles'], 'Not evaluated: roles'],
  [['roles', 'scripts', 'plans'], 'Not evaluated: roles, scripts, plans'],
  [['roles', 'scripts', 'plans', 'instances'], 'Not evaluated: roles, scripts and 2 more'],
])('of %j that was not evaluated', (names, words) => {
  expect(notEvaluatedText(names.map((what) => ({ what, checks: [] })))).toBe(words);
});

test.each([
  [{ type: 'p5', count: '4' }, 'Instance type: expected an instance type of SageMaker like ml.p5.48xlarge, got "p5".'],
  [{ type: 'ml.p5.48xlarge', count: '0' }, 'Nodes: expected a whole number from 1 to 6758, got "0".'],
])('what the server refuses of %j speaks of the form', (given, words) => {
  let refused = '';
  try {
    requestedClusterOf({ ...given, orchestrator: 'slurm' });
  } catch (error) {
    refused = error instanceof Error ? error.message : '';
  }
  expect(refusalText(refused)).toBe(words);
});

test('any other refusal stays as it is', () => {
  const other = 'Regions are named like us-west-2, us-east-1; "mars" is none.';
  expect(refusalText(other)).toBe(other);
  expect(refusalText('--role: expected the ARN of an IAM role, got "x".')).toBe('--role: expected the ARN of an IAM role, got "x".');
});
