/**
 * The import rules of the project, as rules of dependency-cruiser: https://github.com/sverweij/dependency-cruiser.
 * `from` and `to` are paths from the root of the repository; Node's own modules are named without `node:`.
 */
import { cruise, type ICruiseOptions, type ICruiseResult, type IRegularForbiddenRuleType } from 'dependency-cruiser';

const rule = (
  name: string,
  comment: string,
  from: IRegularForbiddenRuleType['from'],
  to: IRegularForbiddenRuleType['to'],
): IRegularForbiddenRuleType => ({
  name,
  comment,
  severity: 'error',
  from,
  to,
});

export const importRules: readonly IRegularForbiddenRuleType[] = [
  rule('no-cycles', 'A module in a cycle cannot be understood, tested or loaded without the others. Types count.', {}, { circular: true }),
  rule(
    'resolvable',
    'Every import leads to a file or an installed package. Of aws-lambda there are only types.',
    {},
    { couldNotResolve: true, pathNot: '^aws-lambda$' },
  ),
  rule(
    'core-is-pure',
    'The rules need no account, no clock and no package: tables of literals test them, and they run in a browser.',
    { path: '^shared/core/' },
    { pathNot: '^shared/core/' },
  ),
  rule(
    'checks-stand-alone',
    'A check is one prerequisite. What checks share is in the domain folders of core.',
    { path: '^shared/core/checks/', pathNot: '/index\\.ts$' },
    { path: '^shared/core/checks/' },
  ),
  rule(
    'sdk-in-aws-only',
    'One folder bounds time, retries and access of all calls to AWS.',
    { path: '^(shared|functions|infra)/', pathNot: '^shared/aws/' },
    { path: '@aws-sdk/' },
  ),
  rule(
    'dynamodb-in-its-adapter',
    'All other code uses the item store, so that the findings store works the same on DynamoDB and on SQLite. Settings of the deployed table are not items.',
    { path: '^(shared|functions|infra)/', pathNot: '^shared/aws/(findings/(dynamodb-store|client)|deployment/table-[a-z]+)\\.ts$' },
    { path: '@aws-sdk/(client|lib)-dynamodb' },
  ),
  rule(
    'sqlite-in-local-store',
    'Only the command line has a database on the machine. No Lambda function loads SQLite or LevelDB.',
    { path: '^(shared|functions|infra)/', pathNot: '^shared/aws/findings/local/' },
    { path: '^(node:)?sqlite$|classic-level' },
  ),
  rule(
    'local-store-for-command-line',
    'Only the command line has a database on the machine.',
    { path: '^(shared|functions|infra)/', pathNot: '^(shared/aws/findings/local|functions/cli)/' },
    { path: '^shared/aws/findings/local/' },
  ),
  rule(
    'shared-below-functions',
    'functions and infra connect what shared provides. Nothing shared depends on them.',
    { path: '^shared/' },
    { path: '^(functions|infra)/' },
  ),
  rule(
    'command-line-on-top',
    'What the command line shares with the deployment and the dashboard is in functions/process. Its help is generated into documents.',
    { path: '^(infra|functions)/', pathNot: '^(functions/cli|infra/docs)/' },
    { path: '^functions/cli/' },
  ),
  rule('no-tests-shipped', 'Code that ships does not depend on tests.', { path: '^(shared|functions|infra)/' }, { path: '^test/' }),
  rule(
    'sandbox-apart-from-collectors',
    'The simulated account must not share mistakes with the code that it tests.',
    { path: '^shared/sandbox/' },
    { path: '^shared/aws/' },
  ),
  rule(
    'plan-without-aws',
    'A plan is read without calls to AWS.',
    { path: '^shared/plan/' },
    { path: '^shared/(aws|sandbox|workflows|query)/' },
  ),
  rule(
    'aws-below-workflows',
    'Adapters know the core and the plan, not the workflows and queries that use them.',
    { path: '^shared/aws/' },
    { path: '^shared/(workflows|query|sandbox)/' },
  ),
  rule(
    'page-without-server-code',
    'The page runs in a browser: of the rest it may import pure code only.',
    { path: '^functions/dashboard/page/' },
    { path: '^(infra|functions/(?!dashboard/(page/|report-data\\.ts))|shared/(aws|workflows|sandbox)/)' },
  ),
];

/** Which types the parser needs to see: swc reads .tsx and type-only imports, which count as imports. */
const options = {
  validate: true,
  parser: 'swc',
  tsPreCompilationDeps: true,
  doNotFollow: { path: 'node_modules' },
  enhancedResolveOptions: {
    extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'],
    exportsFields: ['exports'],
    conditionNames: ['import', 'node', 'default'],
  },
} as const satisfies ICruiseOptions;

/** Reads all imports below `folders` of `baseDir` and returns what violates the rules. */
export async function violations(
  baseDir: string,
  folders: readonly string[],
): Promise<{ readonly modules: number; readonly found: readonly string[] }> {
  const { output } = await cruise([...folders], { ...options, baseDir, ruleSet: { forbidden: [...importRules] } });
  const { summary } = output as ICruiseResult;
  return {
    modules: summary.totalCruised,
    found: summary.violations.map(
      ({ rule: { name }, from, to, cycle }) => `${name}: ${from} → ${(cycle ?? [{ name: to }]).map((step) => step.name).join(' → ')}`,
    ),
  };
}
