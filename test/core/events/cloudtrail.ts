/**
 * Events of EventBridge with records of CloudTrail, in the documented form:
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html and
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
 */

export const account = '111122223333';

/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html */
export const identities = {
  user: {
    type: 'IAMUser',
    principalId: 'AIDAJ45Q7YFFAREXAMPLE',
    arn: `arn:aws:iam::${account}:user/ops/alice`,
    accountId: account,
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    userName: 'alice',
  },
  role: {
    type: 'AssumedRole',
    principalId: 'AROAIDPPEZS35WEXAMPLE:alice',
    arn: `arn:aws:sts::${account}:assumed-role/NetAdmin/alice`,
    accountId: account,
    accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
    sessionContext: {
      sessionIssuer: {
        type: 'Role',
        principalId: 'AROAIDPPEZS35WEXAMPLE',
        arn: `arn:aws:iam::${account}:role/NetAdmin`,
        accountId: account,
        userName: 'NetAdmin',
      },
      attributes: { mfaAuthenticated: 'false', creationDate: '2026-11-24T07:00:00Z' },
    },
  },
} as const;

/** A record of a call. `more`: other members of it. */
export const record = (eventSource: string, eventName: string, more: Readonly<Record<string, unknown>> = {}) => ({
  eventVersion: '1.10',
  userIdentity: identities.role,
  eventTime: '2026-11-24T07:59:40Z',
  eventSource,
  eventName,
  awsRegion: 'us-west-2',
  sourceIPAddress: '203.0.113.5',
  userAgent: 'aws-cli/2.31.0',
  requestParameters: null,
  responseElements: null,
  requestID: '5f1b6a4e-1a2b-4c3d-9e8f-0a1b2c3d4e5f',
  eventID: '0b8a1f2e-3c4d-4e5f-8a9b-1c2d3e4f5a6b',
  readOnly: false,
  eventType: 'AwsApiCall',
  managementEvent: true,
  recipientAccountId: account,
  eventCategory: 'Management',
  ...more,
});

/** What must not reach a reader as it is: control characters, marks of direction, syntax of HTML, chats, shells and JSON. */
export const hostileCharacters = [...'<>&|`*_"\'\\$!#@{}()[]/:;,. \n\r\t\u001b\u0000\u202e\u200b\ud800\u{1f600}éаaZ9-=+'];
