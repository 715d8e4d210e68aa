/** Session Manager's preferences of a region. */
import { expect, test } from 'vitest';
import type { SessionPreferences } from '../../../shared/core/evaluation/facts.ts';
import { imageUser, preferences, runAs, setRunAs } from '../../../shared/core/iam/session-preferences.ts';
import { broken, ok } from '../healthy.ts';

const of = (found: SessionPreferences | null) => ({ sessionDocuments: { [preferences]: ok(found) } });

test.each<[string, SessionPreferences | null, ReturnType<typeof runAs>]>([
  ['no document', null, { on: false, saved: false }],
  ['off', { runAs: false }, { on: false, saved: true }],
  ['off, with a default user that no one uses', { runAs: false, defaultUser: 'ubuntu' }, { on: false, saved: true }],
  ['on', { runAs: true }, { on: true }],
  ['on, with an empty default user', { runAs: true, defaultUser: '' }, { on: true }],
  ['on, with a default user', { runAs: true, defaultUser: 'ubuntu' }, { on: true, defaultUser: 'ubuntu' }],
])('%s', (_, found, is) => {
  expect(runAs(of(found))).toEqual(is);
});

test('is unknown where a parameter decides or no one read it', () => {
  expect(() => runAs(of({ runAs: 'undecidable' }))).toThrow('document SSM-SessionManagerRunShell sets Run As by a parameter');
  expect(() => runAs({ sessionDocuments: { [preferences]: broken() } })).toThrow('did not answer');
  expect(() => runAs({ sessionDocuments: {} })).toThrow('document SSM-SessionManagerRunShell was not read');
});

test('the line that sets it keeps what else is in the document', () => {
  expect([imageUser('slurm'), imageUser('eks')]).toEqual(['ubuntu', 'ec2-user']);
  const line = setRunAs('ubuntu', 'eu-west-1');
  expect(line).toMatch(
    /^aws ssm update-document --name SSM-SessionManagerRunShell .*--region eu-west-1 --content "\$\(aws ssm get-document .*\)"$/,
  );
  expect(line).toContain(`jq '.inputs.runAsEnabled = true | .inputs.runAsDefaultUser = "ubuntu"'`);
});
