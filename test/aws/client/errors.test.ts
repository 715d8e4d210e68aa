import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { describe, expect, test } from 'vitest';
import { AwsError, orNull, toUnread, tryRead } from '../../../shared/aws/client/errors.ts';
import { collectRegion } from '../../../shared/aws/collect/collect-region.ts';
import {
  allPages,
  amount,
  block,
  blocks,
  byFilter,
  count,
  type FilterRequest,
  flag,
  list,
  moment,
  number,
  oneOf,
  port,
  present,
  text,
  texts,
} from '../../../shared/aws/collect/response.ts';
import { account, everything, readsOf, region, run, settingsOf } from '../world.ts';

/** An error as the SDK makes one of an answer. */
const answered = (name: string, status: number, more: object = {}): Error =>
  Object.assign(new Error('sent by AWS'), {
    name,
    $fault: status >= 500 ? 'server' : 'client',
    $metadata: { httpStatusCode: status, attempts: 1 },
    $response: { headers: {} },
    ...more,
  });
/** An error as Node makes one of a connection. The SDK calls some of them TimeoutError. */
const broken = (code: string, more: object = {}): Error => Object.assign(new Error(code), { code, ...more });
/** An error of a parser, in an answer of that status. */
const garbled = (error: Error, status = 200): Error =>
  Object.assign(error, { $response: { headers: {} }, $metadata: { httpStatusCode: status, attempts: 2 } });

const action = 'ec2:DescribeVpcs';

