/** Questions to the deployed endpoint, signed as AWS wants it: the Function URL lets in nobody else. */
import { setTimeout as wait } from 'node:timers/promises';
import { STSClient } from '@aws-sdk/client-sts';
import { SignatureV4 } from '@smithy/signature-v4';
import { clientConfig } from './client-config.ts';
import { Failed, type Unread, unread } from './errors.ts';
import type { AwsSettings } from './settings.ts';

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

/** Why fetch gave no answer. Whatever it throws went wrong on the way: an address or a redirection that it refuses, a body that breaks off. */
function unanswered(error: unknown): Unread {
  // fetch wraps what went wrong on the wire.
  const cause = error instanceof TypeError && error.cause !== undefined ? error.cause : error;
  try {
    return unread(cause, 'lambda:InvokeFunctionUrl');
  } catch {
    return { ok: false, reason: `the request failed (${cause instanceof Error ? cause.message : String(cause)})` };
  }
}

/**
 * Something that gets an address with the usual credentials. Throttling and errors of Lambda are tried again. Rejects with
 * `Failed` where there are no credentials, or nobody answers.
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
      headers: { host: url.host, accept: 'application/json' },
    });
  const get = async (url: URL): Promise<EndpointAnswer> => {
    const { headers } = await sign(url).catch((error: unknown) => {
      throw new Failed(unread(error, 'lambda:InvokeFunctionUrl'), error);
    });
    try {
      const answer = await fetch(url, { headers, redirect: 'error', signal: AbortSignal.timeout(settings.deadlineMs) });
      return { status: answer.status, text: await answer.text() };
    } catch (error) {
      throw new Failed(unanswered(error), error);
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
