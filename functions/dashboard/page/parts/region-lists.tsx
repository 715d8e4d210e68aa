/** Regions: those whose last audit does not say how they are, and the coverage of all. Folded, so that clusters stay in sight. */
import { useState } from 'preact/hooks';
import { count } from '../../../../shared/core/render/words.ts';
import type { RegionReadinessView } from '../../../../shared/query/readiness.ts';
import { addressOf } from '../address.ts';
import { useFirstRows } from './first-rows.tsx';
import { When } from './when.tsx';

interface RegionListProps {
  readonly rows: readonly RegionReadinessView[];
  readonly now: number;
}

const needsReason = ({ late, regionState }: RegionReadinessView): boolean => late === true || regionState !== 'audited';

function stateText({ regionState, reason }: RegionReadinessView): string {
  const because = reason === undefined ? '' : ` (${reason})`;
  if (regionState === 'not-enabled') return `the region is not enabled${because}`;
  return `${regionState === 'failed' ? 'its audit failed' : 'its audit is overdue'}${because}`;
}

/** Regions whose last audit failed, is overdue, or did not take place. */
export function OutdatedRegions({ rows, now }: RegionListProps) {
  const outdated = rows.filter(needsReason);
  const { first, button } = useFirstRows(outdated, 'of these regions');
  if (outdated.length === 0) return null;
  return (
    <details class="notice outdated" open={outdated.length < 3}>
      <summary>{count(outdated.length, 'region')} without a current audit</summary>
      <ul class="plain">
        {first.map((r) => (
          <li key={`${r.account}/${r.region}`}>
            {r.region}, {r.alias ?? r.account}: {stateText(r)}; last audit <When at={r.factsAt} now={now} orLater={r.orLater} />.
          </li>
        ))}
      </ul>
      {button}
    </details>
  );
}

function CoverageTable({ rows, now }: RegionListProps) {
  const { first, button } = useFirstRows(rows, 'regions');
  return (
    <>
      <table class="rows regions">
        <caption class="hidden">Coverage by region</caption>
        <thead>
          <tr>
            <th scope="col">Account</th>
            <th scope="col">Region</th>
            <th scope="col" class="number">
              Evaluated
            </th>
            <th scope="col" class="number">
              Not evaluated
            </th>
            <th scope="col">Last audit</th>
          </tr>
        </thead>
        <tbody>
          {first.map((r) => (
            <tr key={`${r.account}/${r.region}`}>
              <td class="place">{r.alias ?? r.account}</td>
              <td class="place">{r.region}</td>
              <td class="number">{r.coverage.evaluated.toLocaleString('en-US')}</td>
              <td class="number">
                {r.coverage.unevaluated === 0 ? (
                  '0'
                ) : (
                  <a href={addressOf('coverage', { account: r.account, region: r.region })}>
                    {r.coverage.unevaluated.toLocaleString('en-US')}
                    <span class="hidden"> not evaluated in {r.region}</span>
                  </a>
                )}
              </td>
              <td class="time">
                <When at={r.factsAt} now={now} orLater={r.orLater} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {button}
    </>
  );
}

/** Drawn when it is opened: a browser takes its time for thousands of rows that no one asked for. */
export function RegionCoverage({ rows, now }: RegionListProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details class="section" onToggle={(e) => setOpen(e.currentTarget.open)}>
      <summary>Coverage and last audit of {count(rows.length, 'region')}</summary>
      {isOpen && <CoverageTable rows={rows} now={now} />}
    </details>
  );
}
