/** Text from outside on a terminal and in a mail: nothing in it moves the cursor, paints, or begins a line of its own. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { alertOf } from '../../../shared/core/alert.ts';
import type { FitResult } from '../../../shared/core/fit.ts';
import type { RegionIncreases } from '../../../shared/core/quota-increase.ts';
import { digestOf } from '../../../shared/core/render/alert-digest.ts';
import { chatOf } from '../../../shared/core/render/alert-message.ts';
import { reminderOf } from '../../../shared/core/render/alert-reminder.ts';
import { fitText } from '../../../shared/core/render/fit.ts';
import { printable } from '../../../shared/core/render/printable.ts';
import { increasesText, outcomeWords } from '../../../shared/core/render/quota-increase.ts';
import { standingText } from '../../../shared/core/render/standing.ts';
import { terminal } from '../../../shared/core/render/terminal.ts';
import { audit, finding, planned, result, row } from '../results.ts';
import { result as oneOfEverything } from './result.ts';

const at = '2026-11-20T08:00:00.000Z';
const place = { account: '111122223333', region: 'us-west-2' };
/** Colours as a terminal takes them. */
const painted = { paint: (_: string, text: string) => `\u001b[31m${text}\u001b[39m`, width: 90 };

/** The same with a text in place of every one that says something; ids, names of regions and the like stay. */
function saying<T>(of: T, text: string): T {
  const said = [
    'alias',
    'cluster',
    'group',
    'resource',
    'message',
    'reason',
    'text',
    'command',
    'console',
    'unit',
    'name',
    'zone',
    'words',
  ];
  return JSON.parse(JSON.stringify(of), (key, value) => (said.includes(key) && typeof value === 'string' ? text : value));
}

const remediation = { text: 'Mend it.', command: 'aws ec2 mend', console: 'https://console.example.com' };
const failing = (text: string) =>
  finding({
    status: 'fail',
    have: 1,
    need: 2,
    ...saying({ group: 'workers', resource: 'sg-1', unit: 'nodes', message: 'm', remediation }, text),
  });
const cluster = (text: string) => ({ ...planned, cluster: text, state: 'BLOCKED' as const, since: at });
const commitOf = (text: string, first: boolean) => {
  const seen = result({
    findings: [failing(text), { ...failing(text), cluster: text }],
    rows: [row({ check: 'vpc-dns', reason: text, resource: text, action: text })],
    clusters: [{ ...planned, cluster: text }],
  });
  if (first) return audit(undefined, 8, seen).commit;
  return audit(audit(undefined, 8, result({ findings: [finding({ resource: text })], clusters: [] })).state, 9, seen).commit;
};
const standing = (text: string) => ({
  at,
  standings: [
    {
      ...place,
      alias: text,
      late: true,
      open: { required: 1, recommended: 0 },
      muted: 0,
      last: {
        factsAt: at,
        coverage: { evaluated: 1, unevaluated: 1, required: 1 },
        state: 'failed' as const,
        reason: text,
        readiness: [cluster(text)],
      },
    },
  ],
  open: { required: 1, recommended: 0 },
  muted: 0,
  pending: 0,
  brokenRoutes: [
    { topic: 'alerts' as const, topicArn: 'arn:aws:sns:us-west-2:1:t', protocol: 'email' as const, endpoint: text, state: 'gone' as const },
  ],
  weakRoutes: [],
  routesAt: at,
  where: 'There.',
});
const increase = (text: string): RegionIncreases['increases'][number] => ({
  region: 'us-west-2',
  service: 'sagemaker',
  code: 'L-1',
  name: text,
  current: 0,
  desired: 4,
  level: 'required',
  why: [{ check: 'instance-type-quota', message: text }],
  decision: { do: 'send' },
});
const fitOf = (text: string): FitResult => ({
  schemaVersion: 1,
  tool: { name: 'hyperpod-auditor', version: '0.1.0' },
  ...place,
  alias: text,
  at,
  wanted: { name: 'fit', type: 'ml.p5.48xlarge', count: 2, orchestrator: 'slurm', spot: false, efa: false },
  placements: [
    {
      region: 'us-west-2',
      zone: text,
      subnet: text,
      securityGroups: [text],
      state: 'BLOCKED',
      lacks: [{ check: 'vpc-dns', level: 'required', words: text, message: text, remediation: { text, command: text } }],
      unseen: [{ check: 'vpc-dns', level: 'required', reason: text }],
    },
  ] as unknown as FitResult['placements'],
  regions: [{ region: 'us-west-2', state: 'failed', reason: text, subnets: 0, leftOut: 0, untried: [] }] as unknown as FitResult['regions'],
  notLookedAt: [],
});

