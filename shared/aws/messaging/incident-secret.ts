/** The key of an on-call service: anyone who knows it can open incidents, so it is a secret and never logged. */
import type { IncidentService } from '../../core/alerts/incidents.ts';
import { isObject, jsonOf } from '../../core/text/json.ts';
import { type AwsSettings, defaultSettings } from '../client/settings.ts';
import { cachedSecret, isWebhookAddress } from './webhook-secret.ts';

export interface IncidentSecret {
  /** The key and where it is taken; read again every five minutes. Rejects, without naming it, if the secret contains none. */
  readonly service: () => Promise<IncidentService>;
  /** It no longer works: read it again next time. */
  readonly forget: () => void;
}

function serviceOf(text: string, defaultUrl: string): IncidentService | undefined {
  const value: unknown = text.startsWith('{') ? jsonOf(text) : { key: text };
  if (!isObject(value)) return undefined;
  const { key, url = defaultUrl } = value;
  if (typeof key !== 'string' || !/^[\w-]{16,128}$/.test(key) || typeof url !== 'string' || !URL.canParse(url)) return undefined;
  const address = new URL(url);
  return isWebhookAddress(address) ? { key, url: address } : undefined;
}

/** `defaultUrl`: where the service is unless the secret says otherwise. */
export function incidentSecret(
  secretArn: string,
  defaultUrl: string,
  settings: AwsSettings = defaultSettings,
  now: () => number = Date.now,
): IncidentSecret {
  const { read, forget } = cachedSecret(
    secretArn,
    (text) => {
      const service = serviceOf(text, defaultUrl);
      if (!service)
        throw new Error(`The secret ${secretArn} does not hold the key of an integration, plain or as {"key": "…", "url": "https://…"}.`);
      return service;
    },
    settings,
    now,
  );
  return { service: read, forget };
}
