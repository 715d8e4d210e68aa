/**
 * The process of a function as Lambda starts it, from the inside: loads the handler, asks the Runtime API for the next
 * event, hands back what became of it. Run by runtime.ts with the folder of a bundle and the address of the API in its
 * environment. https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const { AWS_LAMBDA_RUNTIME_API: host = '', LAMBDA_TASK_ROOT: root = '', _HANDLER: named = '' } = process.env;
const api = `http://${host}/2018-06-01/runtime`;

/** Time goes on from where the test is, so that a day passes without waiting for it. */
const TrueDate = Date;
let shift = 0;
globalThis.Date = class extends TrueDate {
  constructor(...given: readonly unknown[]) {
    super(...((given.length === 0 ? [TrueDate.now() + shift] : given) as [number]));
  }
  static override now(): number {
    return TrueDate.now() + shift;
  }
} as DateConstructor;

/** What Lambda's own client for Node makes of an error. */
const bodyOf = (error: unknown) =>
  error instanceof Error
    ? { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') }
    : { errorType: typeof error, errorMessage: String(error), trace: [] };

const post = (path: string, body: string, headers: Readonly<Record<string, string>> = {}) =>
  fetch(`${api}/${path}`, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });

const postError = (path: string, error: unknown) => {
  const body = bodyOf(error);
  return post(path, JSON.stringify(body), { 'lambda-runtime-function-error-type': body.errorType });
};

const namedError = (name: string, message: string): Error => Object.assign(new Error(message), { name });

type Handler = (event: unknown, context: object) => Promise<unknown>;

async function load(): Promise<Handler> {
  const [file = '', name = ''] = named.split('.');
  const path = join(root, `${file}.mjs`);
  if (!existsSync(path)) throw namedError('Runtime.ImportModuleError', `Error: Cannot find module '${file}'`);
  const loaded: Readonly<Record<string, unknown>> = await import(pathToFileURL(path).href);
  if (typeof loaded[name] !== 'function') throw namedError('Runtime.HandlerNotFound', `${named} is undefined or not exported`);
  return loaded[name] as Handler;
}

/** The event under way, if there is one. */
let current: string | undefined;

async function work(handler: Handler): Promise<never> {
  for (;;) {
    const next = await fetch(`${api}/invocation/next`);
    const header = (name: string): string => next.headers.get(name) ?? '';
    const id = header('lambda-runtime-aws-request-id');
    const deadline = Number(header('lambda-runtime-deadline-ms'));
    shift = Number(header('test-clock')) - TrueDate.now();
    const event: unknown = await next.json();
    current = id;
    const context = {
      awsRequestId: id,
      functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
      invokedFunctionArn: header('lambda-runtime-invoked-function-arn'),
      getRemainingTimeInMillis: () => deadline - Date.now(),
    };
    try {
      const answer = await handler(event, context);
      const taken = await post(`invocation/${id}/response`, JSON.stringify(answer ?? null));
      // What the API will not take is an error of the invocation.
      if (!taken.ok) await postError(`invocation/${id}/error`, namedError('Function.ResponseSizeTooLarge', await taken.text()));
    } catch (error) {
      await postError(`invocation/${id}/error`, error);
    }
    current = undefined;
  }
}

/** What was not caught ends the process, as it does in Lambda. */
const fatal = (type: string, code: number) => (error: unknown) => {
  const inner = bodyOf(error);
  const outer = namedError(type, `${inner.errorType}: ${inner.errorMessage}`);
  const said = current === undefined ? postError('init/error', outer) : postError(`invocation/${current}/error`, outer);
  said.finally(() => process.exit(code));
};
process.on('uncaughtException', fatal('Runtime.UncaughtException', 129));
process.on('unhandledRejection', fatal('Runtime.UnhandledPromiseRejection', 128));

let handler: Handler | undefined;
try {
  handler = await load();
} catch (error) {
  await postError('init/error', error);
  process.exit(1);
}
await work(handler);
