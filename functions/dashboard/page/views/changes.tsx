/** What changed: audit by audit, the newest first, what the account did apart from what a plan or a version did. */
import { useEffect, useState } from 'preact/hooks';
import { triggersWords } from '../../../../shared/core/render/trigger-words.ts';
import { timeWords } from '../../../../shared/core/render/words.ts';
import type { ChangeView } from '../../../../shared/query/changes.ts';
import { addressOf } from '../address.ts';
import { useAnswers } from '../answers.ts';
import { ChangeLine } from '../parts/change-line.tsx';
import { distinct } from '../parts/field.ts';
import { FilterBar, useEver } from '../parts/filter-bar.tsx';
import { PageList } from '../parts/page-list.tsx';
import { placeFields } from '../parts/place-fields.ts';
import { When } from '../parts/when.tsx';
import type { ViewProps } from '../view-props.ts';

const causes: { readonly [cause in ChangeView['cause']]: string } = {
  account: 'The account changed',
  plan: 'The plan was edited',
  auditor: 'The auditor has new rules',
  visibility: 'It could be seen again',
  baseline: 'First results',
};

/** A time as the field of a form has it (UTC, minutes), and back. */
const toField = (at: string | undefined): string => (at === undefined ? '' : at.slice(0, 16));
const fromField = (value: string): string => (value === '' ? '' : `${value}:00Z`);

type PeriodProps = Pick<ViewProps, 'source' | 'filters' | 'onFilters' | 'now'>;

/** The period that is shown, and when the operator last viewed the changes. */
function PeriodBar({ source: { lastViewed }, filters, onFilters, now }: PeriodProps) {
  const [since, setSince] = useState<string>();
  const [failure, setFailure] = useState<string>();
  const failed = (error: unknown) => setFailure(error instanceof Error ? error.message : String(error));
  useEffect(() => {
    // Where this cannot be read the list cannot either, and says so.
    lastViewed.last().then(setSince, () => {});
  }, [lastViewed]);
  const timeField = (name: 'from' | 'to', label: string) => (
    <label>
      {label}
      <input
        type="datetime-local"
        value={toField(filters[name])}
        onChange={(e) => onFilters({ ...filters, [name]: fromField(e.currentTarget.value) })}
      />
    </label>
  );
  return (
    <>
      <div class="period">
        {since !== undefined && (
          <button type="button" onClick={() => onFilters({ ...filters, from: since, to: '' })}>
            Since my last view ({timeWords(since)})
          </button>
        )}
        <button type="button" onClick={() => void lastViewed.remember(new Date(now).toISOString()).then(setSince, failed)}>
          Mark as viewed
        </button>
        {timeField('from', 'From (UTC)')}
        {timeField('to', 'To (UTC)')}
      </div>
      {failure !== undefined && (
        <p class="error" role="alert">
          {failure}
        </p>
      )}
    </>
  );
}

const firstChanges = 12;

/** Changes of an audit that have the same cause. */
function CauseGroup({ cause, changes }: { readonly cause: ChangeView['cause']; readonly changes: readonly ChangeView[] }) {
  const [all, setAll] = useState(false);
  const shown = all ? changes : changes.slice(0, firstChanges);
  return (
    <section class="cause">
      <h3>
        {causes[cause]} <span class="meta">({changes.length.toLocaleString('en-US')})</span>
      </h3>
      <ul class="plain">
        {shown.map((c) => (
          <li key={`${c.of}/${c.id}`}>
            <ChangeLine change={c} />{' '}
            {c.of === 'finding' && c.after && (
              <a href={addressOf('findings', { account: c.account, region: c.region, check: c.check, resource: c.resource })}>
                look<span class="hidden"> at {c.check}</span>
              </a>
            )}
          </li>
        ))}
      </ul>
      {changes.length > shown.length && (
        <button type="button" onClick={() => setAll(true)}>
          and {(changes.length - shown.length).toLocaleString('en-US')} more
        </button>
      )}
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
        <When at={first.factsAt} now={now} />, {first.region}, {first.alias ?? first.account}
      </h2>
      {triggered !== undefined && <p class="meta">Triggered by {triggersWords(triggered, first.factsAt)}.</p>}
      {[...Map.groupBy(changes, (c) => c.cause)].map(([cause, of]) => (
        <CauseGroup key={cause} cause={cause} changes={of} />
      ))}
    </li>
  );
}

export function ChangesView(props: ViewProps) {
  const { source, filters, regions, onFilters, now } = props;
  const list = useAnswers(source, 'changes', filters);
  const checks = useEver(distinct(list.items, (c) => (c.of === 'readiness' ? undefined : c.check)));
  const { account, region, cluster } = placeFields(regions, filters);
  const audits = [...Map.groupBy(list.items, (c) => `${c.account}/${c.region}/${c.commit}`)];
  return (
    <>
      <PeriodBar {...props} />
      <FilterBar
        fields={[
          { name: 'cause', label: 'Cause', options: Object.entries(causes) },
          {
            name: 'of',
            label: 'About',
            options: [
              ['readiness', 'readiness'],
              ['finding', 'findings'],
              ['coverage', 'coverage'],
            ],
          },
          account,
          region,
          cluster,
          { name: 'check', label: 'Check', options: checks },
        ]}
        filters={filters}
        onChange={onFilters}
      />
      <PageList list={list} shown={audits.length} empty="Nothing changed in that time." at={{ view: 'changes', filters }}>
        <ol class="audits">
          {audits.map(([key, changes]) => (
            <AuditEntry key={key} changes={changes} now={now} />
          ))}
        </ol>
      </PageList>
    </>
  );
}
