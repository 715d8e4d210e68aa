/** What changed: audit by audit, the newest first, what the account did apart from what a plan or a version did. */
import { triggersWords } from '../../../../shared/core/render/trigger-words.ts';
import type { ChangeView } from '../../../../shared/query/changes.ts';
import { isAbout, narrowed } from '../../../../shared/query/filters.ts';
import { type Address, askedFilters, isFiltered } from '../address.ts';
import { type AnswerList, largestPages, useAnswers } from '../answers.ts';
import { changesInOrder } from '../change-order.ts';
import { emptyChangesText } from '../empty-text.ts';
import { ChangeLine } from '../parts/change-line.tsx';
import { distinct } from '../parts/field.ts';
import { FilterBar, useEver } from '../parts/filter-bar.tsx';
import { useFirstRows } from '../parts/first-rows.tsx';
import { PageList } from '../parts/page-list.tsx';
import { Pager, usePage } from '../parts/pager.tsx';
import { LastViewBar, PeriodFields } from '../parts/period-bar.tsx';
import { placeFields } from '../parts/place-fields.ts';
import { When } from '../parts/when.tsx';
import type { ViewProps } from '../view-props.ts';

const causes: { readonly [cause in ChangeView['cause']]: string } = {
  account: 'The account changed',
  plan: 'The plan was edited',
  auditor: 'The auditor has new rules',
  visibility: 'It can be evaluated again',
  baseline: 'First results',
};

const kindOptions = [
  ['readiness', 'readiness'],
  ['finding', 'findings'],
  ['coverage', 'coverage'],
] as const;

const firstChanges = 8;

/** Changes of an audit that have the same cause. */
function CauseSection({ cause, changes }: { readonly cause: ChangeView['cause']; readonly changes: readonly ChangeView[] }) {
  const { first, button } = useFirstRows(changesInOrder(changes), 'changes', firstChanges);
  return (
    <section class="cause">
      <h3>
        {causes[cause]} <span class="meta">({changes.length.toLocaleString('en-US')})</span>
      </h3>
      <ul class="changes">
        {first.map((c) => (
          <li key={`${c.of}/${c.id}`}>
            <ChangeLine change={c} />
          </li>
        ))}
      </ul>
      {button}
    </section>
  );
}

/** The changes that one audit found. */
function AuditEntry({ changes, now }: { readonly changes: readonly ChangeView[]; readonly now: number }) {
  const [first] = changes;
  if (!first) return null;
  // The same in each change that the account can have caused.
  const triggered = changes.find((c) => c.triggeredBy !== undefined)?.triggeredBy;
  return (
    <li>
      <h2>
        {first.region} <span class="meta">{first.alias ?? first.account}</span> <When at={first.factsAt} now={now} />
      </h2>
      {triggered !== undefined && <p class="meta">Triggered by {triggersWords(triggered, first.factsAt)}.</p>}
      {[...Map.groupBy(changes, (c) => c.cause)].map(([cause, of]) => (
        <CauseSection key={cause} cause={cause} changes={of} />
      ))}
    </li>
  );
}

/** Audits of one page: an audit may have hundreds of changes, so pages are shorter than those of tables. */
const pageAudits = 10;

/** Why there is none: filters, or nothing changed where an audit took place. */
function emptyText(filters: Address['filters'], regions: ViewProps['regions']): string {
  const { account, region, cluster, from, to, ...others } = askedFilters(filters);
  if (isFiltered(others)) return 'No change matches the filters.';
  const asked = { account: account || undefined, region: region || undefined };
  const rows = regions.filter((row) => isAbout(row, asked)).flatMap((row) => narrowed(row, { cluster: cluster || undefined }));
  return emptyChangesText(rows, { from, to });
}

type ChangeListProps = Pick<ViewProps, 'filters' | 'regions' | 'now'> & { readonly list: AnswerList<ChangeView> };

function AuditList({ list, filters, regions, now }: ChangeListProps) {
  const audits = [...Map.groupBy(list.items, (c) => `${c.account}/${c.region}/${c.commit}`)];
  const page = usePage(audits, filters, pageAudits);
  const at = { view: 'changes', filters } as const;
  return (
    <section class="listing" aria-label="Changes by audit">
      <PageList list={list} shown={audits.length} empty={emptyText(filters, regions)} at={at}>
        <ol class="audits">
          {page.rows.map(([key, changes]) => (
            <AuditEntry key={key} changes={changes} now={now} />
          ))}
        </ol>
        <Pager of={page} what={['audit with changes', 'audits with changes']} at={at} />
      </PageList>
    </section>
  );
}

export function ChangesView(props: ViewProps) {
  const { source, filters, regions, onFilters } = props;
  const list = useAnswers(source, 'changes', { ...askedFilters(filters), ...largestPages });
  const checks = useEver(distinct(list.items, (c) => (c.of === 'readiness' ? undefined : c.check)));
  const { account, region, cluster } = placeFields(regions, filters);
  return (
    <>
      <FilterBar
        fields={[
          { name: 'cause', label: 'Cause', options: Object.entries(causes) },
          { name: 'of', label: 'About', options: kindOptions },
          account,
          region,
          cluster,
          { name: 'check', label: 'Check', options: checks },
        ]}
        filters={filters}
        onChange={onFilters}
      >
        <PeriodFields filters={filters} onFilters={onFilters} />
      </FilterBar>
      <div class="bar">
        <LastViewBar {...props} />
      </div>
      <AuditList {...props} list={list} />
    </>
  );
}
