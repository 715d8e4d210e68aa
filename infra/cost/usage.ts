/**
 * The monthly usage of a deployment, computed from measured figures (measured.ts). Pure. What is neither measured nor in
 * the plan is assumed, by name, in `assumed`.
 */

import { metricNames } from '../../functions/runtime/metrics.ts';
import { auditDays } from '../../shared/aws/findings/table.ts';
import { auditsOfABatch, type FunctionName, functionSizes } from '../stacks/functions.ts';
import type { Usage } from './cost.ts';

/** What one call of a function takes. */
export interface CallUsage {
  /** Time in which it only waits for AWS: at `latencyMs` a call, and 5 ms for DynamoDB. */
  readonly waitMs: number;
  /** Time of a whole core. */
  readonly cpuMs: number;
  /** Lines that the function itself writes to its log. */
  readonly logLines: number;
  readonly logBytes: number;
  readonly readUnits: number;
  readonly writeUnits: number;
}

/** The same of an audit, and what the goals and limits are about. */
export interface AuditUsage extends CallUsage {
  /** Calls to AWS, and those of them that Service Quotas answers. */
  readonly calls: number;
  readonly quotaLists: number;
  readonly quotaGets: number;
  /** Items written and their bytes. */
  readonly items: number;
  readonly bytes: number;
}

/** One kind of region: with clusters, or with nothing in it but quotas. */
export interface RegionMeasured {
  readonly firstOfDay: AuditUsage;
  readonly later: AuditUsage;
  /** Bytes that stay: of the findings as they are, of one audit's entry, of one day's roll-up. */
  readonly stateBytes: number;
  readonly auditBytes: number;
  readonly dayBytes: number;
  /** Of what is remembered of quotas, replaced once a day. */
  readonly quotaBytes: number;
}

export interface Measured {
  readonly on: string;
  readonly busy: RegionMeasured;
  readonly quiet: RegionMeasured;
  /** What each changed finding adds to an audit. */
  readonly changedFinding: Pick<AuditUsage, 'readUnits' | 'writeUnits' | 'items' | 'bytes'>;
  /** A change that is recorded and asks for an audit. */
  readonly change: CallUsage;
  readonly notify: CallUsage;
  readonly sweep: CallUsage;
  readonly dispatch: { readonly fixed: CallUsage; readonly eachPlace: CallUsage };
  readonly digest: { readonly fixed: CallUsage; readonly eachPlace: CallUsage };
  /** Time of a whole core until the audit function is loaded. */
  readonly coldCpuMs: number;
  /** Milliseconds that each call to AWS took while it was measured. */
  readonly latencyMs: number;
}

/** What is deployed, as far as its cost goes. */
export interface DeploymentSize {
  readonly accounts: number;
  /** Regions of each account, and how many of them have clusters. */
  readonly regions: number;
  readonly busyRegions: number;
  /** Runs of the schedule in a month. */
  readonly runs: number;
  readonly retentionDays: number;
  /** Metrics that alarms look at. */
  readonly alarms: number;
  readonly dashboard: boolean;
  readonly emails: number;
  readonly chat: boolean;
  readonly webhook: boolean;
  readonly securityHub: boolean;
  /** Changes and notifications are published as events. */
  readonly published: boolean;
}

/** What cannot be known beforehand. A region here is one region of one account, with clusters in it. */
export const assumed = {
  /** Changes in a region that set off an audit outside of the schedule. */
  changesAMonth: 10,
  /** Audits that find a change worth a notification. */
  commitsAMonth: 4,
  findingsOfACommit: 3,
  /** Of a call to AWS: most regions are far from the auditor's. */
  latencyMs: 200,
} as const;

const hoursOfMonth = 730;
const daysOfMonth = hoursOfMonth / 24;
/** Lambda gives a whole core at this memory, and of less the same part. https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
const memoryOfACore = 1769;
/** Lambda's own lines of a call (start, end, report), and what CloudWatch adds to each line. */
const platformLogBytes = 300;
const logLineBytes = 26;
const platformLines = 3;
/** CloudWatch stores logs compressed, charged at about this part of what came in. */
const compressed = 0.15;
const logMonths = 1;
/** Five pollers for each of two queues that ask every 20 seconds while it is empty, as Lambda's event source mappings do. */
const idlePolls = 2 * 5 * 3 * 60 * hoursOfMonth;
/** Sent, received, deleted. */
const sqsRequestsOfAMessage = 3;
const messagesOfABatch = 10;
/** Sent in batches of ten as a rule, received and deleted in those of a call. */
const sqsRequestsOfAScheduled = (batch: number): number => 2 / batch + 1 / messagesOfABatch;
const sweeps = 12 * hoursOfMonth;
const digests = daysOfMonth / 7;
const checkpointDays = 30;
const gb = 1024 ** 3;

