/** Every finding: by cluster and cause or in the order of a column, filtered, searched, and as a file. */
import { useMemo } from 'preact/hooks';
import { count } from '../../../../shared/core/render/words.ts';
import type { FindingView } from '../../../../shared/query/findings.ts';
import { type Address, addressOf, askedFilters, withFilter } from '../address.ts';
import { type AnswerList, largestPages, useAnswers } from '../answers.ts';
import { byClusterAndCause, type CauseGroup, type ClusterFindings, openWords } from '../cause-groups.ts';
import { findingSortKeys, hasWords } from '../finding-columns.ts';
import { ColumnHeader } from '../parts/column-header.tsx';
import { ExportButtons } from '../parts/export-buttons.tsx';
import { distinct, type FilterField, levelField } from '../parts/field.ts';
import { FilterBar, useEver } from '../parts/filter-bar.tsx';
import { CauseRow, FindingRow, findingColumns } from '../parts/finding-rows.tsx';
import { PageList } from '../parts/page-list.tsx';
import { Pager, usePage } from '../parts/pager.tsx';
import { placeFields } from '../parts/place-fields.ts';
import { sortRows } from '../sort-rows.ts';
import type { ViewProps } from '../view-props.ts';

/** So many are read at once: groups and totals are of what was read. */
const atLeast = 1000;

const openField: FilterField = {
  name: 'open',
  label: 'Show',
  options: [
    ['true', 'open failures'],
    ['false', 'passes and muted'],
  ],
};

const directed = (sort: string | undefined): boolean => sort !== undefined && Object.hasOwn(findingSortKeys, sort.replace(/^-/, ''));

function FindingHead({ filters, onFilters }: Pick<ViewProps, 'filters' | 'onFilters'>) {
  const header = (column: string, label: string, numeric = false) => (
    <ColumnHeader
      column={column}
      label={label}
      numeric={numeric}
      sort={filters.sort}
      onSort={(sort) => onFilters(withFilter(filters, 'sort', sort))}
    />
  );
  return (
    <thead>
      <tr>
        {header('level', 'Level')}
        {header('finding', 'Finding')}
        {header('cluster', directed(filters.sort) ? 'Cluster' : 'Group')}
        {header('have', 'Have', true)}
        {header('need', 'Need', true)}
        {header('short', 'Short by', true)}
        {header('since', 'Since')}
      </tr>
    </thead>
  );
}

type ListProps = ViewProps & { readonly found: readonly FindingView[] };
type PlacedCause = { readonly group: ClusterFindings; readonly cause: CauseGroup };

function GroupHeading({ group, regions }: { readonly group: ClusterFindings; readonly regions: ViewProps['regions'] }) {
  const { account, region, cluster } = group.first;
  const alias = regions.find((r) => r.account === account)?.alias;
  const numbers = openWords(group);
  return (
    <tr class="group">
      <th scope="rowgroup" colSpan={findingColumns}>
        {cluster ?? 'The region itself'}{' '}
        <span class="meta">
          {region} · {alias ?? account}
          {numbers === '' ? '' : ` · ${numbers}`}
        </span>
      </th>
    </tr>
  );
}

/** A heading for each cluster, a row for each cause. */
function GroupedFindings(props: ListProps) {
  const { found, filters, onFilters, source, regions, now } = props;
  const groups = useMemo(() => byClusterAndCause(found), [found]);
  const page = usePage(
    useMemo(() => groups.flatMap((group) => group.causes.map((cause): PlacedCause => ({ group, cause }))), [groups]),
    filters,
  );
  if (page.all === 0) return null;
  return (
    <>
      <table class="rows findings">
        <caption class="hidden">Findings by cluster and cause</caption>
        <FindingHead filters={filters} onFilters={onFilters} />
        {[...Map.groupBy(page.rows, ({ group }) => group)].map(([group, rows]) => (
          <tbody key={group.key}>
            <GroupHeading group={group} regions={regions} />
            {rows.map(({ cause }) => (
              <CauseRow key={`${group.key} ${cause.key}`} cause={cause} source={source} now={now} />
            ))}
          </tbody>
        ))}
      </table>
      <Pager of={page} what={['cause', 'causes']} at={{ view: 'findings', filters }} />
    </>
  );
}

/** A row for each finding, in the order of a column. */
function SortedFindings({ found, filters, onFilters, source, now }: ListProps) {
  const page = usePage(sortRows(found, findingSortKeys, filters.sort), filters);
  if (page.all === 0) return null;
  return (
    <>
      <table class="rows findings">
        <caption class="hidden">Findings</caption>
        <FindingHead filters={filters} onFilters={onFilters} />
        <tbody>
          {page.rows.map((f) => (
            <FindingRow key={`${f.account}/${f.region}/${f.id}`} finding={f} source={source} now={now} flat />
          ))}
        </tbody>
      </table>
      <Pager of={page} what={['finding', 'findings']} at={{ view: 'findings', filters }} />
    </>
  );
}

/** `12 of 5,006 findings`; of those that were read, where there are more. */
function totalText(list: AnswerList<FindingView>, found: number): string {
  const all = list.items.length;
  const read = list.more ? `the first ${count(all, 'finding')}; more are stored` : count(all, 'finding');
  return found === all && !list.more ? read : `${found.toLocaleString('en-US')} of ${read}`;
}

export function FindingsView(props: ViewProps) {
  const { source, filters, regions, onFilters } = props;
  const { text = '' } = filters;
  const asked = askedFilters(filters);
  const matches = (f: FindingView) => text === '' || hasWords(f, text);
  const list = useAnswers(source, 'findings', { ...asked, ...largestPages }, { atLeast });
  const checks = useEver(distinct(list.items, (f) => f.check));
  const { account, region, cluster } = placeFields(regions, filters);
  const found = useMemo(() => list.items.filter(matches), [list.items, text]);
  const search = (typed: string): void => onFilters(withFilter(filters, 'text', typed) as Address['filters'], true);
  const isSorted = directed(filters.sort);
  const select = (all: readonly FindingView[]): readonly FindingView[] => {
    const rows = all.filter(matches);
    if (isSorted) return sortRows(rows, findingSortKeys, filters.sort);
    return byClusterAndCause(rows).flatMap(({ causes }) => causes.flatMap((cause) => cause.findings));
  };
  return (
    <>
      <FilterBar
        text={{ label: 'check, text', onInput: search }}
        fields={[openField, levelField, cluster, region, { name: 'check', label: 'Check', options: checks }, account]}
        filters={filters}
        onChange={onFilters}
      />
      <div class="bar">
        <p class="count" role="status">
          {list.loading || list.error !== undefined || list.notKnown ? '' : totalText(list, found.length)}
        </p>
        {isSorted && <a href={addressOf('findings', withFilter(filters, 'sort', ''))}>Group by cluster and cause</a>}
        {found.length > 0 && <ExportButtons source={source} asked={asked} select={select} />}
      </div>
      <section class="listing" aria-label="Findings">
        <PageList list={list} shown={found.length} empty="No finding matches." at={{ view: 'findings', filters }}>
          {isSorted ? <SortedFindings {...props} found={found} /> : <GroupedFindings {...props} found={found} />}
        </PageList>
      </section>
    </>
  );
}
