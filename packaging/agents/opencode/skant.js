// A plugin for OpenCode: each prompt, each call of a tool, and its output, passes through `skant agent hook`.
// Copy it to `~/.config/opencode/plugins/` or, for one project, to `.opencode/plugins/`. It needs skant on the PATH.
// If skant is missing or fails, the prompt or the call is stopped.
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

function afterTool(directory, sessionID, tool, response) {
  return ask(directory, sessionID, { hook_event_name: "PostToolUse", tool_name: tool, tool_response: response });
}

export const Skant = async ({ directory }) => ({
  "chat.message": async (input, output) => {
    // A file that the prompt mentions is a text of its own here.
    const prompt = output.parts.flatMap((part) => part.text ?? []).join("\n");
    const answer = ask(directory, input.sessionID, { hook_event_name: "UserPromptSubmit", prompt });
    if (answer.decision === "block") {
      throw new Error(answer.reason);
    }
  },
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
    // A tool of an MCP server has `content`, another one `title`, `output` and `metadata`.
    const { attachments, ...response } = output;
    const answer = afterTool(directory, input.sessionID, input.tool, response);
    const masked = answer.hookSpecificOutput?.updatedToolOutput;
    if (masked) {
      Object.assign(output, masked);
    } else if (answer.decision === "block") {
      const content = [{ type: "text", text: answer.reason }];
      Object.assign(output, { title: "skant", output: answer.reason, metadata: {}, content });
    }
  },
  // The output of a tool that failed is in no earlier event.
  "experimental.chat.messages.transform": async (_, output) => {
    const states = output.messages.flatMap((message) => message.parts.map((part) => part.state));
    const failed = states.filter((state) => typeof state?.error === "string");
    if (failed.length === 0) {
      return;
    }
    const errors = failed.map((state) => state.error);
    const answer = afterTool(directory, output.messages[0].info?.sessionID, "failed", { errors });
    const masked = answer.hookSpecificOutput?.updatedToolOutput?.errors;
    if (masked || answer.decision === "block") {
      failed.forEach((state, index) => (state.error = masked?.[index] ?? answer.reason));
    }
  },
});