describe('what went wrong, in words', () => {
  test.for([
    ['AccessDenied', 403],
    ['AccessDeniedException', 400],
    ['UnauthorizedOperation', 403],
    ['ForbiddenException', 403],
    ['Forbidden', 403],
    ['Unknown', 403],
    ['UnknownError', 403],
  ] as const)('%s with HTTP %i is access denied, and names the action', ([name, status]) => {
    expect(toUnread(answered(name, status), action)).toEqual({ ok: false, reason: 'access denied', action });
  });

  test('the action that AWS itself says is missing comes first', () => {
    const message = `User: arn:aws:iam::${account}:user/x is not authorized to perform: kms:Decrypt on the resource associated with this ciphertext`;
    expect(toUnread(answered('AccessDenied', 403, { message }), 's3:GetObject').action).toBe('kms:Decrypt');
  });

  test.for([
    ['the region is off', answered('OptInRequired', 401), /region is not enabled.*OptInRequired/],
    ['the region knows no credentials', answered('AuthFailure', 401), /region is not enabled.*AuthFailure/],
    ['the region knows no token', answered('UnrecognizedClientException', 400), /region is not enabled/],
    ['STS and IAM put it so', answered('InvalidClientTokenId', 403), /region is not enabled/],
    ['expired, with HTTP 403', answered('ExpiredToken', 403), /credentials have expired/],
    ['expired, elsewhere', answered('ExpiredTokenException', 400), /credentials have expired/],
    ['an SSO session over', Object.assign(new Error('The SSO session has expired'), { name: 'CredentialsProviderError' }), /have expired/],
    ['no credentials', Object.assign(new Error('Could not load'), { name: 'CredentialsProviderError' }), /no credentials could be loaded/],
    ['a wrong secret', answered('SignatureDoesNotMatch', 403), /signature/],
    ['throttled by EC2', answered('RequestLimitExceeded', 503), /throttled/],
    ['throttled by JSON services', answered('ThrottlingException', 400), /throttled/],
    ['throttled by Service Quotas', answered('TooManyRequestsException', 400), /throttled/],
    ['throttled by S3', answered('SlowDown', 503), /throttled/],
    ['throttled without a name', answered('Unknown', 429), /throttled/],
    ['throttled, or down: HEAD does not tell', answered('Unknown', 503), /failed, or throttled/],
    ['no answer in time', Object.assign(new Error('x'), { name: 'TimeoutError' }), /did not answer in time/],
    ['no answer in time, by Node', broken('ETIMEDOUT', { name: 'TimeoutError' }), /did not answer in time/],
    ['refused', broken('ECONNREFUSED', { name: 'TimeoutError' }), /connection was refused/],
    ['reset', broken('ECONNRESET', { name: 'TimeoutError' }), /connection was reset/],
    ['broken off within the body', garbled(broken('ECONNRESET')), /connection was reset/],
    ['no such host', broken('ENOTFOUND'), /host name/],
    ['an odd failure of the network', broken('ENOBUFS', { syscall: 'connect' }), /connection failed \(ENOBUFS\)/],
    ['a certificate that is not trusted', broken('DEPTH_ZERO_SELF_SIGNED_CERT'), /no secure connection/],
    ['a certificate of an unknown issuer', broken('UNABLE_TO_VERIFY_LEAF_SIGNATURE'), /no secure connection/],
    ['not HTTP at all', broken('HPE_INVALID_CONSTANT'), /could not be read: it is not HTTP/],
    ['not JSON', garbled(new SyntaxError('Unexpected token')), /could not be read$/],
    ['JSON of another shape', garbled(new TypeError("Cannot read properties of null (reading 'cluster')")), /could not be read$/],
    ['a web page with an error', garbled(new SyntaxError('Unexpected token'), 404), /could not be read \(HTTP 404\)/],
    ['a web page of a broken gateway', garbled(new SyntaxError('Unexpected token'), 502), /the service failed \(HTTP 502\) in 2 attempts/],
    ['its own failure', answered('InternalError', 500), /the service failed \(InternalError, HTTP 500\)/],
    ['a refusal', answered('ValidationException', 400), /refused the call \(ValidationException, HTTP 400\)/],
    ['archived, which S3 answers with 403', answered('InvalidObjectState', 403), /refused the call \(InvalidObjectState, HTTP 403\)/],
    ['no endpoint', Object.assign(new Error('Invalid Configuration'), { name: 'EndpointError' }), /no endpoint/],
  ] as const)('%s', ([, error, words]) => {
    const read = toUnread(error, action);
    expect(read.reason).toMatch(words);
    expect(read.reason).not.toMatch(/\n|\.$/);
    expect(read).not.toHaveProperty('action');
  });

  describe('a wrong clock', () => {
    const minutes = 60_000;
    /** An answer whose date is so far from this machine's clock. */
    const dated = (name: string, status: number, aheadMs: number, more: object = {}) =>
      answered(name, status, { $response: { headers: { date: new Date(Date.now() + aheadMs).toUTCString() } }, ...more });
    const fix = 'set the clock, for example with chrony or another NTP client';
    const message = 'Signature expired: 20191029T154623Z is now earlier than 20191029T163344Z (20191029T164844Z - 15 min.)';

    test.for([
      ['S3', dated('RequestTimeTooSkewed', 403, 61 * minutes), 'RequestTimeTooSkewed', '61 minutes behind AWS'],
      [
        'S3, without a date but with its time',
        answered('RequestTimeTooSkewed', 403, { ServerTime: new Date(Date.now() - 3 * 60 * minutes).toISOString() }),
        'RequestTimeTooSkewed',
        '3 hours ahead of AWS',
      ],
      ['S3, without either', answered('RequestTimeTooSkewed', 403), 'RequestTimeTooSkewed', "differs too much from AWS's"],
      ['S3, to HEAD', dated('Unknown', 403, -20 * minutes), 'HTTP 403', '20 minutes ahead of AWS'],
      ['a request from the future', answered('RequestInTheFuture', 403), 'RequestInTheFuture', "differs too much from AWS's"],
      ['STS and IAM', dated('SignatureDoesNotMatch', 403, 72 * 60 * minutes, { message }), 'SignatureDoesNotMatch', '3 days behind AWS'],
      [
        'STS and IAM, without a date',
        answered('SignatureDoesNotMatch', 403, { message }),
        'SignatureDoesNotMatch',
        "differs too much from AWS's",
      ],
      [
        'JSON services',
        dated('InvalidSignatureException', 400, 61 * minutes, { message }),
        'InvalidSignatureException',
        '61 minutes behind AWS',
      ],
      [
        'one that says no more than that',
        dated('InvalidSignatureException', 403, 61 * minutes),
        'InvalidSignatureException',
        '61 minutes behind AWS',
      ],
      ['EC2', dated('AuthFailure', 401, 61 * minutes), 'AuthFailure', '61 minutes behind AWS'],
      ['EC2, by another name', dated('RequestExpired', 400, -61 * minutes), 'RequestExpired', '61 minutes ahead of AWS'],
      [
        'one that calls it a denial',
        answered('AccessDeniedException', 403, { message: message.replace('expired', 'not yet current') }),
        'AccessDeniedException',
        "differs too much from AWS's",
      ],
    ] as const)('%s', ([, error, name, off]) => {
      expect(toUnread(error, action)).toEqual({
        ok: false,
        reason: `AWS refused the call (${name}) and this machine's clock ${off.startsWith('differs') ? '' : 'is '}${off}: ${fix}`,
      });
    });

    test.for([
      ['Unknown', 403, /^access denied$/],
      ['AccessDenied', 403, /^access denied$/],
      ['SignatureDoesNotMatch', 403, /secret access key is wrong/],
      ['AuthFailure', 401, /region is not enabled/],
      ['RequestExpired', 400, /credentials have expired/],
    ] as const)('is not why AWS says %s, HTTP %i, where the clocks agree', ([name, status, words]) => {
      for (const ahead of [0, 4 * minutes, -4 * minutes]) expect(toUnread(dated(name, status, ahead), action).reason).toMatch(words);
      const cached = { $response: { headers: { age: '86400', date: new Date(Date.now() - 86_400_000).toUTCString() } } };
      expect(toUnread(answered(name, status, cached), action).reason).toMatch(words);
    });

    test('does not hide a denial that AWS names', () => {
      expect(toUnread(dated('AccessDenied', 403, 61 * minutes), action)).toEqual({ ok: false, reason: 'access denied', action });
    });
  });

  test('how often it was tried stands beside what may pass', () => {
    expect(toUnread(answered('Throttling', 400, { $metadata: { httpStatusCode: 400, attempts: 6 } }), action).reason).toBe(
      'AWS throttled ec2:DescribeVpcs 6 times',
    );
  });

  test.for([
    new TypeError('x is not a function'),
    new RangeError('Invalid array length'),
    new Error('a bare error'),
    // The SDK puts the number of attempts on whatever is thrown while it signs and sends.
    Object.assign(new TypeError('x is undefined'), { $metadata: { attempts: 1, totalRetryDelay: 0 } }),
    'a string',
    undefined,
  ])('a defect of ours flies on: %s', (defect) => {
    expect(() => toUnread(defect, action)).toThrow();
    let thrown: unknown;
    try {
      toUnread(defect, action);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBe(defect);
  });
});

describe('reads', () => {
  const failed = new AwsError({ ok: false, reason: 'access denied', action }, answered('AccessDenied', 403));

  test('a failure is reported once, however far it is passed on', async () => {
    expect(toUnread(failed, 'ec2:Other')).toBe(failed.read);
    expect(await tryRead(() => Promise.reject(failed))).toBe(failed.read);
    expect(failed.message).toBe('ec2:DescribeVpcs: access denied');
    expect(failed.code).toBe('AccessDenied');
  });

  test('a value is a value; an error that AWS does not explain is an unread fact that asks for a report', async () => {
    expect(await tryRead(async () => 7)).toEqual({ ok: true, value: 7 });
    expect(await tryRead(() => Promise.reject(new TypeError('x is not iterable')))).toEqual({
      ok: false,
      reason: 'this version cannot use the answer (x is not iterable); please report it',
    });
  });

  test('null only for the names by which AWS says there is no such thing', async () => {
    expect(await orNull(() => Promise.reject(failed), 'AccessDenied')).toBeNull();
    await expect(orNull(() => Promise.reject(failed), 'NoSuchEntity')).rejects.toBe(failed);
    await expect(orNull(() => Promise.reject(answered('NoSuchEntity', 404)), 'NoSuchEntity')).rejects.toThrow('sent by AWS');
  });
});

describe('members of an answer', () => {
  const bad = (read: () => unknown) => expect(read).toThrow(/could not be read: it has no usable X$/);

  test('what is not there, or of another type, is no answer', () => {
    bad(() => list(undefined, 'X'));
    bad(() => list('rows' as never, 'X'));
    bad(() => list([null] as never, 'X'));
    bad(() => texts(['a', undefined], 'X'));
    bad(() => texts('a' as never, 'X'));
    bad(() => text('', 'X'));
    bad(() => text(7 as never, 'X'));
    bad(() => number(undefined, 'X'));
    bad(() => number(Number.NaN, 'X'));
    bad(() => amount(-0.5, 'X'));
    bad(() => amount('7' as never, 'X'));
    bad(() => count(-1, 'X'));
    bad(() => count(1.5, 'X'));
    bad(() => count({} as never, 'X'));
    bad(() => port(-2, 'X'));
    bad(() => port(65_536, 'X'));
    bad(() => port('22' as never, 'X'));
    bad(() => block('10.0.0.0/99', 'X'));
    bad(() => block(undefined, 'X'));
    bad(() => blocks(['10.0.0.0/8', 'x'], 'X'));
    bad(() => flag('true' as never, 'X'));
    bad(() => present(null as never, 'X'));
    bad(() => oneOf(['a'], 'b', 'X'));
    bad(() => moment(new Date('never'), 'X'));
    bad(() => moment('2026-11-01' as never, 'X'));
  });

  test('what is there is handed on', () => {
    const rows = [{ a: 1 }];
    expect(list(rows, 'X')).toBe(rows);
    expect(list([], 'X')).toEqual([]);
    expect(texts(undefined, 'X')).toEqual([]);
    expect(number(0, 'X')).toBe(0);
    expect([amount(0.5, 'X'), count(0, 'X'), port(-1, 'X'), port(65_535, 'X')]).toEqual([0.5, 0, -1, 65_535]);
    expect([block('10.0.0.0/8', 'X'), block('2001:db8::/32', 'X')]).toEqual(['10.0.0.0/8', '2001:db8::/32']);
    expect(blocks(undefined, 'X')).toEqual([]);
    expect(flag(false, 'X')).toBe(false);
    expect(oneOf(['a', 'b'], 'b', 'X')).toBe('b');
    expect(moment(new Date(0), 'X')).toBe('1970-01-01T00:00:00.000Z');
  });

  test('pages end where there is no token, or an empty one', async () => {
    const pages: { readonly [token: string]: { readonly rows: readonly number[]; readonly NextToken?: string } } = {
      '': { rows: [1, 2], NextToken: 'b' },
      b: { rows: [], NextToken: 'c' },
      c: { rows: [3], NextToken: '' },
    };
    expect(
      await allPages(
        async (token) => pages[token ?? ''] ?? { rows: [] },
        (page) => page.rows,
      ),
    ).toEqual([1, 2, 3]);
  });

  test('a token that comes again does not go on for ever', async () => {
    const page = { rows: [1], NextToken: 'same' };
    await expect(
      allPages(
        async () => page,
        (p) => p.rows,
      ),
    ).rejects.toThrow(/page token/);
  });

  test('ids are asked for in lots of 200, none where there are none', async () => {
    const lots: number[] = [];
    const ask = async ({ Filters }: FilterRequest) => {
      expect(Filters).toMatchObject([{ Name: 'vpc-id' }]);
      const rows = Filters.flatMap((f) => f.Values);
      lots.push(rows.length);
      return { rows };
    };
    const ids = Array.from({ length: 401 }, (_, i) => `id-${i}`);
    expect(await byFilter('vpc-id', ids, ask, (p: { rows: readonly string[]; NextToken?: string }) => p.rows)).toEqual(ids);
    expect(lots).toEqual([200, 200, 1]);
    expect(await byFilter('vpc-id', [], ask, (p: { rows: readonly string[]; NextToken?: string }) => p.rows)).toEqual([]);
    expect(lots).toHaveLength(3);
  });
});

/** What the sandbox cannot be: something in between that answers in place of AWS. */
describe('an answer that is none, with HTTP 200', () => {
  async function onServer<S extends Server>(server: S, work: (endpoint: string) => Promise<void>): Promise<void> {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    } finally {
      (server as { closeAllConnections?: () => void }).closeAllConnections?.();
      await new Promise((resolve) => server.close(resolve));
    }
  }
  const collectFrom = (endpoint: string) =>
    collectRegion({ account, partition: 'aws', region, plan: everything, settings: settingsOf({ endpoint }, { maxAttempts: 1 }) });

  test.for([
    ['a page of a proxy', 'text/html', '<html><body><p>Sign in to the guest network.</p></body></html>'],
    ['nothing', 'text/plain', ''],
    ['an object without members', 'application/json', '{}'],
    ['null', 'application/json', 'null'],
    [
      'rows that are none',
      'application/json',
      '{"Quotas":5,"ClusterSummaries":[null],"cluster":7,"FileSystems":"x","RequestedQuotas":{},"Content":"{"}',
    ],
    ['an answer to something else', 'text/xml', '<OtherResponse><requestId>1</requestId></OtherResponse>'],
  ] as const)('%s says nothing about the account', async ([, type, body]) => {
    const answer: RequestListener = (request, response) => {
      request.resume();
      response.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
      response.end(request.method === 'HEAD' ? undefined : body);
    };
    await onServer(createServer(answer), async (endpoint) => {
      const { snapshot } = await collectFrom(endpoint);
      const reads = readsOf(snapshot.facts);
      expect(reads.length).toBeGreaterThan(15);
      for (const { place, read } of reads)
        expect(read, place).toMatchObject({ ok: false, reason: expect.stringMatching(/could not be read/) });
    });
  });

  test('something that does not speak HTTP', async () => {
    const server = createTcpServer((socket) => {
      socket.on('error', () => undefined);
      socket.resume();
      socket.end('SSH-2.0-OpenSSH_9.6\r\n');
    });
    await onServer(server, async (endpoint) => {
      const { snapshot } = await collectFrom(endpoint);
      for (const { place, read } of readsOf(snapshot.facts))
        expect(read, place).toMatchObject({ ok: false, reason: expect.stringMatching(/could not be read: it is not HTTP|reset/) });
    });
  });

  test('no listener', async () => {
    let endpoint = '';
    await onServer(createServer(), async (address) => {
      endpoint = address;
    });
    const { snapshot } = await collectFrom(endpoint);
    for (const { place, read } of readsOf(snapshot.facts)) expect(read, place).toEqual({ ok: false, reason: 'the connection was refused' });
  });
});

