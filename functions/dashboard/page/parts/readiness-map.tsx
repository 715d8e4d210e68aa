/** The worst state of each account and region in one picture: accounts are rows, regions are columns. */
import { useState } from 'preact/hooks';
import type { ReadinessState } from '../../../../shared/core/evaluation/finding.ts';
import { count, stateOrder, stateWords } from '../../../../shared/core/render/words.ts';
import type { RegionReadinessView } from '../../../../shared/query/readiness.ts';
import { addressOf } from '../address.ts';
import { useFirstRows } from './first-rows.tsx';
import { Icon } from './icon.tsx';

/** The worst state there, and what is said of it; no state where no cluster is. */
function cellOf({ clusters }: RegionReadinessView): { readonly state: ReadinessState | undefined; readonly words: string } {
  const numbers = stateOrder.flatMap((state) => {
    const n = clusters.filter((c) => c.state === state).length;
    return n === 0 ? [] : [`${n.toLocaleString('en-US')} ${stateWords[state]}`];
  });
  return { state: stateOrder.find((state) => clusters.some((c) => c.state === state)), words: numbers.join(', ') || 'no cluster' };
}

function MapCell({ row }: { readonly row: RegionReadinessView | undefined }) {
  if (!row) return <td />;
  const { account, region } = row;
  const { state, words } = cellOf(row);
  return (
    <td>
      {state === undefined ? (
        <span class="meta">·</span>
      ) : (
        <a
          class={`chip ${state.toLowerCase()}`}
          href={addressOf('overview', { account, region, ready: 'shown' })}
          title={`${region}: ${words}`}
        >
          <Icon name={state} />
          <span class="hidden">{words}</span>
        </a>
      )}
    </td>
  );
}

function MapTable({ rows }: { readonly rows: readonly RegionReadinessView[] }) {
  const regions = [...new Set(rows.map((r) => r.region))].toSorted();
  const accounts = [...Map.groupBy(rows, (r) => r.account)];
  const { first, button } = useFirstRows(accounts, 'accounts', 40);
  return (
    <div class="wide">
      <table class="map">
        <caption class="hidden">Worst state by account and region</caption>
        <thead>
          <tr>
            <th scope="col">Account</th>
            {regions.map((region) => (
              <th scope="col" key={region} class="turned">
                <span>{region}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {first.map(([account, of]) => (
            <tr key={account}>
              <th scope="row">{of[0]?.alias ?? account}</th>
              {regions.map((region) => (
                <MapCell key={region} row={of.find((r) => r.region === region)} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {button}
    </div>
  );
}

/** Only where there are several accounts and regions; drawn when it is opened. */
export function ReadinessMap({ rows }: { readonly rows: readonly RegionReadinessView[] }) {
  const [isOpen, setOpen] = useState(false);
  const [accounts, regions] = [new Set(rows.map((r) => r.account)).size, new Set(rows.map((r) => r.region)).size];
  if (accounts < 2 || regions < 2) return null;
  return (
    <details class="section" onToggle={(e) => setOpen(e.currentTarget.open)}>
      <summary>
        Map of {count(accounts, 'account')} and {count(regions, 'region')}
      </summary>
      {isOpen && <MapTable rows={rows} />}
    </details>
  );
}
