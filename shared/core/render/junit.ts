/**
 * A result as JUnit XML: what fails as a failure, what is required and was not evaluated as an error, the rest skipped.
 * So is advice: readers of JUnit stop a build at a failure.
 */

import type { Finding, Readiness, RegionResult, Result, Unevaluated, Warning } from '../evaluation/finding.ts';
import { showHidden } from '../text/hidden-characters.ts';
import { readinessCheck, unevaluatedText } from './rows.ts';
import { hiddenSentences, selectionSentences } from './selection.ts';
import { placeLine } from './warnings.ts';
import { amountWords, readinessWords } from './words.ts';

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };
/** XML 1.0 has no place for most control characters, escaped or not; those that it has may be hidden from a reader too. */
const xml = (text: string): string => showHidden(text).replace(/[&<>"']/g, (c) => escapes[c] ?? c);

const name = (of: Finding | Unevaluated): string => [of.check, of.group, of.resource].filter((s) => s !== undefined).join(' · ');

function fromFinding(f: Finding, suite: string): string {
  const open = `    <testcase classname="${xml(suite)}" name="${xml(name(f))}"`;
  if (f.status === 'pass') return `${open}/>`;
  const body = [f.message, amountWords(f), f.remediation?.text, f.remediation?.command].flatMap((s) => (s ? [xml(s)] : [])).join('\n');
  if (f.level === 'advice') return `${open}><skipped message="advice: ${xml(f.message)}">${body}</skipped></testcase>`;
  return `${open}><failure type="${f.level}" message="${xml(f.message)}">${body}</failure></testcase>`;
}

function fromUnevaluated(u: Unevaluated, suite: string): string {
  const why = unevaluatedText(u);
  const inner = u.level === 'required' ? `<error type="unevaluated" message="${xml(why)}"/>` : `<skipped message="${xml(why)}"/>`;
  return `    <testcase classname="${xml(suite)}" name="${xml(name(u))}">${inner}</testcase>`;
}

/** The readiness of a cluster: its failures and rows not evaluated are cases of their own. */
function fromReadiness(r: Readiness, region: RegionResult, suite: string): string {
  const open = `    <testcase classname="${xml(suite)}" name="${readinessCheck}"`;
  const message = `message="${xml(readinessWords(r, region))}"`;
  switch (r.state) {
    case 'BLOCKED':
      return `${open}><failure type="required" ${message}/></testcase>`;
    case 'UNKNOWN':
      return `${open}><error type="unevaluated" ${message}/></testcase>`;
    case 'AT_RISK':
      return `${open}><skipped ${message}/></testcase>`;
    case 'READY':
      return `${open}/>`;
  }
}

const suiteOf = (name: string, cases: readonly string[]): string => {
  const having = (element: string) => cases.filter((c) => c.includes(`><${element} `)).length;
  return [
    `  <testsuite name="${xml(name)}" tests="${cases.length}" failures="${having('failure')}" errors="${having('error')}" skipped="${having('skipped')}">`,
    ...cases,
    '  </testsuite>',
  ].join('\n');
};

/** What is outside of the selection is skipped; what was selected and has no answer is an error. */
function remarks({ selection, hiddenFailures = 0 }: Result): readonly string[] {
  const skipped = (name: string, message: string) =>
    `    <testcase classname="selection" name="${name}"><skipped message="${xml(message)}"/></testcase>`;
  const [summary, ...unanswered] = selection ? selectionSentences(selection) : [];
  const cases = [
    ...(summary === undefined ? [] : [skipped('outside', summary)]),
    ...unanswered.map(
      (sentence) =>
        `    <testcase classname="selection" name="unanswered"><error type="unevaluated" message="${xml(sentence)}"/></testcase>`,
    ),
    ...hiddenSentences(hiddenFailures).map((sentence) => skipped('level', sentence)),
  ];
  return cases.length === 0 ? [] : [suiteOf('selection', cases)];
}

function suite(account: string, region: RegionResult): string {
  const label = (cluster: string | undefined) => [account, region.region, cluster ?? '-'].join('.');
  const broken =
    region.state === 'audited'
      ? []
      : [
          `    <testcase classname="${xml(label(undefined))}" name="region"><error type="${region.state}" message="${xml(region.reason ?? region.state)}"/></testcase>`,
        ];
  const cases = [
    ...broken,
    ...region.readiness.map((r) => fromReadiness(r, region, label(r.cluster))),
    ...region.findings.map((f) => fromFinding(f, label(f.cluster))),
    ...region.coverage.unevaluated.map((u) => fromUnevaluated(u, label(u.cluster))),
  ];
  return suiteOf(`${account} ${region.region}`, cases);
}

/** Warnings are properties of a suite without cases: no reader counts them as failures. */
function planSuite(warnings: readonly Warning[]): readonly string[] {
  if (warnings.length === 0) return [];
  const properties = warnings.map((w) => `      <property name="warning.${xml(w.code)}" value="${xml(placeLine(w))}"/>`);
  return [
    '  <testsuite name="plan" tests="0" failures="0" errors="0" skipped="0">',
    '    <properties>',
    ...properties,
    '    </properties>',
    '  </testsuite>',
  ];
}

export const junit = (result: Result): string =>
  `${['<?xml version="1.0" encoding="UTF-8"?>', '<testsuites name="hyperpod-auditor">', ...result.accounts.flatMap((a) => a.regions.map((r) => suite(a.account, r))), ...remarks(result), ...planSuite(result.warnings ?? []), '</testsuites>'].join('\n')}\n`;
