/** Every operation of a collection: struck by every fault, and answered with a member of another type. */
import pLimit from 'p-limit';
import { expect, test } from 'vitest';
import { leastPolicy } from '../../shared/aws/policies/auditor-policy.ts';
import { faultKinds } from '../../shared/sandbox/faults.ts';
import { changesFor, expectRestRead, operationsOf } from '../aws/collect/changed-answer.ts';
import { collectWith, expectRestEvaluated, isLate } from '../aws/collect/struck-operation.ts';
import { account, everything, run, world } from '../aws/world.ts';
import { report, rounds, seed } from './random.ts';

test.for(faultKinds)('a fault of the kind %s in any one operation leaves what does not rest on it as it was', async (kind) => {
  const healthy = await collectWith([]);
  expect(healthy.sent.length).toBeGreaterThan(25);
  const limit = pLimit(isLate(kind) ? 1 : 4);
  await Promise.all(healthy.sent.map((on) => limit(() => expectRestEvaluated(on, kind, healthy))));
  report(`operations struck by ${kind}`, { operations: healthy.sent.length });
});

test('a member of another type in the answer of any one operation leaves the facts that do not rest on it as they were', async () => {
  const good = await run();
  const operations = operationsOf(good);
  expect(operations.length).toBeGreaterThan(35);
  const limit = pLimit(4);
  const changes = Array.from({ length: rounds }, (_, round) => changesFor(operations, seed + round)).flat();
  await Promise.all(changes.map((change) => limit(() => expectRestRead(change, good))));
  report('members of another type', { changes: changes.length });
});

test('without any one action that is granted, every fact that is unread names it', async () => {
  const around = ['iam:ListAccountAliases', 'sts:AssumeRole'];
  const actions = leastPolicy(everything, { partition: 'aws', account }).Statement.flatMap((s) => s.Action);
  const description = world();
  const own = description.accounts[account];
  if (!own) throw new Error('The world has its account.');
  for (const action of actions.filter((a) => !around.includes(a))) {
    const accounts = { ...description.accounts, [account]: { ...own, denied: [action] } };
    const { facts } = await run({ description: { ...description, accounts } });
    expect(new Set(JSON.stringify(facts).match(/"action":"[^"]+"/g)), action).toEqual(new Set([`"action":"${action}"`]));
  }
  report('actions denied', { actions: actions.length });
});
