/** What the tasks of the dispatch function work with. */
import type { InventoryReader } from '../aws/findings/inventory-reader.ts';
import type { MarkersTable } from '../aws/findings/markers.ts';
import type { FindingsTable } from '../aws/findings/table.ts';
import type { AlertTopics } from '../aws/messaging/alert-topics.ts';
import type { Plan } from '../core/plan/plan.ts';
import type { StatusCommand } from '../core/text/own-command.ts';

export interface DispatchWork {
  readonly plan: Plan;
  readonly table: Pick<
    FindingsTable,
    | 'commit'
    | 'confirmNotified'
    | 'markAccepted'
    | 'markNotified'
    | 'markSent'
    | 'markSummed'
    | 'summary'
    | 'summaries'
    | 'currentState'
    | 'pendingCommits'
    | 'waiting'
    | 'sent'
  >;
  readonly marks: MarkersTable;
  readonly inventory: Pick<InventoryReader, 'regions'>;
  readonly topics: AlertTopics;
  readonly now: () => Date;
  /** What alerts say of how to ask for current readiness. */
  readonly status: StatusCommand;
  /** ARN of the function for the plan's webhook, where it has one. */
  readonly webhookFunction?: string;
}
