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

/// Makes the kinds of their rows: a name, the file that has `KIND` and its properties, and the place in which
/// the kind is listed.
macro_rules! kinds {
    ($(#[$first_doc:meta])* $first:ident($first_file:ident) = $first_place:literal,
     $($(#[$doc:meta])* $kind:ident($file:ident) = $place:literal,)*) => {
        /// Which log a record belongs to.
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
        pub enum Kind {
            $(#[$first_doc])*
            #[default]
            $first = $first_place,
            $($(#[$doc])* $kind = $place,)*
        }

        /// As they stand in the table.
        const TABLE: &[Kind] = &[Kind::$first, $(Kind::$kind,)*];

        impl Kind {
            /// All kinds, in the order they are listed.
            pub const ALL: &[Self] = &LISTED;

            const fn row(self) -> KindRow {
                match self {
                    Self::$first => $first_file::KIND,
                    $(Self::$kind => $file::KIND,)*
                }
            }
        }

        /// What they add, in the order of the table.
        pub(super) const ROWS: &[&[PropertyRow]] = &[$first_file::ROWS, $($file::ROWS,)*];

        /// Where the rows of each end, as its file says.
        const ENDS: &[u8] = &[$first_file::END, $($file::END,)*];
    };
}

// What a kind adds stands behind what those above it add: in lists, CSV and NDJSON.
kinds! {
    /// A directory audit: something was changed (or read, where Entra logs reads).
    Audit(audit) = 0,
    /// A sign-in of a user, service principal or managed identity.
    SignIn(sign_in) = 1,
    /// What Identity Protection says: a detection of risk, or the state of an account at risk.
    Risk(risk) = 3,
    /// An action of the provisioning service.
    Provisioning(provisioning) = 2,
    /// A call of Microsoft Graph.
    GraphCall(graph_call) = 4,
}

/// The kinds by their places, of which each is there once: the number of another kind does not compile, one
/// that is too high is no place.
const LISTED: [Kind; TABLE.len()] = {
    let mut listed = [Kind::Audit; TABLE.len()];
    let mut at = 0;
    while at < TABLE.len() {
        listed[TABLE[at] as usize] = TABLE[at];
        at += 1;
    }
    listed
};

/// Each kind's rows begin where those of the kind above it end.
const _: () = {
    let (mut rows, mut kind) = (0, 0);
    while kind < ENDS.len() {
        rows += ROWS[kind].len();
        assert!(ENDS[kind] as usize == rows, "`after` names another kind than the one above");
        kind += 1;
    }
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
