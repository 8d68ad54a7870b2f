use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::world;
use crate::catalogue::Catalogue;
use crate::process::Definition;
use crate::script::Faults;
use crate::simulator::{Simulator, SimulatorConfig};

/// What a simulator plays.
pub(super) fn config(
    catalogue: &Arc<Catalogue>,
    definitions: impl Iterator<Item = (String, Arc<Definition>)>,
    keys: Vec<String>,
    faults: Option<Faults>,
) -> SimulatorConfig {
    let mut secret = [0; 32];
    secret[..16].copy_from_slice(&world::random().to_le_bytes());
    secret[16..].copy_from_slice(&world::random().to_le_bytes());
    SimulatorConfig {
        catalogue: catalogue.clone(),
        definitions: definitions.collect(),
        keys,
        strict_credentials: false,
        now: jiff::Timestamp::now(),
        secret,
        entropy: Arc::new(world::random),
        faults,
    }
}

/// A simulator that runs beside this process's own work until it is dropped.
pub(super) struct Embedded {
    /// Where it listens.
    pub base_url: String,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Embedded {
    /// Starts a simulator on a free port of the loopback interface, on a thread of its own.
    ///
    /// # Errors
    /// If no port can be had.
    pub fn start(config: SimulatorConfig) -> std::io::Result<Self> {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
        listener.set_nonblocking(true)?;
        let base_url = format!("http://{}", listener.local_addr()?);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = std::thread::Builder::new().name("simulator".to_owned()).spawn(move || {
            runtime.block_on(async {
                let Ok(listener) = TcpListener::from_std(listener) else { return };
                let serving = Arc::new(Simulator::new(config)).serve(listener, std::future::pending());
                // Idle connections are dropped with the runtime; waiting for them to close would only delay the end.
                tokio::select! {
                    _ = serving => {}
                    _ = stopped => {}
                }
            });
        })?;
        Ok(Self { base_url, stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A simulator that panicked has told so already.
            let _ = thread.join();
        }
    }
}
