/**
 * Loaded before everything else. Node exits with 1 after a crash, and here 1 says that something required fails: from now
 * on a crash is one sentence and exit code 3, and so is an end without a result. What says more about a crash listens
 * before this, once it is loaded.
 */
const noResult = 3;

function shown(error) {
  try {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  } catch {
    return 'what was thrown cannot be shown';
  }
}

process.exitCode = noResult;
process.on('uncaughtException', (error) => {
  process.stderr.write(
    `hyperpod-auditor: it could not be loaded, so its installation may be damaged: install it again, or report the lines below.\n${shown(error)}\n`,
  );
  process.exit(noResult);
});
