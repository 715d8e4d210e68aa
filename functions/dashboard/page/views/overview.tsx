/** Would the clusters come up: the summary and its figures first, then every cluster with the reason, the worst first. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { count, stateOrder, stateWords } from '../../../../shared/core/render/words.ts';
import { isAbout, narrowed } from '../../../../shared/query/filters.ts';
import type { RegionReadinessView } from '../../../../shared/query/readiness.ts';
import { addressOf, askedFilters, isFiltered, withFilter } from '../address.ts';
import { type AnswerList, largestPages, useAnswers } from '../answers.ts';
import { type ClusterRow, clusterRows, clusterSortKeys, foldReady } from '../cluster-rows.ts';
import { emptyClustersText, isOutdated } from '../empty-text.ts';
import { usePrinting } from '../media.ts';
import { auditFigure, changesFigure, coverageFigure } from '../overview-text.ts';
import { ClusterTable, type ClusterTableProps } from '../parts/cluster-table.tsx';
import { ErrorEvents } from '../parts/error-events.tsx';
import { FilterBar } from '../parts/filter-bar.tsx';
import { Icon } from '../parts/icon.tsx';
import { PageList } from '../parts/page-list.tsx';
import { Pager, usePage } from '../parts/pager.tsx';
import { placeFields } from '../parts/place-fields.ts';
import { ReadinessMap } from '../parts/readiness-map.tsx';
import { OutdatedRegions, RegionCoverage } from '../parts/region-lists.tsx';
import { StateChip } from '../parts/state-chip.tsx';
import { FigureTile, StateTiles } from '../parts/tiles.tsx';
import { type OpenFindings, openFindings } from '../reason-text.ts';
import { sortRows } from '../sort-rows.ts';
import { summaryOf } from '../summary-sentence.ts';
import { lastChanges, trendDays, trendOf } from '../trend-text.ts';
import type { ViewProps } from '../view-props.ts';

const dayMs = 86_400_000;
/** So many changes and findings are read at most: a page that opens reads no log to its end. */
const mostRead = 1000;

const notReady = ['cluster that is not READY', 'clusters that are not READY'] as const;

const placesOf = ({ account, region, cluster }: ViewProps['filters']) => ({
  account: account || undefined,
  region: region || undefined,
  cluster: cluster || undefined,
});

type AmountsProps = Omit<ClusterTableProps, 'findings'> & Pick<ViewProps, 'source'>;

/** The table with the amounts of what fails. */
function ClusterTableWithAmounts({ source, ...props }: AmountsProps) {
  const asked = { ...placesOf(props.filters), open: 'true', ...largestPages };
  const { items } = useAnswers(source, 'findings', asked, { atLeast: mostRead });
  const findings = useMemo(() => openFindings(items), [items]);
  return <ClusterTable {...props} findings={findings} />;
}

const none: OpenFindings = new Map();
/** Findings say why a cluster is BLOCKED or AT RISK; where none is, they are not asked. */
const failsAny = (rows: readonly ClusterRow[]): boolean =>
  rows.some(({ cluster }) => cluster.state === 'BLOCKED' || cluster.state === 'AT_RISK');

function useTrends({ source, filters, now }: ViewProps) {
  const from = new Date(now - trendDays * dayMs).toISOString();
  const { items } = useAnswers(source, 'changes', { ...placesOf(filters), of: 'readiness', from, ...largestPages }, { atLeast: mostRead });
  const last = useMemo(() => lastChanges(items), [items]);
  return (row: ClusterRow) => trendOf(row, last, from);
}

function ChangesTile({ source, filters, now }: ViewProps) {
  // Nothing is asked until it is known since when: null while that is read.
  const [viewed, setViewed] = useState<string | null | undefined>(null);
  useEffect(() => {
    source.lastViewed.last().then(setViewed, () => setViewed(undefined));
  }, [source]);
  return viewed === null ? null : <CountedChangesTile source={source} filters={filters} now={now} viewed={viewed} />;
}

type CountedChangesProps = Pick<ViewProps, 'source' | 'filters' | 'now'> & { readonly viewed: string | undefined };

function CountedChangesTile({ source, filters, now, viewed }: CountedChangesProps) {
  const from = viewed ?? new Date(now - 7 * dayMs).toISOString();
  const asked = { ...placesOf(filters), from };
  const { items, loading, error, notKnown, more } = useAnswers(source, 'changes', { ...asked, ...largestPages }, { atLeast: mostRead });
  const known = !loading && error === undefined && notKnown === undefined;
  const isCut = source.about.leftOut.some(({ of }) => of === 'changes');
  // First results are no change of the account.
  const read = items.filter(({ cause }) => cause !== 'baseline').length;
  const figure = changesFigure({ read, known, more: more !== undefined || isCut }, viewed);
  return <FigureTile name="Changes" of={figure} href={addressOf('changes', asked)} />;
}

