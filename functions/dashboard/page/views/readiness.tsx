/** Would the clusters come up: the summary first, then every cluster in every region with the reason and a link to its findings. */
import { count, stateOrder, stateWords } from '../../../../shared/core/render/words.ts';
import type { RegionReadinessView } from '../../../../shared/query/readiness.ts';
import { addressOf, isFiltered } from '../address.ts';
import { largestPages, useAnswers } from '../answers.ts';
import { emptyClustersText, isOutdated } from '../empty-text.ts';
import { ErrorEvents } from '../parts/error-events.tsx';
import { FilterBar } from '../parts/filter-bar.tsx';
import { useFirstRows } from '../parts/first-rows.tsx';
import { PageList } from '../parts/page-list.tsx';
import { placeFields } from '../parts/place-fields.ts';
import { ReadinessMatrix } from '../parts/readiness-matrix.tsx';
import { When } from '../parts/when.tsx';
import { linesOf } from '../readiness-lines.ts';
import { summaryOf } from '../summary-sentence.ts';
import type { ViewProps } from '../view-props.ts';

interface RegionsProps {
  readonly rows: readonly RegionReadinessView[];
  readonly now: number;
}

function troubleOf({ regionState, reason }: RegionReadinessView): string {
  const because = reason === undefined ? '' : ` (${reason})`;
  if (regionState === 'not-enabled') return `the region is not enabled${because}`;
  return `${regionState === 'failed' ? 'its audit failed' : 'its audit is overdue'}${because}`;
}

/** Regions whose last audit failed, is overdue, or did not take place. */
function UnreliableRegions({ rows, now }: RegionsProps) {
  const { first, button } = useFirstRows(rows, 'of these regions');
  return (
    <section>
      <h2>Not to be relied on</h2>
      <ul class="plain">
        {first.map((r) => (
          <li key={`${r.account}/${r.region}`}>
            {r.alias ?? r.account}, {r.region}: {troubleOf(r)}; last audit <When at={r.factsAt} now={now} orLater={r.orLater} />.
          </li>
        ))}
      </ul>
      {button}
    </section>
  );
}

function RegionCoverage({ rows, now }: RegionsProps) {
  const { first, button } = useFirstRows(rows, 'regions');
  return (
    <section>
      <h2>Coverage</h2>
      <ul class="plain">
        {first.map((r) => (
          <li key={`${r.account}/${r.region}`}>
            {r.alias ?? r.account}, {r.region}: {count(r.coverage.evaluated, 'result')},{' '}
            {r.coverage.unevaluated === 0 ? (
              'nothing left out'
            ) : (
              <a href={addressOf('coverage', { account: r.account, region: r.region })}>{r.coverage.unevaluated} not evaluated</a>
            )}
            ; last audit <When at={r.factsAt} now={now} orLater={r.orLater} />.
          </li>
        ))}
      </ul>
      {button}
    </section>
  );
}

export function ReadinessView({ source, filters, regions, onFilters, now }: ViewProps) {
  const list = useAnswers(source, 'readiness', { ...filters, ...largestPages }, { atLeast: Number.POSITIVE_INFINITY });
  const { items: rows, loading, error, notKept } = list;
  const { account, region, cluster } = placeFields(regions, filters);
  const lines = loading ? [] : linesOf(rows);
  const isPartial = error !== undefined || notKept.length > 0 || source.about.leftOut.some(({ of }) => of === 'readiness');
  const summary = summaryOf({
    states: rows.flatMap((r) => r.clusters.map((c) => c.state)),
    read: loading ? 'reading' : isPartial ? 'partly' : 'whole',
    outdated: rows.filter(isOutdated).length,
    filtered: isFiltered(filters),
  });
  // Of clusters that were searched for by their state, that state is no news.
  const tone = filters.state === undefined ? summary?.tone : undefined;
  const unreliable = rows.filter((r) => r.late || r.regionState !== 'audited');
  return (
    <>
      {summary && <p class={`summary ${tone?.toLowerCase() ?? ''}`}>{summary.words}</p>}
      <FilterBar
        fields={[{ name: 'state', label: 'State', options: stateOrder.map((s) => [s, stateWords[s]]) }, region, account, cluster]}
        filters={filters}
        onChange={onFilters}
      />
      <PageList list={list} shown={lines.length} empty={emptyClustersText(rows, isFiltered(filters))} at={{ view: 'readiness', filters }}>
        <ReadinessMatrix lines={lines} hasAccounts={new Set(rows.map((r) => r.account)).size > 1} now={now} />
      </PageList>
      {unreliable.length > 0 && !loading && <UnreliableRegions rows={unreliable} now={now} />}
      {!loading && <ErrorEvents rows={rows} events={source.events ?? []} now={now} />}
      {rows.length > 0 && !loading && <RegionCoverage rows={rows} now={now} />}
    </>
  );
}