/** Billed seconds of one call: CPU runs as much slower as there is less memory than a whole core comes with. */
export const billedSeconds = ({ waitMs, cpuMs }: Pick<CallUsage, 'waitMs' | 'cpuMs'>, memoryMb: number): number =>
  (waitMs + cpuMs * Math.max(1, memoryOfACore / memoryMb)) / 1000;

const gbSeconds = (name: FunctionName, taken: Pick<CallUsage, 'waitMs' | 'cpuMs'>): number =>
  billedSeconds(taken, functionSizes[name].memoryMb) * (functionSizes[name].memoryMb / 1024);

const logBytes = (taken: CallUsage): number =>
  taken.logBytes + taken.logLines * logLineBytes + platformLogBytes + platformLines * logLineBytes;

interface FunctionUsage {
  readonly name: FunctionName;
  readonly times: number;
  readonly taken: CallUsage;
}

/** A run over many places: what it takes anyhow, and what each place adds. */
const overPlaces = ({ fixed, eachPlace }: { readonly fixed: CallUsage; readonly eachPlace: CallUsage }, places: number): CallUsage => ({
  waitMs: fixed.waitMs + places * eachPlace.waitMs,
  cpuMs: fixed.cpuMs + places * eachPlace.cpuMs,
  logLines: fixed.logLines + places * eachPlace.logLines,
  logBytes: fixed.logBytes + places * eachPlace.logBytes,
  readUnits: fixed.readUnits + places * eachPlace.readUnits,
  writeUnits: fixed.writeUnits + places * eachPlace.writeUnits,
});

/** What of a deployment its monthly figures are computed from. */
interface MonthlyCounts {
  /** Regions of accounts: all, those with clusters, those without. */
  readonly places: number;
  readonly busy: number;
  readonly quiet: number;
  /** Changes in the accounts, commits that notify, and the findings in them. */
  readonly changes: number;
  readonly commits: number;
  readonly changedFindings: number;
  /** Commits and digests that are published. */
  readonly messages: number;
}

function countsOf({ accounts, regions, busyRegions }: DeploymentSize): MonthlyCounts {
  const places = accounts * regions;
  const busy = accounts * busyRegions;
  const commits = busy * assumed.commitsAMonth;
  return {
    places,
    busy,
    quiet: places - busy,
    changes: busy * assumed.changesAMonth,
    commits,
    changedFindings: commits * assumed.findingsOfACommit,
    messages: commits + digests,
  };
}

/** Audits that one call does, on average: few accounts fill no batch. */
const batchOf = (places: number): number => (places > 20 ? 0.8 : 0.4) * auditsOfABatch;

/** A call with several audits side by side: it waits as long as the slowest, the one with a cluster where there is one among them. */
function batchUsage(size: number, { places, busy }: MonthlyCounts, ofBusy: CallUsage, ofQuiet: CallUsage): CallUsage {
  const part = busy / places;
  const mean = (of: (taken: CallUsage) => number) => part * of(ofBusy) + (1 - part) * of(ofQuiet);
  const allQuiet = (1 - part) ** size;
  return {
    waitMs: allQuiet * ofQuiet.waitMs + (1 - allQuiet) * ofBusy.waitMs,
    cpuMs: size * mean((t) => t.cpuMs),
    logLines: size * mean((t) => t.logLines),
    logBytes: size * mean((t) => t.logBytes),
    readUnits: size * mean((t) => t.readUnits),
    writeUnits: size * mean((t) => t.writeUnits),
  };
}

