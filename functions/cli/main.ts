/** The command line: `hyperpod-auditor --help`. */

import { Command, CommanderError, Option } from 'commander';
import { printableLines } from '../../shared/core/render/printable.ts';
import { ownExample, startCommandsWith } from '../../shared/core/text/own-command.ts';
import { changedWords } from './account-changes.ts';
import { commandPrefix } from './command-prefix.ts';
import { runToEnd, sayDefect } from './crashes.ts';
import { Ending, interrupted, noResult, sentenceOf } from './exit.ts';
import { resultFormats } from './formats.ts';
import { versionLine } from './package.ts';

const collected = (value: string, before: readonly string[] | undefined): readonly string[] => [...(before ?? []), value];

/** What `npm run deploy` calls the stack. */
const stackName = 'HyperPodAuditor';

const options = {
  plan: () => new Option('--plan <file>', 'the plan; default: the bundled infra/plan.yaml, which audits whatever runs'),
  region: () => new Option('--region <region>', 'only this region (repeatable), or `all` enabled ones').argParser(collected),
  account: () => new Option('--account <id>', 'only this account of those in scope (repeatable)').argParser(collected),
  cluster: () => new Option('--cluster <name>', 'only this planned or running cluster (repeatable)').argParser(collected),
  profile: () => new Option('--profile <name>', 'profile of the AWS configuration files to take credentials from'),
  format: (formats: readonly string[]) => new Option('--format <format>', 'how to print the result').choices(formats).default(formats[0]),
  output: () => new Option('--output <file>', 'write the result to this file instead of stdout'),
  level: () =>
    new Option('--level <level>', 'show failures of this level and above; never changes the exit code')
      .choices(['required', 'recommended'])
      .default('recommended'),
  quiet: () => new Option('--quiet', 'no progress on stderr'),
  noColor: () => new Option('--no-color', 'no colours (also NO_COLOR, and whenever stdout is no terminal)'),
  sandbox: () => new Option('--sandbox', 'use the simulated account: no AWS account, no credentials'),
  database: () =>
    new Option(
      '--database <folder>',
      'folder on a local disk in which findings are stored, readable by you only (default: your data folder)',
    ),
  timeout: () => new Option('--timeout <seconds>', 'end the audit of a region after this long').argParser(seconds).default(120),
};

/** Where questions are answered. */
const sources = () => [
  new Option('--deployed', 'ask the deployed endpoint, signed with the usual credentials'),
  new Option('--url <url>', 'ask this endpoint; the stack prints it as QueryUrlOutput'),
  new Option('--stack <name>', `the deployed stack, ${stackName} unless it was renamed: it tells its endpoint and its table`),
  new Option('--table <name>', 'read this findings table of a deployed auditor'),
  new Option('--home <region>', 'where stack or table are (default: AWS_REGION, or the region of the profile)'),
  options.profile(),
  options.database(),
  options.sandbox(),
];

const answers = () => [options.format(['text', 'json', 'csv']), options.output(), options.noColor()];

/** Filters of questions; what they take is checked where they are answered. */
const filter = {
  account: () => new Option('--account <id>', 'only this account'),
  region: () => new Option('--region <region>', 'only this region'),
  cluster: () => new Option('--cluster <name>', 'only what is about this cluster'),
  check: () => new Option('--check <id>', 'only this check'),
  resource: () => new Option('--resource <name>', 'only what is about this resource'),
  level: () => new Option('--level <level>', 'only what is of this level').choices(['required', 'recommended']),
  status: () => new Option('--status <status>', 'only this verdict').choices(['pass', 'fail']),
  state: () => new Option('--state <state>', 'only clusters in this state').choices(['BLOCKED', 'UNKNOWN', 'AT_RISK', 'READY']),
  muted: () => new Option('--muted [yes]', 'only what is muted; false: only what is not').choices(['true', 'false']),
  open: () => new Option('--open [yes]', 'only failures that nobody muted; false: only the others').choices(['true', 'false']),
  of: () => new Option('--of <kind>', 'only changes of this kind of thing').choices(['finding', 'coverage', 'readiness']),
  cause: () =>
    new Option('--cause <cause>', 'only changes of this cause').choices(['account', 'plan', 'auditor', 'visibility', 'baseline']),
  at: () => new Option('--at <moment>', 'as it was then, or at the end of that minute: 2026-11-01T12:00Z, or 7d ago as 7d'),
  since: () => new Option('--since <moment>', 'from then on: 24h, 7d, 2026-11-01'),
  from: () => new Option('--from <moment>', 'from then on'),
  to: () => new Option('--to <moment>', 'up to then, or to the end of that minute (default: now)'),
  limit: () => new Option('--limit <n>', 'at most so many').argParser(whole).default(1000),
};

