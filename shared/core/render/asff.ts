/**
 * Findings in AWS's Security Finding Format, as BatchImportFindings takes them from an account's own product.
 * Source of names and limits: https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format.html
 * and https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_AwsSecurityFinding.html
 */
import { cut } from '../alerts/chat-notification.ts';

import type { Finding, Level, ReadinessState, Result, Unevaluated } from '../evaluation/finding.ts';
import { partsOf } from '../history/log.ts';
import { partitionOfRegion } from '../plan/regions.ts';
import { jsonText } from '../text/json.ts';
import { type ResultRow, type RowOrigin, readinessCheck, readinessTitle, rowId, rowsOf, unevaluatedText } from './rows.ts';
import { amountWords } from './words.ts';

/** The longest that the format takes, in characters. A finding within them has some 15 KB, of the 240 KB that it may have. */
const longest = { id: 512, title: 256, description: 1024, text: 512, resource: 512, field: 2048 } as const;

/** The account and the region of Security Hub: findings of every account are of the account that imports them. */
export interface SecurityHubPlace {
  readonly account: string;
  readonly region: string;
}

/** A fingerprint of 64 bits (FNV-1a): keeps apart what would be the same once it is cut. */
function fingerprint(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash.toString(16).padStart(16, '0');
}

const idOf = (id: string): string => (id.length <= longest.id ? id : `${id.slice(0, longest.id - 17)}~${fingerprint(id)}`);

type Severity = 'INFORMATIONAL' | 'LOW' | 'MEDIUM' | 'HIGH';
type Compliance = 'PASSED' | 'WARNING' | 'FAILED' | 'NOT_AVAILABLE';

/** One finding of the format, with the members that are used here. */
export interface SecurityFinding {
  readonly SchemaVersion: '2018-10-08';
  readonly Id: string;
  readonly ProductArn: string;
  readonly ProductName: string;
  readonly GeneratorId: string;
  readonly AwsAccountId: string;
  readonly Types: readonly string[];
  readonly CreatedAt: string;
  readonly UpdatedAt: string;
  readonly Severity: { readonly Label: Severity };
  readonly FindingProviderFields: { readonly Severity: { readonly Label: Severity }; readonly Types: readonly string[] };
  readonly Title: string;
  readonly Description: string;
  readonly Remediation?: { readonly Recommendation: { readonly Text: string; readonly Url: string } };
  readonly ProductFields: { readonly [name: string]: string };
  readonly Resources: readonly { readonly Type: string; readonly Id: string; readonly Partition: string; readonly Region: string }[];
  readonly Compliance: { readonly Status: Compliance };
  readonly RecordState: 'ACTIVE' | 'ARCHIVED';
  readonly Workflow: { readonly Status: 'NEW' | 'SUPPRESSED' };
}

const types = ['Software and Configuration Checks/AWS Best Practices/SageMaker HyperPod prerequisites'];

