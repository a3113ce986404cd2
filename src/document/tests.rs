//! Hostile texts in every part of a document, written by every renderer.

use super::*;

/// Texts that try to become markup, to run, to load, to hide or to drive a terminal.
const HOSTILE: &[&str] = &[
    "</style><script>alert(1)</script>",
    "</title><img src=x onerror=alert(1)>",
    "--><iframe src=\"javascript:alert(1)\">",
    "\" onmouseover=\"alert(1)",
    "' style='background:url(//evil.example)",
    "javascript:alert(1)",
    "[x](javascript:alert(1)) ![y](https://evil.example/p.png)",
    "https://evil.example www.evil.example",
    "a\u{202e}fdp.exe\u{2066}\u{200b}\u{feff}\u{ad}",
    "\u{1b}]8;;https://evil.example\u{7}click\u{9b}2J\0\u{7f}",
    "one\ntwo\r\n# three\u{2028}four\tfive",
    "`` ` ``` `` | a | b |\n|---|",
    "&lt;b&gt; &#60; &amp; <![CDATA[ ]]> <!-- -->",
    "**bold** _low_ ~~gone~~ $x$ #head >quote",
    "\u{d7ff}\u{e000}\u{fffe}\u{10ffff}e\u{301}\u{301}\u{301}\u{301}\u{301}",
    "שלום \"עולם\" مرحبا",
    "",
];

fn document(hostile: &str) -> Vec<Block> {
    let text = || Text::of("said: ").foreign(hostile).words(" is ").code(hostile).strong(hostile);
    let columns =
        vec![Column { name: "Name", is_number: false }, Column { name: "Count", is_number: true }];
    let below = vec![
        Block::list([text()]),
        Block::Paragraph(text()),
        Block::Code("json", format!("{{\n  {hostile}\n}}")),
    ];
    vec![
        Block::Heading(1, text()),
        Block::Paragraph(text().section(1)),
        Block::Table(columns, vec![vec![text(), text()], vec![text(), Text::of("2")]]),
        Block::Code("", hostile.to_owned()),
        Block::Section(Section {
            heading: text(),
            number: Some(1),
            time: Some(Timestamp::from_ms(0)),
            id: hostile.to_owned(),
            blocks: vec![
                Block::Quote(text()),
                Block::List(vec![Item { text: text(), inside: below }]),
            ],
        }),
    ]
}

fn written(name: &str, title: &str, blocks: Vec<Block>) -> String {
    let mut out = Vec::new();
    let head = Head { kind: "report", title: title.to_owned() };
    Renderer::find(name).expect(name).write(&head, blocks, &mut out).expect("in memory");
    String::from_utf8(out).expect("UTF-8")
}

#[test]
fn nothing_from_outside_drives_a_terminal_or_hides_whoever_writes_it() {
    for renderer in RENDERERS {
        for hostile in HOSTILE {
            let text = written(renderer.name, hostile, document(hostile));
            let wrong = text
                .chars()
                .find(|&c| c != '\n' && (c.is_control() || crate::text::is_invisible(c)));
            assert_eq!(wrong, None, "{} of {hostile:?}", renderer.name);
        }
    }
}

