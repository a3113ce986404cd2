//! stub
use super::event::Log;
use super::people::Tenant;
use super::random::Random;
/// S
#[derive(Debug)]
pub struct Story { /// t
 pub title: &'static str }
/// S
pub const STORIES: &[Story] = &[];
pub(super) fn write(_log: &mut Log, _tenant: &Tenant, _random: &mut Random) {}
