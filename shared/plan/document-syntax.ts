/** Syntax errors of a document in the words of someone who edits it. */
import type { YAMLError } from 'yaml';
import { limits, type ProblemReport } from './problem-report.ts';

/** For a text that begins like a comment of JSON where only those of YAML are read. */
export function commentFault(text: string): { readonly expected: string; readonly got: string } | undefined {
  const start = /^(\/\/|\/\*)/.exec(text)?.[0];
  if (start === undefined) return undefined;
  return { expected: 'a comment that begins with #, or a file named .json or .jsonc', got: `a comment that begins with ${start}` };
}

/** What a reader of the file should know of a syntax error: what would do, and what stands there. */
function syntax(error: YAMLError, rest: string): { readonly expected: string; readonly got: string } {
  const comment = commentFault(rest);
  if (comment) return comment;
  switch (error.code) {
    case 'MULTIPLE_DOCS':
      return { expected: 'one document in a file', got: 'a second document after ---' };
    case 'BLOCK_AS_IMPLICIT_KEY':
      return { expected: 'one key and its value in a line, and quotes around a text that contains ": "', got: 'a second ": " in one line' };
    case 'BAD_SCALAR_START':
      return { expected: 'quotes around a text that starts with @, ` or %', got: 'one without quotes' };
    case 'MULTILINE_IMPLICIT_KEY':
      return { expected: '"key: value", with a space after the colon', got: 'a line without such a key' };
    case 'RESOURCE_EXHAUSTION':
      return { expected: `at most ${limits.depth} levels of lists and mappings`, got: 'more' };
    default:
      return { expected: 'YAML or JSON', got: `a syntax error: ${error.message.replace(/\.$/, '')}` };
  }
}

/** So many lines with tabs are named one by one. */
const tabsShown = 5;

/** Whether a line is indented with a tab. Inside of brackets YAML allows that. */
const hasTabIndent = (line: string): boolean => /^ *\t/.test(line);

/** Reports syntax errors: of tabs, which make what follows seem wrong too, and of exhaustion only what is the cause. */
export function reportSyntax(errors: readonly YAMLError[], parsed: string, report: ProblemReport): void {
  const reportError = (error: YAMLError): void => {
    const [offset] = error.pos;
    const { expected, got } = syntax(error, parsed.slice(offset));
    report.report(offset, [], expected, got);
  };
  const exhausted = errors.filter((e) => e.code === 'RESOURCE_EXHAUSTION');
  const inBrackets = /^\s*[{[]/.test(parsed);
  const lineOf = ({ pos: [offset] }: YAMLError): number => report.at(offset).line;
  const linesOfText = errors.length > 0 ? parsed.split('\n') : [];
  const tabs = errors.filter((e) => e.code === 'TAB_AS_INDENT' || (!inBrackets && hasTabIndent(linesOfText[lineOf(e) - 1] ?? '')));
  const [tab] = tabs;
  if (!tab || exhausted.length > 0) {
    for (const error of exhausted.length > 0 ? exhausted.slice(-1) : errors) reportError(error);
    return;
  }
  // What follows the first tab is out of place because of it.
  for (const e of errors.filter((e) => !tabs.includes(e) && e.pos[0] < tab.pos[0])) reportError(e);
  const numbers = [...new Set(tabs.map(lineOf))];
  const more = numbers.length > tabsShown ? ` in ${numbers.length} lines` : '';
  for (const line of more === '' ? numbers : numbers.slice(0, 1)) {
    const offset = report.startOfLine(line) + (linesOfText[line - 1] ?? '').indexOf('\t');
    report.report(offset, [], 'spaces as indentation', `a tab${more}`, 'indent with spaces');
  }
}
