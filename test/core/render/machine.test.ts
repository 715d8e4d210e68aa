/** The formats machines read: JUnit XML and SARIF. */
import { describe, expect, test } from 'vitest';
import { checkGroups, checks } from '../../../shared/core/checks/index.ts';
import type { Finding, Result } from '../../../shared/core/evaluation/finding.ts';
import { asff } from '../../../shared/core/render/asff.ts';
import { checkListText, checksJson, checksMarkdown } from '../../../shared/core/render/checks.ts';
import { junit } from '../../../shared/core/render/junit.ts';
import { ocsf } from '../../../shared/core/render/ocsf.ts';
import { sarif } from '../../../shared/core/render/sarif.ts';
import { result } from './result.ts';

test('junit counts failures, required blindness as errors, the rest skipped', () => {
  const xml = junit(result);
  expect(xml).toContain('<testsuite name="111122223333 us-west-2" tests="9" failures="4" errors="2" skipped="1">');
  expect(xml).toContain('<testsuite name="111122223333 ap-southeast-3" tests="1" failures="0" errors="1" skipped="0">');
  expect(xml).toContain('message="The quota is 0 &amp; &quot;4&quot; are &lt;needed&gt;."');
  expect(xml).toContain('<error type="unevaluated" message="Not evaluated: access denied. Allow fsx:DescribeFileSystems."/>');
  expect(xml.match(/<testcase /g)).toHaveLength(10);
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
  expect(junit(odd)).toContain('message="a\\u0000b\\ud800c"');
});

test('sarif has the readiness of every cluster, a READY one too', () => {
  const [run] = JSON.parse(sarif(result, checks, 'infra/plan.yaml')).runs;
  expect(run.properties.readiness).toEqual([
    { account: '111122223333', region: 'us-west-2', cluster: 'eval', state: 'READY', message: 'READY' },
    {
      account: '111122223333',
      region: 'us-west-2',
      cluster: 'llm-train',
      state: 'BLOCKED',
      message: 'BLOCKED: instance-type-quota, a, b and 1 more',
    },
  ]);
});

describe('advice that fails, and advice that was not evaluated', () => {
  const [account] = result.accounts;
  const [region] = account?.regions ?? [];
  const [first] = region?.findings ?? [];
  if (!account || !region || !first) throw new Error('the fixture has a finding');
  const failing: Finding = { ...first, check: 'fsx-same-zone', level: 'advice', status: 'fail', message: 'Another zone.' };
  const row = { check: 'fsx-same-zone', level: 'advice', reason: 'not read' } as const;
  const coverage = { evaluated: 1, unevaluated: [row] };
  const of: Result = { ...result, accounts: [{ ...account, regions: [{ ...region, readiness: [], findings: [failing], coverage }] }] };
  const [found, missing] = JSON.parse(asff(of));
  const events = ocsf(of)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

  test('junit skips both: a reader stops the build at a failure', () => {
    expect(junit(of)).toContain('tests="2" failures="0" errors="0" skipped="2"');
    expect(junit(of)).toContain('<skipped message="advice: Another zone.">');
  });

  test('sarif notes both', () => {
    const [run] = JSON.parse(sarif(of, checks, 'infra/plan.yaml')).runs;
    expect(run.results.map((r: { level: string }) => r.level)).toEqual(['note']);
    expect(run.invocations[0].toolExecutionNotifications.map((n: { level: string }) => n.level)).toEqual(['note']);
  });

  test('Security Hub has them below what is recommended', () => {
    expect([found.Severity.Label, found.Compliance.Status]).toEqual(['LOW', 'WARNING']);
    expect([missing.Severity.Label, missing.Compliance.Status]).toEqual(['INFORMATIONAL', 'NOT_AVAILABLE']);
  });

  test('OCSF has them as low', () => {
    expect(events.map((e) => e.severity_id)).toEqual([2, 2]);
    expect(events.map((e) => e.compliance.status_id)).toEqual([2, 0]);
  });
});

