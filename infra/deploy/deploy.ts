/** `npm run deploy`: says what it is about to do, does it, and says what is left to do. `-- --dry-run` only says. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { Ending, interrupted } from '../../functions/cli/exit.ts';
import { version } from '../../functions/cli/package.ts';
import type { PlanFile } from '../../functions/cli/plan-file.ts';
import { estimate, estimateLines } from '../cost/estimate.ts';
import { measured } from '../cost/measured.ts';
import { stackNames } from '../stacks/stack-names.ts';
import { assemblyFolder, cdk } from './cdk.ts';
import { accountOf, bootstrapCommand, listenedTo, outputsOf, previewLines, resultLines, stackLines } from './deploy-screen.ts';
import { hasTerminal, loadSynthesise, planOf, runScript, say } from './script.ts';
import { type DeployPrerequisites, type DeployTarget, enabledIn, prerequisitesOf, targetOf } from './target.ts';

interface DeployOptions {
  readonly plan?: string;
  readonly profile?: string;
  readonly region?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

const command = new Command('npm run deploy --')
  .description('Put the auditor into the account of your credentials: build, show, then `cdk deploy`.')
  .addOption(new Option('--plan <file>', 'the plan (default: infra/plan.yaml)'))
  .addOption(new Option('--profile <name>', 'profile of the AWS configuration files to take credentials from'))
  .addOption(new Option('--region <region>', 'region in which the auditor lives (default: the configured one)'))
  .addOption(new Option('--dry-run', 'only say what would be made and what it would cost; needs no credentials'))
  .addOption(new Option('--yes', 'for scripts: do not ask before access is widened'))
  .addHelpText(
    'after',
    `
Exit code: 0 deployed, or shown; 1 CDK failed; 3 nothing was done (the plan, the arguments, the credentials), or a defect
of this script; 130 interrupted.

Examples:
  $ npm run deploy -- --dry-run
  $ npm run deploy -- --plan my-plan.yaml --region us-west-2
  $ npm run deploy -- --plan my-plan.yaml --profile ml --region us-west-2 --yes`,
  );

/** What nobody was asked, since it is not known as whom. */
const noCredentials = { ok: false, reason: 'there is nobody to ask as' } as const;
const unknownPrerequisites = (regions: readonly string[]): DeployPrerequisites => ({
  bootstrap: noCredentials,
  recordings: new Map(regions.map((r) => [r, { state: 'unknown', reason: noCredentials.reason }])),
});

interface ShownPreview extends Pick<DeployPrerequisites, 'bootstrap'> {
  /** Regions that are enabled in the account, where that is known. */
  readonly enabled?: readonly string[];
}

/** Says what is about to be done, and what of the ground it rests on. */
async function showPreview(
  options: DeployOptions,
  { plan, planFile }: PlanFile,
  target: DeployTarget,
  verb: string,
): Promise<ShownPreview> {
  const enabled = target.identity ? await enabledIn(options, target.region) : noCredentials;
  const known = enabled.ok ? enabled.value : undefined;
  const regions = listenedTo(plan, target.region, known);
  const ground = target.identity ? await prerequisitesOf(options, target.region, regions) : unknownPrerequisites(regions);
  const { profile } = options;
  say(
    `hyperpod-auditor ${version} ${verb}`,
    '',
    ...previewLines({ plan, planFile, target, enabled, ...ground, ...(profile !== undefined && { profile }) }),
    '',
  );
  return { bootstrap: ground.bootstrap, ...(known && { enabled: known }) };
}

async function dryRun(options: DeployOptions): Promise<number> {
  const read = planOf(options.plan);
  const target = await targetOf(options, false);
  const { enabled } = await showPreview(options, read, target, 'would deploy');
  const make = await loadSynthesise();
  const folder = mkdtempSync(join(tmpdir(), 'hyperpod-auditor-'));
  try {
    const { stacks } = await make(read.plan, {
      home: { account: accountOf(target), region: target.region },
      ...(enabled && { enabled }),
      folder: join(folder, 'cdk.out'),
      bundles: join(folder, 'functions'),
      checked: false,
    });
    const audit = stacks.find((s) => s.name === stackNames.audit);
    if (!audit) throw new Error('The app has an audit stack.');
    const estimated = estimate(read.plan, audit.template, measured);
    say(...stackLines(stacks), ...estimateLines(estimated, measured), '', 'Nothing was deployed.');
    return 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function deploy(options: DeployOptions): Promise<number> {
  if (options.dryRun) return dryRun(options);
  const read = planOf(options.plan);
  if (!options.yes && !hasTerminal())
    throw new Ending('Nobody is here to be asked before access is widened: run this in a terminal, or say --yes.');
  const { plan } = read;
  const target = await targetOf(options, true);
  const { region } = target;
  const account = accountOf(target);
  const { bootstrap, enabled } = await showPreview(options, read, target, 'deploys');
  if (bootstrap.ok && bootstrap.value === null)
    throw new Ending(`Nothing was deployed: run \`${bootstrapCommand(account, region, options.profile)}\` first, then this again.`);
  const make = await loadSynthesise();
  const { stacks, memberTemplate } = await make(plan, {
    home: { account, region },
    ...(enabled && { enabled }),
    folder: assemblyFolder,
    checked: true,
  });
  const outputsFile = join(assemblyFolder, 'outputs.json');
  const code = await cdk(
    'deploy',
    [
      ...stacks.map((s) => s.name),
      '--app',
      assemblyFolder,
      '--outputs-file',
      outputsFile,
      ...(options.yes ? ['--require-approval', 'never'] : []),
    ],
    { region, ...(options.profile !== undefined && { profile: options.profile }) },
  );
  if (code !== 0) {
    process.stderr.write(
      `hyperpod-auditor: cdk deploy ended with ${code}, as said above; CloudFormation puts back what a failed stack changed.\n`,
    );
    return code === interrupted ? interrupted : 1;
  }
  const outputs = outputsOf(JSON.parse(readFileSync(outputsFile, 'utf8')), stackNames.audit);
  say(
    '',
    'DEPLOYED',
    ...resultLines({
      plan,
      outputs,
      account,
      region,
      at: new Date().toISOString(),
      ...(options.profile !== undefined && { profile: options.profile }),
      ...(enabled && { enabled }),
      ...(memberTemplate !== undefined && { memberTemplate }),
    }),
  );
  return 0;
}

await runScript(command, deploy);
