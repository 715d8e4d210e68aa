/** A database is opened on local file systems only; the operating system's answers are injected. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FileSystemProbe, systemProbe } from '../../../shared/aws/findings/local/filesystem.ts';
import { openLocalStore } from '../../../shared/aws/findings/local/local-store.ts';
import { LocalStoreError } from '../../../shared/aws/findings/local/store-error.ts';

let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'filesystem-')), 'a folder');
});
afterEach(() => rm(join(folder, '..'), { recursive: true }));

const probe = (type: number, mounts = '', platform: NodeJS.Platform = 'linux'): FileSystemProbe => ({
  platform,
  type: async () => type,
  mounts: async () => mounts,
});
/** Whether the database was opened, or why it was not. */
async function opened(fileSystem: FileSystemProbe): Promise<true | LocalStoreError> {
  try {
    (await openLocalStore(folder, { fileSystem })).close();
    return true;
  } catch (error) {
    if (error instanceof LocalStoreError) return error;
    throw error;
  }
}

test.each([
  ['NFS', 0x6969],
  ['CIFS', 0xff534d42],
  ['CIFS', 0xff534d42 - 2 ** 32],
  ['SMB', 0x517b],
  ['SMB', 0xfe534d42],
  ['Lustre', 0x0bd00bd0],
  ['GPFS', 0x47504653],
  ['CephFS', 0x00c36400],
  ['BeeGFS', 0x19830326],
  ['9P', 0x01021997],
  ['AFS', 0x5346414f],
  ['OCFS2', 0x7461636f],
])('%s is refused, and nothing is created on it', async (name, type) => {
  const error = await opened(probe(type));
  expect(error).toMatchObject({
    failure: 'network',
    reason: `${folder} is on a network file system, ${name}, where SQLite databases can be corrupted`,
    fix: 'Name a folder on a local disk with --database, or set XDG_DATA_HOME to one.',
  });
  expect(existsSync(join(folder, 'findings.sqlite'))).toBe(false);
});

test.each([
  ['ext4', 0xef53],
  ['XFS', 0x58465342],
  ['Btrfs', 0x9123683e],
  ['ZFS', 0x2fc12fc1],
  ['tmpfs', 0x01021994],
  ['overlay', 0x794c7630],
  ['an unknown one', 0x12345678],
])('%s is used', async (_, type) => {
  expect(await opened(probe(type))).toBe(true);
});

test('elsewhere than on Linux the numbers mean something else', async () => {
  expect(await opened(probe(0x6969, '', 'darwin'))).toBe(true);
});

const fuse = 0x65735546;
const line = (point: string, type: string) =>
  `36 35 98:0 / ${point.replaceAll(' ', '\\040')} rw,noatime master:1 - ${type} source rw,user_id=0`;

test.each([
  ['a local one', 'fuseblk', true],
  ['an overlay of a container', 'fuse.fuse-overlayfs', true],
  ['an encrypted one', 'fuse.gocryptfs', true],
  ['another host by SSH', 'fuse.sshfs', false],
  ['a bucket', 'fuse.mount-s3', false],
  ['one of the virtual machine’s host', 'virtiofs', false],
  ['one without a name', 'fuse', false],
])('of FUSE %s is recognized by its mount', async (_, type, isUsed) => {
  const mounts = [line('/', 'ext4'), line(join(folder, '..'), 'nfs4'), line(folder, type), line(`${folder}-other`, 'ext4')].join('\n');
  const found = await opened(probe(fuse, mounts));
  if (isUsed) expect(found).toBe(true);
  else expect(found).toMatchObject({ failure: 'network', reason: expect.stringContaining(`FUSE (${type})`) });
});

test('of FUSE the last mount of the longest path counts, and one that is not listed is refused', async () => {
  expect(await opened(probe(fuse, [line('/', 'fuse.sshfs'), line('/', 'fuseblk')].join('\n')))).toBe(true);
  expect(await opened(probe(fuse, [line(folder, 'fuseblk'), line('/', 'fuse.sshfs')].join('\n')))).toBe(true);
  expect(await opened(probe(fuse, [line('/', 'fuseblk'), line(folder, 'fuse.sshfs')].join('\n')))).toMatchObject({ failure: 'network' });
  expect(await opened(probe(fuse, ''))).toMatchObject({ failure: 'network' });
  const unreadable = { ...probe(fuse), mounts: () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOENT' })) };
  expect(await opened(unreadable)).toMatchObject({ failure: 'network' });
});

test('the system itself is asked', async () => {
  expect(await systemProbe.type(tmpdir())).toBeGreaterThan(0);
  if (process.platform === 'linux') expect(await systemProbe.mounts()).toContain(' - ');
  expect(await opened(systemProbe)).toBe(true);
});
