/**
 * The schema of a snapshot file. The schema of each fact follows from its shape in `core/evaluation/facts.ts`. Evaluation relies on
 * these types, so nothing else may reach it from a file.
 */
import * as z from 'zod';
import { type FactName, type Facts, factShapes, type Snapshot } from '../core/evaluation/facts.ts';
import type { Result } from '../core/evaluation/finding.ts';
import type { Shape } from '../core/evaluation/shape.ts';
import { parseBlock } from '../core/network/cidr.ts';

const id = z.string().min(1).max(2048);
const text = z.string();
const moment = z.iso.datetime({ offset: true });
/** Evaluation leaves out a block that it cannot read, and a rule without its block would mean something else. */
const cidr = z.string().refine((block) => parseBlock(block) !== undefined, 'expected an IPv4 or IPv6 block such as 10.0.0.0/16');

const scalars = {
  id,
  text,
  flag: z.boolean(),
  count: z.int().nonnegative(),
  amount: z.number().nonnegative(),
  port: z.int().min(-1).max(65_535),
  moment,
  cidr,
  optionalCidr: z.union([z.literal(''), cidr], 'expected an IPv4 block such as 10.0.0.0/16, or an empty text'),
};

const unread = z.strictObject({ ok: z.literal(false), reason: z.string().min(1), action: id.optional() });

const mapValues = <T, U>(of: { readonly [name: string]: T }, change: (value: T) => U): { readonly [name: string]: U } =>
  Object.fromEntries(Object.entries(of).map(([name, value]) => [name, change(value)]));

/** The schema of a shape. */
function schemaOf(shape: Shape): z.ZodType {
  switch (shape.kind) {
    case 'oneOf':
      return z.literal([...shape.values]);
    case 'object':
      return z.strictObject(mapValues(shape.members, schemaOf));
    case 'list':
      return z.array(schemaOf(shape.of));
    case 'map':
      return z.record(z.string(), schemaOf(shape.of));
    case 'nullable':
      return schemaOf(shape.of).nullable();
    case 'optional':
      return schemaOf(shape.of).optional();
    case 'read':
      return z.discriminatedUnion('ok', [z.strictObject({ ok: z.literal(true), value: schemaOf(shape.of) }), unread]);
    default:
      return scalars[shape.kind];
  }
}

/** The schema of each fact. */
export const factSchemas = mapValues(factShapes, schemaOf) as { readonly [N in FactName]: z.ZodType<Facts[N]> };

const snapshot: z.ZodType<Snapshot> = z.strictObject({
  schemaVersion: z.literal(1),
  account: z.string().regex(/^\d{12}$/, 'expected an account id of 12 digits'),
  alias: text.optional(),
  partition: z.string().regex(/^aws[a-z-]*$/, 'expected a partition such as aws'),
  region: z.string().regex(/^[a-z]{2,}(-[a-z0-9]+)+$/, 'expected a region such as us-west-2'),
  factsAt: moment,
  facts: z.strictObject(factSchemas),
});

/** What `collect` writes and `evaluate` reads. */
export interface SnapshotFile {
  readonly schemaVersion: 1;
  readonly tool: Result['tool'];
  readonly snapshots: readonly Snapshot[];
}

/** Who wrote a file is shown and nothing depends on it, so it may be left out. */
export const snapshotFile: z.ZodType<Omit<SnapshotFile, 'tool'>> = z.strictObject({
  schemaVersion: z.literal(1),
  tool: z.looseObject({ name: z.literal('hyperpod-auditor'), version: z.string() }).optional(),
  snapshots: z.array(snapshot),
});
