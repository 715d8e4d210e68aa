/** The process of the command line: `hyperpod-auditor --help`. */
import { startCommandsWith } from '../../shared/core/text/own-command.ts';
import { commandPrefix } from '../process/command-prefix.ts';
import { runToEnd } from '../process/crashes.ts';
import { interrupted, terminated } from '../process/exit.ts';
import { changedWords, interruptedWords } from './account-changes.ts';
import { run } from './run.ts';

startCommandsWith(commandPrefix);

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    process.stderr.write(`\nhyperpod-auditor: ${interruptedWords(signal)}.\n`);
    process.exit(signal === 'SIGINT' ? interrupted : terminated);
  });

await runToEnd(() => run(process.argv.slice(2)), changedWords);
