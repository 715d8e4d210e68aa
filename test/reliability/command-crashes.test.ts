/** Every fault in every kind of command: one sentence, what happened, exit code 3. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { defect, type Faults, faults, makeFaults } from '../functions/cli/faults.ts';
import { bare, runProcess } from '../functions/cli/run.ts';

let made: Faults;
beforeAll(() => {
  made = makeFaults();
});
afterAll(() => made.close());

const commands = {
  validate: (plan: string) => ['plan', 'validate', plan],
  policy: (plan: string) => ['policy', '--plan', plan],
  audit: (plan: string) => ['audit', '--sandbox', '--plan', plan, '--quiet', '--database', join(made.folder, 'findings')],
  evaluate: (plan: string) => ['evaluate', '-', '--plan', plan],
};

test.each(Object.entries(faults))('%s: one sentence, what happened, exit code 3', async (_, fault) => {
  const { plan, env } = made.whenRead(fault);
  const { code, stderr } = await runProcess(commands.validate(plan), { env: { ...bare(), ...env } });
  expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringMatching(defect) });
  if (/new Error\('injected'\)|throw 'injected'/.test(fault) && !fault.includes('toString')) expect(stderr).toContain('injected');
});

test.each(Object.keys(commands) as (keyof typeof commands)[])('in %s at any time', async (name) => {
  for (const fault of [faults['an error that is thrown'], faults['an error in a timer'], faults['a rejected promise']]) {
    const { plan, env } = made.whenRead(fault);
    const { code, stderr } = await runProcess(commands[name](plan), { env: { ...bare(), ...env }, stdin: '{' });
    expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringMatching(/hyperpod-auditor: /) });
    if (name !== 'evaluate') expect(stderr).toMatch(defect);
  }
});
