/** What the command line knows of where it writes: colour, width, and progress on stderr. */
import { styleText } from 'node:util';
import type { Colour } from '../../shared/core/render/terminal.ts';
import { widestText } from '../../shared/core/render/words.ts';
import { printable } from '../../shared/core/text/printable.ts';
import { currentIo, type OutputStream, sayLine } from '../process/io.ts';

export interface CommandScreen {
  readonly paint: (colour: Colour, text: string) => string;
  readonly width: number;
  readonly progress: Progress;
}

export interface Progress {
  /** Replaces the line that moves; shown on a terminal only. */
  readonly now: (line: string) => void;
  /** A line that stays, on a terminal only. */
  readonly say: (line: string) => void;
  /** A line that is said wherever stderr goes, unless it is to be quiet. */
  readonly note: (line: string) => void;
  /** Takes the moving line away. */
  readonly end: () => void;
}

/** NO_COLOR (any value but the empty one, https://no-color.org), TERM=dumb, or `--no-color`: no escape sequence of any kind. */
const isPlain = (isRequested: boolean, env: NodeJS.ProcessEnv): boolean =>
  !isRequested || (env.NO_COLOR ?? '') !== '' || env.TERM === 'dumb';

/** A file or a pipe has no colour. FORCE_COLOR is for screenshots. */
const coloured = (stream: OutputStream, isRequested: boolean, env: NodeJS.ProcessEnv): boolean =>
  !isPlain(isRequested, env) && (stream.isTTY === true || (env.FORCE_COLOR ?? '') !== '');

/** Columns of a terminal; else what COLUMNS says, as where the output goes through a pipe to a pager; else `usual`. */
function widthOf(stream: OutputStream | undefined, usual: number): number {
  const columns =
    (stream?.isTTY ? stream.columns : undefined) || Number(/^[1-9]\d{0,4}$/.exec(currentIo().env.COLUMNS ?? '')?.[0] ?? usual);
  return Math.max(columns, leastWidth);
}

/** Narrower text would be broken in every word. */
const leastWidth = 40;

/** How wide help is. */
export const helpWidth = (stream: OutputStream): number => Math.min(widthOf(stream, 80), widestText);

/** Says nothing. */
export const silent: Progress = { now: () => {}, say: () => {}, note: () => {}, end: () => {} };

/** Where no one watches there is no progress to show. */
const unwatched: Progress = { ...silent, note: sayLine };

function progressOn(stream: OutputStream, live: boolean): Progress {
  const clear = live ? '\r\u001b[2K' : '';
  const width = widthOf(stream, 100);
  let moving = false;
  const end = () => {
    if (moving) stream.write(clear);
    moving = false;
  };
  return {
    now: (line) => {
      if (!live) return;
      stream.write(`${clear}${printable(line).slice(0, width - 1)}`);
      moving = true;
    },
    say: (line) => {
      end();
      stream.write(`${printable(line)}\n`);
    },
    note: (line) => {
      end();
      sayLine(printable(line));
    },
    end,
  };
}

/** `file`: results go to a file, so they carry no colour, on any terminal. */
export function screenOf(options: { readonly color?: boolean; readonly quiet?: boolean; readonly file?: boolean }): CommandScreen {
  const { stdout, stderr, env } = currentIo();
  const isRequested = options.color !== false;
  const colour = !options.file && coloured(stdout, isRequested, env);
  return {
    paint: (name, text) => (colour ? styleText(name, text, { validateStream: false }) : text),
    width: widthOf(options.file ? undefined : stdout, 100),
    progress: options.quiet ? silent : stderr.isTTY ? progressOn(stderr, !isPlain(isRequested, env)) : unwatched,
  };
}
