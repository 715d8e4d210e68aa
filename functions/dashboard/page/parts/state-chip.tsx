/** A readiness state or the status of a finding, as a sign, a word and a colour: none of the three alone. */
import type { Level, ReadinessState, Status } from '../../../../shared/core/evaluation/finding.ts';
import { stateWords } from '../../../../shared/core/render/words.ts';
import { Icon, type IconName } from './icon.tsx';

const levelKinds: Readonly<Record<Level, readonly [tone: string, icon: IconName]>> = {
  required: ['blocked', 'BLOCKED'],
  recommended: ['at_risk', 'AT_RISK'],
  advice: ['advice', 'advice'],
};

export const StateChip = ({ state }: { readonly state: ReadinessState }) => (
  <span class={`chip ${state.toLowerCase()}`}>
    <Icon name={state} /> {stateWords[state]}
  </span>
);

/** `passes` of what passes, else the level; what is muted has no colour. */
export function StatusChip({ status, level, muted = false }: { readonly status: Status; readonly level: Level; readonly muted?: boolean }) {
  const [tone, icon] = status === 'pass' ? (['ready', 'READY'] as const) : levelKinds[level];
  return (
    <span class={`chip ${muted ? 'muted' : tone}`}>
      <Icon name={muted ? 'muted' : icon} /> {status === 'pass' ? 'passes' : level}
      {muted ? ', muted' : ''}
    </span>
  );
}

/** Neither a pass nor a failure. */
export const NotEvaluatedChip = () => (
  <span class="chip unknown">
    <Icon name="UNKNOWN" /> not evaluated
  </span>
);
