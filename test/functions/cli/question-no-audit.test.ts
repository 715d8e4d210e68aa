import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTable } from '../../../shared/aws/findings/client.ts';
import { openLocalStore } from '../../../shared/aws/findings/local/local-store.ts';
import { account, type QuestionSources, startQuestionSources } from './question-sources.ts';
import { bare, run } from './run.ts';

let sources: QuestionSources;
beforeAll(async () => {
  sources = await startQuestionSources();
});
afterAll(() => sources.close());

describe('where no audit is stored, an answer says so', () => {
  const questions = [
    ['findings'],
    ['coverage'],
    ['changes'],
    ['diff', '--from', '7d'],
    ['readiness', '--state', 'BLOCKED'],
    ['history', 'x'],
  ];
  let empty: string;
  beforeAll(async () => {
    empty = join(sources.folder, 'empty');
    (await openLocalStore(empty)).close();
    await mkdir(join(sources.folder, 'other'));
  });

  test.each(questions)('%s: a folder that is none, or holds something else, is not made into one', async (...question) => {
    for (const [name, holds] of [
      ['typo', undefined],
      ['other', []],
    ] as const) {
      const database = join(sources.folder, name);
      expect(await run([...question, '--database', database])).toEqual({
        code: 3,
        stdout: '',
        stderr: `hyperpod-auditor: No audit is stored in ${database}; run \`npx --no-install hyperpod-auditor audit --database ${database}\` first.\n`,
      });
      expect(await readdir(database).catch(() => undefined)).toEqual(holds);
    }
  });

  test('without an audit on this machine, the deployed auditor may be meant', async () => {
    const env = { ...bare(), XDG_DATA_HOME: join(sources.folder, 'data') };
    expect(await run(['readiness'], { env })).toMatchObject({
      code: 3,
      stderr: `hyperpod-auditor: No audit is stored in ${sources.folder}/data/hyperpod-auditor/findings; run \`npx --no-install hyperpod-auditor audit\` first. To ask the deployed auditor, add \`--stack HyperPodAuditor --stack-region REGION\`.\n`,
    });
    expect((await run(['readiness', '--sandbox'], { env })).stderr).not.toContain('--stack');
  });

  test.each([['findings'], ['changes'], ['coverage'], ['history', 'x']])('%s of a database without an audit', async (...question) => {
    const { code, stdout, stderr } = await run([...question, '--database', empty]);
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toContain(`No audit is stored in ${empty}; run`);
  });

  test('programs get an answer that they can read, and a sentence on stderr', async () => {
    const json = await run(['findings', '--database', empty, '--format', 'json']);
    const sentence = `No audit is stored in ${empty}; run \`npx --no-install hyperpod-auditor audit --database ${empty}\` first.`;
    expect([json.code, JSON.parse(json.stdout)]).toEqual([3, { items: [], scanned: 0, keys: [], noAudit: sentence }]);
    expect(JSON.parse((await run(['history', 'x', '--database', empty, '--format', 'json'])).stdout)).toMatchObject({ items: [] });
    const csv = await run(['changes', '--database', join(sources.folder, 'typo'), '--format', 'csv']);
    expect([csv.code, csv.stdout.split('\r\n').length]).toEqual([3, 2]);
    expect(csv.stderr).toContain('No audit is stored in ');
  });

  test('a deployed table, an endpoint, and a region that is not audited', async () => {
    await createTable(sources.dynamo.client, 'no-audits');
    expect(await sources.deployed('findings', '--table', 'no-audits')).toMatchObject({
      code: 3,
      stderr: 'hyperpod-auditor: No audit is stored in the table no-audits in us-west-2 so far.\n',
    });
    expect((await sources.deployed('changes', '--url', sources.url, '--region', 'eu-north-1')).stderr).toBe(
      'hyperpod-auditor: No audit of the last 35 days is stored for region eu-north-1. Known regions: us-east-1, us-west-2.\n',
    );
    expect((await sources.deployed('coverage', '--url', sources.url, '--region', 'eu-north-1', '--account', account)).stderr).toBe(
      `hyperpod-auditor: No audit of the last 35 days is stored for region eu-north-1 in account ${account}. Known regions there: us-east-1, us-west-2.\n`,
    );
    expect(await sources.deployed('changes', '--url', sources.url, '--resource', 'sg-9', '--cause', 'plan')).toMatchObject({
      code: 0,
      stdout: 'Nothing changed.\n',
    });
  });
});
