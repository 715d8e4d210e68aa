/** awsQuery: a form in, XML out; members keep their names, rows of a list are called `member`. */
import { RefusalError } from '../call.ts';
import { escaped, formCall, type Protocol } from './wire.ts';

function element(name: string, value: unknown): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return `<${name}>${value.map((v) => element('member', v)).join('')}</${name}>`;
  if (typeof value === 'object') return `<${name}>${members(value)}</${name}>`;
  return `<${name}>${escaped(String(value))}</${name}>`;
}

const members = (value: object): string =>
  Object.entries(value)
    .map(([member, v]) => element(member, v))
    .join('');

/** The protocol for a service with this XML namespace. */
export const query = (namespace: string): Protocol => ({
  read: ({ body }) => formCall(body),
  answer: (operation, output, requestId) => ({
    status: 200,
    headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId },
    body:
      `<${operation}Response xmlns="${namespace}"><${operation}Result>${members(output)}</${operation}Result>` +
      `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${operation}Response>`,
  }),
  refuse: (refusal, requestId) => ({
    status: refusal.status,
    headers: { ...refusal.headers, 'content-type': 'text/xml', 'x-amzn-requestid': requestId },
    body:
      `<ErrorResponse xmlns="${namespace}"><Error><Type>${refusal.status < 500 ? 'Sender' : 'Receiver'}</Type>` +
      `<Code>${escaped(refusal.code)}</Code><Message>${escaped(refusal.message)}</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>`,
  }),
  unknown: (service, operation) => new RefusalError('InvalidAction', `The sandbox account does not answer ${service}:${operation}.`),
});
