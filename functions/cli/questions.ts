/** Where questions are answered: by the deployed endpoint, from a deployed table, or from this machine's own database. */

import { AwsError, toUnread } from '../../shared/aws/client/errors.ts';
import type { AwsSettings } from '../../shared/aws/client/settings.ts';
import { regionOfUrl, signedGet } from '../../shared/aws/deployment/deployed-query.ts';
import { inventoryReader } from '../../shared/aws/findings/inventory-reader.ts';
import type { LocalStore } from '../../shared/aws/findings/local/local-store.ts';
import { findingsReader } from '../../shared/aws/findings/table.ts';
import { emptyPlan } from '../../shared/core/plan/plan.ts';
import { hasFunctionUrls } from '../../shared/core/plan/regions.ts';
import { whyUnread } from '../../shared/core/render/words.ts';
import { jsonOf } from '../../shared/core/text/json.ts';
import { printable } from '../../shared/core/text/printable.ts';
import { problem } from '../../shared/query/problem.ts';
import type { Question } from '../../shared/query/question.ts';
import { answer } from '../../shared/query/run-query.ts';
import type { UnknownFilter } from '../../shared/query/unknown-values.ts';
import { awsSettings } from '../process/aws-settings.ts';
import { NoAuditError, NoResultError } from '../process/exit.ts';
import { currentIo } from '../process/io.ts';
import { stackName } from '../process/package.ts';
import { wrongPair, wrongValue } from '../process/wrong-value.ts';
import { type DatabaseOptions, noAuditIn, withExistingDatabase } from './database.ts';
import { deployedParts, regionFor, tableFor } from './deployed.ts';

export interface SourceOptions extends DatabaseOptions {
  /** Ask the endpoint of the stack. */
  readonly deployed?: boolean;
  /** Ask this endpoint. */
  readonly url?: string;
  readonly stack?: string;
  readonly table?: string;
  /** Region of stack, table or endpoint. */
  readonly stackRegion?: string;
  readonly profile?: string;
}

export interface QueryAnswer {
  readonly status: number;
  readonly body: unknown;
}
/** Asks for a path with a query, both percent-encoded. */
export type Ask = (path: string, query: string) => Promise<QueryAnswer>;

const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/;

function urlOf(text: string): URL {
  const url = URL.parse(text);
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && loopback.test(url.hostname));
  if (url && isSafe && url.username === '' && url.password === '') return url;
  // What stands before an @ is likely to be a password.
  const shown = text.replace(/\/\/.*@/, '//…@');
  throw wrongValue(
    '--url',
    'the address of the endpoint, with https, without user and password',
    shown,
    'The stack prints it as QueryUrlOutput.',
  );
}

async function endpointOf(
  { url, stack = stackName, stackRegion }: SourceOptions,
  settings: AwsSettings,
): Promise<{ readonly url: URL; readonly region: string }> {
  if (url !== undefined) {
    const named = urlOf(url);
    return { url: named, region: regionOfUrl(named) ?? (await regionFor('the endpoint', stackRegion, settings)) };
  }
  const region = await regionFor('the stack', stackRegion, settings);
  const found = (await deployedParts(stack, region, settings))('QueryUrl');
  if (found === undefined)
    throw new NoResultError(
      `The stack ${stack} in ${region} has no endpoint for questions${hasFunctionUrls(region) ? '' : ', because Lambda has no function URLs in this region'}. Read its findings table instead: leave --deployed away and add --stack ${stack} --stack-region ${region}.`,
    );
  return { url: urlOf(found), region };
}

const asking =
  (base: URL, get: ReturnType<typeof signedGet>): Ask =>
  async (path, query) => {
    const url = new URL(base);
    url.pathname = `${base.pathname.replace(/\/$/, '')}${path}`;
    url.search = query;
    const { status, text } = await get(url).catch((error: unknown) => {
      if (error instanceof AwsError) throw new NoResultError(`${base.origin} could not be asked: ${error.read.reason}.`, error);
      throw error;
    });
    if (status === 403)
      throw new NoResultError(
        `${base.origin} does not let these credentials in: they need lambda:InvokeFunctionUrl and lambda:InvokeFunction on the function behind it.`,
      );
    return { status, body: jsonOf(text) };
  };

/** Answers from a database on this machine. */
export function askingDatabase({ table, store }: Pick<LocalStore, 'table' | 'store'>): Ask {
  const ports = { table, reader: inventoryReader({ store }), now: currentIo().now };
  return (path, query) => answer({ method: 'GET', path, query }, ports);
}

/** Whether it is the database on this machine that answers. */
export function isLocal({ deployed, url, stack, table, stackRegion }: SourceOptions): boolean {
  if (deployed || url !== undefined || stack !== undefined || table !== undefined) return false;
  if (stackRegion === undefined) return true;
  throw wrongValue('--stack-region', '--stack, --table or --deployed with it', undefined, 'Name one of them, or leave it away.');
}

/** The error where no audit is stored; `of` is empty, or narrows it, such as ` of us-west-2`. */
export type NoAuditOf = (of: string) => NoAuditError;

