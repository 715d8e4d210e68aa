/**
 * Whether a folder is on a file system on which SQLite is safe. WAL needs memory that all processes share, "WAL does not
 * work over a network filesystem" (https://sqlite.org/wal.html), and without WAL SQLite rests on file locks, which "on many
 * NFS implementations" do not work (https://sqlite.org/faq.html#q5, https://sqlite.org/lockingv3.html#how_to_corrupt). So
 * a network file system is refused: SQLite has no mode that is safe on it for processes of several hosts.
 */
import { readFile, realpath, statfs } from 'node:fs/promises';
import { LocalStoreError } from './store-error.ts';

/**
 * Numbers of statfs(2) on Linux: linux/magic.h, and for file systems outside of the kernel src/fs.h of GNU coreutils, which
 * also says which are remote. File systems that a virtual machine shares with its host are among them, and those that
 * several hosts mount from one disk.
 */
const remote: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB'],
  [0x0bd00bd0, 'Lustre'],
  [0x47504653, 'GPFS'],
  [0x00c36400, 'CephFS'],
  [0x19830326, 'BeeGFS'],
  [0xaad7aaea, 'PanFS'],
  [0x01021997, '9P'],
  [0x5346414f, 'AFS'],
  [0x6b414653, 'AFS'],
  [0x73757245, 'Coda'],
  [0x564c, 'NCP'],
  [0x01161970, 'GFS2'],
  [0x7461636f, 'OCFS2'],
  [0x61636673, 'ACFS'],
  [0xbeefdead, 'StorNext'],
  [0x013111a8, 'IBRIX'],
  [0x786f4256, 'a VirtualBox shared folder'],
  [0xbacbacbc, 'a VMware shared folder'],
  [0x7c7c6673, 'a Parallels shared folder'],
]);

/** FUSE has one number for local file systems and for remote ones; their names are in the list of mounts. */
const fuse = 0x65735546;
const localFuse: readonly string[] = [
  'fuseblk',
  'fuse.fuse-overlayfs',
  'fuse.gocryptfs',
  'fuse.encfs',
  'fuse.cryfs',
  'fuse.bindfs',
  'fuse.mergerfs',
  'fuse.ntfs-3g',
];

/** What the operating system is asked; tests answer in its place. */
export interface FileSystemProbe {
  readonly platform: NodeJS.Platform;
  /** The type in statfs(2). */
  readonly type: (path: string) => Promise<number>;
  /** /proc/self/mountinfo: https://docs.kernel.org/filesystems/proc.html */
  readonly mounts: () => Promise<string>;
}

export const systemProbe: FileSystemProbe = {
  platform: process.platform,
  type: async (path) => (await statfs(path)).type,
  mounts: () => readFile('/proc/self/mountinfo', 'utf8'),
};

/** A path as mountinfo writes it, with octal escapes for blanks. */
const unescaped = (path: string): string =>
  path.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

/** Name of the file system that a path is on, like `fuse.sshfs`: that of the longest mount point that the path begins with, the last if there are several. */
function mountedAt(mountinfo: string, path: string): string | undefined {
  const mounts = mountinfo.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ');
    const point = unescaped(before.split(' ')[4] ?? '');
    const name = after.split(' ')[0];
    const inside = point === '/' || path === point || path.startsWith(`${point}/`);
    return name && point !== '' && inside ? [{ point, name }] : [];
  });
  return mounts.toSorted((a, b) => a.point.length - b.point.length).at(-1)?.name;
}

/** Name of the network file system that a folder is on; `undefined`: it is local, or unknown. Only Linux reports it. */
async function networkFileSystem(folder: string, probe: FileSystemProbe): Promise<string | undefined> {
  if (probe.platform !== 'linux') return undefined;
  // 32 bits, signed or not.
  const type = (await probe.type(folder)) >>> 0;
  if (type !== fuse) return remote.get(type);
  const name = mountedAt(await probe.mounts().catch(() => ''), await realpath(folder));
  return name !== undefined && localFuse.includes(name) ? undefined : `FUSE${name === undefined ? '' : ` (${name})`}`;
}

/** Refuses a folder on a network file system. */
export async function requireLocalFileSystem(folder: string, probe: FileSystemProbe = systemProbe): Promise<void> {
  const name = await networkFileSystem(folder, probe);
  if (name === undefined) return;
  throw new LocalStoreError(
    'network',
    `${folder} is on a network file system, ${name}, where SQLite databases can be corrupted`,
    'Name a folder on a local disk with --database, or set XDG_DATA_HOME to one.',
  );
}
