/** How files are written: JSON with comments, variables of other tools, tabs. */
import { describe, expect, test } from 'vitest';
import { emptyPlan } from '../../shared/core/plan/plan.ts';
import { parsePlan } from '../../shared/plan/parse.ts';
import { formatProblems } from '../../shared/plan/problem.ts';
import { bare } from './bare.ts';

const at = '2026-11-30T00:00:00Z';
const read = (file: string, text: string, request = '{ "ClusterName": "a" }') =>
  parsePlan(text, { file, readRequest: () => ({ ok: true, text: request }) });
const said = (text: string, file = 'p.yaml'): readonly string[] => {
  const parsed = read(file, text);
  return parsed.ok ? [] : formatProblems(parsed.problems).split('\n');
};

describe('JSON with comments and trailing commas', () => {
  const text = `// The plan of the team
{
  /* where */ "regions": ["us-west-2",], // only here
  "mutes": [{ "check": "vpc-dns", "reason": "see https://example.com/*path*/", "owner": "o", "until": "2027-01-31", }],
  "retentionDays": 0, /* "schedule":
  "rate(1 day)", */
}
`;

  test.each(['p.json', 'p.jsonc', 'P.JSON', '/dev/fd/63'])('is read in %s', (file) => {
    expect(bare(read(file, text.replace('"retentionDays": 0', '"retentionDays": 30')))).toEqual({
      ok: true,
      plan: {
        ...emptyPlan,
        regions: ['us-west-2'],
        retentionDays: 30,
        mutes: [{ check: 'vpc-dns', reason: 'see https://example.com/*path*/', owner: 'o', until: '2027-01-31' }],
      },
    });
  });

  test('keeps every place', () => {
    expect(said(text, 'p.json')).toEqual(['p.json:5:20 retentionDays: expected a whole number from 1 to 3650, got 0']);
  });

  test('is reported as broken where it is, comments aside', () => {
    expect(said('{ // one\n  "regions": ["us-west-2"] // two\n  "clusters": []\n}', 'p.json')).toEqual([
      'p.json:3:3: expected YAML or JSON, got a syntax error: Missing , between flow map items',
    ]);
  });

  test.each([
    ['a line', '// The plan\nregions: [us-west-2]\n', ['1:1']],
    ['a block', '/* The plan */\nregions: [us-west-2]\n', ['1:1']],
    ['the end of a line', 'regions: [us-west-2] // here\n', ['1:22']],
    ['a mapping in braces', '{ // here\n  regions: [us-west-2] }\n', ['1:3']],
  ])('is explained in one sentence in YAML: %s', (_, yaml, places) => {
    expect(said(yaml)).toEqual(
      places.map((place) =>
        expect.stringMatching(
          new RegExp(
            `^p\\.yaml:${place}.*: expected a comment that begins with #, or a file named \\.json or \\.jsonc, got a comment that begins with /[/*]$`,
          ),
        ),
      ),
    );
  });

  test('leaves YAML alone that only looks like it', () => {
    expect(bare(read('p', "{ mutes: [{ check: vpc-dns, reason: 'https://a', owner: b//c, until: 2027-01-31 }] }"))).toMatchObject({
      plan: { mutes: [{ reason: 'https://a', owner: 'b//c' }] },
    });
  });

  test.each([
    ['a comment', '{ "ClusterName": "a" // here\n}', '1:22'],
    ['a trailing comma', '{\n  "ClusterName": "a",\n}', '2:21'],
    ['single quotes', "{ 'ClusterName': 'a' }", '1:1'],
  ])('in a request is a warning, since the AWS CLI refuses it: %s', (_, request, place) => {
    const parsed = read('p.yaml', 'clusters: [{ region: us-west-2, request: create.json }]', request);
    const warnings = parsed.ok ? parsed.locate([]) : [];
    expect(warnings.map((w) => [w.code, w.file, `${w.line}:${w.column}`])).toEqual([['request-not-json', 'create.json', place]]);
  });

  test('strict JSON and YAML in a request are not', () => {
    for (const [request, name] of [
      ['{ "ClusterName": "a" }', 'create.json'],
      ['ClusterName: a # here', 'create.yaml'],
    ]) {
      const parsed = read('p.yaml', `clusters: [{ region: us-west-2, request: ${name} }]`, request);
      expect(parsed.ok ? parsed.locate([]) : parsed.problems).toEqual([]);
    }
  });
});

