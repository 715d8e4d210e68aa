/**
 * `alert confirm`: what the click in a subscription's first message does, but signed, so that from then on only the
 * account can end the subscription and not anyone who follows the link at the foot of a mail.
 */

import { toUnread } from '../../../shared/aws/client/errors.ts';
import { alertTopics, confirmSubscription } from '../../../shared/aws/messaging/alert-topics.ts';
import { type Confirmation, confirmationOf, isToken, isTopicArn, regionOf } from '../../../shared/core/alerts/confirmation-link.ts';
import { aws } from '../../../shared/core/text/command-line.ts';
import { ownCommand } from '../../../shared/core/text/own-command.ts';
import { capitalize } from '../../../shared/core/text/words.ts';
import { awsSettings } from '../../process/aws-settings.ts';
import { NoResultError } from '../../process/exit.ts';
import { emit } from '../../process/output.ts';
import { wrongPair, wrongValue } from '../../process/wrong-value.ts';

export interface AlertConfirmOptions {
  readonly topic?: string;
  readonly token?: string;
  readonly profile?: string;
}

function requestedConfirmation(link: string | undefined, { topic, token }: AlertConfirmOptions): Confirmation {
  if (link !== undefined) {
    if (topic !== undefined || token !== undefined) throw wrongPair(['the link', '--topic and --token'], 'Each names the subscription.');
    const found = confirmationOf(link);
    if (typeof found === 'string') throw wrongValue('alert confirm', 'the link that SNS sent', link, `${capitalize(found)}.`);
    return found;
  }
  if (topic === undefined || token === undefined)
    throw wrongValue('alert confirm', 'the link of the message from SNS, in quotes, or --topic and --token', undefined);
  if (!isTopicArn(topic)) throw wrongValue('--topic', 'the ARN of an SNS topic', topic);
  if (!isToken(token)) throw wrongValue('--token', 'the value after Token= in the link of the message from SNS', token);
  return { topicArn: topic, token };
}

function sentence(error: unknown, topicArn: string): string {
  const name = error instanceof Error ? error.name : '';
  const subscribeAgain = aws(['sns', 'subscribe'], {
    region: regionOf(topicArn),
    'topic-arn': topicArn,
    protocol: 'email',
    'notification-endpoint': 'ADDRESS',
  });
  if (/^InvalidParameter/.test(name))
    return `SNS does not take this token for ${topicArn}: one lasts two days and is good once; a new one is sent by: ${subscribeAgain}`;
  if (/^NotFound/.test(name)) return `The topic ${topicArn} does not exist.`;
  const { reason, action } = toUnread(error, 'sns:ConfirmSubscription');
  return `The subscription could not be confirmed: ${reason}${action === undefined ? '' : ` (${action} on ${topicArn})`}.`;
}

/** 0: confirmed, and only the account can end it. 1: it had been confirmed before in a way that lets anybody end it. */
export async function confirmAlert(link: string | undefined, options: AlertConfirmOptions): Promise<number> {
  const { topicArn, token } = requestedConfirmation(link, options);
  const settings = await awsSettings({ profile: options.profile });
  const arn = await confirmSubscription({ topicArn, token }, settings).catch((error: unknown) => {
    throw new NoResultError(sentence(error, topicArn), error);
  });
  const guarded = await alertTopics({ alerts: topicArn }, settings)
    .isGuarded(arn)
    .catch((error: unknown) => toUnread(error, 'sns:GetSubscriptionAttributes'));
  if (guarded === false) {
    const end = aws(['sns', 'unsubscribe'], { region: regionOf(topicArn), 'subscription-arn': arn });
    await emit(
      `${arn} had been confirmed before, by the link itself: anyone who follows the link at the foot of its mails ends it. To fix that, end it (${end}), subscribe again and confirm with this command.\n`,
    );
    return 1;
  }
  const unsure =
    guarded === true
      ? ''
      : ` (requested; whether it is in effect could not be read: ${guarded.reason}, ${guarded.action ?? 'sns:GetSubscriptionAttributes'})`;
  await emit(
    `Confirmed ${arn}. Only this account can end it now${unsure}; \`${ownCommand(['alert', 'test'], { topic: topicArn })}\` sends a sample.\n`,
  );
  return 0;
}
