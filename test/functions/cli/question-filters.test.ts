import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { finding } from '../../core/results.ts';
import { account, at, type QuestionSources, startQuestionSources } from './question-sources.ts';

let sources: QuestionSources;
beforeAll(async () => {
  sources = await startQuestionSources();
});
afterAll(() => sources.close());

describe('a mistyped filter never looks like an all-clear', () => {
  const cluster = 'No finding is stored for cluster llmtrain; did you mean llm-train? Known clusters: llm-train.';
  const check = 'check takes the id of a check, not "efa-self-trafic"; did you mean efa-self-traffic?';
  const region = 'No audit of the last 35 days is stored for region us-wst-2; did you mean us-west-2? Known regions: us-west-2, us-east-1.';
  const other = `No audit of the last 35 days is stored for account 111122223332; did you mean ${account}? Known accounts: ${account}.`;
  const resource = 'No finding is stored for resource sg-99; did you mean sg-9? Known resources: sg-9, sg-1, =cmd|x.';
  const diff = ['diff', '--from', at(24)];
  test.each<[readonly string[], string]>([
    [['readiness', '--cluster', 'llmtrain'], cluster],
    [['findings', '--cluster', 'llmtrain', '--open'], cluster],
    [['coverage', '--cluster', 'llmtrain'], cluster],
    [['changes', '--cluster', 'llmtrain', '--since', '7d'], cluster],
    [[...diff, '--cluster', 'llmtrain'], cluster],
    [
      ['findings', '--cluster', 'llmtrain', '--at', at(100)],
      `No finding is stored for cluster llmtrain at ${at(100)}; did you mean llm-train? Known clusters there: llm-train.`,
    ],
    [['findings', '--check', 'efa-self-trafic'], check],
    [['coverage', '--check', 'efa-self-trafic'], check],
    [['changes', '--check', 'efa-self-trafic'], check],
    [[...diff, '--check', 'efa-self-trafic'], check],
    [['readiness', '--region', 'us-wst-2'], region],
    [['findings', '--region', 'us-wst-2'], region],
    [['coverage', '--region', 'us-wst-2'], region],
    [['changes', '--region', 'us-wst-2'], region],
    [[...diff, '--region', 'us-wst-2'], region],
    [['history', finding().id, '--region', 'us-wst-2'], region],
    [['readiness', '--account', '111122223332'], other],
    [['findings', '--account', '111122223332', '--at', at(100)], other],
    [['history', finding().id, '--account', '111122223332', '--region', 'us-west-2'], other],
    [['findings', '--resource', 'sg-99'], resource],
    [['changes', '--resource', 'sg-99', '--since', '7d'], resource],
    [
      ['history', 'efa-self-traffic/llm-train/-/sg-2', '--account', account, '--region', 'us-west-2'],
      `No finding is stored for the id efa-self-traffic/llm-train/-/sg-2 in us-west-2 of account ${account}; did you mean efa-self-traffic/llm-train/-/sg-1? Known findings there: efa-self-traffic/llm-train/-/sg-1.`,
    ],
  ])('%j', async (args, says) => {
    expect(await sources.deployed(...args, '--url', sources.url)).toEqual({ code: 3, stdout: '', stderr: `hyperpod-auditor: ${says}\n` });
  });

  test('programs read which filter it is, and what is known', async () => {
    const json = await sources.deployed('findings', '--cluster', 'llmtrain', '--format', 'json', '--url', sources.url);
    expect([json.code, json.stderr]).toEqual([3, `hyperpod-auditor: ${cluster}\n`]);
    expect(JSON.parse(json.stdout)).toMatchObject({
      items: [],
      known: false,
      detail: cluster,
      unknown: [{ parameter: 'cluster', given: 'llmtrain', suggestion: 'llm-train', known: ['llm-train'] }],
    });
    const csv = await sources.deployed('findings', '--cluster', 'llmtrain', '--format', 'csv', '--url', sources.url);
    expect([csv.code, csv.stdout.split('\r\n').length]).toEqual([3, 2]);
  });
});
