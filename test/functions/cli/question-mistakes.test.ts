import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { finding } from '../../core/results.ts';
import { account, type QuestionSources, startForeignEndpoint, startQuestionSources } from './question-sources.ts';
import { run } from './run.ts';

let sources: QuestionSources;
let foreign: Awaited<ReturnType<typeof startForeignEndpoint>>;
beforeAll(async () => {
  [sources, foreign] = await Promise.all([startQuestionSources(), startForeignEndpoint()]);
});
afterAll(async () => {
  foreign.close();
  await sources.close();
});

describe('readiness of many regions', () => {
  const of = (path: string, ...args: readonly string[]) => sources.deployed('readiness', '--url', `${foreign.origin}${path}`, ...args);

  test('every page is read before there is an exit code; the limit is of what is shown', async () => {
    const { code, stdout } = await of('/all', '--limit', '1');
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^111122223333 region-450 .+\n {2}BLOCKED .+\n\nThere is more: --limit shows more than 1, filters show less\.\n$/,
    );
    const json = await of('/all', '--format', 'json');
    expect([json.code, JSON.parse(json.stdout).items.length]).toEqual([1, 450]);
  });

  test('where one cannot be read there is none', async () => {
    const { code, stdout, stderr } = await of('/half');
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toContain('The endpoint answered with something that is no answer to /readiness (HTTP 404)');
  });
});

test.each([
  [[finding().id], 'were searched. Name --account and --region.'],
  [['efa-self-traffic/llm-train/-/sg-1', '--region', 'us-west-2'], 'were searched. Name --account and --region.'],
  [['efa-self-traffic/none'], 'were searched. Name --account and --region.'],
  [['efa-self-traffic/llm-train/-/sg-1', '--account', account, '--region', 'us-west-2'], 'No change of this finding is stored.'],
  [['efa-self-traffic/llm-train/-/sg-94999', '--account', account, '--region', 'us-west-2'], 'expected the whole id of a finding'],
])('history %j of more findings than are searched', async (args, words) => {
  const { stdout, stderr } = await sources.deployed('history', ...args, '--url', `${foreign.origin}/many`);
  expect(`${stdout}${stderr}`).toContain(words);
});

