/** Every verdict: filtered, searched, each with its amounts, its way out and its own history. */
import { memo } from 'preact/compat';
import { useState } from 'preact/hooks';
import { watchedWords } from '../../../../shared/core/render/quota-text.ts';
import { placeWords } from '../../../../shared/core/render/words.ts';
import type { ChangeView } from '../../../../shared/query/changes.ts';
import type { FindingView } from '../../../../shared/query/findings.ts';
import { addressOf } from '../address.ts';
import { useAnswers } from '../answers.ts';
import type { ViewProps } from '../app.tsx';
import { AmountBar } from '../parts/amount-bar.tsx';
import { Copyable, LinkOut } from '../parts/copy-button.tsx';
import { distinct } from '../parts/field.ts';
import { FilterBar, useEver } from '../parts/filter-bar.tsx';
import { PageList } from '../parts/page-list.tsx';
import { placeFields } from '../parts/place-fields.ts';
import { StatusChip } from '../parts/state-chip.tsx';
import { When } from '../parts/when.tsx';
import type { AnswerSource } from '../source.ts';
import { ChangeLine } from './changes.tsx';

const page = 100;

/** Whether a finding has every word of a search, wherever. */
function matches(f: FindingView, text: string): boolean {
  const all = [f.check, f.cluster, f.group, f.resource, f.region, f.account, f.title, f.message, f.remediation?.text]
    .join(' ')
    .toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word));
}

function History({ finding, source, now }: { readonly finding: FindingView; readonly source: AnswerSource; readonly now: number }) {
  const { account, region, id, check, resource } = finding;
  const same = (c: ChangeView) => c.of === 'finding' && c.id === id;
  const answered = useAnswers(source, 'changes', { account, region, check, resource, of: 'finding' }, { wanted: same });
  const mine = answered.items.filter(same);
  return (
    <PageList answered={answered} shown={mine.length} nothing="Nothing became of it since records are kept.">
      <ol class="timeline">
        {mine.map((c) => (
          <li key={c.commit}>
            <When at={c.factsAt} now={now} /> <ChangeLine change={c} brief />
          </li>
        ))}
      </ol>
    </PageList>
  );
}

/** Drawn again only when it is another finding: a list of thousands grows page by page. */
const FindingCard = memo(function Card({
  finding: f,
  source,
  now,
}: {
  readonly finding: FindingView;
  readonly source: AnswerSource;
  readonly now: number;
}) {
  const [open, setOpen] = useState(false);
  return (
    <li class="finding">
      <details onToggle={(e) => setOpen(e.currentTarget.open)}>
        <summary>
          <StatusChip status={f.status} level={f.level} muted={f.muted !== undefined} />
          <span class="what">
            <strong>{f.check}</strong> {f.resource}
          </span>
          <span class="meta">
            {placeWords({ ...(f.cluster !== undefined && { cluster: f.cluster }), ...(f.group !== undefined && { group: f.group }) })},{' '}
            {f.region}
          </span>
          <AmountBar finding={f} />
        </summary>
        {open && (
          <div class="detail">
            <p>{f.message}</p>
            <p class="meta">
              {f.status === 'fail' ? 'Fails' : 'Passes'} since <When at={f.since} now={now} />, first seen{' '}
              <When at={f.firstSeen} now={now} />. Account {f.account}.
            </p>
            {f.unseen && (
              <p class="notice">
                This is its last verdict, of <When at={f.unseen.seen} now={now} />: it can no longer be judged.
              </p>
            )}
            {f.muted && (
              <p class="notice">
                Muted until {f.muted.until} by {f.muted.owner}: {f.muted.reason}
              </p>
            )}
            {f.watched !== undefined && <p>Watched: {watchedWords(f.watched)}.</p>}
            {f.status === 'fail' && f.remediation && (
              <>
                <h2>The way out</h2>
                <p>{f.remediation.text}</p>
                {f.remediation.command !== undefined && <Copyable text={f.remediation.command} label={`the command for ${f.resource}`} />}
                {f.remediation.console !== undefined && (
                  <p>
                    <LinkOut href={f.remediation.console}>Open it in the console</LinkOut>
                  </p>
                )}
              </>
            )}
            <p>
              <LinkOut href={f.reference}>What AWS says of it</LinkOut>
            </p>
            <h2>What became of it</h2>
            <History finding={f} source={source} now={now} />
          </div>
        )}
      </details>
    </li>
  );
});

export function FindingsView({ source, filters, fleet, onFilters, now }: ViewProps) {
  const { text = '', ...asked } = filters;
  const wanted = (f: FindingView) => text === '' || matches(f, text);
  const answered = useAnswers(source, 'findings', asked, { atLeast: text === '' ? 1 : page, wanted });
  const all = answered.items;
  const checks = useEver(distinct(all, (f) => f.check));
  const { account, region, cluster } = placeFields(fleet, filters);
  const found = all.filter(wanted);
  return (
    <>
      <FilterBar
        text={{ label: 'check, resource, words', onInput: (typed) => onFilters({ ...asked, ...(typed !== '' && { text: typed }) }, true) }}
        fields={[
          {
            name: 'open',
            label: 'Show',
            options: [
              ['true', 'open failures'],
              ['false', 'passes and muted'],
            ],
          },
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
        onChange={(next) => onFilters(next)}
      />
      <p class="count" role="status">
        {answered.loading || answered.error !== undefined || answered.notKnown
          ? ''
          : `${found.length.toLocaleString('en-US')}${answered.more ? ' so far' : ''} shown`}
      </p>
      <PageList
        answered={answered}
        shown={found.length}
        nothing="No finding matches."
        withFilter={(filter) => addressOf('findings', { ...filters, ...filter })}
      >
        <ul class="list">
          {found.map((f) => (
            <FindingCard key={`${f.account}/${f.region}/${f.id}`} finding={f} source={source} now={now} />
          ))}
        </ul>
      </PageList>
    </>
  );
}
