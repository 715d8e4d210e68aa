/** Requests of our own, sent as those of the SDK's clients are: through the same proxy, trusting the same certificates. */
import { HttpRequest } from '@smithy/core/protocols';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { handlerOptions } from './client-config.ts';
import type { AwsSettings } from './settings.ts';

export interface OutgoingRequest {
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

export interface IncomingResponse {
  readonly ok: boolean;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The body as it was sent. */
  readonly bytes: () => Promise<Buffer>;
  readonly body: { readonly cancel: () => void };
}

/** Sends one request. A redirection is an answer like any other: it is not followed. Rejects with what the network threw. */
export function sendWith(settings: Pick<AwsSettings, 'requestHandler' | 'requestTimeoutMs' | 'connectionTimeoutMs'>) {
  const options = handlerOptions(settings);
  const handler = settings.requestHandler?.(options) ?? new NodeHttpHandler(options);
  return async (url: URL, { method, headers, body, signal }: OutgoingRequest): Promise<IncomingResponse> => {
    const request = new HttpRequest({
      protocol: url.protocol,
      hostname: url.hostname,
      ...(url.port !== '' && { port: Number(url.port) }),
      path: `${url.pathname}${url.search}`,
      method,
      headers: { host: url.host, ...headers, ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }) },
      ...(body !== undefined && { body }),
    });
    const { response } = await handler.handle(request, { abortSignal: signal });
    return {
      ok: response.statusCode >= 200 && response.statusCode < 300,
      status: response.statusCode,
      headers: response.headers,
      bytes: async () => Buffer.concat(await response.body.toArray()),
      body: { cancel: () => response.body.destroy() },
    };
  };
}