describe.concurrent('what goes wrong ends with 3 and one sentence', () => {
  test.each([
    [
      ['findings', '--at', 'yesterday'],
      '--at: expected a time such as 2026-11-01T12:00Z, a day such as 2026-11-01 (UTC), or how long ago, such as 24h or 7d, got "yesterday".',
    ],
    [['changes', '--since', '2026-02-30'], '--since: expected a time such as'],
    [['changes', '--since', '7d', '--from', '7d'], '--since, --from: expected one of them, got both. Both say where to begin.'],
    [['diff'], 'diff: expected --from <moment> (from then on), got nothing.'],
    [['findings', '--level', 'high'], '--level: expected one of required, recommended, advice'],
    [['findings', '--status', 'failed'], '--status: expected one of pass, fail'],
    [['findings', '--open', 'yes'], '--open: expected one of true, false'],
    [['changes', '--muted', 'no'], '--muted: expected one of true, false'],
    [['changes', '--of', 'findings'], '--of: expected one of finding, coverage, readiness'],
    [
      ['changes', '--cause', 'acount'],
      '--cause: expected one of account, plan, auditor, visibility, baseline, got "acount". Did you mean account?',
    ],
    [
      ['readiness', '--state', 'blocked'],
      '--state: expected one of BLOCKED, UNKNOWN, AT_RISK, READY, got "blocked". Did you mean BLOCKED?',
    ],
    [['findings', '--limit', '0'], '--limit: expected a whole number from 1 on, got "0".'],
    [
      ['findings', '--table', 'x', '--deployed'],
      '--table, --deployed: expected one of them, got both. A table is read directly: leave one away.',
    ],
    [
      ['findings', '--stack-region', 'us-west-2'],
      '--stack-region: expected --stack, --table or --deployed with it, got nothing. Name one of them, or leave it away.',
    ],
    [
      ['findings', '--url', 'nowhere'],
      '--url: expected the address of the endpoint, with https, without user and password, got "nowhere". The stack prints it as QueryUrlOutput.',
    ],
    [['findings', '--url', 'ftp://x'], 'got "ftp://x".'],
    [['findings', '--url', 'file:///etc/passwd'], 'got "file:///etc/passwd".'],
    [['findings', '--url', 'http://example.com/'], 'got "http://example.com/".'],
    [['findings', '--url', 'https://u:hidden@127.0.0.1/'], 'got "https://…@127.0.0.1/".'],
    [['findings', '--url', 'http://127.0.0.1:1/'], 'http://127.0.0.1:1 could not be asked: the connection was refused.'],
    [['findings', '--url', 'http://127.0.0.1:4/', '--profile', 'none'], 'hyperpod-auditor: The profile "none" (--profile) does not exist.'],
    [
      ['findings', '--deployed', '--stack', 'WithoutUrl'],
      'The stack WithoutUrl in us-west-2 has no endpoint for questions. Read its findings table instead: leave --deployed away and add --stack WithoutUrl --stack-region us-west-2.',
    ],
    [
      ['readiness', '--deployed', '--stack', 'WithoutUrl', '--stack-region', 'eu-south-2'],
      'The stack WithoutUrl in eu-south-2 has no endpoint for questions, because Lambda has no function URLs in this region.',
    ],
    [['findings', '--table', 'x', '--profile', 'none'], 'hyperpod-auditor: The profile "none" (--profile) does not exist.'],
    [['findings', '--stack', 'x', '--profile', 'none'], 'hyperpod-auditor: The profile "none" (--profile) does not exist.'],
    [['readiness', '--deployed', '--profile', 'none'], 'hyperpod-auditor: The profile "none" (--profile) does not exist.'],
  ])('%j', async (args, says) => {
    const ran = await sources.deployed(...args);
    expect(ran).toMatchObject({ code: 3, stdout: '' });
    expect(ran.stderr).toContain(says);
    expect(ran.stderr).not.toMatch(/defect|hidden/);
  });

  test.each([
    ['elsewhere', 'The endpoint answered with something that is no answer to /findings (HTTP 302); is it of this version?'],
    ['cut', ' could not be asked: the connection was reset.'],
    ['garbled', ' could not be asked: the request failed ('],
    ['round', 'The endpoint answered /findings with the same cursor twice, so its pages have no end.'],
    ['page', 'The endpoint answered with something that is no answer to /findings (HTTP 200); is it of this version?'],
  ])('an endpoint that is none, %s', async (path, says) => {
    const ran = await sources.deployed('findings', '--url', `${foreign.origin}/${path}`);
    expect(ran).toMatchObject({ code: 3, stdout: '' });
    expect(ran.stderr).toContain(says);
    expect(ran.stderr).not.toContain('defect');
  });

  test('asked of the endpoint: a problem is said in its words, and a refused caller learns which permission it takes', async () => {
    expect((await sources.deployed('findings', '--account', '12', '--url', sources.url)).stderr).toContain(
      'account takes the id of an account, 12 digits, not "12".',
    );
    expect((await sources.deployed('findings', '--at', '300d', '--url', sources.url)).stderr).toMatch(
      /is not stored: nothing is stored before /,
    );
    expect((await sources.deployed('findings', '--at', '2090-01-01', '--url', sources.url)).stderr).toMatch(
      /at takes a time up to now \(.+\), not "2090-01-01T00:00:00\.000Z"\.\n$/,
    );
    const stranger = await run(['findings', '--url', sources.url], { env: { ...sources.env(), AWS_SECRET_ACCESS_KEY: 'another' } });
    expect(stranger.stderr).toContain('does not let these credentials in: they need lambda:InvokeFunctionUrl and lambda:InvokeFunction');
    expect((await sources.deployed('findings', '--table', 'no-such-table')).stderr).toContain(
      'The findings table no-such-table does not exist in us-west-2',
    );
    expect((await run(['findings', '--deployed'])).stderr).toContain(
      '--stack-region: expected the region of the stack, got nothing. Name it with --stack-region or AWS_REGION.',
    );
    expect((await sources.deployed('history', 'efa-self-traffic/gone/-/sg-7', '--url', sources.url)).stderr).toContain(
      'there are several here: name --account and --region.',
    );
  });
});
