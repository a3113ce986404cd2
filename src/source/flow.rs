//! Work on the network as a stream of bytes: it goes on only while someone reads.
//! Never runs ahead: what is not read is not asked for, and dropping it leaves nothing behind.

use std::fmt;
use std::io::{self, Read};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use tokio::runtime::Runtime;

/// Where work puts the bytes that are read.
#[derive(Clone, Default, Debug)]
pub(super) struct Outlet(Arc<Mutex<Vec<u8>>>);

impl Outlet {
    /// Puts bytes behind those that were not read yet. They are read once the work waits for something.
    pub fn put(&self, bytes: &[u8]) {
        self.locked().extend_from_slice(bytes);
    }

    /// Was everything read that was put? Then it was taken up, once the work goes on.
    pub fn is_empty(&self) -> bool {
        self.locked().is_empty()
    }

    fn locked(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Work that is read.
///
/// It goes on while someone reads, on the reading thread and a runtime of its own. Reading returns
/// as soon as there is something, and 0 when the work is over. Reading itself never fails.
pub(super) struct Flow {
    // In this order: the runtime outlives what runs on it.
    work: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    runtime: Option<Runtime>,
    outlet: Outlet,
    current: io::Cursor<Vec<u8>>,
}

impl Flow {
    /// Work that begins with the first read; what it puts into `outlet` is read.
    ///
    /// Fails where the system gives no runtime.
    pub fn new(
        outlet: Outlet,
        work: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let work = Some(Box::pin(work) as _);
        Ok(Self { work, runtime: Some(runtime), outlet, current: io::Cursor::default() })
    }
}

impl Read for Flow {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.current.read(buffer)?;
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            let more = std::mem::take(&mut *self.outlet.locked());
            if !more.is_empty() {
                self.current = io::Cursor::new(more);
                continue;
            }
            let (Some(work), Some(runtime)) = (&mut self.work, &self.runtime) else {
                return Ok(0);
            };
            let outlet = &self.outlet;
            let over = runtime.block_on(std::future::poll_fn(|context| {
                let polled = work.as_mut().poll(context);
                match polled {
                    Poll::Ready(()) => Poll::Ready(true),
                    Poll::Pending if !outlet.locked().is_empty() => Poll::Ready(false),
                    Poll::Pending => Poll::Pending,
                }
            }));
            if over {
                self.work = None;
            }
        }
    }
}

impl Drop for Flow {
    fn drop(&mut self) {
        self.work = None;
        if let Some(runtime) = self.runtime.take() {
            // A name that is still being looked up does not hold up whoever wants to leave.
            runtime.shutdown_background();
        }
    }
}

impl fmt::Debug for Flow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Flow")
    }
}