/// The tags and entities of a page, which must be those that the renderer writes itself.
#[test]
fn a_page_has_no_tag_of_its_own_and_every_quote_in_it_is_one_of_the_renderer() {
    const OWN: &[&str] = &[
        "h1",
        "h2",
        "p",
        "ul",
        "li",
        "bdi",
        "code",
        "strong",
        "pre",
        "blockquote",
        "section",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "a",
        "main",
        "body",
        "html",
        "title",
        "head",
        "style",
        "meta",
        "!DOCTYPE",
    ];
    const ATTRIBUTES: &[&str] =
        &["", " class=\"number\"", " id=\"section-1\"", " href=\"#section-1\""];
    for hostile in HOSTILE {
        let page = written("html", hostile, document(hostile));
        let (head, body) = page.split_once("</head>").expect("a head");
        assert_eq!(head.matches("<style>").count(), 1, "{head}");
        assert_eq!(head.matches("</title>").count(), 1, "{head}");
        let mut rest = body;
        let mut open: Vec<&str> = Vec::new();
        while let Some(at) = rest.find('<') {
            let end = rest[at..].find('>').map(|end| at + end).expect("a tag ends");
            let tag = &rest[at + 1..end];
            let name = tag.trim_start_matches('/');
            let (name, attributes) = name.split_at(name.find(' ').unwrap_or(name.len()));
            assert!(OWN.contains(&name), "{tag} of {hostile:?}");
            assert!(ATTRIBUTES.contains(&attributes), "{tag} of {hostile:?}");
            if tag.starts_with('/') {
                let opened = open.pop();
                assert!(opened.is_none_or(|opened| opened == name), "{tag} closes {opened:?}");
            } else {
                open.push(name);
            }
            rest = &rest[end + 1..];
        }
        let between: String =
            body.split('<').filter_map(|part| part.split_once('>')).map(|p| p.1).collect();
        assert!(!between.contains(['"', '\'', '<']), "{between}");
    }
}

#[test]
fn a_page_loads_and_runs_nothing() {
    for hostile in HOSTILE {
        let page = written("html", hostile, document(hostile));
        for wrong in
            ["<script", "<img", "<link", "<iframe", "<object", "url(", "@import", " src=", " on"]
        {
            // What was logged may say so: as text it stands between escaped signs.
            let own = written("html", "title", document("text"));
            assert!(!own.contains(wrong), "{wrong}");
        }
        for tag in page.split('<').filter_map(|part| part.split_once('>')).map(|part| part.0) {
            let scheme =
                tag.contains("http:") || tag.contains("https:") || tag.contains("javascript:");
            assert!(!scheme, "{tag}");
        }
    }
    let page = written("html", "title", Vec::new());
    let style = page.split_once("<style>").and_then(|(_, rest)| rest.split_once("</style>"));
    let style = style.expect("a style").0;
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, style.as_bytes());
    let digest = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, digest);
    let policy = format!("default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'");
    assert!(page.contains(&policy), "the policy knows the style sheet that is there: {policy}");
    let (policy, style) = (page.find("Content-Security-Policy"), page.find("<style>"));
    assert!(policy < style, "a policy counts for what follows it");
}

#[test]
fn json_has_every_text_as_it_was() {
    for hostile in HOSTILE {
        let text = written("json", hostile, document(hostile));
        let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(value["title"], *hostile);
        let blocks = value["blocks"].as_array().expect("an array");
        assert_eq!(blocks.len(), 5);
        assert_eq!(text.lines().count(), blocks.len() + 7, "each block on a line of its own");
        let said = format!("said: {hostile} is {hostile}{hostile}");
        assert_eq!(blocks[0]["text"], said);
        assert_eq!(blocks[2]["rows"][0][1], said);
        assert_eq!(blocks[4]["blocks"][1]["items"][0]["blocks"][0]["items"][0]["text"], said);
        let id = blocks[4].get("id").and_then(|id| id.as_str());
        assert_eq!(id.unwrap_or_default(), *hostile);
    }
}

#[test]
fn what_is_below_something_stands_further_right_in_plain_text() {
    let text = written("text", "x", document("x"));
    let expected = "said: x is xx\n\nsaid: x is xx1\n  Name                   Count\n  \
                    said: x is xx  said: x is xx\n  said: x is xx              2\n  x\n\
                    said: x is xx\n  > said: x is xx\n  said: x is xx\n    said: x is xx\n    \
                    said: x is xx\n      {\n        x\n      }\n";
    assert_eq!(text, expected);
}

#[test]
fn an_empty_document_says_so_on_a_page_and_is_json() {
    assert!(
        written("html", "Trails", Vec::new())
            .contains("<h1>Trails</h1>\n<p>Nothing was found.</p>")
    );
    let json: serde_json::Value =
        serde_json::from_str(&written("json", "", Vec::new())).expect("JSON");
    assert_eq!(json["blocks"], serde_json::json!([]));
}