type OverviewListProps = ViewProps & { readonly rows: readonly RegionReadinessView[]; readonly list: AnswerList<RegionReadinessView> };

/** The clusters that the filters leave, by pages. */
function ClusterList(props: OverviewListProps) {
  const { source, rows, list, filters, onFilters, now } = props;
  const trend = useTrends(props);
  const isPrinting = usePrinting();
  const all = useMemo(() => (list.loading ? [] : clusterRows(rows)), [rows, list.loading]);
  const { shown, folded } = foldReady(all, isPrinting ? { ...filters, ready: 'shown' } : filters);
  const page = usePage(sortRows(shown, clusterSortKeys, filters.sort), filters);
  const at = { view: 'overview', filters } as const;
  const table = { rows: page.rows, trend, filters, onFilters, now };
  return (
    <section class="listing" aria-label="Clusters">
      <PageList list={list} shown={all.length} empty={emptyClustersText(rows, isFiltered(filters))} at={at}>
        {failsAny(page.rows) ? <ClusterTableWithAmounts {...table} source={source} /> : <ClusterTable {...table} findings={none} />}
        {folded > 0 && (
          <p class="fold">
            <StateChip state="READY" /> {count(folded, 'cluster')} folded.{' '}
            <a href={addressOf('overview', withFilter(filters, 'ready', 'shown'))}>Show the READY clusters</a>
          </p>
        )}
        <Pager of={page} what={folded > 0 ? notReady : ['cluster', 'clusters']} at={at} />
      </PageList>
    </section>
  );
}

function OverviewSummary({ source, filters, rows, list }: OverviewListProps) {
  const { loading, error, notKept } = list;
  const isPartial = error !== undefined || notKept.length > 0 || source.about.leftOut.some(({ of }) => of === 'readiness');
  const summary = summaryOf({
    states: rows.flatMap((r) => r.clusters.map((c) => c.state)),
    read: loading ? 'reading' : isPartial ? 'partly' : 'whole',
    outdated: rows.filter(isOutdated).length,
    filtered: isFiltered(filters),
  });
  if (!summary) return null;
  // Of clusters that were searched for by their state, that state is no news.
  const tone = filters.state === undefined ? summary.tone : undefined;
  return (
    <p class={`summary ${tone?.toLowerCase() ?? ''}`}>
      {tone && <Icon name={tone} />}
      {summary.words}
    </p>
  );
}

export function OverviewView(props: ViewProps) {
  const { source, filters, regions, onFilters, now } = props;
  const list = useAnswers(source, 'readiness', { ...askedFilters(filters), ...largestPages }, { atLeast: Number.POSITIVE_INFINITY });
  const { items: rows, loading } = list;
  const { account, region, cluster } = placeFields(regions, filters);
  const places = placesOf(filters);
  // A state that is filtered by leaves the figures as they are: the others would all be 0.
  const placed = regions
    .filter((row) => isAbout(row, { account: places.account, region: places.region }))
    .flatMap((row) => narrowed(row, { cluster: places.cluster }));
  return (
    <>
      <OverviewSummary {...props} rows={rows} list={list} />
      {!loading && placed.length > 0 && (
        <div class="figures">
          <StateTiles states={placed.flatMap((r) => r.clusters.map((c) => c.state))} filters={filters} />
          <ul class="tiles" aria-label="Changes, coverage and audits">
            <ChangesTile {...props} />
            <FigureTile name="Coverage" of={coverageFigure(placed)} href={addressOf('coverage', places)} />
            <FigureTile name="Last audit" of={auditFigure(placed, now)} href={addressOf('changes', places)} />
          </ul>
        </div>
      )}
      <FilterBar
        fields={[{ name: 'state', label: 'State', options: stateOrder.map((s) => [s, stateWords[s]]) }, region, account, cluster]}
        filters={filters}
        onChange={onFilters}
      />
      {!loading && <OutdatedRegions rows={rows} now={now} />}
      <ClusterList {...props} rows={rows} list={list} />
      {!loading && <ErrorEvents rows={rows} events={source.events ?? []} now={now} />}
      {!loading && <ReadinessMap rows={rows} />}
      {!loading && rows.length > 0 && <RegionCoverage rows={rows} now={now} />}
    </>
  );
}
