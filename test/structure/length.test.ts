/** Long functions and long files have a reason. */
import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseSync, Visitor } from 'rolldown/utils';
import { expect, test } from 'vitest';

const functionLimit = 60;
const fileLimit = 300;

/** `file` or `file: function` → why it is longer than the limit. */
const reasons: Readonly<Record<string, string>> = {
  'infra/stacks/audit.stack.ts: constructor': 'The list of what the stack contains, in the order in which parts need each other.',
  'shared/aws/client/calls.ts: call': 'The attempts of one call share its deadline, its turn and its counters.',
  'shared/aws/client/calls.ts: openConnection': 'The calls of one connection share its limits, its clock and its counters.',
  'shared/core/evaluation/facts.ts': 'Shapes only: the contract between collectors and checks, read as a whole.',
};

const root = resolve(import.meta.dirname, '../..');
const sources = globSync('{shared,functions,infra}/**/*.{ts,tsx,mjs}', { cwd: root });

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Functions of a module with the number of their lines. A function without a name has that of the variable or property it is assigned to. */
function functionsOf(file: string, code: string): readonly { readonly name: string; readonly lines: number }[] {
  const found: { name: string; lines: number }[] = [];
  const names = new Map<number, string>();
  const add = (node: Span & { readonly id?: { readonly name: string } | null }) =>
    found.push({
      name: node.id?.name ?? names.get(node.start) ?? 'a function without a name',
      lines: code.slice(node.start, node.end).split('\n').length,
    });
  const nameOf = (key: object): string => ('name' in key ? String(key.name) : 'value' in key ? String(key.value) : '');
  new Visitor({
    VariableDeclarator: ({ id, init }) => void (init && names.set(init.start, nameOf(id))),
    Property: ({ key, value }) => void names.set(value.start, nameOf(key)),
    MethodDefinition: ({ key, value }) => void names.set(value.start, nameOf(key)),
    FunctionDeclaration: add,
    FunctionExpression: add,
    ArrowFunctionExpression: add,
  }).visit(parseSync(file, code).program);
  return found;
}

const tooLong = sources.flatMap((file) => {
  const code = readFileSync(join(root, file), 'utf8');
  const functions = functionsOf(file, code).filter(({ lines }) => lines > functionLimit);
  return [...(code.trimEnd().split('\n').length > fileLimit ? [file] : []), ...functions.map(({ name }) => `${file}: ${name}`)];
});

test('long functions are seen', () => {
  const body = Array.from({ length: functionLimit }, (_, n) => `  call(${n});`).join('\n');
  const code = `function one() {\n${body}\n}\nconst two = () => {\n${body}\n};\nexport const three = { four(x: string) {\n${body}\n} };`;
  expect(functionsOf('module.ts', code)).toEqual(['one', 'two', 'four'].map((name) => ({ name, lines: functionLimit + 2 })));
  const component = `const View = () => {\n${body}\n  return <p>text</p>;\n};`;
  expect(functionsOf('view.tsx', component)).toEqual([{ name: 'View', lines: functionLimit + 3 }]);
});

test('functions above 60 lines and files above 300 have their reason here, and no reason is left over', () => {
  expect(tooLong.toSorted()).toEqual(Object.keys(reasons).toSorted());
});