/** A resource of AWS by its shape: its type, and the kind that stands before its id in an ARN of EC2. */
const resourceTypes: readonly (readonly [RegExp, string, string?])[] = [
  [/^subnet-[0-9a-f]+$/, 'AwsEc2Subnet', 'subnet'],
  [/^sg-[0-9a-f]+$/, 'AwsEc2SecurityGroup', 'security-group'],
  [/^vpc-[0-9a-f]+$/, 'AwsEc2Vpc', 'vpc'],
  [/^arn:[^:]+:iam::\d{12}:role\//, 'AwsIamRole'],
  [/^arn:[^:]+:eks:[^:]+:\d{12}:cluster\/[^#]+$/, 'AwsEksCluster'],
  [/^s3:\/\/[^/]+\/?$/, 'AwsS3Bucket'],
];

type FindingResource = SecurityFinding['Resources'][number];

/**
 * What a finding is about, and the account that has it, because AwsAccountId names the account that imports. Resources of AWS are
 * known by their ARN: https://docs.aws.amazon.com/securityhub/latest/userguide/asff-resources-attributes.html
 */
function resourcesOf({ account, region }: RowOrigin, resource: string | undefined): readonly FindingResource[] {
  const place = { Partition: partitionOfRegion(region), Region: region };
  const owner = { Type: 'AwsAccount', Id: `AWS::::Account:${account}`, ...place };
  if (resource === undefined) return [owner];
  const [, type = 'Other', kind] = resourceTypes.find(([shape]) => shape.test(resource)) ?? [];
  const bucket = type === 'AwsS3Bucket' ? `arn:${place.Partition}:s3:::${resource.slice('s3://'.length).replace(/\/$/, '')}` : undefined;
  const id = kind === undefined ? (bucket ?? resource) : `arn:${place.Partition}:ec2:${region}:${account}:${kind}/${resource}`;
  return [{ Type: type, Id: cut(id, longest.resource), ...place }, owner];
}

interface AsffParts {
  readonly check: string;
  readonly level: string;
  readonly title: string;
  readonly description: string;
  readonly since?: string;
  readonly severity: Severity;
  readonly compliance: Compliance;
  readonly resource?: string;
  readonly remediation?: SecurityFinding['Remediation'];
  /** Passing, or gone: Security Hub archives it. */
  readonly over: boolean;
  readonly muted: boolean;
  readonly fields: { readonly [name: string]: string | number | undefined };
}

type AsffGrade = Pick<AsffParts, 'severity' | 'compliance'>;
const passed: AsffGrade = { severity: 'INFORMATIONAL', compliance: 'PASSED' };
const ofLevel: { readonly [level in Level]: AsffGrade } = {
  required: { severity: 'HIGH', compliance: 'FAILED' },
  recommended: { severity: 'MEDIUM', compliance: 'WARNING' },
  advice: { severity: 'LOW', compliance: 'WARNING' },
};
const ofNotEvaluated: { readonly [level in Level]: AsffParts['severity'] } = {
  required: 'MEDIUM',
  recommended: 'LOW',
  advice: 'INFORMATIONAL',
};

function ofFinding(f: Finding): AsffParts {
  const fails = f.status === 'fail';
  const amount = amountWords(f);
  const { remediation } = f;
  return {
    check: f.check,
    level: f.level,
    title: f.title,
    description: amount === '' ? f.message : `${f.message} (${amount})`,
    ...(f.since !== undefined && { since: f.since }),
    ...(fails ? ofLevel[f.level] : passed),
    resource: f.resource,
    ...(fails &&
      remediation && {
        remediation: { Recommendation: { Text: cut(remediation.text, longest.text), Url: remediation.console ?? f.reference } },
      }),
    over: !fails,
    muted: f.muted !== undefined,
    fields: {
      cluster: f.cluster,
      group: f.group,
      have: f.have,
      need: f.need,
      unit: f.unit,
      command: fails ? remediation?.command : undefined,
    },
  };
}

function ofUnevaluated(row: Unevaluated): AsffParts {
  return {
    check: row.check,
    level: row.level,
    title: `${row.check} was not evaluated`,
    description: unevaluatedText(row),
    ...(row.since !== undefined && { since: row.since }),
    severity: ofNotEvaluated[row.level],
    compliance: 'NOT_AVAILABLE',
    ...(row.resource !== undefined && { resource: row.resource }),
    over: false,
    muted: false,
    fields: { cluster: row.cluster, group: row.group, action: row.action },
  };
}

const ofState: { readonly [state in ReadinessState]: AsffGrade } = {
  BLOCKED: ofLevel.required,
  UNKNOWN: { severity: 'MEDIUM', compliance: 'NOT_AVAILABLE' },
  AT_RISK: ofLevel.recommended,
  READY: passed,
};

function ofCluster({ readiness, level, message }: Extract<ResultRow, { readonly kind: 'readiness' }>): AsffParts {
  const { cluster, planned, running, state, since } = readiness;
  return {
    check: readinessCheck,
    level,
    title: readinessTitle,
    description: `${cluster}: ${message}.`,
    ...(since !== undefined && { since }),
    ...ofState[state],
    resource: cluster,
    over: state === 'READY',
    muted: false,
    fields: { cluster, state, planned: String(planned), running: String(running) },
  };
}

function said(row: ResultRow): AsffParts {
  if (row.kind === 'readiness') return ofCluster(row);
  if (row.kind === 'finding') return ofFinding(row.finding);
  if (row.kind === 'unevaluated') return ofUnevaluated(row.row);
  return {
    check: 'region',
    level: 'required',
    title: `${row.region} could not be audited`,
    description: `${row.reason}.`,
    severity: 'MEDIUM',
    compliance: 'NOT_AVAILABLE',
    over: false,
    muted: false,
    fields: { state: row.state },
  };
}

/**
 * A row as a finding of the own product of the account in `hub` (default: where the row is from). Only that account can import it:
 * https://docs.aws.amazon.com/securityhub/latest/userguide/finding-update-batchimportfindings.html
 * What passes is archived, what is muted is suppressed, what was not evaluated is NOT_AVAILABLE and stays active.
 */
export function securityFinding(row: ResultRow, hub: SecurityHubPlace = row): SecurityFinding {
  const of = said(row);
  const partition = partitionOfRegion(row.region);
  const { command, ...named } = of.fields;
  const fields = Object.entries({
    ...named,
    // Half a command is worse than none.
    command: String(command ?? '').length <= longest.field ? command : undefined,
    level: of.level,
    check: of.check,
    account: row.account,
    alias: row.alias,
    resource: of.resource,
  }).flatMap(([name, value]) => (value === undefined ? [] : [[`hyperpod-auditor/${name}`, cut(String(value), longest.field)] as const]));
  return {
    SchemaVersion: '2018-10-08',
    Id: idOf(rowId(row)),
    ProductArn: `arn:${partition}:securityhub:${hub.region}:${hub.account}:product/${hub.account}/default`,
    ProductName: 'hyperpod-auditor',
    GeneratorId: `hyperpod-auditor/${of.check}`,
    AwsAccountId: hub.account,
    Types: types,
    CreatedAt: of.since ?? row.at,
    UpdatedAt: row.at,
    Severity: { Label: of.severity },
    FindingProviderFields: { Severity: { Label: of.severity }, Types: types },
    Title: cut(of.title, longest.title),
    Description: cut(of.description, longest.description),
    ...(of.remediation && { Remediation: of.remediation }),
    ProductFields: Object.fromEntries(fields),
    Resources: resourcesOf(row, of.resource),
    Compliance: { Status: of.compliance },
    RecordState: of.over ? 'ARCHIVED' : 'ACTIVE',
    Workflow: { Status: of.muted ? 'SUPPRESSED' : 'NEW' },
  };
}

/**
 * The end of a finding or coverage row that was imported under `id` and no longer exists, at `seen.at`. The import needs
 * every required member again, although only the name is known.
 */
export function archivedFinding(seen: RowOrigin, id: string, hub?: SecurityHubPlace): SecurityFinding {
  const { check, cluster, group, resource } = partsOf(id);
  const row = { check, level: 'recommended' as const, reason: 'it no longer applies here, or it is evaluated again' };
  const parts = {
    ...(cluster !== undefined && { cluster }),
    ...(group !== undefined && { group }),
    ...(resource !== undefined && { resource }),
  };
  const made = securityFinding({ ...seen, kind: 'unevaluated', row: { ...row, ...parts } }, hub);
  const severity = { Label: 'INFORMATIONAL' } as const;
  return {
    ...made,
    Title: cut(`${check}: over`, longest.title),
    Description: 'It no longer applies here, or it is evaluated again.',
    Severity: severity,
    FindingProviderFields: { ...made.FindingProviderFields, Severity: severity },
    RecordState: 'ARCHIVED',
  };
}

/** A JSON array of findings, as `aws securityhub batch-import-findings --findings file://…` takes it, 100 at a time. */
export const asff = (result: Result): string =>
  `${jsonText(
    rowsOf(result).map((row) => securityFinding(row)),
    2,
  )}\n`;
