/** One call as a service sees it, and what every service needs to answer it. */
import type * as z from 'zod';

/** What the caller sent, members in the names of the wire. Query protocols send text only, so numbers come as text too. */
export type OperationInput = { readonly [member: string]: unknown };

export interface SandboxCaller {
  readonly account: string;
  readonly arn: string;
  readonly userId: string;
}

/** A type of which nothing can be changed. */
export type Deep<T> = T extends readonly unknown[]
  ? { readonly [K in keyof T]: Deep<T[K]> }
  : T extends object
    ? { readonly [K in keyof T]: Deep<T[K]> }
    : T;

/** A call as a service sees it that needs only its own rows of the region. */
export type RowsCall<Rows extends z.core.$ZodLooseShape> = SandboxCall<Deep<z.output<z.ZodObject<Rows>>>>;

export interface SandboxCall<Region extends object = object, Account = unknown, World = unknown> {
  readonly service: string;
  readonly operation: string;
  readonly input: OperationInput;
  readonly region: string;
  readonly caller: SandboxCaller;
  readonly description: World;
  /** The caller's account and, in it, the region that was called. */
  readonly home: Account;
  readonly here: Region;
  /** The most rows a page may have; absent: as many as the operation allows. */
  readonly pageSize?: number;
  /** Makes the called region of the caller's account another one, for all calls to come. */
  readonly revise: (change: (here: Region) => Partial<Region>) => void;
  /** Hands out credentials that lead into an account. */
  readonly enter: (caller: SandboxCaller) => {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken: string;
  };
}

/** Answers in the SDK's own names; moments as ISO text, bytes as text. */
export type OperationOutput = { readonly [member: string]: unknown };

/** An error as AWS would answer it: its code, its words, its HTTP status. */
export class RefusalError extends Error {
  readonly code: string;
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  constructor(code: string, message: string, status = 400, headers: { readonly [name: string]: string } = {}) {
    super(message);
    this.name = 'RefusalError';
    this.code = code;
    this.status = status;
    this.headers = headers;
  }
}

export const text = (input: OperationInput, member: string): string | undefined => {
  const value = input[member];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

export const texts = (input: OperationInput, member: string): readonly string[] => {
  const value = input[member];
  return Array.isArray(value) ? value.filter((v): v is string => typeof v === 'string') : [];
};

export const flag = (input: OperationInput, member: string): boolean => input[member] === true || input[member] === 'true';

/** A text the operation cannot do without. `code` is how the service calls its absence. */
export function needed(input: OperationInput, member: string, code = 'ValidationException'): string {
  const value = text(input, member);
  if (value === undefined) throw new RefusalError(code, `The request must contain the parameter ${member}.`);
  return value;
}

type PagedCall = Pick<SandboxCall, 'caller' | 'input' | 'operation' | 'pageSize' | 'region' | 'service'>;

export interface Paging {
  /** Members that carry size and token in the request. */
  readonly size: string;
  readonly token: string;
  /** Rows of a page that was not asked to be smaller, and the most anyone gets. */
  readonly most: number;
  /** Error codes for an unknown token and for an invalid size. */
  readonly badToken: string;
  readonly badSize: string;
}

/** A token belongs to one request; with another request it is refused. */
function question(call: PagedCall, paging: Paging): string {
  const rest = Object.entries(call.input).filter(([member]) => member !== paging.size && member !== paging.token);
  return JSON.stringify([call.caller.account, call.region, call.service, call.operation, rest.toSorted(([a], [b]) => (a < b ? -1 : 1))]);
}

/** One page of rows and the token of the next, if there is one. Refuses a token that belongs to another question. */
export function page<T>(call: PagedCall, rows: readonly T[], paging: Paging): { readonly rows: readonly T[]; readonly next?: string } {
  const asked = call.input[paging.size];
  const size = asked === undefined ? paging.most : Number(asked);
  if (!Number.isInteger(size) || size < 1)
    throw new RefusalError(paging.badSize, `Value ${asked} for ${paging.size} is not a number of rows from 1 to ${paging.most}.`);
  const token = text(call.input, paging.token);
  let from = 0;
  if (token !== undefined) {
    const [start, same] = readToken(token);
    if (start === undefined || same !== question(call, paging))
      throw new RefusalError(paging.badToken, `The ${paging.token} was not given for this request.`);
    from = start;
  }
  const to = from + Math.min(size, paging.most, call.pageSize ?? paging.most);
  const next = to < rows.length ? Buffer.from(JSON.stringify([to, question(call, paging)])).toString('base64url') : undefined;
  return { rows: rows.slice(from, to), ...(next !== undefined && { next }) };
}

function readToken(token: string): readonly [number | undefined, string | undefined] {
  try {
    const read: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (Array.isArray(read) && Number.isInteger(read[0]) && read[0] >= 0) return [read[0], String(read[1])];
  } catch {
    // Not one of ours: the same as no token that was ever given.
  }
  return [undefined, undefined];
}