/** Every call of a function in a month. */
function functionCalls(
  { runs, securityHub, webhook, published }: DeploymentSize,
  counts: MonthlyCounts,
  measured: Measured,
): readonly FunctionUsage[] {
  const { places, changes, commits, messages } = counts;
  const firstRuns = Math.min(runs, daysOfMonth);
  const size = batchOf(places);
  const scheduled = (['firstOfDay', 'later'] as const).map((time): FunctionUsage => {
    const times = (places * (time === 'later' ? runs - firstRuns : firstRuns)) / size;
    return { name: 'audit', times, taken: batchUsage(size, counts, measured.busy[time], measured.quiet[time]) };
  });
  return [
    ...scheduled,
    { name: 'audit', times: changes, taken: measured.busy.later },
    { name: 'dispatch', times: runs, taken: overPlaces(measured.dispatch, places) },
    { name: 'dispatch', times: sweeps, taken: measured.sweep },
    // Not measured: in an hour sweeps read the last audit of all regions, as the digest does.
    { name: 'dispatch', times: hoursOfMonth, taken: overPlaces({ fixed: measured.change, eachPlace: measured.digest.eachPlace }, places) },
    { name: 'dispatch', times: changes, taken: measured.change },
    { name: 'notify', times: commits, taken: measured.notify },
    { name: 'digest', times: digests, taken: overPlaces(measured.digest, places) },
    // Not measured: it reads a commit and the state, as notify and the digest do, and hands on what changed.
    { name: 'import', times: (securityHub || published ? commits : 0) + (published ? messages : 0), taken: measured.notify },
    // Not measured: it waits for a chat, and reads nothing of the table.
    { name: 'webhook', times: webhook ? messages : 0, taken: { ...measured.change, waitMs: 500, readUnits: 0, writeUnits: 0 } },
  ];
}

/** Bytes that the table holds once old entries expire as fast as others come. */
function storedBytes({ runs, retentionDays }: DeploymentSize, { busy, quiet, changedFindings }: MonthlyCounts, measured: Measured): number {
  const auditsADay = runs / daysOfMonth;
  const ofRegion = ({ stateBytes, auditBytes, dayBytes, quotaBytes }: RegionMeasured, checkpoints: number): number =>
    quotaBytes + stateBytes * (1 + checkpoints) + auditBytes * auditsADay * auditDays + dayBytes * retentionDays;
  // A checkpoint holds the state; one comes every 30 days where something changed.
  const regions = busy * ofRegion(measured.busy, retentionDays / checkpointDays + 1) + quiet * ofRegion(measured.quiet, 1);
  return regions + changedFindings * measured.changedFinding.bytes * (retentionDays / daysOfMonth);
}

/** What was measured, with the time that audits wait for AWS at another latency. */
function at(latencyMs: number, measured: Measured): Measured {
  const slower = (taken: AuditUsage): AuditUsage => ({ ...taken, waitMs: taken.waitMs * (latencyMs / measured.latencyMs) });
  const region = (of: RegionMeasured): RegionMeasured => ({ ...of, firstOfDay: slower(of.firstOfDay), later: slower(of.later) });
  return { ...measured, busy: region(measured.busy), quiet: region(measured.quiet) };
}

/** Units a month of everything that has a price. */
export function monthlyUsage(size: DeploymentSize, measuredThen: Measured, latencyMs: number = assumed.latencyMs): Usage {
  const measured = at(latencyMs, measuredThen);
  const { runs, webhook } = size;
  const counts = countsOf(size);
  const { places, changes, changedFindings, messages } = counts;
  const calls = functionCalls(size, counts, measured);
  const sum = (of: (c: FunctionUsage) => number) => calls.reduce((total, c) => total + c.times * of(c), 0);
  // Containers are gone before the next hour: each run loads as many again as audits run side by side.
  const cold = runs * Math.min(places, 5);
  const storedGb = storedBytes(size, counts, measured) / gb;
  const loggedGb = sum((c) => logBytes(c.taken)) / gb;
  return {
    lambdaGbSeconds: sum((c) => gbSeconds(c.name, c.taken)) + cold * gbSeconds('audit', { waitMs: 0, cpuMs: measured.coldCpuMs }),
    lambdaRequests: sum(() => 1),
    dynamoWriteUnits: sum((c) => c.taken.writeUnits) + changedFindings * measured.changedFinding.writeUnits,
    dynamoReadUnits: sum((c) => c.taken.readUnits) + changedFindings * measured.changedFinding.readUnits,
    dynamoGbMonths: storedGb,
    dynamoPitrGbMonths: storedGb,
    metrics: metricNames.length,
    alarms: size.alarms,
    dashboards: size.dashboard ? 1 : 0,
    logGbTaken: loggedGb,
    logGbMonths: loggedGb * logMonths * compressed,
    sqsRequests: idlePolls + places * runs * sqsRequestsOfAScheduled(batchOf(places)) + changes * 2 * sqsRequestsOfAMessage,
    snsPublishes: messages * (size.chat ? 2 : 1),
    snsEmails: messages * size.emails,
    events: changes + (size.published ? changedFindings + messages : 0),
    schedules: runs + sweeps + digests,
    secrets: webhook ? 1 : 0,
    secretCalls: webhook ? messages : 0,
  };
}
