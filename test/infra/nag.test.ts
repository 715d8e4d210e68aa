/** cdk-nag's rules: nothing is found but what is acknowledged, and nothing is acknowledged for nothing. */
import { Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, test } from 'vitest';
import { deviations, packs } from '../../infra/stacks/deviations.ts';
import { emptyPlan, type Plan } from '../../shared/core/plan/plan.ts';
import { everything } from '../aws/world.ts';
import { appOf, fullPlan } from './world.ts';

const plans: readonly (readonly [string, Plan])[] = [
  ['that is empty', emptyPlan],
  ['with every route', fullPlan],
  ['with clusters and an organization', { ...everything, accounts: 'organization', deployment: { organization: 'o-a1b2c3d4e5' } }],
];

interface Acknowledged {
  readonly path: string;
  readonly id: string;
  readonly reason: string;
}

const key = Validations.ACKNOWLEDGED_RULES_METADATA_KEY;

/** Rules that are broken somewhere at or below a path, with all acknowledgements forgotten; and these. */
function checked(plan: Plan): { readonly broken: readonly string[]; readonly acknowledged: readonly Acknowledged[] } {
  const app = appOf(plan);
  const acknowledged = app.node.findAll().flatMap((of) =>
    of.node.metadata
      .filter((m) => m.type === key)
      .flatMap((m) => Object.entries(m.data as Record<string, string>))
      .map(([id, reason]): Acknowledged => ({ path: of.node.path, id: id.replace(/^annotation::/i, ''), reason }))
      .filter(({ id }) => id.startsWith('AwsSolutions-')),
  );
  // A pack that knows no acknowledgements.
  const pack = new AwsSolutionsChecks(app);
  Object.assign(pack, { isAcknowledged: () => false });
  const broken = pack.validateScope(app).violations.flatMap((v) => v.violatingResources.map((r) => `${r.constructPath} ${v.ruleName}`));
  return { broken, acknowledged };
}

describe.each(plans)('a plan %s', (_, plan) => {
  test('leaves nothing open', () => {
    const app = appOf(plan);
    expect(new AwsSolutionsChecks(app).validateScope(app).violations).toEqual([]);
  });

  test('acknowledges what is broken and no more, each with a whole sentence', () => {
    const { broken, acknowledged } = checked(plan);
    expect(broken.length).toBeGreaterThan(5);
    for (const { path, id, reason } of acknowledged) {
      expect(
        broken.filter((b) => b.startsWith(`${path}/`) && b.endsWith(` ${id}`)),
        `${path} ${id}`,
      ).not.toEqual([]);
      expect(reason).toMatch(/^[A-Z].{20,}\.$/);
    }
  });
});

describe('the packs Serverless, NIST 800-53, HIPAA and PCI DSS', () => {
  const apps = plans.map(([, plan]) => appOf(plan));

  test.each(Object.entries(packs))('%s: what is broken has a reason', (_, Pack) => {
    for (const app of apps) expect(new Pack(app).validateScope(app).violations).toEqual([]);
  });

  test('each reason is a sentence, for resources of one type that break the rule in some plan', () => {
    const broken = Object.values(packs).flatMap((Pack) =>
      apps.flatMap((app) => {
        const pack = new Pack(app);
        Object.assign(pack, { isAcknowledged: () => false });
        return pack.validateScope(app).violations.flatMap((v) => v.violatingResources.map((r) => `${v.ruleName} ${r.constructPath}/`));
      }),
    );
    for (const { rule, packs: of, path, reason } of deviations) {
      expect(reason).toMatch(/^[A-Z].{20,}\.$/);
      for (const pack of of) {
        const found = broken.filter((b) => b.startsWith(`${pack}-${rule} `) && (path?.test(b) ?? true));
        expect(found, `${pack}-${rule}`).not.toEqual([]);
      }
    }
  });
});