function whole(text: string): number {
  const n = Number(text);
  if (Number.isInteger(n) && n >= 1) return n;
  throw new CommanderError(noResult, 'hyperpod-auditor.limit', `error: --limit takes a whole number from 1 on, not "${text}".`);
}

function seconds(text: string): number {
  const n = Number(text);
  if (Number.isFinite(n) && n >= 1 && n <= 3600) return n;
  throw new CommanderError(
    noResult,
    'hyperpod-auditor.timeout',
    `error: --timeout takes a number of seconds from 1 to 3600, not "${text}".`,
  );
}

/** Where the deployed auditor is. */
const deployed = () =>
  [
    new Option('--stack <name>', `the deployed stack, ${stackName} unless it was renamed: it tells its parts`),
    new Option('--region <region>', 'where it is deployed (default: AWS_REGION, or the region of the profile)'),
  ] as const;

function port(text: string): number {
  const n = Number(text);
  if (Number.isInteger(n) && n >= 1 && n <= 65_535) return n;
  throw new CommanderError(noResult, 'hyperpod-auditor.port', `error: --port takes a whole number from 1 to 65535, not "${text}".`);
}

const exitCodes = `
Exit code:
  0  nothing required fails, and everything required was evaluated
  1  something required fails, or a planned region is not enabled
  2  nothing fails, but something required was not evaluated, or the selection holds no cluster
  3  no result: the plan, the arguments, the credentials, or a defect of this tool
  130  interrupted
Warnings, such as an expired mute, never change it.`;

const collectCodes = `
Exit code:
  0  facts of every account and region in scope are in the snapshot
  2  of an account or region no facts could be read; the snapshot says so. Or the selection holds no cluster
  3  no result: the plan, the arguments, the credentials, or a defect of this tool`;

const selectionHelp = `
--account, --region and --cluster narrow what is read and shown. The result says how many planned clusters are outside, and the
exit code covers the selection.
`;

const examples = (...lines: readonly string[]): string => `\nExamples:\n${lines.map((l) => `  $ ${ownExample(l)}`).join('\n')}\n`;

const fitHelp = `
Judges by the checks of an audit, each subnet with the security groups of its VPC that fit best, on EKS with each EKS
cluster. What was not looked at is said; whether instances are free nobody can see. \`policy --for fit\` prints the IAM
policy it takes.

Exit code:
  0  somewhere nothing required is missing, and everything required was seen
  1  something required is missing everywhere
  2  nowhere for certain, but somewhere something required could not be seen
  3  no result: the arguments, the credentials, or a defect of this tool
  130  interrupted
${examples('fit --sandbox --type ml.p5.48xlarge --count 16 --orchestrator slurm', 'fit --type ml.p5.48xlarge --count 32 --orchestrator eks --regions us-west-2,us-east-1', 'fit --type ml.trn2.48xlarge --count 8 --orchestrator slurm --regions all --write my-plan.yaml')}`;

const quotaHelp = `
Never asks for less than the value in force, nor for a quota for which a request is open, and keeps within the number of
open requests that AWS allows. \`policy --for quota-request\` prints the IAM policy it takes.

Exit code:
  0  the plan lacks nothing that was not asked for, now or before
  1  something is lacking and was not asked for
  2  nothing is known to be lacking, but something could not be judged
  3  no result: the plan, the arguments, the credentials, nobody to confirm, or a defect of this tool
  130  interrupted
${examples('quota request --sandbox --dry-run', 'quota request --plan my-plan.yaml', 'quota request --plan my-plan.yaml --region us-east-1 --yes')}`;

