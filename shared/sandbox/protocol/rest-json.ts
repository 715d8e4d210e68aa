/** restJson1: the operation is a method and a path, answers are JSON, errors are named in x-amzn-ErrorType. */
import { type OperationInput, RefusalError } from '../call.ts';
import { jsonBody, type Protocol } from './wire.ts';

/** The protocol for a service with these routes (`GET /clusters/{name}`), whose members in `moments` are times. */
export const restJson = (routes: { readonly [operation: string]: string }, moments: readonly string[]): Protocol => {
  const times = new Set(moments);
  const table = Object.entries(routes).map(([operation, route]) => {
    const [method, path = ''] = route.split(' ');
    return { operation, method, parts: path.split('/') };
  });
  return {
    read: ({ method, path, query }) => {
      const parts = path.split('/');
      for (const route of table) {
        if (route.method !== method || route.parts.length !== parts.length) continue;
        const labels: Record<string, string> = {};
        const fits = route.parts.every((part, i) => {
          const label = /^\{(.+)\}$/.exec(part)?.[1];
          if (label) labels[label] = decodeURIComponent(parts[i] ?? '');
          return label ? parts[i] !== '' : part === parts[i];
        });
        if (fits) return { operation: route.operation, input: { ...Object.fromEntries(query), ...labels } satisfies OperationInput };
      }
      return { operation: `${method} ${path}`, input: {} };
    },
    answer: (_, output, requestId) => ({
      status: 200,
      headers: { 'content-type': 'application/json', 'x-amzn-requestid': requestId },
      body: jsonBody(output, times),
    }),
    refuse: (refusal, requestId) => ({
      status: refusal.status,
      headers: {
        ...refusal.headers,
        'content-type': 'application/json',
        'x-amzn-requestid': requestId,
        'x-amzn-errortype': refusal.code,
      },
      body: JSON.stringify({ message: refusal.message }),
    }),
    unknown: (service, operation) =>
      new RefusalError('UnknownOperationException', `The sandbox account does not answer ${service}:${operation}.`, 404),
  };
};
