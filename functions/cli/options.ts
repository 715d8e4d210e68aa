/** Options that several commands have. */

import { Option } from 'commander';
import { levels } from '../../shared/core/evaluation/finding.ts';
import { stackName } from '../process/package.ts';
import { choose } from '../process/strict-command.ts';
import { wrongValue } from '../process/wrong-value.ts';

/** Collects the values of an option that may be repeated, and that takes several with commas between: names here have none. */
const collectValues = (value: string, before: readonly string[] | undefined): readonly string[] => [
  ...(before ?? []),
  ...value.split(',').map((name) => name.trim()),
];

/** Whether the option takes several values with commas between. */
export const takesSeveral = (option: Option): boolean => option.parseArg === (collectValues as unknown);

/** A parser of numbers in a range; `expected` says in words what the option takes. */
function numberOption(flag: string, expected: string, isAccepted: (n: number) => boolean): (text: string) => number {
  return (text) => {
    const n = Number(text);
    if (isAccepted(n)) return n;
    throw wrongValue(flag, expected, text);
  };
}

const isWhole = (n: number, most = Number.POSITIVE_INFINITY): boolean => Number.isInteger(n) && n >= 1 && n <= most;

export const parsePort = numberOption('--port', 'a whole number from 1 to 65535', (n) => isWhole(n, 65_535));

const parseSeconds = numberOption('--timeout', 'a number of seconds from 1 to 3600', (n) => Number.isFinite(n) && n >= 1 && n <= 3600);

const parseLimit = numberOption('--limit', 'a whole number from 1 on', (n) => isWhole(n));

export const formatOption = (formats: readonly string[]): Option =>
  choose(new Option('-o, --format <format>', 'how to print the result'), formats).default(formats[0]);

export const options = {
  plan: new Option('--plan <file>', 'the plan; default: the bundled infra/plan.yaml, which audits what runs'),
  region: new Option('-r, --region <region>', 'only this region (repeatable, or with commas), or `all` enabled ones').argParser(
    collectValues,
  ),
  fitRegion: new Option(
    '-r, --region <region>',
    'only this region (repeatable, or with commas), or `all` enabled ones (default: the enabled ones that AWS lists for HyperPod)',
  ).argParser(collectValues),
  initRegion: new Option(
    '-r, --region <region>',
    'from the clusters that run in this region (repeatable, or with commas); with --request: where it is meant to run',
  ).argParser(collectValues),
  account: new Option('--account <id>', 'only this account of those in scope (repeatable, or with commas)').argParser(collectValues),
  cluster: new Option('--cluster <name>', 'only this planned or running cluster (repeatable, or with commas)').argParser(collectValues),
  profile: new Option('-p, --profile <name>', 'profile of the AWS configuration files to take credentials from'),
  output: new Option('--output <file>', 'write the result to this file instead of stdout'),
  level: choose(new Option('--level <level>', 'show failures of this level and above; never changes the exit code'), levels).default(
    'advice',
  ),
  sandbox: new Option('--sandbox', 'use the simulated account: no AWS account, no credentials'),
  database: new Option(
    '--database <folder>',
    'folder on a local disk in which findings are stored, readable by you only (default: your data folder)',
  ),
  timeout: new Option('--timeout <seconds>', 'end the audit of a region after this long').argParser(parseSeconds).default(120),
} as const;

/** Options of every command. */
export const everywhere: readonly Option[] = [
  new Option('-q, --quiet', 'no progress on stderr'),
  new Option('--no-color', 'no colours and no line that moves (also NO_COLOR and TERM=dumb, and wherever the output is no terminal)'),
];

/** Options of commands that read an account. */
export const accountOptions: readonly Option[] = [
  options.plan,
  options.region,
  options.profile,
  options.sandbox,
  options.output,
  options.timeout,
];

/** The deployed auditor: the same two options wherever one is meant. */
export const stackOptions: readonly Option[] = [
  new Option('--stack <name>', `the deployed stack, ${stackName} unless it was renamed; its outputs name its parts`),
  new Option('--stack-region <region>', 'region of the deployed stack (default: AWS_REGION, or the region of the profile)'),
];

/** Which database, table or endpoint answers a question. */
export const sourceOptions: readonly Option[] = [
  new Option('--deployed', 'ask the deployed endpoint, signed with the usual credentials'),
  new Option('--url <url>', 'ask this endpoint; the stack prints it as QueryUrlOutput'),
  ...stackOptions,
  new Option('--table <name>', 'read this findings table of a deployed auditor; --stack-region is its region'),
  options.profile,
  options.database,
  options.sandbox,
];

/** How the answer to a question is printed. */
export const answerOptions: readonly Option[] = [formatOption(['text', 'json', 'csv']), options.output];

/** Filters of questions; their values are checked where they are answered. */
const filters = {
  account: new Option('--account <id>', 'only this account (repeatable, or with commas)').argParser(collectValues),
  region: new Option('-r, --region <region>', 'only this region (repeatable, or with commas)').argParser(collectValues),
  cluster: new Option('--cluster <name>', 'only what is about this cluster'),
  check: new Option('--check <check>', 'only this check'),
  resource: new Option('--resource <name>', 'only what is about this resource'),
  level: choose(new Option('--level <level>', 'only what is of this level'), levels),
  status: choose(new Option('--status <status>', 'only this status'), ['pass', 'fail']),
  state: choose(new Option('--state <state>', 'only clusters in this state'), ['BLOCKED', 'UNKNOWN', 'AT_RISK', 'READY']),
  muted: choose(new Option('--muted [yes]', 'only what is muted; false: only what is not'), ['true', 'false']),
  open: choose(new Option('--open [yes]', 'only failures that are not muted; false: only the others'), ['true', 'false']),
  of: choose(new Option('--of <kind>', 'only changes of this kind of thing'), ['finding', 'coverage', 'readiness']),
  cause: choose(new Option('--cause <cause>', 'only changes of this cause'), ['account', 'plan', 'auditor', 'visibility', 'baseline']),
  at: new Option('--at <moment>', 'as it was then, or at the end of that minute: 2026-11-01T12:00Z, or 7d ago as 7d'),
  since: new Option('--since <moment>', 'from then on: 24h, 7d, 2026-11-01'),
  from: new Option('--from <moment>', 'from then on'),
  to: new Option('--to <moment>', 'up to then, or to the end of that minute (default: now)'),
  limit: new Option('--limit <n>', 'at most so many').argParser(parseLimit).default(1000),
} as const;

export const filterOptions = (...names: readonly (keyof typeof filters)[]): readonly Option[] => names.map((name) => filters[name]);

export const requiredFrom: Option = new Option('--from <moment>', 'from then on').makeOptionMandatory();
