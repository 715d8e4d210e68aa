/** The file in which a dashboard stores when its operator last viewed it. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { currentIo } from '../process/io.ts';
import { stackName } from '../process/package.ts';
import { databaseFolder } from './database.ts';
import type { SourceOptions } from './questions.ts';

/**
 * Next to this machine's own database. What is asked elsewhere has no place for it: there it is a file among the operator's
 * state (XDG), one for each endpoint, table or stack, named by everything that decides which one an option means.
 */
export function lastViewedFile(options: SourceOptions, env: NodeJS.ProcessEnv = currentIo().env): string {
  const { deployed, url, table, stack = deployed ? stackName : undefined, stackRegion, profile } = options;
  if (url === undefined && table === undefined && stack === undefined) return join(databaseFolder(options), 'looked');
  const where = [stackRegion ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION, profile ?? env.AWS_PROFILE];
  const asked = createHash('sha256')
    .update(JSON.stringify(url === undefined ? [table, stack, ...where] : [url]))
    .digest('hex');
  return join(env.XDG_STATE_HOME || join(currentIo().home, '.local/state'), 'hyperpod-auditor', `looked-${asked.slice(0, 16)}`);
}
