/** awsJson1_1: the operation in X-Amz-Target, JSON both ways, errors named in `__type`. */
import { type OperationInput, RefusalError } from '../call.ts';
import { jsonBody, type Protocol } from './wire.ts';

const type = 'application/x-amz-json-1.1';

/** The protocol for a service whose members in `moments` are times. */
export const json = (moments: readonly string[]): Protocol => {
  const times = new Set(moments);
  return {
    read: ({ headers, body }) => {
      const operation = String(headers['x-amz-target'] ?? '')
        .split('.')
        .pop();
      if (!operation) throw new RefusalError('UnknownOperationException', 'The header X-Amz-Target names no operation.', 404);
      try {
        return { operation, input: JSON.parse(body === '' ? '{}' : body) as OperationInput };
      } catch {
        throw new RefusalError('SerializationException', 'The body is not JSON.');
      }
    },
    answer: (_, output, requestId) => ({
      status: 200,
      headers: { 'content-type': type, 'x-amzn-requestid': requestId },
      body: jsonBody(output, times),
    }),
    refuse: (refusal, requestId) => ({
      status: refusal.status,
      headers: { ...refusal.headers, 'content-type': type, 'x-amzn-requestid': requestId },
      body: JSON.stringify({ __type: refusal.code, message: refusal.message }),
    }),
    unknown: (service, operation) =>
      new RefusalError('UnknownOperationException', `The sandbox account does not answer ${service}:${operation}.`),
  };
};
