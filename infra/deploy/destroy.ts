/** `npm run destroy`: says what goes, what stays and how to remove that too; asks; then `cdk destroy`. `-- --dry-run` only says. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { Ending, interrupted } from '../../functions/cli/exit.ts';
import { version } from '../../functions/cli/package.ts';
import { askTerminal } from '../../functions/cli/prompt.ts';
import { count } from '../../shared/core/render/words.ts';
import { stackNames } from '../stacks/stack-names.ts';
import { cdk } from './cdk.ts';
import { accountOf } from './deploy-screen.ts';
import { destroyLines } from './destroy-screen.ts';
import { hasTerminal, loadSynthesise, planOf, runScript, say } from './script.ts';
import { deployedTable, enabledIn, targetOf } from './target.ts';

interface DestroyOptions {
  readonly plan?: string;
  readonly profile?: string;
  readonly region?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

const command = new Command('npm run destroy --')
  .description('Take the auditor out of the account of your credentials; findings stay until you remove them.')
  .addOption(new Option('--plan <file>', 'the plan it was deployed with (default: infra/plan.yaml)'))
  .addOption(new Option('--profile <name>', 'profile of the AWS configuration files to take credentials from'))
  .addOption(new Option('--region <region>', 'region in which the auditor lives (default: the configured one)'))
  .addOption(new Option('--dry-run', 'only say what goes and what stays; needs no credentials'))
  .addOption(new Option('--yes', 'for scripts: do not ask'))
  .addHelpText(
    'after',
    `
Exit code: 0 taken out, or shown; 1 CDK failed; 3 nothing was done (the plan, the arguments, the credentials, no yes), or a
defect of this script; 130 interrupted.

Examples:
  $ npm run destroy -- --dry-run
  $ npm run destroy -- --plan my-plan.yaml --region us-west-2
  $ npm run destroy -- --plan my-plan.yaml --profile ml --region us-west-2 --yes`,
  );

const agreed = async (question: string): Promise<boolean> =>
  (await askTerminal(question, { input: process.stdin, output: process.stdout })).toLowerCase() === 'yes';

async function destroy(options: DestroyOptions): Promise<number> {
  const { plan } = planOf(options.plan);
  if (!options.dryRun && !options.yes && !hasTerminal())
    throw new Ending('Nothing was deleted: nobody is here to be asked. Run this in a terminal, or say --yes.');
  const target = await targetOf(options, !options.dryRun);
  const { identity, region } = target;
  const table = identity && (await deployedTable(stackNames.audit, options, region));
  const regions = identity && (await enabledIn(options, region));
  // In a region that is off there is nobody who could delete a stack, and CDK would stop there.
  const enabled = regions?.ok ? { enabled: regions.value } : {};
  const make = await loadSynthesise();
  const folder = mkdtempSync(join(tmpdir(), 'hyperpod-auditor-'));
  const assembly = join(folder, 'cdk.out');
  try {
    const { stacks } = await make(plan, {
      home: { account: accountOf(target), region },
      ...enabled,
      folder: assembly,
      bundles: join(folder, 'functions'),
      checked: false,
    });
    const where = identity
      ? `account ${identity.account}${identity.alias === undefined ? '' : ` (${identity.alias})`}`
      : 'an account that is not known';
    say(
      `hyperpod-auditor ${version} ${options.dryRun ? 'would be taken' : 'is taken'} out of ${where}, ${region}`,
      '',
      ...destroyLines({
        plan,
        stacks,
        region,
        ...enabled,
        ...(identity && { account: identity.account }),
        ...(table !== undefined && { table }),
        ...(options.profile !== undefined && { profile: options.profile }),
      }),
      '',
    );
    if (options.dryRun) {
      say('Nothing was deleted.');
      return 0;
    }
    if (!options.yes && !(await agreed(`Delete ${count(stacks.length, 'stack')} from ${where}? Type yes to go on: `)))
      throw new Ending('Nothing was deleted.');
    const code = await cdk('destroy', [...stacks.map((s) => s.name), '--app', assembly, '--force'], {
      region,
      ...(options.profile !== undefined && { profile: options.profile }),
    });
    if (code === 0) return 0;
    process.stderr.write(`hyperpod-auditor: cdk destroy ended with ${code}, as said above; run this again once that is mended.\n`);
    return code === interrupted ? interrupted : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

await runScript(command, destroy);