/** The code a command ended with; commander's own actions have none to give. */
let code = 0;
/** A command is loaded when it runs: help and mistakes in the arguments need no SDK. */
const runs =
  <A extends readonly unknown[]>(load: () => Promise<(...args: A) => Promise<number>>) =>
  async (...args: A) => {
    const command = await load();
    code = await command(...args);
  };

function program(): Command {
  const root = new Command('hyperpod-auditor')
    .configureOutput({ writeErr: (text) => process.stderr.write(printableLines(text)) })
    .description(
      'Tells whether an Amazon SageMaker HyperPod cluster would come up in this account and region today. Reads only; what `quota request` asks of AWS, it sends once confirmed.',
    )
    .version(versionLine)
    .showHelpAfterError('(--help shows what is accepted)')
    .addHelpText(
      'after',
      `${exitCodes}\n${examples('audit --sandbox', 'audit --plan my-plan.yaml', 'init --region us-west-2 > my-plan.yaml', 'policy --plan my-plan.yaml > policy.json')}`,
    );
  const command = (name: string, description: string, ...wanted: readonly Option[]): Command => {
    const made = root.command(name).description(description).showHelpAfterError('(--help shows what is accepted)');
    for (const option of wanted) made.addOption(option);
    return made;
  };
  const common = () => [
    options.plan(),
    options.region(),
    options.profile(),
    options.sandbox(),
    options.output(),
    options.timeout(),
    options.quiet(),
  ];

  command(
    'audit',
    'read the account, judge it against the plan, keep and show the findings',
    ...common(),
    options.account(),
    options.cluster(),
    options.format([...resultFormats, 'html']),
    options.level(),
    options.database(),
    options.noColor(),
  )
    .addHelpText(
      'after',
      `${selectionHelp}${exitCodes}\n${examples('audit', 'audit --plan my-plan.yaml --region us-west-2 --region us-east-1', 'audit --plan my-plan.yaml --format json --output result.json', 'audit --format html --output report.html', 'audit --region all --level required')}`,
    )
    .action(runs(async () => (await import('./commands/audit.ts')).audit));
  command('collect', 'read the facts and write them as a snapshot, judging nothing', ...common(), options.account(), options.cluster())
    .addHelpText(
      'after',
      `${selectionHelp}${collectCodes}\n${examples('collect --plan my-plan.yaml --output facts.json', 'collect --region us-west-2 > facts.json')}`,
    )
    .action(runs(async () => (await import('./commands/collect.ts')).collect));
  command(
    'evaluate',
    'judge a snapshot offline',
    options.plan(),
    options.region(),
    options.account(),
    options.cluster(),
    options.format(resultFormats),
    options.output(),
    options.level(),
    options.quiet(),
    options.noColor(),
  )
    .argument('<snapshot>', 'file that `collect` wrote, or - for standard input')
    .addHelpText(
      'after',
      `\nA planned cluster, account or region that the snapshot lacks is UNKNOWN.\n${selectionHelp}${exitCodes}\n${examples('evaluate facts.json --plan my-plan.yaml', `collect | ${ownExample('evaluate - --plan other-plan.yaml')}`)}`,
    )
    .action(runs(async () => (await import('./commands/evaluate.ts')).evaluateSnapshots));
  command(
    'checks',
    'the reference table: every check, its level, why it matters and what it reads',
    options.format(['text', 'json', 'markdown']),
    options.output(),
  )
    .argument('[check...]', 'only these')
    .addHelpText('after', examples('checks', 'checks efa-self-traffic', 'checks --format markdown'))
    .action(runs(async () => (await import('./commands/checks.ts')).listChecks));
  command(
    'policy',
    'the least IAM policy that lets this plan be audited, or of fit or quota request',
    options.plan(),
    options.sandbox(),
    options.output(),
  )
    .addOption(new Option('--account <id>', 'account whose resources the policy names').default('*'))
    .addOption(new Option('--partition <partition>', 'AWS partition').choices(['aws', 'aws-cn', 'aws-us-gov']).default('aws'))
    .addOption(new Option('--for <command>', 'what the policy is for').choices(['audit', 'fit', 'quota-request']).default('audit'))
    .addOption(new Option('--role <arn>', 'with --for fit: that this execution role is looked at too'))
    .addOption(new Option('--lifecycle <address>', 'with --for fit: that this lifecycle script is looked at too'))
    .addHelpText(
      'after',
      examples('policy --plan my-plan.yaml > policy.json', 'policy --for fit', 'policy --for quota-request --plan my-plan.yaml'),
    )
    .action(runs(async () => (await import('./commands/policy.ts')).policy));
  command(
    'init',
    'write a commented plan: from running clusters, from a create-cluster.json, or an example',
    options.profile(),
    options.sandbox(),
    options.output(),
    options.quiet(),
  )
    .addOption(new Option('--region <region>', 'from the clusters that run in this region'))
    .addOption(
      new Option(
        '--request <file>',
        'from the JSON of `aws sagemaker create-cluster --cli-input-json` (with --region: where it is meant to run)',
      ),
    )
    .addHelpText(
      'after',
      examples('init', 'init --region us-west-2 --output my-plan.yaml', 'init --request create-cluster.json --region us-east-1'),
    )
    .action(runs(async () => (await import('./commands/init.ts')).init));
  const plan = root.command('plan').description('check a plan, or print the JSON Schema editors complete it with');
  plan
    .command('validate')
    .description('report every mistake in a plan at once, and what is probably not intended, each with file, line and column')
    .argument('[file]', 'the plan (default: the bundled infra/plan.yaml)')
    .addOption(options.format(['text', 'json']))
    .addHelpText(
      'after',
      `\nExit code: 0 the plan is valid, with or without warnings; 3 it has mistakes.\n${examples('plan validate my-plan.yaml', 'plan validate my-plan.yaml --format json')}`,
    )
    .action(runs(async () => (await import('./commands/plan.ts')).validatePlan));
  plan
    .command('schema')
    .description('print the JSON Schema of a plan')
    .addOption(options.output())
    .addHelpText('after', examples('plan schema --output plan.schema.json'))
    .action(runs(async () => (await import('./commands/plan.ts')).showSchema));
  command(
    'fit',
    'rank regions, zones and subnets by whether a cluster would come up there now, and say what is missing',
    new Option('--type <type>', 'instance type, such as ml.p5.48xlarge').makeOptionMandatory(),
    new Option('--count <nodes>', 'how many nodes').makeOptionMandatory(),
    new Option('--orchestrator <orchestrator>', 'what runs the cluster').choices(['eks', 'slurm']).makeOptionMandatory(),
    new Option(
      '--regions <regions>',
      'names with commas between, or `all` enabled ones (default: the enabled ones that AWS lists for HyperPod)',
    ).argParser(collected),
    new Option('--spot', 'Spot capacity'),
    new Option('--efa', 'ask for EFA interfaces, so that the rules for EFA are required whatever the type'),
    new Option('--eks-cluster <name>', 'only on this EKS cluster (default: every one there is)'),
    new Option('--role <arn>', 'look at this execution role too'),
    new Option('--lifecycle <address>', 'look at this lifecycle script too: s3://bucket/folder/on_create.sh'),
    new Option('--name <name>', 'name of the cluster in what is printed and written'),
    new Option('--write <file>', 'write the best place to this file: a plan, or for a name with .json the CreateCluster request'),
    new Option('--rows <number>', 'places to print').default('20'),
    options.profile(),
    options.sandbox(),
    options.output(),
    options.timeout(),
    options.quiet(),
    options.format(['text', 'json']),
    options.noColor(),
  )
    .addHelpText('after', fitHelp)
    .action(runs(async () => (await import('./commands/fit.ts')).findFit));
  const quota = root.command('quota').description('ask AWS for the quotas that the plan lacks');
  const quotaRequest = quota
    .command('request')
    .description(
      'show the increases that the plan lacks, and send them to Service Quotas once confirmed; the one command that changes anything in an account',
    );
  for (const option of [...common(), options.format(['text', 'json']), options.noColor()]) quotaRequest.addOption(option);
  quotaRequest
    .addOption(new Option('--yes', 'send without asking'))
    .addOption(new Option('--dry-run', 'only show what would be sent').conflicts('yes'))
    .addHelpText('after', quotaHelp)
    .action(runs(async () => (await import('./commands/quota.ts')).requestQuotas));
  command(
    'readiness',
    'say how things stand as the last audits left them: of this machine, or of the deployed auditor',
    ...(['account', 'region', 'cluster', 'state', 'at', 'limit'] as const).map((f) => filter[f]()),
    new Option(
      '--plan <file>',
      'what this plan names, audited or not; of a stack or a table the bundled infra/plan.yaml where nothing is filtered',
    ),
    ...sources(),
    ...answers(),
    options.quiet(),
  )
    .addHelpText(
      'after',
      `\nShows what was not audited in time first, then the worst. The log answers, of every region that was ever audited.
With --plan the plan says which accounts and regions there are, and when an audit is late: one that was never audited is shown
too, and of a stack or a table the routes of alerts. It has to be the plan that was deployed.

The code is of all that the filters leave, however many are shown; --state leaves it as it is.

Exit code:
  0  nothing required fails, everything required was evaluated, and in time
  1  something required fails
  2  nothing fails, but something required was not evaluated, or a region was not audited in time
  3  no result: the plan, the arguments, the credentials, or a defect of this tool
  130  interrupted
${examples(`readiness --stack ${stackName}`, 'readiness --table NAME --home us-west-2 --plan my-plan.yaml', 'readiness --region us-west-2 --format json', 'readiness --at 2026-11-01T12:00Z', 'readiness --deployed --state BLOCKED')}`,
    )
    .action(runs(async () => (await import('./commands/readiness.ts')).readiness));
  command(
    'findings',
    'verdicts as they are, or were at a moment, the newest first',
    ...(['account', 'region', 'cluster', 'check', 'resource', 'level', 'status', 'muted', 'open', 'at', 'limit'] as const).map((f) =>
      filter[f](),
    ),
    ...sources(),
    ...answers(),
  )
    .addHelpText(
      'after',
      examples('findings --open --level required', 'findings --check efa-self-traffic --deployed', 'findings --at 7d --format csv'),
    )
    .action(runs(async () => (await import('./commands/ask.ts')).askFindings));
  command(
    'coverage',
    'what could not be judged, since when, and the IAM statement that mends it, the newest first',
    ...(['account', 'region', 'cluster', 'check', 'resource', 'level', 'at', 'limit'] as const).map((f) => filter[f]()),
    ...sources(),
    ...answers(),
  )
    .addHelpText('after', examples('coverage', 'coverage --level required --deployed', 'coverage --region us-west-2 --format json'))
    .action(runs(async () => (await import('./commands/ask.ts')).askCoverage));
  command(
    'history',
    'what became of one finding, the newest first',
    ...(['account', 'region', 'limit'] as const).map((f) => filter[f]()),
    ...sources(),
    ...answers(),
  )
    .argument('<id>', "the finding's id, as `findings` prints it")
    .addHelpText('after', examples('history efa-self-traffic/llm-train/-/sg-0123456789abcdef0 --region us-west-2'))
    .action(runs(async () => (await import('./commands/ask.ts')).askHistory));
  command(
    'changes',
    'what changed, the newest first',
    filter.since(),
    ...(
      ['from', 'to', 'account', 'region', 'cluster', 'check', 'resource', 'level', 'status', 'muted', 'of', 'cause', 'limit'] as const
    ).map((f) => filter[f]()),
    ...sources(),
    ...answers(),
  )
    .addHelpText(
      'after',
      examples('changes --since 7d', 'changes --region us-west-2 --since 7d --deployed', 'changes --of readiness --format csv'),
    )
    .action(runs(async () => (await import('./commands/ask.ts')).askChanges));
  command(
    'diff',
    'what is different between two moments, whatever happened between them',
    filter.from().makeOptionMandatory(),
    ...(['to', 'account', 'region', 'cluster', 'check', 'resource', 'level', 'limit'] as const).map((f) => filter[f]()),
    ...sources(),
    ...answers(),
  )
    .addHelpText('after', examples('diff --from 7d', 'diff --from 2026-11-01 --to 2026-11-08 --region us-west-2'))
    .action(runs(async () => (await import('./commands/ask.ts')).askDiff));
  command('dashboard', 'the findings as a page in the browser, on this machine alone, until Ctrl-C', ...sources())
    .addOption(new Option('--plan <file>', 'name the clusters of this plan that have no stored audit; they are UNKNOWN'))
    .addOption(new Option('--port <number>', 'port of 127.0.0.1 to serve on (default: any free one)').argParser(port))
    .addHelpText('after', examples('dashboard', 'dashboard --sandbox', 'dashboard --deployed --home us-west-2', 'dashboard --table NAME'))
    .action(runs(async () => (await import('./commands/dashboard.ts')).dashboard));
  const alert = root.command('alert').description('the routes of alerts: confirm them, and send a sample down each');
  alert
    .command('test')
    .description('send a sample to every route, and say how each took it')
    .addOption(deployed()[0])
    .addOption(deployed()[1])
    .addOption(new Option('--topic <arn>', 'the topic of alerts (output DriftAlertsOutput of the stack)'))
    .addOption(new Option('--operations <arn>', 'the topic of alarms about the auditor itself (OperationsOutput)'))
    .addOption(new Option('--chat <arn>', 'the topic of chats (ChatAlertsOutput)'))
    .addOption(new Option('--webhook <arn>', 'the secret that holds the address of a webhook: posted to directly'))
    .addOption(options.profile())
    .addHelpText(
      'after',
      `\nExit code: 0 every route took it, 1 one did not or waits to be confirmed, 3 no result.
Needs sns:Publish, sns:ListSubscriptionsByTopic and sns:GetSubscriptionAttributes on the topics; with --stack
cloudformation:DescribeStacks, with --webhook secretsmanager:GetSecretValue.
${examples(`alert test --stack ${stackName} --region us-west-2`, 'alert test --topic arn:aws:sns:us-west-2:123456789012:DriftAlerts')}`,
    )
    .action(runs(async () => (await import('./commands/alert.ts')).testAlerts));
  alert
    .command('confirm')
    .description('confirm a subscription so that only the account can end it, not everybody who has one of its mails')
    .argument('[link]', 'the link behind "Confirm subscription" in the first message, in quotes')
    .addOption(new Option('--topic <arn>', 'instead of the link: its TopicArn'))
    .addOption(new Option('--token <token>', 'and its Token'))
    .addOption(options.profile())
    .addHelpText(
      'after',
      `\nDo not click the link: what was confirmed by a click stays so. It lasts for two days.
Exit code: 0 confirmed, 1 it had been confirmed by a click, 3 no result.
Needs sns:ConfirmSubscription and sns:GetSubscriptionAttributes on the topic.
${examples("alert confirm 'https://sns.us-west-2.amazonaws.com/confirmation.html?TopicArn=...&Token=...'", 'alert confirm --topic arn:aws:sns:us-west-2:123456789012:DriftAlerts --token 2336412f37...')}`,
    )
    .action(runs(async () => (await import('./commands/alert-confirm.ts')).confirmAlert));
  command(
    'tour',
    'what `npm start` shows: the sandbox account audited, drifting, audited again',
    options.quiet(),
    options.noColor(),
    new Option('--serve', 'serve the dashboard at the end also where stdout is no terminal'),
    new Option('--report <file>', 'where to write the report').default('report.html'),
  ).action(runs(async () => (await import('./commands/tour.ts')).tour));
  for (const each of [root, ...root.commands, ...plan.commands, ...alert.commands, ...quota.commands]) each.exitOverride();
  return root;
}

/** Runs one command line; the code to end with. Whatever goes wrong ends in one sentence on stderr. */
export async function run(argv: readonly string[]): Promise<number> {
  try {
    await program().parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has said its sentence already, but for errors made by our own parsers of option values.
      if (error.code.startsWith('hyperpod-auditor.')) process.stderr.write(`${printableLines(error.message)}\n`);
      return error.exitCode === 0 ? 0 : noResult;
    }
    if (error instanceof Ending) {
      process.stderr.write(`hyperpod-auditor: ${printableLines(sentenceOf(error))}\n`);
      return noResult;
    }
    sayDefect(error, changedWords());
    return noResult;
  }
}

startCommandsWith(commandPrefix);

process.on('SIGINT', () => {
  process.stderr.write(`\nhyperpod-auditor: interrupted; ${changedWords()}.\n`);
  process.exit(interrupted);
});

await runToEnd(() => run(process.argv.slice(2)), changedWords);
