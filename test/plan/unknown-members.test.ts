/** Members of a request that this version does not know are warnings; what is probably misspelled is a mistake. */
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../shared/core/evaluation/evaluate.ts';
import { parsePlan } from '../../shared/plan/parse.ts';
import { printPlan } from '../../shared/plan/print.ts';
import { snapshot } from '../core/healthy.ts';

const role = 'arn:aws:iam::123456789012:role/HyperPodNode';
/** A plan of one cluster with more members in its request, in its group and beside its request. */
const planOf = (request: object, group: object = {}, cluster: object = {}): string =>
  JSON.stringify(
    {
      clusters: [
        {
          region: 'us-west-2',
          request: {
            ClusterName: 'llm-train',
            InstanceGroups: [
              { InstanceGroupName: 'workers', InstanceCount: 1, InstanceType: 'ml.g5.xlarge', ExecutionRole: role, ...group },
            ],
            ...request,
          },
          ...cluster,
        },
      ],
    },
    null,
    1,
  );
const parse = (text: string) => parsePlan(text, { file: 'plan.json', readRequest: () => ({ ok: false, reason: 'no such file' }) });

/** Warnings of a plan that is accepted. */
function warned(text: string): readonly string[] {
  const read = parse(text);
  if (!read.ok) throw new Error(read.problems.map((p) => p.message).join('\n'));
  return read.locate([]).map(({ code, path, message }) => `${code} ${path}: ${message}`);
}

/** Mistakes of a plan that is refused, each with the place of its key. */
function refused(text: string): readonly string[] {
  const read = parse(text);
  return read.ok ? [] : read.problems.map(({ line, path, message }) => `${line} ${path} ${message}`);
}

describe('an unknown member', () => {
  test.each([
    ['of the request', planOf({ Placement: 'Spread' }), 'clusters[0].request.Placement', '"Placement" is unknown to this version.'],
    [
      'of a group',
      planOf({}, { Placement: {} }),
      'clusters[0].request.InstanceGroups[0].Placement',
      '"Placement" is unknown to this version.',
    ],
    [
      'far down',
      planOf({ AutoScaling: { Mode: 'Enable', Min: 1 } }),
      'clusters[0].request.AutoScaling.Min',
      '"Min" is unknown to this version.',
    ],
    ['two edits from a known one', planOf({ NodeRecover: 'None' }), 'clusters[0].request.NodeRecover', ''],
    [
      'with a suggestion',
      planOf({ NodRecovry: 'None' }),
      'clusters[0].request.NodRecovry',
      '"NodRecovry" is unknown to this version (did you mean NodeRecovery?).',
    ],
    [
      'that resembles one which the request has already',
      planOf({ NodeRecovery: 'None', NodeRecovery2: 'None' }),
      'clusters[0].request.NodeRecovery2',
      '"NodeRecovery2" is unknown to this version.',
    ],
  ])('%s', (_, text, path, message) => {
    if (message === '') expect(refused(text)).toHaveLength(1);
    else expect(warned(text)).toEqual([`unknown-member ${path}: ${message} It is accepted and not evaluated.`]);
  });

  test('has its line and column', () => {
    const read = parse(planOf({}, { Placement: {} }));
    expect(read.ok && read.locate([])).toMatchObject([{ file: 'plan.json', line: 13, column: 7 }]);
  });

  test('stays in the request and is named by the cluster', () => {
    const read = parse(planOf({ Placement: 'Spread' }, { Fabric: 1 }));
    expect(read).toMatchObject({
      ok: true,
      plan: { clusters: [{ request: { Placement: 'Spread' }, unknownParts: ['InstanceGroups[0].Fabric', 'Placement'] }] },
    });
  });

  test('and an unknown word are not evaluated, so that the cluster is not READY', () => {
    const read = parse(planOf({ Placement: 'Spread', NodeProvisioningMode: 'Burst' }));
    if (!read.ok) throw new Error('refused');
    const { coverage, readiness } = evaluate(read.plan, snapshot());
    expect(coverage.unevaluated.filter((row) => row.check === 'request-members')).toEqual([
      expect.objectContaining({
        level: 'recommended',
        cluster: 'llm-train',
        resource: 'Placement',
        reason: 'this version does not know Placement. Update the auditor',
      }),
      expect.objectContaining({ resource: 'NodeProvisioningMode' }),
    ]);
    expect(readiness[0]?.state).not.toBe('READY');
  });
});

describe('a misspelled member', () => {
  test.each([
    ['in another case', planOf({ nodeRecovery: 'None' }), 'NodeRecovery', 'nodeRecovery'],
    ['with a letter more', planOf({ VpcConfigs: {} }), 'VpcConfig', 'VpcConfigs'],
    ['with a letter less', planOf({}, { TreadsPerCore: 1 }), 'ThreadsPerCore', 'InstanceGroups.TreadsPerCore'],
    ['with two letters swapped', planOf({ Orchestrator: { Slrum: {} } }), 'Slurm', 'Orchestrator.Slrum'],
  ])('%s', (_, text, meant, member) => {
    const [first = ''] = refused(text);
    expect(first).toContain(`did you mean ${meant}?`);
    expect(first).toContain(`add acceptMembers: [${member}] to the cluster`);
    // As the message says.
    const plan = JSON.parse(text);
    plan.clusters[0].acceptMembers = [member];
    const [after] = member.startsWith('Orchestrator') ? [undefined] : warned(JSON.stringify(plan));
    if (after !== undefined) expect(after).toContain('unknown to this version');
  });

  test('is accepted with its index too', () => {
    expect(warned(planOf({}, { TreadsPerCore: 1 }, { acceptMembers: ['InstanceGroups[0].TreadsPerCore'] }))).toHaveLength(1);
    expect(refused(planOf({}, { TreadsPerCore: 1 }, { acceptMembers: ['TreadsPerCore'] }))).toHaveLength(1);
  });

  test.each(['SSHKeyName', 'InstanceGroupType', 'TargetAvailabilityZoneId'])('%s is a key of something else', (name) => {
    expect(refused(planOf({}, { [name]: 'x' }))).toEqual([expect.stringContaining('it is not part of the CreateCluster API')]);
    expect(refused(planOf({}, { [name]: 'x' }, { acceptMembers: [`InstanceGroups.${name}`] }))).toHaveLength(1);
  });

  test('the keys of the plan itself stay closed', () => {
    expect(refused(planOf({}, {}, { placement: 1 }))).toEqual([expect.stringContaining('the unknown key "placement"')]);
  });
});

test('a plan that is printed and parsed again has the same unknown parts', () => {
  const read = parse(planOf({ NodeProvisioningMode: 'Burst' }, { Fabric: 1 }));
  if (!read.ok) throw new Error('refused');
  expect(read.plan.clusters[0]?.unknownParts).toEqual(['InstanceGroups[0].Fabric', 'NodeProvisioningMode']);
  expect(parse(printPlan(read.plan))).toMatchObject({ ok: true, plan: read.plan });
});
