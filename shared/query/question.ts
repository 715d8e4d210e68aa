/** A question: what it is asked with and what it is answered with. */
import type * as z from 'zod/mini';
import type { Parameters } from './parameters.ts';

export interface Question<P extends Parameters = Parameters, R = unknown> {
  /** The operation's name in the OpenAPI document. */
  readonly name: string;
  /** Below the address of the endpoint; a part in braces is a parameter, percent-encoded. */
  readonly path: string;
  readonly summary: string;
  /** More about it, and which filters are keys. */
  readonly description: string;
  readonly parameters: P;
  readonly result: z.ZodMiniType<R>;
}
