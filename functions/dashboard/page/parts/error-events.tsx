/** The last errors that running clusters report of themselves. */
import { eventParts, eventsHeading } from '../../../../shared/core/render/events.ts';
import type { RegionReadinessView } from '../../../../shared/query/readiness.ts';
import type { PlacedEvents } from '../../report-data.ts';
import { When } from './when.tsx';

interface ErrorEventsProps {
  /** The regions that are shown: filters hold for events too. */
  readonly rows: readonly RegionReadinessView[];
  readonly events: readonly PlacedEvents[];
  readonly now: number;
}

export function ErrorEvents({ rows, events, now }: ErrorEventsProps) {
  const shown = events.filter(({ account, region, cluster }) =>
    rows.some((r) => r.account === account && r.region === region && r.clusters.some((c) => c.cluster === cluster)),
  );
  if (shown.length === 0) return null;
  return (
    <section>
      <h2>Error events</h2>
      {shown.map((of) => (
        <details key={`${of.account}/${of.region}/${of.cluster}`}>
          <summary>
            {of.cluster}, {of.region}: {eventsHeading(of)}
          </summary>
          <ul class="plain">
            {of.errors.map((event, n) => {
              const [, where, text] = eventParts(event);
              return (
                <li key={`${n} ${event.time}`}>
                  <When at={event.time} now={now} />, {where}: {text}
                </li>
              );
            })}
          </ul>
        </details>
      ))}
    </section>
  );
}
