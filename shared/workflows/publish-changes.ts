/**
 * From the log to the event bus: everything that was committed since the last time, then the marker. Every invocation
 * publishes all that is missing, so that a lost event of the stream only delays it.
 */
import type { RegionKey } from '../aws/findings/keys.ts';
import type { MarkersTable } from '../aws/findings/markers.ts';
import type { FindingsTable } from '../aws/findings/table.ts';
import type { PublishedBus } from '../aws/messaging/published-bus.ts';
import { eventsOfCommit, eventsOfState } from '../core/events/published-events.ts';
import { commitsSince } from './commits-since.ts';

export interface PublishingWork {
  readonly table: Pick<FindingsTable, 'commit' | 'currentState'>;
  readonly marks: Pick<MarkersTable, 'published' | 'savePublished'>;
  readonly bus: PublishedBus;
}

/**
 * Publishes what is new of one region. How many events the bus took. Rejects where it did not take all of a commit; that commit
 * is then published again, whole: an event may come twice, under the same id.
 */
export async function publishChanges(place: RegionKey, { table, marks, bus }: PublishingWork): Promise<number> {
  const since = await commitsSince(place, marks.published, table);
  if (!since) return 0;
  const { state, named, commits, isPartial } = since;
  let published = 0;
  // Without a marker, and if commits have expired, subscribers get the whole state instead of changes.
  if (isPartial) {
    const events = eventsOfState(named, state);
    await bus.put(events);
    await marks.savePublished(place, state.seq);
    return events.length;
  }
  for (const commit of commits) {
    const events = eventsOfCommit(named, commit);
    await bus.put(events);
    await marks.savePublished(place, commit.seq);
    published += events.length;
  }
  return published;
}
