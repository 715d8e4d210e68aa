/**
 * The description of a simulated world: accounts × regions, as JSON. What AWS would answer is written in AWS's own
 * words (a subnet is a row of `aws ec2 describe-subnets`), so a real answer can be pasted in.
 */
import { readFileSync } from 'node:fs';
import * as z from 'zod';
import type { Deep, SandboxCall } from './call.ts';
import { cloudwatchRows } from './service/cloudwatch.ts';
import { ec2Rows } from './service/ec2-resources.ts';
import { eksRows } from './service/eks.ts';
import { fsxRows } from './service/fsx.ts';
import { kmsRows } from './service/kms.ts';
import { sagemakerRows } from './service/sagemaker.ts';
import { secretsmanagerRows } from './service/secretsmanager.ts';
import { ssmRows } from './service/ssm.ts';
import { defaultQuotas, regionNames } from './world.ts';

const strings = z.array(z.string());
/** Actions that are denied there, as IAM writes them: `fsx:DescribeFileSystems`. */
const denied = z.array(z.string().regex(/^[a-z0-9]+:[A-Za-z]+$/, 'expected an IAM action such as fsx:DescribeFileSystems')).default([]);

const quotaRow = z.strictObject({ code: z.string(), name: z.string(), default: z.number(), adjustable: z.boolean().default(true) });

/** How a region's quotas differ from AWS's defaults. By QuotaName, since that is what AWS keeps stable. */
const quotas = z.strictObject({
  /** The account's own values. */
  applied: z.record(z.string(), z.number()).default({}),
  /** Service Quotas keeps no applied value: GetServiceQuota refuses, the list leaves the row out, the default is there. */
  defaultOnly: strings.default([]),
  /** Rows that this region does not have at all. */
  missing: strings.default([]),
  /** Rows that come with an ErrorReason instead of a value. */
  broken: z.record(z.string(), z.string()).default({}),
  /** Further rows. */
  more: z.array(quotaRow).default([]),
});

const quotaRequest = z.looseObject({
  Id: z.string(),
  ServiceCode: z.string(),
  QuotaCode: z.string(),
  QuotaName: z.string(),
  DesiredValue: z.number(),
  Status: z.enum(['PENDING', 'CASE_OPENED', 'APPROVED', 'DENIED', 'CASE_CLOSED', 'NOT_APPROVED', 'INVALID_REQUEST']),
  Created: z.iso.datetime(),
});

const region = z.strictObject({
  optIn: z.enum(['opt-in-not-required', 'opted-in', 'not-opted-in']).optional(),
  denied,
  /** Zone name → zone id, for accounts AWS shuffles; else the letters follow the ids. */
  zones: z.record(z.string(), z.string()).optional(),
  /** EC2 type → zone ids, where it differs from what AWS offers there; `[]` is nowhere. */
  offerings: z.record(z.string(), strings).default({}),
  /** By service code. */
  quotas: z.partialRecord(z.enum(['sagemaker', 'vpc', 'ec2']), quotas).default({}),
  quotaRequests: z.array(quotaRequest).default([]),
  ...cloudwatchRows,
  ...ec2Rows,
  ...eksRows,
  ...fsxRows,
  ...kmsRows,
  ...sagemakerRows,
  ...secretsmanagerRows,
  ...ssmRows,
  /** The account's mode of VPC Block Public Access. */
  blockPublicAccess: z.enum(['off', 'block-ingress', 'block-bidirectional']).default('off'),
  /** By VPC id; AWS's defaults for a VPC someone made: DNS support on, DNS hostnames off. */
  vpcDns: z.record(z.string(), z.strictObject({ support: z.boolean(), hostnames: z.boolean() })).default({}),
});

const policyDocument = z.looseObject({ Version: z.string().optional(), Statement: z.union([z.array(z.unknown()), z.looseObject({})]) });

const iam = z.strictObject({
  aliases: strings.default([]),
  roles: z
    .record(
      z.string(),
      z.strictObject({
        path: z.string().default('/'),
        trust: policyDocument,
        attached: strings.default([]),
        inline: z.record(z.string(), policyDocument).default({}),
        boundary: z.string().optional(),
        tags: z.record(z.string(), z.string()).default({}),
      }),
    )
    .default({}),
  users: z.record(z.string(), z.strictObject({ tags: z.record(z.string(), z.string()).default({}) })).default({}),
  /** The account's own managed policies, by ARN: the version in force. */
  policies: z.record(z.string(), policyDocument).default({}),
});

