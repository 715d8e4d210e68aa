/** The link in the first message of a subscription, taken apart and trusted with nothing. */

export interface Confirmation {
  readonly topicArn: string;
  readonly token: string;
}

const topicShape = /^arn:aws[a-z-]*:sns:([a-z]{2}(?:-[a-z]+)+-\d):\d{12}:[A-Za-z0-9_-]{1,256}(\.fifo)?$/;
const tokenShape = /^[A-Za-z0-9_-]{20,1024}$/;

export const isTopicArn = (text: string): boolean => topicShape.test(text);
export const isToken = (text: string): boolean => tokenShape.test(text);

/** The region an ARN is in. */
export const regionOf = (arn: string): string => arn.split(':')[3] ?? '';

/**
 * Topic and token of a link like https://sns.us-west-2.amazonaws.com/confirmation.html?TopicArn=…&Token=…&Endpoint=…
 * (in mails) or https://sns.us-west-2.amazonaws.com/?Action=ConfirmSubscription&TopicArn=…&Token=… (SubscribeURL in
 * JSON); else, as text, what is wrong with it. Only SNS's own hosts are taken, and only for topics of their region:
 * any other link would confirm something else.
 */
export function confirmationOf(link: string): Confirmation | string {
  const text = link.trim();
  if (!URL.canParse(text)) return 'it is not a link; copy the address behind "Confirm subscription", all of it and in quotes';
  const url = new URL(text);
  if (url.protocol !== 'https:') return 'it does not begin with https://';
  const host = /^sns\.([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com(?:\.cn)?$/.exec(url.hostname);
  if (!host || url.port !== '' || url.username !== '' || url.password !== '')
    return `it leads to ${url.host}, not to SNS (sns.REGION.amazonaws.com); mail filters rewrite links, so look for the original`;
  const asked = url.pathname === '/confirmation.html' || (url.pathname === '/' && url.searchParams.get('Action') === 'ConfirmSubscription');
  if (!asked) return 'it is no request to confirm a subscription';
  const [topicArns, tokens] = [url.searchParams.getAll('TopicArn'), url.searchParams.getAll('Token')];
  const [topicArn, token] = [topicArns[0], tokens[0]];
  if (topicArns.length !== 1 || topicArn === undefined || !isTopicArn(topicArn)) return 'it does not name one topic (TopicArn)';
  if (tokens.length !== 1 || token === undefined || !isToken(token))
    return 'it does not hold one token (Token); a shell cuts links at & unless they are in quotes';
  if (regionOf(topicArn) !== host[1]) return `it leads to ${host[1]}, and its topic is in ${regionOf(topicArn)}`;
  return { topicArn, token };
}
