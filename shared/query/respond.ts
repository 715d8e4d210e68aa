/** An answer as it goes over HTTP: JSON, compressed where the asker can read that, not sent again to whom has it. */

import { createHash } from 'node:crypto';
import { jsonText } from '../core/text/json.ts';
import { type QueryResponse, tooLarge } from './run-query.ts';

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Empty where there is nothing to say. */
  readonly body: Uint8Array;
}

/** Below this a compressed body saves less than its header costs. */
const worthIt = 1024;

/** A function answers with 6 MB at most: the body in base64, and the rest of what it returns. */
const mostBytes = Math.floor(((6 * 1024 * 1024 - 16 * 1024) * 3) / 4);

/** Answers are data for programs: nothing in them is a page, a script, or anyone else's to embed. */
const security = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'strict-transport-security': 'max-age=63072000',
} as const;

/** Codings that are accepted with a weight over zero. `*` is no one coding, so it says nothing here. */
function accepted(header: string): ReadonlySet<string> {
  const parts = header.split(',').map((part) =>
    part
      .trim()
      .toLowerCase()
      .split(/\s*;\s*/),
  );
  return new Set(parts.flatMap(([coding = '', ...rest]) => (rest.some((r) => /^q=0(\.0*)?$/.test(r)) ? [] : [coding])));
}

function coded(json: Buffer, acceptEncoding: string): { readonly body: Buffer; readonly coding?: string } {
  if (json.length < worthIt) return { body: json };
  const codings = accepted(acceptEncoding);
  // Loaded here: it would be a tenth of a cold start, of which most answers are too small for it.
  const { brotliCompressSync, constants, gzipSync } = process.getBuiltinModule('node:zlib');
  // Quality 4 costs what gzip costs and is a fifth smaller.
  if (codings.has('br')) return { body: brotliCompressSync(json, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }), coding: 'br' };
  return codings.has('gzip') ? { body: gzipSync(json), coding: 'gzip' } : { body: json };
}

const known = (header: string, tag: string): boolean =>
  header.split(',').some((part) => ['*', tag].includes(part.trim().replace(/^W\//, '')));

/** `headers`: those of the request, their names in lower case. What is too large even so is answered with a problem. */
export function respond(answer: QueryResponse, headers: Readonly<Record<string, string | undefined>>): HttpResponse {
  const json = Buffer.from(jsonText(answer.body));
  if ('problem' in answer) {
    const allow: Readonly<Record<string, string>> = answer.status === 405 ? { allow: 'GET' } : {};
    return {
      status: answer.status,
      headers: { ...security, ...allow, 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
      body: json,
    };
  }
  // Weak: the same answer with any compression.
  const tag = `"${createHash('sha256').update(json).digest('base64url').slice(0, 22)}"`;
  const common = { ...security, etag: `W/${tag}`, vary: 'accept-encoding', 'cache-control': 'private, max-age=15, must-revalidate' };
  if (known(headers['if-none-match'] ?? '', tag)) return { status: 304, headers: common, body: new Uint8Array() };
  const { body, coding } = coded(json, headers['accept-encoding'] ?? '');
  if (body.length > mostBytes) return respond(tooLarge(body.length, mostBytes), headers);
  return { status: 200, headers: { ...common, 'content-type': 'application/json', ...(coding && { 'content-encoding': coding }) }, body };
}
