//! Over real sockets: a client against tiny servers, each broken in its own way.

mod broken;
mod secure;
mod sent;
mod server;
