/** From a signed request to the answer of a simulated service. */
import { randomUUID } from 'node:crypto';
import { type OperationOutput, RefusalError, type SandboxCaller } from './call.ts';
import { type AccountCall, changeRegion, type Description, emptyRegion } from './description.ts';
import { actionOf, broken, deniedTo, type Fault, outOfTime, throttled, unknownCredentials } from './faults.ts';
import type { WireAnswer, WireRequest } from './protocol/wire.ts';
import { services } from './service/index.ts';
import type { Service } from './service/service.ts';
import { defaultOptIn } from './world.ts';

/** What answers depend on besides the request. */
export interface AnswerState {
  /** Sessions that AssumeRole handed out, by access key id. */
  readonly sessions: Map<string, { readonly caller: SandboxCaller; readonly token: string }>;
  /** The most rows any page has. */
  readonly pageSize: number | undefined;
  description: Description;
}

interface CredentialScope {
  readonly accessKeyId: string;
  readonly region: string;
  readonly service: string;
}

function scopeOf(authorization: string | undefined): CredentialScope | undefined {
  const [, accessKeyId, region, service] = /Credential=([^/]+)\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request/.exec(authorization ?? '') ?? [];
  return accessKeyId && region && service ? { accessKeyId, region, service } : undefined;
}

/** For requests of which not even the protocol is known. */
const plain = (status: number, code: string, message: string): WireAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ __type: code, message }),
});

const webPage: WireAnswer = {
  status: 502,
  headers: { 'content-type': 'text/html' },
  body: '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n',
};

/** A request whose service, operation and caller are known. */
export interface SandboxRead {
  readonly request: WireRequest;
  readonly scope: CredentialScope;
  readonly service: Service<AccountCall>;
  readonly operation: string;
  readonly caller: SandboxCaller | undefined;
}

function startSession({ sessions }: AnswerState, caller: SandboxCaller) {
  const sessionToken = randomUUID();
  const accessKeyId = `ASIA${randomUUID().replaceAll('-', '').slice(0, 16).toUpperCase()}`;
  sessions.set(accessKeyId, { caller, token: sessionToken });
  return { accessKeyId, secretAccessKey: 'sandbox', sessionToken };
}

function callerOf({ sessions, description }: AnswerState, accessKeyId: string, token: unknown): SandboxCaller | undefined {
  const session = sessions.get(accessKeyId);
  if (session) return session.token === token ? session.caller : undefined;
  if (!description.accounts[accessKeyId]) return undefined;
  return { account: accessKeyId, arn: `arn:aws:iam::${accessKeyId}:user/operator`, userId: `AIDASANDBOX${accessKeyId.slice(0, 10)}` };
}

/** What the operation answers, or throws. */
function outputOf(state: AnswerState, { request, scope, service, operation, caller }: SandboxRead): OperationOutput {
  const { description, pageSize } = state;
  const home = caller && description.accounts[caller.account];
  if (!caller || !home) throw unknownCredentials(service.name);
  const here = home.regions[scope.region] ?? emptyRegion;
  if (!service.global && (here.optIn ?? defaultOptIn(scope.region)) === 'not-opted-in') throw unknownCredentials(service.name);
  const perform = Object.hasOwn(service.operations, operation) ? service.operations[operation] : undefined;
  if (!perform) throw service.protocol.unknown(service.name, operation);
  const action = actionOf(service.name, operation);
  if (home.denied.includes(action) || here.denied.includes(action)) throw deniedTo(caller, service.name, action);
  const { input } = service.protocol.read(request);
  return perform({
    service: service.name,
    operation,
    input,
    region: scope.region,
    caller,
    description,
    home,
    here,
    enter: (entered) => startSession(state, entered),
    revise: (change) => {
      state.description = changeRegion(state.description, caller.account, scope.region, change);
    },
    ...(pageSize !== undefined && { pageSize }),
  });
}

function answerOf(state: AnswerState, read: SandboxRead): WireAnswer {
  const { request, service, operation } = read;
  const requestId = randomUUID();
  try {
    return service.protocol.answer(operation, outputOf(state, read), requestId);
  } catch (error) {
    if (error instanceof RefusalError) return service.protocol.refuse(error, requestId, request);
    // A defect of the sandbox itself must not look like an answer: it is an error that no client retries.
    const defect = new RefusalError('SandboxDefect', `The sandbox failed to answer ${service.name}:${operation}: ${error}`, 400);
    return service.protocol.refuse(defect, requestId, request);
  }
}

/** The answer under a fault that replaces it; the usual answer under any other. */
export function answerUnder(fault: Fault | undefined, state: AnswerState, read: SandboxRead): WireAnswer {
  const { request, service, operation, caller } = read;
  const refuse = (refusal: RefusalError) => service.protocol.refuse(refusal, randomUUID(), request);
  switch (fault?.kind) {
    case 'throttle':
      return refuse(throttled(service.name));
    case 'deny':
      return refuse(deniedTo({ arn: caller?.arn ?? 'anonymous' }, service.name, actionOf(service.name, operation)));
    case 'error':
      return refuse(broken(service.name, fault.status));
    case 'html':
      return webPage;
    case 'malformed':
      return { status: 200, headers: { 'content-type': 'application/octet-stream' }, body: '<<<{"not": an answer' };
    default:
      return answerOf(state, read);
  }
}

/** Reads a request, or returns the answer to one of which service or operation are unknown, or whose date is wrong. */
export function readRequest(state: AnswerState, request: WireRequest, now: Date | undefined): SandboxRead | WireAnswer {
  const { headers } = request;
  const authorization = typeof headers.authorization === 'string' ? headers.authorization : undefined;
  const scope = scopeOf(authorization);
  if (!scope) return plain(403, 'MissingAuthenticationToken', 'The request is not signed, so its service is unknown.');
  const service = services.get(scope.service);
  if (!service) return plain(404, 'UnknownService', `The sandbox account has no service ${scope.service}.`);
  try {
    const { operation } = service.protocol.read(request);
    const late = now && outOfTime(service.name, headers['x-amz-date'], now);
    if (late) return service.protocol.refuse(late, randomUUID(), request);
    return { request, scope, service, operation, caller: callerOf(state, scope.accessKeyId, headers['x-amz-security-token']) };
  } catch (error) {
    if (!(error instanceof RefusalError)) throw error;
    return service.protocol.refuse(error, randomUUID(), request);
  }
}
