/** A list that is read page by page, with its progress, its error, the reason why it is empty, and the control to read on. */
import type { ComponentChildren } from 'preact';
import { timeWords } from '../../../../shared/core/render/words.ts';
import { addressOf, type View } from '../address.ts';
import type { AnswerList } from '../answers.ts';
import { noAuditText } from '../empty-text.ts';

interface PageListProps<T> {
  readonly list: AnswerList<T>;
  readonly shown: number;
  /** The text where nothing is shown although audits are stored. */
  readonly empty: ComponentChildren;
  /** The view with its filters, for links that replace a filter by a value that was probably meant. */
  readonly at?: { readonly view: View; readonly filters: Readonly<Record<string, string>> };
  readonly children: ComponentChildren;
}

export function PageList<T>({ list, shown, empty, at, children }: PageListProps<T>) {
  const { error, loading, more, notKept, notKnown, suggestions } = list;
  const isUnknown = notKnown !== undefined && notKnown.unknown.length > 0;
  const wrong = error ?? (isUnknown ? notKnown.detail : undefined);
  return (
    <>
      {wrong !== undefined && (
        <p class="error" role="alert">
          {wrong}
          {at &&
            suggestions.map(({ parameter, suggestion }) => (
              <span key={parameter}>
                {' '}
                <a href={addressOf(at.view, { ...at.filters, [parameter]: suggestion })}>Show {suggestion}</a>
              </span>
            ))}
        </p>
      )}
      {notKept.map((place) => (
        <p class="notice" key={`${place.account}/${place.region}`}>
          {place.account}, {place.region}: that moment is not stored
          {place.notKeptBefore === undefined ? '.' : `; moments are stored from ${timeWords(place.notKeptBefore)} on.`}
        </p>
      ))}
      {children}
      {shown === 0 && !loading && wrong === undefined && <p class="nothing">{notKnown ? noAuditText : empty}</p>}
      <p class="loading" role="status">
        {loading ? 'Reading …' : ''}
      </p>
      {more && (
        <button type="button" class="more" onClick={more}>
          Read more
        </button>
      )}
    </>
  );
}
