/** What can go wrong on the way to an answer, per operation, and how each service words it. */
import { RefusalError, type SandboxCaller } from './call.ts';

/** Which calls: `ec2:DescribeVpcs`, `ec2:*` or `*`; where `region` or `account` stands, only there. */
interface FaultTarget {
  readonly on: string;
  readonly region?: string;
  readonly account?: string;
  /** How often, counted per operation, region and account; absent: always. */
  readonly times?: number;
  /** Only this share of the calls, from 0 to 1; which ones depends on `seed`, the operation and how often it was called. Absent: all. */
  readonly share?: number;
  readonly seed?: number;
  /** Only calls beyond a bucket of so many tokens, refilled with so many a second, per operation, region and account, as AWS throttles. */
  readonly beyond?: { readonly burst: number; readonly perSecond: number };
}

export type Fault = FaultTarget &
  (
    | { readonly kind: 'throttle' }
    | { readonly kind: 'deny' }
    /** The service's own 5xx; 500 where nothing else is said. */
    | { readonly kind: 'error'; readonly status?: 500 | 503 }
    /** A 502 whose body is a web page, as a load balancer answers. */
    | { readonly kind: 'html' }
    /** Answers as usual, so many milliseconds later. */
    | { readonly kind: 'slow'; readonly ms: number }
    | { readonly kind: 'hang' }
    /** The head promises the whole body, half of it comes, the connection ends. */
    | { readonly kind: 'truncate' }
    | { readonly kind: 'reset' }
    /** 200, and a body that is nothing. */
    | { readonly kind: 'malformed' }
  );

export const faultKinds = [
  'throttle',
  'deny',
  'error',
  'html',
  'slow',
  'hang',
  'truncate',
  'reset',
  'malformed',
] as const satisfies readonly Fault['kind'][];

interface FaultCall {
  readonly service: string;
  readonly operation: string;
  readonly region: string;
  readonly account: string;
}

const hits = (fault: Fault, call: FaultCall): boolean =>
  ['*', `${call.service}:*`, `${call.service}:${call.operation}`].includes(fault.on) &&
  (fault.region ?? call.region) === call.region &&
  (fault.account ?? call.account) === call.account;

