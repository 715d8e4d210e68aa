/**
 * Deploys the audit stack, then the others. Each of these is deployed by a separate CDK process: with several stacks CDK ends at the
 * first that fails, and a region that an organization denies would keep the others from theirs.
 */
import pLimit from 'p-limit';
import { interrupted } from '../../functions/process/exit.ts';
import type { Read } from '../../shared/core/evaluation/facts.ts';
import { whyUnread } from '../../shared/core/render/words.ts';
import { aws } from '../../shared/core/text/command-line.ts';
import type { CdkOptions } from './cdk.ts';

export type RunCdk = (command: string, args: readonly string[], options: CdkOptions) => Promise<number>;

export interface NamedStack {
  readonly name: string;
  readonly region?: string;
}

/** A stack that was not deployed, with the exit code of CDK. */
export interface FailedStack extends NamedStack {
  readonly code: number;
}

export interface StackRun extends CdkOptions {
  readonly run: RunCdk;
  /** Service role of CloudFormation. */
  readonly roleArn?: string;
  /** Folders of templates. The audit stack is deployed from each in turn, the others from the last. */
  readonly assemblies: readonly string[];
  readonly outputsFile: string;
  /** Stacks other than the audit stack that are deployed at once. */
  readonly atOnce: number;
}

/** CDK's option for the service role of CloudFormation. */
export const roleOption = (roleArn: string | undefined): readonly string[] => (roleArn === undefined ? [] : ['--role-arn', roleArn]);

/** Stacks that were not deployed. Where the audit stack fails, or Ctrl-C ends a call, no further one is begun. */
export async function deployStacks(
  [audit, ...beside]: readonly [NamedStack, ...NamedStack[]],
  { run, roleArn, assemblies, outputsFile, atOnce, ...options }: StackRun,
) {
  const of = (name: string, assembly: string) => [
    name,
    '--exclusively',
    '--app',
    assembly,
    '--require-approval',
    'never',
    ...roleOption(roleArn),
  ];
  for (const assembly of assemblies) {
    const code = await run('deploy', [...of(audit.name, assembly), '--outputs-file', outputsFile], options);
    if (code !== 0) return [{ ...audit, code }];
  }
  const last = assemblies.at(-1) ?? '';
  let ended = false;
  const limit = pLimit(atOnce);
  const codes = await Promise.all(
    beside.map((stack) =>
      limit(async (): Promise<FailedStack> => {
        if (ended) return { ...stack, code: interrupted };
        // One at a time shows its progress; of several, each line says whose it is.
        const label = beside.length > 1 && atOnce > 1 ? stack.region : undefined;
        const failed = { ...stack, code: await run('deploy', of(stack.name, last), { ...options, ...(label !== undefined && { label }) }) };
        if (failed.code === interrupted) ended = true;
        return failed;
      }),
    ),
  );
  return codes.filter((s) => s.code !== 0);
}

/** What failed, what that means, and what to do. */
export function failureLines(failed: readonly FailedStack[], [first, ...rest]: readonly NamedStack[]): readonly string[] {
  const audit = failed.find((s) => s.name === first?.name);
  if (audit) return [`cdk deploy ended with ${audit.code}, as said above; CloudFormation puts back what a failed stack changed.`];
  return [
    `${failed.length} of ${1 + rest.length} stacks failed: ${failed.map((s) => `${s.name} in ${s.region} (cdk ended with ${s.code})`).join(', ')}.`,
    'The auditor runs; changes in these regions wait for its schedule.',
    'Fix what is said above and run this again. Where an organization denies us-east-1, set deployment.globalEvents: false in the plan.',
  ];
}

/** What is wrong with the protection of the findings table after a deployment, which switches it on. */
export function protectionLines(table: string, region: string, read: Read<boolean>, profile?: string): readonly string[] {
  if (read.ok && read.value) return [];
  const command = aws(['dynamodb', 'update-table'], { region, 'table-name': table, 'deletion-protection-enabled': true, profile });
  const state = read.ok ? `can be deleted` : `may not be protected against deletion, which could not be read: ${whyUnread(read)}`;
  return [`The findings table ${table} ${state}. Protect it:`, `  ${command}`];
}
