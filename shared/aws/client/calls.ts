/** The one way to AWS: limited, bounded in time, counted, and with errors that say what they mean. */
import { setTimeout as wait } from 'node:timers/promises';
import { type Clients, clientPool } from './clients.ts';
import { AwsError, isThrottled, times, toUnread } from './errors.ts';
import type { AwsSettings, ServiceName } from './settings.ts';
import { type AdaptiveLimit, adaptiveLimit, waitAfter } from './throttle.ts';

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
  /** How often AWS throttled it. */
  readonly throttled: number;
}

/**
 * Makes one call for one IAM action: `send` is given the client of its service, and is called again as long as AWS throttles it.
 * Rejects with `AwsError` where AWS or the network is the reason, at the latest when the deadline is reached.
 */
export type CallAws<Declared extends Action = Action> = <A extends Declared, T>(
  action: A,
  send: (client: Clients[ServiceOf<A>], options: SendOptions) => Promise<T>,
  region?: string,
) => Promise<T>;

export interface AwsConnection {
  readonly call: CallAws;
  /** Every call so far, in the order they ended. */
  readonly records: readonly CallRecord[];
  /** No call begins after this, and connections end. */
  readonly close: () => void;
}

/** The clock of a line, how it waits and draws random numbers; tests bring their own. */
export interface RetryTiming {
  /** Milliseconds since any moment. */
  readonly now: () => number;
  readonly wait: (ms: number, signal: AbortSignal) => Promise<unknown>;
  readonly random: () => number;
}

const realTiming: RetryTiming = {
  now: () => performance.now(),
  wait: (ms, signal) => wait(ms, undefined, { signal }),
  random: Math.random,
};

/** A line to AWS that is dead after `deadlineMs`. `region` is where a call goes that names none. */
export function openConnection(settings: AwsSettings, region: string, timing: RetryTiming = realTiming): AwsConnection {
  const pool = clientPool(settings);
  const limits = new Map<string, AdaptiveLimit>();
  const records: CallRecord[] = [];
  /** How often AWS throttled each action. */
  const throttles = new Map<Action, number>();
  const opened = performance.now();
  const ended = new AbortController();
  const timer = setTimeout(() => ended.abort(), settings.deadlineMs);

  /** Ends with the deadline what does not end by itself. A race against one long-lived promise would hold on to every answer. */
  const inTime = <T>(work: Promise<T>, tooLate: () => AwsError): Promise<T> =>
    new Promise((resolve, reject) => {
      const end = () => reject(tooLate());
      if (ended.signal.aborted) end();
      ended.signal.addEventListener('abort', end, { once: true });
      work.then(resolve, reject).finally(() => ended.signal.removeEventListener('abort', end));
    });

  const limitOf = (service: ServiceName, where: string): AdaptiveLimit => {
    const key = `${service} ${where}`;
    const limit = limits.get(key) ?? adaptiveLimit(settings.inFlight[service] ?? settings.inFlight.default);
    limits.set(key, limit);
    return limit;
  };

  /** When the last calls of such an action begin, as many as may begin in one second. */
  const begins = new Map<string, readonly number[]>();

  /** Waits until one more call of this action may begin, where there is a bound. */
  const turn = async (action: Action, where: string, most: number): Promise<void> => {
    const key = `${action} ${where}`;
    const last = begins.get(key) ?? [];
    const now = timing.now();
    const begin = Math.max(now, (last.at(-most) ?? Number.NEGATIVE_INFINITY) + 1000);
    begins.set(key, [...last, begin].slice(-most));
    if (begin > now) await timing.wait(begin - now, ended.signal);
  };

  const call: CallAws = (action, send, where = region) => {
    const service = action.slice(0, action.indexOf(':')) as ServiceOf<typeof action>;
    const most = settings.perSecond?.[action];
    const adaptive = limitOf(service, where);
    let begun: number | undefined;
    let throttled = 0;

    /** Names what AWS throttled: this call, or where it could not even begin, what it and others waited for. */
    const tooLate = (): AwsError => {
      const [first] = [...throttles].toSorted(([, a], [, b]) => b - a);
      const [name, count] = throttled > 0 ? [action, throttled] : begun === undefined && first ? first : ['', 0];
      const why = count > 0 ? `; AWS had throttled ${name} ${times(count)}` : '';
      return new AwsError({ ok: false, reason: `the audit's deadline of ${settings.deadlineMs / 1000} s was reached${why}` });
    };

    const attempt = async () => {
      if (ended.signal.aborted) throw tooLate();
      begun ??= performance.now();
      const sent = adaptive.sent();
      try {
        const answer = await send(pool.of(service, where), { abortSignal: ended.signal });
        sent.answered();
        return answer;
      } catch (error) {
        if (isThrottled(error)) {
          throttled += 1;
          throttles.set(action, (throttles.get(action) ?? 0) + 1);
          sent.throttled();
        }
        throw error;
      }
    };

    /** The answer of the first attempt that is not throttled. */
    const attempts = async () => {
      for (;;) {
        // A call that waits for its turn or for its next attempt is not in flight.
        if (most !== undefined) await turn(action, where, most);
        try {
          return await adaptive.limit(attempt);
        } catch (error) {
          if (!isThrottled(error) || throttled >= settings.maxThrottled) throw error;
          await timing.wait(waitAfter(throttled, timing.random()), ended.signal);
        }
      }
    };

    const recorded = async () => {
      const record = (ok: boolean) => {
        if (begun === undefined) return;
        records.push({
          action,
          region: where,
          begun: Math.round(begun - opened),
          ms: Math.round(performance.now() - begun),
          ok,
          throttled,
        });
      };
      try {
        const answer = await attempts();
        record(true);
        return answer;
      } catch (error) {
        record(false);
        if (ended.signal.aborted) throw tooLate();
        throw new AwsError(toUnread(error, action, isThrottled(error) ? throttled : undefined), error);
      }
    };
    return inTime(recorded(), tooLate);
  };

  return {
    call,
    records,
    close: () => {
      clearTimeout(timer);
      ended.abort();
      for (const limit of limits.values()) limit.limit.clearQueue();
      pool.destroy();
    },
  };
}

/** Opens a connection for some work and always closes it. */
export async function withConnection<T>(settings: AwsSettings, region: string, work: (line: AwsConnection) => Promise<T>): Promise<T> {
  const line = openConnection(settings, region);
  try {
    return await work(line);
  } finally {
    line.close();
  }
}
