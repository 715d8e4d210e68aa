/** One change of a finding, of coverage or of readiness in a line, with the cluster that it is about. */
import type { ComponentChildren } from 'preact';
import { watchedWords } from '../../../../shared/core/render/quota-text.ts';
import { callsWords } from '../../../../shared/core/render/trigger-words.ts';
import { amountWords, placeWords, timeWords, whyUnread } from '../../../../shared/core/render/words.ts';
import type { ChangeView } from '../../../../shared/query/changes.ts';
import { addressOf } from '../address.ts';
import { StateChip, StatusChip } from './state-chip.tsx';

const kinds: { readonly [kind in ChangeView['kind']]: string } = {
  appeared: 'is new',
  gone: 'no longer applies',
  regressed: 'got worse',
  recovered: 'got better',
  changed: 'changed',
  muted: 'was muted',
  unmuted: 'is no longer muted',
  carried: 'can no longer be evaluated',
  unseen: 'can no longer be evaluated',
  seen: 'can be evaluated again',
};

type ReadinessChangeLine = { readonly change: Extract<ChangeView, { of: 'readiness' }> };
type CoverageChangeLine = { readonly change: Extract<ChangeView, { of: 'coverage' }>; readonly brief: boolean };
type FindingChangeLine = { readonly change: Extract<ChangeView, { of: 'finding' }>; readonly brief: boolean };

const ReadinessLine = ({ change: { id, before, after, account, region } }: ReadinessChangeLine) => (
  <>
    {before && (
      <>
        <StateChip state={before.state} /> →{' '}
      </>
    )}
    {after && <StateChip state={after.state} />}{' '}
    <a href={addressOf('findings', { account, region, cluster: id })}>
      <strong>{id}</strong>
    </a>{' '}
    {after ? '' : 'is no longer audited'}
  </>
);

/** The check and its resource as a link to the finding, and the cluster. */
function SubjectName({
  of,
  children,
}: {
  readonly of: ChangeView & { readonly check: string; readonly resource?: string | undefined };
  readonly children?: ComponentChildren;
}) {
  const { account, region, check, resource } = of;
  const name = (
    <>
      <strong>{check}</strong> {resource ?? ''}
    </>
  );
  return (
    <>
      {children} {of.of === 'finding' && of.after ? <a href={addressOf('findings', { account, region, check, resource })}>{name}</a> : name}{' '}
      <span class="meta">{placeWords(of)}</span>
    </>
  );
}

const CoverageLine = ({ change: c, brief }: CoverageChangeLine) => (
  <>
    {!brief && <SubjectName of={c} />} {kinds[c.kind]}
    {c.reason === undefined ? '' : `: ${whyUnread({ ...c, reason: c.reason })}`}
  </>
);

function FindingLine({ change: c, brief }: FindingChangeLine) {
  const isCarried = c.kind === 'carried';
  const amount = c.after && !isCarried ? amountWords(c.after) : '';
  const chip = isCarried ? (
    <StateChip state="UNKNOWN" />
  ) : (
    c.after && <StatusChip status={c.after.status} level={c.after.level} muted={c.after.muted !== undefined} />
  );
  return (
    <>
      {brief ? chip : <SubjectName of={c}>{chip}</SubjectName>} {kinds[c.kind]}
      {amount === '' ? '' : `, ${amount}`}
      {c.before && c.kind !== 'changed' && ` (${c.before.status === 'fail' ? 'failed' : 'passed'} since ${timeWords(c.before.since)})`}
      {c.kind === 'changed' && c.after?.watched !== undefined
        ? `: ${watchedWords(c.before?.watched ?? 'nothing')} → ${watchedWords(c.after.watched)}`
        : ''}
      {c.message !== undefined && !brief && <p class="why">{c.message}</p>}
      {c.changedBy !== undefined && <p class="why">Changed by {callsWords(c.changedBy, c.factsAt)}.</p>}
    </>
  );
}

/** One change in a line. `brief`: without the name of the check and its resource, which are next to it. */
export function ChangeLine({ change, brief = false }: { readonly change: ChangeView; readonly brief?: boolean }) {
  if (change.of === 'readiness') return <ReadinessLine change={change} />;
  if (change.of === 'coverage') return <CoverageLine change={change} brief={brief} />;
  return <FindingLine change={change} brief={brief} />;
}
