/** Readiness of a cluster, and the exit code of a whole result. */
import { describe, expect, test } from 'vitest';
import type { Finding, ReadinessState, RegionResult, Result, Unevaluated } from '../../../shared/core/evaluation/finding.ts';
import { exitCode, readinessOf } from '../../../shared/core/evaluation/readiness.ts';
import { finding, planned, result, row } from '../results.ts';

const passes = finding();
const fails = (more: Partial<Finding> = {}) => finding({ check: 'fsx-ports', status: 'fail', ...more });
const risk = (more: Partial<Finding> = {}) => fails({ check: 'efa-open-egress', level: 'recommended', ...more });
const carried = row({ last: { status: 'fail', level: 'required', at: '2026-11-01T00:00:00.000Z' } });

describe('readiness', () => {
  test.each<[string, readonly Finding[], readonly Unevaluated[], ReadinessState, readonly string[]]>([
    ['nothing to say', [], [], 'READY', []],
    ['all passes', [passes], [], 'READY', []],
    ['a required failure', [passes, fails()], [], 'BLOCKED', ['fsx-ports/llm-train/-/sg-1']],
    ['a required failure beside blindness', [fails()], [row()], 'BLOCKED', ['fsx-ports/llm-train/-/sg-1']],
    [
      'every required failure, and no other, in order',
      [fails(), risk(), fails({ check: 'a' })],
      [],
      'BLOCKED',
      ['fsx-ports/llm-train/-/sg-1', 'a/llm-train/-/sg-1'],
    ],
    ['required blindness', [passes], [row()], 'UNKNOWN', ['efa-self-traffic/llm-train/-/-']],
    ['required blindness beside a risk', [risk()], [row()], 'UNKNOWN', ['efa-self-traffic/llm-train/-/-']],
    ['blindness of one group and resource', [], [row({ group: 'g', resource: 'r' })], 'UNKNOWN', ['efa-self-traffic/llm-train/g/r']],
    [
      'a row that carries the last failure decides nothing but that nothing is known',
      [],
      [carried],
      'UNKNOWN',
      ['efa-self-traffic/llm-train/-/-'],
    ],
    [
      'a row that carries the last pass does so neither',
      [passes],
      [row({ last: { status: 'pass', level: 'required', at: '2026-11-01T00:00:00.000Z' } })],
      'UNKNOWN',
      ['efa-self-traffic/llm-train/-/-'],
    ],
    ['only recommended failures', [passes, risk()], [], 'AT_RISK', ['efa-open-egress/llm-train/-/sg-1']],
    [
      'recommended failures beside recommended blindness',
      [risk()],
      [row({ level: 'recommended' })],
      'AT_RISK',
      ['efa-open-egress/llm-train/-/sg-1', 'efa-self-traffic/llm-train/-/-'],
    ],
    // What failed yesterday must not become READY by not being seen today.
    ['only recommended blindness', [passes], [row({ level: 'recommended' })], 'AT_RISK', ['efa-self-traffic/llm-train/-/-']],
    ['recommended blindness of the region', [passes], [row({ level: 'recommended', cluster: '' })], 'AT_RISK', ['efa-self-traffic/-/-/-']],
    [
      'a finding softer than its check counts by its own level',
      [fails({ level: 'recommended', checkLevel: 'required' })],
      [],
      'AT_RISK',
      ['fsx-ports/llm-train/-/sg-1'],
    ],
    [
      'a muted failure counts like any other',
      [fails({ muted: { reason: 'r', owner: 'o', until: '2099-01-01' } })],
      [],
      'BLOCKED',
      ['fsx-ports/llm-train/-/sg-1'],
    ],
    ['only advice that fails', [passes, risk({ level: 'advice' })], [], 'READY', []],
    ['only advice that was not evaluated', [passes], [row({ level: 'advice' })], 'READY', []],
    [
      'advice beside a recommended failure is no reason',
      [risk(), risk({ check: 'a', level: 'advice' })],
      [row({ level: 'advice' })],
      'AT_RISK',
      ['efa-open-egress/llm-train/-/sg-1'],
    ],
    ['failures of another cluster', [fails({ cluster: 'other' }), risk({ cluster: 'other' })], [row({ cluster: 'other' })], 'READY', []],
    ['a failure of the region', [fails({ cluster: '' })], [], 'BLOCKED', ['fsx-ports/-/-/sg-1']],
    ['blindness of the region', [passes], [row({ cluster: '' })], 'UNKNOWN', ['efa-self-traffic/-/-/-']],
    ['a risk of the region', [risk({ cluster: '' })], [], 'AT_RISK', ['efa-open-egress/-/-/sg-1']],
  ])('%s', (_, findings, rows, state, because) => {
    expect(readinessOf(planned, findings, rows)).toEqual({ ...planned, state, because });
  });
});

describe('exit code', () => {
  const of = (...regions: readonly RegionResult[]): Result => ({
    schemaVersion: 1,
    tool: { name: 'hyperpod-auditor', version: '0.1.0' },
    planHash: 'p',
    accounts: [{ account: '111122223333', auditedAt: '2026-11-20T08:00:00.000Z', regions: [] }].map((a) => ({ ...a, regions })),
  });
  const off = result({ state: 'not-enabled', clusters: [] });
  const failed = result({ state: 'failed' });
  test.each<[string, Result, readonly string[], number]>([
    ['nothing was asked for', of(), [], 0],
    ['all is well', of(result({ findings: [passes] })), ['us-west-2'], 0],
    ['only recommended failures', of(result({ findings: [risk()] })), [], 0],
    ['only recommended blindness', of(result({ rows: [row({ level: 'recommended' })] })), [], 0],
    [
      'advice that fails, and advice that was not evaluated',
      of(result({ findings: [risk({ level: 'advice' })], rows: [row({ level: 'advice' })] })),
      [],
      0,
    ],
    ['something required fails', of(result({ findings: [fails()] })), [], 1],
    ['a failure beside blindness', of(result({ findings: [fails()], rows: [row()] })), [], 1],
    ['a failure in one region, blindness in another', of(result({ rows: [row()] }), result({ findings: [fails()] })), [], 1],
    ['a muted failure', of(result({ findings: [fails({ muted: { reason: 'r', owner: 'o', until: '2099-01-01' } })] })), [], 1],
    ['a planned region is not enabled', of(off), ['us-east-1', 'us-west-2'], 1],
    ['a region no one planned for is not enabled', of(off), ['us-east-1'], 0],
    ['required blindness', of(result({ findings: [passes], rows: [row()] })), [], 2],
    ['a region failed', of(failed), [], 2],
    ['a region failed beside a failure', of(failed, result({ findings: [fails()] })), [], 1],
    ['one region well, another failed', of(result({ findings: [passes] }), failed), [], 2],
  ])('%s: %#', (_, all, regions, code) => {
    expect(exitCode(all, regions)).toBe(code);
  });

  test('something selected that has no answer counts, one that has does not', () => {
    const selected = (...unanswered: readonly string[]): Result => ({
      ...of(result({ findings: [passes] })),
      selection: { outside: { clusters: 0, regions: [] }, unanswered },
    });
    expect(exitCode(selected('Cluster x is not planned.'), [])).toBe(2);
    expect(exitCode(selected(), [])).toBe(0);
  });

  test('each account counts', () => {
    const { accounts, ...rest } = of(result({ findings: [passes] }));
    const second = of(result({ findings: [fails()] })).accounts;
    expect(exitCode({ ...rest, accounts: [...accounts, ...second] }, [])).toBe(1);
  });
});
