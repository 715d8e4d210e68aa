/** Texts that users read have one name for each concept and short sentences: program texts, README files, the OpenAPI document. */
import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { eventSchema } from '../../infra/docs/event-schemas.ts';
import { checks } from '../../shared/core/checks/index.ts';
import { planReference } from '../../shared/plan/plan-reference.ts';
import { openApi } from '../../shared/query/openapi.ts';
import { bannedInTexts, longSentences, phrasesIn, proseOf, textsOf } from '../helpers/vocabulary.ts';

const root = resolve(import.meta.dirname, '../..');
const textOf = (file: string): string => readFileSync(join(root, file), 'utf8');
const sources = globSync('{shared,functions,infra}/**/*.{ts,tsx,mjs}', { cwd: root });
const documents = globSync(['README.md', '.github/{CONTRIBUTING,SECURITY}.md', '{functions,infra,shared,test}/**/README.md'], {
  cwd: root,
});

/** `file: phrase` → why it stays. */
const exceptions: Readonly<Record<string, string>> = {
  'shared/core/checks/node-recovery.ts: is none': 'None is a value of NodeRecovery',
  'shared/core/checks/replacement.ts: is none': 'None is a value of NodeRecovery',
  'shared/core/render/junit.ts: unevaluated': 'a type of errors in JUnit files, which programs read',
  'infra/stacks/dashboard.construct.ts: unevaluated': 'a field of log lines',
  'shared/sandbox/service/service-quotas.ts: there is no': 'the message of Service Quotas',
};

const uses = (file: string, texts: readonly string[]): readonly string[] => [
  ...new Set(texts.flatMap((text) => phrasesIn(text, bannedInTexts).map((phrase) => `${file}: ${phrase}`))),
];

/** Every description and summary in a document of JSON. */
function descriptionsOf(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) =>
    typeof member === 'string' && /^(description|summary|title)$/.test(key) ? [member] : descriptionsOf(member),
  );
}

describe('one name for each concept', () => {
  test('in texts of the program and in README files', () => {
    const found = [
      ...sources.flatMap((file) => uses(file, textsOf(textOf(file)))),
      ...documents.flatMap((file) => uses(file, proseOf(textOf(file)))),
    ];
    const unexplained = found.filter((use) => !(use in exceptions));
    expect(unexplained.map((use) => `${use} → ${bannedInTexts[use.split(': ').at(-1) ?? '']}`)).toEqual([]);
    expect(Object.keys(exceptions).filter((use) => !found.includes(use))).toEqual([]);
  });

  test('finds phrases in literals and prose, not in code, comments or addresses', () => {
    expect(textsOf("// the way in\nconst way = 'door'; say(`No ${x} is the way in, see --way`);")).toEqual(['No … is the way in, see …']);
    expect(proseOf('A `way`.\n\n```\nway\n```\n\n- one\n- two [x](way.md)\n')).toEqual(['A X.', '- one', '- two [x]']);
  });
});

describe('sentences of at most 30 words', () => {
  const tooLong = (texts: readonly string[]): readonly string[] =>
    texts.flatMap((text) =>
      longSentences(
        text
          .replace(/`[^`]*`/g, 'X')
          .replace(/\s+/g, ' ')
          .trim(),
        30,
      ),
    );

  test.each(documents)('%s', (file) => expect(tooLong(proseOf(textOf(file)))).toEqual([]));

  const help = globSync('functions/cli/{commands/*,options,help}.ts', { cwd: root });
  test.each([...help, 'infra/deploy/script.ts'])('help in %s', (file) => {
    const paragraphs = textsOf(textOf(file)).flatMap((text) => text.replaceAll('\\n', '\n').split(/\n\s*\n|\n {2}\d+ +|;/));
    expect(tooLong(paragraphs)).toEqual([]);
  });

  test('the reference of checks', () => {
    expect(
      tooLong(
        checks.flatMap((c) => [c.title, c.rationale, c.rule ?? '', ...c.applies.split(/[;:]/), ...(c.levelNote ?? '').split(/[;:]/)]),
      ),
    ).toEqual([]);
  });

  test('the plan reference', () => expect(tooLong(planReference().split('|'))).toEqual([]));
  test('the OpenAPI document', () => expect(tooLong(descriptionsOf(openApi('1')))).toEqual([]));
  test('the schema of events', () => expect(tooLong(descriptionsOf(eventSchema()))).toEqual([]));
});

test('what is not evaluated has one name', () => {
  const others = /\b(un(?:evaluated|judged|assessed|checked)|(?:could|can) ?not be (?:evaluated|judged|seen|checked))\b/i;
  const found = sources.flatMap((file) => textsOf(textOf(file)).flatMap((text) => (others.test(text) ? [file] : [])));
  expect([...new Set(found)].filter((file) => !(`${file}: unevaluated` in exceptions))).toEqual([]);
});
