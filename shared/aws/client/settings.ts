/** How AWS is called: where, as whom, and how long anything may take. One shape for every module here, tests included. */
import type { NodeHttpHandler, NodeHttpHandlerOptions } from '@smithy/node-http-handler';
import type { AwsError } from './errors.ts';

/** Keys that sign calls, as every AWS SDK takes them. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

/** Finds keys when they are first needed, and again before they expire. */
export type CredentialsProvider = (properties?: Readonly<Record<string, unknown>>) => Promise<AwsCredentials>;

/** AWS services that are called, by their prefix in IAM. */
export type ServiceName =
  | 'cloudwatch'
  | 'ec2'
  | 'eks'
  | 'fsx'
  | 'iam'
  | 'kms'
  | 'organizations'
  | 's3'
  | 'sagemaker'
  | 'secretsmanager'
  | 'servicequotas'
  | 'ssm'
  | 'sts';

export interface AwsSettings {
  /** One address for every service. Absent: AWS, or what AWS_ENDPOINT_URL says. */
  readonly endpoint?: string;
  /** Absent: the usual chain (environment, profile, SSO, container, instance). */
  readonly credentials?: AwsCredentials | CredentialsProvider;
  /** What a refusal of these credentials in that region means, as an error to throw in its place; `undefined` where it means what it says. */
  readonly explain?: (refused: AwsError, region: string) => Promise<Error | undefined>;
  /** What sends the requests of a client, with its time limits. Absent: the SDK's own handler, which knows no proxy. */
  readonly requestHandler?: (options: NodeHttpHandlerOptions) => NodeHttpHandler;
  readonly profile?: string;
  /** Where the caller is at home: asked for what holds for the whole account. Absent: AWS_REGION or the profile's, else the partition's. */
  readonly homeRegion?: string;
  /** Of a call that fails for a reason that may pass; throttled ones are not counted. */
  readonly maxAttempts: number;
  /** How often a call may be throttled until it is given up. */
  readonly maxThrottled: number;
  /** From sending a call to the head of its answer, and between two pieces of the body. */
  readonly requestTimeoutMs: number;
  readonly connectionTimeoutMs: number;
  /** For all of a collection: what has not been answered by then counts as unread. */
  readonly deadlineMs: number;
  /** Calls under way at once, per service and region. */
  readonly inFlight: { readonly [service in ServiceName]?: number } & { readonly default: number };
  /** Calls begun in any one second, per region, of actions that AWS answers so seldom that fewer in flight would not do. */
  readonly perSecond?: { readonly [action: string]: number };
}

/**
 * What everyone starts from. A call that AWS throttles is given up after half a minute: where nine of ten calls are throttled, 2
 * of 1,000 are. Service Quotas answers 10 lists, 5 histories and 5 reads of one quota a second, per account
 * and region; of the last one is left to others. IAM has one endpoint for all regions, which many regions' audits share.
 */
export const defaultSettings: AwsSettings = {
  maxAttempts: 6,
  maxThrottled: 60,
  requestTimeoutMs: 10_000,
  connectionTimeoutMs: 3_000,
  deadlineMs: 120_000,
  inFlight: { default: 25, iam: 8, servicequotas: 2 },
  perSecond: { 'servicequotas:GetServiceQuota': 4 },
};
