/**
 * A result as SARIF 2.1.0: one rule per check, one result per failure, a notification for each case that was not evaluated. The
 * property bag of the run has the readiness of every cluster: a READY one has no result.
 */

import type { Check } from '../evaluation/check.ts';
import type { Finding, Result, Warning } from '../evaluation/finding.ts';
import { jsonText } from '../text/json.ts';
import { hiddenSentences, selectionSentences } from './selection.ts';
import { amountWords, readinessWords } from './words.ts';

const levelOf = (f: Finding): string => (f.level === 'required' ? 'error' : 'warning');

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

/** `plan` is the address of the plan file: SARIF readers want a file to show a result at. */
export function sarif(result: Result, checks: readonly Check[], plan: string): string {
  const index = new Map(checks.map((c, i) => [c.id, i]));
  const results = result.accounts.flatMap((a) =>
    a.regions.flatMap((r) =>
      r.findings
        .filter((f) => f.status === 'fail')
        .map((f) => ({
          ruleId: f.check,
          ruleIndex: index.get(f.check) ?? -1,
          level: levelOf(f),
          message: { text: [f.message, amountWords(f), f.remediation?.text, f.remediation?.command].filter((s) => s).join('\n') },
          locations: [
            {
              physicalLocation: { artifactLocation: { uri: plan } },
              logicalLocations: [
                {
                  fullyQualifiedName: [a.account, r.region, f.cluster, f.group, f.resource].filter((s) => s !== undefined).join('/'),
                  kind: 'resource',
                },
              ],
            },
          ],
          partialFingerprints: { findingId: `${a.account}/${r.region}/${f.id}` },
          ...(f.muted && {
            suppressions: [{ kind: 'external', justification: `${f.muted.reason} (${f.muted.owner}, until ${f.muted.until})` }],
          }),
        })),
    ),
  );
  const ofRegions = result.accounts.flatMap((a) =>
    a.regions.flatMap((r) => [
      ...(r.state === 'audited' ? [] : [{ level: 'error', message: { text: `${a.account} ${r.region}: ${r.state}, ${r.reason ?? ''}` } }]),
      ...r.coverage.unevaluated.map((u) => ({
        level: u.level === 'required' ? 'error' : 'warning',
        message: {
          text: `${a.account} ${r.region} ${u.cluster ?? ''} ${u.resource ?? ''}: not evaluated, ${u.reason}${u.action ? `: ${u.action}` : ''}`.replace(
            / +/g,
            ' ',
          ),
        },
        associatedRule: { id: u.check, index: index.get(u.check) ?? -1 },
      })),
    ]),
  );
  const [summary, ...unanswered] = result.selection ? selectionSentences(result.selection) : [];
  const remarks = [
    ...(summary === undefined ? [] : [{ level: 'note', message: { text: summary } }]),
    ...unanswered.map((text) => ({ level: 'error', message: { text } })),
    ...hiddenSentences(result.hiddenFailures ?? 0).map((text) => ({ level: 'note', message: { text } })),
  ];
  const notifications = [...ofRegions, ...remarks];
  const readiness = result.accounts.flatMap(({ account, regions }) =>
    regions.flatMap((r) =>
      r.readiness.map((c) => ({ account, region: r.region, cluster: c.cluster, state: c.state, message: readinessWords(c, r) })),
    ),
  );
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: result.tool.name,
            version: result.tool.version,
            ...(result.tool.rules !== undefined && { properties: { rules: result.tool.rules } }),
            rules: checks.map((c) => ({
              id: c.id,
              shortDescription: { text: c.title },
              fullDescription: { text: c.rationale },
              helpUri: c.reference,
              defaultConfiguration: { level: c.level === 'required' ? 'error' : 'warning' },
            })),
          },
        },
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
