//! What the readers of all kinds do alike: [`KindReader`].
//! Never knows a key itself; each kind's reader and the table of properties do.

use super::json::{Keys, Place, Reader, Step};
use super::kind_properties::{Added, Named};
use crate::record::Kind;

/// An event of a kind that adds properties, being read: its own keys, and those of the table.
pub(super) trait KindReader<'a> {
    /// The keys its reader knows.
    type Key: Keys;

    /// Which kind.
    const KIND: Kind;

    /// Where the properties of the table go.
    fn added(&mut self) -> &mut Added<'a>;

    /// Reads the value of a key of its own.
    fn known(&mut self, reader: &mut Reader<'a>, key: Self::Key, here: &Place<'_>) -> Step<()>;

    /// Reads the object that starts here.
    fn object(&mut self, reader: &mut Reader<'a>, place: &Place<'_>) -> Step<()> {
        reader.object_of(Self::Key::ALL, place, |reader, key, here| {
            if let Some(known) = key.known {
                return self.known(reader, known, here);
            }
            match Named::<Self::Key>::find(key.written, Self::KIND) {
                Some(named) => self.property(reader, named, &Place::Property(here, named.name())),
                None => reader.skip(),
            }
        })
    }

    /// Reads the value of one property.
    fn property(
        &mut self,
        reader: &mut Reader<'a>,
        key: Named<Self::Key>,
        here: &Place<'_>,
    ) -> Step<()> {
        match key {
            Named::Known(key) => self.known(reader, key, here),
            Named::Added(slot) => self.added().read(reader, slot, here),
        }
    }
}
