/** A line for each cluster, a column for each region, in each cell the state and the first reason for it. */
import { count, stateWords } from '../../../../shared/core/render/words.ts';
import { addressOf } from '../address.ts';
import type { MatrixCell, MatrixLine } from '../readiness-lines.ts';
import { useFirstRows } from './first-rows.tsx';
import { StateChip } from './state-chip.tsx';
import { When } from './when.tsx';

const asSentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

function reasonText({ state, because: [because], reasons }: MatrixCell['cluster']): string {
  if (because) return `${asSentence(because.text)}${reasons > 1 ? ` And ${reasons - 1} more.` : ''}`;
  if (reasons > 0) return `${count(reasons, 'reason')}, behind the link above.`;
  return state === 'READY' ? 'Every check was evaluated, none fails.' : '';
}

/** The findings that are the reason for a state, or what was not evaluated. */
function reasonAddress({ row: { account, region }, cluster: { cluster, state } }: MatrixCell): string {
  const filters = { account, region, cluster };
  if (state === 'UNKNOWN') return addressOf('coverage', filters);
  return addressOf('findings', state === 'READY' ? filters : { ...filters, open: 'true' });
}

function CellContent({ cell, now }: { readonly cell: MatrixCell; readonly now: number }) {
  const { row, cluster } = cell;
  return (
    <>
      <a href={reasonAddress(cell)}>
        <StateChip state={cluster.state} />
        <span class="hidden">
          {' '}
          {cluster.cluster} in {row.region}: why
        </span>
      </a>
      <p class="why">{reasonText(cluster)}</p>
      <p class="meta">
        {cluster.running ? (cluster.planned ? 'Runs and is planned' : 'Runs') : 'Planned'}; {stateWords[cluster.state]} since{' '}
        <When at={cluster.since} now={now} />
        {cluster.last ? `; it was ${stateWords[cluster.last]} when last seen` : ''}
      </p>
    </>
  );
}

interface ReadinessMatrixProps {
  readonly lines: readonly MatrixLine[];
  /** Which account a line is of. */
  readonly hasAccounts: boolean;
  readonly now: number;
}

export function ReadinessMatrix({ lines, hasAccounts, now }: ReadinessMatrixProps) {
  const { first, button } = useFirstRows(lines, 'clusters');
  if (lines.length === 0) return null;
  const regions = [...new Set(lines.flatMap((line) => [...line.cells.keys()]))].toSorted();
  return (
    <>
      <table class="matrix">
        <caption class="hidden">Clusters by region</caption>
        <thead>
          <tr>
            <th scope="col">Cluster</th>
            {regions.map((region) => (
              <th scope="col" key={region}>
                {region}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {first.map((line) => (
            <tr key={`${line.account} ${line.cluster}`}>
              <th scope="row">
                {line.cluster}
                {hasAccounts && <span class="meta"> {line.alias ?? line.account}</span>}
              </th>
              {regions.map((region) => {
                const cell = line.cells.get(region);
                return (
                  <td key={region} data-region={region} class={cell ? '' : 'empty'}>
                    {cell ? <CellContent cell={cell} now={now} /> : <span class="hidden">not here</span>}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      {button}
    </>
  );
}
