/** Sentences of an alert: its subject, and since when a finding is as it is. */
import type { FindingChange, FindingRecord } from '../history/log.ts';
import { watchedWords } from '../render/quota-text.ts';
import { count, stateWords, timeWords } from '../render/words.ts';
import type { AlertSections } from './alert-selection.ts';

/** Since when a finding has its status, and which it had before. */
export function sinceWords({ kind, cause, before }: FindingChange, after: FindingRecord, at: string): string {
  const now = timeWords(after.since);
  const was = before ? timeWords(before.since) : '';
  const { status, level } = after.finding;
  switch (kind) {
    case 'unmuted': {
      const mute = before?.muted ? ` (${before.muted.owner}, until ${before.muted.until})` : '';
      return `No longer muted${mute}. ${status === 'fail' ? 'Fails' : 'Passes'} since ${now}.`;
    }
    case 'regressed':
      if (before?.status === 'fail') return `A ${level} failure since ${timeWords(at)}; it had failed as ${before.level} since ${was}.`;
      return `Fails since ${now}. It had passed since ${was}.`;
    case 'recovered':
      if (status === 'fail')
        return `Fails only as ${level} since ${timeWords(at)}. It had been a ${before?.level ?? 'required'} failure; it fails since ${now}.`;
      return `Passes since ${now}. It had failed since ${was}.`;
    case 'changed':
      return `Now: ${watchedWords(after.finding.watched ?? 'nothing')}. Before: ${watchedWords(before?.watched ?? 'nothing')}.`;
    default:
      // A first look does not know since when.
      if (cause === 'baseline') return '';
      return `New here. ${status === 'fail' ? 'Fails' : 'Passes'} since ${now}.`;
  }
}

/** What the subject says: the gravest change, and how many others there are. */
export function headline(sections: AlertSections, name: (text: string) => string): string {
  const [first, ...others] = sections.readiness;
  if (first) {
    const now = first.after
      ? `is ${stateWords[first.after.state]}${first.kind === 'recovered' && first.after.state === 'READY' ? ' again' : ''}`
      : 'is gone';
    const more = others.length > 0 ? `, ${count(others.length, 'more cluster')} changed` : '';
    return `${name(first.id)} ${now}${more}${sections.worse.length > 0 ? `; ${sections.worse.length} got worse` : ''}`;
  }
  const parts = [
    sections.worse.length > 0 ? `${sections.worse.length} got worse` : '',
    sections.notEvaluated.length > 0 ? `${sections.notEvaluated.length} no longer evaluated` : '',
    sections.better.length > 0 ? `${sections.better.length} got better` : '',
  ].filter((p) => p !== '');
  if (parts.length > 0) return parts.join(', ');
  return count(sections.changed.length + sections.counted.length + sections.summed.length + sections.muted.length, 'change');
}
