/** A result as JUnit XML: what fails as a failure, what could not be judged and is required as an error, the rest skipped. */
import type { Finding, RegionResult, Result, Unevaluated } from '../finding.ts';
import { amountWords } from './words.ts';

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };
/** XML 1.0 has no place for most control characters, escaped or not. */
const xml = (text: string): string =>
  text.replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD').replace(/[&<>"']/g, (c) => escapes[c] ?? c);

const name = (of: Finding | Unevaluated): string => [of.check, of.group, of.resource].filter((s) => s !== undefined).join(' · ');

function fromFinding(f: Finding, suite: string): string {
  const open = `    <testcase classname="${xml(suite)}" name="${xml(name(f))}"`;
  if (f.status === 'pass') return `${open}/>`;
  const body = [f.message, amountWords(f), f.remediation?.text, f.remediation?.command].filter((s) => s).join('\n');
  return `${open}><failure type="${f.level}" message="${xml(f.message)}">${xml(body)}</failure></testcase>`;
}

function fromUnevaluated(u: Unevaluated, suite: string): string {
  const why = `${u.reason}${u.action ? `: ${u.action}` : ''}`;
  const inner = u.level === 'required' ? `<error type="unevaluated" message="${xml(why)}"/>` : `<skipped message="${xml(why)}"/>`;
  return `    <testcase classname="${xml(suite)}" name="${xml(name(u))}">${inner}</testcase>`;
}

function suite(account: string, region: RegionResult): string {
  const rows = region.coverage.unevaluated;
  const label = (cluster: string | undefined) => [account, region.region, cluster ?? '-'].join('.');
  const broken =
    region.state === 'audited'
      ? []
      : [
          `    <testcase classname="${xml(label(undefined))}" name="region"><error type="${region.state}" message="${xml(region.reason ?? region.state)}"/></testcase>`,
        ];
  const cases = [
    ...broken,
    ...region.findings.map((f) => fromFinding(f, label(f.cluster))),
    ...rows.map((u) => fromUnevaluated(u, label(u.cluster))),
  ];
  const failures = region.findings.filter((f) => f.status === 'fail').length;
  const errors = broken.length + rows.filter((u) => u.level === 'required').length;
  const skipped = rows.length - rows.filter((u) => u.level === 'required').length;
  return [
    `  <testsuite name="${xml(`${account} ${region.region}`)}" tests="${cases.length}" failures="${failures}" errors="${errors}" skipped="${skipped}">`,
    ...cases,
    '  </testsuite>',
  ].join('\n');
}

export const junit = (result: Result): string =>
  `${['<?xml version="1.0" encoding="UTF-8"?>', '<testsuites name="hyperpod-auditor">', ...result.accounts.flatMap((a) => a.regions.map((r) => suite(a.account, r))), '</testsuites>'].join('\n')}\n`;
