#!/usr/bin/env node
// Runs the program of this system's package, with the same arguments, streams, exit code and signals.
// `skant --print-path` prints where the program is, for callers that do not want Node's start in between.
"use strict";

const { spawn } = require("node:child_process");
const os = require("node:os");

const name = `skant-${process.platform}-${process.arch}`;
const file = process.platform === "win32" ? "bin/skant.exe" : "bin/skant";

function find() {
  try {
    return require.resolve(`${name}/${file}`);
  } catch {
    process.stderr.write(
      `skant: error: the package ${name} is not installed\n` +
        "  help: install skant again without `--omit=optional`; for other systems see the page on installation\n",
    );
    process.exit(2);
  }
}

const program = find();
if (process.argv.length === 3 && process.argv[2] === "--print-path") {
  process.stdout.write(`${program}\n`);
  process.exit(0);
}

const child = spawn(program, process.argv.slice(2), { stdio: "inherit", windowsHide: true });
// A terminal sends the interrupt to both; a signal to this process alone is handed on.
const signals = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"];
for (const signal of signals) {
  process.on(signal, () => child.kill(signal));
}
child.on("error", (error) => {
  process.stderr.write(`skant: error: cannot start ${program}: ${error.message}\n`);
  process.exit(2);
});
child.on("exit", (code, signal) => {
  if (signal === null) {
    process.exit(code);
  }
  // This process ends by the same signal, so that the caller sees 128 + its number.
  for (const other of signals) {
    process.removeAllListeners(other);
  }
  process.kill(process.pid, signal);
  setTimeout(() => process.exit(128 + os.constants.signals[signal]), 1000);
});
