/** What was not evaluated: by cause, since when, and the policy statement that is missing. */

import { placeWords } from '../../../../shared/core/render/words.ts';
import { jsonText } from '../../../../shared/core/text/json.ts';
import type { CoverageRowView } from '../../../../shared/query/coverage.ts';
import { askedFilters, isFiltered } from '../address.ts';
import { largestPages, useAnswers } from '../answers.ts';
import { emptyCoverageText } from '../empty-text.ts';
import { Copyable } from '../parts/copy-button.tsx';
import { distinct, levelField } from '../parts/field.ts';
import { FilterBar, useEver } from '../parts/filter-bar.tsx';
import { useFirstRows } from '../parts/first-rows.tsx';
import { PageList } from '../parts/page-list.tsx';
import { Pager, usePage } from '../parts/pager.tsx';
import { placeFields } from '../parts/place-fields.ts';
import { NotEvaluatedChip } from '../parts/state-chip.tsx';
import { When } from '../parts/when.tsx';
import type { AnswerSource } from '../source.ts';
import type { ViewProps } from '../view-props.ts';

const causeOf = (c: CoverageRowView): string => JSON.stringify([c.account, c.region, c.action, c.reason]);
const requiredIn = (rows: readonly CoverageRowView[]): number => rows.filter((r) => r.level === 'required').length;

export function CoverageView({ source, filters, regions, onFilters, now }: ViewProps) {
  const list = useAnswers(source, 'coverage', { ...askedFilters(filters), ...largestPages });
  const checks = useEver(distinct(list.items, (c) => c.check));
  const { account, region, cluster } = placeFields(regions, filters);
  const causes = [...Map.groupBy(list.items, causeOf)].toSorted(([, a], [, b]) => requiredIn(b) - requiredIn(a));
  const page = usePage(causes, filters);
  const at = { view: 'coverage', filters } as const;
  return (
    <>
      <FilterBar
        fields={[levelField, cluster, region, { name: 'check', label: 'Check', options: checks }, account]}
        filters={filters}
        onChange={onFilters}
      />
      <section class="listing" aria-label="What was not evaluated">
        <PageList
          list={list}
          shown={causes.length}
          at={at}
          empty={isFiltered(filters) ? 'Nothing matches the filters.' : <EmptyCoverage source={source} />}
        >
          <ul class="list">
            {page.rows.map(([cause, rows]) => (
              <CauseCard key={cause} rows={rows} now={now} />
            ))}
          </ul>
          <Pager of={page} what={['cause', 'causes']} at={at} />
        </PageList>
      </section>
    </>
  );
}

/** Reads the readiness of all regions before it says that everything was evaluated. */
function EmptyCoverage({ source }: { readonly source: AnswerSource }) {
  const { items, loading, error } = useAnswers(source, 'readiness', largestPages, { atLeast: Number.POSITIVE_INFINITY });
  if (loading) return null;
  return <>{error ?? emptyCoverageText(items)}</>;
}

const firstCases = 8;

function CauseCard({ rows, now }: { readonly rows: readonly CoverageRowView[]; readonly now: number }) {
  const { first: shown, button } = useFirstRows(rows, 'cases', firstCases);
  const [first] = rows;
  if (!first) return null;
  const { region, account, reason, action, statement } = first;
  const since = rows.map((r) => r.since).toSorted()[0] ?? first.since;
  const required = requiredIn(rows);
  return (
    <li class="spot">
      <h2>
        <NotEvaluatedChip /> {reason}
        {action === undefined ? '' : `: ${action}`}
      </h2>
      <p class="meta">
        {rows.length} not evaluated{required > 0 ? `, ${required} of them required` : ''} · {region} · account {account} · since{' '}
        <When at={since} now={now} />
      </p>
      <ul class="cases">
        {shown.map((r) => (
          <li key={r.id}>
            <strong>{r.check}</strong> {r.resource ?? ''}{' '}
            <span class="meta">
              {placeWords(r)} · {r.level}
            </span>
          </li>
        ))}
      </ul>
      {button}
      {statement && (
        <>
          <p>Add this statement to the policy of the auditor’s role:</p>
          <Copyable text={jsonText(statement)} label={`the statement for ${action ?? region}`} />
        </>
      )}
    </li>
  );
}