const media: readonly (readonly [string, (text: string) => string | undefined])[] = [
  ['the result of an audit', (text) => terminal(saying(oneOfEverything, text), { ...painted, level: 'recommended' })],
  ['how things stand', (text) => standingText(standing(text), { ...painted, deployed: true })],
  ['a fit', (text) => fitText(fitOf(text), { ...painted, rows: 9, steps: 9 })],
  [
    'increases of quotas',
    (text) =>
      increasesText(
        text,
        [{ region: 'us-west-2', state: 'audited', optIn: true, increases: [increase(text)], stuck: [], unseen: [row({ reason: text })] }],
        painted,
      ),
  ],
  ['what became of one', (text) => outcomeWords({ result: 'failed', increase: increase(text), reason: text })],
  ['the alert of a first audit', (text) => alertOf(commitOf(text, true), { ...place, alias: text })?.text],
  ['an alert', (text) => alertOf(commitOf(text, false), { ...place, alias: text })?.text],
  [
    'a reminder',
    (text) => {
      const failures = [{ finding: failing(text), firstSeen: at, since: at, lastChanged: at }];
      return reminderOf({ ...place, alias: text, at, clusters: [cluster(text)], failures, where: 'There.' }).text;
    },
  ],
  ['a digest', (text) => digestOf({ ...place, ...standing(text) }).text],
  [
    'a chat',
    (text) =>
      chatOf({ title: 't', lines: [text, `• ${text}`], steps: [], keywords: [], threadId: '1', context: {}, where: 'There.' }).content
        .description,
  ],
];

/** Text as one may choose it who names a resource: whole sequences, lone controls, and harmless letters; no spaces, at which lines may break. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom('\u001b[2J', '\u001b]0;t\u0007', '\u009b2J', '\r', '\n', '\r\n', '\t', '\u0000', '\u007f', '\u0085'),
      fc.stringMatching(/^[a-z]{1,4}$/),
    ),
    {
      minLength: 1,
      maxLength: 6,
    },
  )
  .map((parts) => parts.join(''));

describe('whatever a text from outside holds', () => {
  test.each(media)('%s has no controls but those of its own, and not one line more', (_, shown) => {
    fc.assert(
      fc.property(hostile, (text) => {
        const said = shown(text) ?? '';
        expect(said.replaceAll('\u001b[31m', '').replaceAll('\u001b[39m', '')).not.toMatch(/[^\P{Cc}\n]/u);
        expect(said.split('\n')).toHaveLength((shown(text.replaceAll(/\p{Cc}/gu, 'x')) ?? '').split('\n').length);
      }),
      { numRuns: 60 },
    );
  });

  test('everything else stays as it is, in its length too', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const said = printable(text);
        expect(said).toHaveLength(text.length);
        for (const [n, sign] of [...text].entries()) expect([...said][n]).toBe(/\p{Cc}/u.test(sign) ? '\ufffd' : sign);
      }),
    );
    expect(printable({ a: ['\u001b', 1, null, undefined, true], b: { c: 'é\n' } })).toEqual({
      a: ['\ufffd', 1, null, undefined, true],
      b: { c: 'é\ufffd' },
    });
  });
});
