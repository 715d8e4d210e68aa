/** What every SDK client is made with; in a file of its own, so that a function with one client brings no other. */
import type { AwsSettings } from './settings.ts';

/** How long a client waits for a connection, an answer, and each piece of its body. */
export const handlerOptions = ({
  requestTimeoutMs,
  connectionTimeoutMs,
}: Pick<AwsSettings, 'requestTimeoutMs' | 'connectionTimeoutMs'>) => ({
  requestTimeout: requestTimeoutMs,
  connectionTimeout: connectionTimeoutMs,
  socketTimeout: requestTimeoutMs,
  throwOnRequestTimeout: true,
});

/**
 * What every client is made with. By itself the SDK waits for an answer for ever: `requestTimeout` alone only warns, and
 * nothing bounds a body that stops half way but `socketTimeout`.
 */
export function clientConfig(settings: AwsSettings, region: string) {
  const options = handlerOptions(settings);
  return {
    region,
    ...(settings.endpoint !== undefined && { endpoint: settings.endpoint }),
    ...(settings.credentials && { credentials: settings.credentials }),
    ...(settings.profile !== undefined && { profile: settings.profile }),
    maxAttempts: settings.maxAttempts,
    retryMode: 'standard' as const,
    requestHandler: settings.requestHandler?.(options) ?? options,
  };
}

/**
 * How messages are sent: given up on early, since a function that fails is started again, and what was refused is sent then.
 */
export function messagingConfig(settings: AwsSettings, region: string | undefined) {
  const { region: _, ...config } = clientConfig({ ...settings, maxAttempts: 3, requestTimeoutMs: 5_000 }, '');
  return { ...config, ...(region !== undefined && { region }) };
}
