/** Small helpers for files; every failure is a `LocalStoreError`. */
import { chmod, lstat, mkdir, open, readdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileError } from './store-error.ts';

/** Runs `work` on a path. */
export async function onPath<T>(path: string, work: (path: string) => Promise<T>): Promise<T> {
  try {
    return await work(path);
  } catch (error) {
    throw fileError(error, path);
  }
}

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';

export const exists = (path: string): Promise<boolean> =>
  onPath(path, async () => {
    try {
      await lstat(path);
      return true;
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  });

/** Whether something was written into a file; a process that ended just after it created it has left it empty. */
export const isWritten = async (file: string): Promise<boolean> =>
  (await exists(file)) && (await onPath(file, (path) => stat(path))).size > 0;

/** Writes a folder's list of names to the disk: a file that was renamed in it keeps its new name when power fails. */
export const syncFolder = (folder: string): Promise<void> =>
  onPath(folder, async () => {
    const handle = await open(folder);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  });

const privateFolder = 0o700;
const privateFile = 0o600;
const others = 0o077;
const sticky = 0o1000;

/** Creates a private folder and those it is in. Whether it had to be created. */
async function makeFolder(folder: string): Promise<boolean> {
  try {
    return (await mkdir(folder, { recursive: true, mode: privateFolder })) !== undefined;
  } catch (error) {
    // Node reports a read-only file system so when it creates several: one alone gets the true error.
    const parent = dirname(folder);
    if (!isMissing(error) || parent === folder) throw error;
    await makeFolder(parent);
    await mkdir(folder, { mode: privateFolder });
    return true;
  }
}

/**
 * Creates a folder that only its owner may enter. One that exists is closed to others too if it is the caller's and holds
 * nothing but files of the store: a folder that is used for other things as well, such as a project or /tmp, keeps its mode,
 * since files of the store are private in any folder.
 */
export const makePrivateFolder = (folder: string, isOwn: (name: string) => boolean): Promise<void> =>
  onPath(folder, async () => {
    if (await makeFolder(folder)) return;
    const { mode, uid } = await stat(folder);
    if ((mode & others) === 0 || (mode & sticky) !== 0 || uid !== process.getuid?.()) return;
    if ((await readdir(folder)).every(isOwn)) await chmod(folder, privateFolder);
  });

/**
 * Creates an empty file that only its owner may read, or takes group and others the access to one that exists. SQLite gives
 * its -wal and -shm files the mode of the database.
 */
export const makePrivateFile = (file: string): Promise<void> =>
  onPath(file, async () => {
    const handle = await open(file, 'a', privateFile);
    try {
      if (((await handle.stat()).mode & others) !== 0) await handle.chmod(privateFile);
    } finally {
      await handle.close();
    }
  });
