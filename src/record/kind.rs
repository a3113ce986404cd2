//! Which log a record belongs to: one file for each kind, with what it is called and the properties it adds.
//! Never what a record of a kind says; its reader in [`crate::format`] finds that.

mod audit;
mod graph_call;
mod provisioning;
mod risk;
mod sign_in;

use super::property::PropertyRow;

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

        /// What they add, in the order of the kinds.
        pub(super) const ROWS: &[&[PropertyRow]] = &[$first_file::ROWS, $($file::ROWS,)*];

        /// Where the rows of each end, as its file says.
        const ENDS: &[u8] = &[$first_file::END, $($file::END,)*];
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
