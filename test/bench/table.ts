/** How a benchmark prints: a table with its goal next to it, figures of one run. */
export interface Figure {
  readonly what: string;
  readonly measured: string;
  readonly goal?: string;
}

export function printTable(title: string, figures: readonly Figure[]): void {
  const rows = [{ what: title, measured: 'measured', goal: 'goal' }, ...figures.map((f) => ({ goal: '', ...f }))];
  const width = (of: 'what' | 'measured') => Math.max(...rows.map((r) => r[of].length));
  const [a, b] = [width('what'), width('measured')];
  const line = (r: (typeof rows)[number]) => `${r.what.padEnd(a)}  ${r.measured.padStart(b)}  ${r.goal}`.trimEnd();
  const [head, ...body] = rows.map(line);
  process.stdout.write(`\n${head}\n${'─'.repeat(a + b + 2)}\n${body.join('\n')}\n`);
}

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
};

export const ms = (value: number): string => `${value.toFixed(value < 10 ? 1 : 0)} ms`;

/** A table of rows that have more than one figure; every column but the first is set to the right. */
export function printGrid(title: string, head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((_, n) => Math.max(...[head, ...rows].map((row) => row[n]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row.map((cell, n) => (n === 0 ? cell.padEnd(widths[n] ?? 0) : cell.padStart(widths[n] ?? 0))).join('  ');
  const [first, ...body] = [head, ...rows].map(line);
  process.stdout.write(`\n${title}\n${first}\n${'─'.repeat(first?.length ?? 0)}\n${body.join('\n')}\n`);
}
