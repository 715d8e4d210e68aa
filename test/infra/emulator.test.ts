/** The flag for the emulator leaves out what is listed, and nothing but that; the deployed test asks the emulator itself. */
import { expect, test } from 'vitest';
import { lackingOnEmulator } from '../../infra/stacks/emulator.ts';
import { appOf, fullPlan, stack } from './world.ts';

const whole = stack(fullPlan);
const emulated = stack(fullPlan, { emulator: true });

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

test('everything else stays as it is', () => {
  expect(emulated.resources).toEqual(Object.fromEntries(Object.entries(whole.resources).filter(([, r]) => !(r.Type in lackingOnEmulator))));
});

test('there are no stacks for other regions, which the emulator forwards nothing from', () => {
  const names = (emulator: boolean) =>
    appOf(fullPlan, { emulator })
      .synth()
      .stacks.map((s) => s.stackName);
  expect(names(true).filter((n) => n.startsWith('HyperPodAuditorEvents'))).toEqual([]);
  expect(names(false).filter((n) => n.startsWith('HyperPodAuditorEvents'))).toHaveLength(2);
});
