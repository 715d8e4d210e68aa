/** Words of a request that this version does not know: AWS may have added them, so they are accepted. */
import * as z from 'zod';
import { type PlanPath, quoted } from '../core/plan/plan-path.ts';
import type { PlanWarning } from '../core/plan/plan-warning.ts';
import { some } from '../core/text/words.ts';
import { sayings } from './described-schema.ts';
import { wholePlan } from './schema.ts';

/** One warning for each such word of a valid plan, its requests in place. */
export const unknownWords = (plan: unknown): readonly PlanWarning[] => wordsOf(wholePlan, plan, []);

function wordsOf(schema: z.core.$ZodType, value: unknown, path: PlanPath): readonly PlanWarning[] {
  if (value === undefined || value === null) return [];
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodNullable)
    return wordsOf(schema.unwrap(), value, path);
  if (schema instanceof z.ZodArray && Array.isArray(value)) return value.flatMap((item, i) => wordsOf(schema.element, item, [...path, i]));
  if (schema instanceof z.ZodObject)
    return Object.entries(value).flatMap(([key, part]) => {
      const member: z.core.$ZodType | undefined = schema.shape[key];
      return member === undefined ? [] : wordsOf(member, part, [...path, key]);
    });
  const { known } = sayings(schema);
  if (known === undefined || typeof value !== 'string' || known.includes(value)) return [];
  const message = `expected ${some(known)}, got ${quoted(value)}, which this version does not know. It is accepted and not evaluated.`;
  return [{ code: 'unknown-word', message, path }];
}
