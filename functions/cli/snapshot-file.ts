/** Reads the file that `collect` writes. */
import { createReadStream } from 'node:fs';
import type { Snapshot } from '../../shared/core/evaluation/facts.ts';
import { parseSnapshots } from '../../shared/snapshot/parse.ts';
import { NoResultError } from '../process/exit.ts';
import { currentIo } from '../process/io.ts';
import { version } from '../process/package.ts';

/** Node holds no longer text than about 512 MiB; a region of a large account takes 2 to 5 MiB. */
const largestBytes = 400 * 1_048_576;

const reasons: { readonly [code: string]: string } = {
  ENOENT: 'it does not exist',
  EISDIR: 'it is a folder',
  EACCES: 'this user may not read it',
};

async function textOf(file: string): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of file === '-' ? currentIo().stdin : createReadStream(file)) {
      chunks.push(Buffer.from(chunk));
      bytes += chunks.at(-1)?.length ?? 0;
      if (bytes > largestBytes) break;
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw new NoResultError(
      `The snapshot ${file === '-' ? 'on standard input' : file} cannot be read: ${reasons[code] ?? String(error)}.`,
      error,
    );
  }
  if (bytes > largestBytes)
    throw new NoResultError(
      `The snapshot ${file} is too large: expected at most ${largestBytes / 1_048_576} MiB. Collect fewer accounts or regions.`,
    );
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch (error) {
    throw new NoResultError(`The snapshot ${file} is not a valid snapshot: expected text in UTF-8.`, error);
  }
}

/** The snapshots in a file, or in standard input for `-`. Ends with one sentence where the file is not a valid snapshot. */
export async function readSnapshots(file: string): Promise<readonly Snapshot[]> {
  const parsed = parseSnapshots(await textOf(file), { file, version });
  if (!parsed.ok) throw new NoResultError(parsed.message);
  return parsed.snapshots;
}
