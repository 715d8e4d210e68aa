/** How command lines to copy are composed, and that a shell takes each value as the one word it is. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { aws, commandLine, fileContents, inEach, inOrder, outputOf, quote, shell } from '../../../shared/core/text/command-line.ts';
import { hasHidden } from '../../../shared/core/text/hidden-characters.ts';
import { examples } from '../../helpers/examples.ts';
import { runLines, shells } from '../shells.ts';

test.each([
  ['arn:aws:iam::111122223333:role/x', 'arn:aws:iam::111122223333:role/x'],
  ['a_b@c%d+e=f:g,h.i/j-k', 'a_b@c%d+e=f:g,h.i/j-k'],
  ['::/0', '::/0'],
  ['two words', "'two words'"],
  ['', "''"],
  ["it's", "'it'\\''s'"],
  ['$HOME', "'$HOME'"],
  ['a;b', "'a;b'"],
  ['now!', "'now'\\!''"],
  ['=ls', "'=ls'"],
  ['{"a":"*"}', '\'{"a":"*"}\''],
  ['a\u202eb', '"$(printf \'a\\342\\200\\256b\')"'],
  ['a\nb', '"$(printf \'a\\012b\')"'],
  ['a\n', "a'\n'"],
  ['a b\n\n', "'a b''\n\n'"],
  ['-\u202e', '"$(printf \'\\055\\342\\200\\256\')"'],
  ['a-\u202e', '"$(printf \'a-\\342\\200\\256\')"'],
])('%j in a command line: %s', (word, quoted) => {
  expect(quote(word)).toBe(quoted);
});

describe('options of the AWS CLI', () => {
  test.each([
    ['plain values', { 'vpc-id': 'vpc-1', count: 3 }, '--vpc-id vpc-1 --count 3'],
    ['no value', { egress: true, 'rule-number': 1 }, '--egress --rule-number 1'],
    ['nothing to say', { profile: undefined, 'subnet-ids': [] }, ''],
    ['lists', { 'subnet-ids': ['subnet-1', 'a b'] }, "--subnet-ids subnet-1 'a b'"],
    ['a list with an option in it', { 'subnet-ids': ['--x', 'b'] }, `--subnet-ids '["--x","b"]'`],
    ['a list with JSON in it', { 'subnet-ids': ['["x"]'] }, `--subnet-ids '["[\\"x\\"]"]'`],
    ['a value that begins with a hyphen', { 'key-name': '-mykey' }, '--key-name=-mykey'],
    ['a negative number', { protocol: -1 }, '--protocol -1'],
    ['a value that begins with the address of a file', { name: 'file:///etc/passwd' }, "--name ' file:///etc/passwd'"],
    ['the address of a file in a list', { ids: ['fileb://x'] }, `--ids '["fileb://x"]'`],
    ['the address of a file within a value', { name: 'see file:///x' }, "--name 'see file:///x'"],
    ['the address of a text file in a list', { ids: ['file://x'] }, `--ids '["file://x"]'`],
    ['the contents of a file', { 'template-body': fileContents('a b.json') }, "--template-body 'file://a b.json'"],
    ['a structure', { 'port-range': { From: 1, To: 2 } }, '--port-range From=1,To=2'],
    [
      'structures',
      {
        filters: [
          { Name: 'vpc-id', Values: ['a', 'b'] },
          { Name: 'x', Values: ['c'] },
        ],
      },
      '--filters Name=vpc-id,Values=a,b Name=x,Values=c',
    ],
    [
      'structures in structures',
      { 'ip-permissions': [{ IpProtocol: '-1', UserIdGroupPairs: [{ GroupId: 'sg-1' }] }] },
      "--ip-permissions 'IpProtocol=-1,UserIdGroupPairs=[{GroupId=sg-1}]'",
    ],
    ['a list in structures in a structure', { config: { Code: { Names: ['x', 'y'] } } }, "--config 'Code={Names=[x,y]}'"],
    [
      'structures with a value that shorthand would take apart',
      { filters: [{ Name: 'vpc-id', Values: ['a,Name=b'] }] },
      `--filters '[{"Name":"vpc-id","Values":["a,Name=b"]}]'`,
    ],
    ['a structure with such a value', { tags: { Key: 'k', Value: 'a b' } }, `--tags '{"Key":"k","Value":"a b"}'`],
    ['the output of a command', { version: outputOf(aws(['eks', 'x'], { name: 'a b' })) }, `--version "$(aws eks x --name 'a b')"`],
  ] as const)('%s', (_, options, written) => {
    expect(aws(['ec2', 'x'], options)).toBe(`aws ec2 x ${written}`.trimEnd());
  });

  test('a path is no option', () => {
    expect(commandLine(['aws', 's3', 'cp', '-', '--x'])).toBe('aws s3 cp - ./--x');
  });

  test('lines in order, in a pipe, and for each of some values', () => {
    const [a, b] = [aws(['a'], {}), aws(['b'], { name: "it's" })];
    expect(inOrder([a, b])).toBe("aws a && aws b --name 'it'\\''s'");
    expect(shell`${a} | tr -d ${quote('\\r')}`).toBe("aws a | tr -d '\\r'");
    expect(inEach('region', ['us-west-2', 'a b'], (region) => aws(['c'], { region }))).toBe(
      "for region in us-west-2 'a b'; do aws c --region $region; done",
    );
  });
});

/** Text of pieces that mean something to a shell, to the AWS CLI or to a reader. */
const piece = fc.constantFrom(
  ...[
    "'",
    '"',
    '`',
    '$(zq7pwned)',
    ';',
    '&',
    '|',
    '\n',
    '\r',
    '\t',
    '*',
    '?',
    '[a]',
    '{a,b}',
    '~',
    '!',
    '!!',
    '\\',
    '#',
    '<',
    '>',
    '(',
    ')',
  ],
  ...[
    '-',
    '--',
    '=',
    ',',
    '@=',
    ' ',
    '%s',
    '%',
    '\u0007',
    '\u001b[2J',
    '\u0085',
    '\u202e',
    '\u200b',
    '\u2028',
    '\ufeff',
    '\u{e0041}',
    'é',
    '漢',
    '🙂',
  ],
  ...['file://', '$HOME', '${HOME}', 'vpc-1', '[', ']', '{', '}', ':'],
);
const word = fc.array(fc.oneof(piece, fc.string({ unit: 'binary', maxLength: 4 })), { maxLength: 6 }).map((parts) =>
  parts
    .join('')
    // No argument of a program can hold it.
    .replaceAll('\0', '')
    .toWellFormed(),
);

