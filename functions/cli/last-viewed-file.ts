/** Where a dashboard keeps when its operator last looked. */
import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { databaseFolder, stackName } from './database.ts';
import type { SourceOptions } from './questions.ts';

/**
 * Beside this machine's own database. What is asked elsewhere has no place for it: there it is a file among the operator's
 * state (XDG), one for each endpoint, table or stack, told apart by all that decides which one an option means.
 */
export function lookedFile(options: SourceOptions, env: NodeJS.ProcessEnv = process.env): string {
  const { deployed, url, table, stack = deployed ? stackName : undefined, home, profile } = options;
  if (url === undefined && table === undefined && stack === undefined) return join(databaseFolder(options), 'looked');
  const where = [home ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION, profile ?? env.AWS_PROFILE];
  const asked = createHash('sha256')
    .update(JSON.stringify(url === undefined ? [table, stack, ...where] : [url]))
    .digest('hex');
  return join(env.XDG_STATE_HOME || join(homedir(), '.local/state'), 'hyperpod-auditor', `looked-${asked.slice(0, 16)}`);
}
