/**
 * Stands in the bundles for `@smithy/core/event-streams`: no call of the auditor streams events, and the SDK takes this
 * along for those that do. A call that would need it says so.
 */
const refuse = (): never => {
  throw new Error('This bundle was built without event streams, since no call of the auditor has one.');
};

export const eventStreamSerdeProvider = () => ({ serialize: refuse, deserialize: refuse });

export class EventStreamSerde {
  constructor() {
    refuse();
  }
}

interface Streaming {
  readonly eventStreamSerdeProvider: (options: unknown) => unknown;
}

/** What the SDK's own does: the client carries what its provider makes. */
export const resolveEventStreamSerdeConfig = <T extends Streaming>(input: T) =>
  Object.assign(input, { eventStreamMarshaller: input.eventStreamSerdeProvider(input) });
