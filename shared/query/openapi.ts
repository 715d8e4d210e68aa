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
        'A page. Where nothing was found and the value of a filter does not occur in what is stored, `known` is false, `detail` says so in a sentence, and `unknown` names the filter, the value that was probably meant and those that do occur. An empty page without `known` means that what is asked about is known and that nothing matches.',
      headers: { etag: { description: 'Stays the same while the answer does.', schema: { type: 'string' } } },
      content: { 'application/json': { schema: { $ref: `#/components/schemas/${titleOf(name)}Page` } } },
    },
    304: { description: 'The asker has this answer: it sent its ETag as If-None-Match.' },
    400: problemAnswer(
      'Parameters are missing or not accepted, a check does not exist, or the cursor is not one of this question. Each parameter is named with what is accepted and, where one is near, with the value that was probably meant.',
    ),
    404: problemAnswer('The path does not exist, or the moment is not stored.'),
    405: problemAnswer('Questions are asked with GET.'),
    422: problemAnswer('The answer is over what can be sent.'),
  },
});

const titleOf = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

export const openApi = (version: string): JsonSchema => ({
  openapi: '3.1.1',
  info: {
    title: 'hyperpod-auditor',
    version,
    summary: 'Whether HyperPod clusters would come up, what keeps them from it, and what changed.',
    description:
      'Questions about the findings of one deployment. Requests are signed with AWS Signature Version 4 for the service `lambda`, by who may call `lambda:InvokeFunctionUrl` and `lambda:InvokeFunction`. All times are RFC 3339, UTC. Pages are followed by their cursor, which is good for the same question with the same filters; `scanned` says how many records were read for one, `keys` which filters found it without looking.',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  servers: [
    {
      url: 'https://{id}.lambda-url.{region}.on.aws',
      description: 'The output QueryUrlOutput of the stack. A stack in a region without Lambda function URLs has none.',
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
