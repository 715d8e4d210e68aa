/**
 * Pages and their cursors. A cursor is a position in the one order in which a question's items stand, so it stays good
 * while items come and go. It carries a digest of the question it belongs to: with another one, or changed, it is refused.
 * The digest finds mistakes and is no secret: any caller can also compute it. What keeps a page inside its filters is
 * that each position is read by the rules of positions.ts.
 */

import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { jsonOf } from '../core/text/json.ts';
import type { ReadPosition } from './positions.ts';
import { foreignCursor } from './problem.ts';
import { type NotKnown, unknownFilter } from './unknown-values.ts';

/** A page of items. */
export const pageOf = <S extends z.ZodMiniType>(item: S) =>
  z.object({
    items: z.readonly(z.array(item)),
    /** For the next page; absent on the last. */
    cursor: z.optional(z.string()),
    /** Records read for this page: more than it shows where a filter is no key. */
    scanned: z.int().check(z.gte(0)),
    /** The filters that were answered by a key; the others were compared with each record. */
    keys: z.readonly(z.array(z.string())),
    /** Of a question about a moment: places of which that moment is not stored, and from when on moments are. */
    notKept: z.optional(z.readonly(z.array(z.object({ account: z.string(), region: z.string(), notKeptBefore: z.optional(z.string()) })))),
    /**
     * Nothing was found, and nothing could have been: the value of a filter does not occur, or nothing is stored at all. Said of
     * the last page, so pages before it may have found something in the past of what no longer occurs.
     */
    known: z.optional(z.literal(false)),
    /** With `known`: which value that is and which do occur, as a sentence. */
    detail: z.optional(z.string()),
    /** With `known`: the same as data; empty where nothing is stored at all. */
    unknown: z.optional(z.readonly(z.array(unknownFilter()))),
  });
export interface ResultPage<T> extends Partial<NotKnown> {
  readonly items: readonly T[];
  readonly cursor?: string | undefined;
  readonly scanned: number;
  readonly keys: readonly string[];
  readonly notKept?:
    | readonly { readonly account: string; readonly region: string; readonly notKeptBefore?: string | undefined }[]
    | undefined;
}

/** What a cursor belongs to: the path and every parameter but those that only page. */
function digestOf(path: string, asked: Readonly<Record<string, unknown>>, position: string): string {
  const filters = Object.entries(asked)
    .filter(([name, value]) => name !== 'cursor' && name !== 'limit' && value !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([path, filters, position]))
    .digest('base64url')
    .slice(0, 16);
}

function cursorFor(path: string, asked: Readonly<Record<string, unknown>>, position: string): string {
  return Buffer.from(JSON.stringify([position, digestOf(path, asked, position)])).toString('base64url');
}

/** The cursor of the page that begins where this one ends; none where it is the last. */
export const cursorAt = (path: string, asked: Readonly<Record<string, unknown>>, end: string | undefined): { readonly cursor?: string } =>
  end === undefined ? {} : { cursor: cursorFor(path, asked, end) };

/**
 * The position in a cursor; `undefined` where there is no cursor. `read` makes of the text what the question goes on from, and
 * `undefined` of a position that this question never has under its filters. Throws `Refused` for a cursor that is not of this
 * question, was changed, or holds such a position.
 */
export function positionIn<T>(
  path: string,
  asked: Readonly<Record<string, unknown>> & { readonly cursor?: string | undefined },
  read: ReadPosition<T>,
): T | undefined {
  if (asked.cursor === undefined) return undefined;
  const content = jsonOf(Buffer.from(asked.cursor, 'base64url').toString('utf8'));
  const [position, digest] = Array.isArray(content) ? content : [];
  const isOurs =
    typeof position === 'string' && digest === digestOf(path, asked, position) && cursorFor(path, asked, position) === asked.cursor;
  const from = isOurs ? read(position) : undefined;
  if (from !== undefined) return from;
  throw foreignCursor();
}
