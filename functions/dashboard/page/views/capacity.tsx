/** Quotas and free addresses against what is required, day by day, and when they run out. */

import { requestWords } from '../../../../shared/core/render/quota-text.ts';
import { amountWords, placeWords } from '../../../../shared/core/render/words.ts';
import type { CapacitySeriesView } from '../../../../shared/query/capacity.ts';
import { mostUrgentFirst } from '../amount-order.ts';
import { largestPages, useAnswers } from '../answers.ts';
import { estimateText } from '../estimate-text.ts';
import { Chart } from '../parts/chart.tsx';
import { distinct } from '../parts/field.ts';
import { FilterBar, useEver } from '../parts/filter-bar.tsx';
import { PageList } from '../parts/page-list.tsx';
import { placeFields } from '../parts/place-fields.ts';
import { StatusChip } from '../parts/state-chip.tsx';
import type { ViewProps } from '../view-props.ts';

function SeriesCard({ series: s }: { readonly series: CapacitySeriesView }) {
  const request = requestWords(s.watched);
  return (
    <li class="series">
      <h2>{s.resource ?? s.check}</h2>
      <p class="meta">
        {s.check}, {placeWords(s)}, {s.region}, account {s.account}
      </p>
      <p>
        {s.need === undefined ? (
          `value ${s.have.toLocaleString('en-US')}`
        ) : (
          <>
            <StatusChip status={s.status} level={s.level} /> {amountWords(s)}
          </>
        )}
      </p>
      <Chart days={s.days} label={`${s.resource ?? s.check} in ${s.region}`} />
      <p>{s.need === undefined ? '' : estimateText(s)}</p>
      {request !== '' && <p class="notice">{request}</p>}
    </li>
  );
}

/** So many are read before the list is drawn in its order: a shortfall may be on any page. */
const atLeast = 1000;

export function CapacityView({ source, filters, regions, onFilters }: ViewProps) {
  const list = useAnswers(source, 'capacity', { ...filters, ...largestPages }, { atLeast });
  const checks = useEver(distinct(list.items, (s) => s.check));
  const { account, region, cluster } = placeFields(regions, filters);
  return (
    <>
      <FilterBar
        fields={[region, cluster, { name: 'check', label: 'Check', options: checks }, account]}
        filters={filters}
        onChange={onFilters}
      />
      <PageList list={list} shown={list.items.length} empty="No amounts are stored for that time." at={{ view: 'capacity', filters }}>
        <ul class="grid">
          {mostUrgentFirst(list.items).map((s) => (
            <SeriesCard key={`${s.account}/${s.region}/${s.id}`} series={s} />
          ))}
        </ul>
      </PageList>
    </>
  );
}