describe.each(shells)('in %s', (path) => {
  test('every word arrives as it is, however it is nested, and starts nothing', () => {
    const words = fc.sample(word, { numRuns: examples(400), seed: 8 });
    const nested = words.map((w) => shell`aws x "$(aws y ${quote(w)})"`);
    const runs = runLines(path, [...words.map((w) => shell`aws ${quote(w)}`), ...nested]);
    for (const [n, w] of words.entries()) {
      expect(runs[n], JSON.stringify(w)).toMatchObject({ status: 0, calls: [{ program: 'aws', args: [w] }] });
      expect(runs[words.length + n]?.calls.map((c) => c.args)).toEqual(
        expect.arrayContaining([
          ['y', w],
          ['x', ''],
        ]),
      );
    }
  });

  test('every option has exactly its value, in shorthand, in JSON or by itself', () => {
    const words = fc.sample(word, { numRuns: examples(300), seed: 21 });
    const runs = runLines(
      path,
      words.map((w) => aws(['s', 'o', w], { one: w, list: [w, 'b'], filters: [{ Name: w, Values: [w] }], last: true })),
    );
    for (const [n, w] of words.entries()) {
      const [call, ...others] = runs[n]?.calls ?? [];
      expect(others).toEqual([]);
      const [service, operation, path_ = '', ...args] = call?.args ?? [];
      expect([service, operation, args.at(-1)]).toEqual(['s', 'o', '--last']);
      const literal = w.replace(/^(?=fileb?:)/, (at) => (/^fileb?:\/\//.test(w) ? ' ' : at));
      expect(path_).toBe(w.startsWith('-') && w !== '-' ? `./${w}` : literal);
      const one = w.startsWith('-') ? [`--one=${w}`] : ['--one', literal];
      expect(args.slice(0, one.length)).toEqual(one);
      const list = args.slice(args.indexOf('--list') + 1, args.lastIndexOf('--filters'));
      expect(list.length === 1 ? JSON.parse(list[0] ?? '') : list).toEqual([w, 'b']);
      const [filter = ''] = args.slice(args.lastIndexOf('--filters') + 1);
      if (/^[\w./:-]+$/.test(w)) expect(filter).toBe(`Name=${w},Values=${w}`);
      else expect(JSON.parse(filter)).toEqual([{ Name: w, Values: [w] }]);
    }
  });
});

test('no line shows a hidden character but a line break at the end of a value', () => {
  fc.assert(
    fc.property(word, (w) => {
      expect(hasHidden(aws(['x'], { one: w, list: [w], filters: [{ Name: w, Values: [w] }] }).replaceAll(/'\n+'/g, ''))).toBe(false);
    }),
  );
});
