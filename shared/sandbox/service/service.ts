import type { OperationOutput } from '../call.ts';
import type { Protocol } from '../protocol/wire.ts';

/** A simulated service: what it answers, in which protocol. `Call` is what its operations use of a call. */
export interface Service<Call> {
  /** Its prefix in IAM, which is also its name in the credential scope of a signature. */
  readonly name: string;
  /** Its name in the credential scope, where that is another. */
  readonly signedAs?: string;
  readonly protocol: Protocol;
  /** One endpoint for all regions: answered whether or not the signed region is enabled. */
  readonly global?: boolean;
  readonly operations: { readonly [operation: string]: (call: Call) => OperationOutput };
}
