import { describe, expect, test } from 'vitest';
import { confirmationOf } from '../../../shared/core/alerts/confirmation-link.ts';

const topicArn = 'arn:aws:sns:us-west-2:111122223333:HyperPodAuditor-AlertsDriftAlerts1A2B-x9Y8';
const token = '2336412f37fb687f5d51e6e241d09c805a5a57b30d712f794cc5f6a988666d92';
const mail = `https://sns.us-west-2.amazonaws.com/confirmation.html?TopicArn=${topicArn}&Token=${token}&Endpoint=a@example.com`;
const china = topicArn.replace('aws:', 'aws-cn:').replace('us-west-2', 'cn-north-1');

describe('a link that SNS sent', () => {
  test.each([
    ['of a mail', mail, topicArn],
    ['with spaces around it', ` ${mail}\n`, topicArn],
    ['with its ARN encoded', mail.replace(topicArn, encodeURIComponent(topicArn)), topicArn],
    [
      'of a message in JSON',
      `https://sns.us-west-2.amazonaws.com/?Action=ConfirmSubscription&TopicArn=${topicArn}&Token=${token}`,
      topicArn,
    ],
    ['of a region with two words', mail.replaceAll('us-west-2', 'us-gov-west-1'), topicArn.replace('us-west-2', 'us-gov-west-1')],
    ['of China', `https://sns.cn-north-1.amazonaws.com.cn/confirmation.html?TopicArn=${china}&Token=${token}`, china],
  ])('%s', (_, link, arn) => {
    expect(confirmationOf(link)).toEqual({ topicArn: arn, token });
  });
});

describe('anything else is refused, with the reason', () => {
  test.each([
    ['no link', 'Confirm subscription', 'it is not a link'],
    ['without TLS', mail.replace('https', 'http'), 'https://'],
    ['another host', mail.replace('sns.us-west-2.amazonaws.com', 'sns.example.com'), 'it leads to sns.example.com'],
    ['a host that only begins so', mail.replace('amazonaws.com', 'amazonaws.com.example.org'), 'it leads to'],
    ['another service', mail.replace('//sns.', '//sqs.'), 'it leads to sqs.us-west-2.amazonaws.com'],
    ['a host that only ends so', mail.replace('//sns.', '//xsns.'), 'it leads to xsns.us-west-2'],
    ['a password before the host', mail.replace('//', '//:secret@'), 'it leads to'],
    [
      'the action at another path',
      `https://sns.us-west-2.amazonaws.com/x?Action=ConfirmSubscription&TopicArn=${topicArn}&Token=${token}`,
      'no request to confirm',
    ],
    ['another port', mail.replace('.com/', '.com:8443/'), 'it leads to'],
    ['a user before the host', mail.replace('//', '//sns.us-west-2.amazonaws.com@'), 'it leads to'],
    ['a rewritten one', `https://eur01.safelinks.protection.outlook.com/?url=${encodeURIComponent(mail)}`, 'mail filters rewrite links'],
    ['to unsubscribe', mail.replace('confirmation', 'unsubscribe'), 'no request to confirm'],
    [
      'another action',
      `https://sns.us-west-2.amazonaws.com/?Action=Unsubscribe&TopicArn=${topicArn}&Token=${token}`,
      'no request to confirm',
    ],
    ['without a topic', mail.replace('TopicArn', 'Topic'), 'TopicArn'],
    ['two topics', `${mail}&TopicArn=${topicArn}`, 'TopicArn'],
    ['a queue', mail.replace(':sns:', ':sqs:'), 'TopicArn'],
    ['cut by a shell', mail.slice(0, mail.indexOf('&')), 'in quotes'],
    ['two tokens', `${mail}&Token=${token}`, 'Token'],
    ['a token with a space', mail.replace(token, `${token}%20x`), 'Token'],
    ['a topic of another region', mail.replace('sns.us-west-2', 'sns.us-east-1'), 'it leads to us-east-1, and its topic is in us-west-2'],
  ])('%s', (_, link, said) => {
    expect(confirmationOf(link)).toEqual(expect.stringContaining(said));
  });
});
