/** What an entry of the lists of EC2 is. */
import * as z from 'zod';

/** Tags as EC2 answers them. */
export const Tags = z.array(z.strictObject({ Key: z.string(), Value: z.string() })).optional();

/** What a filter compares: a row's value or values. */
export type RowFilters<T> = { readonly [name: string]: (row: T) => readonly unknown[] };

export interface Ec2Resource<Row extends z.ZodType> {
  readonly operation: `Describe${string}`;
  /** Member of the answer that holds the rows. */
  readonly as: string;
  /** A row as EC2 answers it: the members that matter; others are allowed. */
  readonly row: Row;
  /** Member of the row with its id. The request's list of ids has the same name. */
  readonly id: string & keyof z.output<Row>;
  /** Code and subject of the error for ids that do not exist. */
  readonly notFound: readonly [code: string, subject: string];
  readonly filters: RowFilters<z.output<Row>>;
  /** Default and largest page; absent: all at once unless asked otherwise. */
  readonly most?: number;
  /** Members of the row that the operation does not answer. */
  readonly hidden?: string & keyof z.output<Row>;
}

/** Keeps the type of the row. */
export const resource = <Row extends z.ZodType>(of: Ec2Resource<Row>): Ec2Resource<Row> => of;
