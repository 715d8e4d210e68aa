/** Questions to the deployed endpoint, signed as AWS requires: the Function URL refuses other requests. */
import { setTimeout as wait } from 'node:timers/promises';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { STSClient } from '@aws-sdk/client-sts';
import { SignatureV4 } from '@smithy/signature-v4';
import { clientConfig } from '../client/client-config.ts';
import { AwsError, toUnread, type Unread } from '../client/errors.ts';
import { sendWith } from '../client/send.ts';
import type { AwsSettings } from '../client/settings.ts';

export interface EndpointAnswer {
  readonly status: number;
  /** As it was sent, uncompressed; usually JSON. */
  readonly text: string;
}

const attempts = 4;

/** The region in the name of a Function URL: `https://abc.lambda-url.us-west-2.on.aws/`. */
export const regionOfUrl = (url: URL): string | undefined =>
  /\.lambda-url\.([a-z0-9-]+)\.on\.(aws|amazonaws\.com\.cn)$/.exec(url.hostname)?.[1];

/** Values of a query by name, as the signer wants them. Each name stands once. */
const queryOf = (url: URL): Record<string, string> => Object.fromEntries(url.searchParams);

/** Why no answer was received. All errors here are transport errors: a truncated body, or one whose encoding is not as declared. */
function unanswered(error: unknown): Unread {
  try {
    return toUnread(error, 'lambda:InvokeFunctionUrl');
  } catch {
    return { ok: false, reason: `the request failed (${error instanceof Error ? error.message : String(error)})` };
  }
}

/** What the endpoint may encode its answers with: Lambda carries no more than 6 MB of one. */
const decoders: Readonly<Record<string, (body: Buffer) => Buffer>> = { br: brotliDecompressSync, gzip: gunzipSync };

/**
 * Something that gets an address with the usual credentials. Throttling and errors of Lambda are tried again. Rejects with
 * `AwsError` if no credentials are found, or the endpoint does not answer.
 */
export function signedGet(region: string, settings: AwsSettings): (url: URL) => Promise<EndpointAnswer> {
  // Any client finds credentials and the hash that signing needs.
  const { config } = new STSClient(clientConfig(settings, region));
  const signer = new SignatureV4({ service: 'lambda', region, credentials: config.credentials, sha256: config.sha256 });
  const sign = (url: URL) =>
    signer.sign({
      method: 'GET',
      protocol: url.protocol,
      hostname: url.hostname,
      ...(url.port !== '' && { port: Number(url.port) }),
      path: url.pathname,
      query: queryOf(url),
      headers: { host: url.host, accept: 'application/json', 'accept-encoding': Object.keys(decoders).join(', ') },
    });
  const send = sendWith({ ...settings, requestTimeoutMs: settings.deadlineMs });
  const get = async (url: URL): Promise<EndpointAnswer> => {
    const { headers } = await sign(url).catch((error: unknown) => {
      throw new AwsError(toUnread(error, 'lambda:InvokeFunctionUrl'), error);
    });
    try {
      const answer = await send(url, { method: 'GET', headers, signal: AbortSignal.timeout(settings.deadlineMs) });
      const body = await answer.bytes();
      const decode = decoders[answer.headers['content-encoding'] ?? ''];
      return { status: answer.status, text: (decode ? decode(body) : body).toString('utf8') };
    } catch (error) {
      throw new AwsError(unanswered(error), error);
    }
  };
  return async (url) => {
    for (let attempt = 1; ; attempt++) {
      const answer = await get(url);
      if (attempt === attempts || (answer.status !== 429 && answer.status < 500)) return answer;
      await wait(200 * 2 ** attempt);
    }
  };
}
