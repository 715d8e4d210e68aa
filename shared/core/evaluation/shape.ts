/** Shapes of JSON values, as data. TypeScript derives the types of facts from them, and `shared/snapshot` the schema of a snapshot file. */

/** Shapes without parts, and the types of their values. */
interface Scalars {
  /** A name or an ARN: a text that is not empty. */
  id: string;
  text: string;
  flag: boolean;
  count: number;
  amount: number;
  port: number;
  /** An ISO time. */
  moment: string;
  /** An IPv4 or IPv6 block. */
  cidr: string;
  /** A block, or an empty text. */
  optionalCidr: string;
}

/** What a shape is; `T` is the type of its values. */
export type Shape<T = unknown> = (
  | { readonly kind: keyof Scalars }
  | { readonly kind: 'oneOf'; readonly values: readonly (string | boolean)[] }
  | { readonly kind: 'object'; readonly members: Members }
  | { readonly kind: 'list' | 'map' | 'read' | 'nullable' | 'optional'; readonly of: Shape }
) & {
  /** Never set: it lets TypeScript infer `T`. */
  readonly type?: T;
};

type Members = { readonly [name: string]: Shape };
/** A member that may be absent. */
type OptionalShape<T> = Shape<T> & { readonly kind: 'optional' };
type OptionalNames<M> = { readonly [N in keyof M]: M[N] extends { readonly kind: 'optional' } ? N : never }[keyof M];
type ObjectOf<M> = { readonly [N in keyof M as Exclude<N, OptionalNames<M>>]: Value<M[N]> } & {
  readonly [N in keyof M as Extract<N, OptionalNames<M>>]?: Value<M[N]>;
};

/** The type of the values of a shape. */
export type Value<S> = S extends { readonly type?: infer T } ? T : never;

/** One read. `action` is the IAM action that was denied; it is absent if access was not denied. */
export type Read<T> = { readonly ok: true; readonly value: T } | Unread;

/** A read that failed. */
export interface Unread {
  readonly ok: false;
  readonly reason: string;
  readonly action?: string;
}

/** Reads that are made one by one, each able to fail alone. `null` as a value: AWS says that the resource does not exist. */
export type Keyed<T> = { readonly [key: string]: Read<T> };

const scalar = <K extends keyof Scalars>(kind: K): Shape<Scalars[K]> => ({ kind });

export const id = scalar('id');
export const text = scalar('text');
export const flag = scalar('flag');
export const count = scalar('count');
export const amount = scalar('amount');
export const port = scalar('port');
export const moment = scalar('moment');
export const cidr = scalar('cidr');
export const optionalCidr = scalar('optionalCidr');
export const oneOf = <const V extends readonly (string | boolean)[]>(...values: V): Shape<V[number]> => ({ kind: 'oneOf', values });
/** An object with exactly these members. */
export const object = <M extends Members>(members: M): Shape<ObjectOf<M>> => ({ kind: 'object', members });
export const list = <T>(of: Shape<T>): Shape<readonly T[]> => ({ kind: 'list', of });
export const mapOf = <T>(of: Shape<T>): Shape<{ readonly [key: string]: T }> => ({ kind: 'map', of });
export const nullable = <T>(of: Shape<T>): Shape<T | null> => ({ kind: 'nullable', of });
export const optional = <T>(of: Shape<T>): OptionalShape<T> => ({ kind: 'optional', of });
export const read = <T>(of: Shape<T>): Shape<Read<T>> => ({ kind: 'read', of });
export const keyed = <T>(of: Shape<T>): Shape<Keyed<T>> => mapOf(read(of));
