/** restXml, as S3 speaks it: method, path (bucket first) and query make the operation; bytes or XML out. */
import { RefusalError } from '../call.ts';
import { escaped, type Protocol, type WireAnswer } from './wire.ts';

const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** Sub-resources of a bucket that change what GET on it means. */
const subresources: Readonly<Record<string, string>> = { location: 'GetBucketLocation', policy: 'GetBucketPolicy' };

function operationOf(method: string, key: string, query: URLSearchParams): string {
  const sub = [...query.keys()].find((k) => k !== 'x-id' && query.get(k) === '');
  if (key !== '') return method === 'GET' && sub === undefined ? 'GetObject' : method === 'HEAD' ? 'HeadObject' : `${method} of an object`;
  if (method === 'HEAD') return 'HeadBucket';
  if (method === 'GET' && query.get('list-type') === '2') return 'ListObjectsV2';
  return (method === 'GET' && sub !== undefined && subresources[sub]) || `${method} of a bucket${sub === undefined ? '' : ` (${sub})`}`;
}

const objectHeaders: Readonly<Record<string, string>> = {
  AcceptRanges: 'accept-ranges',
  ContentLength: 'content-length',
  ContentRange: 'content-range',
  ContentType: 'content-type',
  ETag: 'etag',
  BucketRegion: 'x-amz-bucket-region',
  SSEKMSKeyId: 'x-amz-server-side-encryption-aws-kms-key-id',
  ServerSideEncryption: 'x-amz-server-side-encryption',
};

/** Members as elements, a list as one element for each of its items. */
const elements = (members: object): string =>
  Object.entries(members)
    .flatMap(([name, value]) => [value].flat().map((one: unknown) => [name, one] as const))
    .map(([name, one]) => `<${name}>${typeof one === 'object' && one !== null ? elements(one) : escaped(String(one))}</${name}>`)
    .join('');

function answered(operation: string, output: { readonly [member: string]: unknown }): Pick<WireAnswer, 'status' | 'headers' | 'body'> {
  const headers: Record<string, string> = {};
  for (const [member, header] of Object.entries(objectHeaders)) if (output[member] !== undefined) headers[header] = String(output[member]);
  if (typeof output.LastModified === 'string') headers['last-modified'] = new Date(output.LastModified).toUTCString();
  switch (operation) {
    case 'GetBucketLocation':
      return {
        status: 200,
        headers: { 'content-type': 'application/xml' },
        body: `<?xml version="1.0" encoding="UTF-8"?>\n<LocationConstraint xmlns="${namespace}">${escaped(String(output.LocationConstraint ?? ''))}</LocationConstraint>`,
      };
    case 'ListObjectsV2':
      return {
        status: 200,
        headers: { 'content-type': 'application/xml' },
        body: `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="${namespace}">${elements(output)}</ListBucketResult>`,
      };
    case 'GetBucketPolicy':
      return { status: 200, headers: { 'content-type': 'application/json' }, body: String(output.Policy) };
    default:
      return { status: output.ContentRange === undefined ? 200 : 206, headers, body: output.Body instanceof Buffer ? output.Body : '' };
  }
}

export const restXml: Protocol = {
  read: ({ method, path, query, headers }) => {
    const [, bucket = '', ...rest] = path.split('/');
    const key = rest.map((part) => decodeURIComponent(part)).join('/');
    const range = headers.range;
    const [prefix, most] = [query.get('prefix'), query.get('max-keys')];
    return {
      operation: bucket === '' ? `${method} of all buckets` : operationOf(method, key, query),
      input: {
        Bucket: decodeURIComponent(bucket),
        Key: key,
        ...(typeof range === 'string' && { Range: range }),
        ...(prefix !== null && { Prefix: prefix }),
        ...(most !== null && { MaxKeys: Number(most) }),
      },
    };
  },
  answer: (operation, output, requestId) => {
    const { status, headers, body } = answered(operation, output);
    return { status, headers: { ...headers, 'x-amz-request-id': requestId }, body };
  },
  refuse: (refusal, requestId, { method }) => ({
    status: refusal.status,
    headers: { ...refusal.headers, 'content-type': 'application/xml', 'x-amz-request-id': requestId },
    // HEAD has no body, so its errors are known by their status alone.
    body:
      method === 'HEAD'
        ? ''
        : `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${escaped(refusal.code)}</Code><Message>${escaped(refusal.message)}</Message><RequestId>${requestId}</RequestId></Error>`,
  }),
  unknown: (service, operation) => new RefusalError('NotImplemented', `The sandbox account does not answer ${service}:${operation}.`, 501),
};