describe('what a result does not show', () => {
  const selection = { regions: ['us-west-2'], outside: { clusters: 2, regions: ['us-east-1'] }, unanswered: ['Cluster <x> is not there.'] };
  const narrowed = { ...result, selection, hiddenFailures: 1 };

  test('junit skips what is outside of the selection, and has an error for what is unanswered', () => {
    expect(junit(narrowed)).toContain(`  <testsuite name="selection" tests="3" failures="0" errors="1" skipped="2">
    <testcase classname="selection" name="outside"><skipped message="2 planned clusters are outside the selection (--region us-west-2), in us-east-1."/></testcase>
    <testcase classname="selection" name="unanswered"><error type="unevaluated" message="Cluster &lt;x&gt; is not there."/></testcase>
    <testcase classname="selection" name="level"><skipped message="1 failure hidden by --level."/></testcase>
  </testsuite>`);
    expect(junit(result)).not.toContain('selection');
  });

  test('sarif notifies of it, and an unanswered selection is no success', () => {
    const only = { ...result, accounts: [] };
    const runOf = (of: Result) => JSON.parse(sarif(of, checks, 'infra/plan.yaml')).runs[0];
    const run = runOf({ ...only, selection, hiddenFailures: 1 });
    expect(run.properties.selection).toEqual(selection);
    expect(run.invocations[0]).toEqual({
      executionSuccessful: false,
      toolExecutionNotifications: [
        { level: 'note', message: { text: '2 planned clusters are outside the selection (--region us-west-2), in us-east-1.' } },
        { level: 'error', message: { text: 'Cluster <x> is not there.' } },
        { level: 'note', message: { text: '1 failure hidden by --level.' } },
      ],
    });
    expect(runOf({ ...only, selection: { ...selection, unanswered: [] } }).invocations[0].executionSuccessful).toBe(true);
    expect(runOf(only).properties).toEqual({ readiness: [] });
  });
});

test('sarif has a rule per check, a result per failure, a notification per coverage row', () => {
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
  const plain = { paint: (_: unknown, text: string) => text, width: 100, level: 'advice' } as const;
  const references = checks.map((check) => ({ check, group: 'any', facts: [] }));
  for (const { id, title } of checks) {
    expect(checksMarkdown(checks)).toContain(`[${id}]`);
    expect(checkListText(checkGroups, plain)).toContain(`  ${id} `);
    expect(JSON.parse(checksJson(references))).toContainEqual(expect.objectContaining({ id, title, group: 'any' }));
  }
});

describe('warnings', () => {
  const warnings: Result['warnings'] = [
    { code: 'mute-expired', message: 'expected a date, got <2025>.', file: 'my-plan.yaml', line: 12, column: 63, path: 'mutes[0].until' },
    { code: 'duplicate', message: 'expected once, got twice.', path: 'mutes[1]' },
  ];

  test('sarif has them as conditions of the configuration, at their place, and they are no failure', () => {
    const [run] = JSON.parse(sarif({ ...result, accounts: [], warnings }, checks, 'my-plan.yaml')).runs;
    expect(run.results).toEqual([]);
    expect(run.invocations).toEqual([
      {
        executionSuccessful: true,
        toolExecutionNotifications: [],
        toolConfigurationNotifications: [
          {
            descriptor: { id: 'mute-expired' },
            level: 'warning',
            message: { text: 'expected a date, got <2025>.' },
            locations: [
              {
                physicalLocation: { artifactLocation: { uri: 'my-plan.yaml' }, region: { startLine: 12, startColumn: 63 } },
                logicalLocations: [{ fullyQualifiedName: 'mutes[0].until', kind: 'member' }],
              },
            ],
          },
          { descriptor: { id: 'duplicate' }, level: 'warning', message: { text: 'expected once, got twice.' } },
        ],
      },
    ]);
  });

  test('junit has them as properties of a suite without cases', () => {
    const xml = junit({ ...result, accounts: [], warnings });
    expect(xml).toContain(`  <testsuite name="plan" tests="0" failures="0" errors="0" skipped="0">
    <properties>
      <property name="warning.mute-expired" value="my-plan.yaml:12:63 mutes[0].until: expected a date, got &lt;2025&gt;."/>
      <property name="warning.duplicate" value="mutes[1]: expected once, got twice."/>
    </properties>
  </testsuite>`);
    expect(xml).not.toContain('<testcase');
    expect(junit({ ...result, warnings: [] })).toBe(junit(result));
  });
});
