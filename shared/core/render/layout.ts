/**
 * Text in a width of columns: what does not fit goes to further lines, broken between pieces where possible and between words
 * otherwise. A longer word, such as an ARN, has a line of its own.
 */
import { wrap } from './words.ts';

/** A text, and how it is painted once its width is known. */
export type Piece = string | readonly [text: string, paint: (text: string) => string];

const textOf = (piece: Piece): string => (typeof piece === 'string' ? piece : piece[0]);
const painted = (piece: Piece, text: string): string => (typeof piece === 'string' ? text : piece[1](text));

const gap = '  ';

interface LineOptions {
  readonly width: number;
  /** Before the first line, and before the others. */
  readonly indent?: string;
  readonly hanging?: string;
}

/** Pieces one after the other with a gap between them. */
export function flow(pieces: readonly Piece[], { width, indent = '', hanging = `${indent}    ` }: LineOptions): readonly string[] {
  const lines: string[] = [];
  let line = indent;
  let used = indent.length;
  let isEmpty = true;
  const end = () => {
    if (!isEmpty) lines.push(line);
    [line, used, isEmpty] = [hanging, hanging.length, true];
  };
  for (const piece of pieces.filter((p) => textOf(p) !== '')) {
    const text = textOf(piece);
    if (!isEmpty && used + gap.length + text.length > width) end();
    const room = width - used - (isEmpty ? 0 : gap.length);
    // What follows the first part begins at the hanging indent.
    const parts = text.length <= room ? [text] : wrap(text, Math.min(room, width - hanging.length));
    for (const [n, part] of parts.entries()) {
      if (n > 0) end();
      line += `${isEmpty ? '' : gap}${painted(piece, part)}`;
      used += (isEmpty ? 0 : gap.length) + part.length;
      isEmpty = false;
    }
  }
  end();
  return lines;
}

/** The last column may be wrapped in its place down to this width; in less it is hard to read. */
const leastColumn = 36;

/**
 * Rows in columns as wide as they have to be. The last column is wrapped in its place; where too little room is left for it, the
 * columns that do not fit follow on further lines of the row. The first row says how many columns there are.
 */
export function columns(rows: readonly (readonly Piece[])[], { width, indent = '' }: Omit<LineOptions, 'hanging'>): readonly string[] {
  const count = rows[0]?.length ?? 0;
  const widths = Array.from({ length: count }, (_, column) => Math.max(...rows.map((row) => textOf(row[column] ?? '').length)));
  const before = (column: number): number => widths.slice(0, column).reduce((sum, w) => sum + w + gap.length, indent.length);
  const last = count - 1;
  const isTable = width - before(last) >= Math.min(leastColumn, widths[last] ?? 0);
  const fitting = widths.findIndex((w, column) => before(column) + w > width);
  const aligned = isTable || fitting < 0 ? last : fitting;
  const hanging = isTable ? ' '.repeat(before(last)) : `${indent}    `;
  return rows.flatMap((row) => {
    if (aligned === 0) return flow(row, { width, indent, hanging });
    const isOver = row.slice(aligned).every((cell) => textOf(cell) === '');
    const cells = row.slice(0, aligned).map((cell, n) => {
      const text = textOf(cell);
      return painted(cell, text) + (isOver && n === aligned - 1 ? '' : ' '.repeat((widths[n] ?? 0) - text.length));
    });
    const start = `${indent}${cells.join(gap)}`;
    const rest = row.slice(aligned);
    if (isTable) {
      const lines = flow(rest, { width, indent: hanging, hanging });
      return [`${start}${gap}${(lines[0] ?? '').slice(hanging.length)}`.trimEnd(), ...lines.slice(1)];
    }
    return [start.trimEnd(), ...flow(rest, { width, indent: hanging, hanging })];
  });
}
