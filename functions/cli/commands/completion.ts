import type { CommandDefinition } from '../command.ts';
import { plainCodes } from '../help.ts';

export const completionCommand: CommandDefinition = {
  name: 'completion',
  description: 'print the script that completes commands, options and their values in bash, zsh or fish',
  arguments: {
    '<shell...>': 'bash (4 or newer), zsh or fish; the script adds -- and the words typed so far, to get what may follow',
  },
  help: `
Completes commands, options, their values, ids of checks, regions and files. Install it with one of the lines below, and start a
new shell. It completes the command \`hyperpod-auditor\`. Where it is not installed as a command, define a function of that name:

  bash, zsh  hyperpod-auditor() { npx --no-install hyperpod-auditor "$@"; }
  fish       function hyperpod-auditor; npx --no-install hyperpod-auditor $argv; end
${plainCodes('the script, or what may follow, is printed', 'the arguments')}`,
  examples: [
    "completion bash > ~/.hyperpod-auditor.bash && echo '. ~/.hyperpod-auditor.bash' >> ~/.bashrc",
    "completion zsh > ~/.hyperpod-auditor.zsh && echo '. ~/.hyperpod-auditor.zsh' >> ~/.zshrc",
    'completion fish > ~/.config/fish/completions/hyperpod-auditor.fish',
  ],
  action: async () => (await import('../actions/completion.ts')).printCompletion,
};
