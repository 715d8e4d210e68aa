/** The plan's keys as a table, from the words of its schema. */
import * as z from 'zod';
import { clusterRequest } from './cluster-request.ts';
import { sayings } from './described-schema.ts';
import { writtenPlan } from './schema.ts';

interface KeyRow {
  readonly name: string;
  readonly accepted: string;
  readonly absent: string;
  readonly meaning: string;
}

/** What stands inside of defaults and of what may be left out. */
function inner(schema: z.core.$ZodType): { readonly schema: z.core.$ZodType; readonly required: boolean } {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodNullable) {
    return { schema: inner(schema.unwrap()).schema, required: false };
  }
  return { schema, required: true };
}

function rows(schema: z.core.$ZodType, above: string): readonly KeyRow[] {
  const core = inner(schema).schema;
  if (core === clusterRequest) return [];
  if (core instanceof z.ZodArray) return rows(core.element, `${above}[]`);
  if (!(core instanceof z.ZodObject)) return [];
  return Object.entries<z.core.$ZodType>(core.shape).flatMap(([name, member]) => {
    const named = above === '' ? name : `${above}.${name}`;
    const { schema: value, required } = inner(member);
    // The description stands on the outermost wrapper that `key` was given.
    const outer = member instanceof z.ZodOptional ? member.unwrap() : member;
    const { absent } = sayings(outer);
    const row: KeyRow = {
      name: named,
      accepted: sayings(value).accepted ?? '',
      absent: required ? '(needed)' : (absent ?? ''),
      meaning: z.globalRegistry.get(outer)?.description ?? '',
    };
    return [row, ...rows(value, named)];
  });
}

/** The plan's keys as a Markdown table, for shared/plan/README.md: key, what is accepted, what holds without it, meaning. */
export function planReference(): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|');
  const body = rows(writtenPlan, '').map((r) => `| \`${r.name}\` | ${cell(r.accepted)} | ${cell(r.absent)} | ${cell(r.meaning)} |`);
  return ['| key | accepted | without it | meaning |', '|---|---|---|---|', ...body].join('\n');
}
