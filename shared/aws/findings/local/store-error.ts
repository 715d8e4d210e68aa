/** Why the local store cannot be used. The environment caused it, not a defect of this program. */
import { existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';

export type StoreFailure =
  | 'full'
  | 'read-only'
  | 'access'
  | 'damaged'
  | 'foreign'
  | 'newer'
  | 'locked'
  | 'network'
  | 'moved'
  | 'io'
  | 'unsupported';

export class LocalStoreError extends Error {
  readonly failure: StoreFailure;
  /** What is wrong, as the end of a sentence: `no space is left for /…/findings.sqlite`. */
  readonly reason: string;
  /** What to do, as a sentence of its own. */
  readonly fix: string;
  constructor(failure: StoreFailure, reason: string, fix: string, cause?: unknown) {
    super(`${reason}. ${fix}`, { cause });
    this.name = 'LocalStoreError';
    this.failure = failure;
    this.reason = reason;
    this.fix = fix;
  }
}

export const otherFolder = 'Name another folder with --database.';

const moveAway = (file: string): string =>
  `Move ${file} (and its -wal and -shm files, if any) away to start a new database, or name another folder with --database.`;

/** https://sqlite.org/rescode.html: the primary result code is the low byte of an extended one. */
const primary = {
  perm: 3,
  busy: 5,
  locked: 6,
  readOnly: 8,
  io: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  protocol: 15,
  notDatabase: 26,
} as const;

function codeOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('code' in error) || error.code !== 'ERR_SQLITE_ERROR') return undefined;
  return 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
}

/** Another connection holds the lock that a call needs; the same call can succeed later. */
export function isBusy(error: unknown): boolean {
  const code = codeOf(error);
  return code === primary.busy || code === primary.locked || code === primary.protocol;
}

export const lockedError = (file: string, patienceMs: number, cause?: unknown): LocalStoreError =>
  new LocalStoreError(
    'locked',
    `another process has locked ${file} for ${Math.round(patienceMs / 1000)} s`,
    'End that process, or name another folder with --database.',
    cause,
  );

export const damagedError = (file: string, detail: string, cause?: unknown): LocalStoreError =>
  new LocalStoreError('damaged', `${file} is damaged (${detail})`, moveAway(file), cause);

export const foreignError = (file: string, cause?: unknown): LocalStoreError =>
  new LocalStoreError('foreign', `${file} is not a findings database of this tool`, otherFolder, cause);

export const fullError = (file: string, cause?: unknown): LocalStoreError =>
  new LocalStoreError(
    'full',
    `no space is left for ${file}`,
    'Free disk space or raise the quota, or name another folder with --database.',
    cause,
  );

export const movedError = (file: string, cause?: unknown): LocalStoreError =>
  new LocalStoreError('moved', `${file} was deleted or replaced while it was open`, `Run the command again. ${otherFolder}`, cause);

/** Less free space than a save needs is why a file cannot grow, under any of SQLite's codes: its shared memory is a file too. */
const neededBytes = 1024 * 1024;
function isDiskFull(file: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dirname(file));
    return bavail * bsize < neededBytes;
  } catch {
    return false;
  }
}

/** An error of SQLite on a file in the tool's own terms; any other error, and one that only a defect can cause, as it is. */
export function sqliteError(error: unknown, file: string): unknown {
  const detail = error instanceof Error ? error.message : String(error);
  const code = codeOf(error);
  if ((code === primary.io || code === primary.cannotOpen) && isDiskFull(file)) return fullError(file, error);
  if (code === primary.cannotOpen && !existsSync(file)) return movedError(file, error);
  switch (code) {
    case primary.full:
      return fullError(file, error);
    case primary.readOnly:
      return new LocalStoreError(
        'read-only',
        `${file} cannot be written (${detail})`,
        'Make it writable, or name another folder with --database.',
        error,
      );
    case primary.perm:
    case primary.cannotOpen:
      return new LocalStoreError(
        'access',
        `${file} cannot be opened (${detail})`,
        'Make it readable and writable, or name another folder with --database.',
        error,
      );
    case primary.corrupt:
      return damagedError(file, detail, error);
    case primary.notDatabase:
      return foreignError(file, error);
    case primary.io:
      return new LocalStoreError(
        'io',
        `reading or writing ${file} failed (${detail})`,
        'Check the disk, its free space and its quota, or name another folder with --database.',
        error,
      );
    default:
      return error;
  }
}

/** An error of the file system on a path in the tool's own terms; any other error as it is. */
export function fileError(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string' || !/^E[A-Z0-9]+$/.test(error.code)) return error;
  const { code } = error;
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') return fullError(path, error);
  if (code === 'EROFS') return new LocalStoreError('read-only', `${path} is on a read-only file system`, otherFolder, error);
  if (code === 'EIO')
    return new LocalStoreError(
      'io',
      `reading or writing ${path} failed (${code})`,
      'Check the disk, or name another folder with --database.',
      error,
    );
  return new LocalStoreError(
    'access',
    `${path} cannot be used (${code})`,
    'Check that it is a folder that you may write to, or name another folder with --database.',
    error,
  );
}
