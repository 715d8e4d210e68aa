/** The committed JSON Schema of the events, as a validator. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

let validate: ValidateFunction | undefined;

/** The event as a target of a rule receives it, held against the schema; what is wrong with it. */
export function eventMistakes(detailType: string, detail: object): readonly string[] {
  const file = resolve(import.meta.dirname, '../../functions/import/events.schema.json');
  validate ??= new Ajv2020({ allErrors: true, strict: false }).compile(JSON.parse(readFileSync(file, 'utf8')));
  const event = {
    version: '0',
    id: 'e',
    source: 'hyperpod-auditor',
    'detail-type': detailType,
    account: '111122223333',
    time: '2026-11-24T08:00:00Z',
    region: 'us-west-2',
    resources: [],
    detail,
  };
  if (validate(event)) return [];
  return (validate.errors ?? []).map((e) => `${e.instancePath} ${e.message} ${JSON.stringify(e.params)}`);
}
