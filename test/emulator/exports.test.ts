/** Exports held against published schemas: OCSF's own of the version they name, and botocore's model of Security Hub. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { collectRegion } from '../../shared/aws/collect/collect-region.ts';
import { evaluate } from '../../shared/core/evaluation/evaluate.ts';
import type { Result } from '../../shared/core/evaluation/finding.ts';
import { applyMutes } from '../../shared/core/evaluation/mutes.ts';
import { asff } from '../../shared/core/render/asff.ts';
import { ocsf } from '../../shared/core/render/ocsf.ts';
import { startSandbox } from '../../shared/sandbox/server.ts';
import { account, everything, settingsOf, world } from '../aws/world.ts';
import { result } from '../core/render/result.ts';

interface Problems {
  readonly ocsf: readonly string[];
  readonly asff: readonly string[];
}

function judge(given: { readonly ocsf: readonly unknown[]; readonly asff: readonly unknown[] }): Problems {
  const run = spawnSync(inject('python'), [join(import.meta.dirname, 'exports.py')], { input: JSON.stringify(given), encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`exports.py ended with ${run.status}: ${run.stderr}`, { cause: run.error });
  return JSON.parse(run.stdout);
}

const exported = (of: Result) => ({
  ocsf: ocsf(of)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line)),
  asff: JSON.parse(asff(of)),
});

/** The audit of a region in which one fact cannot be read. */
async function audited(): Promise<Result> {
  const sandbox = await startSandbox({ description: world(), faults: [{ on: 'fsx:*', kind: 'deny' }] });
  try {
    const settings = settingsOf(sandbox);
    const { snapshot } = await collectRegion({ account, partition: 'aws', region: 'us-west-2', plan: everything, settings });
    const region = applyMutes(evaluate(everything, snapshot), everything.mutes, snapshot.factsAt, account);
    const tool = { name: 'hyperpod-auditor', version: '1.0.0' } as const;
    return { schemaVersion: 1, tool, planHash: 'p', accounts: [{ account, auditedAt: snapshot.factsAt, regions: [region] }] };
  } finally {
    await sandbox.close();
  }
}

describe('exports fit the published schemas', () => {
  test.each([
    ['of a result with one of everything', async () => result],
    ['of an audit', audited],
  ])(
    '%s',
    async (_, make) => {
      const given = exported(await make());
      expect(given.ocsf.length).toBeGreaterThan(5);
      expect(judge(given)).toEqual({ ocsf: [], asff: [] });
    },
    60_000,
  );

  test('and what does not fit is seen', () => {
    const [event] = exported(result).ocsf;
    const [finding] = exported(result).asff;
    const problems = judge({
      ocsf: [{ ...event, severity_id: 17, made_up: true }],
      asff: [{ ...finding, Severity: { Label: 'BAD' }, Resources: [{ Type: 'Other' }] }],
    });
    expect(problems.ocsf.join('\n')).toContain('severity_id');
    expect(problems.ocsf.join('\n')).toContain('made_up');
    expect(problems.asff.join('\n')).toContain('BAD');
    expect(problems.asff.join('\n')).toContain('Missing required parameter');
  });
});
