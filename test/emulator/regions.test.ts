/** The stacks in every region that they can be deployed in: cfn-lint knows which resource types and values a region has. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, inject, test } from 'vitest';
import { stackNames } from '../../infra/stacks/stack-names.ts';
import { hasFunctionUrls, supportedRegions } from '../../shared/core/plan/regions.ts';
import { appOf, fullPlan, home } from '../infra/world.ts';

const folder = mkdtempSync(join(tmpdir(), 'templates-'));
afterAll(() => rmSync(folder, { recursive: true }));

// Without regions in the plan, templates differ by the names of regions alone, so that one stands for all of them.
const { regions: _, ...plan } = fullPlan;
const templates = supportedRegions.names.map((region) => {
  const { stacks } = appOf(plan, { home: { ...home, region } }).synth();
  const audit = JSON.stringify(stacks.find((s) => s.stackName === stackNames.audit)?.template);
  return { region, audit, others: stacks.filter((s) => s.stackName !== stackNames.audit) };
});

/** What cfn-lint says of a template in these regions, without W3005: CDK writes dependencies that a reference implies too. */
function lint(name: string, template: string, regions: readonly string[]): string {
  const file = join(folder, `${name}.json`);
  writeFileSync(file, template);
  const options = ['--ignore-checks', 'W3005', '--regions', ...regions, '--', file];
  const { stdout, stderr, error } = spawnSync(join(dirname(inject('python')), 'cfn-lint'), options, { encoding: 'utf8' });
  if (error) throw error;
  return stdout + stderr;
}

test('the audit stack has the same template in all regions but for their names, and in some no address for questions', () => {
  const names = new RegExp(supportedRegions.names.join('|'), 'g');
  const nameless = (of: (typeof templates)[number]) => of.audit.replaceAll(names, 'REGION');
  const withUrl = templates.filter(({ region }) => hasFunctionUrls(region));
  const without = templates.filter(({ region }) => !hasFunctionUrls(region));
  expect(without.map((t) => t.region)).toEqual(['eu-south-2', 'ap-south-2', 'ap-southeast-4']);
  for (const [name, alike] of Object.entries({ withUrl, without })) {
    expect(new Set(alike.map(nameless)).size).toBe(1);
    const regions = alike.map((t) => t.region);
    expect(alike[0]?.audit.includes('AWS::Lambda::Url')).toBe(name === 'withUrl');
    expect(lint(name, alike[0]?.audit ?? '', regions)).toBe('');
  }
});

test('the stacks of other regions and accounts', () => {
  const [first] = templates.filter((t) => t.region === home.region);
  expect(first?.others.map((s) => s.stackName).toSorted()).toEqual([stackNames.events('us-east-1'), stackNames.member]);
  for (const { stackName, template } of first?.others ?? [])
    expect(lint(stackName, JSON.stringify(template), supportedRegions.names)).toBe('');
});
