import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { finding } from '../../core/results.ts';
import { account, at, type QuestionSources, startQuestionSources } from './question-sources.ts';
import { run } from './run.ts';

let sources: QuestionSources;
beforeAll(async () => {
  sources = await startQuestionSources();
});
afterAll(() => sources.close());

const asked: readonly (readonly string[])[] = [
  ['changes', '--region', 'us-west-2', '--since', '7d'],
  ['findings', '--open'],
  ['coverage', '--level', 'required'],
  ['readiness', '--account', account, '--at', at(121)],
  ['history', finding().id, '--region', 'us-west-2', '--account', account],
  ['diff', '--from', at(24), '--to', at(122)],
];

describe('one question has one answer, from every source', () => {
  test('the endpoint of the stack, a named endpoint, the table, the table of the stack, and this machine', async () => {
    const answers = await Promise.all(
      asked.map(async (question) => {
        const json = [...question, '--format', 'json'];
        const outputs = [];
        // Every way for the first, the endpoint and the table for the rest.
        const every = question === asked[0];
        for (const where of [
          ['--url', sources.url],
          ['--table', sources.dynamo.tableName],
          ...(every ? [['--deployed'], ['--stack', 'HyperPodAuditor', '--stack-region', 'us-west-2']] : []),
        ])
          outputs.push(await sources.deployed(...json, ...where));
        return outputs;
      }),
    );
    for (const [n, question] of asked.entries()) {
      const own = await run([...question, '--format', 'json', '--database', join(sources.folder, 'db')]);
      // Of what was asked only readiness has a state: a cluster is BLOCKED.
      expect(own, question.join(' ')).toMatchObject({ code: question[0] === 'readiness' ? 1 : 0, stderr: '' });
      expect(JSON.parse(own.stdout).items.length, question.join(' ')).toBeGreaterThan(0);
      for (const answered of answers[n] ?? []) expect(answered, question.join(' ')).toEqual(own);
    }
    expect(sources.signed.length).toBeGreaterThan(asked.length);
    expect(new Set(sources.signed)).toEqual(new Set([true]));
  }, 240_000);
});

describe('as text and CSV', () => {
  test('changes: by audit, what is new at first in one line', async () => {
    const { stdout, code } = await sources.deployed('changes', '--since', '30d', '--url', sources.url);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /UTC {2}ml-prod \(111122223333\) us-west-2\n {2}recovered {2}efa-self-traffic · llm-train · sg-1: fail → pass\n {2}recovered {2}cluster llm-train: BLOCKED → READY\n/,
    );
    expect(stdout).toMatch(/UTC {2}111122223333 us-east-1\n {2}3 things seen for the first time\n/);
    // The time of the newest, as the screen has it, is one up to which all of it is found.
    const newest = stdout.slice(0, '2026-11-01 12:00 UTC'.length);
    expect((await sources.deployed('changes', '--since', '30d', '--to', newest, '--url', sources.url)).stdout).toBe(stdout);
  });

  test('findings, readiness, history and the difference', async () => {
    const of = async (...args: readonly string[]) => (await sources.deployed(...args, '--url', sources.url)).stdout;
    expect(await of('findings', '--status', 'fail')).toMatch(
      /^✗ efa-self-traffic {2}111122223333 us-east-1 · llm-train · sg-9\n {4}required failure since .+\n {4}sg-9 was read\.\n {4}id efa-self-traffic\/llm-train\/-\/sg-9\n$/,
    );
    expect(await of('findings', '--resource', 'sg-9', '--status', 'pass')).toBe('No finding matches.\n');
    expect(await of('readiness', '--account', account)).toMatch(
      /111122223333 us-east-1\s+last audited at least up to .+\n {2}UNKNOWN {2}llm-train {2}planned {2}since [^\n]+\s+was BLOCKED;\s+no\s+audit\s+is\s+known\s+to\s+have\s+completed\s+since\s/,
    );
    expect(await of('history', finding().id, '--region', 'us-west-2')).toMatch(/recovered {2}account {3}fail → pass +sg-1 was read\.\n/);
    expect(await of('diff', '--from', at(24), '--to', at(122))).toBe(
      `${account} us-west-2\n  regressed  cluster llm-train: READY → BLOCKED\n  regressed  efa-self-traffic · llm-train · sg-1: pass → fail\n`,
    );
    expect(await of('changes', '--limit', '1')).toContain('There is more: --limit shows more than 1, filters show less.');
  });

  test('history by the full id of an export, by the only beginning, and not by that of several findings', async () => {
    const of = (given: string, ...more: readonly string[]) =>
      sources.deployed('history', given, ...more, '--format', 'json', '--url', sources.url);
    const whole = await sources.deployed('history', finding().id, '--region', 'us-west-2', '--format', 'json', '--url', sources.url);
    expect(JSON.parse(whole.stdout).items.length).toBeGreaterThan(1);
    for (const given of [`${account}/us-west-2/${finding().id}`, finding().id])
      expect([given, JSON.parse((await of(given)).stdout).items]).toEqual([given, JSON.parse(whole.stdout).items]);
    expect(await of('efa-self', '--region', 'us-west-2')).toEqual(whole);
    const several = await of('efa-self');
    expect(several.code).toBe(3);
    expect(several.stderr).toMatch(
      /^hyperpod-auditor: history: expected the id of one finding, got "efa-self"\. \d findings begin with it: /,
    );
    expect(several.stderr).toContain(`${account}/us-west-2/${finding().id}`);
  });

  test('CSV: a line for each, harmless in a spreadsheet', async () => {
    const { stdout } = await sources.deployed('findings', '--region', 'us-west-2', '--format', 'csv', '--url', sources.url);
    const lines = stdout.split('\r\n');
    expect(lines[0]).toBe(
      'account,region,status,level,open,check,cluster,group,resource,have,need,unit,since,first_seen,muted_until,last_seen,message,fix,command,id',
    );
    expect(lines.filter((l) => l.startsWith(account))).toHaveLength(2);
    expect(stdout).toContain(",'=cmd|x,");
    expect((await sources.deployed('readiness', '--format', 'csv', '--url', sources.url)).stdout.split('\r\n')).toHaveLength(4);
    const cut = await sources.deployed('changes', '--limit', '1', '--format', 'csv', '--url', sources.url);
    expect(cut.stderr).toContain('there is more than these 1');
  });
});
