//! A program on a pseudo-terminal: answers are given when their questions are shown. `triage` reads single keys there, and
//! `respond` lines.

use std::process::{Command, Stdio};

/// Runs a program on a terminal. The first argument is a list of lines `QUESTION<TAB>ANSWER`: each answer is written when
/// its question is at the end of what was shown; `KILL` ends the program. Prints what was shown, then the exit code with the
/// number of answers that were not asked for, and with whether the terminal is set as before.
const TERMINAL: &str = r"
import os, pty, select, sys, termios
pairs = [line.split('\t') for line in sys.argv[1].split('\n') if line]
pid, fd = pty.fork()
if pid == 0:
    os.execv(sys.argv[2], sys.argv[2:])
before = termios.tcgetattr(fd)
shown, seen = b'', 0
while True:
    ready, _, _ = select.select([fd], [], [], 60)
    if not ready:
        os.kill(pid, 9); sys.exit('timed out: ' + repr(shown[-2000:]))
    try:
        data = os.read(fd, 4096)
    except OSError:
        break
    if not data:
        break
    shown += data
    if pairs and pairs[0][0].encode() in shown[seen:]:
        seen = len(shown)
        answer = pairs.pop(0)[1]
        if answer == 'KILL':
            os.kill(pid, 9)
        else:
            os.write(fd, answer.encode().decode('unicode_escape').encode())
try:
    after = termios.tcgetattr(fd)
except termios.error:
    after = before
_, status = os.waitpid(pid, 0)
code = os.waitstatus_to_exitcode(status)
sys.stdout.buffer.write(shown)
print('\nEXIT', code, 'LEFT', len(pairs))
print('EXIT', code, 'SAME' if after == before else 'CHANGED')
";

/// Runs a command, of which only the program, the arguments, the folder and the environment count, and returns what the
/// terminal showed, with `EXIT code` at the end.
pub fn converse(command: &Command, answers: &[(&str, &str)]) -> String {
    let answers: String =
        answers.iter().map(|(question, answer)| format!("{question}\t{answer}\n")).collect();
    let mut python = Command::new("python3");
    python.args(["-c", TERMINAL, &answers]).arg(command.get_program()).args(command.get_args());
    python.env_clear().stdin(Stdio::null());
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            python.env(name, value);
        }
    }
    if let Some(folder) = command.get_current_dir() {
        python.current_dir(folder);
    }
    let output = python.output().expect("python3 runs");
    let shown = String::from_utf8_lossy(&output.stdout).replace('\r', "");
    assert!(output.status.success(), "{shown}{}", String::from_utf8_lossy(&output.stderr));
    shown
}
