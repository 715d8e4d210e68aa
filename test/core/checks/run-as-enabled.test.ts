import { expect } from 'vitest';
import check from '../../../shared/core/checks/run-as-enabled.ts';
import type { SessionPreferences } from '../../../shared/core/evaluation/facts.ts';
import { broken, denied, ok, plan, planned, running, withRunning } from '../healthy.ts';
import { eksPlan } from '../plans.ts';
import { table } from '../table.ts';

const resource = 'SSM-SessionManagerRunShell';
const ubuntu = 'SSM-SessionManagerRunShellAsUbuntu';
const saved = (preferences: SessionPreferences | null, other: SessionPreferences | null = null) => ({
  sessionDocuments: { [resource]: ok(preferences), [ubuntu]: ok(other) },
});
const expected = plan(planned({ runAs: { expected: true } }));

table(check, [
  { name: 'passes at the healthy default', findings: [{ status: 'pass', level: 'advice', resource }], says: ['us-west-2', 'ubuntu'] },
  { name: 'passes where the plan expects it', plan: expected, findings: [{ status: 'pass', level: 'required' }] },
  { name: 'on without a default user is on', facts: saved({ runAs: true }), findings: [{ status: 'pass' }] },
  {
    name: 'off: other preferences are kept by the line',
    facts: saved({ runAs: false }),
    findings: [
      {
        status: 'fail',
        level: 'advice',
        resource,
        remediation: {
          command: expect.stringMatching(
            /^aws ssm update-document .*'\$LATEST'.*--region us-west-2 .*get-document.*runAsEnabled = true.*runAsDefaultUser = "ubuntu"/,
          ),
        },
      },
    ],
    says: ['leaves Run As off in us-west-2'],
  },
  {
    name: 'never saved: the document is made',
    facts: saved(null),
    findings: [
      {
        status: 'fail',
        level: 'advice',
        remediation: {
          command: `aws ssm create-document --name SSM-SessionManagerRunShell --document-type Session --document-format JSON --content '{"schemaVersion":"1.0","description":"Session Manager preferences","sessionType":"Standard_Stream","inputs":{"runAsEnabled":true,"runAsDefaultUser":"ubuntu"}}' --region us-west-2`,
        },
      },
    ],
    says: ['no preferences are saved'],
  },
  { name: 'required where the plan expects it', plan: expected, facts: saved(null), findings: [{ status: 'fail', level: 'required' }] },
  {
    name: 'not expected in so many words',
    plan: plan(planned({ runAs: { expected: false } })),
    facts: saved(null),
    findings: [{ status: 'fail', level: 'advice' }],
  },
  {
    name: 'only the other document is on',
    facts: saved(null, { runAs: true, defaultUser: 'ubuntu' }),
    findings: [{ status: 'fail' }],
    says: [ubuntu],
  },
  {
    name: 'the other document is off too',
    facts: saved({ runAs: false }, { runAs: false }),
    findings: [{ status: 'fail', message: expect.not.stringContaining(ubuntu) }],
  },
  {
    name: 'the other document was not read',
    facts: { sessionDocuments: { [resource]: ok(null) } },
    findings: [{ status: 'fail', message: expect.not.stringContaining(ubuntu) }],
  },
  {
    name: 'the image of EKS has another user',
    plan: eksPlan,
    facts: saved(null),
    findings: [{ status: 'fail', remediation: { command: expect.stringContaining('"runAsDefaultUser":"ec2-user"') } }],
  },
  {
    name: 'a cluster that only runs',
    plan: { ...plan(), clusters: [] },
    facts: { ...withRunning(running()), ...saved(null) },
    findings: [{ status: 'fail', level: 'advice', cluster: 'llm-train' }],
  },
  {
    name: 'left to a parameter: unevaluated',
    facts: saved({ runAs: 'undecidable' }),
    unevaluated: [{ level: 'advice', resource, reason: expect.stringContaining('parameter') }],
  },
  {
    name: 'denied: unevaluated, with the action',
    plan: expected,
    facts: { sessionDocuments: { [resource]: denied('ssm:GetDocument') } },
    unevaluated: [{ level: 'required', resource, action: 'ssm:GetDocument' }],
  },
  {
    name: 'unreadable: unevaluated',
    facts: { sessionDocuments: { [resource]: broken() } },
    unevaluated: [{ level: 'advice', reason: 'the service did not answer in time' }],
  },
]);
