// Prints the failures of all suites and, as the last line, "N passed, N failed". Arguments: the folder of reports, then the suites.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, ...suites] = process.argv.slice(2);

const contentOf = (file) => {
  try {
    return readFileSync(join(folder, file), 'utf8');
  } catch {
    return '';
  }
};

const reportOf = (suite) => {
  try {
    return JSON.parse(contentOf(`${suite}.json`));
  } catch {
    return {};
  }
};

let passed = 0;
let failed = 0;
for (const suite of suites) {
  const report = reportOf(suite);
  const endedWell = contentOf(`${suite}.code`).trim() === '0';
  passed += report.numPassedTests ?? 0;
  failed += report.numFailedTests ?? 0;
  // A suite that ends badly without a failed test has failed as a whole: a file that cannot be loaded, a crash.
  if (!report.numFailedTests && (!endedWell || report.success !== true)) {
    failed += 1;
    console.log(`\n${suite} did not succeed, without a failed test.`);
  }
  for (const { name, message, assertionResults } of report.testResults ?? []) {
    if (message) console.log(`\n${name}: ${message.slice(0, 1000)}`);
    for (const { status, fullName, failureMessages } of assertionResults)
      if (status === 'failed') console.log(`\n${name}: ${fullName}\n${failureMessages.join('\n').slice(0, 1000)}`);
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
