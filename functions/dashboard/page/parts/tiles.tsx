/** The figures at the top: clusters by state, each a filter of the list below, then changes, coverage and audits. */
import type { ReadinessState } from '../../../../shared/core/evaluation/finding.ts';
import { stateOrder, stateWords } from '../../../../shared/core/render/words.ts';
import { type Address, addressOf, withFilter, withoutFilter } from '../address.ts';
import type { OverviewFigure } from '../overview-text.ts';
import { Icon } from './icon.tsx';

interface StateTilesProps {
  readonly states: readonly ReadinessState[];
  readonly filters: Address['filters'];
}

/** A state that no cluster has is quiet; the one that is filtered by leads back to all. */
export function StateTiles({ states, filters }: StateTilesProps) {
  return (
    <ul class="tiles states" aria-label="Clusters by state">
      {stateOrder.map((state) => {
        const number = states.filter((s) => s === state).length;
        const isChosen = filters.state === state;
        const to = isChosen ? withoutFilter(filters, 'state') : withFilter(filters, 'state', state);
        return (
          <li key={state}>
            <a
              class={`tile ${number > 0 ? state.toLowerCase() : 'none'}`}
              href={addressOf('overview', to)}
              aria-current={isChosen ? 'true' : undefined}
            >
              <span class="figure">{number.toLocaleString('en-US')}</span>
              <span class="label">
                <Icon name={state} /> {stateWords[state]}
              </span>
            </a>
          </li>
        );
      })}
    </ul>
  );
}

interface FigureTileProps {
  readonly name: string;
  readonly of: OverviewFigure;
  /** Where the figure leads. */
  readonly href: string;
}

export const FigureTile = ({ name, of: { figure, label }, href }: FigureTileProps) => (
  <li>
    <a class="tile" href={href}>
      <span class="name">{name}</span>
      <span class="figure">{figure}</span>
      <span class="label">{label}</span>
    </a>
  </li>
);
