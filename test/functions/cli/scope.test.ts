/**
 * Plan × command × format: every planned cluster in scope is named with its state, one without facts as UNKNOWN, and the exit
 * code is never 0 beside UNKNOWN. What is expected is computed here from the plan alone, without the product's own scope.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { sandboxSettings, type Target } from '../../../functions/cli/account-access.ts';
import { auditAccounts } from '../../../functions/cli/audit-accounts.ts';
import { evaluateSnapshots } from '../../../functions/cli/commands/evaluate.ts';
import { withDatabase } from '../../../functions/cli/database.ts';
import { resultFormats } from '../../../functions/cli/formats.ts';
import { readPlan } from '../../../functions/cli/plan-file.ts';
import { askingDatabase } from '../../../functions/cli/questions.ts';
import { render } from '../../../functions/cli/result.ts';
import { screenOf } from '../../../functions/cli/screen.ts';
import { type SelectionOptions, selectedBy } from '../../../functions/cli/selection.ts';
import { gatherReport } from '../../../functions/dashboard/report.ts';
import { defaultSettings } from '../../../shared/aws/client/settings.ts';
import { identify } from '../../../shared/aws/credentials/identity.ts';
import { markersTable } from '../../../shared/aws/findings/markers.ts';
import { evaluate } from '../../../shared/core/evaluation/evaluate.ts';
import { type Snapshot, unreadSnapshot } from '../../../shared/core/evaluation/facts.ts';
import type { Level } from '../../../shared/core/evaluation/finding.ts';
import { exitCode } from '../../../shared/core/evaluation/readiness.ts';
import { plannedWithout } from '../../../shared/core/evaluation/scope.ts';
import { emptyPlan, type Plan } from '../../../shared/core/plan/plan.ts';
import { standingCode, standingText } from '../../../shared/core/render/status.ts';
import { type Sandbox, startSandbox } from '../../../shared/sandbox/server.ts';
import { plannedPlaces } from '../../../shared/workflows/audited-regions.ts';
import { collectStatus } from '../../../shared/workflows/collect-status.ts';
import { at, broken, plan as healthyPlan, ok, planned, request, snapshot, withRunning } from '../../core/healthy.ts';
import { byPlace, type Named, namedIn, namedInReport, namedInStanding } from './named.ts';
import { onSandbox, root, run } from './run.ts';

const accounts = ['111122223333', '444455556666', '999999999999'] as const;
const regions = ['us-west-2', 'us-east-1', 'us-east-2', 'eu-north-1'] as const;
const names = ['llm-train', 'eval', 'llm-train-east'] as const;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hyperpod-auditor-scope-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What a place of a snapshot holds. */
const kinds = ['healthy', 'partly', 'closed', 'off', 'short'] as const;
function held(account: string, region: string, kind: (typeof kinds)[number]): Snapshot {
  const place = { account, partition: 'aws', region, factsAt: at };
  if (kind === 'closed') return unreadSnapshot(place, { reason: 'the role could not be entered: access denied', action: 'sts:AssumeRole' });
  const more = {
    healthy: {},
    partly: { securityGroups: broken() },
    off: { regionOptIn: ok('not-opted-in' as const) },
    short: { quotas: { sagemaker: ok([]), vpc: ok([]), ec2: ok([]) }, ...withRunning() },
  }[kind];
  return { ...snapshot(more), ...place };
}

const plans: fc.Arbitrary<Plan> = fc
  .record({
    where: fc.uniqueArray(fc.record({ name: fc.constantFrom(...names), region: fc.constantFrom(...regions) }), {
      maxLength: 3,
      selector: (c) => c.name,
    }),
    listed: fc.option(fc.subarray([...regions], { minLength: 1 }), { nil: undefined }),
    accounts: fc.oneof(fc.constantFrom<Plan['accounts']>(undefined, 'organization'), fc.subarray([...accounts], { minLength: 1 })),
  })
  .map(({ where, listed, accounts: ids }) => ({
    ...emptyPlan,
    clusters: where.map(({ name, region }) => planned({ region, request: request({ ClusterName: name }) })),
    // A plan that lists regions has to list those of its clusters.
    ...(listed && { regions: [...new Set([...listed, ...where.map((c) => c.region)])] }),
    ...(ids && { accounts: ids }),
  }));

