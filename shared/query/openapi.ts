/** The OpenAPI 3.1 document of the questions, from the schemas that read parameters and that answers are typed by. */
import * as z from 'zod/mini';
import { type Parameter, timePattern } from './parameters.ts';
import { problem } from './problem.ts';
import type { Question } from './question.ts';
import { routes } from './routes.ts';

type JsonSchema = Readonly<Record<string, unknown>>;

/** Input side: what may be added to answers one day must not make today's readers refuse them. */
function schemaOf(schema: z.ZodMiniType): JsonSchema {
  const { $schema, ...json } = z.toJSONSchema(schema, {
    io: 'input',
    override: ({ jsonSchema }) => {
      // That a list cannot be changed in memory says nothing of a message.
      delete jsonSchema.readOnly;
      if (jsonSchema.pattern === timePattern.source) jsonSchema.format = 'date-time';
    },
  }) as JsonSchema;
  return json;
}

const parameterOf = (path: string, name: string, { schema, read, description, accepts, required, example }: Parameter): JsonSchema => ({
  name,
  in: path.includes(`{${name}}`) ? 'path' : 'query',
  required,
  description: `${description} Takes ${accepts}.`,
  schema: schemaOf(schema),
  ...(example !== '' && { example: read(example) }),
});

const problemAnswer = (description: string): JsonSchema => ({
  description,
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
});

const operationOf = ({ name, path, summary, description, parameters }: Question): JsonSchema => ({
  operationId: name,
  summary,
  description,
  parameters: Object.entries(parameters).map(([key, parameter]) => parameterOf(path, key, parameter)),
  responses: {
    200: {
      description:
        'A page. On an empty page, `known` is false if the value of a filter does not occur in the stored data. Then `detail` explains it, and `unknown` has the filter, the nearest value and the values that occur. An empty page without `known` means that the filters are known and nothing matches.',
      headers: { etag: { description: 'The same as long as the answer is the same.', schema: { type: 'string' } } },
      content: { 'application/json': { schema: { $ref: `#/components/schemas/${titleOf(name)}Page` } } },
    },
    304: { description: 'Not modified: the request had the ETag of this answer as If-None-Match.' },
    400: problemAnswer(
      'Parameters are missing or not accepted, a check does not exist, or the cursor is not one of this query. Each parameter is listed with the accepted values and the nearest one.',
    ),
    404: problemAnswer('The path does not exist, or the time is not stored.'),
    405: problemAnswer('Only GET is allowed.'),
    422: problemAnswer('The answer is larger than can be sent.'),
  },
});

const titleOf = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

export const openApi = (version: string): JsonSchema => ({
  openapi: '3.1.1',
  info: {
    title: 'hyperpod-auditor',
    version,
    summary: 'Readiness of HyperPod clusters, findings, coverage, and their history.',
    description:
      'Queries of the findings of one deployment. Sign requests with AWS Signature Version 4 for the service `lambda`. The caller needs `lambda:InvokeFunctionUrl` and `lambda:InvokeFunction`. All times are RFC 3339 in UTC. `cursor` requests the next page and is valid for the same query with the same filters. `scanned` is the number of records that were read for a page. `keys` are the filters that needed no search.',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  servers: [
    {
      url: 'https://{id}.lambda-url.{region}.on.aws',
      description: 'The output QueryUrlOutput of the stack. Stacks in regions without Lambda function URLs have no such output.',
      variables: { id: { default: 'example' }, region: { default: 'us-east-1' } },
    },
  ],
  security: [{ sigv4: [] }],
  paths: Object.fromEntries(routes.map((route) => [route.path, { get: operationOf(route) }])),
  components: {
    securitySchemes: {
      sigv4: { type: 'apiKey', in: 'header', name: 'Authorization', description: 'AWS Signature Version 4, service `lambda`.' },
    },
    schemas: {
      ...Object.fromEntries(routes.map(({ name, result }) => [`${titleOf(name)}Page`, schemaOf(result())])),
      Problem: schemaOf(problem),
    },
  },
});
