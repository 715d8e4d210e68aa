/** What the command line knows of where it writes: colour, width, and progress on stderr. */
import { styleText } from 'node:util';
import type { Colour } from '../../shared/core/render/terminal.ts';
import { printable } from '../../shared/core/text/printable.ts';
import { currentIo, type OutputStream } from '../process/io.ts';

export interface CommandScreen {
  readonly paint: (colour: Colour, text: string) => string;
  readonly width: number;
  readonly progress: Progress;
}

export interface Progress {
  /** Replaces the line that moves; shown on a terminal only. */
  readonly now: (line: string) => void;
  /** A line that stays. */
  readonly say: (line: string) => void;
  /** Takes the moving line away. */
  readonly end: () => void;
}

/** NO_COLOR (any value but the empty one), `--no-color`, a file or a pipe: no colour. FORCE_COLOR is for screenshots. */
function coloured(stream: OutputStream, isRequested: boolean, env: NodeJS.ProcessEnv): boolean {
  if (!isRequested || (env.NO_COLOR ?? '') !== '') return false;
  return stream.isTTY === true || (env.FORCE_COLOR ?? '') !== '';
}

const silent: Progress = { now: () => {}, say: () => {}, end: () => {} };

function progressOn(stream: OutputStream): Progress {
  const live = stream.isTTY === true;
  const clear = live ? '\r\u001b[2K' : '';
  const width = stream.columns ?? 100;
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
    end,
  };
}

/** `file`: results go to a file, so they carry no colour, on any terminal. */
export function screenOf(options: { readonly color?: boolean; readonly quiet?: boolean; readonly file?: boolean }): CommandScreen {
  const colour = !options.file && coloured(currentIo().stdout, options.color !== false, currentIo().env);
  return {
    paint: (name, text) => (colour ? styleText(name, text, { validateStream: false }) : text),
    width: Math.min(currentIo().stdout.columns ?? 100, 120),
    progress: options.quiet ? silent : progressOn(currentIo().stderr),
  };
}
