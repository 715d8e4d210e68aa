/** `npm run deploy`: says what it is about to do, does it, and says what is left to do. `-- --dry-run` only says. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Option } from 'commander';
import { interrupted, NoResultError } from '../../functions/process/exit.ts';
import { version } from '../../functions/process/package.ts';
import type { PlanFile } from '../../functions/process/plan-file.ts';
import { wrongValue } from '../../functions/process/wrong-value.ts';
import type { DeployedIndexes } from '../../shared/aws/deployment/table-protection.ts';
import type { Read } from '../../shared/core/evaluation/facts.ts';
import { count } from '../../shared/core/render/words.ts';
import { estimate, estimateLines } from '../cost/estimate.ts';
import { measured } from '../cost/measured.ts';
import { stackNamesOf } from '../stacks/stack-names.ts';
import { assemblyFolder, type CdkOptions, cdk } from './cdk.ts';
import {
  accountOf,
  bootstrapCommand,
  forwardedRegions,
  keyPolicyLines,
  outputsOf,
  previewLines,
  resultLines,
  type SynthesisedStack,
  stackLines,
} from './deploy-screen.ts';
import { upgradeLines, upgradeSteps } from './index-upgrade.ts';
import { nameFault, planFaults, reservationFault } from './plan-faults.ts';
import { deployStacks, failureLines, protectionLines } from './run-stacks.ts';
import { accountScript, agreed, hasTerminal, loadSynthesise, planOf, runScript, type ScriptOptions, say } from './script.ts';
import {
  type DeployPrerequisites,
  type DeployTarget,
  deployedElsewhere,
  enabledIn,
  indexesOf,
  isDeployed,
  prerequisitesOf,
  protectionOf,
  targetOf,
} from './target.ts';

const command = accountScript('deploy', {
  description: 'Put the auditor into the account of your credentials: build, show, then `cdk deploy`.',
  plan: 'the plan',
  dryRun: 'only say what would be made and what it would cost; needs no credentials',
  yes: 'for scripts: do not ask',
  exitCodes: `Exit code: 0 deployed, or shown; 1 a stack failed; 3 nothing was done (the plan, the arguments, the credentials, no yes),
or a defect of this script; 130 interrupted.`,
}).addOption(
  new Option('--concurrency <number>', 'stacks of other regions that are deployed at once')
    .argParser((text) => {
      if (!/^[1-9]\d?$/.test(text)) throw wrongValue('--concurrency', 'a whole number from 1 to 99', text);
      return Number(text);
    })
    .default(4),
);

interface DeployOptions extends ScriptOptions {
  readonly concurrency: number;
}

/** What cannot be read without credentials. */
const noCredentials = { ok: false, reason: 'no AWS credentials' } as const;
const unknownPrerequisites = (regions: readonly string[]): DeployPrerequisites => ({
  bootstrap: noCredentials,
  concurrency: noCredentials,
  recordings: new Map(regions.map((r) => [r, { state: 'unknown', reason: noCredentials.reason }])),
});

interface ShownPreview extends Pick<DeployPrerequisites, 'bootstrap'> {
  /** Regions that are enabled in the account, where that is known. */
  readonly enabled?: readonly string[];
  /** Of the deployed findings table, if there is one. */
  readonly indexes?: Read<DeployedIndexes>;
}

/** Prints what is about to be done. Returns what was read for it. */
async function showPreview(
  options: ScriptOptions,
  { plan, planFile }: PlanFile,
  target: DeployTarget,
  verb: string,
): Promise<ShownPreview> {
  const refuse = (faults: readonly string[]): void => {
    if (faults.length > 0) throw new NoResultError(`Nothing was deployed: ${planFile} does not fit here.\n${faults.join('\n')}`);
  };
  refuse(planFaults(plan, target));
  const enabled = target.identity ? await enabledIn(options, target.region) : noCredentials;
  const known = enabled.ok ? enabled.value : undefined;
  const regions = forwardedRegions(plan, target.region, known);
  const prerequisites = target.identity ? await prerequisitesOf(options, target.region, regions) : unknownPrerequisites(regions);
  const elsewhere = known ? await deployedElsewhere(stackNamesOf(plan).audit, options, target.region, known) : [];
  refuse([nameFault(plan, elsewhere), reservationFault(plan, prerequisites.concurrency)].filter((f) => f !== undefined));
  const indexes = target.identity ? await indexesOf(stackNamesOf(plan).audit, options, target.region) : undefined;
  const { profile } = options;
  say(
    `hyperpod-auditor ${version} ${verb}`,
    '',
    ...previewLines({ plan, planFile, target, enabled, ...prerequisites, profile }),
    ...upgradeLines(indexes),
    ...keyPolicyLines(plan, target),
    '',
  );
  return { bootstrap: prerequisites.bootstrap, enabled: known, ...(indexes && { indexes }) };
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
      enabled,
      folder: join(folder, 'cdk.out'),
      bundles: join(folder, 'functions'),
      checked: false,
    });
    const audit = stacks.find((s) => s.name === stackNamesOf(read.plan).audit);
    if (!audit) throw new Error('The app has an audit stack.');
    const estimated = estimate(read.plan, audit.template, measured);
    say(...stackLines(stacks), ...estimateLines(estimated, measured), '', 'Nothing was deployed.');
    return 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Shows how access widens in all stacks, and asks once for them all. */
