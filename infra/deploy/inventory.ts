/** What a synthesised stack holds, in words that say what it is for. Pure: templates in, lines out. */
import { count } from '../../shared/core/render/words.ts';

export interface TemplateResource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: templates are JSON whose shape is CloudFormation's.
  readonly Properties?: any;
  readonly DeletionPolicy?: string;
}

export interface Template {
  readonly Resources?: { readonly [id: string]: TemplateResource };
}

/** Resources of a stack that serve one purpose. */
export interface ResourceGroup {
  readonly name: ResourceGroupName;
  readonly holds: readonly string[];
}

interface ResourceKind {
  readonly group: ResourceGroupName;
  readonly one: string;
  readonly many?: string;
}

const groupNames = ['findings', 'functions', 'triggers', 'requests', 'alerts', 'about itself', 'access', 'fittings', 'more'] as const;
export type ResourceGroupName = (typeof groupNames)[number];

/** Every type of resource that the stacks have. What only connects two others and costs nothing is a fitting. */
export const kinds: { readonly [type: string]: ResourceKind } = {
  'AWS::DynamoDB::Table': { group: 'findings', one: 'DynamoDB table' },
  'AWS::Lambda::Function': { group: 'functions', one: 'Lambda function' },
  'AWS::Logs::LogGroup': { group: 'functions', one: 'log' },
  'AWS::Lambda::Url': { group: 'functions', one: 'address that requires IAM credentials', many: 'addresses that require IAM credentials' },
  'AWS::Scheduler::Schedule': { group: 'triggers', one: 'schedule' },
  'AWS::Events::Rule': { group: 'triggers', one: 'EventBridge rule' },
  'AWS::Events::EventBus': { group: 'requests', one: 'event bus', many: 'event buses' },
  'AWS::SQS::Queue': { group: 'requests', one: 'queue' },
  'AWS::SNS::Topic': { group: 'alerts', one: 'SNS topic' },
  'AWS::SNS::Subscription': { group: 'alerts', one: 'subscription' },
  'AWS::Chatbot::SlackChannelConfiguration': { group: 'alerts', one: 'Slack channel' },
  'AWS::Chatbot::MicrosoftTeamsChannelConfiguration': { group: 'alerts', one: 'Teams channel' },
  'AWS::CloudWatch::Alarm': { group: 'about itself', one: 'alarm' },
  'AWS::CloudWatch::Dashboard': { group: 'about itself', one: 'dashboard' },
  'AWS::IAM::Role': { group: 'access', one: 'role' },
  'AWS::IAM::ManagedPolicy': { group: 'access', one: 'managed policy', many: 'managed policies' },
  'AWS::SQS::QueuePolicy': { group: 'fittings', one: 'queue policy', many: 'queue policies' },
  'AWS::SNS::TopicPolicy': { group: 'fittings', one: 'topic policy', many: 'topic policies' },
  'AWS::Events::EventBusPolicy': { group: 'fittings', one: 'bus policy', many: 'bus policies' },
  'AWS::Lambda::Permission': { group: 'fittings', one: 'permission to call a function', many: 'permissions to call a function' },
  'AWS::Lambda::EventInvokeConfig': { group: 'fittings', one: 'rule for failed calls', many: 'rules for failed calls' },
  'AWS::Lambda::EventSourceMapping': { group: 'fittings', one: 'feed of a function', many: 'feeds of functions' },
};

type NamedResource = TemplateResource & { readonly id: string };

const resourcesOf = ({ Resources = {} }: Template): readonly NamedResource[] => Object.entries(Resources).map(([id, r]) => ({ id, ...r }));

/** `FunctionName` of the code from a logical id of CDK's: `AuditFunction1A2B3C4D` → `audit`. */
const nameIn = (id: string, part: string): string => {
  const name = id.replace(/[0-9A-F]{8}$/, '').replace(new RegExp(`${part}$`), '');
  return name.charAt(0).toLowerCase() + name.slice(1);
};

/** `4 e-mail, 1 function`. */
const tally = (words: readonly string[]): string =>
  [...Map.groupBy(words, (w) => w)].map(([word, of]) => `${of.length} ${word}`).join(', ');

const protocols: { readonly [protocol: string]: string } = { email: 'e-mail', lambda: 'function' };

