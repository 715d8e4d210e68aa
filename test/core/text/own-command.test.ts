import { expect, test } from 'vitest';
import { commandLine } from '../../../shared/core/text/command-line.ts';
import {
  installedCommand,
  ownCommand,
  ownExample,
  startCommandsWith,
  statusLine,
  statusLines,
  statusOfDeployment,
} from '../../../shared/core/text/own-command.ts';

test('commands begin as the process was started', () => {
  startCommandsWith(() => commandLine(['npm', 'start']));
  const begun = [ownCommand(['audit'], { region: 'us-west-2' }), ownExample('init > plan.yaml')];
  startCommandsWith(() => installedCommand);
  expect([...begun, ownCommand(['audit'])]).toEqual([
    'npm start audit --region us-west-2',
    'npm start init > plan.yaml',
    'npx --no-install hyperpod-auditor audit',
  ]);
});

const status = statusOfDeployment({ stack: 'Auditor', region: 'eu-west-1', account: '111122223333' });
const command = 'npx --no-install hyperpod-auditor readiness --stack Auditor --stack-region eu-west-1';

test.each([
  ['an account', status, 'Current status of all regions, with credentials of account 111122223333:'],
  ['no account', { command: status.command }, 'Current status of all regions:'],
])('current readiness is asked for with %s', (_, of, words) => {
  expect(statusLines(of)).toEqual([words, `$ ${command}`]);
  expect(statusLine(of)).toBe(`${words} \`${command}\``);
});
