//! Errors that end a run before there is a report, and how they are printed.
//!
//! Each command defines its own errors. An error has a message, a code and a help text; an error about a file of the
//! user's also has the line. Everything is escaped and redacted here, because an error may quote a secret.

use std::fmt;
use std::io::{self, Write as _};
use std::path::PathBuf;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents,
    SourceCode, SourceSpan, SpanContents, ThemeCharacters, ThemeStyles,
};
use thiserror::Error;

use super::args::Common;
use super::exit::Exit;
use super::output;
use crate::report::human;
use crate::scan::redact;
use crate::text::escape_terminal;

/// An error that ends a run.
pub(crate) type CliError = Box<dyn Diagnostic + Send + Sync>;

/// Errors of files and streams that several commands may have.
#[derive(Debug, Error, Diagnostic)]
pub(crate) enum IoError {
    #[error("cannot read {}: {source}", path.display())]
    #[diagnostic(
        code(skant::cli::read_file),
        help("check the name and the permissions; `-` is standard input")
    )]
    ReadFile { path: PathBuf, source: io::Error },
    #[error("cannot read standard input: {0}")]
    #[diagnostic(code(skant::cli::read_stdin), help("pass a file or a pipe as standard input"))]
    ReadStdin(io::Error),
    #[error("cannot write to {stream}: {source}")]
    #[diagnostic(code(skant::cli::write_stream), help("check the file or program that receives the output"))]
    Write { stream: &'static str, source: io::Error },
    #[error("cannot determine the current folder: {0}")]
    #[diagnostic(code(skant::cli::current_folder), help("`-C` names a folder to start in"))]
    CurrentFolder(io::Error),
}

/// Prints a line of text to standard error, safe for a terminal.
pub(crate) fn print_line(text: &str) {
    // If standard error is closed, nobody can be informed.
    let _ = writeln!(io::stderr(), "skant: {}", safe(text, 2));
}

/// Prints what clap reports. Help and version are not errors, and clap prints them to standard output. Errors quote
/// the argument that clap did not understand, which may be a secret in the wrong position.
pub(crate) fn print_clap_error(error: &clap::Error) -> Exit {
    // If the stream is closed, nobody can be informed.
    if !error.use_stderr() {
        let _ = error.print();
        return Exit::Clean;
    }
    let plain = error.render().to_string();
    let shown = redact(&plain);
    let _ = if shown == plain { error.print() } else { io::stderr().write_all(shown.as_bytes()) };
    Exit::Failed
}

/// Prints an error to standard error.
pub(crate) fn print(error: &dyn Diagnostic, common: &Common) {
    let options = output::stderr_options(common);
    // If standard error is closed, nobody can be informed; the exit code still reports the error.
    let text = render(error, &options);
    let text = if options.ascii { human::to_ascii(&text) } else { text };
    let _ = io::stderr().write_all(text.as_bytes());
}

