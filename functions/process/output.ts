/** Results go to stdout or, whole or not at all, to the file of `--output`. */
import { randomUUID } from 'node:crypto';
import { accessSync, constants, existsSync, fstatSync, statSync, writeSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { printableLines } from '../../shared/core/text/printable.ts';
import { NoResultError } from './exit.ts';
import { currentIo, currentRun } from './io.ts';

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'its folder does not exist',
  EACCES: 'it may not be written',
  EPERM: 'it may not be written',
  EISDIR: 'it is a folder',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of the disk is used up',
  EFBIG: 'it would be larger than files may be here',
  EROFS: 'the disk is read-only',
  ENOTDIR: 'a part of its path is not a folder',
};

const why = (error: unknown): string => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return reasons[code] ?? (error instanceof Error ? error.message : String(error));
};

/** A device or a pipe cannot be replaced by a file. */
function isSpecial(file: string): boolean {
  const found = statSync(file, { throwIfNoEntry: false });
  return found !== undefined && !found.isFile() && !found.isDirectory();
}

const notWritable = (option: string, file: string, error: unknown): NoResultError =>
  new NoResultError(`${option} ${file} cannot be written: ${why(error)}.`, error);

/** Ends the command where the file could not be written later. What only writing shows, such as a full disk, is found then. */
export function checkOutput(file: string, option: string): void {
  try {
    if (isSpecial(file)) {
      accessSync(file, constants.W_OK);
      return;
    }
    if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
    if (!statSync(dirname(file)).isDirectory()) throw Object.assign(new Error(), { code: 'ENOTDIR' });
    accessSync(dirname(file), constants.W_OK | constants.X_OK);
  } catch (error) {
    throw notWritable(option, file, error);
  }
}

/** Writes all of it or leaves what was there: a reader never sees half a report. */
export async function writeWhole(file: string, text: string, option = '--output'): Promise<void> {
  const partial = join(dirname(file), `.${randomUUID()}.part`);
  try {
    if (isSpecial(file)) return await writeFile(file, text);
    await writeFile(partial, text);
    await rename(partial, file);
  } catch (error) {
    // Where a part of the path is no folder, there is nothing to take away, and asking for that fails too.
    if (existsSync(partial)) await rm(partial);
    throw notWritable(option, file, error);
  }
}

export const readerHasGone = (error: Error): boolean => 'code' in error && error.code === 'EPIPE';
export const stdoutSentence = (error: Error): string => `The result could not be written to stdout: ${why(error)}.`;

/** Node writes to a file once and does not look whether all of it was taken, as where the disk has room for a part alone. */
function writeToFile(fd: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
}

function writeToStream(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    currentIo().stdout.write(text, (error) => (error ? reject(error) : resolve()));
  });
}

/** Resolves when stdout took all of it. A reader that has gone away (`| head`) is no error. */
export async function emit(text: string, file?: string): Promise<void> {
  if (file !== undefined) return writeWhole(file, text);
  const run = currentRun();
  if (!run.hasReader) return;
  const { fd } = run.io.stdout;
  try {
    if (fd !== undefined && fstatSync(fd).isFile()) writeToFile(fd, Buffer.from(text));
    else await writeToStream(text);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (!readerHasGone(error)) throw new NoResultError(stdoutSentence(error), error);
    run.hasReader = false;
  }
}

/** The same of what programs read. A terminal is read by people, so that nothing hidden is shown there as it is. */
export const emitData = (text: string, file?: string): Promise<void> =>
  emit(file === undefined && currentIo().stdout.isTTY ? printableLines(text) : text, file);
