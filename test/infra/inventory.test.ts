/** What a template holds, in words: over the stacks as they are synthesised. */
import { describe, expect, test } from 'vitest';
import { stackNames } from '../../infra/app.ts';
import { actionsOf, inventoryOf, kinds, numberOf } from '../../infra/deploy/inventory.ts';
import { functionNames } from '../../infra/stacks/functions.ts';
import { appOf, fullPlan, roleOf, stack, stackOf } from './world.ts';

const full = stack(fullPlan);
const template = full.template.toJSON();
const groups = new Map(inventoryOf(template).map((r) => [r.name, r.holds]));

test('no resource of any stack is without words', () => {
  for (const { stackName, template } of appOf(fullPlan).synth().stacks) {
    const types = Object.values(template.Resources as Record<string, { Type: string }>).map((r) => r.Type);
    expect(
      types.filter((type) => !(type in kinds)),
      stackName,
    ).toEqual([]);
  }
});

test('none is left out or counted twice', () => {
  const counted = [...groups.values()].flat().reduce((sum, held) => sum + Number(held.split(' ')[0]), 0);
  expect(counted).toBe(Object.keys(full.resources).length);
});

test('an unknown type is named as it is', () => {
  const strange = { Resources: { X: { Type: 'AWS::New::Thing' } } };
  expect(inventoryOf(strange)).toEqual([{ name: 'more', holds: ['1 AWS::New::Thing'] }]);
});

describe('says of', () => {
  test('the table that it stays', () => {
    expect(groups.get('findings')).toEqual([
      '1 DynamoDB table: stays when the stack goes, cannot be deleted until its protection is lifted',
    ]);
    const bare = { Resources: { T: { Type: 'AWS::DynamoDB::Table', Properties: {} } } };
    expect(inventoryOf(bare)).toEqual([{ name: 'findings', holds: ['1 DynamoDB table'] }]);
  });

  test('functions their names and sizes', () => {
    expect(groups.get('functions')?.[0]).toContain('audit 768 MB');
    expect(groups.get('functions')).toContain(`${functionNames.length} logs: retained 30 days`);
  });

  test('schedules when they run, and queues what for', () => {
    expect(groups.get('triggers')?.[0]).toBe('3 schedules: rate(1 hour), rate(5 minutes), cron(0 7 ? * MON *)');
    const queues = full.of('AWS::SQS::Queue').length;
    expect(groups.get('requests')).toContain(`${queues} queues: 2 for changes and audits, ${queues - 2} for dead letters`);
  });

  test('subscriptions how they reach someone', () => {
    expect(groups.get('alerts')?.join()).toMatch(/subscriptions: 4 e-mail, \d function/);
  });

  test('alarms what sets them off, every one of them', () => {
    const alarms = groups.get('about itself')?.find((held) => held.includes('alarm')) ?? '';
    expect(alarms).toContain(`a function fails (${functionNames.length})`);
    expect(alarms).not.toMatch(/[a-z][A-Z]/);
    const sum = [...alarms.matchAll(/\((\d+)\)/g)].reduce((n, [, of]) => n + Number(of), 0);
    expect(sum).toBe(numberOf(template, 'AWS::CloudWatch::Alarm'));
  });

  test('roles how much they may do', () => {
    const audit = roleOf(full, 'audit');
    expect(groups.get('access')?.[0]).toContain(`audit ${actionsOf(audit).length} actions`);
    expect(actionsOf(audit)).toContain('dynamodb:PutItem');
    expect(new Set(actionsOf(audit)).size).toBe(actionsOf(audit).length);
    expect(actionsOf(full.one('AWS::IAM::Role', 'AlertsSlackRole'))).toEqual([]);
  });

  test('the member stack and those of other regions', () => {
    const app = appOf(fullPlan);
    const of = (name: string) => inventoryOf(stackOf(app, name).template.toJSON()).flatMap((r) => r.holds);
    expect(of(stackNames.events('us-east-1'))).toEqual([
      '2 EventBridge rules',
      '1 queue: 1 for dead letters',
      '1 role: changes 1 action',
      '1 queue policy',
    ]);
    expect(of(stackNames.member)[2]).toMatch(/^2 roles: audit \d+ actions, changes 1 action$/);
  });
});
