/** A row for each cluster: its state, where it is, why in numbers, since when, and how it was before. */
import { type Address, addressOf, withFilter } from '../address.ts';
import type { ClusterRow } from '../cluster-rows.ts';
import { type OpenFindings, reasonText, shortened } from '../reason-text.ts';
import type { ClusterTrend } from '../trend-text.ts';
import { ColumnHeader } from './column-header.tsx';
import { Icon } from './icon.tsx';
import { StateChip } from './state-chip.tsx';
import { When } from './when.tsx';

/** The findings that are the reason for a state, or what was not evaluated. */
function reasonAddress({ account, region, cluster: { cluster, state } }: ClusterRow): string {
  const filters = { account, region, cluster };
  if (state === 'UNKNOWN') return addressOf('coverage', filters);
  return addressOf('findings', state === 'READY' ? filters : { ...filters, open: 'true' });
}

const kindWords = ({ planned, running }: ClusterRow['cluster']): string =>
  running ? (planned ? 'running, planned' : 'running') : 'planned';

export interface ClusterTableProps {
  readonly rows: readonly ClusterRow[];
  readonly trend: (row: ClusterRow) => ClusterTrend | undefined;
  readonly filters: Address['filters'];
  readonly onFilters: (filters: Address['filters']) => void;
  readonly now: number;
  readonly findings: OpenFindings;
}

type ClusterLineProps = Pick<ClusterTableProps, 'findings' | 'now'> & {
  readonly row: ClusterRow;
  readonly trend: ClusterTrend | undefined;
};

function ClusterLine({ row, trend, findings, now }: ClusterLineProps) {
  const { account, alias, region, cluster } = row;
  const reason = reasonText(row, findings);
  return (
    <tr>
      <td class="state">
        <StateChip state={cluster.state} />
      </td>
      <th scope="row">
        <a href={reasonAddress(row)}>
          {cluster.cluster}
          <span class="hidden"> in {region}: why</span>
        </a>{' '}
        <span class="meta">{kindWords(cluster)}</span>
      </th>
      <td class="place" title={alias === undefined ? undefined : account}>
        {alias ?? account}
      </td>
      <td class="place">{region}</td>
      <td class="reason">
        <span title={reason}>{shortened(reason)}</span>
        {cluster.because.length > 0 && cluster.reasons > 1 && <span class="meta"> and {cluster.reasons - 1} more</span>}
      </td>
      <td class="time">
        <When at={cluster.since} now={now} />
      </td>
      <td class={`trend ${trend?.direction ?? ''}`}>
        {trend ? (
          <>
            <Icon name={trend.direction} /> {trend.words}
          </>
        ) : (
          <span title="The change of this state was not read.">–</span>
        )}
      </td>
    </tr>
  );
}

export function ClusterTable({ rows, trend, filters, onFilters, findings, now }: ClusterTableProps) {
  if (rows.length === 0) return null;
  const header = (column: string, label: string) => (
    <ColumnHeader column={column} label={label} sort={filters.sort} onSort={(sort) => onFilters(withFilter(filters, 'sort', sort))} />
  );
  return (
    <table class="rows clusters">
      <caption class="hidden">Clusters</caption>
      <thead>
        <tr>
          {header('state', 'State')}
          {header('cluster', 'Cluster')}
          {header('account', 'Account')}
          {header('region', 'Region')}
          <th scope="col">Reason</th>
          {header('since', 'Since')}
          <th scope="col">Trend</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <ClusterLine
            key={`${row.account}/${row.region}/${row.cluster.cluster}`}
            row={row}
            trend={trend(row)}
            findings={findings}
            now={now}
          />
        ))}
      </tbody>
    </table>
  );
}
