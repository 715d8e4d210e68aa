/**
 * A result as SARIF 2.1.0: one rule per check, one result per failure, a notification for each case that was not evaluated. The
 * property bag of the run has the readiness of every cluster: a READY one has no result.
 */

import type { Check } from '../evaluation/check.ts';
import type { Finding, Level, RegionResult, Result, Warning } from '../evaluation/finding.ts';
import { jsonText } from '../text/json.ts';
import { unevaluatedText } from './rows.ts';
import { hiddenSentences, selectionSentences } from './selection.ts';
import { amountWords, readinessWords } from './words.ts';

const levelOf: Readonly<Record<Level, string>> = { required: 'error', recommended: 'warning', advice: 'note' };

/** What SARIF calls a condition of the configuration: the plan's own file, or that of a request, with line and column. */
function configurationNotification({ code, message, file, line, column, path }: Warning) {
  const region = line === undefined ? undefined : { startLine: line, ...(column !== undefined && { startColumn: column }) };
  return {
    descriptor: { id: code },
    level: 'warning',
    message: { text: message },
    ...(file !== undefined && {
      locations: [
        {
          physicalLocation: { artifactLocation: { uri: file }, ...(region && { region }) },
          ...(path && { logicalLocations: [{ fullyQualifiedName: path, kind: 'member' }] }),
        },
      ],
    }),
  };
}

type Indexes = ReadonlyMap<string, number>;

/** Where the plan declares what a finding is about; `undefined`: nowhere, as for a cluster that only runs. */
export type DeclaredAt = (of: {
  readonly region: string;
  readonly cluster?: string;
  readonly group?: string;
}) => { readonly file: string; readonly line: number; readonly column: number } | undefined;

/** A failure. SARIF readers want a file to show a result at: the line that declares the group or the cluster, else the plan. */
function resultOf(f: Finding, account: string, region: string, { plan, declaredAt }: SarifPlan, indexes: Indexes) {
  const at = declaredAt({
    region,
    ...(f.cluster !== undefined && { cluster: f.cluster }),
    ...(f.group !== undefined && { group: f.group }),
  });
  return {
    ruleId: f.check,
    ruleIndex: indexes.get(f.check) ?? -1,
    level: levelOf[f.level],
    message: { text: [f.message, amountWords(f), f.remediation?.text, f.remediation?.command].filter((s) => s).join('\n') },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: at?.file ?? plan },
          ...(at && { region: { startLine: at.line, startColumn: at.column } }),
        },
        logicalLocations: [
          {
            fullyQualifiedName: [account, region, f.cluster, f.group, f.resource].filter((s) => s !== undefined).join('/'),
            kind: 'resource',
          },
        ],
      },
    ],
    partialFingerprints: { findingId: `${account}/${region}/${f.id}` },
    ...(f.muted && {
      suppressions: [{ kind: 'external', justification: `${f.muted.reason} (${f.muted.owner}, until ${f.muted.until})` }],
    }),
  };
}

/** What was not evaluated in a region. */
function coverageNotifications(account: string, r: RegionResult, indexes: Indexes) {
  return [
    ...(r.state === 'audited' ? [] : [{ level: 'error', message: { text: `${account} ${r.region}: ${r.state}, ${r.reason ?? ''}` } }]),
    ...r.coverage.unevaluated.map((u) => ({
      level: levelOf[u.level],
      message: {
        text: `${account} ${r.region} ${u.cluster ?? ''} ${u.resource ?? ''}: ${unevaluatedText(u)}`.replace(/ +/g, ' '),
      },
      associatedRule: { id: u.check, index: indexes.get(u.check) ?? -1 },
    })),
  ];
}

/** What the selection and `--level` leave out. */
function remarksOfRun({ selection, hiddenFailures = 0 }: Result) {
  const [summary, ...unanswered] = selection ? selectionSentences(selection) : [];
  const of = (level: string) => (text: string) => ({ level, message: { text } });
  return [
    ...(summary === undefined ? [] : [of('note')(summary)]),
    ...unanswered.map(of('error')),
    ...hiddenSentences(hiddenFailures).map(of('note')),
  ];
}

const ruleOf = (c: Check) => ({
  id: c.id,
  shortDescription: { text: c.title },
  fullDescription: { text: c.rationale },
  helpUri: c.reference,
  defaultConfiguration: { level: levelOf[c.level] },
});

interface SarifPlan {
  /** The address of the plan file. */
  readonly plan: string;
  readonly declaredAt: DeclaredAt;
}

export function sarif(result: Result, checks: readonly Check[], plan: string, declaredAt: DeclaredAt = () => undefined): string {
  const indexes = new Map(checks.map((c, i) => [c.id, i]));
  const regions = result.accounts.flatMap(({ account, regions }) => regions.map((region) => ({ account, region })));
  const results = regions.flatMap(({ account, region }) =>
    region.findings.filter((f) => f.status === 'fail').map((f) => resultOf(f, account, region.region, { plan, declaredAt }, indexes)),
  );
  const notifications = [
    ...regions.flatMap(({ account, region }) => coverageNotifications(account, region, indexes)),
    ...remarksOfRun(result),
  ];
  const readiness = regions.flatMap(({ account, region }) =>
    region.readiness.map((c) => ({
      account,
      region: region.region,
      cluster: c.cluster,
      state: c.state,
      message: readinessWords(c, region),
    })),
  );
  const { name, version, rules } = result.tool;
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name, version, ...(rules !== undefined && { properties: { rules } }), rules: checks.map(ruleOf) } },
        invocations: [
          {
            executionSuccessful: !notifications.some((n) => n.level === 'error'),
            toolExecutionNotifications: notifications,
            ...(result.warnings &&
              result.warnings.length > 0 && { toolConfigurationNotifications: result.warnings.map(configurationNotification) }),
          },
        ],
        results,
        properties: { readiness, ...(result.selection && { selection: result.selection }) },
      },
    ],
  };
  return `${jsonText(log, 2)}\n`;
}