const bucket = z.strictObject({
  region: z.string(),
  policy: policyDocument.optional(),
  /** Accounts that may read it, in addition to its owner. */
  sharedWith: strings.default([]),
  /** Key → content. */
  objects: z.record(z.string(), z.string()).default({}),
  /** ARN of the KMS key that encrypts its objects. */
  kmsKey: z.string().optional(),
});

const account = z.strictObject({
  /** Denied in every region, and for services that have none. */
  denied,
  /** Roles that other accounts may assume: name → these accounts, and the external id that they have to send. */
  enterable: z.record(z.string(), z.strictObject({ by: strings, externalId: z.string().optional() })).default({}),
  iam: iam.prefault({}),
  buckets: z.record(z.string(), bucket).default({}),
  regions: z.record(z.string(), region).default({}),
});

const description = z.strictObject({
  organization: z
    .strictObject({
      id: z.string().default('o-7hyperpod1'),
      management: z.string(),
      accounts: z.array(z.looseObject({ Id: z.string(), Name: z.string(), Status: z.string() })),
      /** By the id of a root or an organizational unit: what is directly in it. */
      units: z.record(z.string(), z.strictObject({ accounts: strings.default([]), units: strings.default([]) })).default({}),
    })
    .optional(),
  accounts: z.record(z.string().regex(/^\d{12}$/, 'expected a 12-digit account id'), account),
});

export type Description = Deep<z.output<typeof description>>;
export type SandboxAccount = Description['accounts'][string];
export type SandboxRegion = SandboxAccount['regions'][string];
export type SandboxBucket = SandboxAccount['buckets'][string];
/** A call with all that the accounts contain. */
export type AccountCall = SandboxCall<SandboxRegion, SandboxAccount, Description>;
export type SandboxPolicy = Deep<z.output<typeof policyDocument>>;

const at = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : text === '' ? String(part) : `${text}.${String(part)}`),
    '',
  );

/** Slips the shape cannot show: names that nothing answers to. */
function* slips(d: Description): Generator<string> {
  for (const [id, a] of Object.entries(d.accounts)) {
    for (const [name, r] of Object.entries(a.regions)) {
      const where = `accounts.${id}.regions.${name}`;
      if (!regionNames.includes(name)) yield `${where}: unknown region; expected one of ${regionNames.join(', ')}`;
      for (const [service, q] of Object.entries(r.quotas)) {
        const names = new Set([...defaultQuotas(service, name), ...(q?.more ?? [])].map((row) => row.name));
        for (const key of [
          ...Object.keys(q?.applied ?? {}),
          ...(q?.defaultOnly ?? []),
          ...(q?.missing ?? []),
          ...Object.keys(q?.broken ?? {}),
        ])
          if (!names.has(key)) yield `${where}.quotas.${service}: no quota of ${service} in ${name} is named "${key}"`;
      }
    }
    for (const [name, b] of Object.entries(a.buckets))
      if (!regionNames.includes(b.region)) yield `accounts.${id}.buckets.${name}.region: unknown region "${b.region}"`;
  }
}

/**
 * A description from what a JSON file holds, with everything left out filled in. Throws one error that lists every
 * mistake with its place; `file` is how the error calls the source.
 */
export function parseDescription(json: unknown, file = 'description'): Description {
  const result = description.safeParse(json);
  const mistakes = result.success ? [...slips(result.data)] : result.error.issues.map((i) => `${at(i.path)}: ${i.message}`);
  if (result.success && mistakes.length === 0) return result.data;
  throw new Error(`${file} does not describe an account:\n${mistakes.map((m) => `  ${m}`).join('\n')}`);
}

/** Reads a description file. Errors name the file. */
export function readDescription(file: string): Description {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new Error(`${file} cannot be read as JSON: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
  return parseDescription(json, file);
}

/** A region with nothing in it but AWS's defaults. */
export const emptyRegion: SandboxRegion = region.parse({});

/** The description with one region of one account changed: how drift and tests write their difference. Throws if the account does not exist. */
export function changeRegion(
  d: Description,
  accountId: string,
  name: string,
  change: (region: SandboxRegion) => Partial<SandboxRegion>,
): Description {
  const before = d.accounts[accountId];
  if (!before) throw new Error(`The description has no account ${accountId}.`);
  const old = before.regions[name] ?? emptyRegion;
  return {
    ...d,
    accounts: { ...d.accounts, [accountId]: { ...before, regions: { ...before.regions, [name]: { ...old, ...change(old) } } } },
  };
}