/** A number from 0 to 1 (exclusive) that looks random and is the same for the same text: FNV-1a with a final mix. */
function chance(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** Says, call by call, which fault strikes: the first in the list that fits and has not struck often enough. */
export function faultPicker(faults: readonly Fault[], now: () => number = Date.now): (call: FaultCall) => Fault | undefined {
  const struck = new Map<string, number>();
  const buckets = new Map<string, { tokens: number; at: number }>();
  /** Takes a token, if there is one. */
  const take = (key: string, { burst, perSecond }: NonNullable<Fault['beyond']>): boolean => {
    const at = now();
    const bucket = buckets.get(key) ?? { tokens: burst, at };
    const tokens = Math.min(burst, bucket.tokens + ((at - bucket.at) / 1000) * perSecond);
    buckets.set(key, { tokens: tokens >= 1 ? tokens - 1 : tokens, at });
    return tokens >= 1;
  };
  return (call) =>
    faults.find((fault, i) => {
      if (!hits(fault, call)) return false;
      const key = `${i} ${call.service}:${call.operation} ${call.region} ${call.account}`;
      const before = struck.get(key) ?? 0;
      struck.set(key, before + 1);
      if (fault.share !== undefined && chance(`${fault.seed ?? 0} ${key} ${before}`) >= fault.share) return false;
      if (fault.beyond && take(key, fault.beyond)) return false;
      return before < (fault.times ?? Number.POSITIVE_INFINITY);
    });
}

/** The IAM action that an operation needs, where it is not called like it. */
const actions: Readonly<Record<string, string>> = {
  's3:HeadObject': 's3:GetObject',
  's3:HeadBucket': 's3:ListBucket',
  's3:ListObjectsV2': 's3:ListBucket',
};
export const actionOf = (service: string, operation: string): string => actions[`${service}:${operation}`] ?? `${service}:${operation}`;

interface ServiceErrors {
  readonly throttled: readonly [code: string, status: number];
  readonly denied: readonly [code: string, status: number];
  readonly broken: readonly [code: string, status: number];
  /** Unknown credentials, and any credentials in a region that is not enabled. */
  readonly stranger: readonly [code: string, status: number];
  /** A request whose date is not that of the service. */
  readonly skewed: readonly [code: string, status: number];
}

const jsonWording: ServiceErrors = {
  throttled: ['ThrottlingException', 400],
  denied: ['AccessDeniedException', 400],
  broken: ['InternalFailure', 500],
  stranger: ['UnrecognizedClientException', 400],
  skewed: ['InvalidSignatureException', 400],
};
const queryWording: ServiceErrors = {
  throttled: ['Throttling', 400],
  denied: ['AccessDenied', 403],
  broken: ['InternalFailure', 500],
  stranger: ['InvalidClientTokenId', 403],
  skewed: ['SignatureDoesNotMatch', 403],
};
const wordings: Readonly<Record<string, ServiceErrors>> = {
  ec2: {
    throttled: ['RequestLimitExceeded', 503],
    denied: ['UnauthorizedOperation', 403],
    broken: ['InternalError', 500],
    stranger: ['AuthFailure', 401],
    skewed: ['AuthFailure', 401],
  },
  eks: {
    throttled: ['ThrottlingException', 429],
    denied: ['AccessDeniedException', 403],
    broken: ['ServerException', 500],
    stranger: ['UnrecognizedClientException', 403],
    skewed: ['InvalidSignatureException', 403],
  },
  iam: queryWording,
  organizations: { ...jsonWording, throttled: ['TooManyRequestsException', 400] },
  s3: {
    throttled: ['SlowDown', 503],
    denied: ['AccessDenied', 403],
    broken: ['InternalError', 500],
    stranger: ['InvalidAccessKeyId', 403],
    skewed: ['RequestTimeTooSkewed', 403],
  },
  secretsmanager: { ...jsonWording, broken: ['InternalServiceError', 500] },
  servicequotas: { ...jsonWording, throttled: ['TooManyRequestsException', 400] },
  sts: queryWording,
};
const wordingOf = (service: string): ServiceErrors => wordings[service] ?? jsonWording;

/** The service's own way to say: too many calls. */
export function throttled(service: string): RefusalError {
  const [code, status] = wordingOf(service).throttled;
  return new RefusalError(code, service === 's3' ? 'Please reduce your request rate.' : 'Rate exceeded', status);
}

/** The service's own way to say: not allowed. The message names who and which action, as AWS does. */
export function deniedTo(caller: Pick<SandboxCaller, 'arn'>, service: string, action: string): RefusalError {
  const [code, status] = wordingOf(service).denied;
  const why = `User: ${caller.arn} is not authorized to perform: ${action} because no identity-based policy allows the ${action} action`;
  return new RefusalError(code, service === 'ec2' ? `You are not authorized to perform this operation. ${why}` : why, status);
}

/** The service's own 5xx. */
export function broken(service: string, status: 500 | 503 = 500): RefusalError {
  const code = status === 503 ? (service === 'ec2' ? 'Unavailable' : 'ServiceUnavailable') : wordingOf(service).broken[0];
  return new RefusalError(code, 'An internal error has occurred. Please try your request again later.', status);
}

/** The service's own way to say: these credentials are unknown. */
export function unknownCredentials(service: string): RefusalError {
  const [code, status] = wordingOf(service).stranger;
  const message =
    service === 'ec2'
      ? 'AWS was not able to validate the provided access credentials'
      : service === 's3'
        ? 'The AWS Access Key Id you provided does not exist in our records.'
        : 'The security token included in the request is invalid.';
  return new RefusalError(code, message, status);
}

/**
 * The service's own way to say that a request is not of its time; `undefined` where the request is. Signatures are good for five
 * minutes, for EC2 and S3 for 15. `signed` is the header X-Amz-Date.
 */
export function outOfTime(service: string, signed: unknown, now: Date): RefusalError | undefined {
  const date = typeof signed === 'string' ? signed.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z') : '';
  const minutes = service === 's3' || service === 'ec2' ? 15 : 5;
  const offMs = Date.parse(date) - now.getTime();
  if (Math.abs(offMs) <= minutes * 60_000) return undefined;
  const [code, status] = wordingOf(service).skewed;
  const compact = (at: number) => new Date(at).toISOString().replace(/[-:]|\.\d+/g, '');
  const bound = compact(now.getTime() + Math.sign(offMs) * minutes * 60_000);
  const message =
    service === 's3'
      ? 'The difference between the request time and the current time is too large.'
      : service === 'ec2'
        ? 'AWS was not able to validate the provided access credentials'
        : offMs < 0
          ? `Signature expired: ${signed} is now earlier than ${bound} (${compact(now.getTime())} - ${minutes} min.)`
          : `Signature not yet current: ${signed} is still later than ${bound} (${compact(now.getTime())} + ${minutes} min.)`;
  return new RefusalError(code, message, status);
}
