/**
 * Reading AWS's answers. What comes in between (a proxy's page, an emptied body) parses as an answer without members, and
 * "no subnets" would be concluded from it: so every member a fact rests on has to be there and of its type.
 */
import { parseBlock } from '../../core/network/cidr.ts';
import { AwsError } from '../client/errors.ts';

/** Throws what an answer without a usable member amounts to. */
export function unreadable(member: string): never {
  throw new AwsError({ ok: false, reason: `the answer could not be read: it has no usable ${member}` });
}

/** A list of things; an empty one has to be there too. */
export function list<T extends object>(value: readonly T[] | undefined, member: string): readonly T[] {
  return Array.isArray(value) && value.every((row) => typeof row === 'object' && row !== null) ? value : unreadable(member);
}

/** A list of ids or names, which AWS may leave out where it is empty. */
export function texts(value: readonly (string | undefined)[] | undefined, member: string): readonly string[] {
  const rows = value ?? [];
  return Array.isArray(rows) ? rows.map((row) => text(row, member)) : unreadable(member);
}

export const text = (value: string | undefined, member: string): string =>
  typeof value === 'string' && value !== '' ? value : unreadable(member);

export const number = (value: number | undefined, member: string): number =>
  typeof value === 'number' && Number.isFinite(value) ? value : unreadable(member);

/** A number that is not negative. */
export const amount = (value: number | undefined, member: string): number =>
  number(value, member) >= 0 ? (value as number) : unreadable(member);

/** A number of things: an integer that JavaScript can represent exactly. */
export const count = (value: number | undefined, member: string): number =>
  Number.isSafeInteger(value) ? amount(value, member) : unreadable(member);

/** A list of numbers of things. */
export const counts = (values: readonly (number | undefined)[], member: string): readonly number[] =>
  Array.isArray(values) ? values.map((value) => count(value, member)) : unreadable(member);

/** A port, or -1 for all of them. */
export const port = (value: number | undefined, member: string): number =>
  Number.isInteger(value) && number(value, member) >= -1 && number(value, member) <= 65_535 ? (value as number) : unreadable(member);

/** An IPv4 or IPv6 block. A rule or a route whose block cannot be read would mean something else without it. */
export const block = (value: string | undefined, member: string): string =>
  parseBlock(text(value, member)) === undefined ? unreadable(member) : (value as string);

/** A list of blocks, which AWS may leave out where it is empty. */
export const blocks = (values: readonly (string | undefined)[] | undefined, member: string): readonly string[] =>
  texts(values, member).map((value) => block(value, member));

export const flag = (value: boolean | undefined, member: string): boolean => (typeof value === 'boolean' ? value : unreadable(member));

/** A thing that has to be there. */
export const present = <T extends object>(value: T | undefined, member: string): T =>
  typeof value === 'object' && value !== null ? value : unreadable(member);

/** One of a closed set of words. */
export function oneOf<const W extends string>(words: readonly W[], value: string | undefined, member: string): W {
  return words.find((word) => word === value) ?? unreadable(member);
}

/** A moment as RFC 3339. */
export const moment = (value: Date | undefined, member: string): string =>
  value instanceof Date && !Number.isNaN(value.getTime()) ? value.toISOString() : unreadable(member);

interface TokenPage {
  readonly NextToken?: string | undefined;
}

/**
 * What all pages have to say, each reduced to it as it comes, so that only one page is held at a time. A token that comes
 * again would never end: it makes the answer unreadable.
 */
export async function allPages<P, T>(
  ask: (token: string | undefined) => Promise<P>,
  reduce: (page: P) => readonly T[],
  next: (page: P) => string | undefined = (page) => (page as TokenPage).NextToken,
): Promise<readonly T[]> {
  const found: T[] = [];
  const tokens = new Set<string>();
  for (let token: string | undefined; ; ) {
    const page = await ask(token);
    found.push(...reduce(page));
    token = next(page) || undefined;
    if (token === undefined) return found;
    if (tokens.has(token)) unreadable('page token (it came before)');
    tokens.add(token);
  }
}

/** EC2 takes so many values in one filter. */
const filterValues = 200;

/** The part of a request that filters: to be sent with the rest of it. */
export interface FilterRequest {
  readonly Filters: { Name: string; Values: string[] }[];
  readonly NextToken?: string;
}

/** The same for a filter of EC2 with many values: in lots that EC2 takes, side by side. */
export async function byFilter<P extends TokenPage, T>(
  filter: string,
  values: readonly string[],
  ask: (request: FilterRequest) => Promise<P>,
  reduce: (page: P) => readonly T[],
): Promise<readonly T[]> {
  const lots = Array.from({ length: Math.ceil(values.length / filterValues) }, (_, i) =>
    values.slice(i * filterValues, (i + 1) * filterValues),
  );
  const readLot = (Values: string[]) => allPages((token) => ask({ Filters: [{ Name: filter, Values }], ...after(token) }), reduce);
  return (await Promise.all(lots.map(readLot))).flat();
}

/** The request member that asks for a further page. */
export const after = (token: string | undefined): { NextToken?: string } => (token === undefined ? {} : { NextToken: token });
