/** What could not be judged: by cause, since when, and the statement that would mend it. */

import { count, placeWords } from '../../../../shared/core/render/words.ts';
import { jsonText } from '../../../../shared/core/text/json.ts';
import type { CoverageRowView } from '../../../../shared/query/coverage.ts';
import { addressOf, isFiltered } from '../address.ts';
import { largestPages, useAnswers } from '../answers.ts';
import type { ViewProps } from '../app.tsx';
import { emptyCoverageText } from '../empty-text.ts';
import { Copyable } from '../parts/copy-button.tsx';
import { distinct } from '../parts/field.ts';
import { FilterBar, useEver } from '../parts/filter-bar.tsx';
import { PageList } from '../parts/page-list.tsx';
import { placeFields } from '../parts/place-fields.ts';
import { When } from '../parts/when.tsx';
import type { AnswerSource } from '../source.ts';

const causeOf = (c: CoverageRowView): string => JSON.stringify([c.account, c.region, c.action, c.reason]);

export function CoverageView({ source, filters, fleet, onFilters, now }: ViewProps) {
  const answered = useAnswers(source, 'coverage', filters);
  const all = answered.items;
  const checks = useEver(distinct(all, (c) => c.check));
  const { account, region, cluster } = placeFields(fleet, filters);
  const spots = [...Map.groupBy(all, causeOf).values()].toSorted((a, b) => required(b) - required(a));
  return (
    <>
      <FilterBar
        fields={[
          {
            name: 'level',
            label: 'Level',
            options: [
              ['required', 'required'],
              ['recommended', 'recommended'],
            ],
          },
          cluster,
          region,
          { name: 'check', label: 'Check', options: checks },
          account,
        ]}
        filters={filters}
        onChange={onFilters}
      />
      <PageList
        answered={answered}
        shown={spots.length}
        withFilter={(filter) => addressOf('coverage', { ...filters, ...filter })}
        nothing={isFiltered(filters) ? 'Nothing that the filters leave.' : <NothingUnjudged source={source} />}
      >
        <ul class="list">
          {spots.map((rows) => {
            const [first] = rows;
            return first ? <Spot key={causeOf(first)} first={first} rows={rows} now={now} /> : null;
          })}
        </ul>
      </PageList>
    </>
  );
}

/** Asks whether all that there is was judged, before anything is said of it. */
function NothingUnjudged({ source }: { readonly source: AnswerSource }) {
  const { items, loading, error } = useAnswers(source, 'readiness', largestPages, { atLeast: Number.POSITIVE_INFINITY });
  if (loading) return null;
  return <>{error ?? emptyCoverageText(items)}</>;
}

const required = (rows: readonly CoverageRowView[]): number => rows.filter((r) => r.level === 'required').length;

function Spot({ first, rows, now }: { readonly first: CoverageRowView; readonly rows: readonly CoverageRowView[]; readonly now: number }) {
  const { region, account, reason, action, statement } = first;
  const since = rows.map((r) => r.since).toSorted()[0] ?? first.since;
  const needed = required(rows);
  return (
    <li class="spot">
      <h2>
        {reason}
        {action === undefined ? '' : `: ${action}`}
      </h2>
      <p class="meta">
        {region}, account {account}, since <When at={since} now={now} />. {count(rows.length, 'case')} unevaluated
        {needed > 0 ? `, ${needed} of them required` : ''}: neither a pass nor a failure.
      </p>
      <ul class="plain">
        {rows.map((r) => (
          <li key={r.id}>
            <strong>{r.check}</strong> {r.resource ?? ''}{' '}
            <span class="meta">
              {placeWords({ ...(r.cluster !== undefined && { cluster: r.cluster }), ...(r.group !== undefined && { group: r.group }) })},{' '}
              {r.level}
            </span>
          </li>
        ))}
      </ul>
      {statement && (
        <>
          <p>This statement in the policy of the auditor’s role mends it:</p>
          <Copyable text={jsonText(statement)} label={`the statement for ${action ?? region}`} />
        </>
      )}
    </li>
  );
}
