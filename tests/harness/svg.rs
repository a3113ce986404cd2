//! A terminal's screen as a picture: the same screen gives the same SVG, byte for byte.
//! Never refers to anything outside of the picture: no fonts, no styles, no scripts.

use std::fmt::Write as _;

/// Size of a letter, and what a cell of it measures, in hundredths of a pixel.
const FONT: i32 = 1_400;
const WIDTH: i32 = 843;
const HEIGHT: i32 = 1_700;
/// From the top of a cell to the line letters stand on.
const BASELINE: i32 = 1_300;
/// Around the screen.
const MARGIN: i32 = 1_400;

const BACKGROUND: &str = "#16191f";
const FOREGROUND: &str = "#d5d9e0";
/// The sixteen colours of a terminal.
const COLOURS: [&str; 16] = [
    "#22262e", "#f2777a", "#8fc97b", "#e6c07b", "#6cabf0", "#c792ea", "#56c2cf", "#c9ced6",
    "#727b8a", "#ff8f8f", "#a5e08c", "#ffd98a", "#8cc0ff", "#dcaaff", "#73dbe8", "#ffffff",
];

/// How a cell looks.
#[derive(Clone, PartialEq)]
struct Look {
    ink: String,
    paper: Option<String>,
    bold: bool,
    underline: bool,
    dim: bool,
}

impl Look {
    fn of(cell: &vt100::Cell) -> Self {
        let ink = colour(cell.fgcolor());
        let paper = colour(cell.bgcolor());
        let (ink, paper) = if cell.inverse() {
            (paper.unwrap_or(BACKGROUND.to_owned()), Some(ink.unwrap_or(FOREGROUND.to_owned())))
        } else {
            (ink.unwrap_or(FOREGROUND.to_owned()), paper)
        };
        let (bold, underline, dim) = (cell.bold(), cell.underline(), cell.dim());
        Self { ink, paper, bold, underline, dim }
    }
}

fn colour(colour: vt100::Color) -> Option<String> {
    match colour {
        vt100::Color::Default => None,
        vt100::Color::Rgb(r, g, b) => Some(format!("#{r:02x}{g:02x}{b:02x}")),
        vt100::Color::Idx(index @ 0..16) => Some(COLOURS[usize::from(index)].to_owned()),
        vt100::Color::Idx(index @ 232..) => {
            let grey = 8 + 10 * (index - 232);
            Some(format!("#{grey:02x}{grey:02x}{grey:02x}"))
        }
        vt100::Color::Idx(index) => {
            let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
            let index = index - 16;
            let (r, g, b) = (level(index / 36), level(index / 6 % 6), level(index % 6));
            Some(format!("#{r:02x}{g:02x}{b:02x}"))
        }
    }
}

/// The picture, with a title for those who do not see it.
pub fn picture(screen: &vt100::Screen, title: &str) -> String {
    let (lines, columns) = screen.size();
    let (lines, columns) = (lines.get(), columns.get());
    let (width, height) = (at(i32::from(columns), WIDTH), at(i32::from(lines), HEIGHT));
    let (width, height) = (pixels(width + MARGIN), pixels(height + MARGIN));
    let mut svg = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"img\" font-size=\"{}\" font-family=\"\
         'DejaVu Sans Mono',Menlo,Consolas,'Liberation Mono',monospace\">\n<title>{}</title>\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{BACKGROUND}\"/>",
        pixels(FONT),
        escaped(title),
    );
    for line in 0..lines {
        draw_line(screen, line, columns, &mut svg);
    }
    svg.push_str("</svg>\n");
    svg
}

fn draw_line(screen: &vt100::Screen, line: u16, columns: u16, svg: &mut String) {
    let mut from = 0;
    while from < columns {
        let look = look(screen, line, from);
        let mut to = from + 1;
        while to < columns && self::look(screen, line, to) == look {
            to += 1;
        }
        draw_run(screen, line, from..to, &look, svg);
        from = to;
    }
}

fn look(screen: &vt100::Screen, line: u16, column: u16) -> Look {
    Look::of(screen.cell(line, column).expect("a cell of the screen"))
}

