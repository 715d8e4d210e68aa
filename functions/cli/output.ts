/** Results go to stdout or, whole or not at all, to the file of `--output`. */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Ending } from './ending.ts';

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'its folder does not exist',
  EACCES: 'it may not be written',
  EPERM: 'it may not be written',
  EISDIR: 'it is a folder',
  ENOSPC: 'the disk is full',
  EROFS: 'the disk is read-only',
  ENOTDIR: 'a part of its path is not a folder',
};

const why = (error: unknown): string => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return reasons[code] ?? (error instanceof Error ? error.message : String(error));
};

/** Writes all of it or leaves what was there: a reader never sees half a report. */
export async function writeWhole(file: string, text: string, option = '--output'): Promise<void> {
  const beside = join(dirname(file), `.${randomUUID()}.part`);
  try {
    await writeFile(beside, text);
    await rename(beside, file);
  } catch (error) {
    // Where a part of the path is no folder, there is nothing to take away, and asking for that fails too.
    if (existsSync(beside)) await rm(beside);
    throw new Ending(`${option} ${file} cannot be written: ${why(error)}.`, error);
  }
}

/** Resolves when stdout took it. A reader that has gone away (`| head`) is no error. */
export function emit(text: string, file?: string): Promise<void> {
  if (file !== undefined) return writeWhole(file, text);
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => {
      if (!error || ('code' in error && error.code === 'EPIPE')) resolve();
      else reject(new Ending(`The result could not be written to stdout: ${why(error)}.`, error));
    });
  });
}
