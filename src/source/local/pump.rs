//! Standard input and pipes, read on a thread of their own so that stopping never waits for them.
//! Never buffers more than a few reads ahead.
#![expect(clippy::disallowed_methods, reason = "this is where pipes are opened")]

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::Builder;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

/// Bytes of one read.
const BLOCK: usize = 64 << 10;
/// How soon a stop is noticed.
const PATIENCE: Duration = Duration::from_millis(20);

/// The reading end of a pump.
pub(super) struct Pump {
    blocks: Receiver<io::Result<Vec<u8>>>,
    current: io::Cursor<Vec<u8>>,
    stop: CancellationToken,
}

impl Pump {
    /// Starts reading the pipe at `path`, or standard input.
    pub(super) fn start(path: Option<PathBuf>, stop: CancellationToken) -> io::Result<Self> {
        let (sender, blocks) = sync_channel(4);
        // Not a scoped thread: a read that never returns must not hold up the end of the load.
        Builder::new().name("pump".to_owned()).spawn(move || pump(path, &sender))?;
        Ok(Self { blocks, current: io::Cursor::default(), stop })
    }
}

fn pump(path: Option<PathBuf>, blocks: &SyncSender<io::Result<Vec<u8>>>) {
    let opened: io::Result<Box<dyn Read>> = match path {
        Some(path) => File::open(path).map(|file| Box::new(file) as Box<dyn Read>),
        None => Ok(Box::new(io::stdin().lock())),
    };
    let mut reader = match opened {
        Ok(reader) => reader,
        Err(error) => {
            let _ = blocks.send(Err(error));
            return;
        }
    };
    let mut block = vec![0; BLOCK];
    loop {
        let read = match reader.read(&mut block) {
            Ok(0) => return,
            Ok(count) => Ok(block[..count].to_vec()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => Err(error),
        };
        let failed = read.is_err();
        if blocks.send(read).is_err() || failed {
            return;
        }
    }
}

impl Read for Pump {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.current.read(buffer)?;
            if count > 0 {
                return Ok(count);
            }
            match self.blocks.recv_timeout(PATIENCE) {
                Ok(block) => self.current = io::Cursor::new(block?),
                Err(RecvTimeoutError::Timeout) if self.stop.is_cancelled() => return Ok(0),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(0),
            }
        }
    }
}
