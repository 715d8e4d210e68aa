/** `npm run deploy`: says what it is about to do, does it, and says what is left to do. `-- --dry-run` only says. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { interrupted, NoResultError } from '../../functions/process/exit.ts';
import { version } from '../../functions/process/package.ts';
import type { PlanFile } from '../../functions/process/plan-file.ts';
import { estimate, estimateLines } from '../cost/estimate.ts';
import { measured } from '../cost/measured.ts';
import { stackNames } from '../stacks/stack-names.ts';
import { assemblyFolder, cdk } from './cdk.ts';
import { accountOf, bootstrapCommand, forwardedRegions, outputsOf, previewLines, resultLines, stackLines } from './deploy-screen.ts';
import { accountScript, hasTerminal, loadSynthesise, planOf, runScript, type ScriptOptions, say } from './script.ts';
import { type DeployPrerequisites, type DeployTarget, enabledIn, prerequisitesOf, targetOf } from './target.ts';

const command = accountScript('deploy', {
  description: 'Put the auditor into the account of your credentials: build, show, then `cdk deploy`.',
  plan: 'the plan',
  dryRun: 'only say what would be made and what it would cost; needs no credentials',
  yes: 'for scripts: do not ask before access is widened',
  exitCodes: `Exit code: 0 deployed, or shown; 1 CDK failed; 3 nothing was done (the plan, the arguments, the credentials), or a defect
of this script; 130 interrupted.`,
});

/** What cannot be read without credentials. */
const noCredentials = { ok: false, reason: 'no AWS credentials' } as const;
const unknownPrerequisites = (regions: readonly string[]): DeployPrerequisites => ({
  bootstrap: noCredentials,
  recordings: new Map(regions.map((r) => [r, { state: 'unknown', reason: noCredentials.reason }])),
});

interface ShownPreview extends Pick<DeployPrerequisites, 'bootstrap'> {
  /** Regions that are enabled in the account, where that is known. */
  readonly enabled?: readonly string[];
}

/** Prints what is about to be done. Returns what was read for it. */
async function showPreview(
  options: ScriptOptions,
  { plan, planFile }: PlanFile,
  target: DeployTarget,
  verb: string,
): Promise<ShownPreview> {
  const enabled = target.identity ? await enabledIn(options, target.region) : noCredentials;
  const known = enabled.ok ? enabled.value : undefined;
  const regions = forwardedRegions(plan, target.region, known);
  const prerequisites = target.identity ? await prerequisitesOf(options, target.region, regions) : unknownPrerequisites(regions);
  const { profile } = options;
  say(`hyperpod-auditor ${version} ${verb}`, '', ...previewLines({ plan, planFile, target, enabled, ...prerequisites, profile }), '');
  return { bootstrap: prerequisites.bootstrap, enabled: known };
}

async function dryRun(options: ScriptOptions): Promise<number> {
  const read = planOf(options.plan);
  const target = await targetOf(options, false);
  const { enabled } = await showPreview(options, read, target, 'would deploy');
  const make = await loadSynthesise();
  const folder = mkdtempSync(join(tmpdir(), 'hyperpod-auditor-'));
  try {
    const { stacks } = await make(read.plan, {
      home: { account: accountOf(target), region: target.region },
      enabled,
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

async function deploy(options: ScriptOptions): Promise<number> {
  if (options.dryRun) return dryRun(options);
  const read = planOf(options.plan);
  if (!options.yes && !hasTerminal())
    throw new NoResultError('Widening access needs a confirmation: run this in a terminal, or add --yes.');
  const { plan } = read;
  const target = await targetOf(options, true);
  const { region } = target;
  const account = accountOf(target);
  const { bootstrap, enabled } = await showPreview(options, read, target, 'deploys');
  if (bootstrap.ok && bootstrap.value === null)
    throw new NoResultError(`Nothing was deployed: run \`${bootstrapCommand(account, region, options.profile)}\` first, then this again.`);
  const make = await loadSynthesise();
  const { stacks, memberTemplate } = await make(plan, {
    home: { account, region },
    enabled,
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
    { region, profile: options.profile },
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
      profile: options.profile,
      enabled,
      memberTemplate,
    }),
  );
  return 0;
}

await runScript(command, deploy);
