/** One change of a finding, of coverage or of readiness in a line. */
import { watchedWords } from '../../../../shared/core/render/quota-text.ts';
import { callsWords } from '../../../../shared/core/render/trigger-words.ts';
import { amountWords, timeWords } from '../../../../shared/core/render/words.ts';
import type { ChangeView } from '../../../../shared/query/changes.ts';
import { StateChip, StatusChip } from './state-chip.tsx';

const kinds: { readonly [kind in ChangeView['kind']]: string } = {
  appeared: 'is new',
  gone: 'is gone',
  regressed: 'got worse',
  recovered: 'got better',
  changed: 'changed',
  muted: 'was muted',
  unmuted: 'is no longer muted',
  carried: 'can no longer be evaluated',
  unseen: 'can no longer be evaluated',
  seen: 'can be evaluated again',
};

/** One change in a line. `brief`: without the name of the check and its resource, which are next to it. */
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
  const amount = c.after && c.kind !== 'carried' ? amountWords(c.after) : '';
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
      {c.changedBy !== undefined && <span class="why"> Changed by {callsWords(c.changedBy, c.factsAt)}.</span>}
    </>
  );
}
