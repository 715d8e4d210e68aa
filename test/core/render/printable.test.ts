/** Text from outside where people read it: nothing in it moves the cursor, paints, begins a line of its own, or is hidden. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AnswerFormat } from '../../../functions/cli/answer-format.ts';
import {
  changesFormat,
  coverageFormat,
  diffFormat,
  findingsFormat,
  historyFormat,
  readinessFormat,
  textAnswer,
} from '../../../functions/cli/query-text.ts';
import { pageWith } from '../../../functions/dashboard/build.ts';
import { alertOf } from '../../../shared/core/alerts/alert.ts';
import { digestOf } from '../../../shared/core/alerts/alert-digest.ts';
import { reminderOf } from '../../../shared/core/alerts/alert-reminder.ts';
import { webhookBodyOf } from '../../../shared/core/alerts/alert-webhook.ts';
import { chatOf } from '../../../shared/core/alerts/chat-notification.ts';
import { checks } from '../../../shared/core/checks/index.ts';
import type { Result } from '../../../shared/core/evaluation/finding.ts';
import type { FitResult } from '../../../shared/core/fit/fit-result.ts';
import type { RegionIncreases } from '../../../shared/core/quotas/quota-increase.ts';
import { asff } from '../../../shared/core/render/asff.ts';
import { csv } from '../../../shared/core/render/csv.ts';
import { fitText } from '../../../shared/core/render/fit.ts';
import { jsonLines } from '../../../shared/core/render/jsonl.ts';
import { junit } from '../../../shared/core/render/junit.ts';
import { ocsf } from '../../../shared/core/render/ocsf.ts';
import { increasesText, outcomeWords } from '../../../shared/core/render/quota-increase.ts';
import { sarif } from '../../../shared/core/render/sarif.ts';
import { statusReport } from '../../../shared/core/render/status.ts';
import { terminal } from '../../../shared/core/render/terminal.ts';
import { jsonText } from '../../../shared/core/text/json.ts';
import { printable, printableLines } from '../../../shared/core/text/printable.ts';
import { respond } from '../../../shared/query/respond.ts';
import { audit, finding, planned, result, row } from '../results.ts';
import { result as oneOfEverything } from './result.ts';

const at = '2026-11-20T08:00:00.000Z';
const place = { account: '111122223333', region: 'us-west-2' };
const status = { command: 'readiness' };
/** Colours as a terminal takes them. */
const painted = { paint: (_: string, text: string) => `\u001b[31m${text}\u001b[39m`, width: 1000 };

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

