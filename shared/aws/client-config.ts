/** What every SDK client is made with; in a file of its own, so that a function with one client brings no other. */
import type { AwsSettings } from './settings.ts';

/**
 * What every client is made with. By itself the SDK waits for an answer for ever: `requestTimeout` alone only warns, and
 * nothing bounds a body that stops half way but `socketTimeout`.
 */
export function clientConfig(settings: AwsSettings, region: string) {
  return {
    region,
    ...(settings.endpoint !== undefined && { endpoint: settings.endpoint }),
    ...(settings.credentials && { credentials: settings.credentials }),
    ...(settings.profile !== undefined && { profile: settings.profile }),
    maxAttempts: settings.maxAttempts,
    retryMode: 'standard' as const,
    requestHandler: {
      requestTimeout: settings.requestTimeoutMs,
      connectionTimeout: settings.connectionTimeoutMs,
      socketTimeout: settings.requestTimeoutMs,
      throwOnRequestTimeout: true,
    },
  };
}

/**
 * How messages are sent: given up on early, since a function that fails is started again, and what was refused is sent then.
 */
export function messagingConfig(settings: AwsSettings, region: string | undefined) {
  const { region: _, ...config } = clientConfig({ ...settings, maxAttempts: 3, requestTimeoutMs: 5_000 }, '');
  return { ...config, ...(region !== undefined && { region }) };
}
