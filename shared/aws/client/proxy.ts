/**
 * Which proxy a request goes through, by the same rules as the AWS CLI, whose rules are those of Python's urllib:
 * https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-proxy.html, botocore's `should_bypass_proxies`. Node's own
 * reading of NO_PROXY differs: there `amazonaws.com` does not cover `sts.amazonaws.com`.
 */

/** Variables of a process. */
export type Variables = Readonly<Record<string, string | undefined>>;

export interface HttpProxy {
  /** Address as Node's agents take it, with user and password if there are any. */
  readonly url: string;
  /** The same without password, for messages. */
  readonly shown: string;
  /** Name of the variable that holds it. */
  readonly variable: string;
}

/** A setting that cannot be used. The message is a sentence that names it, what was expected, and what was found. */
export class InvalidSettingError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'InvalidSettingError';
  }
}

/** The variable in lower case takes precedence, and an empty one counts as not set, also in the place of the one in upper case. */
function variableOf(env: Variables, name: string): { readonly variable: string; readonly value: string } | undefined {
  const lower = name.toLowerCase();
  const variable = env[lower] === undefined ? name : lower;
  const value = env[variable]?.trim();
  return value === undefined || value === '' ? undefined : { variable, value };
}

function proxyOf({ variable, value }: { readonly variable: string; readonly value: string }): HttpProxy {
  // Like the AWS CLI: an address without a scheme is one of HTTP.
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value.replace(/^\/\//, '')}`);
  if (!url || !/^https?:$/.test(url.protocol) || url.hostname === '')
    throw new InvalidSettingError(
      `${variable} is not the address of a proxy: expected http://HOST:PORT or https://HOST:PORT, got "${value.replace(/\/\/[^@]*@/, '//…@')}".`,
    );
  const shown = `${url.protocol}//${url.username === '' ? '' : `${url.username}@`}${url.host}`;
  return { url: url.href, shown, variable };
}

/** Proxies by the scheme of the request. Throws `InvalidSettingError` for one that is no address. */
export function proxiesOf(env: Variables): { readonly [scheme in 'http' | 'https']?: HttpProxy } {
  const [http, https] = [variableOf(env, 'HTTP_PROXY'), variableOf(env, 'HTTPS_PROXY')];
  return { ...(http && { http: proxyOf(http) }), ...(https && { https: proxyOf(https) }) };
}

/**
 * A proxy elsewhere has another loopback than this machine: what is asked there never goes through one. The AWS CLI needs
 * NO_PROXY for that; Go's http.ProxyFromEnvironment does the same as this.
 */
const isLoopback = (host: string): boolean =>
  host === 'localhost' || host.endsWith('.localhost') || /^127(\.\d{1,3}){3}$/.test(host) || host === '::1';

/** Whether NO_PROXY exempts a host: the whole variable is `*`, or an entry is the host or one of the domains it lies in. */
export function isExempt(hostname: string, port: number | undefined, env: Variables): boolean {
  const host = hostname.toLowerCase().replace(/^\[|\]$/g, '');
  if (isLoopback(host)) return true;
  const exempt = variableOf(env, 'NO_PROXY')?.value;
  if (exempt === undefined) return false;
  if (exempt === '*') return true;
  const names = port === undefined ? [host] : [host, `${host}:${port}`];
  return exempt
    .split(',')
    .map((entry) =>
      entry
        .trim()
        .toLowerCase()
        .replace(/^\*?\.+/, ''),
    )
    .some((entry) => entry !== '' && names.some((name) => name === entry || name.endsWith(`.${entry}`)));
}
