/** How many failures of a region are open. */
import type { Finding, Level } from '../evaluation/finding.ts';
import { severity } from './log.ts';

/** By level without muted ones, and those. */
export interface OpenCount extends Readonly<Record<Level, number>> {
  readonly muted: number;
}

export function openCount(findings: readonly Finding[]): OpenCount {
  const open = { required: 0, recommended: 0, advice: 0, muted: 0 };
  for (const finding of findings) if (severity(finding) > 0) open[finding.muted ? 'muted' : finding.level] += 1;
  return open;
}