describe('a variable of another tool', () => {
  const hint = '(variables are not expanded)';
  test.each([
    ['in brackets', 'regions: [${AWS_REGION}]', 'p.yaml:1:11 regions[0]: expected a region name like us-west-2, got "${AWS_REGION}"'],
    [
      'with a default',
      'regions: [${AWS_REGION:-us-west-2}]',
      'p.yaml:1:11 regions[0]: expected a region name like us-west-2, got "${AWS_REGION:-us-west-2}"',
    ],
    ['in a list', 'regions:\n  - ${AWS_REGION}\n', 'p.yaml:2:5 regions[0]: expected a region name like us-west-2, got "${AWS_REGION}"'],
    ['in quotes', 'regions: ["${AWS_REGION}"]', 'p.yaml:1:11 regions[0]: expected a region name like us-west-2, got "${AWS_REGION}"'],
    ['without braces', 'regions: [$AWS_REGION]', 'p.yaml:1:11 regions[0]: expected a region name like us-west-2, got "$AWS_REGION"'],
    ['of a template', 'regions: [{{ region }}]', 'p.yaml:1:11 regions[0]: expected a region name like us-west-2, got "{{ region }}"'],
    ['for a list', 'regions: ${REGIONS}', 'p.yaml:1:10 regions: expected a list of region names, or the word supported, got "${REGIONS}"'],
    ['for a number', 'retentionDays: ${DAYS}', 'p.yaml:1:16 retentionDays: expected a whole number from 1 to 3650, got "${DAYS}"'],
  ])('%s is one sentence with its place', (_, text, sentence) => {
    expect(said(text)).toEqual([`${sentence} ${hint}`]);
  });

  test('for a key is an unknown key', () => {
    expect(said('${KEY}: 1')).toEqual([expect.stringContaining('got the unknown key "${KEY}"')]);
  });

  test('for the path of a request says so too', () => {
    const parsed = parsePlan('clusters: [{ region: us-west-2, request: ${FILE} }]', {
      file: 'p.yaml',
      readRequest: () => ({ ok: false, reason: 'no such file' }),
    });
    expect(parsed.ok ? '' : formatProblems(parsed.problems)).toContain('got "${FILE}" (no such file) (variables are not expanded)');
  });

  test('in a text that is accepted is kept as written, and is a warning', async () => {
    const { planWarnings } = await import('../../shared/core/plan/plan-warnings.ts');
    const text = 'mutes: [{ check: vpc-dns, reason: "of ${TEAM}", owner: ${OWNER}, until: 2027-01-31 }]';
    const parsed = read('p.yaml', text);
    if (!parsed.ok) throw new Error(formatProblems(parsed.problems));
    expect(parsed.plan.mutes).toMatchObject([{ reason: 'of ${TEAM}', owner: '${OWNER}' }]);
    expect(parsed.locate(planWarnings(parsed.plan, at)).map((w) => [w.code, w.column, w.path, w.message])).toEqual([
      ['variable-not-expanded', 35, 'mutes[0].reason', 'expected a value, got "${TEAM}". Variables are not expanded.'],
      ['variable-not-expanded', 56, 'mutes[0].owner', 'expected a value, got "${OWNER}". Variables are not expanded.'],
    ]);
  });
});

describe('tabs', () => {
  const tab = (place: string, more = '') => `p.yaml:${place}: expected spaces as indentation, got a tab${more} (indent with spaces)`;
  test.each([
    ['one', 'alerts:\n\tminimum: required', ['2:1']],
    [
      'before a dash, between, and below it',
      'clusters:\n\t-\tregion: us-west-2\n\t\trequest: x\n\t\theadroom: 1\nmutes: []\n',
      ['2:1', '3:1', '4:1'],
    ],
    ['behind spaces', 'clusters:\n  - region: us-west-2\n \trequest: x\n', ['3:2']],
    ['in a block of text', 'mutes:\n  - check: a\n    reason: |\n\t  hello\n', ['4:1']],
  ])('are one sentence a line: %s', (_, text, places) => {
    expect(said(text)).toEqual(places.map((place) => tab(place)));
  });

  test('in very many lines are one sentence', () => {
    expect(said(`alerts:\n${'\tminimum: required\n'.repeat(300)}`)).toEqual([tab('2:1', ' in 300 lines')]);
  });

  test('hide no mistake above them', () => {
    expect(said('regions: [a: b: c]\nalerts:\n\tminimum: required\n').length).toBeGreaterThan(1);
  });

  test('inside of braces are allowed, and not blamed for a comma that is missing', () => {
    expect(bare(read('p.yaml', '{\n\t"regions": ["us-west-2"],\n\t"retentionDays": 30\n}'))).toMatchObject({ ok: true });
    expect(said('{\n\t"regions": ["us-west-2"]\n\t"retentionDays": 30\n}')).toEqual([
      expect.stringMatching(/^p\.yaml:3:2: .*Missing , between/),
    ]);
  });
});
