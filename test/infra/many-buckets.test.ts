/** Plans whose lifecycle scripts are in many buckets: what is granted fits into the policies of a role, or no template is made. */
import { describe, expect, test } from 'vitest';
import { NoResultError } from '../../functions/process/exit.ts';
import { stackNames } from '../../infra/app.ts';
import { resourcePolicyLimits } from '../../infra/stacks/policy-limits.ts';
import { iamQuotas } from '../../shared/aws/policies/policy-size.ts';
import { objectArns } from '../../shared/aws/policies/s3-grants.ts';
import { emptyPlan, type Plan, type PlannedCluster } from '../../shared/core/plan/plan.ts';
import { groupRequest } from '../aws/world.ts';
import { policiesOf } from './simulate.ts';
import { appOf, fullPlan, home, type Resource, type Stack, stackOf } from './world.ts';

const bucketName = (n: number, length: number) => `team-ml-scripts-${'x'.repeat(Math.max(0, length - 20))}-${String(n).padStart(3, '0')}`;

/** So many clusters, in so many buckets with names of a length, each with a folder of its own. */
const planWith = (clusters: number, buckets: number, length: number, deployment?: Plan['deployment']): Plan => ({
  ...emptyPlan,
  regions: ['us-west-2'],
  accounts: ['111122223333', '444455556666'],
  ...(deployment && { deployment }),
  clusters: Array.from({ length: clusters }, (_, n): PlannedCluster => {
    const SourceS3Uri = `s3://${bucketName(n % buckets, length)}/clusters/llm-train-${n}/lifecycle`;
    const group = groupRequest({ LifeCycleConfig: { SourceS3Uri, OnCreate: 'on_create.sh' } });
    return { region: 'us-west-2', request: { ClusterName: `llm-train-${n}`, InstanceGroups: [group] } };
  }),
});

const known = { 'AWS::Partition': 'aws-us-gov', 'AWS::AccountId': '123456789012' };

/** The documents of a role as IAM gets them, with references of this length at most filled in. */
function documentsOf(of: Stack, role: Resource): { readonly inline: readonly string[]; readonly managed: readonly string[] } {
  const attached: readonly { readonly Ref: string }[] = role.Properties.ManagedPolicyArns ?? [];
  const managed = attached.map(({ Ref }) =>
    policiesOf({ Properties: { Policies: [{ PolicyName: Ref, ...of.resources[Ref]?.Properties }] } }, known),
  );
  const text = (policies: ReturnType<typeof policiesOf>) => [...policies.values()].map((p) => JSON.stringify(p));
  return { inline: text(policiesOf(role, known)), managed: managed.flatMap(text) };
}

const total = (documents: readonly string[]) => documents.reduce((sum, d) => sum + d.length, 0);

test.each([
  ['1,000 clusters in 300 buckets with names of 63 characters', planWith(1000, 300, 63)],
  ['90 clusters, each in a bucket', planWith(90, 90, 40)],
])(
  '%s fit into the policies of the audit roles, and every script may be read',
  (_, plan) => {
    const app = appOf(plan, { home });
    for (const [name, id] of [
      [stackNames.audit, 'AuditRole'],
      [stackNames.member, 'AuditRole'],
    ] as const) {
      const of = stackOf(app, name);
      const { inline, managed } = documentsOf(of, of.one('AWS::IAM::Role', id));
      expect(total(inline)).toBeLessThanOrEqual(iamQuotas.inlinePolicies);
      expect(managed.length).toBeLessThanOrEqual(iamQuotas.managedPolicies);
      for (const document of managed) expect(document.length).toBeLessThanOrEqual(iamQuotas.managedPolicy);
      const granted = [...inline, ...managed].flatMap((d) => d.match(/:s3:::[^"]+/g) ?? []);
      for (const { request } of plan.clusters) {
        const uri = request.InstanceGroups?.[0]?.LifeCycleConfig?.SourceS3Uri ?? '';
        const [bucket = '', ...key] = uri.slice('s3://'.length).split('/');
        expect(granted).toContain(`:s3:::${bucket}`);
        const object = `:s3:::${bucket}/${key.join('/')}/on_create.sh`;
        expect(granted.some((arn) => (arn.endsWith('*') ? object.startsWith(arn.slice(0, -1)) : object === arn))).toBe(true);
      }
    }
  },
  60_000,
);

test('what is granted is as narrow as there is room for', () => {
  const objects = (clusters: number) =>
    objectArns(planWith(clusters, 1, 24), { partition: 'aws', account: home.account }).map((arn) => arn.split('/').slice(1).join('/'));
  expect(objects(2)).toContain('clusters/llm-train-1/lifecycle/on_create.sh');
  expect(objects(250)).toContain('clusters/llm-train-1/lifecycle/*');
  expect(objects(1000)).toContain('clusters/llm-train-*');
});

describe('more than fit', () => {
  const refused = (deployment?: Plan['deployment']) => {
    try {
      appOf(planWith(1000, 1000, 63, deployment), { home });
    } catch (error) {
      return error instanceof NoResultError ? error.message : error;
    }
    return undefined;
  };

  test('name the first bucket that does not, and what to do', () => {
    expect(refused()).toMatch(
      /^Bucket team-ml-scripts-x+-\d+ of lifecycle scripts does not fit into the policies of one role: IAM takes 10240 characters inline and 10 managed policies of 6144\. Name such buckets by what their names begin with: deployment: \{ lifecycleBuckets: \['team-ml-scripts-x+-\*'\] \}$/,
    );
  });

  test('fit once the plan names what their names begin with', () => {
    expect(refused({ lifecycleBuckets: ['team-ml-scripts-*'] })).toBeUndefined();
  });
});

describe('policies of resources', () => {
  test('are below the limits, in a plan with everything', () => {
    const policies = stackOf(appOf(fullPlan, { home })).of('AWS::SQS::QueuePolicy');
    expect(policies.length).toBeGreaterThan(2);
    // SQS takes 20 statements: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html
    for (const { id, Properties } of policies) expect(Properties.PolicyDocument.Statement.length, id).toBeLessThan(5);
  });

  test('that are too long end the synthesis with their size, and say what to shorten', () => {
    const accounts = Array.from({ length: 300 }, (_, n) => String(100_000_000_000 + n));
    expect(() => appOf({ ...fullPlan, accounts }, { home }).synth()).toThrow(
      new RegExp(
        `The policy of the event bus of \\S+ has up to 1\\d{4} characters, AWS takes ${resourcePolicyLimits.bus}: list fewer accounts`,
      ),
    );
  });
});
