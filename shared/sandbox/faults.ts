/** What can go wrong on the way to an answer, per operation, and how each service words it. */
import { type Caller, Refusal } from './call.ts';

/** Which calls: `ec2:DescribeVpcs`, `ec2:*` or `*`; where `region` or `account` stands, only there. */
interface Where {
  readonly on: string;
  readonly region?: string;
  readonly account?: string;
  /** How often, counted per operation, region and account; absent: always. */
  readonly times?: number;
}

export type Fault = Where &
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

interface Called {
  readonly service: string;
  readonly operation: string;
  readonly region: string;
  readonly account: string;
}

const hits = (fault: Fault, call: Called): boolean =>
  ['*', `${call.service}:*`, `${call.service}:${call.operation}`].includes(fault.on) &&
  (fault.region ?? call.region) === call.region &&
  (fault.account ?? call.account) === call.account;

/** Says, call by call, which fault strikes: the first in the list that fits and has not struck often enough. */
export function strikes(faults: readonly Fault[]): (call: Called) => Fault | undefined {
  const struck = new Map<string, number>();
  return (call) =>
    faults.find((fault, i) => {
      if (!hits(fault, call)) return false;
      const key = `${i} ${call.service}:${call.operation} ${call.region} ${call.account}`;
      const before = struck.get(key) ?? 0;
      struck.set(key, before + 1);
      return before < (fault.times ?? Number.POSITIVE_INFINITY);
    });
}

/** The IAM action that an operation needs, where it is not called like it. */
const actions: Readonly<Record<string, string>> = { 's3:HeadObject': 's3:GetObject', 's3:HeadBucket': 's3:ListBucket' };
export const actionOf = (service: string, operation: string): string => actions[`${service}:${operation}`] ?? `${service}:${operation}`;

interface Wording {
  readonly throttled: readonly [code: string, status: number];
  readonly denied: readonly [code: string, status: number];
  readonly broken: readonly [code: string, status: number];
  /** Credentials nobody knows, and any credentials in a region that is not enabled. */
  readonly stranger: readonly [code: string, status: number];
}

const jsonWording: Wording = {
  throttled: ['ThrottlingException', 400],
  denied: ['AccessDeniedException', 400],
  broken: ['InternalFailure', 500],
  stranger: ['UnrecognizedClientException', 400],
};
const queryWording: Wording = {
  throttled: ['Throttling', 400],
  denied: ['AccessDenied', 403],
  broken: ['InternalFailure', 500],
  stranger: ['InvalidClientTokenId', 403],
};
const wordings: Readonly<Record<string, Wording>> = {
  ec2: {
    throttled: ['RequestLimitExceeded', 503],
    denied: ['UnauthorizedOperation', 403],
    broken: ['InternalError', 500],
    stranger: ['AuthFailure', 401],
  },
  eks: {
    throttled: ['ThrottlingException', 429],
    denied: ['AccessDeniedException', 403],
    broken: ['ServerException', 500],
    stranger: ['UnrecognizedClientException', 403],
  },
  iam: queryWording,
  organizations: { ...jsonWording, throttled: ['TooManyRequestsException', 400] },
  s3: {
    throttled: ['SlowDown', 503],
    denied: ['AccessDenied', 403],
    broken: ['InternalError', 500],
    stranger: ['InvalidAccessKeyId', 403],
  },
  servicequotas: { ...jsonWording, throttled: ['TooManyRequestsException', 400] },
  sts: queryWording,
};
const wordingOf = (service: string): Wording => wordings[service] ?? jsonWording;

/** The service's own way to say: too many calls. */
export function throttled(service: string): Refusal {
  const [code, status] = wordingOf(service).throttled;
  return new Refusal(code, service === 's3' ? 'Please reduce your request rate.' : 'Rate exceeded', status);
}

/** The service's own way to say: not allowed. The message names who and which action, as AWS does. */
export function deniedTo(caller: Pick<Caller, 'arn'>, service: string, action: string): Refusal {
  const [code, status] = wordingOf(service).denied;
  const why = `User: ${caller.arn} is not authorized to perform: ${action} because no identity-based policy allows the ${action} action`;
  return new Refusal(code, service === 'ec2' ? `You are not authorized to perform this operation. ${why}` : why, status);
}

/** The service's own 5xx. */
export function broken(service: string, status: 500 | 503 = 500): Refusal {
  const code = status === 503 ? (service === 'ec2' ? 'Unavailable' : 'ServiceUnavailable') : wordingOf(service).broken[0];
  return new Refusal(code, 'An internal error has occurred. Please try your request again later.', status);
}

/** The service's own way to say: these credentials are nobody's here. */
export function stranger(service: string): Refusal {
  const [code, status] = wordingOf(service).stranger;
  const message =
    service === 'ec2'
      ? 'AWS was not able to validate the provided access credentials'
      : service === 's3'
        ? 'The AWS Access Key Id you provided does not exist in our records.'
        : 'The security token included in the request is invalid.';
  return new Refusal(code, message, status);
}