/// Draws neighbours that look the same: paper, borders and bars as shapes, the rest as words.
fn draw_run(
    screen: &vt100::Screen,
    line: u16,
    cells: std::ops::Range<u16>,
    look: &Look,
    svg: &mut String,
) {
    let top = at(line.into(), HEIGHT);
    if let Some(paper) = &look.paper {
        let width = WIDTH * i32::from(cells.end - cells.start);
        rectangle(at(cells.start.into(), WIDTH), top, width, HEIGHT, paper, svg);
    }
    let mut word = String::new();
    let mut start = cells.start;
    let mut shapes = String::new();
    for column in cells.clone() {
        let cell = screen.cell(line, column).expect("a cell of the screen");
        let text = if cell.has_contents() { cell.contents() } else { " " };
        let left = at(column.into(), WIDTH);
        let is_shape = shape(text, left, top, &look.ink, &mut shapes, svg);
        let is_space = text == " " && !look.underline;
        if is_shape || is_space {
            letters(&word, start, line, look, svg);
            word.clear();
            start = column + 1;
        } else if !cell.is_wide_continuation() {
            word.push_str(text);
        }
    }
    letters(&word, start, line, look, svg);
    if !shapes.is_empty() {
        let _ = writeln!(svg, "<path d=\"{}\" stroke=\"{}\"/>", shapes.trim_end(), look.ink);
    }
}

fn letters(word: &str, column: u16, line: u16, look: &Look, svg: &mut String) {
    if word.is_empty() {
        return;
    }
    let (x, y) = (at(column.into(), WIDTH), at(line.into(), HEIGHT) + BASELINE);
    let mut style = format!("fill=\"{}\"", look.ink);
    for (is, attribute) in [
        (look.bold, " font-weight=\"bold\""),
        (look.underline, " text-decoration=\"underline\""),
        (look.dim, " opacity=\"0.65\""),
    ] {
        if is {
            style.push_str(attribute);
        }
    }
    // Whatever font it is, the words keep to the cells.
    let cells = unicode_width::UnicodeWidthStr::width(word) as i32;
    let _ = writeln!(
        svg,
        "<text x=\"{}\" y=\"{}\" textLength=\"{}\" lengthAdjust=\"spacingAndGlyphs\" \
         xml:space=\"preserve\" {style}>{}</text>",
        pixels(x),
        pixels(y),
        pixels(cells * WIDTH),
        escaped(word),
    );
}

/// Draws a bar into `svg`, or adds a border's lines to a path; false where `text` is neither.
fn shape(text: &str, x: i32, y: i32, ink: &str, path: &mut String, svg: &mut String) -> bool {
    let mut chars = text.chars();
    let (Some(c), None) = (chars.next(), chars.next()) else { return false };
    if let eighths @ 1..=8 = c as i32 - 0x2580 {
        let height = HEIGHT * eighths / 8;
        rectangle(x, y + HEIGHT - height, WIDTH, height, ink, svg);
        return true;
    }
    // Left, right, up, down; what is thick is drawn twice, a pixel apart.
    let (arms, thick) = match c {
        '─' => ("lr", false),
        '│' => ("ud", false),
        '┌' => ("rd", false),
        '┐' => ("ld", false),
        '└' => ("ru", false),
        '┘' => ("lu", false),
        '━' => ("lr", true),
        '┃' => ("ud", true),
        '┏' => ("rd", true),
        '┓' => ("ld", true),
        '┗' => ("ru", true),
        '┛' => ("lu", true),
        _ => return false,
    };
    for shift in if thick { &[-50, 50][..] } else { &[0][..] } {
        let (middle, centre) = (x + WIDTH / 2 + shift, y + HEIGHT / 2 + shift);
        for arm in arms.chars() {
            let _ = write!(path, "M{} {}", pixels(middle), pixels(centre));
            let _ = match arm {
                'l' => write!(path, "H{} ", pixels(x)),
                'r' => write!(path, "H{} ", pixels(x + WIDTH)),
                'u' => write!(path, "V{} ", pixels(y)),
                _ => write!(path, "V{} ", pixels(y + HEIGHT)),
            };
        }
    }
    true
}

fn rectangle(x: i32, y: i32, width: i32, height: i32, fill: &str, svg: &mut String) {
    let (x, y, width, height) = (pixels(x), pixels(y), pixels(width), pixels(height));
    let _ = writeln!(
        svg,
        "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"{fill}\"/>"
    );
}

/// Where a cell begins.
fn at(cell: i32, size: i32) -> i32 {
    MARGIN + cell * size
}

/// Hundredths of a pixel as pixels, the same on every machine.
fn pixels(hundredths: i32) -> String {
    let text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
