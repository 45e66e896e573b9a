//! The network between a device and the server: it can be cut, in the middle too.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

pub struct Relay {
    /// Where the device finds the server, without a slash at the end.
    pub base: String,
    open: Arc<watch::Sender<bool>>,
}

impl Relay {
    pub async fn before(server: &str) -> Self {
        let server: SocketAddr = server.strip_prefix("http://").unwrap().parse().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let (open, seen) = watch::channel(true);
        tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let mut seen = seen.clone();
                tokio::spawn(async move {
                    if !*seen.borrow_and_update() {
                        return;
                    }
                    let Ok(mut far) = TcpStream::connect(server).await else { return };
                    // Whichever comes first: both sides are done, or the network goes.
                    tokio::select! {
                        _ = copy_bidirectional(&mut near, &mut far) => {}
                        _ = seen.wait_for(|open| !open) => {}
                    }
                });
            }
        });
        Self { base, open: Arc::new(open) }
    }

    pub fn cut(&self) {
        self.open.send_replace(false);
    }

    /// What cuts it later, from elsewhere.
    pub fn scissors(&self) -> impl FnOnce() + Send + 'static {
        let open = Arc::clone(&self.open);
        move || {
            open.send_replace(false);
        }
    }

    pub fn mend(&self) {
        self.open.send_replace(true);
    }
}
