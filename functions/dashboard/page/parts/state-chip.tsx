/** A readiness state or the status of a finding, as a sign, a word and a colour: none of the three alone. */
import type { Level, ReadinessState, Status } from '../../../../shared/core/evaluation/finding.ts';
import { stateWords } from '../../../../shared/core/render/words.ts';

const signs: Readonly<Record<ReadinessState, string>> = { BLOCKED: '✗', UNKNOWN: '?', AT_RISK: '!', READY: '✓' };

const levelKinds: Readonly<Record<Level, string>> = { required: 'blocked', recommended: 'at_risk', advice: 'advice' };

export const StateChip = ({ state }: { readonly state: ReadinessState }) => (
  <span class={`chip ${state.toLowerCase()}`}>
    <span aria-hidden="true">{signs[state]}</span> {stateWords[state]}
  </span>
);

export function StatusChip({ status, level, muted }: { readonly status: Status; readonly level: Level; readonly muted?: boolean }) {
  const kind = status === 'pass' ? 'ready' : levelKinds[level];
  return (
    <span class={`chip ${muted ? 'muted' : kind}`}>
      <span aria-hidden="true">{status === 'pass' ? '✓' : '✗'}</span> {status === 'pass' ? 'passes' : level}
      {muted ? ', muted' : ''}
    </span>
  );
}