const remediation = { text: 'Fix it.', command: 'aws ec2 fix', console: 'https://console.example.com' };
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
const statusOf = (text: string) => ({
  at,
  standings: [
    {
      ...place,
      alias: text,
      late: true,
      open: { required: 1, recommended: 0, advice: 0 },
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
  open: { required: 1, recommended: 0, advice: 0 },
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

/** A result with that text wherever one may stand. */
const everything = (text: string): Result => ({
  ...saying(oneOfEverything, text),
  selection: { regions: [text], clusters: [text], outside: { clusters: 2, regions: [text] }, unanswered: [text] },
  hiddenFailures: 1,
  warnings: [{ code: 'mute-expired', file: text, line: 1, column: 1, path: text, message: text }],
});

/** Items of every kind of answer with a text in every place that may hold one. */
const answerOf = <T>(shown: AnswerFormat<T>, item: unknown, text: string): string =>
  textAnswer(
    shown,
    { items: [item as T], scanned: 1, keys: [], notKept: [{ account: text, region: text, notKeptBefore: text }] },
    { ...painted, now: new Date(at) },
  );
const answers: readonly (readonly [string, (text: string) => string])[] = [
  [
    'answers about readiness',
    (text) =>
      answerOf(
        readinessFormat,
        {
          ...place,
          alias: text,
          account: text,
          region: text,
          factsAt: at,
          regionState: 'failed',
          reason: text,
          clusters: [{ cluster: text, planned: true, running: true, state: 'BLOCKED', since: at, reasons: 2, because: [{ text }] }],
          omitted: { clusters: 2 },
        },
        text,
      ),
  ],
  [
    'findings',
    (text) =>
      answerOf(findingsFormat, { ...failing(text), ...place, account: text, cluster: text, since: at, open: true, firstSeen: at }, text),
  ],
  [
    'coverage',
    (text) =>
      answerOf(
        coverageFormat,
        { ...row({ check: 'vpc-dns', reason: text, resource: text, action: text }), ...place, since: at, statement: { Action: text } },
        text,
      ),
  ],
  ['history', (text) => answerOf(historyFormat, { factsAt: at, kind: 'regressed', cause: 'account', message: text }, text)],
  [
    'changes',
    (text) =>
      answerOf(
        changesFormat,
        {
          of: 'coverage',
          kind: 'unseen',
          cause: 'account',
          check: 'vpc-dns',
          ...place,
          alias: text,
          commit: 1,
          factsAt: at,
          resource: text,
          reason: text,
          cluster: text,
        },
        text,
      ),
  ],
  ['differences', (text) => answerOf(diffFormat, { of: 'readiness', kind: 'regressed', ...place, id: text, cluster: text }, text)],
];

const media: readonly (readonly [string, (text: string) => string | undefined])[] = [
  ['the result of an audit', (text) => terminal(everything(text), { ...painted, level: 'recommended' })],
  ['the status report', (text) => statusReport(statusOf(text), { ...painted, deployed: true })],
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
  ['the alert of a first audit', (text) => alertOf(commitOf(text, true), { ...place, status, alias: text })?.text],
  ['an alert', (text) => alertOf(commitOf(text, false), { ...place, status, alias: text })?.text],
  [
    'a reminder',
    (text) => {
      const failures = [{ finding: failing(text), firstSeen: at, since: at, lastChanged: at }];
      return reminderOf({ ...place, status, alias: text, at, clusters: [cluster(text)], failures, where: 'There.' }).text;
    },
  ],
  ['a digest', (text) => digestOf({ ...place, status, ...statusOf(text) }).text],
  ...answers,
  [
    'a chat',
    (text) =>
      chatOf({ title: 't', lines: [text, `• ${text}`], steps: [], keywords: [], threadId: '1', context: {}, where: 'There.' }).content
        .description,
  ],
];

/** In the media that programs read too, but people look at: CI systems, chats. */
const forBoth: readonly (readonly [string, (text: string) => string])[] = [
  ['JUnit', (text) => junit(everything(text))],
  ['a chat with everything', (text) => JSON.stringify(chat(text), null, 1)],
  ['a chat by webhook to Slack', (text) => JSON.stringify(webhookBodyOf(chat(text), 'hooks.slack.com'), null, 1)],
  ['a chat by webhook to Teams', (text) => JSON.stringify(webhookBodyOf(chat(text), 'x.webhook.office.com'), null, 1)],
  // Anyone who may publish to the topic of chats need not be this program.
  [
    'a chat of another',
    (text) => {
      const { content, ...more } = chat('-');
      const other = { ...more, content: { ...content, title: text, description: text, nextSteps: [text] } };
      return JSON.stringify([webhookBodyOf(other, 'hooks.slack.com'), webhookBodyOf(other, 'x.webhook.office.com')], null, 1);
    },
  ],
];
const chat = (text: string) =>
  chatOf({ title: text, lines: [text], steps: [text], keywords: [text], threadId: '1', context: {}, where: 'There.' });

/** Programs read these: every value is exactly what it was. */
const forPrograms: readonly (readonly [string, (text: string) => string])[] = [
  ['JSON', (text) => jsonText(everything(text), 2)],
  ['JSON lines', (text) => jsonLines(everything(text))],
  ['SARIF', (text) => sarif(everything(text), checks, 'plan.yaml')],
  ['OCSF', (text) => ocsf(everything(text))],
  ['ASFF', (text) => asff(everything(text))],
  ['a report', (text) => pageWith('<!--data-->', everything(text))],
  ['an answer of the endpoint', (text) => respond({ status: 200, body: everything(text) }, {}).body.toString()],
];

/** Hidden characters by the names that Unicode has for them. */
const hidden: Readonly<Record<string, readonly (readonly [first: number, last: number])[]>> = {
  controls: [
    [0x00, 0x1f],
    [0x7f, 0x9f],
  ],
  'directions of writing': [
    [0x061c, 0x061c],
    [0x200e, 0x200f],
    [0x202a, 0x202e],
    [0x2066, 0x2069],
  ],
  'without width': [
    [0x00ad, 0x00ad],
    [0x034f, 0x034f],
    [0x180b, 0x180f],
    [0x200b, 0x200d],
    [0x2060, 0x2064],
    [0x206a, 0x206f],
    [0xfeff, 0xfeff],
  ],
  fillers: [
    [0x115f, 0x1160],
    [0x17b4, 0x17b5],
    [0x3164, 0x3164],
    [0xffa0, 0xffa0],
  ],
  variations: [
    [0xfe00, 0xfe0f],
    [0xe0100, 0xe01ef],
  ],
  'separators of lines': [[0x2028, 0x2029]],
  annotations: [[0xfff9, 0xfffb]],
  tags: [[0xe0000, 0xe007f]],
  'halves of pairs': [[0xd800, 0xdfff]],
  'no characters': [
    [0xfdd0, 0xfdef],
    [0xfffe, 0xffff],
    [0x1fffe, 0x1ffff],
    [0x10fffe, 0x10ffff],
  ],
};
const everyHidden = Object.values(hidden).flatMap((ranges) =>
  ranges.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, n) => String.fromCodePoint(first + n))),
);
const rawHidden = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/u;

/** Text as one may choose it who names a resource: whole sequences, hidden characters, and harmless letters; no spaces, at which lines may break. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom('\u001b[2J', '\u001b]0;t\u0007', '\u009b2J', '\r', '\n', '\r\n', '\t', '\u0000', '\u007f', '\u0085'),
      fc.constantFrom('\u202elmth', '\u2066READY\u2069', 'a\u200bb', '\u{e0041}', '👩\u200d💻', '☠\ufe0f', '\ufeff', '\ud800'),
      fc.constantFrom(...everyHidden),
      fc.stringMatching(/^[a-z]{1,4}$/),
    ),
    { minLength: 1, maxLength: 6 },
  )
  .map((parts) => parts.join(''));

/** A text of which nothing is hidden, as long as this one or as its escapes. */
const plain = (text: string, longer: number): string => text.replaceAll(new RegExp(rawHidden, 'gu'), (c) => 'x'.repeat(c.length * longer));
const linesOf = (text: string): number => text.split('\n').length;

describe('whatever a text from outside holds', () => {
  test.each(media)('%s has nothing hidden but its own colours, and not one line more', (_, shown) => {
    fc.assert(
      fc.property(hostile, (text) => {
        const said = shown(text) ?? '';
        expect(said.replaceAll('\u001b[31m', '').replaceAll('\u001b[39m', '').replaceAll('\n', '')).not.toMatch(rawHidden);
        const lengths = [1, 6].map((longer) => linesOf(shown(plain(text, longer)) ?? ''));
        expect(lengths).toContain(linesOf(said));
      }),
      { numRuns: 60 },
    );
  });

  test.each(forBoth)('%s has nothing hidden', (_, shown) => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(shown(text).replaceAll('\n', '')).not.toMatch(rawHidden);
      }),
      { numRuns: 60 },
    );
  });

  test.each(forPrograms)('%s hides nothing, and its values stay what they are', (_, shown) => {
    fc.assert(
      fc.property(
        hostile.map((text) => text.toWellFormed()),
        (text) => {
          const said = shown(text);
          expect(said.replaceAll('\n', '')).not.toMatch(rawHidden);
          const values = [...said.matchAll(/"(?:[^"\\]|\\.)*"/g)].map(([literal]) => String(JSON.parse(literal)));
          expect(values.some((value) => value.includes(text))).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('CSV leaves values as they are', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(csv(everything(`a${text}`))).toContain(`a${text}`.replaceAll('"', '""'));
      }),
    );
  });

  test.each(Object.entries(hidden))('%s are shown as escapes', (_, ranges) => {
    for (const [first, last] of ranges)
      for (const code of [first, last]) {
        const character = String.fromCodePoint(code);
        const shown = printable(`a${character}b`);
        expect(shown).toMatch(/^a(?:\\u[0-9a-f]{4}){1,2}b$/);
        expect(JSON.parse(`"${shown}"`)).toBe(`a${character}b`);
      }
  });

  test('everything else stays as it is', () => {
    for (const text of ['llm-train', 'Größe', '漢字', 'עברית', 'e\u0301', '🙂', '–', '\u00a0', 'नमस्ते']) expect(printable(text)).toBe(text);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const said = [...text].map((sign) => (rawHidden.test(sign) ? printable(sign) : sign)).join('');
        expect(printable(text)).toBe(said);
        expect(printable(printable(text))).toBe(said);
      }),
    );
    expect(printable({ a: ['\u001b', 1, null, undefined, true], b: { c: 'é\n' } })).toEqual({
      a: ['\\u001b', 1, null, undefined, true],
      b: { c: 'é\\u000a' },
    });
  });

  test('text with lines of its own keeps them', () => {
    expect(printableLines('a\u202e\nb\r\nc\rd\n')).toBe('a\\u202e\nb\r\nc\\u000dd\n');
  });
});

test('JSON is printed with nothing hidden wherever people may see it', () => {
  const root = join(import.meta.dirname, '../../..');
  const files = ['shared/core/render', 'shared/core/alerts', 'functions/cli', 'functions/cli/actions', 'functions/process'].flatMap(
    (folder) =>
      readdirSync(join(root, folder))
        .filter((f) => f.endsWith('.ts'))
        .map((f) => join(folder, f)),
  );
  const raw = files.filter((file) => readFileSync(join(root, file), 'utf8').includes('JSON.stringify('));
  // A digest, and what is measured only: sizes of messages and of cards.
  expect(raw.toSorted()).toEqual([
    'functions/cli/last-viewed-file.ts',
    'shared/core/alerts/alert-size.ts',
    'shared/core/alerts/alert-webhook.ts',
  ]);
});