const snapshots: fc.Arbitrary<readonly Snapshot[]> = fc
  .uniqueArray(fc.record({ account: fc.constantFrom(...accounts), region: fc.constantFrom(...regions), kind: fc.constantFrom(...kinds) }), {
    minLength: 1,
    maxLength: 6,
    selector: (p) => `${p.account} ${p.region}`,
  })
  .map((places) => places.map(({ account, region, kind }) => held(account, region, kind)));

const part = (values: readonly string[]) => fc.option(fc.subarray([...values], { minLength: 1, maxLength: 2 }), { nil: undefined });
const selections: fc.Arbitrary<SelectionOptions> = fc
  .record({ account: part(accounts), region: part(regions), cluster: part(names) })
  .map(({ account, region, cluster }) => ({ ...(account && { account }), ...(region && { region }), ...(cluster && { cluster }) }));

const isIn = (chosen: readonly string[] | undefined, value: string) => chosen === undefined || chosen.includes(value);

/** The planned clusters inside a selection, in the accounts the plan is for. */
function dueOf(plan: Plan, selection: SelectionOptions, known: readonly string[]): readonly Omit<Named, 'state'>[] {
  const ids = Array.isArray(plan.accounts) ? plan.accounts : [...new Set(known)];
  return plan.clusters
    .flatMap(({ region, request: { ClusterName: cluster } }) => ids.map((account: string) => ({ account, region, cluster })))
    .filter((p) => isIn(selection.account, p.account) && isIn(selection.region, p.region) && isIn(selection.cluster, p.cluster));
}

