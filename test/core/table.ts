/** Runs one check over a table of cases, each written as its difference from the healthy account. */
import { basename, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Check } from '../../shared/core/evaluation/check.ts';
import { evaluate } from '../../shared/core/evaluation/evaluate.ts';
import type { Facts } from '../../shared/core/evaluation/facts.ts';
import { compareLevels, type Finding, type Remediation, type Unevaluated } from '../../shared/core/evaluation/finding.ts';
import type { Plan } from '../../shared/core/plan/plan.ts';
import type { CheckExample } from '../../shared/core/render/checks.ts';
import { messageFaults, reasonFaults, sentenceFaults } from '../helpers/message-rules.ts';
import { plan, snapshot } from './healthy.ts';
import { reversed } from './worlds.ts';

type Expected = Omit<Partial<Finding>, 'remediation'> & { readonly remediation?: Partial<Remediation> };

export interface Row {
  readonly name: string;
  readonly plan?: Plan;
  readonly facts?: Partial<Facts>;
  /** All findings, in order; of each only what is written here is compared. `[]`: the check does not apply. */
  readonly findings?: readonly Expected[];
  readonly unevaluated?: readonly Partial<Unevaluated>[];
  /** Each must occur in the message of the first finding. */
  readonly says?: readonly string[];
}

/** Whether the resource is one of the account, which its console shows, and no part of a request or of a plan. */
const isInAccount = (resource: string): boolean =>
  /^(subnet|sg|vpc|vpce|rtb|acl|fs)-|^s3:\/\/|^arn:[a-z-]+:(iam|eks|sagemaker):[a-z0-9-]*:\d+:(role|user|cluster|training-plan)\//.test(
    resource,
  );

/** What follows `aws` in a command line, for each call in it. */
const awsCalls = (command: string): readonly string[] => command.split(/\baws /).slice(1);

const inOrder = (findings: readonly Finding[]) => findings.toSorted((a, b) => (a.id < b.id ? -1 : 1));

const examplesFolder = resolve(import.meta.dirname, '../../shared/core/checks/examples');

/** The first failure of the table, the strongest first; of a check that never fails another finding, or what is not evaluated. */
function exampleOf(check: Check, rows: readonly Row[]): CheckExample | undefined {
  const results = rows.map((row) => evaluate(row.plan ?? plan(), snapshot(row.facts), [check]));
  const findings = results.flatMap((result) => result.findings);
  const failures = findings.filter((f) => f.status === 'fail').toSorted((a, b) => compareLevels(a.level, b.level));
  const [found] = [...failures, ...findings];
  if (!found) return results.flatMap((result) => result.coverage.unevaluated)[0];
  const { id, title, reference, checkLevel, ...example } = found;
  return example;
}

const withExample = new Set<string>();

export function table(check: Check, rows: readonly Row[]): void {
  describe(check.id, () => {
    // `checks ID` prints it. After a change of the message: npm run test:file test/core/checks -- -u
    test('has an example in the reference', async () => {
      // Some checks have a second table, in the same file or in another one.
      if (withExample.has(check.id) || basename(expect.getState().testPath ?? '') !== `${check.id}.test.ts`) return;
      withExample.add(check.id);
      await expect(`${JSON.stringify(exampleOf(check, rows), null, 2)}\n`).toMatchFileSnapshot(join(examplesFolder, `${check.id}.json`));
    });

    test.each(rows)('$name', (row) => {
      const result = evaluate(row.plan ?? plan(), snapshot(row.facts), [check]);
      expect(result.findings).toMatchObject(row.findings ?? []);
      expect(result.coverage.unevaluated).toMatchObject(row.unevaluated ?? []);
      for (const words of row.says ?? []) expect(result.findings[0]?.message).toContain(words);
      for (const { status, message, remediation, resource } of result.findings) {
        expect(messageFaults(message)).toEqual([]);
        if (status === 'fail') expect(sentenceFaults(remediation?.text ?? '')).toEqual([]);
        expect(remediation?.command ?? '').not.toMatch(/undefined|NaN|\[object/);
        for (const call of awsCalls(remediation?.command ?? '')) expect(call).toMatch(/^(?:s3 \w+ \S|[a-z0-9-]+ (?:wait )?[a-z0-9-]+ --)/);
        if (status === 'fail' && isInAccount(resource))
          expect(remediation?.console).toMatch(
            /^https:\/\/[a-z0-9-]+\.console\.(aws\.amazon\.com|amazonaws\.cn|amazonaws-us-gov\.com)\/\S+$/,
          );
      }
      for (const { reason } of result.coverage.unevaluated) expect(reasonFaults(reason)).toEqual([]);
      const turned = evaluate(row.plan ?? plan(), reversed(snapshot(row.facts)), [check]);
      expect(inOrder(turned.findings)).toEqual(inOrder(result.findings));
      expect(turned.coverage.unevaluated.length).toBe(result.coverage.unevaluated.length);
    });
  });
}