async function approve(stacks: readonly SynthesisedStack[], where: CdkOptions): Promise<void> {
  say('ACCESS', '');
  const code = await cdk('diff', [...stacks.map((s) => s.name), '--app', assemblyFolder, '--security-only', '--method', 'template'], where);
  if (code !== 0) throw new NoResultError(`Nothing was deployed: cdk diff ended with ${code}, as said above.`);
  if (!(await agreed(`Deploy ${count(stacks.length, 'stack')}? Type yes to go on: `))) throw new NoResultError('Nothing was deployed.');
}

/** Says on stderr where a table that was deployed could be deleted. */
async function isProtected(table: string, options: DeployOptions, region: string): Promise<boolean> {
  const read = await protectionOf(table, options, region);
  const faults = protectionLines(table, region, read, options.profile);
  if (faults.length > 0) process.stderr.write(`hyperpod-auditor: ${faults.join('\n')}\n`);
  return !read.ok || read.value;
}

async function deploy(options: DeployOptions): Promise<number> {
  if (options.dryRun) return dryRun(options);
  const { profile } = options;
  const read = planOf(options.plan);
  if (!options.yes && !hasTerminal())
    throw new NoResultError('Widening access needs a confirmation: run this in a terminal, or add --yes.');
  const { plan } = read;
  const names = stackNamesOf(plan);
  const target = await targetOf(options, true);
  const { region } = target;
  const account = accountOf(target);
  const { bootstrap, enabled, indexes } = await showPreview(options, read, target, 'deploys');
  if (bootstrap.ok && bootstrap.value === null)
    throw new NoResultError(`Nothing was deployed: run \`${bootstrapCommand(account, region, profile)}\` first, then this again.`);
  const between = upgradeSteps(indexes);
  const make = await loadSynthesise();
  const stands = { home: { account, region }, enabled, folder: assemblyFolder, checked: true };
  const { stacks, memberTemplate, templateBytes } = await make(plan, stands);
  if (!options.yes) await approve(stacks, { region, profile });
  const first = `${assemblyFolder}.first`;
  const isFirst = !(await isDeployed(names.audit, options, region));
  if (isFirst) await make(plan, { ...stands, firstDeployment: true, folder: first, checked: false });
  const steps: string[] = [];
  for (const [n, indexes] of between.entries()) {
    const folder = `${assemblyFolder}.indexes-${n + 1}`;
    await make(plan, { ...stands, indexes, folder, checked: false });
    steps.push(folder);
  }
  const outputsFile = join(assemblyFolder, 'outputs.json');
  const audit = stacks.find((s) => s.name === names.audit);
  if (!audit) throw new Error('The app has an audit stack.');
  const ordered = [audit, ...stacks.filter((s) => s !== audit)] as const;
  const failed = await deployStacks(ordered, {
    run: cdk,
    ...(plan.deployment?.cloudFormationRole !== undefined && { roleArn: plan.deployment.cloudFormationRole }),
    assemblies: [...(isFirst ? [first] : []), ...steps, assemblyFolder],
    outputsFile,
    atOnce: options.concurrency,
    region,
    profile,
  });
  // The exit code comes last, and with it what failed: with the audit stack the next steps are the same.
  const end = (): number => {
    if (failed.length === 0) return 0;
    process.stderr.write(`hyperpod-auditor: ${failureLines(failed, ordered).join('\n')}\n`);
    return failed.some((s) => s.code === interrupted) ? interrupted : 1;
  };
  if (failed.some((s) => s.name === names.audit)) return end();
  const outputs = outputsOf(JSON.parse(readFileSync(outputsFile, 'utf8')), names.audit);
  const at = new Date().toISOString();
  say('', 'DEPLOYED', ...resultLines({ plan, outputs, account, region, at, profile, enabled, memberTemplate, templateBytes }));
  const protectedTable = await isProtected(outputs.FindingsTable ?? '', options, region);
  return end() || (protectedTable ? 0 : 1);
}

await runScript(command, deploy);
