/** Plan × command × format for an audit, its report and `readiness --plan`: each names every planned cluster in scope. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CommandTarget, sandboxSettings } from '../../../functions/cli/account-access.ts';
import { auditAccounts } from '../../../functions/cli/audit-accounts.ts';
import { withDatabase } from '../../../functions/cli/database.ts';
import { resultFormats } from '../../../functions/cli/formats.ts';
import { askingDatabase } from '../../../functions/cli/questions.ts';
import { render } from '../../../functions/cli/result.ts';
import { screenOf } from '../../../functions/cli/screen.ts';
import { type SelectionOptions, selectedBy } from '../../../functions/cli/selection.ts';
import { gatherReport } from '../../../functions/dashboard/report.ts';
import { readPlan } from '../../../functions/process/plan-file.ts';
import { defaultSettings } from '../../../shared/aws/client/settings.ts';
import { identify } from '../../../shared/aws/credentials/identity.ts';
import { markersTable } from '../../../shared/aws/findings/markers.ts';
import { exitCode } from '../../../shared/core/evaluation/readiness.ts';
import { plannedWithout } from '../../../shared/core/evaluation/scope.ts';
import { statusExitCode, statusReport } from '../../../shared/core/render/status.ts';
import { type Sandbox, startSandbox } from '../../../shared/sandbox/server.ts';
import { plannedPlaces } from '../../../shared/workflows/audited-regions.ts';
import { collectStatus } from '../../../shared/workflows/collect-status.ts';
import { byPlace, type Named, namedIn, namedInReport, namedInStatus } from './named.ts';
import { root } from './run.ts';
import { accounts, dueOf } from './scope-cases.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hyperpod-auditor-scope-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('audit, the report and readiness', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startSandbox({ faults: [{ on: '*', kind: 'deny', region: 'eu-north-1' }] });
  });
  afterAll(() => sandbox.close());

  const east = 'shared/sandbox/create-llm-train-east.json';
  const clusters = `clusters:
  - { region: us-west-2, request: ${join(root, 'shared/sandbox/create-llm-train.json')} }
  - { region: us-east-1, request: ${join(root, east)} }
`;
  const offRegion = `clusters:
  - { region: us-west-2, request: ${join(root, 'shared/sandbox/create-llm-train.json')} }
  - { region: ap-southeast-3, request: ${join(root, east)} }
`;
  const unreadable = `clusters:
  - { region: us-west-2, request: ${join(root, 'shared/sandbox/create-llm-train.json')} }
  - { region: eu-north-1, request: ${join(root, east)} }
`;
  const role = 'auditRole: { name: hyperpod-auditor }\n';
  const rows: readonly (readonly [string, string, SelectionOptions])[] = [
    ['the plan of the caller’s account', clusters, {}],
    ['a selected region', clusters, { region: ['us-west-2'] }],
    ['a selected cluster', clusters, { cluster: ['llm-train-east'] }],
    ['a region that is not planned', clusters, { region: ['eu-west-1'] }],
    ['a planned region that is off', offRegion, {}],
    ['a region of which nothing can be read', unreadable, {}],
    ['all regions, of which one cannot be read', unreadable, { region: ['all'] }],
    ['accounts, of which one cannot be entered', `${clusters}${role}accounts: ['${accounts.join("', '")}']\n`, {}],
    ['the account that cannot be entered', `${clusters}${role}accounts: ['${accounts.join("', '")}']\n`, { account: [accounts[2]] }],
    ['an organization', `${clusters}${role}accounts: organization\n`, {}],
    ['an account that is not in scope', clusters, { account: [accounts[2]] }],
  ];

  let n = 0;
  async function targetOf(text: string, options: SelectionOptions): Promise<CommandTarget> {
    n += 1;
    const file = join(folder, `audit-${n}.yaml`);
    await writeFile(file, text);
    const settings = sandboxSettings(sandbox.endpoint, { ...defaultSettings, deadlineMs: 60_000 });
    const read = readPlan(file);
    return { ...read, ...selectedBy(options, read.plan), settings, identity: await identify(settings) };
  }
  const screen = screenOf({ color: false, quiet: true, file: true });

  test.each(rows)('%s', { timeout: 120_000 }, async (_, text, selection) => {
    const target = await targetOf(text, selection);
    const { plan } = target;
    const { region, ...others } = selection;
    const chosen = region?.includes('all') ? others : selection;
    await withDatabase({ database: join(folder, `db-${n}`) }, async (local) => {
      const { table, store } = local;
      const { result, scope, plannedRegions } = await auditAccounts(target, table, screen.progress);
      const due = dueOf({ ...plan, accounts: scope }, chosen, []);
      const code = exitCode(result, plannedRegions);
      const states = namedIn.json(
        render(result, 'json', { screen, level: 'recommended', planFile: target.planFile, declaredAt: () => undefined }),
      );
      for (const format of resultFormats)
        for (const level of ['required', 'recommended'] as const) {
          const found = namedIn[format](render(result, format, { screen, level, planFile: target.planFile, declaredAt: () => undefined }));
          expect([format, byPlace(found)]).toEqual([format, byPlace(states)]);
          for (const one of due) expect([format, found]).toEqual([format, expect.arrayContaining([expect.objectContaining(one)])]);
        }
      for (const one of states.filter((s) => s.account === accounts[2])) expect(one.state).toBe('UNKNOWN');
      if (states.some((s) => s.state === 'UNKNOWN') || states.length === 0) expect(code).not.toBe(0);
      if (states.some((s) => s.state === 'BLOCKED')) expect(code).toBe(1);

      // The report and `readiness --plan` are of everything that is planned, however this audit was narrowed.
      const all = dueOf({ ...plan, accounts: scope }, {}, []);
      const report = await gatherReport(
        askingDatabase(local),
        { tool: 'hyperpod-auditor 0', at: new Date().toISOString(), from: 'Here.' },
        {},
        (stored) => plannedWithout(plan, stored, scope),
      );
      const places = await plannedPlaces(plan, target.identity, target.settings);
      const status = await collectStatus(places, { plan, table, marks: markersTable({ store }), now: () => new Date() });
      const named = namedInStatus(statusReport(status, { width: 100, deployed: false, paint: (___, words) => words }));
      for (const one of all) {
        const isOne = (s: Named) => s.account === one.account && s.region === one.region && s.cluster === one.cluster;
        const state = states.find(isOne)?.state ?? 'UNKNOWN';
        expect(namedInReport(report)).toContainEqual({ ...one, state });
        expect(named).toContainEqual({ ...one, state });
      }
      if (named.some((s) => s.state === 'UNKNOWN')) expect(statusExitCode(status)).not.toBe(0);
    });
  });
});
