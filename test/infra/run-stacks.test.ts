/** In which order stacks are deployed, and that one which fails stops no other. */
import { describe, expect, test } from 'vitest';
import { interrupted } from '../../functions/process/exit.ts';
import type { CdkOptions } from '../../infra/deploy/cdk.ts';
import { deployStacks, failureLines, protectionLines } from '../../infra/deploy/run-stacks.ts';
import { stackNames } from '../../infra/stacks/stack-names.ts';

const stacks = [
  { name: stackNames.audit, region: 'us-west-2' },
  ...['us-east-1', 'eu-north-1', 'eu-west-1'].map((region) => ({ name: stackNames.events(region), region })),
] as const;

/** Deploys with a CDK that ends with these codes, and says how it was called. */
async function deployed(codes: Readonly<Record<string, number>>, atOnce = 2, assemblies: readonly string[] = ['out'], roleArn?: string) {
  const calls: (CdkOptions & { readonly args: readonly string[] })[] = [];
  let running = 0;
  let most = 0;
  const failed = await deployStacks(stacks, {
    run: async (_, args, options) => {
      calls.push({ args, ...options });
      most = Math.max(most, ++running);
      await Promise.resolve();
      running--;
      return codes[args[0] ?? ''] ?? 0;
    },
    assemblies,
    ...(roleArn !== undefined && { roleArn }),
    outputsFile: 'outputs.json',
    atOnce,
    region: 'us-west-2',
  });
  return { failed, calls, most, names: calls.map((c) => c.args[0]) };
}

const how = ['--exclusively', '--app', 'out', '--require-approval', 'never'];

describe('stacks', () => {
  test('the audit stack first and by itself, then the others at once, up to the number that is given', async () => {
    const { failed, calls, most, names } = await deployed({});
    expect(failed).toEqual([]);
    expect(names).toEqual(stacks.map((s) => s.name));
    expect(most).toBe(2);
    expect(calls[0]).toEqual({
      args: [stackNames.audit, ...how, '--outputs-file', 'outputs.json'],
      region: 'us-west-2',
    });
    expect(calls[1]).toEqual({
      args: [stackNames.events('us-east-1'), ...how],
      region: 'us-west-2',
      label: 'us-east-1',
    });
    const oneByOne = await deployed({}, 1);
    expect(oneByOne.most).toBe(1);
    expect(oneByOne.calls.some((c) => c.label !== undefined)).toBe(false);
  });

  test('one that fails stops no other', async () => {
    const { failed, names } = await deployed({ [stackNames.events('us-east-1')]: 1 }, 1);
    expect(names).toHaveLength(4);
    expect(failed).toEqual([{ name: stackNames.events('us-east-1'), region: 'us-east-1', code: 1 }]);
    const said = failureLines(failed, stacks).join('\n');
    expect(said).toContain('1 of 4 stacks failed: HyperPodAuditorEvents-us-east-1 in us-east-1 (cdk ended with 1).\n');
    expect(said).toContain('deployment.globalEvents: false');
  });

  test('the service role of the plan makes every stack', async () => {
    const { calls } = await deployed({}, 1, ['out'], 'arn:aws:iam::111122223333:role/CloudFormation');
    for (const { args } of calls) expect(args.join(' ')).toContain('--role-arn arn:aws:iam::111122223333:role/CloudFormation');
  });

  test('a first deployment has a second pass of the audit stack, which protects its table, before the others', async () => {
    const { calls } = await deployed({}, 1, ['first', 'out']);
    expect(calls.map((c) => [c.args[0], c.args[3]]).slice(0, 3)).toEqual([
      [stackNames.audit, 'first'],
      [stackNames.audit, 'out'],
      [stackNames.events('us-east-1'), 'out'],
    ]);
    const { names } = await deployed({ [stackNames.audit]: 1 }, 1, ['first', 'out']);
    expect(names).toEqual([stackNames.audit]);
  });

  test('a table that could be deleted is named, with the command that protects it', () => {
    expect(protectionLines('t', 'us-west-2', { ok: true, value: true })).toEqual([]);
    expect(protectionLines('t', 'us-west-2', { ok: true, value: false }, 'ml')).toEqual([
      'The findings table t can be deleted. Protect it:',
      '  aws dynamodb update-table --region us-west-2 --table-name t --deletion-protection-enabled --profile ml',
    ]);
    const denied = { ok: false, reason: 'access denied', action: 'dynamodb:DescribeTable' } as const;
    expect(protectionLines('t', 'us-west-2', denied)[0]).toBe(
      'The findings table t may not be protected against deletion, which could not be read: access denied (dynamodb:DescribeTable). Protect it:',
    );
  });

  test('without the audit stack there are no others', async () => {
    const { failed, names } = await deployed({ [stackNames.audit]: 2 });
    expect(names).toEqual([stackNames.audit]);
    expect(failureLines(failed, stacks)).toEqual([expect.stringContaining('cdk deploy ended with 2')]);
  });

  test('after Ctrl-C none is begun', async () => {
    const { failed, names } = await deployed({ [stackNames.events('us-east-1')]: interrupted }, 1);
    expect(names).toHaveLength(2);
    expect(failed.map((s) => s.code)).toEqual([interrupted, interrupted, interrupted]);
  });
});
