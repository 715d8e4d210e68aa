/** A sample of operations × every fault; test/reliability has each operation with each fault. */
import pLimit from 'p-limit';
import { beforeAll, expect, test } from 'vitest';
import { type Fault, faultKinds } from '../../../shared/sandbox/faults.ts';
import { collectWith, expectRestEvaluated, failedFacts, isLate, patient, type Struck } from './struck-operation.ts';

let healthy: Struck;
beforeAll(async () => {
  healthy = await collectWith([]);
});

test('a fault in one operation leaves what does not rest on it as it was: two operations for each kind of fault', async () => {
  const operations = healthy.sent.toSorted();
  expect(operations.length).toBeGreaterThan(25);
  const sample = faultKinds.flatMap((kind, k) =>
    [k, k + faultKinds.length].map((n) => [operations[(2 * n) % operations.length] ?? '', kind] as const),
  );
  const limit = pLimit(4);
  const isOfLateKind = ([, kind]: (typeof sample)[number]) => isLate(kind);
  for (const [on, kind] of sample.filter(isOfLateKind)) await expectRestEvaluated(on, kind, healthy);
  const others = sample.filter((pair) => !isOfLateKind(pair));
  await Promise.all(others.map(([on, kind]) => limit(() => expectRestEvaluated(on, kind, healthy))));
});

test('a fault that passes is not noticed: throttled twice, broken once, cut short once', async () => {
  const faults: readonly Fault[] = [
    { on: 'ec2:DescribeSubnets', kind: 'throttle', times: 2 },
    { on: 'servicequotas:ListServiceQuotas', kind: 'throttle', times: 1 },
    { on: 'fsx:*', kind: 'error', times: 1 },
    { on: 'ssm:*', kind: 'truncate', times: 1 },
    { on: 'sagemaker:*', kind: 'html', times: 1 },
    { on: 'iam:*', kind: 'reset', times: 1 },
  ];
  const { snapshot } = await collectWith(faults, { ...patient, maxAttempts: 6, maxThrottled: 6 });
  expect(failedFacts(snapshot)).toEqual([]);
  expect(snapshot.facts).toEqual(healthy.snapshot.facts);
});
