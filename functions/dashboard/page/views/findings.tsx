/** Every finding: filtered, searched, each with its amounts, its remediation and its own history. */
import { memo } from 'preact/compat';
import { useState } from 'preact/hooks';
import { watchedWords } from '../../../../shared/core/render/quota-text.ts';
import { placeWords } from '../../../../shared/core/render/words.ts';
import type { ChangeView } from '../../../../shared/query/changes.ts';
import type { FindingView } from '../../../../shared/query/findings.ts';
import { useAnswers } from '../answers.ts';
import { AmountBar } from '../parts/amount-bar.tsx';
import { ChangeLine } from '../parts/change-line.tsx';
import { LinkOut } from '../parts/copy-button.tsx';
import { distinct, type FilterField, levelField } from '../parts/field.ts';
import { FilterBar, useEver } from '../parts/filter-bar.tsx';
import { PageList } from '../parts/page-list.tsx';
import { placeFields } from '../parts/place-fields.ts';
import { RemediationSteps } from '../parts/remediation.tsx';
import { StatusChip } from '../parts/state-chip.tsx';
import { When } from '../parts/when.tsx';
import type { ViewProps } from '../view-props.ts';

/** A search reads on until it has found so many. */
const enoughMatches = 100;

/** Whether a finding has every word of a search in any of its texts. */
function hasWords(f: FindingView, text: string): boolean {
  const all = [f.check, f.cluster, f.group, f.resource, f.region, f.account, f.title, f.message, f.remediation?.text]
    .join(' ')
    .toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word));
}

interface FindingProps {
  readonly finding: FindingView;
  readonly source: ViewProps['source'];
  readonly now: number;
}

function FindingHistory({ finding, source, now }: FindingProps) {
  const { account, region, id, check, resource } = finding;
  const matches = (c: ChangeView) => c.of === 'finding' && c.id === id;
  const list = useAnswers(source, 'changes', { account, region, check, resource, of: 'finding' }, { matches });
  const changes = list.items.filter(matches);
  return (
    <PageList list={list} shown={changes.length} empty="No change is stored.">
      <ol class="timeline">
        {changes.map((c) => (
          <li key={c.commit}>
            <When at={c.factsAt} now={now} /> <ChangeLine change={c} brief />
          </li>
        ))}
      </ol>
    </PageList>
  );
}

function FindingDetail(props: FindingProps) {
  const { finding: f, now } = props;
  return (
    <div class="detail">
      <p>{f.message}</p>
      <p class="meta">
        {f.status === 'fail' ? 'Fails' : 'Passes'} since <When at={f.since} now={now} />, first seen <When at={f.firstSeen} now={now} />.
        Account {f.account}.
      </p>
      {f.unseen && (
        <p class="notice">
          This is its last result, of <When at={f.unseen.seen} now={now} />: it can no longer be evaluated.
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
          <h2>Fix</h2>
          <RemediationSteps remediation={f.remediation} of={f.resource} />
        </>
      )}
      <p>
        <LinkOut href={f.reference}>What AWS says of it</LinkOut>
      </p>
      <h2>History</h2>
      <FindingHistory {...props} />
    </div>
  );
}

/** Drawn again only when it is another finding: a list of thousands grows page by page. */
const FindingCard = memo(function FindingCard(props: FindingProps) {
  const { finding: f } = props;
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
            {placeWords(f)}, {f.region}
          </span>
          <AmountBar finding={f} />
        </summary>
        {open && <FindingDetail {...props} />}
      </details>
    </li>
  );
});

const openField: FilterField = {
  name: 'open',
  label: 'Show',
  options: [
    ['true', 'open failures'],
    ['false', 'passes and muted'],
  ],
};

export function FindingsView({ source, filters, regions, onFilters, now }: ViewProps) {
  const { text = '', ...asked } = filters;
  const matches = (f: FindingView) => text === '' || hasWords(f, text);
  const list = useAnswers(source, 'findings', asked, { atLeast: text === '' ? 1 : enoughMatches, matches });
  const checks = useEver(distinct(list.items, (f) => f.check));
  const { account, region, cluster } = placeFields(regions, filters);
  const found = list.items.filter(matches);
  const search = (typed: string) => onFilters(typed === '' ? asked : { ...asked, text: typed }, true);
  return (
    <>
      <FilterBar
        text={{ label: 'check, resource, words', onInput: search }}
        fields={[openField, levelField, cluster, region, { name: 'check', label: 'Check', options: checks }, account]}
        filters={filters}
        onChange={onFilters}
      />
      <p class="count" role="status">
        {list.loading || list.error !== undefined || list.notKnown
          ? ''
          : `${found.length.toLocaleString('en-US')}${list.more ? ' so far' : ''} shown`}
      </p>
      <PageList list={list} shown={found.length} empty="No finding matches." at={{ view: 'findings', filters }}>
        <ul class="list">
          {found.map((f) => (
            <FindingCard key={`${f.account}/${f.region}/${f.id}`} finding={f} source={source} now={now} />
          ))}
        </ul>
      </PageList>
    </>
  );
}
