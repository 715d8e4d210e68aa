/** How far the notifications of a commit have been delivered. */

/** The topic of a notification: text and JSON, or the form of chats. */
export type AlertTopic = 'alerts' | 'chat';

export interface DeliveryProgress {
  /** It has changes to notify, and no delivery is confirmed yet. */
  readonly pending?: true;
  /** Its first message was accepted, and the summary that it waited for; other changes are still to be notified or dropped. */
  readonly told?: true;
  readonly summed?: true;
  /** Topics that took the message which is to go out now, while another refused it. */
  readonly accepted?: readonly AlertTopic[];
  /** Of several messages that are to go out now, the keys of those that every topic took. */
  readonly sent?: readonly string[];
}
