/** The period that is shown, and when the operator last viewed the changes. */
import { useEffect, useState } from 'preact/hooks';
import { timeWords } from '../../../../shared/core/render/words.ts';
import { withFilter } from '../address.ts';
import { viewedUpTo } from '../last-viewed.ts';
import type { ViewProps } from '../view-props.ts';

/** A time as the field of a form has it (UTC, minutes), and back. */
const toField = (at: string | undefined): string => (at ? at.slice(0, 16) : '');
const fromField = (value: string): string => (value === '' ? '' : `${value}:00Z`);

type PeriodProps = Pick<ViewProps, 'filters' | 'onFilters'>;

/** The two ends of the period, as fields among the filters. */
export const PeriodFields = ({ filters, onFilters }: PeriodProps) => (
  <>
    {(
      [
        ['from', 'From (UTC)'],
        ['to', 'To (UTC)'],
      ] as const
    ).map(([name, label]) => (
      <label key={name}>
        {label}
        <input
          type="datetime-local"
          value={toField(filters[name])}
          onChange={(e) => onFilters(withFilter(filters, name, fromField(e.currentTarget.value)))}
        />
      </label>
    ))}
  </>
);

export function LastViewBar({ source: { lastViewed }, filters, onFilters, now }: PeriodProps & Pick<ViewProps, 'source' | 'now'>) {
  const [since, setSince] = useState<string>();
  const [failure, setFailure] = useState<string>();
  const failed = (error: unknown) => setFailure(error instanceof Error ? error.message : String(error));
  useEffect(() => {
    // Where this cannot be read the list cannot either, and says so.
    lastViewed.last().then(setSince, () => {});
  }, [lastViewed]);
  return (
    <>
      {since !== undefined && (
        <button type="button" onClick={() => onFilters({ ...withFilter(filters, 'from', since), to: '' })}>
          Since my last view ({timeWords(since)})
        </button>
      )}
      <button type="button" onClick={() => void lastViewed.remember(viewedUpTo(now)).then(setSince, failed)}>
        Mark as viewed
      </button>
      {failure !== undefined && (
        <p class="error" role="alert">
          {failure}
        </p>
      )}
    </>
  );
}
