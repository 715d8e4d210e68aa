/** Paragraphs of help that several commands share. Line breaks in a paragraph have no meaning: help is wrapped where it is shown. */
import { wrap } from '../../shared/core/render/words.ts';

export const resultCodes = `
Exit code:
  0  nothing required fails, and everything required was evaluated
  1  something required fails, or a planned region is not enabled
  2  nothing fails, but something required was not evaluated, or the selection contains no cluster
  3  no result: the plan, the arguments, the credentials, or a defect of this tool
  130  interrupted by Ctrl-C (143: by SIGTERM)
Warnings, such as an expired mute, never change it.`;

/** Of commands that answer a question. */
export const answerCodes = `
Exit code:
  0  the answer is shown, also where nothing matches
  3  no result: nothing is stored, a filter names something unknown, the arguments, the credentials, or a defect of this tool
  130  interrupted by Ctrl-C (143: by SIGTERM)`;

/** Of commands that either do one thing or fail. */
export const plainCodes = (done: string, causes: string): string => `
Exit code:
  0  ${done}
  3  no result: ${causes}, or a defect of this tool
  130  interrupted by Ctrl-C (143: by SIGTERM)`;

export const selectionHelp = `
--account, --region and --cluster select what is read and shown. The exit code covers the selection. The result shows how many
planned clusters are outside of it.
`;

/** Paragraphs at a width. Lines that begin with two spaces, such as exit codes, are rows: their further lines are indented. */
export function wrapHelp(text: string, width: number): string {
  const lines: string[] = [];
  for (const line of text.split('\n')) {
    const last = lines.at(-1) ?? '';
    if (last === '' || line === '' || /^ {2}/.test(line) || /^ {2}|:$/.test(last)) lines.push(line);
    else lines[lines.length - 1] = `${last} ${line}`;
  }
  return lines
    .flatMap((line) => {
      const [, begin, rest] = /^( {2}\S+ +)(.*)$/.exec(line) ?? [undefined, '', line];
      if (line === '') return [''];
      return wrap(rest ?? '', width - (begin ?? '').length).map(
        (part, n) => `${n === 0 ? begin : ' '.repeat((begin ?? '').length)}${part}`,
      );
    })
    .join('\n');
}
