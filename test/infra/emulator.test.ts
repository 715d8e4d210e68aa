/** The flag for the emulator leaves out what is listed, and nothing but that; the deployed test asks the emulator itself. */
import { expect, test } from 'vitest';
import { lackingOnEmulator } from '../../infra/stacks/emulator.ts';
import { appOf, fullPlan, stack } from './world.ts';

const whole = stack(fullPlan);
const emulated = stack(fullPlan, { emulator: true });

const isMathAlarm = ({ Type, Properties }: { readonly Type: string; readonly Properties?: { readonly Metrics?: unknown } }): boolean =>
  Type === 'AWS::CloudWatch::Alarm' && Properties?.Metrics !== undefined;

test('the list', () => {
  expect(Object.keys(lackingOnEmulator)).toEqual([
    'AWS::Events::EventBusPolicy',
    'AWS::Chatbot::MicrosoftTeamsChannelConfiguration',
    'AWS::Chatbot::SlackChannelConfiguration',
  ]);
});

test('what is listed is there without the flag, and gone with it', () => {
  for (const type of Object.keys(lackingOnEmulator)) {
    expect(whole.of(type)).not.toEqual([]);
    expect(emulated.of(type)).toEqual([]);
  }
});

test('everything else stays as it is, but for alarms over metric math', () => {
  const rest = Object.entries(whole.resources).filter(([, r]) => !(r.Type in lackingOnEmulator));
  const [math, plain] = [rest.filter(([, r]) => isMathAlarm(r)), rest.filter(([, r]) => !isMathAlarm(r))];
  expect(math.length).toBeGreaterThan(0);
  for (const [id] of math) expect(emulated.resources[id]?.Properties).toMatchObject({ MetricName: expect.any(String) });
  const simplified = Object.keys(Object.fromEntries(math));
  expect(Object.fromEntries(Object.entries(emulated.resources).filter(([id]) => !simplified.includes(id)))).toEqual(
    Object.fromEntries(plain),
  );
});

test('there are no stacks for other regions, which the emulator forwards nothing from', () => {
  const names = (emulator: boolean) =>
    appOf(fullPlan, { emulator })
      .synth()
      .stacks.map((s) => s.stackName);
  expect(names(true).filter((n) => n.startsWith('HyperPodAuditorEvents'))).toEqual([]);
  expect(names(false).filter((n) => n.startsWith('HyperPodAuditorEvents'))).toHaveLength(2);
});
