/** How much room there is: quotas and free addresses against what is needed, day by day, and when it runs out. */

import { requestWords } from '../../../../shared/core/render/quota-text.ts';
import { amountWords, placeWords } from '../../../../shared/core/render/words.ts';
import type { CapacitySeriesView } from '../../../../shared/query/capacity.ts';
import { addressOf } from '../address.ts';
import { mostUrgentFirst } from '../amount-order.ts';
import { largestPages, useAnswers } from '../answers.ts';
import type { ViewProps } from '../app.tsx';
import { estimateText } from '../estimate-text.ts';
import { Chart } from '../parts/chart.tsx';
import { distinct } from '../parts/field.ts';
import { FilterBar, useEver } from '../parts/filter-bar.tsx';
import { PageList } from '../parts/page-list.tsx';
import { placeFields } from '../parts/place-fields.ts';
import { StatusChip } from '../parts/state-chip.tsx';

function SeriesCard({ series: s }: { readonly series: CapacitySeriesView }) {
  const amount = {
    status: s.status,
    have: s.have,
    ...(s.need !== undefined && { need: s.need }),
    ...(s.unit !== undefined && { unit: s.unit }),
  };
  return (
    <li class="series">
      <h2>{s.resource ?? s.check}</h2>
      <p class="meta">
        {s.check},{' '}
        {placeWords({ ...(s.cluster !== undefined && { cluster: s.cluster }), ...(s.group !== undefined && { group: s.group }) })},{' '}
        {s.region}, account {s.account}
      </p>
      <p>
        {s.need === undefined ? (
          `value ${s.have.toLocaleString('en-US')}`
        ) : (
          <>
            <StatusChip status={s.status} level={s.level} /> {amountWords(amount)}
          </>
        )}
      </p>
      <Chart days={s.days} label={`${s.resource ?? s.check} in ${s.region}`} />
      <p>{s.need === undefined ? '' : estimateText(s)}</p>
      {requestWords(s.watched) !== '' && <p class="notice">{requestWords(s.watched)}</p>}
    </li>
  );
}

/** So many are read before the first stand still: what is short may be on any page. */
const most = 1000;

export function CapacityView({ source, filters, fleet, onFilters }: ViewProps) {
  const answered = useAnswers(source, 'capacity', { ...filters, ...largestPages }, { atLeast: most });
  const all = answered.items;
  const checks = useEver(distinct(all, (s) => s.check));
  const { account, region, cluster } = placeFields(fleet, filters);
  return (
    <>
      <FilterBar
        fields={[region, cluster, { name: 'check', label: 'Check', options: checks }, account]}
        filters={filters}
        onChange={onFilters}
      />
      <PageList
        answered={answered}
        shown={all.length}
        nothing="No amounts were kept in that time."
        withFilter={(filter) => addressOf('capacity', { ...filters, ...filter })}
      >
        <ul class="grid">
          {mostUrgentFirst(all).map((s) => (
            <SeriesCard key={`${s.account}/${s.region}/${s.id}`} series={s} />
          ))}
        </ul>
      </PageList>
    </>
  );
}
