/** Where the package lies and which version it is: the same from a clone and from an installed bundle. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { rules } from '../../shared/core/evaluation/rules.ts';

function rootAbove(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  const above = dirname(folder);
  if (above === folder)
    throw new Error('No package.json in the folders above the command line. The installation is incomplete: install it again.');
  return rootAbove(above);
}

export const packageRoot: string = rootAbove(import.meta.dirname);

const manifest: { readonly version: string } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'));
export const version: string = manifest.version;
export const tool = { name: 'hyperpod-auditor', version, rules: rules.hash } as const;
/** What `--version` prints. */
export const versionLine = `${tool.name} ${version} (rules ${tool.rules})`;

/** What `npm run deploy` calls the stack; meant where none is named. */
export const stackName = 'HyperPodAuditor';

/** The plan that is used when none is named. */
export const defaultPlan: string = join(packageRoot, 'infra/plan.yaml');
