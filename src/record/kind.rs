//! Which log a record belongs to: one file for each kind, with what it is called and the properties it adds.
//! Never what a record of a kind says; its reader in [`crate::format`] finds that.

mod audit;
mod graph_call;
pub mod property;
mod provisioning;
mod risk;
mod sign_in;

use property::PropertyRow;

/// What a kind is called.
#[derive(Clone, Copy, Debug)]
struct KindRow {
    /// In queries and on the screen.
    word: &'static str,
    /// The service that its records are listed under; audits name their own.
    service: Option<&'static str>,
    /// Above the properties it adds, where a record is shown.
    heading: &'static str,
}

/// Makes the kinds of their rows: a name, and the file that has `KIND` and its properties.
macro_rules! kinds {
    ($(#[$first_doc:meta])* $first:ident($first_file:ident),
     $($(#[$doc:meta])* $kind:ident($file:ident),)*) => {
        /// Which log a record belongs to.
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
        pub enum Kind {
            $(#[$first_doc])*
            #[default]
            $first,
            $($(#[$doc])* $kind,)*
        }

        impl Kind {
            /// All kinds, in the order they are listed.
            pub const ALL: &[Self] = &[Self::$first, $(Self::$kind,)*];

            const fn row(self) -> KindRow {
                match self {
                    Self::$first => $first_file::KIND,
                    $(Self::$kind => $file::KIND,)*
                }
            }
        }

        /// The fields that each adds, and behind which one they stand.
        const FIELDS: &[Fields] = &[$first_file::FIELDS, $($file::FIELDS,)*];

        /// What they add.
        const ROWS: &[&[PropertyRow]] = &[$first_file::ROWS, $($file::ROWS,)*];
    };
}

kinds! {
    /// A directory audit: something was changed (or read, where Entra logs reads).
    Audit(audit),
    /// A sign-in of a user, service principal or managed identity.
    SignIn(sign_in),
    /// An action of the provisioning service.
    Provisioning(provisioning),
    /// What Identity Protection says: a detection of risk, or the state of an account at risk.
    Risk(risk),
    /// A call of Microsoft Graph.
    GraphCall(graph_call),
}

/// The names of the fields that a kind adds.
#[derive(Clone, Copy)]
struct Fields {
    /// In their order.
    names: &'static [&'static str],
    /// The field of another kind that they stand behind; without one, they stand behind the kinds above.
    after: Option<&'static str>,
}

/// How many fields kinds add.
const COUNT: usize = {
    let (mut count, mut kind) = (0, 0);
    while kind < FIELDS.len() {
        count += FIELDS[kind].names.len();
        kind += 1;
    }
    count
};

/// All fields that kinds add, in their order.
const ORDER: [&str; COUNT] = {
    let (mut order, mut at) = ([""; COUNT], 0);
    let mut kind = 0;
    while kind < FIELDS.len() {
        if FIELDS[kind].after.is_none() {
            at = put(&mut order, at, FIELDS[kind].names);
        }
        kind += 1;
    }
    assert!(
        at == COUNT,
        "`after` names no field of another kind, or one that stands behind another"
    );
    order
};

/// Puts names in order from `at` on, and behind each of them the fields that stand behind it.
const fn put(order: &mut [&'static str; COUNT], at: usize, names: &[&'static str]) -> usize {
    let (mut at, mut name) = (at, 0);
    while name < names.len() {
        order[at] = names[name];
        at += 1;
        let mut kind = 0;
        while kind < FIELDS.len() {
            if let Some(after) = FIELDS[kind].after
                && is_same(after, names[name])
            {
                at = put(order, at, FIELDS[kind].names);
            }
            kind += 1;
        }
        name += 1;
    }
    at
}

/// The place of a field among all that kinds add.
const fn place_of(field: &str) -> u8 {
    let mut at = 0;
    while !is_same(ORDER[at], field) {
        at += 1;
    }
    at as u8
}

const fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut at = 0;
    while at < one.len() && at < other.len() && one[at] == other[at] {
        at += 1;
    }
    at == one.len() && at == other.len()
}

/// What kinds add, each in its place.
const IN_PLACE: [PropertyRow; COUNT] = {
    let mut rows = [ROWS[0][0]; COUNT];
    let mut kind = 0;
    while kind < ROWS.len() {
        let mut row = 0;
        while row < ROWS[kind].len() {
            rows[ROWS[kind][row].key.place()] = ROWS[kind][row];
            row += 1;
        }
        kind += 1;
    }
    rows
};

impl Kind {
    /// The service that records of this kind are listed under; audits name their own.
    pub const fn service(self) -> Option<&'static str> {
        self.row().service
    }

    /// Is that the service of a kind whose records are not audits? The catalogue does not know these.
    pub fn lists(service: &str) -> bool {
        Self::ALL.iter().any(|kind| kind.service() == Some(service))
    }

    /// The word for this kind in queries and on the screen.
    pub const fn word(self) -> &'static str {
        self.row().word
    }

    /// What stands above the properties that this kind adds.
    pub const fn heading(self) -> &'static str {
        self.row().heading
    }
}
