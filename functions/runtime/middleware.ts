/**
 * The middleware of every function: the event is parsed or refused before anything else happens, the log is lines of JSON,
 * and errors are passed on to Lambda, which retries.
 */

import middy from '@middy/core';
import errorLogger from '@middy/error-logger';
import type { Context } from 'aws-lambda';
import { jsonText } from '../../shared/core/text/json.ts';
import type { DeploymentAccount } from '../../shared/workflows/audited-regions.ts';
import { type Metrics, metricLine } from './metrics.ts';

/** The event is not one of ours. Nothing was done; the sentence says what was expected. */
export class ForeignEventError extends Error {
  constructor(expected: string) {
    super(`The event is not one of ours: ${expected}.`);
    this.name = 'ForeignEvent';
  }
}

export type LogFields = Readonly<Record<string, unknown>>;

/** What a function gets with its event. */
export interface FunctionTools {
  readonly home: DeploymentAccount;
  /** One line of the log. */
  readonly log: (message: string, fields?: LogFields) => void;
  /** One line for an error that ends only a part of the work. */
  readonly logError: (message: string, error: unknown, fields?: LogFields) => void;
  readonly metrics: (metrics: Metrics, properties?: LogFields) => void;
  /** Until Lambda ends the function. */
  readonly remainingMs: () => number;
}

interface ParsedEvent<I> {
  readonly input: I;
  readonly tools: FunctionTools;
}

type WriteLine = (line: string) => void;
/** Straight to stdout: the console of Lambda's runtime would wrap each line, and then no metric is found in it. */
const stdout: WriteLine = (line) => process.stdout.write(`${line}\n`);

/** Account, region and partition in a function's ARN: `arn:aws:lambda:us-east-1:111122223333:function:name`. */
export function homeOf(functionArn: string): DeploymentAccount {
  const [, partition, , region, account] = functionArn.split(':');
  if (!partition || !region || !account) throw new Error(`${functionArn} is not the ARN of a function.`);
  return { partition, region, account };
}

/** An error with all that caused it. Its other members stay out of the log. */
export function errorFields(error: unknown): LogFields {
  if (!(error instanceof Error)) return { error: String(error) };
  return {
    error: error.name,
    reason: error.message,
    stack: error.stack,
    ...(error.cause !== undefined && { cause: errorFields(error.cause) }),
    ...(error instanceof AggregateError && { errors: error.errors.map(errorFields) }),
  };
}

/**
 * A Lambda handler. `parse` makes of the event what `run` works on, or throws `ForeignEvent`; `run` returns the
 * answer to Lambda.
 */
export function lambda<I, O = void>(
  name: string,
  parse: (event: unknown) => I,
  run: (input: I, tools: FunctionTools) => Promise<O>,
  write: WriteLine = stdout,
): (event: unknown, context: Context) => Promise<O> {
  const say = (level: 'info' | 'error', context: Partial<Context>, message: string, fields: LogFields = {}) =>
    write(jsonText({ level, time: new Date().toISOString(), function: name, requestId: context.awsRequestId, message, ...fields }));

  const begun = new WeakMap<object, number>();
  // Time that is up is Lambda's to notice: it ends the process. An answer given before that would leave the work to go on
  // with the next event.
  const handler = middy<unknown, O, Error, Context>({ timeoutEarlyInMillis: 0 })
    .before((request) => {
      const { context } = request;
      begun.set(request, performance.now());
      const tools: FunctionTools = {
        home: homeOf(context.invokedFunctionArn),
        log: (message, fields) => say('info', context, message, fields),
        logError: (message, error, fields) => say('error', context, message, { ...fields, ...errorFields(error) }),
        metrics: (metrics, properties) => write(metricLine(metrics, { at: new Date(), properties })),
        remainingMs: () => context.getRemainingTimeInMillis(),
      };
      const parsed: ParsedEvent<I> = { input: parse(request.event), tools };
      request.event = parsed;
    })
    .after((request) => {
      say('info', request.context, 'done', { durationMs: Math.round(performance.now() - (begun.get(request) ?? 0)) });
    })
    .use(errorLogger({ logger: ({ error, context }) => say('error', context, 'failed', errorFields(error)) }))
    .handler(async (event: unknown) => {
      const { input, tools } = event as ParsedEvent<I>;
      return run(input, tools);
    });
  return async (event, context) => handler(event, context);
}