describe('evaluate', () => {
  interface Case {
    readonly plan: Plan;
    readonly snapshots: readonly Snapshot[];
    readonly selection: SelectionOptions;
    readonly level: Level;
  }

  /** Each planned cluster with the state that its snapshot gives it; without a snapshot, UNKNOWN. */
  const expected = ({ plan, snapshots: all, selection }: Case): readonly Named[] =>
    dueOf(
      plan,
      selection,
      all.map((s) => s.account),
    ).map((due) => {
      const own = all.find((s) => s.account === due.account && s.region === due.region);
      const state = own && evaluate(plan, own).readiness.find((r) => r.cluster === due.cluster)?.state;
      return { ...due, state: state ?? 'UNKNOWN' };
    });

  let n = 0;
  async function evaluated({ plan, snapshots: all, selection, level }: Case) {
    n += 1;
    const [planFile, file, output] = ['plan', 'facts', 'out'].map((name) => join(folder, `${name}-${n}.json`)) as [string, string, string];
    const { schedule, retentionDays, clusters, accounts: ids, regions: listed } = plan;
    await writeFile(planFile, JSON.stringify({ schedule, retentionDays, clusters, accounts: ids, regions: listed }));
    await writeFile(file, JSON.stringify({ schemaVersion: 1, tool: { name: 'hyperpod-auditor', version: '0' }, snapshots: all }));
    const said: string[] = [];
    const stderr = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      said.push(String(text));
      return true;
    });
    try {
      const outputs = [];
      for (const format of resultFormats) {
        const code = await evaluateSnapshots(file, { plan: planFile, format, level, output, quiet: true, ...selection });
        outputs.push({ format, code, text: await readFile(output, 'utf8'), stderr: said.splice(0).join('') });
      }
      return outputs;
    } finally {
      stderr.mockRestore();
    }
  }

  const cases: fc.Arbitrary<Case> = fc.record({
    plan: plans,
    snapshots,
    selection: fc.oneof(fc.constant({}), selections),
    level: fc.constantFrom<Level>('required', 'recommended'),
  });

  /** One cluster that is READY, AT RISK, BLOCKED, UNKNOWN by its facts, and UNKNOWN without any: chance alone may miss one. */
  const everyState = (
    [
      ['READY', planned(), 'healthy'],
      ['AT_RISK', planned({ growTo: { workers: 400 } }), 'healthy'],
      ['BLOCKED', planned(), 'short'],
      ['UNKNOWN', planned(), 'partly'],
      ['UNKNOWN', planned({ region: 'us-east-2' }), 'healthy'],
    ] as const
  ).map(([state, cluster, kind]) => ({
    state,
    plan: healthyPlan(cluster),
    snapshots: [held(accounts[0], 'us-west-2', kind)],
    selection: {},
    level: 'recommended' as const,
  }));

  test.each(everyState)('an example is $state', ({ state, ...of }) => {
    expect(expected(of).map((one) => one.state)).toEqual([state]);
  });

  test('names every planned cluster in scope in every format, and never ends with 0 beside UNKNOWN', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (of) => {
        const due = expected(of);
        const codes = new Set<number>();
        for (const { format, code, text } of await evaluated(of)) {
          const named = namedIn[format](text);
          expect([format, byPlace(named)]).toEqual([format, byPlace(named.filter((x) => isIn(of.selection.cluster, x.cluster)))]);
          for (const one of due)
            expect([format, named.map((x) => ({ ...x }))]).toEqual([format, expect.arrayContaining([expect.objectContaining(one)])]);
          if (due.some((d) => d.state === 'UNKNOWN')) expect([format, code]).not.toEqual([format, 0]);
          if (due.some((d) => d.state === 'BLOCKED')) expect([format, code]).toEqual([format, 1]);
          // A selection is never an all-clear for what is not in it.
          if (of.plan.clusters.length > 0 && named.length === 0) expect([format, code]).not.toEqual([format, 0]);
          codes.add(code);
        }
        expect(codes.size).toBe(1);
      }),
      { numRuns: 60, examples: everyState.map((example): [Case] => [example]) },
    );
  });

  test('every format says, in its own place or on stderr, how many planned clusters are outside the selection', async () => {
    const plan = healthyPlan(planned(), planned({ region: 'us-east-1', request: request({ ClusterName: 'eval' }) }));
    const all = [held(accounts[0], 'us-west-2', 'healthy'), held(accounts[0], 'us-east-1', 'healthy')];
    for (const { format, text, stderr } of await evaluated({
      plan,
      snapshots: all,
      selection: { region: ['us-west-2'] },
      level: 'recommended',
    }))
      if (format === 'json')
        expect(JSON.parse(text).selection).toEqual({
          regions: ['us-west-2'],
          outside: { clusters: 1, regions: ['us-east-1'] },
          unanswered: [],
        });
      else
        expect([format, `${text}${stderr}`]).toEqual([
          format,
          expect.stringContaining('1 planned cluster is outside the selection (--region us-west-2), in us-east-1.'),
        ]);
  });

  test('every format says how many failures --level hides, and the code stays', async () => {
    const plan = healthyPlan(planned({ growTo: { workers: 400 } }));
    const of = { plan, snapshots: [held(accounts[0], 'us-west-2', 'healthy')], selection: {} };
    const [all, required] = [await evaluated({ ...of, level: 'recommended' }), await evaluated({ ...of, level: 'required' })];
    expect(required.map((o) => o.code)).toEqual(all.map((o) => o.code));
    for (const { format, text, stderr } of required) {
      expect([format, namedIn[format](text)]).toEqual([format, [expect.objectContaining({ state: 'AT_RISK' })]]);
      if (format === 'json') expect(JSON.parse(text).hiddenFailures).toBeGreaterThan(0);
      else expect([format, `${text}${stderr}`]).toEqual([format, expect.stringMatching(/\d+ recommended failures? hidden by --level\./)]);
    }
    for (const { format, text, stderr } of all)
      expect([format, `${text}${stderr}`]).not.toEqual([format, expect.stringContaining('hidden')]);
  });
});

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
  async function targetOf(text: string, options: SelectionOptions): Promise<Target> {
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
      const states = namedIn.json(render(result, 'json', { screen, level: 'recommended', planFile: target.planFile }));
      for (const format of resultFormats)
        for (const level of ['required', 'recommended'] as const) {
          const found = namedIn[format](render(result, format, { screen, level, planFile: target.planFile }));
          expect([format, byPlace(found)]).toEqual([format, byPlace(states)]);
          for (const one of due) expect([format, found]).toEqual([format, expect.arrayContaining([expect.objectContaining(one)])]);
        }
      for (const one of states.filter((s) => s.account === accounts[2])) expect(one.state).toBe('UNKNOWN');
      if (states.some((s) => s.state === 'UNKNOWN') || states.length === 0) expect(code).not.toBe(0);
      if (states.some((s) => s.state === 'BLOCKED')) expect(code).toBe(1);

      // The report and `readiness --plan` are of everything that is planned, whatever this audit was narrowed to.
      const all = dueOf({ ...plan, accounts: scope }, {}, []);
      const report = await gatherReport(
        askingDatabase(local),
        { tool: 'hyperpod-auditor 0', at: new Date().toISOString(), from: 'Here.' },
        {},
        (stored) => plannedWithout(plan, stored, scope),
      );
      const places = await plannedPlaces(plan, target.identity, target.settings);
      const standing = await collectStatus(places, { plan, table, marks: markersTable({ store }), now: () => new Date() });
      const standingNamed = namedInStanding(standingText(standing, { deployed: false, paint: (___, words) => words }));
      for (const one of all) {
        const isOne = (s: Named) => s.account === one.account && s.region === one.region && s.cluster === one.cluster;
        const state = states.find(isOne)?.state ?? 'UNKNOWN';
        expect(namedInReport(report)).toContainEqual({ ...one, state });
        expect(standingNamed).toContainEqual({ ...one, state });
      }
      if (standingNamed.some((s) => s.state === 'UNKNOWN')) expect(standingCode(standing)).not.toBe(0);
    });
  });
});

