import type { Operation } from '../call.ts';
import type { Protocol } from '../protocol/wire.ts';

/** A simulated service: what it answers, in which protocol. */
export interface Service {
  /** As it stands in a signature's credential scope, which is also its prefix in IAM. */
  readonly name: string;
  readonly protocol: Protocol;
  /** One endpoint for all regions: answered whether or not the signed region is enabled. */
  readonly global?: boolean;
  readonly operations: { readonly [operation: string]: Operation };
}