/** Runs `work` with something that answers, wherever the options say that is. */
export async function withQuestions<T>(options: SourceOptions, work: (ask: Ask, noAudit: NoAuditOf) => Promise<T>): Promise<T> {
  const { deployed, url, stack, table, profile } = options;
  if (table !== undefined && (deployed || url !== undefined || stack !== undefined))
    throw wrongPair(
      ['--table', url !== undefined ? '--url' : stack !== undefined ? '--stack' : '--deployed'],
      'A table is read directly: leave one away.',
    );
  if (isLocal(options)) return withExistingDatabase(options, (local) => work(askingDatabase(local), (of) => noAuditIn(options, of)));
  const settings = await awsSettings({ profile });
  if (deployed || url !== undefined) {
    const endpoint = await endpointOf(options, settings);
    return work(asking(endpoint.url, signedGet(endpoint.region, settings)), notYet(`behind ${endpoint.url.origin}`));
  }
  const { tableName, region } = await tableFor(options, settings);
  const { openDeployedTable } = await import('./deployed-table.ts');
  const { store, close } = openDeployedTable({ tableName, region }, settings);
  // Nothing is written, so the retention does not matter.
  const of = { store, retentionDays: emptyPlan.retentionDays };
  const ports = { table: findingsReader(of), reader: inventoryReader(of), now: currentIo().now };
  try {
    return await work(
      async (path, query) => {
        try {
          return await answer({ method: 'GET', path, query }, ports);
        } catch (error) {
          if (error instanceof Error && error.name === 'ResourceNotFoundException')
            throw new NoResultError(
              `The findings table ${tableName} does not exist in ${region} of the account that these credentials are for.`,
              error,
            );
          const why = whyUnread(toUnread(error, 'dynamodb:Query'));
          throw new NoResultError(`The table ${tableName} in ${region} could not be read: ${why}.`, error);
        }
      },
      notYet(`in the table ${tableName} in ${region}`),
    );
  } finally {
    close();
  }
}

/** Answers from the database on this machine, opened for each question: it may be created, moved or deleted between them. */
export const askingEachTime =
  (options: SourceOptions): Ask =>
  (path, query) =>
    withQuestions(options, (ask) => ask(path, query));

export const notYet =
  (where: string): NoAuditOf =>
  (of) =>
    new NoAuditError(`No audit${of} is stored ${where} so far.`);

/** All pages of an answer as one. */
export interface WholeAnswer {
  readonly items: readonly unknown[];
  readonly scanned: number;
  readonly keys: readonly string[];
  readonly notKept?: readonly { readonly account: string; readonly region: string; readonly notKeptBefore?: string }[];
  /** There is more than was asked for. */
  readonly more?: true;
  /** Nothing was ever audited: then there is nothing in it, and this sentence says so. */
  readonly noAudit?: string;
  /** Nothing was found since the value of a filter does not occur: which, and which do. */
  readonly known?: false;
  readonly detail?: string;
  readonly unknown?: readonly UnknownFilter[];
}

/** The value of a filter occurs nowhere in what is stored: nothing was found, and nothing could have been. */
export class UnknownFilterError extends NoResultError {
  /** The answer that says so, for programs. */
  readonly answer: WholeAnswer;
  constructor(sentence: string, answer: WholeAnswer) {
    super(sentence);
    this.name = 'UnknownFilterError';
    this.answer = answer;
  }
}

export const largestPage = 200;

function addressOf(
  { path }: Question,
  parameters: Readonly<Record<string, string>>,
): { readonly path: string; readonly query: URLSearchParams } {
  const query = new URLSearchParams();
  let filled = path;
  for (const [name, value] of Object.entries(parameters))
    if (path.includes(`{${name}}`)) filled = filled.replace(`{${name}}`, encodeURIComponent(value));
    else query.set(name, value);
  return { path: filled, query };
}

/** Follows the pages of an answer up to `most` items. A problem, and anything that is not an answer, ends in a sentence. */
export async function wholeAnswer(
  question: Question,
  parameters: Readonly<Record<string, string>>,
  most: number,
  ask: Ask,
): Promise<WholeAnswer> {
  const { path, query } = addressOf(question, parameters);
  const result = question.result();
  const items: unknown[] = [];
  let scanned = 0;
  for (;;) {
    query.set('limit', String(Math.min(largestPage, most - items.length)));
    const { status, body } = await ask(path, query.toString());
    const refused = problem.safeParse(body);
    if (refused.success && status >= 400) throw new NoResultError(printable(refused.data.detail));
    const read = result.safeParse(body);
    if (status !== 200 || !read.success)
      throw new NoResultError(
        `The endpoint answered with something that is no answer to ${question.path} (HTTP ${status}); is it of this version?`,
      );
    const page = read.data as Omit<WholeAnswer, 'more'> & { readonly cursor?: string };
    items.push(...page.items);
    scanned += page.scanned;
    const { keys, notKept, known, detail, unknown } = page;
    // What no longer occurs may still be in the past, and was found there.
    const notKnown =
      items.length === 0 && known === false ? { known, ...(detail !== undefined && { detail }), ...(unknown && { unknown }) } : {};
    const whole = { items, scanned, keys, ...(notKept && { notKept }), ...notKnown };
    if (page.cursor === undefined) return whole;
    if (items.length >= most) return { ...whole, more: true };
    if (query.get('cursor') === page.cursor)
      throw new NoResultError(`The endpoint answered ${question.path} with the same cursor twice, so its pages have no end.`);
    query.set('cursor', page.cursor);
  }
}
