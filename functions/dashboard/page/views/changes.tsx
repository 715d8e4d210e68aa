/** What became different: audit by audit, the newest first, what the account did apart from what a plan or a version did. */
import { useEffect, useState } from 'preact/hooks';
import { watchedWords } from '../../../../shared/core/render/quota-text.ts';
import { amountWords, timeWords } from '../../../../shared/core/render/words.ts';
import type { ChangeView } from '../../../../shared/query/changes.ts';
import { addressOf } from '../address.ts';
import { useAnswers } from '../answers.ts';
import type { ViewProps } from '../app.tsx';
import { distinct } from '../parts/field.ts';
import { FilterBar, useEver } from '../parts/filter-bar.tsx';
import { PageList } from '../parts/page-list.tsx';
import { placeFields } from '../parts/place-fields.ts';
import { StateChip, StatusChip } from '../parts/state-chip.tsx';
import { When } from '../parts/when.tsx';
import type { AnswerSource } from '../source.ts';

const causes: { readonly [cause in ChangeView['cause']]: string } = {
  account: 'The account changed',
  plan: 'The plan was edited',
  auditor: 'The auditor has new rules',
  visibility: 'It could be seen again',
  baseline: 'First verdicts',
};

const kinds: { readonly [kind in ChangeView['kind']]: string } = {
  appeared: 'is new',
  gone: 'is gone',
  regressed: 'got worse',
  recovered: 'got better',
  changed: 'changed',
  muted: 'was muted',
  unmuted: 'is no longer muted',
  carried: 'can no longer be judged',
  unseen: 'can no longer be judged',
  seen: 'can be judged again',
};

/** One change in a line. `brief`: what it is about stands beside it already. */
export function ChangeLine({ change: c, brief = false }: { readonly change: ChangeView; readonly brief?: boolean }) {
  if (c.of === 'readiness')
    return (
      <>
        <strong>{c.id}</strong> {c.before && <StateChip state={c.before.state} />}{' '}
        {c.after ? (
          <>
            → <StateChip state={c.after.state} />
          </>
        ) : (
          'is no longer audited'
        )}
      </>
    );
  const name = brief ? '' : `${c.check} ${c.resource ?? ''}`;
  if (c.of === 'coverage')
    return (
      <>
        <strong>{name}</strong> {kinds[c.kind]}
        {c.reason === undefined ? '' : `: ${c.reason}`}
        {c.action === undefined ? '' : ` (${c.action})`}
      </>
    );
  const amount = c.after && c.kind !== 'carried' ? amountWords(definedOf(c.after)) : '';
  return (
    <>
      {c.kind === 'carried' && <StateChip state="UNKNOWN" />}
      {c.after && c.kind !== 'carried' && <StatusChip status={c.after.status} level={c.after.level} muted={c.after.muted !== undefined} />}{' '}
      <strong>{name}</strong> {kinds[c.kind]}
      {amount === '' ? '' : `, ${amount}`}
      {c.before && c.kind !== 'changed'
        ? `; it had ${c.before.status === 'fail' ? 'failed' : 'passed'} since ${timeWords(c.before.since)}`
        : ''}
      {c.kind === 'changed' && c.after?.watched !== undefined
        ? `: ${watchedWords(c.before?.watched ?? 'nothing')} → ${watchedWords(c.after.watched)}`
        : ''}
      {c.message !== undefined && !brief && <span class="why"> {c.message}</span>}
    </>
  );
}

type ChangedFinding = NonNullable<Extract<ChangeView, { readonly of: 'finding' }>['after']>;
/** The amounts of a verdict, without the members that are there and undefined. */
const definedOf = ({ status, have, need, unit }: ChangedFinding) => ({
  status,
  ...(have !== undefined && { have }),
  ...(need !== undefined && { need }),
  ...(unit !== undefined && { unit }),
});

/** A time as the field of a form has it (UTC, minutes), and back. */
const toField = (at: string | undefined): string => (at === undefined ? '' : at.slice(0, 16));
const fromField = (value: string): string => (value === '' ? '' : `${value}:00Z`);

/** When somebody last looked, and a way to say that this is now. */
function useLooks({ looks }: AnswerSource) {
  const [looked, setLooked] = useState<string>();
  const [failure, setFailure] = useState<string>();
  const failed = (error: unknown) => setFailure(error instanceof Error ? error.message : String(error));
  useEffect(() => {
    // Where this cannot be read the list cannot either, and says so.
    looks.last().then(setLooked, () => {});
  }, [looks]);
  return { looked, failure, look: (at: string) => void looks.remember(at).then(setLooked, failed) };
}

export function ChangesView({ source, filters, fleet, onFilters, now }: ViewProps) {
  const { looked, failure, look } = useLooks(source);
  const answered = useAnswers(source, 'changes', filters);
  const all = answered.items;
  const checks = useEver(distinct(all, (c) => (c.of === 'readiness' ? undefined : c.check)));
  const { account, region, cluster } = placeFields(fleet, filters);
  const audits = [...Map.groupBy(all, (c) => `${c.account}/${c.region}/${c.commit}`).values()];
  const set = (name: string, value: string) => onFilters({ ...filters, [name]: value });
  return (
    <>
      <div class="period">
        {looked !== undefined && (
          <button type="button" onClick={() => onFilters({ ...filters, from: looked, to: '' })}>
            Since I last looked ({timeWords(looked)})
          </button>
        )}
        <button type="button" onClick={() => look(new Date(now).toISOString())}>
          I have looked
        </button>
        <label>
          From (UTC)
          <input type="datetime-local" value={toField(filters.from)} onChange={(e) => set('from', fromField(e.currentTarget.value))} />
        </label>
        <label>
          To (UTC)
          <input type="datetime-local" value={toField(filters.to)} onChange={(e) => set('to', fromField(e.currentTarget.value))} />
        </label>
      </div>
      {failure !== undefined && (
        <p class="error" role="alert">
          {failure}
        </p>
      )}
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
        onChange={(next) => onFilters(next)}
      />
      <PageList
        answered={answered}
        shown={audits.length}
        nothing="Nothing changed in that time."
        withFilter={(filter) => addressOf('changes', { ...filters, ...filter })}
      >
        <ol class="audits">
          {audits.map((of) => {
            const [first] = of;
            if (!first) return null;
            return (
              <li key={`${first.account}/${first.region}/${first.commit}`}>
                <h2>
                  <When at={first.factsAt} now={now} />, {first.region}, {first.alias ?? first.account}
                </h2>
                {[...Map.groupBy(of, (c) => c.cause)].map(([cause, changes]) => (
                  <CauseGroup key={cause} cause={cause} changes={changes} />
                ))}
              </li>
            );
          })}
        </ol>
      </PageList>
    </>
  );
}

const few = 12;

function CauseGroup({ cause, changes }: { readonly cause: ChangeView['cause']; readonly changes: readonly ChangeView[] }) {
  const [all, setAll] = useState(false);
  const shown = all ? changes : changes.slice(0, few);
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
