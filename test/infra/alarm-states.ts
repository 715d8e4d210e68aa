/**
 * What CloudWatch makes of alarms, as its documentation says: data points by statistic and period, missing ones by the
 * alarm's setting, states over time. A simulation: it stands for the documentation and not for CloudWatch.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 */
import type { Resource } from './world.ts';

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
/** A data point of a period: breaching, not breaching, missing. */
export type Point = 'X' | '0' | '-';

interface MissingDataSetting {
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  readonly treatMissingData: 'notBreaching' | 'breaching' | 'ignore';
}

/** More points than periods are read: with three periods the documentation shows five. */
export const extraPoints = 2;

/** The state after points, the oldest first. */
export function stateAfter(points: readonly Point[], before: AlarmState, setting: MissingDataSetting): AlarmState {
  const { evaluationPeriods, datapointsToAlarm, treatMissingData } = setting;
  const real = points.filter((p) => p !== '-').slice(-evaluationPeriods);
  const breaching = real.filter((p) => p === 'X').length;
  const missing = evaluationPeriods - real.length;
  if (treatMissingData === 'ignore' && missing > 0 && breaching < datapointsToAlarm) return real.includes('0') ? 'OK' : before;
  return breaching + (treatMissingData === 'breaching' ? missing : 0) >= datapointsToAlarm ? 'ALARM' : 'OK';
}

/** A sample of a metric. `minute`: since the stack was deployed. */
export interface Sample {
  readonly metric: string;
  readonly minute: number;
  readonly value: number;
}

interface Watched {
  readonly MetricName: string;
  readonly Dimensions?: readonly { readonly Value: unknown }[];
  readonly Period: number;
  readonly Statistic: string;
}

/** Name of a metric in samples: with the resource it is of, where it has one. */
const sampleName = ({ MetricName, Dimensions }: Pick<Watched, 'MetricName' | 'Dimensions'>): string =>
  [MetricName, ...(Dimensions ?? []).map(({ Value }) => JSON.stringify(Value).match(/[A-Za-z]{3,}(?=[0-9A-F]{8}")/)?.[0] ?? '')].join(' ');

/** The value of the period that begins at a minute, as far as it is known at `now`; `undefined`: missing. */
function dataPoint(watched: Watched, from: number, now: number, samples: readonly Sample[]): number | undefined {
  const name = sampleName(watched);
  const to = Math.min(now, from + watched.Period / 60 - 1);
  const values = samples.filter((s) => s.metric === name && s.minute >= from && s.minute <= to).map((s) => s.value);
  if (values.length === 0) return undefined;
  switch (watched.Statistic) {
    case 'Sum':
      return values.reduce((sum, v) => sum + v, 0);
    case 'Maximum':
      return Math.max(...values);
    case 'SampleCount':
      return values.length;
    default:
      throw new Error(`The simulation has no statistic ${watched.Statistic}.`);
  }
}

type AlarmProperties = Resource['Properties'];

interface MathMember {
  readonly MetricStat?: { readonly Metric: Watched };
}

/** The one expression that alarms have, `FILL(sweeps, 0) * 1000 < queue`: what is missing counts as 0. */
function computed({ Metrics }: AlarmProperties, from: number, now: number, samples: readonly Sample[]): number | undefined {
  const value = (id: string) => {
    const { Metric, Period, Stat } = Metrics.find((m: { readonly Id: string }) => m.Id === id).MetricStat;
    return dataPoint({ ...Metric, Period, Statistic: Stat }, from, now, samples);
  };
  const [sweeps, queue] = [value('sweeps'), value('queue')];
  return sweeps === undefined && queue === undefined ? undefined : Number((sweeps ?? 0) * 1000 < (queue ?? 0));
}

/** States of an alarm, evaluated every five minutes from its creation on: each change with its minute. */
export function statesOf(alarm: AlarmProperties, samples: readonly Sample[], minutes: number): readonly (readonly [number, AlarmState])[] {
  const { Threshold, EvaluationPeriods, DatapointsToAlarm = EvaluationPeriods, TreatMissingData } = alarm;
  const period = (alarm.Period ?? alarm.Metrics.find((m: { readonly MetricStat?: object }) => m.MetricStat).MetricStat.Period) / 60;
  const watched: readonly Watched[] = alarm.Metrics?.flatMap((m: MathMember) => m.MetricStat?.Metric ?? []) ?? [alarm];
  const names = new Set(watched.map(sampleName));
  const own = samples.filter((s) => names.has(s.metric));
  const setting = { evaluationPeriods: EvaluationPeriods, datapointsToAlarm: DatapointsToAlarm, treatMissingData: TreatMissingData };
  const changes: (readonly [number, AlarmState])[] = [];
  let state: AlarmState = 'INSUFFICIENT_DATA';
  for (let now = 0; now <= minutes; now += 5) {
    const current = Math.floor(now / period) * period;
    const points = Array.from({ length: EvaluationPeriods + extraPoints }, (_, n): Point => {
      const from = current - (EvaluationPeriods + extraPoints - 1 - n) * period;
      const value = alarm.Metrics ? computed(alarm, from, now, own) : dataPoint(alarm, from, now, own);
      return value === undefined ? '-' : value > Threshold ? 'X' : '0';
    });
    const next = stateAfter(points, state, setting);
    if (next !== state) changes.push([now, next]);
    state = next;
  }
  return changes;
}
