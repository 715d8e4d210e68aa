/**
 * What a report can be asked with: the parameters of the endpoint, read and refused as there. Of what lies outside of it a
 * report says so; it has one moment, and of amounts the days that were asked for when it was written.
 */
import type * as z from 'zod/mini';
import { timeWords } from '../../../shared/core/render/words.ts';
import {
  capacityParameters,
  changesParameters,
  coverageParameters,
  findingsParameters,
  readinessParameters,
} from '../../../shared/query/filters.ts';
import { type parameter, periodOf, readParameters } from '../../../shared/query/parameters.ts';
import type { PageInfo } from '../report-data.ts';
import type { QuestionName } from './questions.ts';

export const reportParameters = {
  readiness: readinessParameters,
  findings: findingsParameters,
  changes: changesParameters,
  coverage: coverageParameters,
  capacity: capacityParameters,
} as const;

export type ReportAsked = { readonly [name in keyof typeof parameter]?: z.output<(typeof parameter)[name]['schema']> };

/** Filters as they were understood. Throws with a sentence that can be shown. */
export function askedOf(
  question: QuestionName,
  asked: { readonly [name: string]: string | undefined },
  written: PageInfo['at'],
): { readonly filters: ReportAsked; readonly period: { readonly from?: string; readonly to?: string } } {
  const given = Object.entries(asked).filter((pair): pair is [string, string] => pair[1] !== undefined && pair[1] !== '');
  const filters: ReportAsked = readParameters(reportParameters[question], given);
  if (filters.at !== undefined)
    throw new Error(`This report says how it was at ${timeWords(written)} alone. A dashboard says it of any moment that is stored.`);
  const { from, to } = filters;
  if (question === 'capacity' && (from ?? to) !== undefined)
    throw new Error('This report has the days of amounts that it was written with. A dashboard has those of any time that is stored.');
  if ((from ?? to) === undefined) return { filters, period: {} };
  const period = periodOf({ from, to }, new Date(written));
  return { filters, period: to === undefined && period.from !== undefined ? { from: period.from } : period };
}
