/** What went wrong on the way to an answer, as one fragment of a plain sentence. */
import type { Read, Unread } from '../../core/evaluation/facts.ts';

export type { Unread };

/** A call, or the reading of its answer, that failed outside of this program. Everything else that is thrown is a defect of ours. */
export class AwsError extends Error {
  readonly read: Unread;
  /** What AWS or Node calls the error; empty if it has no name. */
  readonly code: string;
  constructor(read: Unread, cause?: unknown) {
    super(read.action === undefined ? read.reason : `${read.action}: ${read.reason}`, { cause });
    this.name = 'AwsError';
    this.read = read;
    this.code = codeOf(cause);
  }
}

/** What the SDK throws, as far as it looks the same everywhere. */
interface SdkError {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly message?: unknown;
  /** Stands on Node's own errors of the network. */
  readonly syscall?: unknown;
  /** S3 sends it with RequestTimeTooSkewed. */
  readonly ServerTime?: unknown;
  readonly $fault?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: unknown; readonly attempts?: unknown };
  readonly $response?: { readonly headers?: { readonly [name: string]: unknown } };
}

const sdk = (error: unknown): SdkError => (typeof error === 'object' && error !== null ? (error as SdkError) : {});

const nameless: readonly unknown[] = ['Error', 'Unknown', 'UnknownError', 'SyntaxError', 'TypeError', 'RangeError'];

/** The service's own name of an error, else Node's code, else nothing. A refused connection is called TimeoutError by the SDK. */
function codeOf(error: unknown): string {
  const { name, code } = sdk(error);
  if (typeof code === 'string' && /^(E[A-Z]+|ERR_[A-Z0-9_]+|HPE_[A-Z_]+|[A-Z_]*CERT[A-Z_]*|UNABLE_TO_[A-Z_]+)$/.test(code)) return code;
  return typeof name === 'string' && !nameless.includes(name) ? name : '';
}

/** HTTP status of the answer that the error stands for; `undefined` where there was none. */
export function statusOf(error: unknown): number | undefined {
  const status = sdk(error).$metadata?.httpStatusCode;
  return typeof status === 'number' ? status : undefined;
}

/** A header of that answer. */
export function headerOf(error: unknown, name: string): string | undefined {
  const value = sdk(error).$response?.headers?.[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

const denied = [
  'AccessDenied',
  'AccessDeniedException',
  'UnauthorizedOperation',
  'UnauthorizedAccess',
  'UnauthorizedException',
  'NotAuthorized',
  'AuthorizationError',
  'AuthorizationErrorException',
  'ForbiddenException',
  'Forbidden',
];
const expired = ['ExpiredToken', 'ExpiredTokenException', 'RequestExpired'];
/** Codes that say nothing else than that the request's date is wrong. */
const skewed = ['RequestTimeTooSkewed', 'RequestInTheFuture'];
const strange = [
  'OptInRequired',
  'SubscriptionRequiredException',
  'AuthFailure',
  'UnrecognizedClientException',
  'InvalidClientTokenId',
  'InvalidAccessKeyId',
];
const unsigned = ['SignatureDoesNotMatch', 'InvalidSignatureException', 'IncompleteSignature'];
const throttled = [
  'BandwidthLimitExceeded',
  'EC2ThrottledException',
  'LimitExceededException',
  'PriorRequestNotComplete',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
];
const late = ['TimeoutError', 'ETIMEDOUT', 'ESOCKETTIMEDOUT', 'RequestTimeout', 'RequestTimeoutException'];
const noCredentials = ['CredentialsProviderError', 'TokenProviderError', 'ProviderError'];
const connection: { readonly [code: string]: string } = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was reset',
  ERR_STREAM_PREMATURE_CLOSE: 'the connection was reset',
  ENOTFOUND: 'the host name of the service is not known',
  EAI_AGAIN: 'the host name of the service could not be resolved',
  EHOSTUNREACH: 'the service is out of reach',
  ENETUNREACH: 'the network is out of reach',
};

/**
 * The action that AWS says is missing, where it says so. It may be another than the one that was called: an object that
 * is encrypted wants kms:Decrypt, an object that does not exist s3:ListBucket.
 */
function missingAction(error: unknown, action: string): string {
  const { message } = sdk(error);
  return /not authorized to perform: ([a-z0-9-]+:[A-Za-z]+)/.exec(typeof message === 'string' ? message : '')?.[1] ?? action;
}

/**
 * Whether AWS said that there are too many calls. An answer to HEAD has no body: S3 says it there by the status alone, which
 * may also mean that S3 fails, and which a proxy may send too, but without the id that AWS gives to every request.
 */
export const isThrottled = (error: unknown): boolean =>
  throttled.includes(codeOf(error)) ||
  statusOf(error) === 429 ||
  (statusOf(error) === 503 && codeOf(error) === '' && headerOf(error, 'x-amz-request-id') !== undefined);

/** A number of events as an adverb. */
export const times = (count: number): string => (count === 1 ? 'once' : `${count} times`);

/** How often the SDK sent the call. */
function attemptsOf(error: unknown): number {
  const attempts = sdk(error).$metadata?.attempts;
  return typeof attempts === 'number' ? attempts : 1;
}

/** As far as a clock may be off: most services accept signatures for five minutes, EC2 and S3 for 15. */
const toleratedMs = 5 * 60_000;

/** How far this machine's clock is ahead of AWS's; negative where it is behind, `undefined` where the answer has no date. */
function clockAheadMs(error: unknown): number | undefined {
  const { ServerTime } = sdk(error);
  // A cache says how old its answer is: then the date is not that of now.
  const date = headerOf(error, 'age') === undefined ? headerOf(error, 'date') : undefined;
  const at = Date.parse(date ?? (typeof ServerTime === 'string' ? ServerTime : ''));
  return Number.isNaN(at) ? undefined : Date.now() - at;
}

function spanOf(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 120) return `${minutes} minutes`;
  return minutes < 48 * 60 ? `${Math.round(minutes / 60)} hours` : `${Math.round(minutes / 1440)} days`;
}

