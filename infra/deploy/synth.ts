/** `npm run synth`: the one place where CDK's own validation and cdk-nag look at the stacks of a plan. Needs no credentials. */
import { Option } from 'commander';
import { StrictCommand } from '../../functions/process/strict-command.ts';
import { assemblyFolder, cdk } from './cdk.ts';
import { fromCaller, runScript } from './script.ts';

const command = new StrictCommand('npm run synth --')
  .description('Synthesise the stacks of a plan into .build/cdk.out and hold them against the rules of CDK and cdk-nag.')
  .addOption(new Option('--plan <file>', 'the plan (default: infra/plan.yaml)'));

await runScript(command, ({ plan }: { readonly plan?: string }) =>
  cdk('synth', [
    '--quiet',
    '--app',
    'node infra/app.ts',
    '--output',
    assemblyFolder,
    ...(plan === undefined ? [] : ['--context', `plan=${fromCaller(plan)}`]),
  ]),
);
