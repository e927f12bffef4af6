// A plugin for OpenCode: each call of a tool, and its output, passes through `skant agent hook`.
// Copy it to `~/.config/opencode/plugins/` or, for one project, to `.opencode/plugins/`. It needs skant on the PATH.
// If skant is missing or fails, the call is stopped.
import { spawnSync } from "node:child_process";

function ask(directory, sessionID, event) {
  const payload = { session_id: sessionID ?? "", transcript_path: "", cwd: directory, ...event };
  const run = spawnSync("skant", ["agent", "hook"], {
    input: JSON.stringify(payload),
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (run.error || run.status !== 0) {
    throw new Error(run.stderr?.trim() || "skant: it cannot be run, so the call was stopped; is it on the PATH?");
  }
  return JSON.parse(run.stdout);
}

export const Skant = async ({ directory }) => ({
  "tool.execute.before": async (input, output) => {
    const answer = ask(directory, input.sessionID, {
      hook_event_name: "PreToolUse",
      tool_name: input.tool,
      tool_input: output.args,
    });
    if (answer.hookSpecificOutput?.permissionDecision === "deny") {
      throw new Error(answer.hookSpecificOutput.permissionDecisionReason);
    }
  },
  "tool.execute.after": async (input, output) => {
    const { title, metadata } = output;
    const answer = ask(directory, input.sessionID, {
      hook_event_name: "PostToolUse",
      tool_name: input.tool,
      tool_response: { title, output: output.output, metadata },
    });
    const masked = answer.hookSpecificOutput?.updatedToolOutput;
    if (masked) {
      Object.assign(output, masked);
    } else if (answer.decision === "block") {
      Object.assign(output, { title: "skant", output: answer.reason, metadata: {} });
    }
  },
});
