/** The process of the command line: `hyperpod-auditor --help`. */
import { startCommandsWith } from '../../shared/core/text/own-command.ts';
import { changedWords } from './account-changes.ts';
import { commandPrefix } from './command-prefix.ts';
import { runToEnd } from './crashes.ts';
import { interrupted } from './exit.ts';
import { run } from './run.ts';

startCommandsWith(commandPrefix);

process.on('SIGINT', () => {
  process.stderr.write(`\nhyperpod-auditor: interrupted; ${changedWords()}.\n`);
  process.exit(interrupted);
});

await runToEnd(() => run(process.argv.slice(2)), changedWords);