/**
 * A refusal because of this machine's clock. Some codes, and the messages about the age of a signature, say so. Others may have
 * other causes (EC2 says AuthFailure, an answer to HEAD nothing but 403), so there the date of the answer decides: as long as
 * the clock is wrong, no other cause can be distinguished from it.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-signing.html
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
function skewReason(error: unknown): string | undefined {
  const code = codeOf(error);
  const ahead = clockAheadMs(error);
  const isOff = ahead !== undefined && Math.abs(ahead) > toleratedMs;
  const isSaid = skewed.includes(code) || /Signature (expired|not yet current)/i.test(String(sdk(error).message));
  const isLikely = [...unsigned, 'AuthFailure', 'RequestExpired'].includes(code) || (code === '' && statusOf(error) === 403);
  if (!isSaid && !(isLikely && isOff)) return undefined;
  const name = code === '' ? `HTTP ${statusOf(error)}` : code;
  const off = isOff ? `is ${spanOf(Math.abs(ahead))} ${ahead > 0 ? 'ahead of' : 'behind'} AWS` : "differs too much from AWS's";
  return `AWS refused the call (${name}) and this machine's clock ${off}: set the clock, for example with chrony or another NTP client`;
}

function reasonOf(error: unknown, action: string, attempts: number): string | undefined {
  const often = attempts > 1 ? ` in ${attempts} attempts` : '';
  const { $fault, $response } = sdk(error);
  const code = codeOf(error);
  const status = statusOf(error);
  const named = code === '' ? '' : `${code}, `;
  if (expired.includes(code) || (noCredentials.includes(code) && /expired/i.test(String(sdk(error).message))))
    return 'the credentials have expired';
  if (noCredentials.includes(code)) return 'no credentials could be loaded';
  if (strange.includes(code)) return `the region is not enabled for this account, or does not know these credentials (${code})`;
  if (unsigned.includes(code)) return `AWS does not accept the signature of the calls: the secret access key is wrong (${code})`;
  if (throttled.includes(code) || status === 429) return `AWS throttled ${action} ${times(attempts)}`;
  const broken = connection[code];
  if (broken !== undefined) return `${broken}${often}`;
  if (late.includes(code)) return `the service did not answer in time${often}`;
  if (/^(ERR_TLS_|ERR_SSL_|EPROTO$)|CERT|^UNABLE_TO_/.test(code)) return `no secure connection could be made (${code})`;
  if (code.startsWith('HPE_')) return 'the answer could not be read: it is not HTTP';
  if (code === 'EndpointError') return 'the service has no endpoint for this call';
  // An answer to HEAD has no body, and S3 says "slow down" with this status too.
  if (status === 503 && code === '') return `the service failed, or throttled the calls (HTTP 503)${often}`;
  if (status !== undefined && status >= 500) return `the service failed (${named}HTTP ${status})${often}`;
  // The SDK rethrows errors of its parsers, a TypeError too. The response on the error shows that it came from an answer.
  if ($response !== undefined && $fault === undefined)
    return `the answer could not be read${status !== undefined && status >= 300 ? ` (HTTP ${status})` : ''}`;
  if (typeof sdk(error).syscall === 'string') return `the connection failed (${code})`;
  if (status !== undefined && $fault !== undefined) return `the service refused the call (${named}HTTP ${status})`;
  return undefined;
}

/**
 * A failed call as a read: the reason as a fragment of a sentence, and the IAM action where access was denied. `attempts` is how
 * often the call was sent, where others than the SDK know. An error that comes neither from AWS nor from the network is thrown
 * on: it is a defect of this program.
 */
export function toUnread(error: unknown, action: string, attempts: number = attemptsOf(error)): Unread {
  if (error instanceof AwsError) return error.read;
  const skew = skewReason(error);
  if (skew !== undefined) return { ok: false, reason: skew };
  const code = codeOf(error);
  // Answers to HEAD name no error. Other names with the status 403 mean other things, like an archived object.
  if (denied.includes(code) || (code === '' && statusOf(error) === 403))
    return { ok: false, reason: 'access denied', action: missingAction(error, action) };
  const reason = reasonOf(error, action, attempts);
  if (reason === undefined) throw error;
  return { ok: false, reason };
}

/** How the reason of a read begins that neither AWS nor the network explains. */
export const unusableWords = 'this version cannot use the answer';

/**
 * Any error as a read. What AWS and the network cause has its reason; anything else comes from an answer of
 * another type than its model says, or from a defect of this program, and must not end the audit either.
 */
export const toUnreadOrDefect = (error: unknown): Unread =>
  error instanceof AwsError
    ? error.read
    : { ok: false, reason: `${unusableWords} (${error instanceof Error ? error.message : String(error)}); please report it` };

/** The result of some work as a read. Never rejects. */
export async function tryRead<T>(work: () => Promise<T>): Promise<Read<T>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    return toUnreadOrDefect(error);
  }
}

/** The value of some work, or `null` where it failed because AWS has no such thing, by one of these names of the error. */
export async function orNull<T>(work: () => Promise<T>, ...names: readonly string[]): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AwsError && names.includes(error.code)) return null;
    throw error;
  }
}
