/** `explain` as an operator reads it: after a failed creation, of a message alone, and where there is nothing to explain. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openLocalStore } from '../../../shared/aws/findings/local/local-store.ts';
import type { ClusterEvents } from '../../../shared/core/evaluation/finding.ts';
import { finding, planned, result, row, running } from '../../core/results.ts';
import { at, fail, save, west } from '../../query/inventory.ts';
import { bare, run } from './run.ts';

const capacity = '"We currently do not have sufficient capacity to launch new ml.p5.48xlarge instances. Please try again."';
const creation = '"Instance creation in Cluster llm-train and InstanceGroup workers failed"';
const event = (hour: number, node: string, cause: string): ClusterEvents['errors'][number] => ({
  time: at(hour),
  group: 'workers',
  node,
  text: creation,
  cause,
});
const efa = '"EFA health checks did not run successfully"';
const events: ClusterEvents = {
  cluster: 'llm-train',
  status: 'Failed',
  failure: '"Flux capacitor missing"',
  errors: [event(9.2, 'i-0b', efa), event(9.1, 'i-0a', efa), event(9, 'i-0a', capacity)],
};
const rule = { text: 'Add the missing rule.', command: 'aws ec2 authorize-security-group-ingress --group-id sg-1' };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'explain-'));
  const local = await openLocalStore(join(folder, 'db'));
  await save(local.table, west, at(8), result({ findings: [finding()], clusters: [planned] }));
  const found = [fail({ remediation: rule, message: 'sg-1 has no rule for EFA.' }), finding({ check: 'vpc-dns', resource: 'vpc-1' })];
  const seen = result({ findings: found, rows: [row({ check: 'network-acl' })], clusters: [{ ...running, planned: true }] });
  await save(local.table, west, at(10), { ...seen, events: [events] });
  local.close();
});
afterAll(() => rm(folder, { recursive: true }));

const explained = (...args: readonly string[]) =>
  run(['explain', ...args, '--database', join(folder, 'db')], { env: { ...bare(), COLUMNS: '80' } });

describe('a failed cluster', () => {
  test('is explained in order, with results then and now and the fix', async () => {
    const { code, stdout, stderr } = await explained('llm-train');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(`llm-train  111122223333 us-west-2
  Readiness: BLOCKED, audited 2026-11-20 10:00 UTC
  ClusterStatus: Failed, reported 2026-11-20 10:00 UTC

1. 2026-11-20 09:00 UTC  workers  i-0a
  "Instance creation in Cluster llm-train and InstanceGroup workers failed"
  Reason: "We currently do not have sufficient capacity to launch new
  ml.p5.48xlarge instances. Please try again."
  AWS had no free instances of this type in the Availability Zones of the
  subnets.
  Use a training plan or a reservation, another Availability Zone, or try again
  later.
    Not applicable here: zone-offers-instance, cluster-placement, training-plan
    and capacity-requirements.
  https://awslabs.github.io/ai-on-sagemaker-hyperpod/docs/validation-and-testing/troubleshooting-guide

2. 2026-11-20 09:06 UTC to 2026-11-20 09:12 UTC, 2 times  workers  i-0a, i-0b
  "Instance creation in Cluster llm-train and InstanceGroup workers failed"
  Reason: "EFA health checks did not run successfully"
  The nodes could not exchange EFA traffic with each other.
    ✗ efa-self-traffic  fails now, passed when this was reported
        sg-1 has no rule for EFA.
        Fix: Add the missing rule.
        $ aws ec2 authorize-security-group-ingress --group-id sg-1
    ? network-acl  not evaluated: access denied, not applicable when this was
      reported
    Not applicable here: efa-open-egress and efa-single-zone.
  https://awslabs.github.io/ai-on-sagemaker-hyperpod/docs/validation-and-testing/troubleshooting-guide

3. No time
  "Flux capacitor missing"
  This version does not know this message.

  Checks that pass: vpc-dns.
`);
  });

  test('is found without its name, and read by programs', async () => {
    const { items } = JSON.parse((await explained('-o', 'json')).stdout) as {
      items: readonly { cluster: string; failures: readonly unknown[] }[];
    };
    expect(items.map((i) => [i.cluster, i.failures.length])).toEqual([['llm-train', 3]]);
    const csv = (await explained('-o', 'csv')).stdout.trim().split(/\r?\n/);
    expect(csv).toHaveLength(4);
    expect(csv[2]).toContain('efa-self-traffic');
  });

  test('with a mistyped name is no all-clear', async () => {
    const { code, stdout, stderr } = await explained('llm-trian');
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toContain('did you mean llm-train?');
  });
});

describe('a message', () => {
  const message = (text: string, ...args: readonly string[]) =>
    run(['explain', '--message', text, ...args], { env: { ...bare(), COLUMNS: '80' } });

  test('is explained without an account and an audit', async () => {
    const { code, stdout, stderr } = await message('EFA health checks did not run successfully. Ensure that your VPC');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^ {2}EFA health checks.*\n {2}The nodes could not exchange EFA traffic/);
    expect(stdout).toMatch(/\n {4}· efa-self-traffic: \S/);
    expect(stdout).not.toMatch(/fails now|passes now/);
    const json = JSON.parse((await message('EFA health checks did not run', '-o', 'json')).stdout);
    expect(json).toMatchObject({ meaning: expect.any(String), checks: expect.arrayContaining(['efa-self-traffic']) });
  });

  test('that is unknown is shown as it is, without what would change the screen', async () => {
    const { code, stdout } = await message('moon\u001b[2J full');
    expect(code).toBe(0);
    expect(stdout).toBe('  moon\\u001b[2J full\n  This version does not know this message.\n');
  });

  test('and a cluster at once are refused', async () => {
    const { code, stderr } = await message('x', 'llm-train');
    expect(code).toBe(3);
    expect(stderr).toContain('--message');
  });
});
