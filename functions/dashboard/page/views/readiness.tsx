/** Would it come up: the verdict first, then every cluster in every region with the reason, and the way to its findings. */
import { count, stateOrder, stateWords } from '../../../../shared/core/render/words.ts';
import type { RegionReadinessView } from '../../../../shared/query/readiness.ts';
import { addressOf, isFiltered } from '../address.ts';
import { largestPages, useAnswers } from '../answers.ts';
import type { ViewProps } from '../app.tsx';
import { emptyClustersText, isOutdated } from '../empty-text.ts';
import { FilterBar } from '../parts/filter-bar.tsx';
import { useFirstRows } from '../parts/first-rows.tsx';
import { PageList } from '../parts/page-list.tsx';
import { placeFields } from '../parts/place-fields.ts';
import { StateChip } from '../parts/state-chip.tsx';
import { When } from '../parts/when.tsx';
import { summaryOf } from '../summary-sentence.ts';

type ReadinessCluster = RegionReadinessView['clusters'][number];
interface MatrixCell {
  readonly row: RegionReadinessView;
  readonly cluster: ReadinessCluster;
}
interface MatrixLine {
  readonly account: string;
  readonly alias?: string | undefined;
  readonly cluster: string;
  readonly cells: ReadonlyMap<string, MatrixCell>;
}

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

const worst = (line: MatrixLine): number => Math.min(...[...line.cells.values()].map((c) => stateOrder.indexOf(c.cluster.state)));

/** One line for each cluster of an account, the worst first. */
function linesOf(rows: readonly RegionReadinessView[]): readonly MatrixLine[] {
  const cells = rows.flatMap((row) => row.clusters.map((cluster): MatrixCell => ({ row, cluster })));
  const groups = Map.groupBy(cells, (cell) => `${cell.row.account} ${cell.cluster.cluster}`);
  return [...groups.values()]
    .flatMap((of): MatrixLine[] => {
      const [first] = of;
      if (!first) return [];
      const { account, alias } = first.row;
      return [{ account, alias, cluster: first.cluster.cluster, cells: new Map(of.map((cell) => [cell.row.region, cell])) }];
    })
    .toSorted((a, b) => worst(a) - worst(b));
}

function CellContent({ cell, now }: { readonly cell: MatrixCell; readonly now: number }) {
  const { row, cluster } = cell;
  const [because] = cluster.because;
  const more = cluster.reasons - 1;
  const filters = { account: row.account, region: row.region, cluster: cluster.cluster };
  const view = cluster.state === 'UNKNOWN' ? 'coverage' : 'findings';
  return (
    <>
      <a href={addressOf(view, view === 'findings' && cluster.state !== 'READY' ? { ...filters, open: 'true' } : filters)}>
        <StateChip state={cluster.state} />
        <span class="hidden">
          {' '}
          {cluster.cluster} in {row.region}: why
        </span>
      </a>
      <p class="why">
        {because ? sentence(because.text) : cluster.state === 'READY' ? 'Everything was looked at, nothing fails.' : ''}
        {because ? more > 0 && ` And ${more} more.` : cluster.reasons > 0 && `${count(cluster.reasons, 'reason')}, behind the link above.`}
      </p>
      <p class="meta">
        {cluster.running ? (cluster.planned ? 'Runs and is planned' : 'Runs') : 'Planned'}; {stateWords[cluster.state]} since{' '}
        <When at={cluster.since} now={now} />
        {cluster.last ? `; it was ${stateWords[cluster.last]} when last seen` : ''}
      </p>
    </>
  );
}

export function ReadinessView({ source, filters, fleet, onFilters, now }: ViewProps) {
  const answered = useAnswers(source, 'readiness', { ...filters, ...largestPages }, { atLeast: Number.POSITIVE_INFINITY });
  const { items: rows, loading, error, notKept } = answered;
  const { account, region, cluster } = placeFields(fleet, filters);
  const lines = loading ? [] : linesOf(rows);
  const clusters = useFirstRows(lines, 'clusters');
  const covered = useFirstRows(rows, 'regions');
  const regions = [...new Set(lines.flatMap((line) => [...line.cells.keys()]))].toSorted();
  const several = new Set(rows.map((r) => r.account)).size > 1;
  const cut = error !== undefined || notKept.length > 0 || source.about.leftOut.some(({ of }) => of === 'readiness');
  const verdict = summaryOf({
    states: rows.flatMap((r) => r.clusters.map((c) => c.state)),
    read: loading ? 'reading' : cut ? 'partly' : 'whole',
    unseen: rows.filter(isOutdated).length,
    filtered: isFiltered(filters),
  });
  // Of clusters that were looked for by their state, that state is no news.
  const tone = filters.state === undefined ? verdict?.tone : undefined;
  const troubled = rows.filter((r) => r.late || r.regionState !== 'audited');
  const doubtful = useFirstRows(troubled, 'of these regions');
  return (
    <>
      {verdict && <p class={`verdict ${tone?.toLowerCase() ?? ''}`}>{verdict.words}</p>}
      <FilterBar
        fields={[{ name: 'state', label: 'State', options: stateOrder.map((s) => [s, stateWords[s]]) }, region, account, cluster]}
        filters={filters}
        onChange={onFilters}
      />
      <PageList
        answered={answered}
        shown={lines.length}
        nothing={emptyClustersText(rows, isFiltered(filters))}
        withFilter={(filter) => addressOf('readiness', { ...filters, ...filter })}
      >
        {lines.length > 0 && (
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
              {clusters.few.map((line) => (
                <tr key={`${line.account} ${line.cluster}`}>
                  <th scope="row">
                    {line.cluster}
                    {several && <span class="meta"> {line.alias ?? line.account}</span>}
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
        )}
        {clusters.button}
      </PageList>
      {troubled.length > 0 && !loading && (
        <section>
          <h2>Not to be relied on</h2>
          <ul class="plain">
            {doubtful.few.map((r) => (
              <li key={`${r.account}/${r.region}`}>
                {r.alias ?? r.account}, {r.region}:{' '}
                {r.regionState === 'not-enabled'
                  ? 'the region is not enabled'
                  : r.regionState === 'failed'
                    ? 'its audit failed'
                    : 'its audit is overdue'}
                {r.reason === undefined ? '' : ` (${r.reason})`}; last audit <When at={r.factsAt} now={now} orLater={r.orLater} />.
              </li>
            ))}
          </ul>
          {doubtful.button}
        </section>
      )}
      {rows.length > 0 && !loading && (
        <section>
          <h2>Coverage</h2>
          <ul class="plain">
            {covered.few.map((r) => (
              <li key={`${r.account}/${r.region}`}>
                {r.alias ?? r.account}, {r.region}: {count(r.coverage.evaluated, 'verdict')},{' '}
                {r.coverage.unevaluated === 0 ? (
                  'nothing unseen'
                ) : (
                  <a href={addressOf('coverage', { account: r.account, region: r.region })}>{r.coverage.unevaluated} could not be judged</a>
                )}
                ; last audit <When at={r.factsAt} now={now} orLater={r.orLater} />.
              </li>
            ))}
          </ul>
          {covered.button}
        </section>
      )}
    </>
  );
}
