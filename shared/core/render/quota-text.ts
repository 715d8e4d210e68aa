/** A watched quota in words: its value, and the request for more of it (`value=0 request=CASE_OPENED:8`). Pure. */

const number = (text: string): string => Number(text).toLocaleString('en-US');

interface WatchedQuota {
  readonly value?: string;
  readonly request?: { readonly state: string; readonly desired: string; readonly open: boolean };
}

function partsOf(watched: string): WatchedQuota {
  const [, value, state, desired] = /^value=(\d+(?:\.\d+)?)(?: request=(\w+):(\d+(?:\.\d+)?))?$/.exec(watched) ?? [];
  if (value === undefined) return {};
  if (state === undefined || desired === undefined) return { value: number(value) };
  return { value: number(value), request: { state, desired: number(desired), open: state === 'PENDING' || state === 'CASE_OPENED' } };
}

/** The request alone, as a sentence; empty without a request. */
export function requestWords(watched: string | undefined): string {
  const { request } = partsOf(watched ?? '');
  if (!request) return '';
  return `Increase to ${request.desired} ${request.open ? 'is' : 'was'} requested (${request.state}).`;
}

/** `value 0, increase to 8 is requested (CASE_OPENED)`; what is of another form stays as it is. */
export function watchedWords(watched: string): string {
  const { value, request } = partsOf(watched);
  if (value === undefined) return watched;
  return request
    ? `value ${value}, increase to ${request.desired} ${request.open ? 'is' : 'was'} requested (${request.state})`
    : `value ${value}`;
}
