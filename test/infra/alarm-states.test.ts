/** Alarms of the template over series of metrics, by the rules that CloudWatch documents. A simulation. */
import { describe, expect, test } from 'vitest';
import { type AlarmState, type Point, type Sample, stateAfter, statesOf } from './alarm-states.ts';
import { fullPlan, stack } from './world.ts';

describe('the state after points', () => {
  const of = (text: string) => [...text.replaceAll(' ', '')] as Point[];
  // The tables of the documentation; "retained" is the state before.
  test.each([
    [3, '0 - X - X', 'OK', 'OK', 'OK'],
    [3, '0 - - - -', 'OK', 'OK', 'OK'],
    [3, '- - - - -', 'retained', 'ALARM', 'OK'],
    [3, '0 X X - X', 'ALARM', 'ALARM', 'ALARM'],
    [3, '- - - - X', 'retained', 'ALARM', 'OK'],
    [2, '0 - X - X', 'ALARM', 'ALARM', 'ALARM'],
    [2, '0 0 X 0 X', 'ALARM', 'ALARM', 'ALARM'],
    [2, '0 - X - -', 'OK', 'ALARM', 'OK'],
    [2, '- - - - 0', 'OK', 'ALARM', 'OK'],
    [2, '- - - - X', 'retained', 'ALARM', 'OK'],
  ] as const)('%i of 3, %s: %s where missing ones are ignored, %s where they are breaching, %s where not', (m, text, ...expected) => {
    const states = (['ignore', 'breaching', 'notBreaching'] as const).map((treatMissingData) => {
      const following = (before: AlarmState) =>
        stateAfter(of(text), before, { evaluationPeriods: 3, datapointsToAlarm: m, treatMissingData });
      return following('OK') === following('ALARM') ? following('OK') : 'retained';
    });
    expect(states).toEqual(expected);
  });
});

interface QuietOptions {
  /** Minutes between sweeps. */
  readonly every: number;
  /** Minutes in which none runs. */
  readonly without: (minute: number) => boolean;
}

describe('alarms of a deployment', () => {
  const hour = 60;
  const day = 24 * hour;
  const { of } = stack(fullPlan);
  const alarms = new Map(of('AWS::CloudWatch::Alarm').map((a) => [a.id.replace(/^Operations|[0-9A-F]{8}$/g, ''), a.Properties]));

  /** What comes of a quiet deployment: sweeps each so many minutes from the first on, and the metric of the polled queue. */
  const quiet = (minutes: number, { every = 10, without = () => false }: Partial<QuietOptions> = {}): Sample[] => {
    const samples: Sample[] = [];
    for (let minute = every; minute <= minutes; minute += every)
      if (!without(minute))
        for (const metric of ['PendingSeconds', 'RoutesBroken', 'RegionsLate']) samples.push({ metric, minute, value: 0 });
    for (let minute = 2; minute <= minutes; minute++)
      samples.push({ metric: 'ApproximateNumberOfMessagesVisible RequestsQueue', minute, value: 0 });
    return samples;
  };
  /** Alarms that rang, each with its changes after the first OK. */
  const rang = (samples: readonly Sample[], minutes: number) =>
    Object.fromEntries(
      [...alarms].flatMap(([id, alarm]) => {
        const changes = statesOf(alarm, samples, minutes).filter(([minute]) => minute > 0);
        return changes.some(([, state]) => state === 'ALARM') ? [[id, changes]] : [];
      }),
    );

  test.each([5, 10])('on the first day none rings, with sweeps every %i minutes', (every) => {
    expect(rang(quiet(day, { every }), day)).toEqual({});
    for (const alarm of alarms.values()) expect(statesOf(alarm, [], 60).map(([, state]) => state)).not.toContain('ALARM');
  });

  test('an account that is not readable for good rings once, and ends by itself', () => {
    const { CoverageLost: changes, ...others } = rang([...quiet(day), { metric: 'CoverageLost', minute: 8 * hour, value: 40 }], day);
    expect(others).toEqual({});
    expect(changes?.map(([, state]) => state)).toEqual(['ALARM', 'OK']);
    const [[begun], [ended]] = changes as [readonly [number, AlarmState], readonly [number, AlarmState]];
    expect([begun, ended - begun < 5 * hour]).toEqual([8 * hour, true]);
  });

  test('audits of one account that stop ring until they go on, without coming and going', () => {
    // Its turn is in the fourth sweep of each hour.
    const late = Array.from({ length: 6 }, (_, n): Sample => ({ metric: 'RegionsLate', minute: (8 + n) * hour + 40, value: 18 }));
    const { RegionsLate: changes, ...others } = rang([...quiet(day), ...late], day);
    expect(others).toEqual({});
    expect(changes?.map(([, state]) => state)).toEqual(['ALARM', 'OK']);
    const [[begun], [ended]] = changes as [readonly [number, AlarmState], readonly [number, AlarmState]];
    expect([begun, ended <= 16 * hour]).toEqual([8 * hour + 40, true]);
  });

  test('sweeps that stop ring within an hour and a half, and until they run again', () => {
    const stopped = (minute: number) => minute > 8 * hour && minute < 14 * hour;
    const { NoSweeps: changes, ...others } = rang(quiet(day, { without: stopped }), day);
    expect(others).toEqual({});
    expect(changes?.map(([, state]) => state)).toEqual(['ALARM', 'OK']);
    const [[begun], [ended]] = changes as [readonly [number, AlarmState], readonly [number, AlarmState]];
    expect([begun > 8.5 * hour && begun <= 9.5 * hour, ended]).toEqual([true, 14 * hour]);
  });

  test('one sweep that is missed rings nothing', () => {
    expect(rang(quiet(day, { without: (minute) => minute === 8 * hour }), day)).toEqual({});
  });

  test('a dead letter rings for as long as it may lie there, though SQS stops counting a queue that no one touches', () => {
    const counted = Array.from({ length: 6 * hour }, (_, n): Sample => {
      return { metric: 'ApproximateNumberOfMessagesVisible RequestsDead', minute: 8 * hour + n, value: 1 };
    });
    const { RequestsDeadLetters: changes, ...others } = rang([...quiet(day), ...counted], day);
    expect(others).toEqual({});
    expect(changes).toEqual([[8 * hour, 'ALARM']]);
  });
});
