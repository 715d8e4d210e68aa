/** Sentences of an alert: its subject, how the readiness of a cluster changed, and since when a finding is as it is. */
import type { Change, Commit, FindingChange, FindingRecord, ReadinessChange } from '../history/log.ts';
import { checkOf } from '../history/log.ts';
import { watchedWords } from '../render/quota-text.ts';
import { accountWords, amountWords, count, stateWords, subjectLine, timeWords } from '../render/words.ts';
import { printable } from '../text/printable.ts';
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

/** How the readiness of a cluster changed, and since when. `name`: the cluster as the medium shows names. */
export function readinessWords({ id, before, after }: ReadinessChange, name: string = id): string {
  const was = before ? ` Before: ${stateWords[before.state]} since ${timeWords(before.since)}.` : '';
  if (!after) return `${name} is no longer audited: it is not planned and does not run.${was}`;
  const now = stateWords[after.state];
  if (!before) return `${name} is new here: ${now}.`;
  const since = `since ${timeWords(after.since)}`;
  if (after.state === 'READY') return `${name} is READY again ${since}.${was}`;
  if (after.state === 'UNKNOWN') return `${name} is UNKNOWN ${since}: its required checks can no longer be evaluated.${was}`;
  return `${name} is ${now} ${since}.${was}`;
}

/** Reasons beyond these are counted. */
const mostReasons = 3;

/** Why it is so, with the numbers of what changed: `Because of subnet-size (have 251, need 324 addresses, short by 73).` Empty without a reason. */
export function becauseSentence({ because, after }: ReadinessChange, changes: readonly Change[]): string {
  if (!after || because.length === 0) return '';
  const amounts = new Map(
    changes.flatMap((c) =>
      c.of === 'finding' && c.after?.finding.status === 'fail' ? [[c.id, amountWords(c.after.finding)] as const] : [],
    ),
  );
  const reasons = new Map<string, string>();
  for (const id of because) {
    const check = printable(checkOf(id));
    const amount = amounts.get(id) ?? '';
    if ((reasons.get(check) ?? '') === '') reasons.set(check, amount);
  }
  const words = [...reasons].map(([check, amount]) => (amount === '' ? check : `${check} (${amount})`));
  const more = words.length > mostReasons ? ` and ${words.length - mostReasons} more` : '';
  return `Because of ${words.slice(0, mostReasons).join(', ')}${more}.`;
}

interface NamedPlace {
  readonly account: string;
  readonly alias?: string;
  readonly region: string;
}

/** Where and when it was found, in e-mails and chats. */
export const originLines = ({ factsAt }: Pick<Commit, 'factsAt'>, place: NamedPlace): readonly string[] => [
  `Region ${place.region}, account ${accountWords(place)}, ${timeWords(factsAt)}.`,
];

/** The subject of an alert: the state first, then what is in it, then where. */
export const subjectOf = (sections: AlertSections, { account, alias, region }: NamedPlace): string =>
  subjectLine((name) => headline(sections, `${region} (${name(alias ?? account)})`, name));

function headline(sections: AlertSections, place: string, name: (text: string) => string): string {
  const [first, ...others] = sections.readiness;
  const worse = sections.worse.length > 0 ? `${sections.worse.length} got worse` : '';
  if (first) {
    const state = first.after ? stateWords[first.after.state] : 'NO LONGER AUDITED';
    const more = others.length > 0 ? ` and ${count(others.length, 'more cluster')}` : '';
    // What makes a cluster BLOCKED is what got worse.
    const besides = worse !== '' && (!first.after || first.after.state === 'READY') ? `; ${worse}` : '';
    return `${state} ${name(first.id)}${more} ${place}${besides}`;
  }
  const parts = [
    worse,
    sections.notEvaluated.length > 0 ? `${sections.notEvaluated.length} no longer evaluated` : '',
    sections.better.length > 0 ? `${sections.better.length} got better` : '',
  ].filter((p) => p !== '');
  const changes = sections.changed.length + sections.counted.length + sections.summed.length + sections.muted.length;
  return `${parts.length > 0 ? parts.join(', ') : count(changes, 'change')} in ${place}`;
}
