/**
 * A result as OCSF events, for SIEMs and security lakes: class Compliance Finding (2003) of OCSF 1.6.0 with the profile
 * `cloud`, one event a line. What was not evaluated is an event of unknown status.
 * Source of names and numbers: https://schema.ocsf.io/1.6.0/classes/compliance_finding
 */

import type { Finding, Level, ReadinessState, Result, Unevaluated } from '../evaluation/finding.ts';
import { partitionOfRegion } from '../plan/regions.ts';
import { jsonText } from '../text/json.ts';
import { muteWords, type ResultRow, readinessCheck, readinessTitle, rowId, rowsOf, unevaluatedText } from './rows.ts';
import { amountWords } from './words.ts';

const version = '1.6.0';
const classUid = 2003;

const activities = { create: 1, update: 2 } as const;
const statuses = { new: 1, suppressed: 3, resolved: 4 } as const;
const statusIds = { unknown: 0, pass: 1, warning: 2, fail: 3 } as const;
const severities = { informational: 1, low: 2, medium: 3, high: 4 } as const;

const ofLevel: { readonly [level in Level]: { readonly severity: number; readonly statusId: number } } = {
  required: { severity: severities.high, statusId: statusIds.fail },
  recommended: { severity: severities.medium, statusId: statusIds.warning },
  advice: { severity: severities.low, statusId: statusIds.warning },
};

const time = (at: string): number => Date.parse(at);
const sentence = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

interface OcsfParts {
  readonly check: string;
  readonly title: string;
  readonly message: string;
  readonly since?: string;
  readonly severity: number;
  readonly statusId: number;
  readonly status: number;
  readonly detail?: string;
  readonly resource?: string;
  readonly remediation?: object;
  readonly unmapped: object;
}

function ofFinding(f: Finding): OcsfParts {
  const fails = f.status === 'fail';
  const { severity, statusId } = fails ? ofLevel[f.level] : { severity: severities.informational, statusId: statusIds.pass };
  const { remediation } = f;
  const links = [f.reference, remediation?.console].filter((link) => link !== undefined);
  const detail = [amountWords(f), f.muted ? muteWords(f.muted) : ''].filter((part) => part !== '').join('. ');
  return {
    check: f.check,
    title: f.title,
    message: f.message,
    ...(f.since !== undefined && { since: f.since }),
    severity,
    statusId,
    status: fails ? (f.muted ? statuses.suppressed : statuses.new) : statuses.resolved,
    ...(detail !== '' && { detail: sentence(detail) }),
    resource: f.resource,
    ...(fails &&
      remediation && {
        remediation: {
          desc: [remediation.text, remediation.command].filter((part) => part !== undefined).join('\n'),
          references: links,
        },
      }),
    unmapped: { level: f.level, cluster: f.cluster, group: f.group, have: f.have, need: f.need, unit: f.unit, watched: f.watched },
  };
}

function ofUnevaluated(row: Unevaluated): OcsfParts {
  const { check, level, cluster, group, resource, since, last } = row;
  const before = last ? ` The last result, ${last.status}, is from ${last.at}.` : '';
  return {
    check,
    title: `${check} was not evaluated`,
    message: `${unevaluatedText(row)}${before}`,
    ...(since !== undefined && { since }),
    severity: ofLevel[level].severity,
    statusId: statusIds.unknown,
    status: statuses.new,
    detail: 'Not evaluated: neither a pass nor a failure.',
    ...(resource !== undefined && { resource }),
    unmapped: { level, cluster, group, action: row.action },
  };
}

const ofState: { readonly [state in ReadinessState]: { readonly severity: number; readonly statusId: number } } = {
  BLOCKED: ofLevel.required,
  UNKNOWN: { severity: severities.high, statusId: statusIds.unknown },
  AT_RISK: ofLevel.recommended,
  READY: { severity: severities.informational, statusId: statusIds.pass },
};

function ofCluster({ readiness, level, message }: Extract<ResultRow, { readonly kind: 'readiness' }>): OcsfParts {
  const { cluster, planned, running, state, since } = readiness;
  return {
    check: readinessCheck,
    title: readinessTitle,
    message: `${cluster}: ${message}.`,
    ...(since !== undefined && { since }),
    ...ofState[state],
    status: state === 'READY' ? statuses.resolved : statuses.new,
    resource: cluster,
    unmapped: { level, cluster, state, planned, running },
  };
}

function said(row: ResultRow): OcsfParts {
  if (row.kind === 'readiness') return ofCluster(row);
  if (row.kind === 'finding') return ofFinding(row.finding);
  if (row.kind === 'unevaluated') return ofUnevaluated(row.row);
  return {
    check: 'region',
    title: `${row.region} could not be audited`,
    message: `${sentence(row.reason)}.`,
    severity: severities.high,
    statusId: statusIds.unknown,
    status: statuses.new,
    detail: `The region is ${row.state === 'failed' ? 'unknown: its audit failed' : 'not enabled'}.`,
    unmapped: { level: 'required', state: row.state },
  };
}

/** One event. `tool`: who says so. */
function eventOf(row: ResultRow, tool: Result['tool']): object {
  const { check, title, message, since, severity, statusId, status, detail, resource, remediation, unmapped } = said(row);
  // What has been so for longer than this audit was reported before.
  const activity = since !== undefined && since < row.at ? activities.update : activities.create;
  const uid = rowId(row);
  const partition = partitionOfRegion(row.region);
  return {
    activity_id: activity,
    category_uid: 2,
    class_uid: classUid,
    type_uid: classUid * 100 + activity,
    time: time(row.at),
    severity_id: severity,
    status_id: status,
    message,
    metadata: { version, profiles: ['cloud'], uid, product: { name: tool.name, vendor_name: tool.name, version: tool.version } },
    cloud: {
      provider: 'AWS',
      region: row.region,
      cloud_partition: partition,
      account: { uid: row.account, type_id: 10, ...(row.alias !== undefined && { name: row.alias }) },
    },
    finding_info: {
      uid,
      title,
      desc: message,
      types: ['HyperPod prerequisite'],
      analytic: { uid: check, name: check, type_id: 1 },
      last_seen_time: time(row.at),
      ...(since !== undefined && { created_time: time(since) }),
    },
    compliance: {
      control: check,
      standards: ['SageMaker HyperPod prerequisites'],
      status_id: statusId,
      ...(detail !== undefined && { status_detail: detail }),
    },
    resources: [{ uid: resource ?? row.region, region: row.region, cloud_partition: partition }],
    ...(remediation && { remediation }),
    unmapped,
  };
}

/** One event a line. */
export const ocsf = (result: Result): string =>
  rowsOf(result)
    .map((row) => `${jsonText(eventOf(row, result.tool))}\n`)
    .join('');
