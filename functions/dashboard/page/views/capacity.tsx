/** Quotas and free addresses against what is required, day by day, and when they run out: a small chart for each resource. */

import { requestWords } from '../../../../shared/core/render/quota-text.ts';
import { amountWords, placeWords } from '../../../../shared/core/render/words.ts';
import type { CapacitySeriesView } from '../../../../shared/query/capacity.ts';
import { askedFilters } from '../address.ts';
import { largestPages, useAnswers } from '../answers.ts';
import { type CapacityCard, capacityCards } from '../capacity-cards.ts';
import { estimateText } from '../estimate-text.ts';
import { Chart, ChartLegend } from '../parts/chart.tsx';
import { distinct } from '../parts/field.ts';
import { FilterBar, useEver } from '../parts/filter-bar.tsx';
import { PageList } from '../parts/page-list.tsx';
import { Pager, usePage } from '../parts/pager.tsx';
import { placeFields } from '../parts/place-fields.ts';
import { StatusChip } from '../parts/state-chip.tsx';
import type { ViewProps } from '../view-props.ts';

/** The number and what is required of it; what is only watched has no status. */
const AmountLine = ({ of: s }: { readonly of: CapacitySeriesView }) =>
  s.need === undefined ? (
    <span>value {s.have.toLocaleString('en-US')}</span>
  ) : (
    <>
      <StatusChip status={s.status} level={s.level} /> {amountWords(s)}
    </>
  );

function SeriesCard({ card: { first: s, others }, alias }: { readonly card: CapacityCard; readonly alias: string | undefined }) {
  const request = requestWords(s.watched);
  return (
    <li class="series">
      <h2>{s.resource ?? s.title}</h2>
      <p class="meta">
        {s.region} · {alias ?? s.account} · {placeWords(s)} · {s.check}
      </p>
      <p class="amounts">
        <AmountLine of={s} />
      </p>
      <Chart days={s.days} label={`${s.resource ?? s.check} in ${s.region}`} />
      <div>
        {s.need !== undefined && <p>{estimateText(s)}</p>}
        {request !== '' && <p class="notice">{request}</p>}
        {others.length > 0 && (
          <ul class="others">
            {others.map((other) => (
              <li key={other.id}>
                <AmountLine of={other} />{' '}
                <span class="meta">
                  {placeWords(other)} · {other.check}
                </span>
              </li>
            ))}
          </ul>
        )}
      </div>
    </li>
  );
}

/** So many are read before the list is drawn in its order: a shortfall may be on any page. */
const atLeast = 1000;
const pageCards = 24;

export function CapacityView({ source, filters, regions, onFilters }: ViewProps) {
  const list = useAnswers(source, 'capacity', { ...askedFilters(filters), ...largestPages }, { atLeast });
  const checks = useEver(distinct(list.items, (s) => s.check));
  const { account, region, cluster } = placeFields(regions, filters);
  const page = usePage(capacityCards(list.items), filters, pageCards);
  const aliases = new Map(regions.map((r) => [r.account, r.alias]));
  const at = { view: 'capacity', filters } as const;
  return (
    <>
      <FilterBar
        fields={[region, cluster, { name: 'check', label: 'Check', options: checks }, account]}
        filters={filters}
        onChange={onFilters}
      />
      <section class="listing" aria-label="Amounts">
        <PageList list={list} shown={page.all} empty="No amounts are stored for that time." at={at}>
          {page.all > 0 && <ChartLegend />}
          <ul class="grid">
            {page.rows.map((card) => (
              <SeriesCard key={card.key} card={card} alias={aliases.get(card.first.account)} />
            ))}
          </ul>
          <Pager of={page} what={['resource', 'resources']} at={at} />
        </PageList>
      </section>
    </>
  );
}
