/** Requests and answers as HTTP carries them, and what a protocol makes of them. */
import { type OperationInput, type OperationOutput, RefusalError } from '../call.ts';

export interface WireRequest {
  readonly method: string;
  /** Without the query, still percent-encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: { readonly [name: string]: string | string[] | undefined };
  readonly body: string;
}

export interface WireAnswer {
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  readonly body: string | Buffer;
}

export interface OperationCall {
  readonly operation: string;
  readonly input: OperationInput;
}

export interface Protocol {
  /** Which operation is called, and with what. Throws `RefusalError` for what this protocol cannot read. */
  readonly read: (request: WireRequest) => OperationCall;
  readonly answer: (operation: string, output: OperationOutput, requestId: string) => WireAnswer;
  readonly refuse: (refusal: RefusalError, requestId: string, request: Pick<WireRequest, 'method'>) => WireAnswer;
  /** The error for an operation the sandbox does not answer. */
  readonly unknown: (service: string, operation: string) => RefusalError;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\r': '&#xD;' };

/** Text as it may stand in XML. */
export const escaped = (value: string): string => value.replace(/[&<>"\r]/g, (c) => entities[c] ?? c);

/** `Filter.1.Value.2=x` → `{ Filter: [{ Value: [ , 'x'] }] }`: members with numbers under them become lists. */
function formInput(body: string): OperationInput {
  const root: Tree = new Map();
  for (const [key, value] of new URLSearchParams(body)) {
    const parts = key.split('.');
    const last = parts.pop() ?? key;
    let node = root;
    for (const part of parts) {
      const under = node.get(part);
      const next: Tree = under instanceof Map ? under : new Map();
      node.set(part, next);
      node = next;
    }
    node.set(last, value);
  }
  return Object.fromEntries([...root].map(([member, value]) => [member, listed(value)]));
}

/** The operation that a form names, and its input. */
export function formCall(body: string): OperationCall {
  const { Action, Version: _, ...input } = formInput(body);
  if (typeof Action !== 'string') throw new RefusalError('MissingAction', 'The request must contain the parameter Action.');
  return { operation: Action, input };
}

type Tree = Map<string, Tree | string>;

function listed(value: Tree | string): unknown {
  if (typeof value === 'string') return value;
  const entries = [...value];
  // The query protocol puts `member` between a list and its numbers, EC2's does not.
  const only = entries.length === 1 ? entries[0] : undefined;
  if (only?.[0] === 'member' && only[1] instanceof Map) return listed(only[1]);
  if (entries.every(([key]) => /^\d+$/.test(key)))
    return entries.toSorted(([a], [b]) => Number(a) - Number(b)).map(([, under]) => listed(under));
  return Object.fromEntries(entries.map(([key, under]) => [key, listed(under)]));
}

/** JSON with the members named in `moments` as seconds since 1970, the way AWS's JSON protocols carry time. */
export const jsonBody = (output: unknown, moments: ReadonlySet<string>): string =>
  JSON.stringify(output, (member, value: unknown) => (moments.has(member) && typeof value === 'string' ? Date.parse(value) / 1000 : value));
