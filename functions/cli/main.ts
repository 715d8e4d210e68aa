/** The process of the command line: `hyperpod-auditor --help`. */
import { startCommandsWith } from '../../shared/core/text/own-command.ts';
import { commandPrefix } from '../process/command-prefix.ts';
import { runToEnd } from '../process/crashes.ts';
import { interrupted } from '../process/exit.ts';
import { changedWords } from './account-changes.ts';
import { run } from './run.ts';

startCommandsWith(commandPrefix);

process.on('SIGINT', () => {
  process.stderr.write(`\nhyperpod-auditor: interrupted; ${changedWords()}.\n`);
  process.exit(interrupted);
});

await runToEnd(() => run(process.argv.slice(2)), changedWords);
