/** Every question there is. */
import { auditsPage, auditsParameters } from './audits.ts';
import { capacityPage, capacityParameters } from './capacity.ts';
import { changesPage, changesParameters } from './changes.ts';
import { coveragePage, coverageParameters } from './coverage.ts';
import { diffPage, diffParameters } from './diff.ts';
import { historyPage, historyParameters } from './finding-history.ts';
import { findingsPage, findingsParameters } from './findings.ts';
import type { Question } from './question.ts';
import { readinessPage, readinessParameters } from './readiness.ts';

export const routes: readonly Question[] = [
  {
    name: 'readiness',
    path: '/readiness',
    summary: 'Whether each cluster would come up, region by region',
    description: 'Key: account, region.',
    parameters: readinessParameters,
    result: readinessPage,
  },
  {
    name: 'findings',
    path: '/findings',
    summary: 'Verdicts as they are, or were at a moment',
    description: 'Keys: region (with account), cluster, check, level of open findings.',
    parameters: findingsParameters,
    result: findingsPage,
  },
  {
    name: 'history',
    path: '/findings/{id}/history',
    summary: 'What became of one finding',
    description: 'Key: the finding.',
    parameters: historyParameters,
    result: historyPage,
  },
  {
    name: 'changes',
    path: '/changes',
    summary: 'What changed between two times',
    description: 'Keys: time; account and region.',
    parameters: changesParameters,
    result: changesPage,
  },
  {
    name: 'diff',
    path: '/diff',
    summary: 'The net difference between two moments',
    description: 'Key: account and region.',
    parameters: diffParameters,
    result: diffPage,
  },
  {
    name: 'audits',
    path: '/audits',
    summary: 'Audits that completed',
    description: 'Key: account and region; time.',
    parameters: auditsParameters,
    result: auditsPage,
  },
  {
    name: 'coverage',
    path: '/coverage',
    summary: 'What could not be judged, and why',
    description: 'Keys: region (with account), cluster, check, level.',
    parameters: coverageParameters,
    result: coveragePage,
  },
  {
    name: 'capacity',
    path: '/capacity',
    summary: 'Amounts against what is needed, day by day',
    description: 'Key: account and region; time.',
    parameters: capacityParameters,
    result: capacityPage,
  },
];
