//! The line with the secret, drawn by miette. The line comes masked; nothing else of the file is here.

use std::fmt;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents,
    SourceCode, SourceSpan, SpanContents, ThemeCharacters, ThemeStyles,
};

use crate::report::human::layout::{boundary, columns, window};
use crate::report::level::Level;

/// A head line and, below it, one line of source with a mark.
#[derive(Debug)]
pub(crate) struct Drawing {
    pub level: Level,
    /// Stands beside the sign of the level.
    pub headline: String,
    /// The place and the line; without it, there is only the head line.
    pub source: Option<OneLine>,
    /// Stands below the mark.
    pub label: String,
}

/// A single line that knows where it comes from.
#[derive(Debug)]
pub(crate) struct OneLine {
    /// The place, with line and column.
    name: String,
    number: usize,
    line: String,
    mark: SourceSpan,
}

impl OneLine {
    /// Cuts the line to `width` columns, the gutter included.
    pub(crate) fn new(name: String, number: usize, line: &str, span: (usize, usize), width: usize) -> Self {
        let (line, mark) = window(line, span, width.saturating_sub(gutter(number)));
        Self { name, number, line, mark: (mark.start, mark.len()).into() }
    }

    /// The column in which miette starts the label.
    pub(crate) fn label_column(&self) -> usize {
        let middle = self.mark.offset() + self.mark.len() / 2;
        gutter(self.number) + columns(&self.line[..boundary(&self.line, middle)]) + LEAD
    }
}

/// How wide miette's `╰── ` before a label is.
const LEAD: usize = 4;

/// How wide ` 12 │ ` is.
fn gutter(number: usize) -> usize {
    number.to_string().len() + 4
}

impl SourceCode for OneLine {
    fn read_span<'a>(
        &'a self,
        _: &SourceSpan,
        _: usize,
        _: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let whole = (0, self.line.len()).into();
        let before = self.number.saturating_sub(1);
        let bytes = self.line.as_bytes();
        Ok(Box::new(MietteSpanContents::new_named(self.name.clone(), bytes, whole, before, 0, 1)))
    }
}

impl fmt::Display for Drawing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.headline)
    }
}

impl std::error::Error for Drawing {}

impl Diagnostic for Drawing {
    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.level {
            Level::Error => miette::Severity::Error,
            Level::Warning => miette::Severity::Warning,
            Level::Note => miette::Severity::Advice,
        })
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let source = self.source.as_ref()?;
        let label = LabeledSpan::new_with_span(Some(self.label.clone()), source.mark);
        Some(Box::new(std::iter::once(label)))
    }
}

impl Drawing {
    /// The drawing as text, with a line break at its end. Nothing is asked of the terminal.
    pub(crate) fn draw(&self, color: bool, width: usize) -> Result<String, fmt::Error> {
        let styles = if color { ThemeStyles::ansi() } else { ThemeStyles::none() };
        let theme = GraphicalTheme { characters: ThemeCharacters::unicode(), styles };
        let handler = GraphicalReportHandler::new_themed(theme)
            .with_width(width)
            .with_links(false)
            .with_context_lines(0)
            .with_break_words(false)
            .without_syntax_highlighting()
            .without_primary_span_start();
        let mut out = String::new();
        handler.render_report(&mut out, self)?;
        Ok(out)
    }
}
