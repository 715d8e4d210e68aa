/**
 * Answers whose members have another type than the service's model says, through the wire. What rests on such a member is
 * unread; the other facts are what they were, and nothing rejects. test/reliability has every operation.
 */
import pLimit from 'p-limit';
import { beforeAll, describe, expect, test } from 'vitest';
import type { WireAnswer } from '../../../shared/sandbox/server.ts';
import { factsCalling, isRequested, type Run, run, valueIn } from '../world.ts';
import { changesFor, expectRestRead, expectValid, nameOf, operationsOf } from './changed-answer.ts';

let good: Run;
beforeAll(async () => {
  good = await run();
});

describe('a member of the wrong type', () => {
  test.for([
    ['servicequotas:ListServiceQuotas', 'Value'],
    ['servicequotas:ListServiceQuotas', 'ErrorCode'],
    ['servicequotas:ListAWSDefaultServiceQuotas', 'Value'],
    ['servicequotas:ListRequestedServiceQuotaChangeHistory', 'CaseId'],
    ['servicequotas:ListRequestedServiceQuotaChangeHistory', 'DesiredValue'],
    ['eks:DescribeCluster', 'authenticationMode'],
    ['eks:DescribeCluster', 'ipFamily'],
    ['fsx:DescribeFileSystems', 'MountName'],
    ['sagemaker:DescribeCluster', 'SourceS3Uri'],
    ['sagemaker:DescribeCluster', 'InterfaceType'],
    ['sagemaker:DescribeCluster', 'CreationTime'],
    ['sagemaker:DescribeCluster', 'VpcConfig'],
    ['sagemaker:DescribeCluster', 'OverrideVpcConfig'],
    ['sagemaker:DescribeCluster', 'CapacityRequirements'],
    ['sagemaker:DescribeCluster', 'NetworkInterface'],
    ['sagemaker:DescribeCluster', 'EnvironmentConfig'],
    ['sagemaker:DescribeCluster', 'CurrentFSxLustreConfig'],
    ['sagemaker:DescribeCluster', 'LifeCycleConfig'],
    ['sagemaker:DescribeTrainingPlan', 'AvailabilityZoneId'],
  ] as const)('%s: %s never gets into a fact', async ([operation, member]) => {
    const rename = (value: unknown) => (answer: WireAnswer) => ({
      ...answer,
      body: JSON.stringify(JSON.parse(answer.body.toString(), (key, old: unknown) => (key === member ? value : old))),
    });
    for (const value of [{}, [null], -1, true, '', 0, false, null]) {
      const change = rename(value);
      const { snapshot } = await run({
        rewrite: (call, answer) => (nameOf(call) === operation && answer.status === 200 ? change(answer) : answer),
        settings: { maxAttempts: 1 },
        facts: factsCalling(operation),
      });
      // A file has every fact: those of the good run stand in for those that were not read.
      const facts = { ...good.facts, ...Object.fromEntries(Object.entries(snapshot.facts).filter(isRequested)) };
      expectValid({ snapshot: { ...snapshot, facts } }, `${operation} ${member} ${JSON.stringify(value)}`);
    }
  });

  test('in one quota leaves that quota without a value, and the others with theirs', async () => {
    const { facts } = await run({
      rewrite: (call, answer) =>
        nameOf(call) === 'servicequotas:ListServiceQuotas'
          ? { ...answer, body: answer.body.toString().replace('"Value":', '"Value":{},"Was":') }
          : answer,
      facts: ['quotas'],
    });
    const without = (quotas: Run['facts']['quotas']) =>
      Object.values(quotas).flatMap((q) => valueIn(q).filter((row) => row.applied === undefined));
    const [before, after] = [without(good.facts.quotas), without(facts.quotas)];
    expect(after.length).toBeGreaterThan(before.length);
    expect(after.filter((row) => !before.some((b) => b.code === row.code)).map((row) => row.error)).toContain('no value');
  });

  test('of a sample of operations: the collection ends and the rest is evaluated', async () => {
    const operations = operationsOf(good);
    expect(operations.length).toBeGreaterThan(35);
    const changes = changesFor(operations, 1).filter((_, n) => n % 5 === 0);
    const limit = pLimit(4);
    await Promise.all(changes.map((change) => limit(() => expectRestRead(change, good))));
  });
});