const reasons: { readonly [metric: string]: string } = {
  ApproximateNumberOfMessagesVisible: 'something lies in a dead-letter queue',
  Errors: 'a function fails',
  Throttles: 'a function is throttled',
  IteratorAge: 'alerts wait in the stream',
  RegionsLate: 'audits of some regions have stopped',
  CoverageLost: 'required checks are no longer evaluated',
  PendingSeconds: 'an alert waits to be published',
  'stretches without a sweep': 'waiting alerts are not swept',
  RoutesBroken: 'a planned route is broken',
  NumberOfNotificationsFailed: 'SNS could not deliver',
};

/** A member of an alarm that computes with several metrics. */
interface MathMetric {
  readonly Expression?: string;
}

/** Metrics that the alarms look at: what CloudWatch charges for. */
export const alarmMetricsOf = (template: Template): number =>
  resourcesOf(template)
    .filter((r) => r.Type === 'AWS::CloudWatch::Alarm')
    .reduce((sum, { Properties: { Metrics } }) => sum + (Metrics?.filter((m: MathMetric) => m.Expression === undefined).length ?? 1), 0);

/** What the alarms are about, with how many there are of each: `a function fails (5)`. */
function alarmWords(alarms: readonly TemplateResource[]): readonly string[] {
  const metrics = alarms.map((r): string => r.Properties.MetricName ?? r.Properties.Metrics.find((m: MathMetric) => m.Expression).Label);
  return [...Map.groupBy(metrics, (m) => m)].map(([metric, of]) => `${reasons[metric] ?? metric} (${of.length})`);
}

/** What is said of a kind next to its number. */
const details: { readonly [type: string]: (of: readonly NamedResource[]) => string } = {
  'AWS::DynamoDB::Table': (of) => {
    const isRetained = of.every((r) => r.DeletionPolicy?.startsWith('Retain'));
    const isProtected = of.every((r) => r.Properties.DeletionProtectionEnabled === true);
    return [
      ...(isRetained ? ['stays when the stack goes'] : []),
      ...(isProtected ? ['cannot be deleted until its protection is lifted'] : []),
    ].join(', ');
  },
  'AWS::Lambda::Function': (of) => of.map((r) => `${nameIn(r.id, 'Function')} ${r.Properties.MemorySize} MB`).join(', '),
  'AWS::Logs::LogGroup': (of) => [...new Set(of.map((r) => `retained ${r.Properties.RetentionInDays} days`))].join(', '),
  'AWS::Scheduler::Schedule': (of) => of.map((r) => r.Properties.ScheduleExpression).join(', '),
  'AWS::SQS::Queue': (of) => {
    const fed = of.filter((r) => r.Properties.RedrivePolicy).length;
    return [...(fed > 0 ? [`${fed} for changes and audits`] : []), `${of.length - fed} for dead letters`].join(', ');
  },
  'AWS::SNS::Subscription': (of) => tally(of.map(({ Properties: { Protocol } }) => protocols[Protocol] ?? Protocol)),
  'AWS::CloudWatch::Alarm': (of) => alarmWords(of).join(', '),
  'AWS::IAM::Role': (of) => of.map((r) => `${nameIn(r.id, 'Role')} ${count(actionsOf(r).length, 'action')}`).join(', '),
};

/** The actions that a role's own policies allow, each once, sorted. */
export function actionsOf({ Properties }: TemplateResource): readonly string[] {
  const policies: readonly {
    readonly PolicyDocument: { readonly Statement: readonly { readonly Action: string | readonly string[] }[] };
  }[] = Properties?.Policies ?? [];
  return [...new Set(policies.flatMap((p) => p.PolicyDocument.Statement.flatMap((s) => s.Action)))].toSorted();
}

/** What a template holds, group by group; a type that is in none is named as it is. */
export function inventoryOf(template: Template): readonly ResourceGroup[] {
  const all = resourcesOf(template);
  const byType = [...Map.groupBy(all, (r) => r.Type)];
  return groupNames.flatMap((name): readonly ResourceGroup[] => {
    const holds = byType
      .filter(([type]) => (kinds[type]?.group ?? 'more') === name)
      .toSorted(([a], [b]) => Object.keys(kinds).indexOf(a) - Object.keys(kinds).indexOf(b))
      .map(([type, of]) => {
        const { one, many } = kinds[type] ?? { one: type };
        const said = details[type]?.(of) ?? '';
        return `${count(of.length, one, many)}${said === '' ? '' : `: ${said}`}`;
      });
    return holds.length > 0 ? [{ name, holds }] : [];
  });
}

/** Number of resources of a type. */
export const numberOf = (template: Template, type: string): number => resourcesOf(template).filter((r) => r.Type === type).length;
