//! Synthetic providers: real HTTPS servers on loopback, with the names of real hosts.
//!
//! [`Providers`] is a CONNECT proxy. A program that gets its address in `HTTPS_PROXY`, and the file of its authority in
//! `SSL_CERT_FILE`, reaches a server of the name that it asked for, with a certificate for that name. So a program is
//! tested as it is, with its checks of names and certificates, and every host that it asks for is known.

mod authority;
mod http;
mod reply;

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use rustls::{ServerConnection, StreamOwned};

use authority::Authority;
pub use authority::Identity;
pub use http::Seen;
pub use reply::Reply;

/// A function that answers requests.
pub type Answers = dyn Fn(&Seen) -> Reply + Send + Sync;

/// The providers of a test. They end with the process.
pub struct Providers {
    port: u16,
    authority: PathBuf,
    state: Arc<State>,
    _folder: tempfile::TempDir,
}

struct State {
    authority: Authority,
    identity: Identity,
    answers: Box<Answers>,
    /// The hosts of the connections, in order.
    hosts: Mutex<Vec<String>>,
    requests: Mutex<Vec<Seen>>,
}

impl Providers {
    /// Starts providers that answer by a function.
    pub fn start(answers: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        Self::start_as(Identity::Trusted, answers)
    }

    /// Starts providers that show themselves with some certificate.
    pub fn start_as(identity: Identity, answers: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let authority = Authority::new();
        let file = folder.path().join("authority.pem");
        std::fs::write(&file, authority.pem()).expect("written");
        let state = Arc::new(State {
            authority,
            identity,
            answers: Box::new(answers),
            hosts: Mutex::default(),
            requests: Mutex::default(),
        });
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = Arc::clone(&shared);
                // A client may end its connection at any time.
                thread::spawn(move || state.serve(stream));
            }
        });
        Self { port, authority: file, state, _folder: folder }
    }

    /// The address of the proxy.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The file with the certificate of the authority.
    pub fn authority_file(&self) -> &std::path::Path {
        &self.authority
    }

    /// Sets the variables that lead a program here.
    pub fn lead<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        command.env("HTTPS_PROXY", self.address()).env("SSL_CERT_FILE", &self.authority)
    }

    /// Returns the hosts that were asked for, without repetitions.
    pub fn hosts(&self) -> Vec<String> {
        let mut hosts = self.state.hosts.lock().expect("no panic").clone();
        hosts.sort();
        hosts.dedup();
        hosts
    }

    /// Returns the requests, in the order of their arrival.
    pub fn requests(&self) -> Vec<Seen> {
        self.state.requests.lock().expect("no panic").clone()
    }
}

impl State {
    fn serve(&self, mut stream: TcpStream) -> Option<()> {
        let head = http::read_head(&mut stream)?;
        let target = head.lines().next()?.strip_prefix("CONNECT ")?.split(' ').next()?.to_owned();
        self.hosts.lock().ok()?.push(target.clone());
        let host = target.strip_suffix(":443")?.to_owned();
        stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").ok()?;
        let config = self.authority.server(self.identity, &host);
        let mut stream = StreamOwned::new(ServerConnection::new(config).ok()?, stream);
        loop {
            let seen = http::read_request(&mut stream, &host)?;
            self.requests.lock().ok()?.push(seen.clone());
            let reply = (self.answers)(&seen);
            send(&mut stream, &reply)?;
            if reply.ends_connection() {
                // What is left of an answer is not read by anybody.
                let _ = stream.sock.shutdown(Shutdown::Write);
                let _ = stream.sock.set_read_timeout(Some(Duration::from_secs(1)));
                let _ = stream.sock.read(&mut [0; 1024]);
                return None;
            }
        }
    }
}

fn send(stream: &mut StreamOwned<ServerConnection, TcpStream>, reply: &Reply) -> Option<()> {
    for part in reply.parts() {
        match part {
            reply::Part::Bytes(bytes) => stream.write_all(&bytes).ok()?,
            reply::Part::Pause(time) => {
                stream.flush().ok()?;
                thread::sleep(time);
            }
        }
    }
    stream.flush().ok()
}
