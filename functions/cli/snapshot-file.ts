/** The file that `collect` writes and `evaluate` reads. */
import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import type { Snapshot } from '../../shared/core/facts.ts';
import type { Result } from '../../shared/core/finding.ts';
import { Ending } from './ending.ts';

export interface SnapshotFile {
  readonly schemaVersion: 1;
  readonly tool: Result['tool'];
  readonly snapshots: readonly Snapshot[];
}

const read = z.union([
  z.object({ ok: z.literal(true), value: z.unknown() }),
  z.object({ ok: z.literal(false), reason: z.string(), action: z.string().optional() }),
]);
/** A read, or reads by key; what is inside a value was reduced by `collect` and is taken as it is. */
const fact = z.union([read, z.record(z.string(), read)]);
const shape = z.object({
  schemaVersion: z.literal(1),
  snapshots: z.array(
    z.object({
      schemaVersion: z.literal(1),
      account: z.string(),
      alias: z.string().optional(),
      partition: z.string(),
      region: z.string(),
      factsAt: z.string(),
      facts: z.record(z.string(), fact),
    }),
  ),
});

async function textOf(file: string): Promise<string> {
  try {
    if (file === '-') return (await process.stdin.setEncoding('utf8').toArray()).join('');
    return await readFile(file, 'utf8');
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const name = file === '-' ? 'on standard input' : file;
    throw new Ending(`The snapshot ${name} cannot be read: ${missing ? 'there is no such file' : String(error)}.`, error);
  }
}

/** Reads a snapshot file, or ends with what is wrong with it and where. `facts` names what a snapshot must hold. */
export async function readSnapshots(file: string, facts: readonly string[]): Promise<readonly Snapshot[]> {
  const text = await textOf(file);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Ending(`${file} is no snapshot: it is not JSON (${error instanceof Error ? error.message : error}).`, error);
  }
  const parsed = shape.safeParse(json);
  if (!parsed.success) {
    const [first] = parsed.error.issues;
    throw new Ending(
      `${file} is no snapshot that \`hyperpod-auditor collect\` wrote: ${first?.path.join('.') || 'the file'}: ${first?.message ?? 'not of its shape'}.`,
    );
  }
  for (const snapshot of parsed.data.snapshots) {
    const missing = facts.find((name) => !Object.hasOwn(snapshot.facts, name));
    if (missing !== undefined)
      throw new Ending(`${file} lacks the fact ${missing} of ${snapshot.region}; it was written by another version. Collect it anew.`);
  }
  return parsed.data.snapshots as unknown as readonly Snapshot[];
}
