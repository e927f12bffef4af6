//! Draws the line with the secret through miette. The line is masked; no other line of the file is known.

use std::fmt;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents,
    SourceCode, SourceSpan, SpanContents, ThemeCharacters, ThemeStyles,
};

use crate::report::human::layout::{boundary, columns, window};
use crate::report::level::Level;

/// A headline and a source line with a mark.
#[derive(Debug)]
pub(crate) struct Drawing {
    pub level: Level,
    /// The text after the symbol of the level.
    pub headline: String,
    /// The position and the line, if a line can be shown.
    pub source: Option<SourceLine>,
    /// The text below the mark.
    pub label: String,
}

/// A source line with its origin.
#[derive(Debug)]
pub(crate) struct SourceLine {
    /// The position, with line and column.
    name: String,
    number: usize,
    line: String,
    mark: SourceSpan,
}

impl SourceLine {
    /// Cuts the line to `width` columns, including the gutter.
    pub(crate) fn new(name: String, number: usize, line: &str, span: (usize, usize), width: usize) -> Self {
        let (line, mark) = window(line, span, width.saturating_sub(gutter(number)));
        Self { name, number, line, mark: (mark.start, mark.len()).into() }
    }

    /// Returns the column where miette starts the label.
    pub(crate) fn label_column(&self) -> usize {
        let middle = self.mark.offset() + self.mark.len() / 2;
        gutter(self.number) + columns(&self.line[..boundary(&self.line, middle)]) + LABEL_LEAD
    }
}

/// The width of miette's `╰── ` before a label.
const LABEL_LEAD: usize = 4;

/// Returns the width of ` 12 │ `.
fn gutter(number: usize) -> usize {
    number.to_string().len() + 4
}

impl SourceCode for SourceLine {
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
    /// Draws the text, with a final line break. Does not query the terminal.
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
