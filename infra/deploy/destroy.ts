/** `npm run destroy`: says what goes, what stays and how to remove that too; asks; then `cdk destroy`. `-- --dry-run` only says. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { interrupted, NoResultError } from '../../functions/process/exit.ts';
import { version } from '../../functions/process/package.ts';
import { count } from '../../shared/core/render/words.ts';
import { stackNamesOf } from '../stacks/stack-names.ts';
import { cdk } from './cdk.ts';
import { accountOf } from './deploy-screen.ts';
import { destroyLines } from './destroy-screen.ts';
import { roleOption } from './run-stacks.ts';
import { accountScript, agreed, hasTerminal, loadSynthesise, planOf, runScript, type ScriptOptions, say } from './script.ts';
import { deployedTable, enabledIn, targetOf } from './target.ts';

const command = accountScript('destroy', {
  description: 'Take the auditor out of the account of your credentials; findings stay until you remove them.',
  plan: 'the plan it was deployed with',
  dryRun: 'only say what goes and what stays; needs no credentials',
  yes: 'for scripts: do not ask',
  exitCodes: `Exit code: 0 taken out, or shown; 1 CDK failed; 3 nothing was done (the plan, the arguments, the credentials, no yes), or a
defect of this script; 130 interrupted.`,
});

async function destroy(options: ScriptOptions): Promise<number> {
  const { plan } = planOf(options.plan);
  if (!options.dryRun && !options.yes && !hasTerminal())
    throw new NoResultError('Nothing was deleted: this needs a confirmation. Run it in a terminal, or add --yes.');
  const target = await targetOf(options, !options.dryRun);
  const { identity, region } = target;
  const table = identity && (await deployedTable(stackNamesOf(plan).audit, options, region));
  const regions = identity && (await enabledIn(options, region));
  // In a region that is not enabled no stack can be deleted, and CDK would stop there.
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
        account: identity?.account,
        table,
        profile: options.profile,
      }),
      '',
    );
    if (options.dryRun) {
      say('Nothing was deleted.');
      return 0;
    }
    if (!options.yes && !(await agreed(`Delete ${count(stacks.length, 'stack')} from ${where}? Type yes to go on: `)))
      throw new NoResultError('Nothing was deleted.');
    const code = await cdk(
      'destroy',
      [...stacks.map((s) => s.name), '--app', assembly, '--force', ...roleOption(plan.deployment?.cloudFormationRole)],
      {
        region,
        profile: options.profile,
      },
    );
    if (code === 0) return 0;
    process.stderr.write(`hyperpod-auditor: cdk destroy ended with ${code}, as said above; fix that and run this again.\n`);
    return code === interrupted ? interrupted : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

await runScript(command, destroy);
