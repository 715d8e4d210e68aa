/** All that a process of Lambda finds in its environment of what a bundle could look at; no home, no path to anything. */
export const lambdaEnvironment: NodeJS.ProcessEnv = {
  AWS_REGION: 'us-west-2',
  AWS_DEFAULT_REGION: 'us-west-2',
  AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_SESSION_TOKEN: 'token',
  AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
  AWS_LAMBDA_FUNCTION_NAME: 'hyperpod-auditor',
  LAMBDA_TASK_ROOT: '/var/task',
  NODE_PATH: '',
  TZ: ':UTC',
};
