/** The formats machines read: JUnit XML and SARIF. */
import { expect, test } from 'vitest';
import { checks } from '../../../shared/core/checks/index.ts';
import { checksJson, checksMarkdown, checksText } from '../../../shared/core/render/checks.ts';
import { junit } from '../../../shared/core/render/junit.ts';
import { sarif } from '../../../shared/core/render/sarif.ts';
import { result } from './result.ts';

test('junit counts failures, required blindness as errors, the rest skipped', () => {
  const xml = junit(result);
  expect(xml).toContain('<testsuite name="111122223333 us-west-2" tests="7" failures="3" errors="2" skipped="1">');
  expect(xml).toContain('<testsuite name="111122223333 ap-southeast-3" tests="1" failures="0" errors="1" skipped="0">');
  expect(xml).toContain('message="The quota is 0 &amp; &quot;4&quot; are &lt;needed&gt;."');
  expect(xml).toContain('<error type="unevaluated" message="access denied: fsx:DescribeFileSystems"/>');
  expect(xml.match(/<testcase /g)).toHaveLength(8);
});

test('junit survives characters XML cannot hold', () => {
  const region = result.accounts[0]?.regions[0];
  const first = region?.findings[0];
  if (!region || !first) throw new Error('the fixture has a finding');
  const odd = {
    ...result,
    accounts: [
      { account: '1', auditedAt: '2026-11-20T08:00:00Z', regions: [{ ...region, findings: [{ ...first, message: 'a\u0000b\uD800c' }] }] },
    ],
  };
  expect(junit(odd)).toContain('message="a\uFFFDb\uFFFDc"');
});

test('sarif has a rule per check, a result per failure, a notification per blind spot', () => {
  const log = JSON.parse(sarif(result, checks, 'infra/plan.yaml'));
  const run = log.runs[0];
  expect(log.version).toBe('2.1.0');
  expect(run.tool.driver).toMatchObject({ version: '0.1.0', properties: { rules: '3f2a9c81d0e4' } });
  expect(run.tool.driver.rules.map((r: { id: string }) => r.id)).toEqual(checks.map((c) => c.id));
  expect(run.results.map((r: { ruleId: string; level: string }) => [r.ruleId, r.level])).toEqual([
    ['subnet-free-ips', 'warning'],
    ['instance-type-quota', 'error'],
    ['efa-open-egress', 'warning'],
  ]);
  expect(run.results[0].locations[0].physicalLocation.artifactLocation.uri).toBe('infra/plan.yaml');
  expect(run.results[1].partialFingerprints.findingId).toBe('111122223333/us-west-2/instance-type-quota/llm-train/-/ml.p5');
  expect(run.results[2].suppressions).toEqual([
    { kind: 'external', justification: 'filtered by the firewall (network team, until 2027-01-31)' },
  ]);
  expect(run.invocations[0].executionSuccessful).toBe(false);
  expect(run.invocations[0].toolExecutionNotifications).toHaveLength(4);
});

test('the reference of checks names every check in all three forms', () => {
  for (const { id, title } of checks) {
    expect(checksMarkdown(checks)).toContain(`[${id}]`);
    expect(checksText(checks, 100)).toContain(id);
    expect(JSON.parse(checksJson(checks))).toContainEqual(expect.objectContaining({ id, title }));
  }
});
