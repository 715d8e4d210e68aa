/** Every question there is, in the order in which documents list them. */
import { audits } from './audits.ts';
import { capacity } from './capacity.ts';
import { changes } from './changes.ts';
import { coverage } from './coverage.ts';
import { diff } from './diff.ts';
import { explain } from './explain.ts';
import { history } from './finding-history.ts';
import { findings } from './findings.ts';
import type { Question } from './question.ts';
import { readiness } from './readiness.ts';

export const routes: readonly Question[] = [readiness, findings, history, changes, diff, audits, coverage, capacity, explain];