/// Renders an error: `skant: error: MESSAGE`, the line of the file if there is one, and `help: …`. With `--verbose`
/// the code follows.
fn render(error: &dyn Diagnostic, options: &human::Options) -> String {
    let bold = |code: &str, text: &str| {
        if options.color { format!("\u{1b}[1;{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    };
    let mut out = format!("skant: {}: {}\n", bold("31", "error"), safe(&error.to_string(), 2));
    if let Some(drawing) = QuotedLine::new(error).and_then(|line| line.draw(options)) {
        out.push_str(&drawing);
    }
    let mut add = |name: &str, text: &str| {
        let _ = fmt::Write::write_fmt(
            &mut out,
            format_args!("  {}: {}\n", bold("36", name), safe(text, name.len() + 4)),
        );
    };
    if let Some(help) = error.help() {
        add("help", &help.to_string());
    }
    if let Some(code) = error.code().filter(|_| options.detail == human::Detail::Verbose) {
        add("code", &code.to_string());
    }
    out
}

/// Escapes and redacts a text. Lines after the first one are indented, so that no file name with a line break can
/// imitate a line of skant's.
fn safe(text: &str, indent: usize) -> String {
    let lines: Vec<String> = text.lines().map(|line| escape_terminal(line.as_bytes())).collect();
    redact(&lines.join(&format!("\n{}", " ".repeat(indent))))
}

/// The line of a file that an error is about, escaped and redacted.
#[derive(Debug)]
struct QuotedLine {
    name: String,
    /// The number of the line, from 0.
    number: usize,
    text: String,
    span: SourceSpan,
}

/// Longer lines are not shown, in bytes.
const MAX_QUOTED: usize = 400;

impl QuotedLine {
    fn new(error: &dyn Diagnostic) -> Option<Self> {
        let label = error.labels()?.next()?;
        // With the lines around it, since a secret is recognised in a whole line only.
        let contents = error.source_code()?.read_span(label.inner(), 1, 1).ok()?;
        let data = contents.data();
        let offset = label.offset().checked_sub(contents.span().offset())?;
        let before = data.get(..offset)?;
        let first = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let line = data[first..].split(|byte| *byte == b'\n').next().unwrap_or_default();
        if line.len() > MAX_QUOTED {
            return None;
        }
        let text = redact(&escape_terminal(line));
        let (start, end) = (offset - first, (offset - first + label.len()).min(line.len()));
        // In a changed line the span would mark other bytes, so the whole line is marked.
        let is_unchanged = text.as_bytes() == line && text.get(start..end).is_some();
        let span = if is_unchanged { start..end } else { 0..text.len() };
        let number = contents.line() + memchr::memchr_iter(b'\n', before).count();
        let name = redact(&escape_terminal(contents.name().unwrap_or("input").as_bytes()));
        Some(Self { name, number, text, span: span.into() })
    }

    /// Draws the line with a mark below it.
    fn draw(&self, options: &human::Options) -> Option<String> {
        let styles = if options.color { ThemeStyles::ansi() } else { ThemeStyles::none() };
        let theme = GraphicalTheme { characters: ThemeCharacters::unicode(), styles };
        let handler = GraphicalReportHandler::new_themed(theme)
            .with_width(options.width)
            .with_links(false)
            .with_context_lines(0)
            .without_syntax_highlighting();
        let mut out = String::new();
        handler.render_report(&mut out, self).ok()?;
        // The first line is for the message.
        out.split_once('\n').map(|(_, drawing)| drawing.to_owned())
    }
}

impl fmt::Display for QuotedLine {
    /// Writes nothing: the message of the error is printed without miette.
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl std::error::Error for QuotedLine {}

impl Diagnostic for QuotedLine {
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(std::iter::once(LabeledSpan::new_with_span(None, self.span))))
    }
}

impl SourceCode for QuotedLine {
    fn read_span<'a>(
        &'a self,
        _: &SourceSpan,
        _: usize,
        _: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let whole = (0, self.text.len()).into();
        let bytes = self.text.as_bytes();
        Ok(Box::new(MietteSpanContents::new_named(self.name.clone(), bytes, whole, self.number, 0, 1)))
    }
}

#[cfg(test)]
mod tests {
    use miette::NamedSource;

    use super::*;

    #[derive(Debug, Error, Diagnostic)]
    #[error("{message}")]
    #[diagnostic(code(skant::test), help("{help}"))]
    struct Sample {
        message: String,
        help: String,
        #[source_code]
        file: Option<NamedSource<String>>,
        #[label]
        span: Option<SourceSpan>,
    }

    fn sample(message: &str, help: &str) -> Sample {
        Sample { message: message.to_owned(), help: help.to_owned(), file: None, span: None }
    }

    fn key() -> String {
        let body: String =
            ('a'..='z').chain('A'..='Z').chain('0'..='9').rev().cycle().step_by(7).take(85).collect();
        ["sk-", "ant-api03-", &body, "A-Kx3bQAAA"].concat()
    }

    #[test]
    fn an_error_has_a_message_and_a_help_and_with_verbose_a_code() {
        let options = human::Options::default();
        let error = sample("cannot read a", "check b\nand c");
        assert_eq!(render(&error, &options), "skant: error: cannot read a\n  help: check b\n        and c\n");
        let verbose = human::Options { detail: human::Detail::Verbose, ..options };
        assert!(render(&error, &verbose).ends_with("\n  code: skant::test\n"));
        let color = human::Options { color: true, ..options };
        assert!(render(&error, &color).starts_with("skant: \u{1b}[1;31merror\u{1b}[0m: cannot"));
    }

    #[test]
    fn an_error_shows_the_line_that_it_is_about() {
        let mut error = sample("unknown key", "remove it");
        error.file = Some(NamedSource::new("skant.toml", "a = 1\nbc = 2\n".to_owned()));
        error.span = Some((6, 2).into());
        assert_eq!(
            render(&error, &human::Options::default()),
            "skant: error: unknown key\n   ╭─[skant.toml:2:1]\n 2 │ bc = 2\n   · ──\n   ╰────\n  help: remove it\n"
        );
    }

    #[test]
    fn nothing_in_an_error_controls_the_terminal_or_shows_a_secret() {
        let hostile = format!("\u{1b}[31m\u{7}\u{202e}{} ##vso[task.complete]\nskant: error: b", key());
        let mut error = sample(&hostile, &hostile);
        error.file = Some(NamedSource::new(&hostile, hostile.clone()));
        error.span = Some((2, 40).into());
        let text = render(&error, &human::Options::default());
        assert!(text.chars().all(|character| character == '\n' || !character.is_control()), "{text:?}");
        assert!(!text.contains(&key()[30..60]) && !text.contains('\u{202e}'), "{text}");
        assert_eq!(text.lines().filter(|line| line.starts_with("skant: error")).count(), 1, "{text}");
    }
}
