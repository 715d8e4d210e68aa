/** All that is known of a finding: since when, its fix, its source, its own history. */
import { watchedWords } from '../../../../shared/core/render/quota-text.ts';
import type { ChangeView } from '../../../../shared/query/changes.ts';
import type { FindingView } from '../../../../shared/query/findings.ts';
import { useAnswers } from '../answers.ts';
import type { ViewProps } from '../view-props.ts';
import { AmountBar } from './amount-bar.tsx';
import { ChangeLine } from './change-line.tsx';
import { LinkOut } from './copy-button.tsx';
import { PageList } from './page-list.tsx';
import { RemediationSteps } from './remediation.tsx';
import { When } from './when.tsx';

export interface FindingProps {
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

export function FindingDetail(props: FindingProps) {
  const { finding: f, now } = props;
  return (
    <div class="detail">
      <AmountBar finding={f} />
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
        <LinkOut href={f.reference}>AWS documentation</LinkOut>
      </p>
      <h2>History</h2>
      <FindingHistory {...props} />
    </div>
  );
}
