/** The one way to AWS: limited, bounded in time, counted, and with errors that say what they mean. */
import { setTimeout as wait } from 'node:timers/promises';
import pLimit, { type LimitFunction } from 'p-limit';
import { type Clients, clientPool } from './clients.ts';
import { Failed, unread } from './errors.ts';
import type { AwsSettings, ServiceName } from './settings.ts';

/** An IAM action; its prefix is the service that is called. */
export type Action = `${ServiceName}:${string}`;

type ServiceOf<A extends Action> = A extends `${infer S extends ServiceName}:${string}` ? S : never;

/** What goes with every command, so that the deadline ends it. */
export interface SendOptions {
  readonly abortSignal: AbortSignal;
}

/** One call that was answered or failed, however often it was tried. */
export interface CallRecord {
  readonly action: Action;
  readonly region: string;
  /** When it was first sent, milliseconds after the line was opened. */
  readonly begun: number;
  /** From then to its answer, all tries and waits between them included. */
  readonly ms: number;
  readonly ok: boolean;
}

/**
 * Makes one call for the sake of one IAM action, `send` being handed the client of its service. Rejects with `Failed`
 * where AWS or the way there is the reason, at the latest when the deadline is reached.
 */
export type CallAws<Declared extends Action = Action> = <A extends Declared, T>(
  action: A,
  send: (client: Clients[ServiceOf<A>], options: SendOptions) => Promise<T>,
  region?: string,
) => Promise<T>;

export interface Line {
  readonly call: CallAws;
  /** Every call so far, in the order they ended. */
  readonly records: readonly CallRecord[];
  /** No call begins after this, and connections end. */
  readonly close: () => void;
}

/** A line to AWS that is dead after `deadlineMs`. `region` is where a call goes that names none. */
export function openLine(settings: AwsSettings, region: string): Line {
  const pool = clientPool(settings);
  const limits = new Map<string, LimitFunction>();
  const records: CallRecord[] = [];
  const opened = performance.now();
  const ended = new AbortController();
  const tooLate = () => new Failed({ ok: false, reason: `the audit's deadline of ${settings.deadlineMs / 1000} s was reached` });
  const timer = setTimeout(() => ended.abort(), settings.deadlineMs);

  /** Ends with the deadline what does not end by itself. A race against one long-lived promise would hold on to every answer. */
  const inTime = <T>(work: Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      const end = () => reject(tooLate());
      if (ended.signal.aborted) end();
      ended.signal.addEventListener('abort', end, { once: true });
      work.then(resolve, reject).finally(() => ended.signal.removeEventListener('abort', end));
    });

  const limitOf = (service: ServiceName, where: string): LimitFunction => {
    const key = `${service} ${where}`;
    const limit = limits.get(key) ?? pLimit(settings.inFlight[service] ?? settings.inFlight.default);
    limits.set(key, limit);
    return limit;
  };

  /** When the last calls of such an action begin, as many as may begin in one second. */
  const begins = new Map<string, readonly number[]>();

  /** Waits until one more call of this action may begin, where there is a bound. */
  const turn = async (action: Action, where: string, most: number): Promise<void> => {
    const key = `${action} ${where}`;
    const last = begins.get(key) ?? [];
    const now = performance.now();
    const begin = Math.max(now, (last.at(-most) ?? Number.NEGATIVE_INFINITY) + 1000);
    begins.set(key, [...last, begin].slice(-most));
    if (begin > now) await wait(begin - now, undefined, { signal: ended.signal });
  };

  const call: CallAws = (action, send, where = region) => {
    const service = action.slice(0, action.indexOf(':')) as ServiceOf<typeof action>;
    const most = settings.perSecond?.[action];
    const limit = limitOf(service, where);
    const make = async () => {
      if (ended.signal.aborted) throw tooLate();
      const begun = performance.now();
      const record = (ok: boolean) =>
        records.push({ action, region: where, begun: Math.round(begun - opened), ms: Math.round(performance.now() - begun), ok });
      try {
        const answer = await send(pool.of(service, where), { abortSignal: ended.signal });
        record(true);
        return answer;
      } catch (error) {
        record(false);
        if (ended.signal.aborted) throw tooLate();
        throw new Failed(unread(error, action), error);
      }
    };
    // Who waits for a turn takes no place among those in flight.
    return inTime(most === undefined ? limit(make) : turn(action, where, most).then(() => limit(make)));
  };

  return {
    call,
    records,
    close: () => {
      clearTimeout(timer);
      ended.abort();
      for (const limit of limits.values()) limit.clearQueue();
      pool.destroy();
    },
  };
}

/** Opens a line for some work and closes it whatever comes of that. */
export async function onLine<T>(settings: AwsSettings, region: string, work: (line: Line) => Promise<T>): Promise<T> {
  const line = openLine(settings, region);
  try {
    return await work(line);
  } finally {
    line.close();
  }
}
