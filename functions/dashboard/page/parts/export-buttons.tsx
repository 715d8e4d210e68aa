/** The rows that the filters leave as a file, also those that were not read yet. */
import { useState } from 'preact/hooks';
import type { FindingView } from '../../../../shared/query/findings.ts';
import { readToEnd } from '../answers.ts';
import { findingsCsv, findingsJson } from '../finding-export.ts';
import type { QuestionParameters } from '../questions.ts';
import type { AnswerSource } from '../source.ts';

interface ExportProps {
  readonly source: AnswerSource;
  readonly asked: QuestionParameters;
  /** Of all that is asked, the rows of the table in its order. */
  readonly select: (findings: readonly FindingView[]) => readonly FindingView[];
}

const formats = {
  CSV: ['text/csv;charset=utf-8', findingsCsv],
  JSON: ['application/json', findingsJson],
} as const;

/** Stores a text as a file, as a click on a link to it would. */
function download(name: string, type: string, text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

export function ExportButtons({ source, asked, select }: ExportProps) {
  const [said, setSaid] = useState('');
  const store = async (format: keyof typeof formats) => {
    const [type, textOf] = formats[format];
    setSaid('Reading all findings …');
    try {
      const rows = select(await readToEnd(source, 'findings', asked));
      download(`findings.${format.toLowerCase()}`, type, textOf(rows));
      setSaid(`${rows.length.toLocaleString('en-US')} exported`);
    } catch (error) {
      setSaid(`Not exported: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  return (
    <span class="export">
      {(['CSV', 'JSON'] as const).map((format) => (
        <button key={format} type="button" onClick={() => void store(format)}>
          Export {format}
        </button>
      ))}
      <span role="status">{said}</span>
    </span>
  );
}
