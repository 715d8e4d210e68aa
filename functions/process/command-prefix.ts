/** How this process was started, so that the command lines it prints can be copied: they run this tool and no other. */
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { type CommandLine, commandLine } from '../../shared/core/text/command-line.ts';
import { installedCommand } from '../../shared/core/text/own-command.ts';
import { packageRoot } from './package.ts';

const program = 'hyperpod-auditor';

/** Whether a file is this tool's launcher, or a link to it. */
const isLauncher = (file: string, launcher: string): boolean => existsSync(file) && realpathSync(file) === realpathSync(launcher);

const above = (folder: string): readonly string[] => {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...above(parent)];
};

/**
 * Whether npx runs this tool in the folder: the nearest folder above with a package.json or node_modules is its clone, or
 * some folder above has it installed. Otherwise it would ask the registry.
 */
function isFoundByNpx(folder: string, root: string, launcher: string): boolean {
  const folders = above(folder);
  const nearest = folders.find((f) => existsSync(join(f, 'package.json')) || existsSync(join(f, 'node_modules')));
  const isClone = nearest !== undefined && existsSync(join(nearest, 'package.json')) && realpathSync(nearest) === realpathSync(root);
  if (isClone) return JSON.parse(readFileSync(join(nearest, 'package.json'), 'utf8')).bin?.[program] !== undefined;
  const installed = folders.map((f) => join(f, 'node_modules/.bin', program)).find(existsSync);
  return installed !== undefined && isLauncher(installed, launcher);
}

export interface CommandStart {
  /** Folder of the package. */
  readonly root: string;
  /** Folder that the caller stands in. */
  readonly folder: string;
  /** PATH. */
  readonly path: string;
}

/** npm runs scripts in the folder of the package and says where it was called. */
const started = (): CommandStart => ({
  root: packageRoot,
  folder: process.env.INIT_CWD ?? process.cwd(),
  path: process.env.PATH ?? '',
});

/** The shortest beginning that runs this very tool where the caller stands. */
export function commandPrefix({ root, folder, path }: CommandStart = started()): CommandLine {
  const launcher = join(root, 'functions/cli/hyperpod-auditor.mjs');
  // Folders that npm and npx put there are gone when they end.
  const lasting = path.split(delimiter).filter((f) => f !== '' && !/node_modules[/\\]\.bin|node-gyp-bin|[/\\]_npx[/\\]/.test(f));
  const onPath = lasting.map((f) => join(f, program)).find(existsSync);
  if (onPath !== undefined && isLauncher(onPath, launcher)) return commandLine([program]);
  return isFoundByNpx(folder, root, launcher) ? installedCommand : commandLine(['node', launcher]);
}
