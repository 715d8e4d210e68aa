/** Reads from each output which clusters it names, where, and in which state: as a program or a person reads that format. */
import type { resultFormats } from '../../../functions/cli/formats.ts';
import type { Report } from '../../../functions/dashboard/report-data.ts';

export interface Named {
  readonly account: string;
  readonly region: string;
  readonly cluster: string;
  /** BLOCKED, UNKNOWN, AT_RISK or READY. */
  readonly state: string;
}

type Json = Readonly<Record<string, never>>;
const linesOf = (text: string): readonly Json[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

/** A state as people read it. */
const stateOf = (words: string): string => words.replace('AT RISK', 'AT_RISK');

/** The lines below READINESS, by the account in the heading above. */
function ofText(text: string): readonly Named[] {
  let account = '';
  return text.split('\n').flatMap((line): Named[] => {
    account = /^HyperPod readiness of account (?:.* \()?(\d{12})\)?, /.exec(line)?.[1] ?? account;
    const [, state, region, cluster] = /^ {2}(BLOCKED|UNKNOWN|AT RISK|READY) +(\S+) +(\S+) +(?:planned|running)/.exec(line) ?? [];
    return state === undefined || region === undefined || cluster === undefined
      ? []
      : [{ account, region, cluster, state: stateOf(state) }];
  });
}

function ofJson(text: string): readonly Named[] {
  const { accounts } = JSON.parse(text);
  return accounts.flatMap((a: { account: string; regions: readonly { region: string; readiness: readonly Named[] }[] }) =>
    a.regions.flatMap((r) => r.readiness.map(({ cluster, state }) => ({ account: a.account, region: r.region, cluster, state }))),
  );
}

function ofCsv(text: string): readonly Named[] {
  const [head = '', ...lines] = text.split('\r\n');
  const at = (name: string) => head.split(',').indexOf(name);
  return lines.flatMap((line): Named[] => {
    // None of the columns up to the cluster's name is quoted in these tests.
    const cells = line.split(',');
    const cell = (name: string) => cells[at(name)] ?? '';
    if (cell('check') !== 'readiness') return [];
    return [{ account: cell('account'), region: cell('region'), cluster: cell('cluster'), state: cell('status') }];
  });
}

/** A case that passes is READY; the others say their state at the beginning of the message. */
const ofJunit = (text: string): readonly Named[] =>
  [
    ...text.matchAll(
      /<testcase classname="(\d{12})\.([a-z0-9-]+)\.([^."]+)" name="readiness"(?:\/>|><\w+ (?:type="\w+" )?message="([A-Z ]+))/g,
    ),
  ].map(([, account = '', region = '', cluster = '', state = 'READY']) => ({ account, region, cluster, state: stateOf(state.trim()) }));

const ofSarif = (text: string): readonly Named[] =>
  JSON.parse(text).runs[0].properties.readiness.map(({ account, region, cluster, state }: Named) => ({ account, region, cluster, state }));

const ofEvents = (text: string): readonly Named[] =>
  linesOf(text).flatMap((event): Named[] => {
    const { compliance, cloud, unmapped } = event as Record<string, { [name: string]: never }>;
    if (compliance?.control !== 'readiness') return [];
    return [
      {
        account: (cloud?.account as { uid: string } | undefined)?.uid ?? '',
        region: cloud?.region ?? '',
        ...(unmapped as unknown as Pick<Named, 'cluster' | 'state'>),
      },
    ];
  });

const ofFindings = (text: string): readonly Named[] =>
  JSON.parse(text).flatMap(
    (f: { GeneratorId: string; AwsAccountId: string; Resources: [{ Region: string }]; ProductFields: Record<string, string> }) =>
      f.GeneratorId === 'hyperpod-auditor/readiness'
        ? [
            {
              account: f.AwsAccountId,
              region: f.Resources[0].Region,
              cluster: f.ProductFields['hyperpod-auditor/cluster'],
              state: f.ProductFields['hyperpod-auditor/state'],
            },
          ]
        : [],
  );

const ofLines = (text: string): readonly Named[] =>
  linesOf(text).flatMap((line): Named[] => {
    const { account, region, check, cluster, status } = line as Record<string, string>;
    return check === 'readiness' && account && region && cluster && status ? [{ account, region, cluster, state: status }] : [];
  });

/** A reader for each format of a result; the compiler asks for one with every new format. */
export const namedIn: { readonly [format in (typeof resultFormats)[number]]: (text: string) => readonly Named[] } = {
  text: ofText,
  json: ofJson,
  jsonl: ofLines,
  csv: ofCsv,
  junit: ofJunit,
  sarif: ofSarif,
  ocsf: ofEvents,
  asff: ofFindings,
};

/** A report: its rows of readiness, and the notice of planned clusters without a stored audit. */
export function namedInReport({ readiness, about }: Pick<Report, 'readiness' | 'about'>): readonly Named[] {
  const unaudited = about.leftOut.flatMap(({ words }) =>
    / UNKNOWN: /.test(words)
      ? [...words.matchAll(/([A-Za-z0-9-]+) in ([a-z0-9-]+) of (\d{12})/g)].map(([, cluster = '', region = '', account = '']) => ({
          account,
          region,
          cluster,
          state: 'UNKNOWN',
        }))
      : [],
  );
  return [
    ...readiness.flatMap((r) => r.clusters.map((c) => ({ account: r.account, region: r.region, cluster: c.cluster, state: c.state }))),
    ...unaudited,
  ];
}

/** The text of `readiness --plan`. */
export function namedInStatus(text: string): readonly Named[] {
  let place = { account: '', region: '' };
  return text.split('\n').flatMap((line): Named[] => {
    const [, region, account] = /^(\S+) · (?:.* \()?(\d{12})\)? {2}/.exec(line) ?? [];
    if (region !== undefined && account !== undefined) place = { account, region };
    const [, state, cluster] = /^ {2}(BLOCKED|UNKNOWN|AT RISK|READY) +(\S+) +(?:since|planned)/.exec(line) ?? [];
    return state === undefined || cluster === undefined ? [] : [{ ...place, cluster, state: stateOf(state) }];
  });
}

export const byPlace = (named: readonly Named[]): readonly Named[] => {
  const key = ({ account, region, cluster }: Named) => `${account} ${region} ${cluster}`;
  return named
    .map(({ account, region, cluster, state }) => ({ account, region, cluster, state }))
    .toSorted((x, y) => (key(x) < key(y) ? -1 : 1));
};