test('unknown credentials are reported as such, not as a denial', async () => {
  const { facts } = await run({ settings: { credentials: { accessKeyId: 'AKIANOBODY', secretAccessKey: 'x' } } });
  expect(facts.clusterNames).toMatchObject({ ok: false, reason: expect.stringMatching(/does not know these credentials/) });
  expect(facts.clusterNames).not.toHaveProperty('action');
});

describe("a clock that is not AWS's", () => {
  const clockAheadMs = 61 * 60_000;

  test('is corrected by the SDK, so that everything is read', async () => {
    const [{ facts }, usual] = await Promise.all([run({ clockAheadMs }), run()]);
    expect(facts).toEqual(usual.facts);
  });

  test('is the reason where that is too late, for each service alike', async () => {
    const { facts, calls } = await run({ clockAheadMs, settings: { maxAttempts: 1 } });
    const unread = readsOf(facts).flatMap(({ place, read }) => (read.ok ? [] : [{ place, ...read }]));
    expect(unread.length).toBeGreaterThan(5);
    for (const { place, reason, action } of unread) {
      expect(reason, place).toMatch(/this machine's clock is 61 minutes behind AWS: set the clock, for example with chrony/);
      expect(action, place).toBeUndefined();
    }
    const refused = new Set(calls.filter((c) => !c.ok).map((c) => c.action.split(':')[0]));
    expect(refused).toEqual(
      new Set(['cloudwatch', 'ec2', 'eks', 'fsx', 'iam', 'kms', 's3', 'sagemaker', 'secretsmanager', 'servicequotas', 'ssm']),
    );
    expect(unread.map((u) => u.reason).join()).toContain('HTTP 403');
  });
});