describe.concurrent('as a shell runs it', { timeout: 300_000 }, () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startSandbox();
  });
  afterAll(() => sandbox.close());
  const storyPlan = join(root, 'shared/sandbox/plan.yaml');
  const env = () => ({ env: onSandbox(sandbox.endpoint) });
  let databases = 0;
  const fresh = () => ['--database', join(folder, `shell-${databases++}`)];
  const evaluateText = (file: unknown, ...args: readonly string[]) =>
    run(['evaluate', '-', '--plan', storyPlan, ...args], { stdin: JSON.stringify(file) });
  const collected = async (...args: readonly string[]) => JSON.parse((await run(['collect', '--quiet', ...args], env())).stdout);

  test('a snapshot without planned regions: their clusters are UNKNOWN with the reason', async () => {
    const file = await collected('--plan', storyPlan, '--region', 'us-west-2');
    const { code, stdout } = await evaluateText(file);
    expect(code).toBe(2);
    expect(stdout).toMatch(/UNKNOWN {2}us-east-1 +llm-train-east +planned +us-east-1 is not in this snapshot\n/);
    expect(stdout).toMatch(/UNKNOWN {2}eu-north-1 +eval-next +planned +eu-north-1 is not in this snapshot\n/);
    expect((await evaluateText(file, '--region', 'us-west-2')).code).toBe(0);
  });

  test('a BLOCKED cluster does not go away with its region', async () => {
    const file = await collected('--plan', storyPlan);
    const regionOf = (s: { region: string }) => s.region;
    const without = { ...file, snapshots: file.snapshots.filter((s: { region: string }) => regionOf(s) !== 'us-east-1') };
    expect((await evaluateText(file)).code).toBe(1);
    const { code, stdout } = await evaluateText(without);
    expect(code).toBe(2);
    expect(stdout).toContain('llm-train-east');
  });

  test('a snapshot without any place is no result', async () => {
    const { code, stdout, stderr } = await evaluateText({ schemaVersion: 1, snapshots: [] });
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toContain('The snapshot - holds no account and no region, so there is nothing to evaluate.');
  });

  test('collect records an account that it could not enter, and evaluate says of it what audit says', async () => {
    const plan = join(folder, 'entered.yaml');
    await writeFile(
      plan,
      `clusters: [{ region: us-west-2, request: ${join(root, 'shared/sandbox/create-llm-train.json')} }]\naccounts: ['111122223333', '999999999999']\nauditRole: { name: hyperpod-auditor }\n`,
    );
    const file = join(folder, 'entered.json');
    const read = await run(['collect', '--plan', plan, '--output', file], env());
    expect(read.code).toBe(2);
    expect(read.stderr).toMatch(/999999999999 us-west-2: not read: .*could not be entered.* \(sts:AssumeRole\)/);
    const database = fresh();
    const [judged, audited] = await Promise.all([
      run(['evaluate', file, '--plan', plan]),
      run(['audit', '--plan', plan, '--quiet', ...database], env()),
    ]);
    for (const { code, stdout } of [judged, audited]) {
      expect(code).toBe(2);
      expect(stdout).toMatch(/UNKNOWN {2}us-west-2 {2}llm-train {2}planned {2}.*could not be entered: access denied \(sts:AssumeRole\)/);
    }
    const stored = await run(['readiness', '--account', '999999999999', ...database]);
    expect(stored.code).toBe(2);
    expect(stored.stdout).toMatch(/UNKNOWN {2}llm-train {2}planned/);
  });

  test('the selection decides the code, and says what is outside of it', async () => {
    const at = (...args: readonly string[]) => run(['audit', '--plan', storyPlan, '--quiet', ...args, ...fresh()], env());
    const [west, train, nowhere, typo, account] = await Promise.all([
      at('--region', 'us-west-2'),
      at('--cluster', 'llm-train'),
      at('--region', 'eu-west-1', '--format', 'csv'),
      at('--cluster', 'llmtrain'),
      at('--account', '444455556666'),
    ]);
    for (const one of [west, train]) {
      expect(one?.code).toBe(0);
      expect(one?.stdout).toContain('2 planned clusters are outside the selection (');
    }
    expect(train?.stdout).not.toContain('eval-next');
    expect(nowhere?.code).toBe(2);
    expect(nowhere?.stderr).toContain('The plan has 3: llm-train in us-west-2, llm-train-east in us-east-1, eval-next in eu-north-1.');
    expect(typo?.code).toBe(2);
    expect(typo?.stdout.replaceAll(/\s+/g, ' ')).toContain('Did you mean llm-train?');
    expect(account?.code).toBe(2);
    expect(account?.stdout.replaceAll(/\s+/g, ' ')).toContain('Account 444455556666 is not in scope; in scope: 111122223333.');
  });

  test('names of regions: a typo is refused, one that is only unknown is a warning', async () => {
    const [typo, unknown, fit, bad] = await Promise.all([
      run(['audit', '--plan', storyPlan, '--region', 'us-wst-2', ...fresh()], env()),
      run(['evaluate', '-', '--region', 'xx-polar-7'], {
        stdin: JSON.stringify({ schemaVersion: 1, snapshots: [held(accounts[0], 'us-west-2', 'healthy')] }),
      }),
      run(['fit', '--type', 'ml.p5.48xlarge', '--count', '1', '--orchestrator', 'slurm', '--regions', 'us-west-2,us-est-1'], env()),
      run(['audit', '--account', '12', ...fresh()], env()),
    ]);
    expect(typo).toMatchObject({ code: 3, stdout: '' });
    expect(typo?.stderr).toContain('--region us-wst-2: no such region is known. Did you mean us-west-2?');
    expect(unknown?.code).toBe(2);
    expect(unknown?.stderr).toContain('warning: --region xx-polar-7: this version does not know the region.');
    expect(fit?.stderr).toContain('--regions us-est-1: no such region is known. Did you mean us-east-1?');
    expect(bad).toMatchObject({ code: 3, stderr: 'hyperpod-auditor: --account takes an account id of 12 digits, not "12".\n' });
  });

  test('a stored region that the plan does not name any more is listed', async () => {
    const database = fresh();
    await run(['audit', '--plan', storyPlan, '--quiet', '--region', 'us-west-2', '--region', 'us-east-1', ...database], env());
    const plan = join(folder, 'smaller.yaml');
    await writeFile(plan, `clusters: [{ region: us-west-2, request: ${join(root, 'shared/sandbox/create-llm-train.json')} }]\n`);
    const [text, json, one] = await Promise.all([
      run(['readiness', '--plan', plan, '--quiet', ...database], env()),
      run(['readiness', '--plan', plan, '--quiet', '--format', 'json', ...database], env()),
      run(['readiness', '--plan', plan, '--quiet', '--region', 'us-west-2', ...database], env()),
    ]);
    expect(text?.code).toBe(0);
    expect(text?.stdout).toMatch(
      /NOT IN THIS PLAN {2}1 region with a stored audit; no later audit is expected\n {2}us-east-1 · 111122223333 {2}last audited moments ago: llm-train-east was BLOCKED\n/,
    );
    expect(JSON.parse(json?.stdout ?? '').notInPlan).toMatchObject([
      { region: 'us-east-1', clusters: [{ cluster: 'llm-train-east', state: 'BLOCKED' }] },
    ]);
    expect(one?.stdout).not.toContain('NOT IN THIS PLAN');
  });
});
