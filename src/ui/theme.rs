//! Roles of colour and their styles: [`Theme`].
//! Never the only sign of anything: what colour says, a glyph, a word or a modifier says too.

mod dark;
mod light;
mod none;

use ratatui::style::{Color, Modifier, Style};
use ratatui::symbols::border;

use crate::app::panes::detail::Tone;
use crate::app::panes::list::risk_glyph;
use crate::record::risk::Level;

/// Styles by role. Foreground and background are the terminal's own wherever possible.
#[derive(Clone, Debug)]
pub struct Theme {
    /// Ordinary text.
    pub plain: Style,
    /// Names of properties, notes, what is not in the data.
    pub muted: Style,
    /// Headings.
    pub strong: Style,
    /// Borders.
    pub border: Style,
    /// Border of the pane with the keyboard.
    pub focus: Style,
    /// The line under the cursor, in the pane with the keyboard.
    pub cursor: Style,
    /// The line under the cursor, elsewhere.
    pub cursor_elsewhere: Style,
    /// Letters that were searched.
    pub found: Style,
    /// Success.
    pub good: Style,
    /// Failure.
    pub bad: Style,
    /// A value that was there before.
    pub old: Style,
    /// A value that is there now.
    pub new: Style,
    /// Counts and bars.
    pub count: Style,
    /// Put over times at which nobody works.
    pub after_hours: Style,
    /// Keys in hints.
    pub key: Style,
    /// Mistakes and troubles.
    pub warning: Style,
    /// Draw borders, bars and marks in ASCII.
    pub ascii: bool,
}

/// Borders for terminals that have no line drawing.
pub const ASCII_BORDER: border::Set<'static> = border::Set {
    top_left: "+",
    top_right: "+",
    bottom_left: "+",
    bottom_right: "+",
    vertical_left: "|",
    vertical_right: "|",
    horizontal_top: "-",
    horizontal_bottom: "-",
};

/// The colours of a theme.
#[derive(Debug)]
pub struct Palette {
    /// What the command line calls it.
    pub name: &'static str,
    /// One line for help.
    pub help: &'static str,
    /// Gives its colours to a theme that has none.
    colour: fn(Theme) -> Theme,
}

/// All palettes; the first is the default.
pub static PALETTES: &[&Palette] = &[&dark::PALETTE, &light::PALETTE, &none::PALETTE];

/// What `NO_COLOR` asks for.
pub static NO_COLOUR: &Palette = &none::PALETTE;

impl Palette {
    /// The palette of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        PALETTES.iter().find(|palette| palette.name == name).copied()
    }
}

impl Default for &'static Palette {
    fn default() -> Self {
        &dark::PALETTE
    }
}

impl Theme {
    /// The theme of a palette.
    pub fn new(palette: &Palette, ascii: bool) -> Self {
        let style = Style::new();
        let without = Self {
            plain: style,
            muted: style.add_modifier(Modifier::DIM),
            strong: style.add_modifier(Modifier::BOLD),
            border: style.add_modifier(Modifier::DIM),
            focus: style.add_modifier(Modifier::BOLD),
            cursor: style.add_modifier(Modifier::REVERSED),
            cursor_elsewhere: style.add_modifier(Modifier::BOLD),
            found: style.add_modifier(Modifier::UNDERLINED | Modifier::BOLD),
            good: style,
            bad: style.add_modifier(Modifier::BOLD),
            old: style.add_modifier(Modifier::DIM),
            new: style.add_modifier(Modifier::BOLD),
            count: style,
            after_hours: style.add_modifier(Modifier::DIM),
            key: style.add_modifier(Modifier::BOLD),
            warning: style.add_modifier(Modifier::BOLD),
            ascii,
        };
        (palette.colour)(without)
    }

    /// This theme with the sixteen colours of a terminal: one for what is in focus, one for what is marked.
    fn with_colours(self, accent: Color, mark: Color) -> Self {
        let style = Style::new();
        Self {
            muted: style.fg(Color::DarkGray),
            border: style.fg(Color::DarkGray),
            focus: style.fg(accent).add_modifier(Modifier::BOLD),
            cursor_elsewhere: style.add_modifier(Modifier::BOLD | Modifier::UNDERLINED),
            found: style.fg(mark).add_modifier(Modifier::BOLD | Modifier::UNDERLINED),
            good: style.fg(Color::Green),
            bad: style.fg(Color::Red).add_modifier(Modifier::BOLD),
            old: style.fg(Color::Red),
            new: style.fg(Color::Green),
            count: style.fg(accent),
            key: style.fg(accent).add_modifier(Modifier::BOLD),
            warning: style.fg(mark).add_modifier(Modifier::BOLD),
            ..self
        }
    }

    /// The style of a tone.
    pub fn tone(&self, tone: Tone) -> Style {
        match tone {
            Tone::Plain => self.plain,
            Tone::Label => self.muted,
            Tone::Strong => self.strong,
            Tone::Old => self.old,
            Tone::New => self.new,
            Tone::Good => self.good,
            Tone::Bad => self.bad,
            Tone::Risk(level) => self.risk(level),
        }
    }

    /// The style of a level of risk, beside its glyph.
    pub fn risk(&self, level: Level) -> Style {
        match level {
            Level::Low => self.muted,
            Level::Medium => self.warning,
            Level::High | Level::Critical => self.bad,
        }
    }

    /// The glyph of a level of risk.
    pub fn risk_glyph(&self, level: Level) -> &'static str {
        risk_glyph(level, self.ascii)
    }
}
