/** The command `readiness` on what the handlers left in a deployed table. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ReadinessOptions, readiness } from '../../functions/cli/actions/readiness.ts';
import { account, alertTopic, type Deployment, deploy, home, queued, requested, storyPlan, tick } from './deployment.ts';

const plan = resolve(import.meta.dirname, '../../shared/sandbox/plan.yaml');
let d: Deployment;
let folder: string;
let output: string;
beforeEach(async () => {
  d = await deploy(storyPlan({ alerts: { email: ['a@example.com'] } }));
  folder = mkdtempSync(join(tmpdir(), 'readiness-'));
  output = join(folder, 'out');
});
afterEach(async () => {
  await d.close();
  rmSync(folder, { recursive: true });
});

const look = async (options: Partial<ReadinessOptions> = {}) => {
  const { stack, stackRegion = home } = options;
  const table = stack === undefined ? { table: d.dynamo.tableName } : {};
  const code = await readiness({ ...table, plan, format: 'text', output, quiet: true, ...options, stackRegion });
  return { code, text: readFileSync(output, 'utf8') };
};

describe('of a deployed auditor', () => {
  test('late regions first, clusters with their state, and broken routes', async () => {
    d.at('2026-11-24T08:00:30.000Z');
    await d.run('audit', queued(requested('us-east-1', 'schedule-1')));
    d.at('2026-11-24T11:00:00.000Z');
    await d.run('audit', queued(requested(home, 'schedule-2')));
    await d.run('dispatch', tick('2026-11-24T11:00:00.000Z', 'sweep'));
    d.at('2026-11-24T11:30:00.000Z');
    const { code, text } = await look();
    expect(code).toBe(1);
    const regions = [
      `eu-north-1 · ${account} NEVER AUDITED`,
      `us-east-1 · ml-prod (${account}) LATE: last audited 3 hours ago, at 2026-11-24 08:00 UTC; what follows is as old`,
      `us-west-2 · ml-prod (${account}) audited 30 minutes ago`,
    ];
    // Whatever its width, the late regions come first.
    const flat = text.replaceAll(/\s+/g, ' ');
    expect(regions.map((line) => flat.indexOf(line))).toEqual(regions.map((line) => flat.indexOf(line)).toSorted((a, b) => a - b));
    for (const line of regions) expect(flat).toContain(line);
    expect(text).toContain('  BLOCKED  llm-train-east  since 2026-11-24 08:00 UTC (3 hours)');
    expect(text).toContain('  READY    llm-train  since 2026-11-24 11:00 UTC (30 minutes)');
    expect(text).toContain('ROUTES OF ALERTS  checked 30 minutes ago\n- e-mail to a@example.com, for alerts: not subscribed any more.');
    expect(text).toContain(`--topic-arn ${alertTopic} --protocol email --notification-endpoint a@example.com`);
  });

  test('as JSON, by the stack, which tells its table', async () => {
    d.at('2026-11-24T08:00:30.000Z');
    await d.run('audit', queued(requested(home, 'schedule-1')));
    d.stub.setStack('Auditor', { FindingsTableOutput: d.dynamo.tableName });
    const { code, text } = await look({ stack: 'Auditor', format: 'json' });
    expect(code).toBe(2);
    const { standings, ...rest } = JSON.parse(text);
    expect(rest).toMatchObject({ schemaVersion: 1, at: '2026-11-24T08:00:30.000Z', brokenRoutes: [], open: { required: 0 } });
    expect(standings.map((s: { region: string; late: boolean }) => [s.region, s.late])).toEqual([
      ['eu-north-1', true],
      ['us-east-1', true],
      [home, false],
    ]);
    expect(standings[2]).toMatchObject({ last: { readiness: [{ cluster: 'llm-train', state: 'READY' }] }, open: { required: 0 } });
  });

  test.each<[string, Partial<ReadinessOptions>, string]>([
    ['a table that is not there', { table: 'other' }, 'The findings table other does not exist in us-west-2'],
    ['no name of a table', { table: 'a table' }, '--table: expected the name of the findings table, got "a table"'],
    ['a stack that is not there', { stack: 'Other' }, 'The stack Other does not exist in us-west-2'],
    ['both', { stack: 'Auditor', table: 'findings' }, '--stack, --table: expected one of them, got both.'],
    ['no region', { stackRegion: 'Oregon' }, '--stack-region: expected the name of a region'],
  ])('%s ends in a sentence', async (_, options, said) => {
    await expect(look(options)).rejects.toThrow(said);
  });

  test('what may not be read is said with the actions it takes', async () => {
    d.stub.setFaults([{ on: 'dynamodb:*', kind: 'refuse' }]);
    await expect(look()).rejects.toThrow(/could not be read: access denied \(dynamodb:/);
  });
});
