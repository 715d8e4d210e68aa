/** Words that the glossary in shared/README.md replaces do not return. Ambiguous words (test, case, keep, path) are left to review. */
import { globSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { banned, phrasesIn } from '../helpers/vocabulary.ts';

const root = resolve(import.meta.dirname, '../..');
const files = [
  ...globSync('{shared,functions,infra,test}/**/*.{ts,tsx,mjs,css,md,html}', { cwd: root }),
  ...globSync('{README,.github/*}.md', { cwd: root }),
].filter(
  (file) => !file.startsWith('test/mutation/SUMMARY') && !['test/structure/words.test.ts', 'test/helpers/vocabulary.ts'].includes(file),
);

/** Keys of public JSON and of stored items, and addresses: they stay what older versions and other programs know. */
const publicKeys = ['fleet', 'lacks', 'looked', 'notLookedAt', 'standings', 'told', 'unseen', 'wanted'];

/** `file: word` → why the word stays. */
const exceptions: Readonly<Record<string, string>> = {
  'functions/notify/README.md: unseen': 'a word of the JSON',
};

const strings = /'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g;
const comments = /\/\*[\s\S]*?\*\/|\/\/[^\n]*/g;

const keys = publicKeys.join('|');
/** A key as code of a template, in an address, in a kind of change, or with its meaning in a comment. */
const keyInText = new RegExp(`(?<=[.({/'\`]|\\bcoverage )(${keys})\\b|\\b(${keys})(?=[.)\`:-])`, 'g');
const isKeyText = (text: string): boolean => !/\s/.test(text) && text.split(/[^A-Za-z]+/).some((word) => publicKeys.includes(word));

/** What is written for people and named by us: code without public keys. */
function withoutKeys(code: string): string {
  const rest: string[] = [];
  const withoutComments = code.replace(comments, (text) => {
    rest.push(text.replace(keyInText, ''));
    return ' ';
  });
  const bare = withoutComments.replace(strings, (text) => {
    if (!isKeyText(text.slice(1, -1))) rest.push(text.replace(keyInText, ''));
    return ' ';
  });
  return [...rest, bare.replace(new RegExp(`\\b(${keys})\\b`, 'g'), '')].join('\n');
}

const found = (text: string): readonly string[] => phrasesIn(text, banned);

function textOf(file: string): string {
  const text = readFileSync(join(root, file), 'utf8');
  return /\.(ts|tsx|mjs)$/.test(file) ? withoutKeys(text) : text;
}

describe('the vocabulary', () => {
  test.each([
    ['const toldAt = 1;', ['told']],
    ['// Nobody is\n// held\n// back.', ['nobody', 'held back']],
    ['isUnseen(x)', ['unseen']],
    ['UNSEEN_ROWS', ['unseen']],
    ['class: "fleet-table"', ['fleet']],
    ['overlooked, amended, recommended, withstanding', []],
  ])('%j: %j', (text, expected) => expect(found(text)).toEqual(expected));

  test('leaves public keys alone, not the same words in prose', () => {
    expect(found(withoutKeys("const { unseen } = f; x.lacks; { told: true }; '/looked'; 'unseen-required'"))).toEqual([]);
    expect(found(withoutKeys("/** What is unseen here. */ const told = 1; test('nobody is told today');"))).toEqual([
      'told',
      'nobody',
      'unseen',
    ]);
    expect(found(withoutKeys('const isUnseen = 1;'))).toEqual(['unseen']);
  });

  test('is that of the glossary in every file', () => {
    expect(files.length).toBeGreaterThan(800);
    const uses = files.flatMap((file) => found(`${basename(file)}\n${textOf(file)}`).map((word) => `${file}: ${word}`));
    const unexplained = uses.filter((use) => !(use in exceptions));
    expect(unexplained.map((use) => `${use} → ${banned[use.split(': ')[1] ?? '']}`)).toEqual([]);
    expect(Object.keys(exceptions).filter((use) => !uses.includes(use))).toEqual([]);
  });
});
